"""Households and the visits to them: looked up by the number people use, recorded by adding rows only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from storage import ledger, reminders
from storage.models import Attainment, Campaign, Household, RegisterEntry, Visit, table
from storage.outcomes import OUTCOMES, Barrier, Mode, Outcome, Verification, return_on
from storage.people import note
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record
from storage.reminder_kinds import FOLLOW_UP, HANDED_OVER, OVERDUE, VISIT_SOON

household, visit, attainment, campaign = table(Household), table(Visit), table(Attainment), table(Campaign)
entry = table(RegisterEntry)

UNDO_FOR = timedelta(minutes=10)
VISIT_KINDS = (FOLLOW_UP, VISIT_SOON, OVERDUE, HANDED_OVER)
"""What is owed about a household until somebody goes there."""


@dataclass(frozen=True, slots=True)
class Home:
    """A household as a volunteer knows it."""

    id: int
    hamlet_id: int
    number: int
    label: str


_HOME = select(household.c.id, household.c.hamlet_id, household.c.number, household.c.label).where(
    household.c.hamlet_id == bindparam("hamlet"), household.c.merged_into_id.is_(None))
_BY_NUMBER = Prepared(_HOME.where(household.c.number == bindparam("number")))
_NEXT = Prepared(
    _HOME.where(household.c.number > bindparam("after"), ~exists().where(visit.c.household_id == household.c.id))
    .order_by(household.c.number).limit(bindparam("limit"))
)


def home(rows: Reading, hamlet_id: int, number: int) -> Home | None:
    """The household of that number in a hamlet."""
    row = rows.once((_BY_NUMBER, hamlet_id, number), lambda: rows.first(_BY_NUMBER, {"hamlet": hamlet_id, "number": number}))
    return Home(*row) if row else None


def home_by_id(rows: Reading, id_: int) -> Home | None:
    row = rows.first(select(household.c.id, household.c.hamlet_id, household.c.number, household.c.label)
                     .where(household.c.id == id_, household.c.merged_into_id.is_(None)))
    return Home(*row) if row else None


def next_homes(rows: Reading, hamlet_id: int, after: int, limit: int) -> list[Home]:
    """Households nobody has been to yet, in the order of their numbers, from the one after `after`."""
    found = [Home(*row) for row in rows.all(_NEXT, {"hamlet": hamlet_id, "after": after, "limit": limit})]
    if len(found) < limit and after:
        first = rows.all(_NEXT, {"hamlet": hamlet_id, "after": 0, "limit": limit - len(found)})
        found += [Home(*row) for row in first if row.number <= after]
    return found


@dataclass(frozen=True, slots=True)
class Goal:
    """The campaign that runs on a day, and the service that is its goal."""

    campaign_id: int
    name: str
    starts_on: date
    ends_on: date
    service: str


_GOAL = (
    select(campaign.c.id, campaign.c.name, campaign.c.starts_on, campaign.c.ends_on, campaign.c.goal_service)
    .where(campaign.c.place_id.in_(bindparam("places", expanding=True)), campaign.c.starts_on <= bindparam("on"),
           campaign.c.ends_on >= bindparam("on"))
    .order_by(campaign.c.starts_on.desc(), campaign.c.id.desc()).limit(1)
)


def goal(rows: Reading, places: Sequence[int], on: date) -> Goal | None:
    """The newest campaign that runs in any of these places on that day."""
    row = rows.once((_GOAL, tuple(places), on), lambda: rows.first(_GOAL, {"places": list(places), "on": on}), lasting=True)
    return Goal(*row) if row else None


_LAST = Prepared(
    select(visit.c.occurred_at, visit.c.outcome, visit.c.note)
    .where(visit.c.household_id == bindparam("household"), visit.c.void.is_(False),
           ~visit.c.id.in_(select(visit.c.supersedes_id).where(visit.c.supersedes_id.is_not(None))))
    .order_by(visit.c.occurred_at.desc(), visit.c.id.desc()).limit(1)
)


def last_visit(rows: Reading, household_id: int) -> tuple[datetime, Outcome, str] | None:
    row = rows.first(_LAST, {"household": household_id})
    return (row.occurred_at, OUTCOMES[row.outcome], row.note) if row else None


def settled(rows: Reading, household_id: int, service: str | None, today: date) -> bool:
    """Whether nobody needs to go to a household now: it has what the campaign is for, left the register, or is away."""
    if service is not None and rows.first(select(attainment.c.id).where(
            attainment.c.household_id == household_id, attainment.c.service == service, attainment.c.revoked_on.is_(None))):
        return True
    if rows.first(select(entry.c.id).where(entry.c.household_id == household_id, entry.c.excluded_on <= today,
                                           entry.c.confirmed_by.is_not(None))):
        return True
    last = rows.first(select(visit.c.away_until).where(visit.c.household_id == household_id, visit.c.void.is_(False))
                      .order_by(visit.c.occurred_at.desc(), visit.c.id.desc()).limit(1))
    return last is not None and last.away_until is not None and last.away_until >= today


def logged(rows: Reading, person_id: int, key: str | None = None) -> tuple[int, datetime] | None:
    """A visit this person recorded, by its key or the last one, and when; None where it was undone or never was."""
    query = select(visit.c.id, visit.c.recorded_at).where(visit.c.person_id == person_id, visit.c.void.is_(False))
    if key is not None:
        query = query.where(visit.c.key == key)
    row = rows.first(query.order_by(visit.c.id.desc()).limit(1))
    if row is None or rows.scalar(select(visit.c.id).where(visit.c.supersedes_id == row.id)) is not None:
        return None
    return row.id, row.recorded_at


def logged_together(rows: Reading, person_id: int, keys: str) -> list[tuple[int, datetime]]:
    """The visits this person recorded under keys that begin so, and when; none that were undone."""
    later = visit.alias("later")
    found = rows.all(select(visit.c.id, visit.c.recorded_at).where(
        visit.c.person_id == person_id, visit.c.key.startswith(keys, autoescape=True), visit.c.void.is_(False),
        ~select(later.c.id).where(later.c.supersedes_id == visit.c.id).exists()))
    return [(row.id, row.recorded_at) for row in found]


def told_lately(rows: Reading, household_id: int, person_id: int, outcome: Outcome, since: datetime) -> bool:
    """Whether this person recorded this outcome for this household since then, and did not take it back."""
    later = visit.alias("later")
    return rows.scalar(select(visit.c.id).where(
        visit.c.household_id == household_id, visit.c.person_id == person_id, visit.c.outcome == outcome.value,
        visit.c.recorded_at > since, visit.c.void.is_(False),
        ~select(later.c.id).where(later.c.supersedes_id == visit.c.id).exists()).limit(1)) is not None


# --- records ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class UndoVisit:
    """A visit taken back: a row that supersedes it, and its attainments revoked."""

    visit_id: int


_VISIT = Prepared(insert(visit).returning(visit.c.id))
_ATTAINMENTS = Prepared(insert(attainment))


@record.register
def _log(thing: LogVisit, tx: Connection, context: Context) -> None:
    visit_id = _VISIT.scalar(tx, {
        "key": thing.key, "household_id": thing.household_id, "person_id": context.person_id,
        "occurred_at": thing.occurred_at, "occurred_on": thing.occurred_on, "recorded_at": context.now, "mode": thing.mode.value,
        "outcome": thing.outcome.value, "barrier": thing.barrier.value if thing.barrier else None, "next_on": thing.next_on,
        "away_until": thing.away_until, "note": thing.note, "void": False, "reason": ""})
    if thing.services:
        _ATTAINMENTS.each(tx, [{
            "key": f"{thing.key}:{service}", "household_id": thing.household_id, "service": service,
            "achieved_on": thing.occurred_on, "verification": Verification.SEEN_BY_VOLUNTEER.value,
            "recorded_by": context.person_id, "recorded_at": context.now, "visit_id": visit_id, "assisted_by": ""}
            for service in thing.services])
    ledger.touch(tx, (thing.household_id,), context.today, since=thing.occurred_on)
    subject = f"household:{thing.household_id}"
    for kind in VISIT_KINDS:
        reminders.clear(tx, kind, subject, None, context.now, "visited")
    again = return_on(thing.outcome, thing.barrier, thing.next_on, thing.away_until, thing.occurred_on)
    if again is not None:
        reminders.remind(tx, reminders.FOLLOW_UP, subject, context.chat_id, again, agreed=thing.next_on is not None)


@record.register
def _undo(thing: UndoVisit, tx: Connection, context: Context) -> None:
    row = tx.execute(select(visit).where(visit.c.id == thing.visit_id)).one()
    copied = dict(row._mapping)
    del copied["id"]
    tx.execute(insert(visit), {**copied, "key": f"undo:{row.id}", "supersedes_id": row.id, "void": True,
                               "reason": "undone", "recorded_at": context.now})
    tx.execute(update(attainment).where(attainment.c.visit_id == row.id).values(revoked_on=attainment.c.achieved_on))
    ledger.touch(tx, (row.household_id,), context.today)
    for kind in VISIT_KINDS:
        reminders.clear(tx, kind, f"household:{row.household_id}", None, context.now, "undone")
    note(tx, context, "visit.undone", f"visit:{row.id}")
