"""The households behind a number: whoever sees a sum within their own hamlets can look at what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal_column, or_, select

from storage.areas.places import Hamlet
from storage.counting import coverage
from storage.counting.campaign_goals import Goal
from storage.counting.course import fact_on
from storage.counting.coverage_rules import HouseholdFact
from storage.households.history import LINE, Line, Recorded, entry, household, line, lines, recorded
from storage.households.look_over import FACT
from storage.models import Household, Standing, table
from storage.outcomes import Barrier, Status
from storage.prepared import Prepared, among
from storage.reading import Reading, Wanted

standing = table(Standing)
BARRIER = "b."
FLAGS = ("reached", "contacted", "baseline", "verified")
EVERY = "all"
"""What may be asked for: a status, a barrier (`b.` before its name), one of the flags, or all."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A household as it stands on a list: found again by its number, told apart by its status."""

    id: int
    hamlet_id: int
    number: int
    label: str
    status: Status
    barrier: Barrier | None


def known(what: str) -> bool:
    """Whether something can be asked for."""
    values = {status.value for status in Status} | {BARRIER + barrier.value for barrier in Barrier}
    return what in values or what in FLAGS or what == EVERY


def fits(fact: HouseholdFact, what: str) -> bool:
    """Whether a household is one of those behind a number. Flags and barriers count where the household is eligible."""
    if what == EVERY or fact.status.value == what:
        return True
    if fact.status is Status.EXCLUDED:
        return False
    if what.startswith(BARRIER):
        return fact.barrier is not None and fact.barrier.value == what.removeprefix(BARRIER)
    return what in FLAGS and bool(getattr(fact, what))


def _condition(what: str) -> ColumnElement[bool]:
    on_list = standing.c.status.is_not(None)
    if what == EVERY:
        return on_list
    eligible = on_list & (standing.c.status != Status.EXCLUDED.value)
    if what.startswith(BARRIER):
        return eligible & (standing.c.barrier == what.removeprefix(BARRIER))
    return eligible & standing.c[what].is_(True) if what in FLAGS else standing.c.status == what


_LISTED = (
    select(standing.c.household_id, standing.c.hamlet_id, household.c.number, household.c.label, standing.c.status,
           standing.c.barrier)
    .join(household, household.c.id == standing.c.household_id)
    .where(standing.c.campaign_id == bindparam("campaign"), among(standing.c.hamlet_id, "hamlets"),
           or_(standing.c.changes_on.is_(None), standing.c.changes_on > bindparam("on")),
           or_(standing.c.hamlet_id != bindparam("hamlet"), household.c.number > bindparam("number")))
    .order_by(standing.c.hamlet_id, household.c.number).limit(bindparam("limit"))
)


@cache
def _page(what: str) -> Prepared:
    """The statement for one number: there are as many as numbers."""
    return Prepared(_LISTED.where(_condition(what)))


_TURNED = Prepared(
    select(*LINE, household.c.number, household.c.label, *(standing.c[name] for name in FACT))
    .join(household, household.c.id == standing.c.household_id)
    .join(entry, (entry.c.campaign_id == standing.c.campaign_id) & (entry.c.household_id == standing.c.household_id))
    .where(standing.c.campaign_id == bindparam("campaign"), among(standing.c.hamlet_id, "hamlets"),
           standing.c.changes_on <= bindparam("on"))
)


def page(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], what: str, as_of: date, after: tuple[int, int] = (0, 0),
         limit: int = 10) -> list[Behind]:
    """The next households behind a number, in the order of hamlet and number."""
    if not known(what) or not hamlet_ids:
        return []
    kept, day = coverage.state(rows, goal, as_of)
    if not kept or coverage.is_past(rows, goal, hamlet_ids, day):
        found = _from_record(rows, goal, hamlet_ids, what, day)
    else:
        ahead = [id_ for id_ in hamlet_ids if id_ >= after[0]]
        values = {"campaign": goal.campaign_id, "hamlets": ahead, "on": day}
        listed, changed = rows.together(
            Wanted(_page(what), {**values, "hamlet": after[0], "number": after[1], "limit": limit}, list),
            Wanted(_TURNED, values, list))
        found = [Behind(row.household_id, row.hamlet_id, row.number, row.label, Status(row.status),
                        Barrier(row.barrier) if row.barrier else None) for row in listed]
        found += _turned(rows, goal, what, day, changed)
    ordered = sorted(found, key=lambda each: (each.hamlet_id, each.number))
    return [each for each in ordered if (each.hamlet_id, each.number) > after][:limit]


def _turned(rows: Reading, goal: Goal, what: str, day: date, changed: Sequence[Any]) -> list[Behind]:
    """Households that the calendar alone has changed by that day."""
    facts = recorded(rows, [row.household_id for row in changed]) if changed else Recorded()
    named = {row.household_id: (row.number, row.label) for row in changed}
    return _those([line(row, facts) for row in changed], goal, what, day, named)


def _from_record(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], what: str, day: date) -> list[Behind]:
    home = table(Household)
    named = {row.id: (row.number, row.label) for row in rows.all(
        select(home.c.id, home.c.number, home.c.label).where(home.c.hamlet_id.in_(list(hamlet_ids))))}
    return _those(lines(rows, goal.campaign_id, hamlet_ids, day), goal, what, day, named)


def _those(found: Sequence[Line], goal: Goal, what: str, day: date, named: dict[int, tuple[int, str]]) -> list[Behind]:
    facts = ((each, fact_on(each, coverage.fact(goal), day)) for each in found)
    return [Behind(each.household_id, each.hamlet_id, *named[each.household_id], fact.status, fact.barrier)
            for each, fact in facts if fact is not None and fits(fact, what)]


_OUT = Prepared(
    select(standing.c.household_id, standing.c.hamlet_id, household.c.number, household.c.label, standing.c.status,
           standing.c.barrier)
    .join(household, household.c.id == standing.c.household_id)
    .where(standing.c.campaign_id == bindparam("campaign"), among(standing.c.commune_id, "communes"),
           literal_column("standing.reported_out"))  # to the letter the condition of its index
)
"""Without an order: SQLite would rather read a whole campaign in order than sort the few there are."""


_WAITING = Prepared(
    select(standing.c.hamlet_id)
    .where(standing.c.campaign_id == bindparam("campaign"), among(standing.c.commune_id, "communes"),
           literal_column("standing.reported_out"))
)
"""From the index alone. Not grouped: for that SQLite would rather read a whole campaign in order."""


def waiting(rows: Reading, goal: Goal, hamlets: Sequence[Hamlet]) -> int:
    """How many households somebody said are gone."""
    rows.settle()
    here = {hamlet.id for hamlet in hamlets}
    found = rows.all(_WAITING, {"campaign": goal.campaign_id, "communes": sorted({hamlet.commune_id for hamlet in hamlets})})
    return sum(row.hamlet_id in here for row in found)


def reported_out(rows: Reading, goal: Goal, hamlets: Sequence[Hamlet], limit: int = 50) -> list[Behind]:
    """Households somebody said are gone, waiting for a second person."""
    rows.settle()
    here = {hamlet.id for hamlet in hamlets}
    found = rows.all(_OUT, {"campaign": goal.campaign_id, "communes": sorted({hamlet.commune_id for hamlet in hamlets})})
    gone = [Behind(row.household_id, row.hamlet_id, row.number, row.label, Status(row.status), None)
            for row in found if row.hamlet_id in here]
    return sorted(gone, key=lambda each: (each.hamlet_id, each.number))[:limit]
