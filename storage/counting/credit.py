"""Who brought about what: achieved households by the member who recorded it, for those who lead them.

Two members who went together are both credited, a household that did it alone is nobody's: the members' sum is another number
than the place's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from storage.counting import coverage
from storage.counting.campaign_goals import Goal
from storage.counting.course import fact_on
from storage.households.history import lines
from storage.households.standing import credited
from storage.models import Person, table
from storage.outcomes import Status
from storage.reading import Reading
from storage.teams import members

person = table(Person)
AT_ONCE = 10
"""Hamlets read at once: memory stays bounded however large a place is."""
Progress = Callable[[int, int], None]
"""Hears how many hamlets are done, of how many."""


def unheard(done: int, of: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the teams of a place, or somebody who once recorded an achievement there."""

    person_id: int
    label: str
    place: str
    """Where they serve or served; nothing for somebody from elsewhere."""
    serves: bool
    achieved: int


@dataclass(frozen=True, slots=True)
class Credit:
    """The members of a place with what is credited to each, by name and never by rank."""

    members: tuple[Member, ...] = ()
    achieved: int = 0
    """Households of the place that achieved."""
    several: int = 0
    """Of these, credited to more than one member."""
    nobody: int = 0
    """Of these, credited to no member."""

    @property
    def together(self) -> int:
        """The members' sum."""
        return sum(each.achieved for each in self.members)


@dataclass(slots=True)
class Counted:
    """Achieved households by the id of who recorded it."""

    by_member: Counter[int] = field(default_factory=Counter)
    achieved: int = 0
    several: int = 0
    nobody: int = 0

    def add(self, whom: Sequence[int]) -> None:
        self.achieved += 1
        self.several += len(whom) > 1
        self.nobody += not whom
        self.by_member.update(whom)


def counted(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], as_of: date, progress: Progress = unheard) -> Counted:
    """Achieved households of these hamlets by who recorded it, a few hamlets at a time."""
    _, day = coverage.state(rows, goal, as_of)
    found, campaign = Counted(), coverage.fact(goal)
    for start in range(0, len(hamlet_ids), AT_ONCE):
        for each in lines(rows, goal.campaign_id, hamlet_ids[start:start + AT_ONCE], day):
            fact = fact_on(each, campaign, day)
            if fact is not None and fact.status is Status.ACHIEVED:
                found.add([int(who) for who in credited(each.attainments_on(day), day, campaign)])
        progress(min(start + AT_ONCE, len(hamlet_ids)), len(hamlet_ids))
    return found


def credit(rows: Reading, goal: Goal, place_id: int, as_of: date, progress: Progress = unheard) -> Credit:
    """The members of a place: whoever serves there that day, and whoever is credited though they left or came from elsewhere."""
    hamlets = list(coverage.hamlets_in(rows, place_id))
    sums = counted(rows, goal, hamlets, as_of, progress)
    team = {each.person_id: each for each in members.served(rows, hamlets)} if hamlets else {}
    here = {each.person_id: each for each in members.serving(rows, hamlets, as_of)}
    team |= here
    labels = dict.fromkeys([*here, *sums.by_member], "") | _labels(rows, [*here, *sums.by_member])
    found = [Member(id_, label, team[id_].place_name if id_ in team else "", id_ in here, sums.by_member[id_])
             for id_, label in labels.items()]
    return Credit(tuple(sorted(found, key=lambda each: (each.place, each.label, each.person_id))), sums.achieved, sums.several,
                  sums.nobody)


def _labels(rows: Reading, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        found |= {row.id: row.label for row in rows.all(
            select(person.c.id, person.c.label).where(person.c.id.in_(list(ids[start:start + 500]))))}
    return found
