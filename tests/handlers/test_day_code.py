"""The code of the day under attack: guessed, worn out, carried to another hamlet, and at midnight."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import insert, select

from bot.clock import Clock
from bot.store import Store
from content.redact import redact
from content.vietnam_time import instant
from handlers.teams.day_code import first_name, heard
from storage.database import Database
from storage.guiding import missed
from storage.models import Attempt, DayCode, MissedQuestion, Place, Residence, Team, table
from storage.reading import Reading
from storage.record import Context, record
from storage.teams import day_codes, people
from tests.handlers.village import WEDNESDAY, Village

PAUSED, TOO_MANY, WRONG, OLD, RIGHT = "Tạm ngừng kiểm tra", "nhiều mã quá", "Không đúng mã", "Mã đã cũ", "Đúng người của tổ"


@pytest.fixture
def village(database: Database) -> Village:
    return Village(database)


def lives(village: Village, name: str, hamlet: int | None = None, since: timedelta = timedelta(0)) -> None:
    """A citizen whose hamlet is known."""
    chat = village.comes(name)
    with village.database.write() as tx:
        tx.execute(insert(table(Residence)), {"chat_id": chat, "hamlet_id": hamlet or village.hamlet, "wording": "w",
                                              "told_at": village.now - since})


def code_of(village: Village, name: str) -> str:
    village.say(name, "mã hôm nay")
    with village.database.read() as tx:
        return str(tx.scalar(select(table(DayCode).c.code).order_by(table(DayCode).c.id.desc()).limit(1)))


def hamlet_beside(village: Village, commune: int | None = None) -> tuple[int, int]:
    """Another hamlet with a team, in the same commune unless another is named."""
    with village.database.write() as tx:
        place = tx.execute(insert(table(Place)).returning(table(Place).c.id), {
            "level": "hamlet", "code": f"beside{commune}", "name": "Thôn Bên", "parent_id": commune or village.commune,
            "valid_from": date(2025, 7, 1), "demonstration": True}).scalar_one()
        team = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": "Tổ Bên", "hamlet_id": place, "valid_from": date(2025, 7, 1)}).scalar_one()
    return int(place), int(team)


def joins(village: Village, name: str, label: str, place: int, team: int) -> int:
    with village.database.write() as tx:
        person = people.add_person(tx, label, "vi", village.now)
        people.serve(tx, person, "volunteer", team, place, date(2026, 1, 1))
    village.comes(name, person)
    return person


@pytest.mark.parametrize(("said", "code"), [
    ("kiểm tra 4821", "4821"), ("Kiem tra: 4821?", "4821"), ("kiểm tra giúp tôi mã 48 21 với", "4821"),
    ("ktra 4 8 2 1 nhé", "4821"),

    ("cho bác kiểm tra người này mã 4821 có phải người của tổ không", "4821"), ("kiểm tra ４８２１", "4821"),
    ("please check code 4821 for me", "4821"), ("kiểm tra hồ sơ 4821", None), ("kiểm tra 48213", None), ("kiểm tra", None),
    ("kiểm tra hộ 482", None), ("4821", None), ("nguoi nay " * 9 + "kiem tra", None)])
def test_asking_about_a_code_is_understood(said: str, code: str | None) -> None:
    assert redact(said).text == said
    assert heard(None, said) == (f"/daycode:{code}" if code else None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("label", "said"), [
    ("Nguyễn Thị Lan", "Lan"), ("Chị Nguyễn Thị Lan", "Chị Lan"), ("Lan", "Lan"), ("Bác Trần Văn Ba (tổ trưởng)", "Bác Ba"),
    ("Trần Lan - xóm 5", "Lan"), ("Trần Lan xóm 5", "Lan"), ("Lê Minh, 0912345678", "Minh"), ("Lê Minh 0912345678", "Minh"),
    ("Anh Hùng", "Anh Hùng"), ("(Lan)", "(Lan)")])
def test_no_surname_is_said_at_the_door(label: str, said: str) -> None:
    assert first_name(label) == said


def test_one_chat_may_try_five_codes(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    lives(village, "ba", since=timedelta(days=9))
    code = code_of(village, "lan")
    wrong = [f"{number:04d}" for number in range(9) if f"{number:04d}" != code][:5]
    assert all(WRONG in village.say("ba", f"kiểm tra {each}") for each in wrong)
    assert TOO_MANY in village.say("ba", f"kiểm tra {code}")
    village.now += people.GUESS_WINDOW + timedelta(seconds=1)
    assert RIGHT in village.say("ba", f"kiểm tra {code}")


def test_many_chats_together_cannot_go_through_the_codes(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    lives(village, "ba", since=timedelta(days=9))
    lives(village, "moi")
    code = code_of(village, "lan")
    tried = 0
    for chat in range(day_codes.WRONG_A_DAY):
        lives(village, f"x{chat}")
        for number in range(5):
            answer = village.say(f"x{chat}", f"kiểm tra {(int(code) + 1 + tried) % 10_000:04d}")
            if PAUSED in answer:
                break
            tried += number < 5
        if PAUSED in answer:
            break
    assert tried == day_codes.WRONG_A_DAY
    assert PAUSED in village.say("moi", f"kiểm tra {code}") and "công an xã" in village.say("moi", f"kiểm tra {code}")
    assert RIGHT in village.say("ba", f"kiểm tra {code}"), "who has lived here for days is still answered"
    village.now += day_codes.A_DAY + timedelta(seconds=1)
    assert OLD in village.say("moi", f"kiểm tra {code}")


def test_a_member_of_another_hamlet_is_nobody_here(village: Village) -> None:
    place, team = hamlet_beside(village)
    joins(village, "minh", "Anh Trần Minh", place, team)
    lives(village, "ba")
    told = village.say("ba", f"kiểm tra {code_of(village, 'minh')}")
    assert WRONG in told and "Minh" not in told and "Trần" not in told and "công an xã" in told


def test_an_old_code_warns_and_names_nobody(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Nguyễn Lan")
    lives(village, "ba")
    code = code_of(village, "lan")
    village.now += timedelta(days=3)
    told = village.say("ba", f"kiểm tra {code}")
    assert OLD in told and "công an xã" in told and "Lan" not in told and "Nguyễn" not in told


def test_the_day_ends_at_midnight_in_vietnam(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    lives(village, "ba")
    village.now = instant(WEDNESDAY, 0) + timedelta(seconds=1)
    code = code_of(village, "lan")
    village.now = datetime(2026, 11, 25, 16, 59, 50, tzinfo=UTC)  # ten seconds before midnight there
    assert RIGHT in village.say("ba", f"kiểm tra {code}")
    village.now = datetime(2026, 11, 25, 17, 0, 0, tzinfo=UTC)
    assert OLD in village.say("ba", f"kiểm tra {code}")
    assert code_of(village, "lan") != code


def test_no_two_members_of_a_commune_have_the_same_code(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    place, team = hamlet_beside(village)
    person = joins(village, "minh", "Anh Minh", place, team)
    village.joins("lan", "volunteer", "Chị Lan")
    monkeypatch.setattr("secrets.choice", min)  # the unluckiest of draws
    assert code_of(village, "lan") != code_of(village, "minh")
    taken = code_of(village, "lan")
    with pytest.raises(day_codes.CodeTaken), village.database.write() as tx:
        record(day_codes.TakeCode(taken, (place,)), tx, Context(village.now, WEDNESDAY, village.chat("minh"),
                                                               person, "test"))
    elsewhere, _ = hamlet_beside(village, commune=place)  # lies in no hamlet's commune of ours
    with village.database.write() as tx:
        record(day_codes.TakeCode(taken, (elsewhere,)), tx, Context(village.now, WEDNESDAY, village.chat("minh"), person, "test"))


def test_a_commune_with_every_code_used_lately_still_draws_one(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    with village.database.write() as tx:
        person = people.add_person(tx, "x", "vi", village.now)
        tx.execute(insert(table(DayCode)), [
            {"person_id": person, "hamlet_id": village.hamlet, "on_day": WEDNESDAY - timedelta(days=2 + at), "code": f"{at:04d}"}
            for at in range(20)])
    with village.database.read() as tx:
        lately = day_codes.taken_lately(Reading(tx), (village.hamlet,), WEDNESDAY)
    assert len(lately) == 20 and code_of(village, "lan") not in lately


def test_what_was_asked_in_vain_and_guessed_is_forgotten_by_the_clock(village: Village) -> None:
    chat = village.comes("ba")
    old = village.now - missed.KEPT_FOR - timedelta(days=1)
    with village.database.write() as tx:
        tx.execute(insert(table(MissedQuestion)), [{"words": words, "language": "vi", "guess": "", "at": at}
                                                   for words, at in (("cũ", old), ("mới", village.now))])
        tx.execute(insert(table(Attempt)), [{"chat_id": chat, "what": "code", "at": at} for at in (old, village.now)])
    store = Store(village.database)
    with time_machine.travel(village.now, tick=False):
        asyncio.run(Clock(store, village.mind, lambda: None).tidy())
    store.close()
    with village.database.read() as tx:
        assert tx.scalars(select(table(MissedQuestion).c.words)).all() == ["mới"]
        assert len(tx.scalars(select(table(Attempt).c.id)).all()) == 1


@pytest.mark.parametrize("said", [
    "mã 4821 đúng không", "người ta đưa mã 4821 có đúng tổ không", "ma nay 4821 la that hay gia vay", "is code 4821 right",
    "họ đọc mã 4821 có đúng người của tổ không chị"])
def test_the_question_in_other_words(said: str) -> None:
    assert heard(None, said) == "/daycode:4821"  # type: ignore[arg-type]


@pytest.mark.parametrize("said", [
    "mã otp 4821 đúng không", "mã hộ 4821 đúng không", "mã 4821 đúng rồi", "mã hồ sơ 4821 đúng không", "4821",
    "mã 482133 đúng không"])
def test_another_code_is_not_that_of_the_day(said: str) -> None:
    assert heard(None, said) is None  # type: ignore[arg-type]
