"""Which household is in whose hands: given by a leader, taken back when nobody goes, held by two only where a leader says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, exists, func, insert, or_, select, update

from storage.households import tasks
from storage.models import Assignment, Companion, FollowUpTask, Household, Membership, Person, Team, Visit, table
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note

assignment, household, person, membership, team = (
    table(Assignment), table(Household), table(Person), table(Membership), table(Team))
task, visit, companion = table(FollowUpTask), table(Visit), table(Companion)

IDLE_AFTER = timedelta(days=7)
"""A house nobody went to for so long after it was given out goes back to the pool."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a hamlet's team."""

    id: int
    label: str


_TEAM = (
    select(person.c.id, person.c.label).join(membership, membership.c.person_id == person.c.id)
    .join(team, team.c.id == membership.c.team_id)
    .where(team.c.hamlet_id == bindparam("hamlet"), membership.c.valid_from <= bindparam("on"),
           or_(membership.c.valid_to.is_(None), membership.c.valid_to > bindparam("on")))
    .order_by(person.c.label, person.c.id).distinct()
)


def team_of(rows: Reading, hamlet_id: int, on: date) -> list[Member]:
    """Who serves in a hamlet on a day."""
    return rows.once(("team", hamlet_id), lambda: [Member(*row) for row in rows.all(_TEAM, {"hamlet": hamlet_id, "on": on})],
                     lasting=True)


_HELD = Prepared(
    select(assignment.c.household_id, assignment.c.person_id)
    .join(household, household.c.id == assignment.c.household_id)
    .where(household.c.hamlet_id == bindparam("hamlet"), assignment.c.ended_at.is_(None))
    .order_by(assignment.c.shared, assignment.c.id)
)


def held(rows: Reading, hamlet_id: int) -> dict[int, list[int]]:
    """Who holds each household of a hamlet; those nobody holds are not in it."""
    found: dict[int, list[int]] = {}
    for row in rows.all(_HELD, {"hamlet": hamlet_id}):
        found.setdefault(row.household_id, []).append(row.person_id)
    return found


# --- records ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HandOut:
    """Households for somebody; those that another member holds are left alone unless they are to be `shared` or moved."""

    person_id: int
    household_ids: tuple[int, ...]
    shared: bool = False
    move: bool = False


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Households that go back to the pool."""

    household_ids: tuple[int, ...]
    person_id: int | None = None
    reason: str = "taken_back"


@record.register
def _hand_out(thing: HandOut, tx: Connection, context: Context) -> None:
    if thing.move:
        _end(tx, thing.household_ids, None, "moved", context.now)
    holders = _holders(tx, thing.household_ids)
    free = [id_ for id_ in dict.fromkeys(thing.household_ids)
            if id_ not in holders or (thing.shared and thing.person_id not in holders[id_])]
    if free:
        tx.execute(insert(assignment), [
            {"household_id": id_, "person_id": thing.person_id, "shared": id_ in holders, "assigned_by": context.person_id,
             "assigned_at": context.now, "ended_reason": ""} for id_ in free])
    _resettle(tx, thing.household_ids, context.now, context.today)
    note(tx, context, "handed_out", f"person:{thing.person_id}", f"{len(free)} households")


@record.register
def _take_back(thing: TakeBack, tx: Connection, context: Context) -> None:
    _end(tx, thing.household_ids, thing.person_id, thing.reason, context.now)
    _resettle(tx, thing.household_ids, context.now, context.today)
    note(tx, context, "taken_back", f"{len(thing.household_ids)} households", thing.reason)


def _holders(tx: Connection, household_ids: Sequence[int]) -> dict[int, set[int]]:
    if tx.dialect.name == "postgresql":  # two leaders who give out the same houses wait for each other here
        tx.execute(select(household.c.id).where(household.c.id.in_(household_ids)).order_by(household.c.id)
                   .with_for_update(key_share=True))
    found: dict[int, set[int]] = {}
    for row in tx.execute(select(assignment.c.household_id, assignment.c.person_id).where(
            assignment.c.household_id.in_(household_ids), assignment.c.ended_at.is_(None))):
        found.setdefault(row.household_id, set()).add(row.person_id)
    return found


def _end(tx: Connection, household_ids: Sequence[int], person_id: int | None, reason: str, now: datetime) -> None:
    which = and_(assignment.c.household_id.in_(household_ids), assignment.c.ended_at.is_(None))
    if person_id is not None:
        which = and_(which, assignment.c.person_id == person_id)
    tx.execute(update(assignment).where(which).values(ended_at=now, ended_reason=reason))


def _resettle(tx: Connection, household_ids: Sequence[int], now: datetime, today: date) -> None:
    """Whoever holds a house now is the one to be reminded of it."""
    waiting = tx.execute(select(task.c.household_id).where(task.c.household_id.in_(household_ids),
                                                           task.c.state.in_(("draft", "ready")))).scalars().all()
    for household_id in waiting:
        tasks.settle(tx, household_id, now, today, moved=True)


# --- households that come under another hamlet ------------------------------------------------------------------------------

_serves = exists().where(
    membership.c.person_id == assignment.c.person_id, membership.c.place_id == household.c.hamlet_id,
    membership.c.valid_to.is_(None))
_STRANGERS = (
    select(assignment.c.id, assignment.c.household_id).join(household, household.c.id == assignment.c.household_id)
    .where(assignment.c.household_id.in_(bindparam("homes", expanding=True)), assignment.c.ended_at.is_(None), ~_serves)
    .order_by(assignment.c.id)
)


def end_of_strangers(tx: Connection, household_ids: Sequence[int], now: datetime, today: date) -> list[int]:
    """Whoever holds one of these and does not serve in its hamlet holds it no longer; the assignments that ended."""
    ended = tx.execute(_STRANGERS, {"homes": list(household_ids)}).all()
    if ended:
        tx.execute(update(assignment).where(assignment.c.id.in_([row.id for row in ended]))
                   .values(ended_at=now, ended_reason="other_hamlet"))
    _resettle(tx, household_ids, now, today)
    return [int(row.id) for row in ended]


def hold_again(tx: Connection, assignment_ids: Sequence[int], household_ids: Sequence[int], now: datetime, today: date) -> None:
    """Assignments that a move ended go on, where nobody else has the house by now and who had it serves there still."""
    end_of_strangers(tx, household_ids, now, today)
    for row in tx.execute(select(assignment.c.id, assignment.c.household_id, assignment.c.person_id, assignment.c.shared)
                          .join(household, household.c.id == assignment.c.household_id)
                          .where(assignment.c.id.in_(list(assignment_ids)), _serves)
                          .order_by(assignment.c.shared, assignment.c.id)).all():
        holders = _holders(tx, [row.household_id]).get(row.household_id, set())
        if bool(holders) is row.shared and row.person_id not in holders:
            tx.execute(update(assignment).where(assignment.c.id == row.id).values(ended_at=None, ended_reason=""))
    _resettle(tx, household_ids, now, today)


# --- what nobody goes to ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Returned:
    """Houses of one member that went back to the pool."""

    person_id: int
    hamlet_id: int
    numbers: tuple[int, ...]


_went = select(func.max(visit.c.occurred_at)).where(
    visit.c.household_id == assignment.c.household_id, visit.c.void.is_(False),
    or_(visit.c.person_id == assignment.c.person_id,
        exists().where(companion.c.visit_id == visit.c.id, companion.c.person_id == assignment.c.person_id))).scalar_subquery()
_IDLE = (
    select(assignment.c.id, assignment.c.household_id, assignment.c.person_id, household.c.hamlet_id, household.c.number)
    .join(household, household.c.id == assignment.c.household_id)
    .where(assignment.c.ended_at.is_(None), assignment.c.assigned_at <= bindparam("since"),
           or_(_went.is_(None), _went <= bindparam("since")),
           ~exists().where(task.c.household_id == assignment.c.household_id, task.c.state == "draft"))  # there is a day to go
    .order_by(assignment.c.person_id, household.c.hamlet_id, household.c.number).limit(1_000)
)


def return_idle(tx: Connection, now: datetime, today: date, after: timedelta = IDLE_AFTER) -> list[Returned]:
    """Take back what was given out and not gone to; what to tell whom."""
    idle = tx.execute(_IDLE, {"since": now - after}).all()
    if not idle:
        return []
    tx.execute(update(assignment).where(assignment.c.id.in_([row.id for row in idle])).values(ended_at=now, ended_reason="idle"))
    _resettle(tx, [row.household_id for row in idle], now, today)
    numbers: dict[tuple[int, int], list[int]] = {}
    for row in idle:
        numbers.setdefault((row.person_id, row.hamlet_id), []).append(row.number)
    return [Returned(*who, tuple(each)) for who, each in numbers.items()]
