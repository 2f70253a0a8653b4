"""A morning without signal: thirty messages that arrive late and in any order leave exactly what they would have in order."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from storage.counting import coverage, coverage_snapshots, ledger
from storage.counting.campaign_goals import Goal
from storage.counting.coverage_rules import Coverage
from storage.database import Database
from storage.models import (
    Attainment,
    CampaignDay,
    FollowUpTask,
    Household,
    RegisterEntry,
    Reminder,
    Standing,
    Visit,
    table,
)
from storage.reading import Reading
from storage.work import today
from tests.handlers.typist import Typist
from tests.storage.fields import GOAL, TODAY, Field, at, made, take_back

HOUSES, LETTERS = 12, 30
YESTERDAY = TODAY - timedelta(days=1)
RESULTS = ("xong", "vang", "vuong otp", "do", "hen t7", "di xa den 2/2027", "chua muon", "thieu nguoi", "co roi", "tu choi",
           "khong tim thay", "khong vao duoc", "chuyen di", "nha trong")  # fmt: skip
FORMS = ("{house} {result}", "{house} {result}", "HỘ {house}: {result}", "hom qua {house} {result}", "sang nay {house} {result}",
         "{house} va {other} {result}", "{house} {result}; {other} xqzg", "{house} vuong", "t6 {house} {result}")  # fmt: skip
"""What is certain, and lines that ask something and are left unanswered."""


def morning(chance: random.Random) -> list[tuple[datetime, str]]:
    """Thirty messages of six hours, most of one house, some of two, some of a day before; no result twice at a house."""
    free = {(house, result) for house in range(1, HOUSES + 1) for result in RESULTS}
    said = []
    for minute in sorted(chance.sample(range(360), LETTERS)):
        house, result = chance.choice(sorted(free))
        other = chance.choice([n for n in range(1, HOUSES + 1) if n != house and (n, result) in free])
        free -= {(house, result), (other, result)}
        said.append((at(TODAY, 6) + timedelta(minutes=minute),
                     chance.choice(FORMS).format(house=house, other=other, result=result)))
    return said


def everything(field: Field) -> dict[str, Any]:
    """All that follows from what was said, told by house numbers: what is on record, owed, reached, counted and to be done."""
    tx, rows = field.tx, Reading(field.tx)
    number = {home: n for n, home in enumerate(field.homes, 1)}
    visit, task, reached, kept = table(Visit), table(FollowUpTask), table(Attainment), table(Standing)
    reminder, day, entry = table(Reminder), table(CampaignDay), table(RegisterEntry)

    def told(*columns: object) -> list[tuple[object, ...]]:
        return sorted(((number[row[0]], *row[1:]) for row in tx.execute(select(*columns))), key=repr)

    goal = Goal(field.campaign, "", TODAY - timedelta(days=40), TODAY + timedelta(days=60), GOAL)
    seen = {on: coverage.total(rows, goal, field.hamlet, on) for on in (TODAY - timedelta(days=3), YESTERDAY, TODAY)}
    for on, found in seen.items():
        assert found == sum(coverage.from_record(rows, goal, [field.hamlet], on).values(), Coverage()), on
    stops = [(number[stop.household_id], stop.why, stop.due_on, stop.outcome, stop.barrier)
             for stop in today.plan(rows, field.hamlet, goal, TODAY)]
    return {
        "register": told(entry.c.household_id, entry.c.added_on, entry.c.excluded_on),
        "homes": sorted(tx.execute(select(table(Household).c.number, table(Household).c.label)).all()),
        "visits": told(visit.c.household_id, visit.c.outcome, visit.c.barrier, visit.c.next_on, visit.c.away_until,
                       visit.c.occurred_on, visit.c.occurred_at, visit.c.mode, visit.c.note),
        "reached": told(reached.c.household_id, reached.c.service, reached.c.achieved_on, reached.c.revoked_on),
        "tasks": [row for row in told(task.c.household_id, task.c.state, task.c.due_on, task.c.outcome, task.c.barrier,
                                      task.c.reason) if row[1] != "cancelled"],
        "owed": sorted((number[int(row.subject.split(":")[1])], row.due_on) for row in tx.execute(
            select(reminder.c.subject, reminder.c.due_on).where(reminder.c.state == "scheduled"))),
        "standing": told(kept.c.household_id, *(column for column in kept.c if column.name not in (
            "campaign_id", "household_id", "hamlet_id", "commune_id", "targets"))),
        "days": sorted(tuple(row[2:]) for row in tx.execute(select(day)) if any(row[3:])),
        "series": coverage_snapshots.series(rows, goal, field.commune, TODAY),
        "coverage": seen,
        "stops": stops,
    }


def told_in(database: Database, said: list[tuple[datetime, str]], arrival: list[datetime] | None) -> dict[str, Any]:
    with database.write() as tx:
        field = made(tx, houses=HOUSES)
        ledger.open_(tx, field.campaign, TODAY)
        typist = Typist(field, 1)
        for n, (instant, text) in enumerate(said):
            typist.now = arrival[n] if arrival else None
            typist.say(text, instant)
        ledger.settle(tx)
        found = everything(field)
        take_back(tx)
    return found


SEEDS, HOURS = st.integers(0, 10_000), st.lists(st.integers(0, 600), min_size=LETTERS, max_size=LETTERS)


def late(said: list[tuple[datetime, str]], minutes: list[int]) -> tuple[list[tuple[datetime, str]], list[datetime]]:
    """The same messages in the order in which they come: each so many minutes late, nobody's clock goes back."""
    come = sorted((instant + timedelta(minutes=minutes[n]), n) for n, (instant, _) in enumerate(said))
    return [said[n] for _, n in come], [now for now, _ in come]


@pytest.fixture
def small(sqlite_url: str) -> Iterator[Database]:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS, order=st.permutations(range(LETTERS)))
def test_all_at_noon_in_any_order(small: Database, seed: int, order: list[int]) -> None:
    said = morning(random.Random(seed))
    noon = [at(TODAY, 13)] * LETTERS
    assert told_in(small, [said[n] for n in order], noon) == told_in(small, said, None)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=SEEDS, minutes=HOURS)
def test_each_late_by_itself(small: Database, seed: int, minutes: list[int]) -> None:
    said = morning(random.Random(seed))
    assert told_in(small, *late(said, minutes)) == told_in(small, said, None)


@pytest.mark.parametrize("seed", [11, 12])
def test_one_order_on_both_databases(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    said = morning(chance)
    found = told_in(database, chance.sample(said, LETTERS), [at(TODAY, 13)] * LETTERS)
    assert found == told_in(database, said, None)
    assert len(found["visits"]) >= LETTERS // 2 and found["tasks"] and found["reached"] and found["owed"] and found["series"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_same_twice_within_minutes_is_kept_once_and_asked_about_whichever_comes_first(small: Database, order: tuple[int, int]
                                                                                          ) -> None:
    said = [(at(TODAY, 9, 0), "4 vang"), (at(TODAY, 9, 8), "4 vang")]
    with small.write() as tx:
        field = made(tx)
        typist = Typist(field, 1, now=at(TODAY, 13))
        heard = [typist.say(text, instant) for instant, text in (said[n] for n in order)]
        assert "Đã ghi 1 hộ" in heard[0] and "Ghi thêm lần nữa?" in heard[1]
        assert len(tx.execute(select(table(Visit).c.id)).all()) == 1
        take_back(tx)
