"""Visits: what was logged lately, and how a visit is recorded, taken back and told otherwise: by adding rows only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from storage.counting import ledger
from storage.households import last_entry, tasks
from storage.local_time import local_day
from storage.models import Attainment, Campaign, Companion, Household, Person, RegisterEntry, Visit, table
from storage.outcomes import OUTCOMES, Barrier, Mode, Outcome, Verification
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note
from storage.value import value

household, visit, attainment, campaign = table(Household), table(Visit), table(Attainment), table(Campaign)
companion, later, entry, person = table(Companion), visit.alias("later"), table(RegisterEntry), table(Person)

UNDO_FOR = timedelta(minutes=10)
ALIKE_WITHIN = timedelta(minutes=10)


_LAST = Prepared(
    select(visit.c.occurred_at, visit.c.outcome, visit.c.note)
    .where(visit.c.household_id == bindparam("household"), visit.c.void.is_(False),
           ~visit.c.id.in_(select(visit.c.supersedes_id).where(visit.c.supersedes_id.is_not(None))))
    .order_by(visit.c.occurred_at.desc(), visit.c.id.desc()).limit(1)
)


def last_visit(rows: Reading, household_id: int) -> tuple[datetime, Outcome, str] | None:
    row = rows.first(_LAST, {"household": household_id})
    return (row.occurred_at, OUTCOMES[row.outcome], row.note) if row else None


_REACHED = Prepared(select(attainment.c.id).where(
    attainment.c.household_id == bindparam("household"), attainment.c.service == bindparam("service"),
    attainment.c.revoked_on.is_(None)).limit(1))
_LEFT = Prepared(select(entry.c.id).where(
    entry.c.household_id == bindparam("household"), entry.c.excluded_on <= bindparam("on"),
    entry.c.confirmed_by.is_not(None)).limit(1))
_AWAY = Prepared(
    select(visit.c.away_until).where(visit.c.household_id == bindparam("household"), visit.c.void.is_(False))
    .order_by(visit.c.occurred_at.desc(), visit.c.id.desc()).limit(1))


def settled(rows: Reading, household_id: int, service: str | None, today: date) -> bool:
    """Whether nobody needs to go to a household now: it has what the campaign is for, left the register, or is away."""
    if service is not None and rows.first(_REACHED, {"household": household_id, "service": service}):
        return True
    if rows.first(_LEFT, {"household": household_id, "on": today}):
        return True
    away_until = rows.scalar(_AWAY, {"household": household_id})
    return bool(away_until is not None and away_until >= today)


@dataclass(frozen=True, slots=True)
class Logged:
    """A visit somebody recorded, as it may be taken back."""

    id: int
    key: str
    hamlet_id: int
    number: int
    recorded_at: datetime


_LOGGED = (
    select(visit.c.id, visit.c.key, household.c.hamlet_id, household.c.number, visit.c.recorded_at)
    .join(household, household.c.id == visit.c.household_id)
    .where(visit.c.person_id == bindparam("person"), visit.c.void.is_(False),
           ~exists().where(later.c.supersedes_id == visit.c.id))
    .order_by(visit.c.id)
)
_LAST_LOGGED = Prepared(
    select(visit.c.key).where(visit.c.person_id == bindparam("person"), visit.c.void.is_(False), visit.c.reason == "")
    .order_by(visit.c.id.desc()).limit(1))


def last_key(rows: Reading, person_id: int) -> str:
    """The key of what this person recorded last; of a letter, what its visits' keys begin with."""
    key = rows.scalar(_LAST_LOGGED, {"person": person_id}) or ""
    whole, _, number = key.rpartition("/")
    return f"{whole}/" if whole and number.isdigit() else key


def last_logged_at(rows: Reading, person_id: int) -> datetime | None:
    """When this person recorded something last that still stands."""
    found: datetime | None = rows.scalar(select(visit.c.recorded_at).where(
        visit.c.person_id == person_id, visit.c.void.is_(False), ~exists().where(later.c.supersedes_id == visit.c.id))
        .order_by(visit.c.id.desc()).limit(1))
    return found


def logged(rows: Reading, person_id: int, key: str) -> list[Logged]:
    """The visits of this key, or with keys that begin so where it ends in a slash; none where they were taken back already."""
    same = visit.c.key.startswith(key, autoescape=True) if key.endswith("/") else visit.c.key == key
    return [Logged(*row) for row in rows.all(_LOGGED.where(same), {"person": person_id})]


_MET = Prepared(
    select(visit.c.household_id).join(household, household.c.id == visit.c.household_id)
    .where(household.c.hamlet_id == bindparam("hamlet"), visit.c.occurred_on == bindparam("on"),
           visit.c.mode == bindparam("mode"), visit.c.outcome == bindparam("outcome"), visit.c.void.is_(False),
           ~exists().where(later.c.supersedes_id == visit.c.id))
)


def met_on(rows: Reading, hamlet_id: int, on: date, mode: Mode, outcome: Outcome) -> set[int]:
    """The households of a hamlet for which this was recorded on that day already."""
    values = {"hamlet": hamlet_id, "on": on, "mode": mode.value, "outcome": outcome.value}
    return {row.household_id for row in rows.all(_MET, values)}


_ALIKE = Prepared(
    select(visit.c.id)
    .where(visit.c.household_id == bindparam("household"), visit.c.person_id == bindparam("person"),
           visit.c.outcome == bindparam("outcome"), visit.c.void.is_(False), visit.c.occurred_at >= bindparam("since"),
           visit.c.occurred_at <= bindparam("until"), ~exists().where(later.c.supersedes_id == visit.c.id))
    .limit(1)
)


def alike(rows: Reading, person_id: int, household_id: int, outcome: Outcome, at: datetime) -> bool:
    """Whether this person recorded the same result at the same door within a few minutes: perhaps the same visit twice."""
    values = {"household": household_id, "person": person_id, "outcome": outcome.value, "since": at - ALIKE_WITHIN,
              "until": at + ALIKE_WITHIN}
    return rows.scalar(_ALIKE, values) is not None


# --- records ------------------------------------------------------------------------------------------------------------


@value
class LogVisit:
    """A visit to be kept. `key` makes it the same visit however often it arrives."""

    key: str
    household_id: int
    occurred_at: datetime
    occurred_on: date
    mode: Mode
    outcome: Outcome
    barrier: Barrier | None
    next_on: date | None
    away_until: date | None
    services: tuple[str, ...]
    note: str
    together: tuple[int, ...] = ()
    """Who else went along."""
    assisted_by: str = ""


@dataclass(frozen=True, slots=True)
class UndoVisit:
    """A visit taken back: a row that supersedes it, and its attainments revoked."""

    visit_id: int


@dataclass(frozen=True, slots=True)
class CorrectVisit:
    """A visit told otherwise: the new row supersedes the old one, and says why."""

    visit_id: int
    told: LogVisit
    reason: str


@dataclass(frozen=True, slots=True)
class WentAlong:
    """Somebody else was there too: both are credited, the visit counts once."""

    visit_id: int
    person_id: int


_VISIT = Prepared(insert(visit).returning(visit.c.id))
_KNOWN = Prepared(select(visit.c.id).where(visit.c.key == bindparam("key")))
_BEFORE = Prepared(select(
    select(visit.c.id).where(visit.c.key == bindparam("key")).scalar_subquery().label("known"),
    select(person.c.entered_on).where(person.c.id == bindparam("by")).scalar_subquery().label("entered_on")))
"""Whether a visit is there already, and when whoever made it last entered one: with one wait."""
_ATTAINMENTS = Prepared(insert(attainment))


@record.register
def _log(thing: LogVisit, tx: Connection, context: Context) -> None:
    _keep(tx, thing, context)
    ledger.touch(tx, (thing.household_id,), context.today, since=thing.occurred_on)
    tasks.settle(tx, thing.household_id, context.now, context.today)


def _keep(tx: Connection, thing: LogVisit, context: Context, by: int | None = None, **more: object) -> None:
    """The row, what was reached, and who went along. A visit that is there already stays as it is."""
    by = by or context.person_id
    before = _BEFORE.first(tx, {"key": thing.key, "by": by})
    if before.known is not None:
        return
    if by and (before.entered_on is None or before.entered_on < local_day(context.now)):
        last_entry.entered(tx, (by,), context.now)  # once a day
    row = {
        "key": thing.key, "household_id": thing.household_id, "person_id": by,
        "occurred_at": thing.occurred_at, "occurred_on": thing.occurred_on, "recorded_at": context.now, "mode": thing.mode.value,
        "outcome": thing.outcome.value, "barrier": thing.barrier.value if thing.barrier else None, "next_on": thing.next_on,
        "away_until": thing.away_until, "note": thing.note, "void": False, "reason": "", **more}
    if not (thing.services or thing.together):
        _VISIT.later(tx, [row])  # nobody asks for its number
        return
    visit_id = _VISIT.scalar(tx, row)
    _reach(tx, thing, visit_id, by, context.now)
    for person_id in thing.together:
        _along(tx, visit_id, person_id)
        _reach(tx, thing, visit_id, person_id, context.now, along=True)


def _reach(tx: Connection, thing: LogVisit, visit_id: int, by: int | None, now: datetime, *, along: bool = False) -> None:
    """What the household has now, credited to one member; the same of another member counts once."""
    if not thing.services:
        return
    key = f"{thing.key}:with:{by}" if along else thing.key
    _ATTAINMENTS.later(tx, [{
        "key": f"{key}:{service}", "household_id": thing.household_id, "service": service,
        "achieved_on": thing.occurred_on, "verification": Verification.SEEN_BY_VOLUNTEER.value, "recorded_by": by,
        "recorded_at": now, "visit_id": visit_id, "assisted_by": thing.assisted_by} for service in thing.services])


def _along(tx: Connection, visit_id: int, person_id: int) -> None:
    tx.execute(insert(companion), {"visit_id": visit_id, "person_id": person_id})


@record.register
def _undo(thing: UndoVisit, tx: Connection, context: Context) -> None:
    row = tx.execute(select(visit).where(visit.c.id == thing.visit_id)).one()
    copied = dict(row._mapping)
    del copied["id"]
    tx.execute(insert(visit), {**copied, "key": f"undo:{row.id}", "supersedes_id": row.id, "void": True,
                               "reason": "undone", "recorded_at": context.now})
    last_entry.entered(tx, (row.person_id,), context.now)
    _revoke(tx, row.id)
    ledger.touch(tx, (row.household_id,), context.today)
    tasks.settle(tx, row.household_id, context.now, context.today)
    note(tx, context, "visit.undone", f"visit:{row.id}")


def _revoke(tx: Connection, visit_id: int) -> None:
    tx.execute(update(attainment).where(attainment.c.visit_id == visit_id).values(revoked_on=attainment.c.achieved_on))


class AlreadyTold(Exception):
    """Somebody else took this visit back or corrected it in the same moment."""


@record.register
def _correct(thing: CorrectVisit, tx: Connection, context: Context) -> None:
    row = tx.execute(select(visit).where(visit.c.id == thing.visit_id)).one()
    if _KNOWN.scalar(tx, {"key": thing.told.key}) is not None:
        return
    if tx.scalar(select(visit.c.id).where(visit.c.supersedes_id == row.id)) is not None:
        raise AlreadyTold
    _revoke(tx, row.id)
    beside = tx.execute(select(companion.c.person_id).where(companion.c.visit_id == row.id)).scalars()
    told = replace(thing.told, together=tuple(beside))  # who went along went along, whatever came of it
    _keep(tx, told, context, by=row.person_id, supersedes_id=row.id, reason=thing.reason)
    ledger.touch(tx, (row.household_id,), context.today)
    tasks.settle(tx, row.household_id, context.now, context.today)
    note(tx, context, "corrected_visit", f"visit:{row.id}", f"{row.outcome} -> {thing.told.outcome.value}")


@record.register
def _went_along(thing: WentAlong, tx: Connection, context: Context) -> None:
    if tx.scalar(select(companion.c.id).where(companion.c.visit_id == thing.visit_id,
                                              companion.c.person_id == thing.person_id)) is not None:
        return
    _along(tx, thing.visit_id, thing.person_id)
    mine = select(attainment).where(attainment.c.visit_id == thing.visit_id, attainment.c.revoked_on.is_(None),
                                    attainment.c.recorded_by == context.person_id)
    for row in tx.execute(mine).all():
        copied = {name: value for name, value in row._mapping.items() if name != "id"}
        tx.execute(insert(attainment), {**copied, "key": f"{row.key}:with:{thing.person_id}", "recorded_by": thing.person_id,
                                        "recorded_at": context.now})
        ledger.touch(tx, (row.household_id,), context.today)
