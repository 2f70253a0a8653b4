"""The last visits to a household as people read them, and the task they left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from storage.models import FollowUpTask, Person, Visit, table
from storage.outcomes import OUTCOMES, Barrier, Mode, Outcome
from storage.prepared import Prepared
from storage.reading import Reading

visit, person, task = table(Visit), table(Person), table(FollowUpTask)
later = visit.alias("later")


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit that stands, with who made it."""

    id: int
    occurred_at: datetime
    mode: Mode
    outcome: Outcome
    barrier: Barrier | None
    note: str
    reason: str
    person_id: int
    member: str


_LAST = Prepared(
    select(visit.c.id, visit.c.occurred_at, visit.c.mode, visit.c.outcome, visit.c.barrier, visit.c.note, visit.c.reason,
           visit.c.person_id, person.c.label)
    .join(person, person.c.id == visit.c.person_id).outerjoin(later, later.c.supersedes_id == visit.c.id)
    .where(visit.c.household_id == bindparam("household"), visit.c.void.is_(False), later.c.id.is_(None))
    .order_by(visit.c.occurred_at.desc(), visit.c.id.desc()).limit(bindparam("limit"))
)


def last_seen(rows: Reading, household_id: int, limit: int) -> list[Seen]:
    """The last visits, newest first."""
    return [Seen(row[0], row[1], Mode(row[2]), OUTCOMES[row[3]], Barrier(row[4]) if row[4] else None, *row[5:])
            for row in rows.all(_LAST, {"household": household_id, "limit": limit})]


@dataclass(frozen=True, slots=True)
class Left:
    """What is to be done at a household."""

    due_on: date
    outcome: Outcome
    for_leader: bool


_TASK = Prepared(
    select(task.c.due_on, task.c.outcome, task.c.for_leader)
    .where(task.c.household_id == bindparam("household"), task.c.closed_on.is_(None)).limit(1)
)


def open_task(rows: Reading, household_id: int) -> Left | None:
    row = rows.first(_TASK, {"household": household_id})
    return Left(row[0], OUTCOMES[row[1]], bool(row[2])) if row else None
