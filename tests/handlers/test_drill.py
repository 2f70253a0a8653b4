"""The drill: what is typed there is judged, and reaches no household, no number and no list, whatever it is."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from handlers.visits.drill import TASKS
from storage.database import Database
from storage.models import Attainment, FollowUpTask, Visit, table
from tests.handlers.typist import Typist, words
from tests.storage.fields import TODAY, Field, at, made, take_back

NINE = at(TODAY, 9)
KEPT = (Visit, Attainment, FollowUpTask)


@pytest.fixture
def village(database: Database) -> Iterator[Field]:
    with database.write() as tx:
        yield made(tx)
        take_back(tx)


def rows(field: Field) -> list[int]:
    return [int(field.tx.scalar(select(func.count()).select_from(table(each))) or 0) for each in KEPT]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_lines_that_are_shown_are_right_and_nothing_of_the_drill_is_kept(village: Field, language: str) -> None:
    typist = Typist(village, 1, language=language)
    typist.say("tập ghi" if language == "vi" else "practice", NINE)
    for task in TASKS:
        assert words(language).say(f"drill.{task.key}") in typist.said
        said = typist.say(words(language).say(f"drill.{task.key}.typed"), NINE)
        assert words(language).say("drill.right") in said, (task.key, said)
    assert f"{len(TASKS)}/{len(TASKS)}" in said or f"{len(TASKS)} of {len(TASKS)}" in said
    assert typist.current is None and rows(village) == [0, 0, 0]
    assert "37" not in typist.say("số liệu" if language == "vi" else "summary", NINE) and rows(village) == [0, 0, 0]


def test_a_line_that_says_something_else_is_told_what_was_understood(village: Field) -> None:
    typist = Typist(village, 1)
    typist.say("thôn tập", NINE)
    assert "Mình hiểu là: 3 · ✅ Làm xong" in typist.say("3 xong", NINE)
    assert "Mình hiểu là: chưa rõ gì" in typist.say("hộ ba", NINE)
    assert "Mình hiểu là: 3 · 🚪 Vắng; 4 · 🚪 Vắng" in typist.say("3 vắng; 4 vắng", NINE)
    assert "Gõ thế này là được: “3 vắng”" in typist.press("Cho tôi xem", NINE)
    for _ in TASKS[1:]:
        said = typist.press("Cho tôi xem", NINE)
    assert f"0/{len(TASKS)}" in said and rows(village) == [0, 0, 0]


def test_once_it_is_over_or_left_what_is_typed_is_kept_again(village: Field) -> None:
    typist = Typist(village, 1)
    typist.say("tập ghi", NINE)
    typist.say("5 xong", NINE)
    assert rows(village) == [0, 0, 0]
    typist.say("menu", NINE)
    assert "Đã ghi 1 hộ" in typist.say("5 xong", NINE) and rows(village)[0] == 1


def test_who_logs_no_visits_has_no_drill(village: Field) -> None:
    citizen = Typist(village, None)
    citizen.say("tập ghi", NINE)
    assert citizen.current is None and "Thôn Tập" not in citizen.said
