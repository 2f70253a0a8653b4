"""A commune lived through day by day by the ordinary records, told a second time in a diary that the reference reads.

Late visits, visits taken back and corrected, households reported out, confirmed and readmitted, new ones, doubles merged and
parted, hamlets that become one or two and part or join again, households that move from one to another and back, logs and
lists that come as files: on every day the ledger says what the diary says of that day and of earlier ones.
"""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files

import openpyxl
import pytest
import time_machine
import yaml
from sqlalchemy import Connection, insert, select

from content.lists.households import households
from content.lists.row import Row
from content.lists.sheet import read
from content.lists.visits import visits as visit_log
from handlers.households import visit_list
from handlers.households.household_list import compare
from storage.areas import places
from storage.areas.places import Hamlet
from storage.counting import campaigns, coverage, coverage_snapshots, ledger
from storage.counting.campaign_goals import Goal
from storage.database import Database
from storage.households.standing import AttainmentFact, EntryFact, VisitFact
from storage.local_time import LOCAL
from storage.models import Chat, Visit, table
from storage.moves import hamlet_splits, hamlets, household_merges, household_moves
from storage.outcomes import Barrier, Mode, Outcome, Verification
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.members import Member
from storage.work import visit_lists, visits
from storage.work.household_lists import present
from tests.storage import village
from tests.storage.histories import START
from tests.storage.test_ledger import DRIVE, assert_equal, expected

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
        self.standing = list(self.hamlets)
        self.changed: list[tuple[int, list[int], tuple[int, ...], tuple[int, ...]]] = []
        """What became of hamlets, the newest last: the change, who moved, and which hamlets ended and began by it."""
        self.count: Counter[str] = Counter()
        self.logged: set[tuple[int, datetime]] = set()

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
        while moment in self._moments(home):
            moment += timedelta(minutes=1)
        barrier = self.chance.choice(list(Barrier)) if outcome.needs_barrier else None
        until = on + timedelta(days=self.chance.randint(1, 12)) if outcome.needs_until else None
        mode = self.chance.choice(list(Mode))
        services = (village.GOAL,) if outcome.needs_attainment else ()
        next_on = on if outcome.needs_date else None
        return (visits.LogVisit(key, home, moment, on, mode, outcome, barrier, next_on, until, services, ""),
                VisitFact(moment, outcome, barrier, mode, None, until), bool(services))

    def _moments(self, home: int) -> set[datetime]:
        """When somebody was there, or where it lives on: of two visits at one instant nobody can say which came later."""
        lives_on = self._lives_on(home)
        return {told.fact.occurred_at for each, house in self.diary.items() for told in house.visits
                if self._lives_on(each) == lives_on}

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
                  if home != kept and self.diary[home].hamlet(self.today) == self.diary[kept].hamlet(self.today)
                  and not self._moments(home) & self._moments(kept)]
        if others:
            gone = self.chance.choice(others)
            made = household_merges.merge(self.tx, kept, gone, self.today, self.who["A"], self.context("A").now)
            self.doubles.append((made, kept, gone, self.today))

    def part(self) -> None:
        if self.doubles:
            household_merges.part(self.tx, self.doubles.pop()[0], self.today, self.context("A").now)

    def join(self) -> None:
        if len(self.standing) > 1:
            gone, into = self.chance.sample(self.standing, 2)
            made = hamlets.merge(self.tx, gone, into, self.today, self.who["C"], self.context("C").now)
            self._went(made, [home for home, house in self.diary.items() if house.hamlet(date.max) == gone], into, ended=(gone,))

    def move(self) -> None:
        """One to three households, and whoever lives on in them, come under another hamlet."""
        if len(self.standing) > 1:
            old, into = self.chance.sample(self.standing, 2)
            if homes := self._some(old, 3, leave=0):
                moved = household_moves.move(self.tx, homes, into, self.today, self.context("C"))
                self._went(moved.change_id, self._families(homes, old), into)

    def split_hamlet(self) -> None:
        """A part of a hamlet becomes one of its own."""
        old = self.chance.choice(self.standing)
        if homes := self._some(old, 6, leave=1):
            plan = hamlet_splits.Split(old, f"Thôn {self.count.total()}", "Tổ", tuple(homes))
            parted = hamlet_splits.split(self.tx, plan, self.today, self.context("C"))
            self.hamlets.append(parted.place_id)
            self._went(parted.moved.change_id, self._families(homes, old), parted.place_id, began=(parted.place_id,))

    def _some(self, hamlet: int, most: int, *, leave: int) -> list[int]:
        there = [home for home in self.living() if self.diary[home].hamlet(date.max) == hamlet]
        return self.chance.sample(there, min(len(there) - leave, self.chance.randint(1, most))) if len(there) > leave else []

    def _families(self, homes: list[int], hamlet: int) -> list[int]:
        return [home for home, house in self.diary.items() if house.hamlet(date.max) == hamlet and self._lives_on(home) in homes]

    def _went(self, made: int, moved: list[int], into: int, ended: tuple[int, ...] = (), began: tuple[int, ...] = ()) -> None:
        for home in moved:
            self.diary[home].lived.append((self.today, into))
        self.standing = [*(hamlet for hamlet in self.standing if hamlet not in ended), *began]
        self.changed.append((made, moved, ended, began))

    def divide(self) -> None:
        """The newest change of hamlets is taken back."""
        if self.changed:
            made, moved, ended, began = self.changed.pop()
            hamlets.undo(self.tx, made, self.context("C").now)
            for home in moved:
                self.diary[home].lived.pop()
            empty = [each for each in began if all(house.hamlet(date.max) != each for house in self.diary.values())]
            self.standing = [*(hamlet for hamlet in self.standing if hamlet not in empty), *ended]
            assert set(self.standing) == {each.id for each in places.standing(Reading(self.tx), self.commune)}

    # --- what comes as a file -------------------------------------------------------------------------------------------------

    def _file(self, table_: list[list[str]]) -> list[Row]:
        """The table as the team's own spreadsheet or text file, read again."""
        if self.chance.random() < 0.3:
            out, made = io.BytesIO(), openpyxl.Workbook(write_only=True)
            sheet = made.create_sheet()
            for cells in table_:
                sheet.append([int(cell) if cell.isdigit() else cell or None for cell in cells])
            made.save(out)
            return read(out.getvalue(), "so.xlsx")
        apart = self.chance.choice(";,\t")
        text = "\r\n".join(apart.join(cells) for cells in table_)
        return read(text.encode(self.chance.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-le"))), "so.csv")

    def bring_log(self) -> None:
        """A page of the paper log of one hamlet: typed in days later, in people's words, and brought twice."""
        hamlet = self.chance.choice(self.hamlets)
        here = {home: number for home, number in self.tx.execute(
            select(visits.household.c.id, visits.household.c.number).where(visits.household.c.hamlet_id == hamlet)
            .order_by(visits.household.c.number))}
        if not here:
            return
        lines = [line for _ in range(self.chance.randint(1, 6)) if (line := self._line(here))]
        if not lines:
            return
        listed = visit_log(self._file([["Số hộ", "Ngày", "Kết quả", "Lý do", "Hẹn", "Đến ngày", "Thành viên"],
                                       *(cells for cells, _, _ in lines)]), self.today)
        assert listed.problems == ()
        team = [Member(0, id_, label, "volunteer", hamlet, "") for label, id_ in self.who.items()]
        known = visit_list.known(Reading(self.tx), Hamlet(hamlet, "", self.commune), team, None)
        past, problems = visit_list.understood(Reading(self.tx), listed.lines, known)
        assert problems == [] and len(past) == len(lines)
        new = visit_lists.unknown(Reading(self.tx), past)
        assert len(new) == len(lines)
        visit_lists.keep(self.tx, new, self.context("A").now, self.today)
        for key, (_, home, told) in zip(new, lines, strict=True):
            self.diary[home].visits.append(replace(told, key=key))
        assert visit_lists.unknown(Reading(self.tx), past) == {}, "the same log again is nothing"

    def _line(self, here: dict[int, int]) -> tuple[list[str], int, Told] | None:
        """A line of the log, whose visit it is, and the visit; a number of before leads to the house it lives on in."""
        home = self.chance.choice(list(here))
        on = max(START, self.today - timedelta(days=self.chance.randint(0, 12)))
        outcome, who = self.chance.choice([*Outcome, *GONE, Outcome.NOT_HOME]), self.chance.choice("AB")
        hour, part = self.chance.choice(((9, "sáng"), (9, ""), (12, "trưa"), (15, "buổi chiều"), (19, "tối")))
        moment = datetime.combine(on, time(hour), LOCAL).astimezone(UTC)
        said = (self._lives_on(home), moment)
        if said in self.logged or moment in self._moments(home):
            return None  # the very same visit twice in one log is another matter: see the imports' own tests
        self.logged.add(said)
        barrier = self.chance.choice(list(Barrier)) if outcome.needs_barrier else None
        until = on + timedelta(days=self.chance.randint(1, 12)) if outcome.needs_until else None
        day = self.chance.choice((
            f"{on:%d/%m/%Y}", f"{on:%d/%m/%y}", on.isoformat(), f"{on.day}/{on.month}", f"{on.day}.{on.month}"))
        cells = [f"{self.chance.choice(('', 'hộ ', '0'))}{here[home]}", f"{day} {part}".strip(), WORDS["outcome"][outcome.value],
                 WORDS["barrier"][barrier.value] if barrier else "", f"{on:%d/%m/%Y}" if outcome.needs_date else "",
                 f"{until:%d/%m/%Y}" if until else "", self.chance.choice((who, who.lower()))]
        return cells, self._lives_on(home), Told(VisitFact(moment, outcome, barrier, Mode.DOOR, None, until),
                                                 outcome.needs_attainment, who, "")

    def _lives_on(self, home: int) -> int:
        return self._last(home, {gone: kept for _, kept, gone, _ in self.doubles})

    def bring_list(self) -> None:
        """The register as the team keeps it, with some called otherwise and some new: brought twice."""
        hamlet = self.chance.choice(sorted({self.diary[home].hamlet(self.today) for home in self.living()}))
        there = present(Reading(self.tx), hamlet)
        lines = [[str(each.number), self.chance.choice((each.label, f"nhà {each.number}")), "", "2"]
                 for each in self.chance.sample(there, min(len(there), 5))]
        highest = max(each.number for each in there)
        lines += [[str(highest + 1 + n) if self.chance.random() < 0.5 else "", f"nhà mới {self.count.total()}-{n}", "ngõ Đền", ""]
                  for n in range(self.chance.randint(0, 2))]
        read_ = self._file([["Số hộ", "Tên hộ", "Ngõ", "Số người lớn"], *lines])
        diff = compare(there, households(read_).lines, hamlet)
        record(diff.keep, self.tx, self.context("A"))
        for each in present(Reading(self.tx), hamlet):
            if each.id not in self.diary:
                self.diary[each.id] = House(self.today, lived=[(date.min, hamlet)])
        again = compare(present(Reading(self.tx), hamlet), households(read_).lines, hamlet)
        assert not again.keep.new and not again.keep.changed, "the same list again is nothing"

    # --- what the diary says --------------------------------------------------------------------------------------------------

    def told(self, hamlet: int, on: date, lived: date | None = None
             ) -> list[tuple[EntryFact, list[VisitFact], list[AttainmentFact]]]:
        """The households that lived in a hamlet on a day (or `lived` there), each with all that was its own by then."""
        into = {gone: kept for _, kept, gone, day in self.doubles if day <= on}
        found = []
        for home, house in self.diary.items():
            if home in into or house.added_on > on or house.hamlet(lived or on) != hamlet:
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
            self._compare_course(rows, hamlet, on)
        assert_equal(coverage.total(rows, self.goal, self.commune, on), every, on)


    def _compare_course(self, rows: Reading, hamlet: int, on: date) -> None:
        """The course of whoever is of a hamlet now, wherever they lived on a day."""
        days = coverage_snapshots.series(rows, self.goal, hamlet, on)
        ours = (days[-1].listed, days[-1].excluded, days[-1].achieved, days[-1].reached, days[-1].contacted) if days else (0,) * 5
        theirs = expected(self.told(hamlet, on, date.max), on)
        statuses = theirs["statuses"]
        assert ours == (sum(statuses.values()), statuses["excluded"], statuses["achieved"], theirs["reach"][0],
                        theirs["contact"][0]), (hamlet, on)


WORDS = {kind: {code: spelled[0] for code, spelled in listed.items()} for kind, listed in yaml.safe_load(
    (files("content") / "lists" / "visit_words.yaml").read_text("utf-8")).items()}
"""How people write an outcome or what stood in the way, by its code."""
HAPPENS: dict[Callable[[Life], None], int] = {
    Life.log: 60, Life.undo: 8, Life.correct: 9, Life.exclude: 5, Life.readmit: 2, Life.split: 2, Life.double: 4, Life.part: 3,
    Life.join: 1, Life.move: 2, Life.split_hamlet: 1, Life.divide: 3, Life.bring_log: 5, Life.bring_list: 3}


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
    assert DRIVE.goals == {village.GOAL} and life.count["log"] > 200 and len(life.count) >= 13, life.count
    assert life.count["bring_log"] > 3 and life.count["bring_list"] > 3 and life.logged
