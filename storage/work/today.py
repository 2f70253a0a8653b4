"""Where to go today: appointments, then overdue returns, then barriers that can now be solved, then the neighbours on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, exists, insert, or_, select

from storage.counting.campaign_goals import Goal
from storage.households import assignments
from storage.models import (
    Appointment,
    Attainment,
    BarrierSession,
    FollowUpTask,
    Household,
    RegisterEntry,
    Visit,
    table,
)
from storage.outcomes import OUTCOMES, Barrier, Outcome
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note

household, task, visit = table(Household), table(FollowUpTask), table(Visit)
appointment = table(Appointment)
attainment, entry, session = table(Attainment), table(RegisterEntry), table(BarrierSession)
later = visit.alias("later")


class Why(StrEnum):
    """Why somebody should go to a house today, most urgent first."""

    APPOINTMENT = "appointment"
    OVERDUE = "overdue"
    SOLVABLE = "solvable"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True)
class Stop:
    """A house to go to."""

    household_id: int
    number: int
    label: str
    lane: str
    why: Why
    due_on: date | None = None
    outcome: Outcome | None = None
    barrier: Barrier | None = None


_HOMES = Prepared(
    select(household.c.id, household.c.number, household.c.label, household.c.lane)
    .where(household.c.hamlet_id == bindparam("hamlet"), household.c.merged_into_id.is_(None))
)
_OPEN = Prepared(
    select(task.c.household_id, task.c.outcome, task.c.barrier, task.c.due_on, task.c.for_leader, visit.c.occurred_on)
    .join(household, household.c.id == task.c.household_id).join(visit, visit.c.id == task.c.visit_id)
    .where(household.c.hamlet_id == bindparam("hamlet"), task.c.closed_on.is_(None))
)
_LAST = Prepared(
    select(visit.c.household_id, visit.c.outcome)
    .join(household, household.c.id == visit.c.household_id).outerjoin(later, later.c.supersedes_id == visit.c.id)
    .where(household.c.hamlet_id == bindparam("hamlet"), visit.c.void.is_(False), later.c.id.is_(None))
    .order_by(visit.c.occurred_at, visit.c.id)
)
_ACHIEVED = Prepared(
    select(attainment.c.household_id).join(household, household.c.id == attainment.c.household_id)
    .where(household.c.hamlet_id == bindparam("hamlet"), attainment.c.service == bindparam("service"),
           attainment.c.achieved_on <= bindparam("on"),
           or_(attainment.c.revoked_on.is_(None), attainment.c.revoked_on > bindparam("on")))
)
_EXCLUDED = Prepared(
    select(entry.c.household_id).join(household, household.c.id == entry.c.household_id)
    .where(household.c.hamlet_id == bindparam("hamlet"), entry.c.campaign_id == bindparam("campaign"),
           entry.c.excluded_on <= bindparam("on"), entry.c.confirmed_by.is_not(None))
)
_PROMISED = Prepared(
    select(appointment.c.household_id, appointment.c.person_id)
    .join(household, household.c.id == appointment.c.household_id)
    .where(household.c.hamlet_id == bindparam("hamlet"), appointment.c.on_day == bindparam("on"), appointment.c.state == "agreed",
           ~exists().where(visit.c.household_id == appointment.c.household_id, visit.c.occurred_on == appointment.c.on_day,
                           visit.c.void.is_(False), visit.c.outcome != Outcome.APPOINTMENT.value))
)
"""Whom somebody promised to come today, until somebody tells how it was."""
_SESSIONS = Prepared(
    select(session.c.barrier, session.c.on_day)
    .where(session.c.hamlet_id == bindparam("hamlet"), session.c.on_day <= bindparam("on"))
)


def plan(rows: Reading, hamlet_id: int, goal: Goal | None, today: date, person_id: int | None = None) -> list[Stop]:
    """The houses of a hamlet to go to, in order; for one member, theirs and those nobody holds. The same rows, the same list."""
    here = {"hamlet": hamlet_id}
    gone = _done(rows, hamlet_id, goal, today)
    promised = {row.household_id: row.person_id for row in rows.all(_PROMISED, {**here, "on": today})}
    open_ = {row.household_id: row for row in rows.all(_OPEN, here)}
    last = {row.household_id: OUTCOMES[row.outcome] for row in rows.all(_LAST, here)}
    solved: dict[str, date] = {}
    for row in rows.all(_SESSIONS, {**here, "on": today}):
        solved[row.barrier] = max(row.on_day, solved.get(row.barrier, row.on_day))
    holders = assignments.held(rows, hamlet_id) if person_id is not None else {}
    stops = []
    for home in rows.all(_HOMES, here):
        others, owed = holders.get(home.id), open_.get(home.id)
        if home.id in promised and person_id in (None, promised[home.id]):  # goal or not, in whose hands it may be
            stops.append(Stop(home.id, home.number, home.label, home.lane, Why.APPOINTMENT, today, Outcome.APPOINTMENT))
            continue
        if home.id in gone or (others is not None and person_id not in others):
            continue
        stop = _stop(home, owed, last.get(home.id), solved, today)
        if stop is not None:
            stops.append(stop)
    return _ordered(stops, {id_ for id_, who in holders.items() if person_id in who})


def _done(rows: Reading, hamlet_id: int, goal: Goal | None, today: date) -> set[int]:
    if goal is None:
        return set()
    achieved = rows.all(_ACHIEVED, {"hamlet": hamlet_id, "service": goal.service, "on": today})
    excluded = rows.all(_EXCLUDED, {"hamlet": hamlet_id, "campaign": goal.campaign_id, "on": today})
    return {row.household_id for row in (*achieved, *excluded)}


def _stop(home: Any, owed: Any, last: Outcome | None, solved: Mapping[str, date], today: date) -> Stop | None:
    """The house as a stop; None where nobody should go today."""
    if owed is None:
        refused = last in (Outcome.REFUSED_SOFT, Outcome.REFUSED_HARD)
        return None if refused else Stop(home.id, home.number, home.label, home.lane, Why.NEIGHBOUR, outcome=last)
    if owed.for_leader:
        return None
    outcome, barrier = OUTCOMES[owed.outcome], Barrier(owed.barrier) if owed.barrier else None
    opened = barrier is not None and owed.occurred_on < solved.get(barrier, owed.occurred_on)
    if owed.due_on > today and not opened:
        return None
    why = Why.APPOINTMENT if outcome is Outcome.APPOINTMENT else Why.SOLVABLE if barrier else Why.OVERDUE
    return Stop(home.id, home.number, home.label, home.lane, why, owed.due_on, outcome, barrier)


def _ordered(stops: Iterable[Stop], own: set[int]) -> list[Stop]:
    """What is due first, oldest first; then one's own houses and the others, beginning in the lanes one goes to anyway."""
    due = sorted((stop for stop in stops if stop.why is not Why.NEIGHBOUR), key=_urgency)
    lanes = {stop.lane for stop in due}
    rest = sorted((stop for stop in stops if stop.why is Why.NEIGHBOUR),
                  key=lambda stop: (stop.household_id not in own, stop.lane not in lanes, lane_key(stop.lane), stop.number))
    return [*due, *rest]


def _urgency(stop: Stop) -> tuple[object, ...]:
    return list(Why).index(stop.why), stop.due_on, lane_key(stop.lane), stop.number


def lane_key(lane: str) -> list[tuple[int, str]]:
    """Lanes as people count them: Ngõ 2 before Ngõ 10."""
    return [(int(part), "") if part.isdigit() else (-1, part.casefold()) for part in re.findall(r"\d+|\D+", lane)]


# --- a barrier that can be solved -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Announce:
    """From this day a barrier can be solved in a hamlet."""

    hamlet_id: int
    barrier: Barrier
    on_day: date


@record.register
def _announce(thing: Announce, tx: Connection, context: Context) -> None:
    tx.execute(insert(session), {"hamlet_id": thing.hamlet_id, "barrier": thing.barrier.value, "on_day": thing.on_day,
                                 "announced_by": context.person_id, "announced_at": context.now})
    note(tx, context, "announced", f"place:{thing.hamlet_id}", thing.barrier.value)
