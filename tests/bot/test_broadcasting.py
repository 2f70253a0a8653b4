"""Telling many: to those who want it, once each, at a welcome hour, after a second look, stopped when asked."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, insert, select, update

from bot.broadcasting import feed
from content.vietnam_time import instant
from handlers.talk import Incoming, Kind
from storage import mail
from storage.announcing import broadcasts
from storage.announcing.broadcasts import ALONE
from storage.database import Database
from storage.models import BroadcastLetter, Chat, Outbox, Residence, Subscription, table
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding.preferences import Prefer
from storage.reminding.reminders import TOO_LATE
from storage.reminding.rhythms import RhythmKind, SetRhythm
from tests.handlers.village import WEDNESDAY, Village

TEXT = "Chiều thứ 7, 14 giờ, nhà văn hóa: hướng dẫn định danh mức 2. Bà con mang căn cước."


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("chi", "leader", "Bác Chi")
    return made


def citizens(village: Village, count: int, wants: bool = True, state: str = "active", begin: int = 0) -> list[str]:
    """So many citizens of the hamlet who once asked for announcements."""
    names = [f"c{begin + n:05}" for n in range(count)]
    with village.database.write() as tx:
        tx.execute(insert(table(Chat)), [{"account": "test", "ref": name, "created_at": village.now, "heard_at": village.now,
                                          "state": state, "shown": []} for name in names])
        ids = tx.execute(select(table(Chat).c.id).where(table(Chat).c.ref.in_(names))).scalars().all()
        tx.execute(insert(table(Residence)), [{"chat_id": id_, "hamlet_id": village.hamlet, "wording": "w",
                                               "told_at": village.now} for id_ in ids])
        tx.execute(insert(table(Subscription)), [{"chat_id": id_, "wants": wants, "changed_at": village.now} for id_ in ids])
    return names


def write(village: Village, who: str = "chi", kind: str = "thông báo", urgent: str = "") -> str:
    """Write an announcement up to the preview."""
    village.say(who, "gửi thông báo")
    village.press(who, kind)
    village.press(who, "thành viên tổ và")
    village.say(who, TEXT)
    told = village.press(who, "3 ngày")
    return village.press(who, urgent) if urgent else told


def run(village: Village, seconds: int = 1, fates: str = "sent") -> int:
    """Feed for so many seconds, everything in the outbox sent meanwhile; how many messages left."""
    left = 0
    for _ in range(seconds):
        with time_machine.travel(village.now, tick=False), village.database.write() as tx:
            feed(tx, village.mind, village.now)
        left += settle(village, fates)
        village.now += timedelta(seconds=5)
    return left


def settle(village: Village, fate: str = "sent") -> int:
    with village.database.write() as tx:
        new = (table(Outbox).c.state == "new")
        ids = tx.execute(select(table(Outbox).c.id).where(new)).scalars().all()
        mail.advance(tx, [mail.Settled(id_, fate, village.now, external_id=f"m{id_}") for id_ in ids], [], village.now)
    return len(ids)


def received(village: Village) -> dict[str, int]:
    """How often each chat got the announcement."""
    with village.database.read() as tx:
        rows = tx.execute(select(table(Chat).c.ref, func.count()).join(table(Outbox), table(Outbox).c.chat_id == table(Chat).c.id)
                          .where(table(Outbox).c.lane == mail.BROADCAST, table(Outbox).c.state == "sent")
                          .group_by(table(Chat).c.ref))
        return dict(rows.all())


def test_from_writing_to_the_last_message(village: Village) -> None:
    names = citizens(village, 30)
    citizens(village, 3, wants=False, begin=100)
    citizens(village, 2, state="blocked", begin=200)
    village.comes("nobody")  # never asked for anything
    told = write(village)
    assert "CHƯA GỬI · 31 người · khoảng 1 phút · đến 20:00 28/11/2026" in told and TEXT in told
    assert received(village) == {}
    trial = village.press("chi", "gửi thử cho tôi")
    assert "📢 Thông báo – Thôn Thử" in trial and TEXT in trial and "xem kỹ" in trial
    assert "Bắt đầu gửi" in village.press("chi", "gửi đi")
    assert "đã được duyệt" in village.press("chi", "gửi đi"), "pressed twice, it is sent once"
    run(village, 4)
    assert received(village) == {**dict.fromkeys(names, 1), "chi": 1}
    told = village.told("chi")
    assert "Đã gửi xong\nĐến nơi: 31/31" in told
    assert "đã chặn bot: 2" in told and "không muốn nhận: 3" in told
    assert "Thông báo này đã gửi xong" in village.press("chi", "gửi đi"), "the same button again sends nothing"
    run(village, 2)
    assert set(received(village).values()) == {1}


def test_more_than_a_few_people_need_a_second_person(village: Village) -> None:
    citizens(village, ALONE + 1)
    assert "Cần một người thứ hai duyệt" in write(village)
    assert "Chưa có người thứ hai" in village.press("chi", "gửi đi"), "nobody approves their own text"
    village.joins("officer", "commune_officer", "Cán bộ Dung")
    village.joins("an", "volunteer")
    assert "Đã nhờ người thứ hai" in village.press("chi", "gửi đi")
    told = village.told("officer")
    assert "Bác Chi nhờ anh/chị duyệt" in told and f"{ALONE + 2} người" in told and TEXT in told
    approve = village.button("officer", "duyệt, gửi đi")
    for name in ("chi", "an", "c00001"):
        village.post(name, Incoming(Kind.PRESS, village.now, data=approve, message="1", ack="a"))
        village.turn()
    run(village, 2)
    assert received(village) == {}, "neither the writer, nor a member, nor a citizen may approve"
    assert "Đã duyệt" in village.press("officer", "duyệt, gửi đi")
    assert "đã được duyệt" in village.told("chi")
    run(village, 6)
    assert len(received(village)) == ALONE + 3 and set(received(village).values()) == {1}


def test_a_text_that_is_not_approved_goes_nowhere(village: Village) -> None:
    citizens(village, ALONE + 1)
    village.joins("officer", "commune_officer")
    write(village)
    village.press("chi", "gửi đi")
    village.press("officer", "không duyệt")
    assert "chưa được duyệt" in village.told("chi")
    assert "không được duyệt" in village.press("officer", "duyệt, gửi đi")
    run(village, 2)
    assert received(village) == {}


def test_the_stop_button_stops_it(village: Village) -> None:
    citizens(village, 150)
    village.mind = slower(village, per_second=10.0)
    write(village)
    village.press("chi", "gửi đi")
    run(village, 2)
    before = len(received(village))
    assert 0 < before < 100
    assert "Đang dừng" in village.press("chi", "dừng gửi")
    run(village, 5)
    assert len(received(village)) == before
    told = village.told("chi")
    assert f"Đã dừng\nĐến nơi: {before}/151" in told and f"Chưa gửi vì đã dừng: {151 - before}" in told


def slower(village: Village, per_second: float):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    from tests.bot.test_poison import LIMITS

    return replace(village.mind, limits={"test": replace(LIMITS, per_second=per_second)})


def test_no_more_than_a_few_seconds_worth_stand_in_the_outbox(village: Village) -> None:
    citizens(village, 190)
    village.mind = slower(village, per_second=10.0)
    write(village)
    village.press("chi", "gửi đi")
    for _ in range(5):
        with village.database.write() as tx:
            feed(tx, village.mind, village.now)
            assert broadcasts.on_their_way(tx, "test", mail.BROADCAST) == 31


def test_what_left_before_it_could_be_stopped_counts_as_sent(village: Village) -> None:
    citizens(village, 20)
    write(village)
    village.press("chi", "gửi đi")
    with village.database.write() as tx:
        feed(tx, village.mind, village.now)
        left = tx.execute(select(table(Outbox).c.id).where(table(Outbox).c.lane == mail.BROADCAST)).scalars().all()
        mail.advance(tx, [], left[:5], village.now)
    village.press("chi", "dừng gửi")
    with village.database.write() as tx:
        mail.advance(tx, [mail.Settled(id_, "sent", village.now, external_id="x") for id_ in left[:5]], [], village.now)
    settle(village)
    run(village, 2)
    assert "Đã dừng\nĐến nơi: 5/21" in village.told("chi")


@pytest.mark.parametrize("hour, minute, citizens_get_it, leader_gets_it", [
    (6, 29, False, False), (6, 30, False, True), (7, 0, True, True), (12, 0, False, True), (14, 0, True, True),
    (20, 0, False, True), (21, 0, False, False)])  # fmt: skip
def test_quiet_hours_hold_for_each_audience(sqlite_url: str, hour: int, minute: int, citizens_get_it: bool, leader_gets_it: bool
                                            ) -> None:
    database = Database(sqlite_url)
    village = Village(database)
    village.joins("chi", "leader")
    names = citizens(village, 3)
    write(village)
    village.press("chi", "gửi đi")
    village.now = instant(WEDNESDAY, hour, minute)
    run(village)
    assert set(received(village)) == ({*names} if citizens_get_it else set()) | ({"chi"} if leader_gets_it else set())
    village.now = instant(WEDNESDAY + timedelta(days=1), 8)
    run(village, 2)
    assert received(village) == dict.fromkeys([*names, "chi"], 1), "in the next welcome hour, once"
    database.close()


def test_one_announcement_a_day_and_a_warning_all_the_same(village: Village) -> None:
    names = citizens(village, 3)
    for _ in range(2):
        write(village)
        village.press("chi", "gửi đi")
        run(village, 2)
    assert received(village) == {**dict.fromkeys(names, 1), "chi": 2}
    write(village, kind="cảnh báo lừa đảo", urgent="không khẩn")
    village.press("chi", "gửi đi")
    run(village, 2)
    assert received(village) == {**dict.fromkeys(names, 2), "chi": 3}
    village.now = instant(WEDNESDAY + timedelta(days=1), 8)
    run(village, 2)
    assert received(village) == {**dict.fromkeys(names, 3), "chi": 3}, "the second one came the next morning"


def test_an_urgent_warning_goes_at_any_hour_once_an_officer_has_approved_it(village: Village) -> None:
    names = citizens(village, 3)
    village.joins("dao", "leader")
    village.joins("officer", "commune_officer")
    village.now = instant(WEDNESDAY, 22)
    write(village, kind="cảnh báo lừa đảo", urgent="khẩn")
    village.press("chi", "gửi đi")
    assert village.told("dao") == "", "another leader cannot approve what is urgent"
    run(village)
    assert received(village) == {}
    village.press("officer", "duyệt, gửi đi")
    run(village, 2)
    assert set(names) <= set(received(village))


def test_what_could_not_be_sent_in_time_is_dropped_with_its_reason(village: Village) -> None:
    citizens(village, 3)
    write(village)
    village.press("chi", "gửi đi")
    village.now = instant(WEDNESDAY + timedelta(days=4), 9)
    run(village, 2)
    assert received(village) == {} and "quá hạn: 4" in village.told("chi")


def paused(village: Village, who: str, until: date) -> None:
    with village.database.write() as tx:
        person = tx.scalar(select(table(Chat).c.person_id).where(table(Chat).c.ref == who))
        record(Prefer(paused_until=until), tx, Context(village.now, WEDNESDAY, village.chat(who), person, "test"))


def test_somebodys_own_pause_holds_announcements_until_it_ends(village: Village) -> None:
    """A citizen's and a member's; whoever asked for peace until tomorrow gets it tomorrow, once."""
    names = citizens(village, 3)
    village.joins("an", "volunteer")
    paused(village, names[0], WEDNESDAY + timedelta(days=1))
    paused(village, "an", WEDNESDAY + timedelta(days=2))
    write(village)
    village.press("chi", "gửi đi")
    run(village, 2)
    assert received(village) == dict.fromkeys([*names[1:], "chi"], 1)
    assert "Còn chờ: 2" in (told := village.told("chi")) and "– đang tạm ngừng nhắc: 2" in told
    village.now = instant(WEDNESDAY + timedelta(days=1), 8)
    run(village, 2)
    assert received(village) == dict.fromkeys([*names, "chi"], 1)
    village.now = instant(WEDNESDAY + timedelta(days=2), 8)
    run(village, 2)
    assert received(village) == dict.fromkeys([*names, "chi", "an"], 1) and "Đến nơi: 5/5" in village.told("chi")


def test_whoever_ends_a_pause_early_gets_it_the_next_morning(village: Village) -> None:
    (name,) = citizens(village, 1)
    paused(village, name, WEDNESDAY + timedelta(days=20))
    write(village)
    village.press("chi", "gửi đi")
    run(village, 2)
    village.say(name, "bắt đầu nhắc")
    village.now = instant(WEDNESDAY + timedelta(days=1), 8, 5)
    run(village, 2)
    assert received(village) == {name: 1, "chi": 1}


def test_a_pause_longer_than_the_announcement_ends_it_with_that_reason(village: Village) -> None:
    (name,) = citizens(village, 1)
    paused(village, name, WEDNESDAY + timedelta(days=20))
    write(village)
    village.press("chi", "gửi đi")
    run(village, 2)
    village.now = instant(WEDNESDAY + timedelta(days=4), 9)
    run(village, 2)
    assert received(village) == {"chi": 1}
    assert "Quá hạn, đang tạm ngừng nhắc: 1" in (told := village.told("chi")) and "Đã gửi xong\nĐến nơi: 1/2" in told


@pytest.mark.parametrize("place", ["hamlet", "commune"])
def test_a_place_in_peace_gets_no_announcement_and_only_an_urgent_warning_goes_through(village: Village, place: str) -> None:
    names = citizens(village, 2)
    village.joins("officer", "commune_officer")
    where = village.hamlet if place == "hamlet" else village.commune
    with village.database.write() as tx:
        record(SetRhythm(where, RhythmKind.PEACE, ends_on=WEDNESDAY), tx,
               Context(village.now, WEDNESDAY, village.chat("chi"), None, "test"))
    paused(village, names[0], WEDNESDAY + timedelta(days=2))
    write(village)
    village.press("chi", "gửi đi")
    write(village, kind="cảnh báo lừa đảo", urgent="không khẩn")
    village.press("chi", "gửi đi")
    run(village, 2)
    assert received(village) == {}, "neither citizens nor the team, neither news nor a warning that is not urgent"
    assert "– thôn đang tạm ngừng nhắc" in village.told("chi")
    write(village, kind="cảnh báo lừa đảo", urgent="khẩn")
    village.press("chi", "gửi đi")
    village.press("officer", "duyệt, gửi đi")
    run(village, 2)
    assert received(village) == dict.fromkeys([*names, "chi"], 1), "a pause does not keep a warning of today away"
    village.now = instant(WEDNESDAY + timedelta(days=1), 8)
    run(village, 2)
    assert received(village) == {names[0]: 1, names[1]: 3, "chi": 3}


def test_even_an_urgent_warning_leaves_those_in_peace_who_said_stop(village: Village) -> None:
    names = citizens(village, 2)
    village.joins("officer", "commune_officer")
    village.say(names[0], "dừng")
    write(village, kind="cảnh báo lừa đảo", urgent="khẩn")
    village.press("chi", "gửi đi")
    village.press("officer", "duyệt, gửi đi")
    run(village, 2)
    assert names[0] not in received(village) and names[1] in received(village)


def test_nobody_is_interrupted_in_the_middle_of_a_guide(village: Village) -> None:
    names = citizens(village, 2)
    village.say(names[0], "nhờ người giúp")
    write(village)
    village.press("chi", "gửi đi")
    run(village, 2)
    assert received(village) == {names[1]: 1, "chi": 1} and "– đang dở việc với bot: 1" in village.told("chi")
    village.now += timedelta(minutes=31)
    run(village, 2)
    assert received(village) == dict.fromkeys([*names, "chi"], 1)


def test_what_could_not_leave_before_the_quiet_hours_leaves_after_them(village: Village) -> None:
    """The channel is down from the evening on: delivery refuses what would arrive at night, and it comes again."""
    names = citizens(village, 2)
    village.now = instant(WEDNESDAY, 19, 50)
    write(village)
    village.press("chi", "gửi đi")
    with village.database.write() as tx:
        feed(tx, village.mind, village.now)
        rows = tx.execute(select(table(Outbox).c.id, table(Chat).c.ref, table(Outbox).c.parcel)
                          .join(table(Chat), table(Chat).c.id == table(Outbox).c.chat_id)
                          .where(table(Outbox).c.lane == mail.BROADCAST)).all()
        until = {row.ref: datetime.fromtimestamp(row.parcel["until"], UTC) for row in rows}
        assert until == {**dict.fromkeys(names, instant(WEDNESDAY, 20)), "chi": instant(WEDNESDAY, 21)}
        mail.advance(tx, [mail.Settled(row.id, "failed", village.now, problem=TOO_LATE) for row in rows], [], village.now)
    village.now = instant(WEDNESDAY, 23)
    run(village, 2)
    assert received(village) == {} and "– giờ nghỉ: 3" in village.told("chi")
    village.now = instant(WEDNESDAY + timedelta(days=1), 8)
    run(village, 2)
    assert received(village) == dict.fromkeys([*names, "chi"], 1) and "Đến nơi: 3/3" in village.told("chi")


def test_progress_is_not_written_again_while_nothing_happens(village: Village) -> None:
    names = citizens(village, 2)
    paused(village, names[0], WEDNESDAY + timedelta(days=2))
    write(village)
    village.press("chi", "gửi đi")
    run(village, 40)
    with village.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(table(Outbox)).where(table(Outbox).c.key.like("bp:%"))) <= 2


def test_whoever_says_stop_meanwhile_is_left_out(village: Village) -> None:
    names = citizens(village, 40)
    village.mind = slower(village, per_second=2.0)
    write(village)
    village.press("chi", "gửi đi")
    run(village)
    village.say(names[-1], "thôi nhận thông báo")
    village.say(names[-2], "dừng")
    village.blocks(names[-3])
    run(village, 12)
    assert set(received(village)) == {*names[:-3], "chi"}
    told = village.told("chi")
    assert "không muốn nhận: 2" in told and "đã chặn bot: 1" in told


def test_a_place_of_ones_own_only(village: Village) -> None:
    """Somebody else's buttons do nothing, whoever they are."""
    citizens(village, 2)
    village.joins("an", "volunteer")
    assert "dành cho thành viên được giao" in village.say("an", "gửi thông báo")
    write(village)
    for name in ("an", "c00000"):
        for verb in ("send", "trial", "unsend", "stopsend", "approve", "refuse"):
            data = village.button("chi", "gửi đi").replace("send", verb)
            village.post(name, Incoming(Kind.PRESS, village.now, data=data, message="1", ack="a"))
            village.turn()
            assert TEXT not in village.told(name)
    run(village, 2)
    assert received(village) == {}


def test_it_goes_on_at_the_same_row_whenever_it_is_interrupted(village: Village) -> None:
    """Transactions that never commit, messages in mid-send when the program dies: nobody twice, everybody accounted for."""
    chance = random.Random(7)
    names = citizens(village, 120)
    village.mind = slower(village, per_second=8.0)
    write(village)
    village.press("chi", "gửi đi")
    for _ in range(60):
        try:
            with village.database.write() as tx:
                feed(tx, village.mind, village.now)
                if chance.random() < 0.4:
                    raise InterruptedError
        except InterruptedError:
            continue
        with village.database.write() as tx:
            ids = tx.execute(select(table(Outbox).c.id).where(table(Outbox).c.state == "new")).scalars().all()
            mail.advance(tx, [], ids, village.now)
        if chance.random() < 0.3:  # it dies in mid-send
            with village.database.write() as tx:
                mail.recover(tx, "test", village.now)
            continue
        with village.database.write() as tx:
            sending = tx.execute(select(table(Outbox).c.id).where(table(Outbox).c.state == "sending")).scalars().all()
            mail.advance(tx, [mail.Settled(id_, "sent", village.now, external_id="x") for id_ in sending], [], village.now)
        village.now += timedelta(seconds=5)
    with village.database.read() as tx:
        figures = broadcasts.figures(Reading(tx), tx.scalar(select(table(BroadcastLetter).c.broadcast_id)))
        rows = tx.execute(select(table(Outbox).c.key).where(table(Outbox).c.key.like("b:%"))).scalars().all()
    assert len(rows) == len(set(rows)) == len(names) + 1
    assert figures.sent + figures.unknown == len(names) + 1 and figures.unknown > 0 and figures.waiting == 0


def test_the_progress_is_one_message_that_is_edited(village: Village) -> None:
    citizens(village, 100)
    village.mind = slower(village, per_second=5.0)
    write(village)
    village.press("chi", "gửi đi")
    village.take("chi")
    run(village, 10)
    with village.database.read() as tx:
        shown = tx.execute(select(table(Outbox).c.key, table(Outbox).c.parcel).where(table(Outbox).c.key.like("bp:%"))
                           .order_by(table(Outbox).c.id)).all()
        first = tx.scalar(select(table(Outbox).c.external_id).where(table(Outbox).c.key == shown[0].key))
    assert len(shown) > 3 and "edits" not in shown[0].parcel
    assert {row.parcel["edits"] for row in shown[1:]} == {first}


def test_whoever_wrote_it_hears_the_end_in_a_chat_that_is_open_by_then(database: Database) -> None:
    """Begun in a channel that closes two days after their last word, it ends after that."""
    village = Village(database, accounts=("test", "open"))
    limits = village.mind.limits
    closing = replace(limits["test"], proactive=timedelta(hours=48))
    village.mind = replace(village.mind, limits={**limits, "test": closing})
    village.comes("chi-khac", village.joins("chi", "leader", "Bác Chi"), "open")
    names = citizens(village, 3)
    write(village)
    village.press("chi", "gửi đi")
    village.told("chi")
    with village.database.write() as tx:
        tx.execute(update(table(Chat)).where(table(Chat).c.ref == "chi-khac").values(heard_at=village.now - timedelta(days=1)))
        village.now += timedelta(hours=50)
        tx.execute(update(table(Chat)).where(table(Chat).c.ref.in_(names)).values(heard_at=village.now))
    run(village, 3)
    assert received(village) == {**dict.fromkeys(names, 1), "chi-khac": 1}
    with village.database.read() as tx:
        told = tx.execute(select(table(Chat).c.ref, table(Outbox).c.parcel)
                          .join(table(Chat), table(Chat).c.id == table(Outbox).c.chat_id)
                          .where(table(Outbox).c.key.like("bp:%"))).all()
    assert [(row.ref, "edits" in row.parcel) for row in told] == [("chi-khac", False)] and "4" in told[0].parcel["text"]


def test_nothing_is_fed_while_the_progress_is_stuck(village: Village) -> None:
    """A progress message that is on its way is not followed by another one."""
    citizens(village, 100)
    village.mind = slower(village, per_second=5.0)
    write(village)
    village.press("chi", "gửi đi")
    for _ in range(5):
        with village.database.write() as tx:
            feed(tx, village.mind, village.now)
        village.now += timedelta(seconds=10)
    with village.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(table(Outbox)).where(table(Outbox).c.key.like("bp:%"))) == 1


def test_citizens_ask_for_announcements_and_leave_them(village: Village) -> None:
    village.comes("dan")
    told = village.say("dan", "nhận thông báo")
    village.press("dan", "đồng ý giữ")
    assert "Có tin của Thôn Thử" in village.press("dan", "đồng ý nhận"), told
    write(village)
    village.press("chi", "gửi đi")
    run(village, 2)
    assert "📢 Thông báo – Thôn Thử" in (got := village.told("dan")) and "Thôi nhận thông báo" in got
    assert "thôi gửi thông báo" in village.press("dan", "thôi nhận thông báo")
    with village.database.read() as tx:
        assert tx.execute(select(table(Subscription).c.wants)).scalars().all() == [False]


def test_a_person_with_two_chats_gets_it_once_where_they_wrote_last(village: Village) -> None:
    person = village.joins("an", "volunteer")
    village.comes("an-khac", person)
    with village.database.write() as tx:
        later: datetime = village.now + timedelta(minutes=1)
        tx.execute(update(table(Chat)).where(table(Chat).c.ref == "an-khac").values(heard_at=later))
    write(village)
    village.press("chi", "gửi đi")
    run(village, 2)
    assert received(village) == {"an-khac": 1, "chi": 1}
