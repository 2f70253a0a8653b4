"""The quick log: what is understood is written, what is not is asked; never a wrong silent write."""

import random
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from content.fold import fold
from content.vietnam_time import instant
from handlers.quick_reading import known_words, read
from handlers.talk import Incoming, Kind
from storage.database import Database
from storage.models import Household, Visit, table
from storage.outcomes import Barrier, Mode, Outcome
from tests.handlers.village import Village

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(("typed", "meant"), [
    ("12 xong", [((12,), Outcome.COMPLETED)]),
    ("xong 12", [((12,), Outcome.COMPLETED)]),
    ("Hộ 12: VẮNG.", [((12,), Outcome.NOT_HOME)]),
    ("3 5 7 vang; 9 xong; 11 hen t7", [((3, 5, 7), Outcome.NOT_HOME), ((9,), Outcome.COMPLETED), ((11,), Outcome.APPOINTMENT)]),
    ("3,5,7 vắng, 9 xong", [((3, 5, 7), Outcome.NOT_HOME), ((9,), Outcome.COMPLETED)]),
    ("12-15 vang", [((12, 13, 14, 15), Outcome.NOT_HOME)]),
    ("12 vangg", [((12,), Outcome.NOT_HOME)]),
    ("12 co roi\n13 tu choi", [((12,), Outcome.ALREADY_DONE), ((13,), Outcome.REFUSED_HARD)]),
    ("3 chủ hộ vắng", [((3,), Outcome.RIGHT_PERSON_AWAY)]),
    ("1-6 trừ 2 4 xong", [((1, 3, 5, 6), Outcome.COMPLETED)]),
    ("12 từ chối rồi nhé ạ", [((12,), Outcome.REFUSED_HARD)]),
])  # fmt: skip
def test_what_members_type_is_understood(typed: str, meant: list[tuple[tuple[int, ...], Outcome]]) -> None:
    found = read(typed, TODAY)
    assert [(entry.numbers, entry.outcome) for entry in found.entries] == meant and not found.unclear


@pytest.mark.parametrize(("typed", "why"), [
    ("12 chưa xong", "words"), ("12 không xong", "words"), ("12 xong hay vắng", "words"), ("12", "words"), ("xong", "words"),
    ("12 vướng", "barrier"), ("11 hẹn", "day"), ("11 hẹn hôm qua", "words"), ("12 đi xa", "until"), ("5 xong 5 vắng", "twice"),
    ("1-300 xong", "many"), ("1/9 4 xong", "back"), ("12 13 14", "words"), ("xong 12 vắng", "words"),
])  # fmt: skip
def test_what_is_doubtful_is_asked(typed: str, why: str) -> None:
    found = read(typed, TODAY)
    assert not found.entries and found.unclear[0].why == why


def test_details_are_read() -> None:
    stuck, away, late = (read(text, TODAY).entries[0] for text in ("12 vướng otp", "12 đi xa đến 2/2027", "hôm qua 4 xong"))
    assert stuck.barrier is Barrier.OTP_NOT_RECEIVED and away.until == date(2027, 2, 28) and late.days_back == 1
    assert read("11 hẹn t7", TODAY).entries[0].next_on == date(2026, 11, 28)
    assert read("20/11 4 xong", TODAY).entries[0].days_back == 5
    assert read("họp 1-3 xong", TODAY).entries[0].mode is Mode.MEETING


_PIECES = st.sampled_from([
    *known_words().outcomes, *known_words().barriers, "12", "3", "5", "7-9", "1-400", "20/11", "2/2027", "t7", "mai", "hôm qua",
    "không", "chưa", "xong chưa", ";", ",", ".", "\n", "trừ", "đến", "hộ", "rồi", "nhưng", "vắng", "xonng", "hen",
    "99999", "họp", "?", "12a", "xong12"])


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=9))
def test_nothing_is_written_that_was_not_said(pieces: list[str]) -> None:
    """Whatever is typed: every number written stands in the text, with words for that very outcome, and nothing negates it."""
    text = " ".join(pieces)
    for entry in read(text, TODAY).entries:
        clause = fold(entry.words)
        assert any(fold(word) in clause or _near(fold(word), clause) for word, meant in known_words().outcomes.items()
                   if meant is entry.outcome)
        assert "chua xong" not in clause and "nhung" not in clause.split() and "?" not in entry.words
        said = {int(part) for part in "".join(c if c.isdigit() else " " for c in entry.words).split()}
        assert all(number in said or any(low < number < high for low in said for high in said) for number in entry.numbers)


def _near(word: str, clause: str) -> bool:
    return any(len(set(word) ^ set(part)) <= 2 and abs(len(word) - len(part)) <= 1 for part in clause.split())


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("lan", "volunteer", "Chị Lan")
    return made


def visits(village: Village) -> list[tuple[int, str, datetime]]:
    visit, home = table(Visit), table(Household)
    with village.database.read() as tx:
        rows = tx.execute(select(home.c.number, visit.c.outcome, visit.c.occurred_at)
                          .join(home, home.c.id == visit.c.household_id)
                          .where(visit.c.void.is_(False))
                          .where(~visit.c.id.in_(select(visit.c.supersedes_id).where(visit.c.supersedes_id.is_not(None))))).all()
    return sorted((row.number, row.outcome, row.occurred_at) for row in rows)


def test_the_understood_is_saved_and_only_the_rest_is_asked(village: Village) -> None:
    told = village.say("lan", "3 5 vắng; 9 xong; 12 vướng; 88 xong")
    assert "Đã lưu 3 lượt" in told and "Hộ 3, 5" in told and "vướng chỗ nào" in told and "88 không có trong danh sách" in told
    assert [(number, outcome) for number, outcome, _ in visits(village)] == [(3, "not_home"), (5, "not_home"), (9, "completed")]
    village.press("lan", "Không nhận được")
    assert (12, "blocked") in [(number, outcome) for number, outcome, _ in visits(village)]


def test_one_message_is_taken_back_whole(village: Village) -> None:
    village.say("lan", "3 5 7 vắng")
    assert "Đã bỏ 3 lượt" in village.press("lan", "↩️")
    assert visits(village) == []


def test_the_same_told_twice_is_one_visit(village: Village) -> None:
    village.say("lan", "12 xong")
    assert "vừa ghi rồi" in village.say("lan", "12 xong")
    assert len(visits(village)) == 1


def test_a_citizen_logs_nothing(village: Village) -> None:
    village.comes("ba")
    village.say("ba", "12 xong")
    assert visits(village) == []


def test_words_in_a_note_stay_a_note(village: Village) -> None:
    village.say("lan", "ghi lượt", "12")
    village.press("lan", "✅ Xong")
    village.press("lan", "✅ Xong hôm nay")
    village.press("lan", "☐ ")
    village.press("lan", "Xong, đi tiếp")
    assert "CHƯA LƯU" in village.say("lan", "13 vắng nên hẹn sau")
    assert visits(village) == []


def test_an_offline_morning_arrives_shuffled_and_means_the_same(database: Database) -> None:
    """Thirty messages of six hours, delivered late and in any order: each counts at the time it was typed."""
    village = Village(database)
    village.joins("lan", "volunteer", "Chị Lan")
    begin = instant(TODAY, 6)
    typed = [(begin + timedelta(minutes=12 * n), f"{n + 1} {word}") for n, word in
             zip(range(30), ["xong", "vắng", "vướng otp", "hẹn t7", "tu choi"] * 6, strict=False)]
    shuffled = typed[:]
    random.Random(7).shuffle(shuffled)
    village.now = instant(TODAY, 13)
    for at, text in shuffled:
        village.post("lan", Incoming(Kind.TEXT, at, text=text))
    village.turn()
    outcomes = {"xong": "completed", "vắng": "not_home", "vướng otp": "blocked", "hẹn t7": "appointment",
                "tu choi": "refused_hard"}
    expected = sorted((int(text.split()[0]), outcomes[text.split(" ", 1)[1]], at) for at, text in typed)
    assert visits(village) == expected
