"""The households a leader asks again: one in twenty by lot, the same for whoever draws, and only where one leads."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from storage.counting import ledger
from storage.counting.campaign_goals import Goal, goal
from storage.database import Database
from storage.models import RegisterEntry, table
from storage.outcomes import Outcome
from storage.reading import Reading
from storage.work import spot_checks
from tests.handlers.typist import Typist
from tests.storage.fields import TODAY, Field, at, made, take_back

NINE = at(TODAY, 9)
LAST_WEEK = TODAY - timedelta(days=4)


@pytest.fixture
def village(database: Database) -> Iterator[Field]:
    with database.write() as tx:
        yield made(tx, houses=90)
        take_back(tx)


def running(field: Field) -> Goal:
    found = goal(Reading(field.tx), [field.hamlet, field.commune], TODAY)
    assert found is not None
    return found


def draw(field: Field, weeks: int = 0) -> list[int]:
    return [each.number for each in spot_checks.drawn(Reading(field.tx), running(field), [field.hamlet],
                                                      TODAY + timedelta(weeks=weeks))]


def test_one_in_twenty_is_drawn_once_a_week_and_for_whoever_draws_the_same(village: Field) -> None:
    for house in range(1, 61):
        village.visit(house, Outcome.COMPLETED, LAST_WEEK)
    village.visit(61, Outcome.NOT_HOME, LAST_WEEK)
    village.visit(62, Outcome.COMPLETED, TODAY)  # this week's are next week's to be asked
    first = draw(village)
    assert len(first) == 3 and set(first) <= set(range(1, 61)) and first == sorted(first)
    assert all(draw(village) == first for _ in range(3))
    assert draw(village, 1) != first, "another week, another draw"
    seen = {number for week in range(40) for number in draw(village, week)}
    assert len(seen) > 45, "everybody's turn comes"


def test_what_is_entered_late_moves_nobody_who_was_drawn(village: Field) -> None:
    for house in range(1, 41):
        village.visit(house, Outcome.COMPLETED, LAST_WEEK)
    before = draw(village)
    for house in range(41, 61):
        village.visit(house, Outcome.COMPLETED, LAST_WEEK, 10)
    after = draw(village)
    assert len(before) == 2 and len(after) == 3
    late = set(after) & set(range(41, 61))
    assert len(set(before) - set(after)) <= len(late), "only a household that came late can take a place"


@pytest.mark.parametrize(("achieved", "size"), [(0, 0), (1, 1), (20, 1), (21, 2), (100, 5), (10_000, spot_checks.MOST)])
def test_at_least_one_and_never_more_than_a_leader_can_ask(achieved: int, size: int) -> None:
    assert spot_checks.size(achieved) == size


def test_a_leader_comes_from_the_numbers_to_the_card_and_nobody_else_does(village: Field) -> None:
    for house in range(1, 22):
        village.visit(house, Outcome.COMPLETED, LAST_WEEK)
    leader = Typist(village)
    leader.say("các hộ", NINE)
    assert "2 hộ cần hỏi lại" in leader.press("🎲", NINE)
    first = draw(village)[0]
    assert leader.press(f"Hộ {first}", NINE).startswith(f"Hộ {first}")
    member = Typist(village, 1)
    member.say("các hộ", NINE)
    assert not [each for each in member.shown if each.label.startswith("🎲")]
    assert "cần hỏi lại" not in member.say("hỏi lại ngẫu nhiên", NINE)


def test_who_left_the_register_is_not_asked(village: Field) -> None:
    village.visit(1, Outcome.COMPLETED, LAST_WEEK)
    entry = table(RegisterEntry)
    village.tx.execute(update(entry).where(entry.c.household_id == village.homes[0]).values(
        excluded_on=LAST_WEEK, excluded_by=village.members[0], confirmed_by=village.members[1]))
    ledger.touch(village.tx, (village.homes[0],), LAST_WEEK)
    ledger.settle(village.tx)
    leader = Typist(village)
    assert draw(village) == [] and "chưa có hộ nào đạt" in leader.say("hỏi lại ngẫu nhiên", NINE)
