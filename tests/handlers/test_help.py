"""A request for help on all its ways: nobody on duty, two who accept at once, a blocked helper, a late answer, an opt-out."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select, update

from bot.reminding import send_due
from content.vietnam_time import instant
from content.words import words
from handlers.calendar import calendar
from handlers.help.help_list import unanswered
from handlers.help.help_notice import first_name
from handlers.look import Look
from handlers.rounds import list_paper
from handlers.talk import Incoming, Kind
from storage.database import Database
from storage.helping.desks import SetDesk
from storage.models import (
    Appointment,
    Assignment,
    Attainment,
    AuditEvent,
    Campaign,
    Chat,
    HelpOffer,
    HelpRequest,
    Household,
    Membership,
    Outbox,
    Place,
    Reminder,
    Team,
    Visit,
    table,
)
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import reminder_plans
from storage.teams import people
from tests.handlers.village import WEDNESDAY, Village


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    for name, role, label in (("an", "volunteer", "Chị Trần Thị An"), ("binh", "volunteer", "Anh Bình"),
                              ("chi", "leader", "Bác Chi")):
        made.joins(name, role, label)
    made.comes("dan")
    return made


def ask(village: Village, words_: str = "quên mật khẩu") -> str:
    return village.say("dan", "nhờ người giúp", "không giữ", words_)


def asked(village: Village) -> list[str]:
    """Who is being asked, in order."""
    with village.database.read() as tx:
        rows = tx.execute(select(table(HelpOffer).c.chat_id).where(table(HelpOffer).c.state == "asked")
                          .order_by(table(HelpOffer).c.id)).scalars().all()
    names = {village.chat(name): name for name in ("an", "binh", "chi", "dan", "em")}
    return [names[id_] for id_ in rows]


def test_from_asking_to_thanks(village: Village) -> None:
    assert "muộn nhất 15:00 25/11/2026" in ask(village)
    assert asked(village) == ["an"]
    assert "Có người nhờ giúp – Thôn Thử\n“quên mật khẩu”" in village.told("an") and not village.told("binh")
    assert "Anh/chị đã nhận" in village.press("an", "tôi nhận giúp")
    said = village.told("dan")
    assert "Chị An (tổ công nghệ số Thôn Thử) nhận giúp" in said and "Trần" not in said
    assert village.say("dan", "menu này ở đâu ạ") == "", "the bot is silent between two people"
    assert "menu này ở đâu ạ" in village.told("an")
    village.say("an", "Bác bấm nút xanh nhé")
    assert "Chị An (tổ công nghệ số Thôn Thử)\nBác bấm nút xanh nhé" in village.told("dan")
    village.press("dan", "xong rồi, kết thúc")
    assert "báo đã xong" in village.told("an")
    assert village.requests() == ["closed"]
    assert "Mình chưa rõ ý bác" in village.say("dan", "bác bấm nút nào"), "the bot answers again"


def test_nobody_but_the_helper_and_the_leader_may_touch_it(village: Village) -> None:
    village.joins("em", "volunteer")
    ask(village)
    accept = village.button("an", "tôi nhận giúp")
    for name, data in (("dan", accept), ("nguoi-la", accept), ("nguoi-la", accept.replace("accept", "takeover")),
                       ("nguoi-la", accept.replace("accept", "closehelp")), ("nguoi-la", accept.replace("accept", "talkon")),
                       ("nguoi-la", accept.replace("accept", "assign")), ("binh", accept.replace("accept", "assign"))):
        village.post(name, Incoming(Kind.PRESS, village.now, data=data, message="1", ack="a"))
        village.turn()
        assert village.requests() == ["offered"], (name, data)
    with village.database.write() as tx:  # a team of another hamlet
        other = tx.execute(insert(table(Place)).returning(table(Place).c.id), {
            "level": "hamlet", "code": "x", "name": "Thôn Khác", "parent_id": village.commune, "valid_from": WEDNESDAY,
            "demonstration": True}).scalar_one()
        team = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": "Tổ Khác", "hamlet_id": other, "valid_from": WEDNESDAY}).scalar_one()
        person = people.add_person(tx, "Khác", "vi", village.now)
        people.serve(tx, person, "leader", team, other, WEDNESDAY - timedelta(days=9))
    village.comes("khac", person)
    village.post("khac", Incoming(Kind.PRESS, village.now, data=accept, message="1", ack="a"))
    village.turn()
    assert "đã khép lại" in village.told("khac") and village.requests() == ["offered"]


def test_two_helpers_who_accept_at_once_and_exactly_one_has_it(village: Village) -> None:
    ask(village)
    village.later(hours=1, minutes=5)
    assert asked(village) == ["an", "binh"], "after an hour without an answer another one is asked too"
    accept = village.button("an", "tôi nhận giúp")
    for name in ("binh", "an"):
        village.post(name, Incoming(Kind.PRESS, village.now, data=accept, message="1", ack="a"))
    village.turn()  # both in one batch
    told = [village.told(name) for name in ("an", "binh")]
    assert sum("Anh/chị đã nhận" in each for each in told) == 1
    assert sum("Đã có người nhận" in each for each in told) == 1
    assert village.told("dan").count("nhận giúp bác rồi") == 1


def test_a_change_that_somebody_else_was_quicker_with_is_refused(village: Village) -> None:
    """What another process did between reading and writing is noticed: the letter is answered anew."""
    from storage.helping.help_requests import Happened, TooLate
    from storage.helping.help_rules import Event, State
    from storage.record import Context, record

    ask(village)
    with village.database.read() as tx:
        id_ = tx.scalar(select(table(HelpRequest).c.id))
    context = Context(village.now, WEDNESDAY, village.chat("an"), None, "test")
    with village.database.write() as tx:
        record(Happened(id_, State.OFFERED, Event.ACCEPT), tx, context)
    with pytest.raises(TooLate), village.database.write() as tx:
        record(Happened(id_, State.OFFERED, Event.ACCEPT), tx, context)


def test_one_open_request_for_each_citizen(village: Village) -> None:
    ask(village)
    assert "Mình đã nhờ tổ Thôn Thử rồi" in village.say("dan", "gặp người thật")
    village.post("dan", Incoming(Kind.TEXT, village.now, text="nhờ người giúp"))
    village.turn()
    assert village.requests() == ["offered"] and asked(village) == ["an"]
    village.press("dan", "thôi, không cần nữa")
    assert village.requests() == ["closed"]
    assert "Việc này đã khép lại" in village.press("an", "tôi nhận giúp")
    ask(village, "lại vướng")
    assert village.requests() == ["closed", "offered"]


def test_who_passes_on_is_followed_by_the_next_and_at_last_by_the_leader(village: Village) -> None:
    ask(village)
    for name, after in (("an", "binh"), ("binh", "chi")):
        assert "mình nhờ người khác" in village.press(name, "lúc này tôi bận")
        assert asked(village) == [after]
    assert "Không còn ai nhận" in village.press("chi", "lúc này tôi bận")
    assert village.requests() == ["escalated"]
    assert "Mình đã báo tổ trưởng" in village.say("dan", "nhờ người giúp")
    village.press("chi", "để tôi giúp")
    assert village.requests() == ["accepted"]


def test_nobody_on_duty_is_said_and_the_leader_is_told_at_once(village: Village) -> None:
    for name in ("an", "binh"):
        village.blocks(name)
    with village.database.write() as tx:
        tx.execute(update(table(Membership)).where(table(Membership).c.role == "volunteer").values(valid_to=WEDNESDAY))
    village.joins("officer", "commune_officer")
    with village.database.write() as tx:
        tx.execute(update(table(Membership)).where(table(Membership).c.role == "leader").values(valid_to=WEDNESDAY))
    told = ask(village)
    assert "không có ai trực" in told and "bộ phận một cửa" in told and "15:00" in told
    assert village.requests() == ["escalated"]
    assert "không ai trực" in village.told("officer")


def test_nobody_at_all_is_said_without_a_promise_and_whoever_joins_later_is_asked(village: Village) -> None:
    for name in ("an", "binh", "chi"):
        village.blocks(name)
    told = ask(village)
    assert "Thật lòng: chưa có ai trực" in told and "25/11" not in told
    assert village.requests() == ["open"]
    village.joins("em", "volunteer", "Em")
    village.later(minutes=1)
    assert asked(village) == ["em"] and "Có người nhờ giúp" in village.told("em")


def test_after_four_working_hours_the_leader_is_told_once_and_so_is_who_waits(village: Village) -> None:
    ask(village)
    village.at(instant(WEDNESDAY, 14, 59))
    assert village.requests() == ["offered"] and "Quá 4 giờ" not in village.told("chi")
    village.take("dan")
    for minute in range(5):
        village.at(instant(WEDNESDAY, 15, minute))
    assert village.requests() == ["escalated"]
    assert village.told("chi").count("Quá 4 giờ chưa ai trả lời") == 1
    assert village.told("dan").count("Mình xin lỗi bác") == 1
    assert "đã có người" not in village.say("chi", "việc nhờ giúp") and "chờ tổ trưởng" in village.say("chi", "việc nhờ giúp")
    village.press("chi", "việc 1")
    village.press("chi", "giao cho người khác")
    assert "Đã nhờ Anh Bình" in village.press("chi", "anh bình")
    assert village.requests() == ["offered"] and "Tổ trưởng nhờ anh/chị giúp" in village.told("binh")
    village.press("binh", "tôi nhận giúp")
    assert village.requests() == ["accepted"]


def test_a_helper_who_accepts_and_says_nothing_is_late_too(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.at(instant(WEDNESDAY, 15))
    assert village.requests() == ["escalated"] and "Quá 4 giờ" in village.told("chi")
    assert "chuyển cho người khác" in village.told("an")


def test_a_blocked_helper_gives_it_back_to_the_queue(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.say("an", "Chào bác")
    village.blocks("an")
    village.take("dan")
    village.later(minutes=1)
    assert "nhờ người khác trong tổ" in village.told("dan")
    assert village.requests() == ["offered"] and asked(village)[-1] == "binh"
    assert "Mình chưa rõ ý" in village.say("dan", "chị ơi"), "nothing goes to somebody who is gone"
    village.press("binh", "tôi nhận giúp")
    village.say("dan", "Chào anh")
    assert "Chào anh" in village.told("binh") and village.told("an") == ""


def test_a_helper_who_left_the_team_gives_it_back_too(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    with village.database.write() as tx:
        person = tx.scalar(select(table(HelpRequest).c.helper_id))
        tx.execute(update(table(Membership)).where(table(Membership).c.person_id == person).values(valid_to=WEDNESDAY))
    village.later(minutes=1)
    assert village.requests() == ["offered"] and asked(village)[-1] == "binh"


def test_whoever_was_asked_and_blocked_us_before_answering_is_followed_by_the_next(village: Village) -> None:
    ask(village)
    village.blocks("an")
    village.later(minutes=1)
    assert asked(village) == ["an", "binh"] and "Có người nhờ giúp" in village.told("binh")


def test_a_citizen_who_blocks_us_ends_it(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.blocks("dan")
    village.later(minutes=1)
    assert village.requests() == ["closed"] and "không nhận tin nữa" in village.told("an")


def test_opting_out_of_reminders_never_blocks_help(village: Village) -> None:
    village.say("dan", "dừng")
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.say("an", "Chào bác")
    assert "Chào bác" in village.told("dan")
    village.say("dan", "thôi nhắc")
    assert "thôi nhắc" in village.told("an"), "between two people these are words"


def test_at_night_it_is_noted_and_the_team_is_asked_in_the_morning(village: Village) -> None:
    village.at(instant(WEDNESDAY, 22))
    told = ask(village)
    assert "Giờ này mọi người nghỉ" in told and "muộn nhất 14:00 26/11/2026" in told
    assert village.requests() == ["open"] and asked(village) == []
    village.at(instant(WEDNESDAY + timedelta(days=1), 6, 29))
    assert asked(village) == []
    village.at(instant(WEDNESDAY + timedelta(days=1), 6, 30))
    assert asked(village) == ["an"]


def test_the_least_busy_is_asked_and_the_roster_holds(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.comes("em")
    village.say("em", "nhờ người giúp", "không giữ", "việc khác")
    assert asked(village) == ["binh"]
    village.say("chi", "lịch trực")
    village.press("chi", "☐ Bác Chi")
    assert "Trực ở Thôn Thử: Bác Chi" in village.press("chi", "xong, đi tiếp")
    village.comes("phuc")
    village.say("phuc", "nhờ người giúp", "không giữ", "việc nữa")
    assert asked(village) == ["binh", "chi"]


def test_a_visit_is_agreed_and_stands_in_the_days_list(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.press("an", "hẹn đến nhà")
    assert "Thứ Bảy 28/11, 20 tháng Mười âm lịch" in village.say("an", "thứ 7")
    village.press("an", "đúng")
    village.press("an", "chiều")
    assert "Khoảng 14:00, Thứ Bảy 28/11, 20 tháng Mười âm lịch" in village.say("an", "hộ 12")
    assert "hẹn đến giúp bác" in village.told("dan") and village.requests() == ["agreed"]
    with village.database.read() as tx:
        visit = tx.execute(select(table(Visit))).one()
        assert (visit.outcome, visit.mode, visit.next_on) == ("appointment", "phone", WEDNESDAY + timedelta(days=3))
        owed = tx.execute(select(table(Reminder).c.kind, table(Reminder).c.chat_id).where(
            table(Reminder).c.state == "scheduled", table(Reminder).c.due_on == WEDNESDAY + timedelta(days=3))).all()
    assert set(owed) == {("follow_up_visit_due", village.chat("an")), ("appointment_citizen", village.chat("dan"))}
    assert "Mình chưa rõ ý" in village.say("dan", "câu hỏi cho máy"), "after that the bot listens again"
    village.at(instant(WEDNESDAY + timedelta(days=2), 18, 30))
    remind(village)
    told = village.told("dan")
    assert "Có hẹn Thứ Bảy, 28/11/2026\nLúc 14:00, Chị An sẽ đến nhà" in told and "💬 Nhắn người đến" in told
    assert "nói chuyện với" in village.press("dan", "💬 Nhắn người đến"), "whoever cannot on that day can say so"
    village.at(instant(WEDNESDAY + timedelta(days=3), 7))
    remind(village)
    assert "hộ 12" in village.told("an") and village.told("dan") == ""
    village.at(instant(WEDNESDAY + timedelta(days=7), 9))
    assert village.requests() == ["expired"]


def test_a_visit_to_a_household_nobody_knows_is_recalled_at_its_hour_and_not_once_it_is_over(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.press("an", "hẹn đến nhà")
    assert "Buổi nào" not in village.say("an", "28/11/2026 lúc 15 giờ"), "the hour was said with the day"
    village.press("an", "chưa biết số hộ")
    assert "Khoảng 15:00" in village.press("an", "không ghi")
    village.at(instant(WEDNESDAY + timedelta(days=3), 7))
    remind(village)
    assert "Có hẹn đến giúp ở Thôn Thử" in village.told("an") and "Lúc 15:00" in village.told("dan")
    village.press("an", "hẹn")  # another day
    assert "Khoảng 08:00" in agree(village, "29/11/2026", "sáng")
    assert states(village, "appointment_citizen") == ["sent", "scheduled"]
    village.press("dan", "xong rồi, kết thúc")
    assert states(village, "appointment_citizen") == ["sent", "cleared"] and states(village, "help_visit") == ["sent", "cleared"]


def promise(village: Village) -> None:
    """A visit today at ten, to a house by the culture house that is on no list."""
    village.comes("dan")
    village.say("dan", "nhờ người giúp", "không giữ", "Máy báo sai mật khẩu")
    village.press("an", "tôi nhận giúp")
    village.press("an", "hẹn đến nhà")
    village.say("an", "25/11/2026 lúc 10 giờ")
    village.press("an", "chưa biết số hộ")
    village.say("an", "ngõ 3, cạnh nhà văn hóa")


def test_a_promised_visit_stands_first_today_and_becomes_a_household(village: Village) -> None:
    promise(village)
    assert "Đã ghi chỗ ở: “ngõ 3, cạnh nhà văn hóa”" in village.told("dan")
    told = village.say("an", "hôm nay đi đâu")
    first = told.splitlines()
    place = next(n for n, line in enumerate(first) if line.startswith("🤝 10:00"))
    assert "cạnh nhà văn hóa" in first[place + 1] and "Máy báo sai mật khẩu" in first[place + 2]
    assert place < next(n for n, line in enumerate(first) if line.startswith("Hộ ")), told
    assert "🤝 10:00" in village.say("chi", "hôm nay đi đâu"), "the leader's list holds everybody's"
    assert "🤝" not in village.say("binh", "hôm nay đi đâu"), "another member's does not"
    assert "Hộ mới" in village.press("an", "🤝 10:00")
    village.press("an", "➕ hộ mới")
    village.press("an", "xong")
    village.press("an", "làm xong")
    village.press("an", "☐ định danh")
    assert "hộ 31" in village.press("an", "xong, đi tiếp")
    told = village.press("an", "💾 lưu")
    assert "hộ 31" in told and "🤝" not in told and "Xong, kết thúc" in told, "logged, and the list comes back without it"
    with village.database.read() as tx:
        home = tx.execute(select(table(Household)).where(table(Household).c.number == 31)).one()
        visit = tx.execute(select(table(Visit))).one()
        assert (visit.household_id, visit.outcome, visit.mode) == (home.id, "completed", "door")
        assert home.label == "ngõ 3, cạnh nhà văn hóa" and home.added_on == WEDNESDAY
        assert tx.scalar(select(table(Appointment).c.household_id)) == home.id
    assert "🤝" not in village.say("an", "hôm nay đi đâu") and states(village, "help_visit") == ["cleared"]
    assert "Cảm ơn anh/chị" in village.press("an", "✅ xong, kết thúc")


def test_a_promised_visit_is_on_the_printed_list_without_the_persons_words(village: Village) -> None:
    import pypdfium2

    promise(village)
    with village.database.read() as tx:
        rows = Reading(tx)
        look = Look(rows, words("vi"), village.mind.library, village.now, WEDNESDAY, village.now, 0)
        paper = list_paper.make(look, f"{village.hamlet}:0:{WEDNESDAY.isoformat()}")
    assert paper is not None
    page = pypdfium2.PdfDocument(paper.content)
    text = page[0].get_textpage().get_text_range()
    page.close()
    assert "ngõ 3, cạnh nhà văn hóa" in text and "đã hẹn 10:00" in text and "mật khẩu" not in text


def test_a_promised_visit_to_a_known_house_is_first_today_goal_reached_or_not_whoever_holds_it(village: Village) -> None:
    """The helper sees it although the household is in another member's hands and has reached what the campaign is for."""
    village.comes("dan")
    with village.database.write() as tx:
        home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 12))
        tx.execute(insert(table(Campaign)), {"name": "C", "document": "", "place_id": village.commune, "starts_on": WEDNESDAY,
                                             "ends_on": WEDNESDAY + timedelta(days=60), "goal_service": "vneid_level2",
                                             "target_percent": 100})
        tx.execute(insert(table(Attainment)), {"key": "k", "household_id": home, "service": "vneid_level2",
                                               "achieved_on": WEDNESDAY, "verification": "self_reported",
                                               "recorded_by": 2, "recorded_at": village.now, "assisted_by": ""})
        tx.execute(insert(table(Assignment)), {"household_id": home, "person_id": 2, "shared": False, "assigned_at": village.now})
    village.say("dan", "nhờ người giúp", "không giữ", "quên mật khẩu")
    village.press("an", "tôi nhận giúp")
    village.press("an", "hẹn đến nhà")
    village.say("an", "25/11/2026 lúc 10 giờ")
    village.say("an", "hộ 12")
    told = village.say("an", "hôm nay đi đâu")
    assert "Hộ 12 · có hẹn" in told and told.index("Hộ 12") < told.index("Hộ 1 "), told
    village.press("an", "Hộ 12")
    village.press("an", "vắng")
    assert "Hộ 12 · có hẹn" not in village.say("an", "hôm nay đi đâu")


def test_a_promised_visit_to_a_house_that_has_a_number_after_all(village: Village) -> None:
    promise(village)
    village.say("an", "hôm nay đi đâu")
    village.press("an", "🤝 10:00")
    assert "không có hộ 999" in village.say("an", "999")
    assert "Hộ 12" in village.say("an", "hộ 12")
    told = village.press("an", "vắng")
    assert "CHƯA LƯU" in told and "hộ 12" in told
    village.press("an", "💾 lưu")
    with village.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(table(Household))) == 30
        assert tx.scalar(select(table(Appointment).c.household_id)) == tx.scalar(
            select(table(Household).c.id).where(table(Household).c.number == 12))


def test_a_promised_visit_is_logged_once_whoever_is_quicker(village: Village) -> None:
    promise(village)
    for who in ("an", "chi"):
        village.say(who, "hôm nay đi đâu")
        village.press(who, "🤝 10:00")
        village.press(who, "➕ hộ mới")
        village.press(who, "vắng")
    village.press("an", "💾 lưu")
    assert "đã khép lại" in village.press("chi", "💾 lưu")
    with village.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(table(Household))) == 31
        assert tx.scalar(select(func.count()).select_from(table(Visit))) == 1


def test_a_promised_visit_nobody_told_of_stays_on_the_list_and_another_day_is_not_today(village: Village) -> None:
    promise(village)
    village.at(instant(WEDNESDAY + timedelta(days=1), 8))
    assert "🤝 Thứ Tư, 25/11/2026, 10:00" in village.say("an", "hôm nay đi đâu")
    village.say("an", "menu")
    village.press("dan", "xong rồi, kết thúc")
    assert "🤝" not in village.say("an", "hôm nay đi đâu")


def agree(village: Village, *answers: str) -> str:
    told = ""
    for answer in (*answers, "chưa biết số hộ", "không ghi"):
        told = village.say("an", answer)
    return told


def remind(village: Village) -> None:
    """Whatever is due leaves; everybody has been silent for a while."""
    with village.database.write() as tx:
        tx.execute(update(table(Chat)).values(heard_at=village.now - timedelta(hours=1)))
        send_due(tx, village.mind, village.now)
        tx.execute(update(table(Outbox)).where(table(Outbox).c.state == "new").values(state="sent", finished_at=village.now))
        send_due(tx, village.mind, village.now)


def states(village: Village, kind: str) -> list[str]:
    with village.database.read() as tx:
        return list(tx.execute(select(table(Reminder).c.state).where(table(Reminder).c.kind == kind)
                               .order_by(table(Reminder).c.id)).scalars())


def test_a_holiday_and_the_hours_of_the_communes_own_desk_move_the_promise(village: Village) -> None:
    with village.database.write() as tx:
        record(SetDesk(village.commune, "Nhà văn hóa xã", "Thứ 2 – thứ 6: 7h – 11h, chiều 1h30 đến 5h", "7:30-11:30"), tx,
               Context(village.now, WEDNESDAY, 1, None, "test"))
    village.at(instant(WEDNESDAY + timedelta(days=2), 16))  # Friday: an hour, and three on Saturday morning
    assert "muộn nhất 10:30 28/11/2026" in ask(village)
    village.press("dan", "thôi, không cần nữa")
    village.at(instant(WEDNESDAY - timedelta(days=1), 9))  # a public holiday
    told = ask(village)
    assert "nghỉ lễ" in told and "muộn nhất 11:00 25/11/2026" in told
    assert asked(village)[1:] == [], "nobody is disturbed on a holiday"
    village.at(instant(WEDNESDAY, 7))
    assert asked(village)[1:] == ["binh"]


def test_where_nobody_is_the_desk_is_named_with_its_hours(village: Village) -> None:
    for name in ("an", "binh", "chi"):
        village.blocks(name)
    with village.database.write() as tx:
        record(SetDesk(village.commune, "Số 1 đường Lúa", "7:30-11:30, 13:30-17:00"), tx,
               Context(village.now, WEDNESDAY, 1, None, "test"))
    told = ask(village)
    assert "chưa có ai trực" in told and "Số 1 đường Lúa" in told and "7:30-11:30" in told


def test_what_nobody_ever_answers_ends_with_an_honest_word(village: Village) -> None:
    ask(village)
    for day in range(1, 6):
        village.at(instant(WEDNESDAY + timedelta(days=day), 9))
    assert village.requests() == ["expired"] and "chưa ai giúp bác được" in village.told("dan")


def test_a_talk_that_fell_silent_is_closed(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.say("an", "Chào bác")
    village.at(instant(WEDNESDAY + timedelta(days=2), 8, 59))
    assert village.requests() == ["talking"]
    village.at(instant(WEDNESDAY + timedelta(days=2), 9))
    assert village.requests() == ["expired"] and "khép cuộc nói chuyện" in village.told("dan")


def test_the_ways_out_work_and_say_how_to_come_back(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    for way in ("menu", "thoát", "/menu", "trang chủ"):
        told = village.say("dan", way)
        assert "vẫn còn" in told and "Nói chuyện tiếp" in told, way
        assert "Mình chưa rõ ý" in village.say("dan", "bác bấm nút nào"), way
        assert "đang nói chuyện với Chị An" in village.press("dan", "nói chuyện tiếp")
        village.take("an")
        assert village.say("dan", "còn đây") == "" and "còn đây" in village.told("an")
    village.post("dan", Incoming(Kind.START, village.now))
    village.turn()
    assert "vẫn còn" in village.told("dan")


def test_a_secret_is_masked_and_the_sender_is_warned(village: Village) -> None:
    from bot.receive import guard

    ask(village)
    village.press("an", "tôi nhận giúp")
    village.take("an")
    village.post("dan", guard(Incoming(Kind.TEXT, village.now, text="mã OTP là 482913 nhập vào đâu", message="77")))
    village.turn()
    assert "482913" not in (seen := village.told("an")) and "nhập vào đâu" in seen
    assert village.told("dan") != ""
    with village.database.read() as tx:
        assert all("482913" not in str(row) for row in tx.execute(select(table(Outbox).c.parcel)))


def test_a_leader_may_take_what_somebody_else_holds(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.say("chi", "việc nhờ giúp")
    village.press("chi", "việc 1")
    village.press("chi", "để tôi giúp")
    assert "chuyển cho người khác" in village.told("an")
    village.press("chi", "tôi nhận giúp")
    village.say("dan", "Chào tổ trưởng")
    assert "Chào tổ trưởng" in village.told("chi") and village.told("an") == ""


def test_a_helper_in_the_middle_of_a_visit_answers_the_bot_not_the_citizen(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.say("an", "menu")
    village.say("an", "ghi lượt")
    village.take("dan")
    assert "Hộ 7" in village.say("an", "7")
    assert village.told("dan") == ""
    village.say("dan", "chị ơi")
    assert "chị ơi" in village.told("an")


def test_every_change_leaves_its_trace(village: Village) -> None:
    ask(village)
    village.press("an", "tôi nhận giúp")
    village.press("an", "xong, kết thúc")
    with village.database.read() as tx:
        trail = tx.execute(select(table(AuditEvent).c.action).order_by(table(AuditEvent).c.id)).scalars().all()
    assert trail == ["help_offer", "help_accept", "help_close"]


def test_leaders_are_told_again_each_day_of_what_nobody_takes(village: Village) -> None:
    ask(village)
    village.at(instant(WEDNESDAY, 15))
    assert village.requests() == ["escalated"] and "Quá 4 giờ" in village.told("chi")
    village.at(instant(WEDNESDAY, 17))
    remind(village)
    assert "1 việc nhờ giúp đã quá giờ hẹn" in village.told("chi")
    for days in (0, 1, 2):
        plan(village, days)
    remind(village)
    assert village.told("chi") == "", "once a day"
    village.at(instant(WEDNESDAY + timedelta(days=1), 17))
    remind(village)
    assert "quá giờ hẹn" in village.told("chi")
    village.press("chi", "việc nhờ giúp")
    village.press("chi", "việc 1")
    village.press("chi", "để tôi giúp")
    village.say("chi", "Chào bác, tôi đây")
    village.at(instant(WEDNESDAY + timedelta(days=2), 17))
    remind(village)
    assert village.told("chi") == "" and states(village, "help_unanswered") == ["sent", "sent", "cleared"]


def plan(village: Village, days: int) -> None:
    with village.database.write() as tx:
        reminder_plans.plan(tx, WEDNESDAY + timedelta(days=days), calendar(Reading(tx)))


def test_the_reminder_of_what_is_unanswered(village: Village) -> None:
    ask(village)
    with village.database.read() as tx:
        rows = Reading(tx)
        known = people.who(rows, [3], WEDNESDAY)
        for hour, expected in ((14, False), (17, True)):
            look = Look(rows, words("vi"), village.mind.library, instant(WEDNESDAY, hour), WEDNESDAY, village.now, 1, known[3])
            assert (unanswered(None, look) is not None) == expected


@pytest.mark.parametrize("label, called", [("Chị Trần Thị An", "Chị An"), ("Nguyễn Văn Bình", "Bình"), ("Anh Bình", "Anh Bình"),
                                           ("Chi", "Chi"), ("", "")])
def test_only_the_first_name_is_shown(label: str, called: str) -> None:
    assert first_name(label) == called
