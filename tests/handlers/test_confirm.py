"""A household's own word: a code shown once, asked after visits where it agreed, and what its answer changes."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from bot.receive import guard
from bot.tending import pass_on
from content.vietnam_time import instant, local_day
from handlers.talk import Incoming, Kind
from storage.database import Database
from storage.models import Attainment, HouseholdChat, HouseholdCode, HouseholdWord, Reminder, table
from storage.outcomes import Mode, Outcome, Verification
from storage.record import Context, record
from storage.teams import people
from storage.work import confirmations, visits
from tests.handlers.village import WEDNESDAY, Village


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("an", "volunteer", "Chị An")
    made.comes("dan")
    return made


def visited(village: Village, key: str = "v1", number: int = 12, outcome: Outcome = Outcome.COMPLETED) -> None:
    """The volunteer was at that household just now."""
    services = ("vneid_level2",) if outcome.needs_attainment else ()
    with village.database.write() as tx:
        home, on = number, local_day(village.now)  # the village's households bear the numbers of their rows
        record(visits.LogVisit(key, home, village.now, on, Mode.DOOR, outcome, None, None, None, services, ""), tx,
               Context(village.now, on, village.chat("an"), 1, "test"))


def shown(village: Village) -> tuple[str, str]:
    """The code and the link the volunteer shows household 12."""
    told = village.say("an", "mã hộ 12")
    assert "Mã của hộ 12" in told
    code = told.partition("mã hộ ")[2][:9]
    return code, told.partition("?start=h-")[2].split()[0]


def verification(village: Village) -> list[str]:
    with village.database.read() as tx:
        return list(tx.execute(select(table(Attainment).c.verification).where(table(Attainment).c.revoked_on.is_(None))
                               .order_by(table(Attainment).c.id)).scalars())


def minute(village: Village) -> None:
    with time_machine.travel(village.now, tick=False), village.database.write() as tx:
        pass_on(tx, village.mind, village.now)


def test_guided_raises_what_is_known_by_a_row_of_its_own(village: Village) -> None:
    visited(village)
    code, link = shown(village)
    assert "Hộ số 12, Thôn Thử" in village.say("dan", f"mã hộ {code}")
    village.press("dan", "đã được hướng dẫn")
    assert "Cảm ơn bác" in village.press("dan", "không, chỉ lần này")
    assert verification(village) == [Verification.SEEN_BY_VOLUNTEER, Verification.CONFIRMED_BY_HOUSEHOLD]
    with village.database.read() as tx:
        assert tx.execute(select(table(HouseholdChat).c.id)).all() == [], "no link without consent"
        row = tx.execute(select(table(HouseholdCode))).one()
    assert code not in str(row) and link not in str(row) and row.used_at is not None
    assert "không đúng hoặc đã hết hạn" in village.say("dan", f"mã hộ {code}"), "once"


def test_a_link_works_like_the_code_and_its_secret_is_hashed_before_it_is_kept(village: Village) -> None:
    visited(village)
    _, link = shown(village)
    letter = guard(Incoming(Kind.START, village.now, data=f"h-{link}"))
    assert link not in letter.data
    village.post("dan", letter)
    village.turn()
    assert "Hộ số 12" in village.told("dan")
    village.press("dan", "đã được hướng dẫn")
    village.press("dan", "đồng ý, cứ hỏi")
    village.post("khac", letter)
    village.turn()
    assert "đã dùng hoặc hết hạn" in village.told("khac")


def test_not_yet_opens_a_return_visit_and_tells_the_volunteer(village: Village) -> None:
    visited(village)
    code, _ = shown(village)
    village.say("dan", f"Mã hộ {code.replace('-', ' ')}")
    village.press("dan", "chưa")
    village.press("dan", "không, chỉ lần này")
    assert "Hộ 12 nói chưa được hướng dẫn xong" in village.told("an")
    assert verification(village) == [Verification.SEEN_BY_VOLUNTEER]
    with village.database.read() as tx:
        due = tx.execute(select(table(Reminder)).where(table(Reminder).c.state == "scheduled")).one()
    assert (due.subject, due.due_on, due.chat_id) == ("household:12", WEDNESDAY + timedelta(days=1), village.chat("an"))


def test_a_code_dies_and_guessing_is_slow(village: Village) -> None:
    visited(village)
    code, _ = shown(village)
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"
    for _ in range(people.GUESSES):
        assert "không đúng" in village.say("dan", f"mã hộ {wrong}")
    assert "nhiều lần" in village.say("dan", f"mã hộ {code}"), "even the right one has to wait now"
    village.now += timedelta(minutes=11)
    assert "Hộ số 12" in village.say("dan", f"mã hộ {code}")
    village.say("dan", "menu")
    village.now += confirmations.LIVES
    assert "không đúng hoặc đã hết hạn" in village.say("dan", f"mã hộ {code}")


def test_two_chats_with_the_same_code_and_one_answer(village: Village) -> None:
    visited(village)
    village.comes("khac")
    code, _ = shown(village)
    for name in ("dan", "khac"):
        village.say(name, f"mã hộ {code}")
        village.press(name, "đã được hướng dẫn")
    village.press("dan", "không, chỉ lần này")
    assert "đã dùng hoặc hết hạn" in village.press("khac", "không, chỉ lần này")
    assert len(verification(village)) == 2


def test_a_household_that_agreed_is_asked_after_the_next_visit_at_a_welcome_hour(village: Village) -> None:
    visited(village)
    code, _ = shown(village)
    village.say("dan", f"mã hộ {code}")
    village.press("dan", "chưa")
    village.press("dan", "đồng ý, cứ hỏi")
    village.now = instant(WEDNESDAY + timedelta(days=1), 19, 50)
    visited(village, "v2")
    village.now = instant(WEDNESDAY + timedelta(days=1), 20, 5)
    minute(village)
    assert village.told("dan") == ""
    village.now = instant(WEDNESDAY + timedelta(days=2), 7)
    minute(village)
    minute(village)
    assert village.told("dan").count("Tổ vừa đến hộ số 12") == 1
    assert "Cảm ơn bác" in village.press("dan", "đã được hướng dẫn")
    assert verification(village)[-1] == Verification.CONFIRMED_BY_HOUSEHOLD
    assert "trả lời rồi" in village.press("dan", "chưa"), "the first answer stands"
    village.press("dan", "thôi hỏi tôi")
    visited(village, "v3")
    minute(village)
    assert "Tổ vừa đến" not in village.told("dan")


def test_nobody_answers_for_another_chat(village: Village) -> None:
    visited(village)
    code, _ = shown(village)
    village.say("dan", f"mã hộ {code}")
    village.press("dan", "chưa")
    village.press("dan", "đồng ý, cứ hỏi")
    visited(village, "v2")
    minute(village)
    data = village.button("dan", "đã được hướng dẫn")
    for name in ("an", "nguoi-la"):
        village.post(name, Incoming(Kind.PRESS, village.now, data=data, message="1", ack="a"))
        village.turn()
    with village.database.read() as tx:
        assert "" in tx.execute(select(table(HouseholdWord).c.said)).scalars().all()
    assert Verification.CONFIRMED_BY_HOUSEHOLD not in verification(village)


def test_undoing_the_visit_takes_the_households_word_with_it(village: Village) -> None:
    visited(village)
    code, _ = shown(village)
    village.say("dan", f"mã hộ {code}")
    village.press("dan", "đã được hướng dẫn")
    village.press("dan", "không, chỉ lần này")
    with village.database.write() as tx:
        found = tx.scalar(select(table(Attainment).c.visit_id).limit(1))
        record(visits.UndoVisit(found), tx, Context(village.now, WEDNESDAY, village.chat("an"), 1, "test"))
    assert verification(village) == []


def test_a_citizen_gets_no_codes_and_a_volunteer_none_of_another_hamlet(village: Village) -> None:
    visited(village)
    assert "Mã của hộ" not in village.say("dan", "mã hộ 12")
    village.post("dan", Incoming(Kind.PRESS, village.now, data="/showcode:12", message="1", ack="a"))
    village.turn()
    assert "Mã của hộ" not in village.told("dan")
    village.post("an", Incoming(Kind.PRESS, village.now, data="/showcode:999.12", message="1", ack="a"))
    village.turn()
    assert "không tìm thấy hộ" in village.told("an")


def test_an_old_visit_is_not_confirmed(village: Village) -> None:
    visited(village)
    with village.database.write() as tx:
        tx.execute(update(visits.visit).values(occurred_at=village.now - timedelta(days=40)))
    code, _ = shown(village)
    village.say("dan", f"mã hộ {code}")
    village.press("dan", "đã được hướng dẫn")
    village.press("dan", "không, chỉ lần này")
    assert verification(village) == [Verification.SEEN_BY_VOLUNTEER]


def test_after_a_finished_visit_the_code_is_one_press_away(village: Village) -> None:
    for said in ("ghi lượt", "12"):
        village.say("an", said)
    village.press("an", "xong")
    village.press("an", "làm xong")
    village.press("an", "Định danh mức 2")
    village.press("an", "xong, đi tiếp")
    village.press("an", "không ghi chú")
    assert "Cho hộ xác nhận" in village.press("an", "lưu")
    assert "Mã của hộ 12" in village.press("an", "cho hộ xác nhận")
