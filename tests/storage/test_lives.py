"""A commune lived through day by day by the ordinary records, told a second time in a diary that the reference reads.

Late visits, visits taken back and corrected, households reported out, confirmed and readmitted, new ones, doubles merged and
parted, hamlets that become one and part again: on every day the ledger says what the diary says of that day and of earlier ones.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import Connection, insert, select

from storage import campaigns, coverage, hamlets, household_merges, ledger, visits
from storage.database import Database
from storage.models import Chat, Visit, table
from storage.outcomes import Barrier, Mode, Outcome, Verification
from storage.reading import Reading
from storage.record import Context, record
from storage.standing import LOCAL, AttainmentFact, EntryFact, VisitFact
from storage.visits import Goal
from tests.storage import village
from tests.storage.histories import START
from tests.storage.test_ledger import DRIVE, assert_equal

DAYS, EACH, HOMES = 30, 14, 9
GONE = (Outcome.MOVED_OUT, Outcome.VACANT, Outcome.NOT_HOUSEHOLD)


@dataclass
class Told:
    """A visit in the diary."""

    fact: VisitFact
    goal: bool
    by: str
    key: str


@dataclass
class House:
    added_on: date
    visits: list[Told] = field(default_factory=list)
    lived: list[tuple[date, int]] = field(default_factory=list)
    """From which day on in which hamlet."""
    out: date | None = None

    def hamlet(self, on: date) -> int:
        return [hamlet for since, hamlet in self.lived if since <= on][-1]


class Life:
    """What happens, done in the database and written down in the diary."""

    def __init__(self, tx: Connection, seed: int) -> None:
        self.tx, self.chance, self.today = tx, random.Random(seed), START
        province = village.place(tx, "province", "P")
        self.commune = village.place(tx, "commune", "C", province)
        self.hamlets = [village.place(tx, "hamlet", f"H{n}", self.commune) for n in range(3)]
        self.who = village.people(tx)
        self.chat = tx.execute(insert(table(Chat)).returning(table(Chat).c.id), {
            "account": "t", "ref": "t", "created_at": datetime(2026, 11, 1, tzinfo=UTC), "state": "active", "shown": [],
            "heard_at": datetime(2026, 11, 1, tzinfo=UTC)}).scalar_one()
        self.diary: dict[int, House] = {}
        for hamlet in self.hamlets:
            for home in village.homes(tx, hamlet, HOMES):
                self.diary[home] = House(START, lived=[(date.min, hamlet)])
        self.goal: Goal = village.campaign(tx, self.commune)
        self.doubles: list[tuple[int, int, int, date]] = []
        self.joined: list[tuple[int, int, date, list[int]]] = []
        self.count: Counter[str] = Counter()

    def context(self, who: str) -> Context:
        now = datetime.combine(self.today, time(22), LOCAL).astimezone(UTC)
        return Context(now, self.today, self.chat, self.who[who], "test")

    # --- what happens ------------------------------------------------------------------------------------------------------

    def living(self) -> list[int]:
        gone = {gone for _, _, gone, _ in self.doubles}
        return [home for home in self.diary if home not in gone]

    def _visit(self, home: int, key: str) -> tuple[visits.LogVisit, VisitFact, bool]:
        """Of today or, told late, of up to ten days ago."""
        outcome = self.chance.choice([*Outcome, *GONE, Outcome.NOT_HOME])
        on = max(START, self.today - timedelta(days=self.chance.choice((0, 0, 0, 1, 3, 10))))
        moment = datetime.combine(on, time(self.chance.randint(6, 21), self.chance.randint(0, 59)), LOCAL).astimezone(UTC)
        barrier = self.chance.choice(list(Barrier)) if outcome.needs_barrier else None
        until = on + timedelta(days=self.chance.randint(1, 12)) if outcome.needs_until else None
        mode = self.chance.choice(list(Mode))
        services = (village.GOAL,) if outcome.needs_attainment else ()
        next_on = on if outcome.needs_date else None
        return (visits.LogVisit(key, home, moment, on, mode, outcome, barrier, next_on, until, services, ""),
                VisitFact(moment, outcome, barrier, mode, None, until), bool(services))

    def log(self) -> None:
        home, who = self.chance.choice(self.living()), self.chance.choice("AB")
        key = f"v{self.count.total()}"
        thing, fact, goal = self._visit(home, key)
        record(thing, self.tx, self.context(who))
        self.diary[home].visits.append(Told(fact, goal, who, key))

    def _some_visit(self) -> tuple[int, Told] | None:
        every = [(home, told) for home, house in self.diary.items() for told in house.visits]
        return self.chance.choice(every) if every else None

    def _id(self, told: Told) -> int:
        return int(self.tx.execute(select(table(Visit).c.id).where(table(Visit).c.key == told.key)).scalar_one())

    def undo(self) -> None:
        if found := self._some_visit():
            home, told = found
            record(visits.UndoVisit(self._id(told)), self.tx, self.context(told.by))
            self.diary[home].visits.remove(told)

    def correct(self) -> None:
        if found := self._some_visit():
            home, told = found
            key = f"c{self.count.total()}"
            thing, fact, goal = self._visit(home, key)
            record(visits.CorrectVisit(self._id(told), thing, "nhầm"), self.tx, self.context(told.by))
            self.diary[home].visits.remove(told)
            self.diary[home].visits.append(Told(fact, goal, told.by, key))

    def exclude(self) -> None:
        homes = [home for home in self.living() if any(told.fact.outcome in GONE for told in self.diary[home].visits)]
        if homes:
            home = self.chance.choice(homes)
            record(campaigns.Exclude(self.goal.campaign_id, home), self.tx, self.context("C"))
            self.diary[home].out = self.diary[home].out or self.today

    def readmit(self) -> None:
        homes = [home for home, house in self.diary.items() if house.out]
        if homes:
            home = self.chance.choice(homes)
            record(campaigns.Readmit(self.goal.campaign_id, home), self.tx, self.context("C"))
            self.diary[home].out = None

    def split(self) -> None:
        """Some of a household live by themselves from now on: a new one, untouched."""
        hamlet = self.chance.choice(sorted({self.diary[home].hamlet(self.today) for home in self.living()}))
        number = hamlets.next_number(self.tx, hamlet)
        row = {"hamlet_id": hamlet, "number": number, "label": "", "lane": "", "adult_count": 2, "added_on": self.today}
        home = int(self.tx.execute(insert(visits.household).returning(visits.household.c.id), row).scalar_one())
        campaigns.enter_running(self.tx, hamlet, [home], self.today, "tách hộ")
        self.diary[home] = House(self.today, lived=[(date.min, hamlet)])

    def double(self) -> None:
        kept = self.chance.choice(self.living())
        others = [home for home in self.living()
                  if home != kept and self.diary[home].hamlet(self.today) == self.diary[kept].hamlet(self.today)]
        if others:
            gone = self.chance.choice(others)
            made = household_merges.merge(self.tx, kept, gone, self.today, self.who["A"], self.context("A").now)
            self.doubles.append((made, kept, gone, self.today))

    def part(self) -> None:
        if self.doubles:
            household_merges.part(self.tx, self.doubles.pop()[0], self.today, self.context("A").now)

    def join(self) -> None:
        there = [hamlet for hamlet in self.hamlets if hamlet not in {gone for _, gone, _, _ in self.joined}]
        if len(there) > 1:
            gone, into = self.chance.sample(there, 2)
            made = hamlets.merge(self.tx, gone, into, self.today, self.who["C"], self.context("C").now)
            moved = [home for home, house in self.diary.items() if house.hamlet(date.max) == gone]
            for home in moved:
                self.diary[home].lived.append((self.today, into))
            self.joined.append((made, gone, self.today, moved))

    def divide(self) -> None:
        if self.joined:
            made, _, _, moved = self.joined.pop()
            hamlets.undo(self.tx, made, self.context("C").now)
            for home in moved:
                self.diary[home].lived.pop()

    # --- what the diary says --------------------------------------------------------------------------------------------------

    def told(self, hamlet: int, on: date) -> list[tuple[EntryFact, list[VisitFact], list[AttainmentFact]]]:
        """The households that lived in a hamlet on a day, each with all that was its own by then."""
        into = {gone: kept for _, kept, gone, day in self.doubles if day <= on}
        found = []
        for home, house in self.diary.items():
            if home in into or house.added_on > on or house.hamlet(on) != hamlet:
                continue
            mine = [each for each in self.diary if self._last(each, into) == home]
            said = [told for each in mine for told in self.diary[each].visits]
            reached = [AttainmentFact(village.GOAL, told.fact.on, Verification.SEEN_BY_VOLUNTEER) for told in said if told.goal]
            entry = EntryFact(house.added_on, house.out, confirmed=house.out is not None)
            found.append((entry, [told.fact for told in said], reached))
        return found

    def _last(self, home: int, into: dict[int, int]) -> int:
        while home in into:
            home = into[home]
        return home

    def compare(self, on: date) -> None:
        rows = Reading(self.tx)
        every = []
        for hamlet in self.hamlets:
            said = self.told(hamlet, on)
            every += said
            assert_equal(coverage.by_hamlet(rows, self.goal, [hamlet], on).get(hamlet, coverage.add(())), said, on)
        assert_equal(coverage.total(rows, self.goal, self.commune, on), every, on)


HAPPENS: dict[Callable[[Life], None], int] = {
    Life.log: 60, Life.undo: 8, Life.correct: 9, Life.exclude: 5, Life.readmit: 2, Life.split: 2, Life.double: 4, Life.part: 3,
    Life.join: 1, Life.divide: 1}


@pytest.mark.parametrize("seed", range(6))
def test_the_ledger_tells_what_the_diary_tells(database: Database, seed: int) -> None:
    with database.write() as tx:
        life = Life(tx, seed)
    for number in range(DAYS):
        life.today = START + timedelta(days=number)
        with time_machine.travel(life.context("A").now, tick=False), database.write() as tx:
            life.tx = tx
            if number:
                ledger.turn_over(tx, life.today)
            for what in life.chance.choices(list(HAPPENS), list(HAPPENS.values()), k=EACH):
                what(life)
                life.count[what.__name__] += 1
        with database.read() as tx:
            life.tx = tx
            for back in {0, life.chance.randint(0, number), life.chance.randint(0, 5)}:
                life.compare(max(START, life.today - timedelta(days=back)))
    assert DRIVE.goals == {village.GOAL} and life.count["log"] > 200 and len(life.count) >= 9, life.count
