"""Training sessions, meetings and sessions at which a barrier is dealt with; who was there; days worked, for payment."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, func, or_, select, union_all, update

from storage.local_time import instant
from storage.mail import insert_new
from storage.models import (
    Attendance,
    AuditEvent,
    Chat,
    Companion,
    Gathering,
    Household,
    Membership,
    Person,
    Place,
    Reminder,
    Visit,
    table,
)
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import preferences
from storage.reminding.reminder_kinds import GATHERING, GATHERING_OFF, SESSION
from storage.reminding.reminders import clear, remind
from storage.teams.people import note

gathering, attendance, place = table(Gathering), table(Attendance), table(Place)
membership, person, chat, visit, household = table(Membership), table(Person), table(Chat), table(Visit), table(Household)
reminder, audit, companion = table(Reminder), table(AuditEvent), table(Companion)
MOVED = "moved gathering"
EVENING, MORNING = time(18, 30), time(7)
BEFORE = {"training": 1, "meeting": 1, "session": 2}
"""Days before, in the evening, when those concerned are told; then once more on the morning itself."""
DOORS_OPEN, DOORS_CLOSE = timedelta(hours=1), timedelta(hours=3)
"""How long before its beginning and after its end the code in the room counts."""


class GatheringKind(StrEnum):
    TRAINING = "training"
    MEETING = "meeting"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Meeting:
    """A gathering as people are told of it."""

    id: int
    kind: GatheringKind
    place_id: int
    place_name: str
    on: date
    starts: time
    ends: time
    venue: str
    partner: str
    topics: str
    barrier: str | None
    room_code: str
    state: str

    @property
    def begins(self) -> datetime:
        return instant(self.on, self.starts)

    @property
    def over(self) -> datetime:
        return instant(self.on, self.ends)


_ALL = (select(gathering.c.id, gathering.c.kind, gathering.c.place_id, place.c.name, gathering.c.on_day, gathering.c.starts_at,
               gathering.c.ends_at, gathering.c.venue, gathering.c.partner, gathering.c.topics, gathering.c.barrier,
               gathering.c.room_code, gathering.c.state).join(place, place.c.id == gathering.c.place_id))


def _made(row: Row[*tuple[object, ...]]) -> Meeting:
    return Meeting(row.id, GatheringKind(row.kind), row.place_id, row.name, row.on_day, time.fromisoformat(row.starts_at),
                   time.fromisoformat(row.ends_at), row.venue, row.partner, row.topics, row.barrier, row.room_code, row.state)


def meeting(rows: Reading, id_: int) -> Meeting | None:
    row = rows.first(_ALL.where(gathering.c.id == id_))
    return _made(row) if row else None


def between(rows: Reading, places: Sequence[int], first: date, last: date) -> list[Meeting]:
    """What was planned in these places (and was not called off), in the order of days."""
    query = _ALL.where(gathering.c.place_id.in_(list(places)), gathering.c.on_day >= first, gathering.c.on_day <= last,
                       gathering.c.state == "planned")
    return [_made(row) for row in rows.all(query.order_by(gathering.c.on_day, gathering.c.starts_at, gathering.c.id))]


def by_code(rows: Reading, places: Sequence[int], code: str, now: datetime, today: date) -> Meeting | None:
    """The gathering that runs now in one of these places and has this code in the room."""
    return next((each for each in between(rows, places, today, today)
                 if each.room_code == code and each.begins - DOORS_OPEN <= now <= each.over + DOORS_CLOSE), None)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who serves, and where."""

    id: int
    label: str
    place_id: int
    place_name: str


def members(rows: Reading, places: Sequence[int], on: date, until: date | None = None) -> list[Member]:
    """Who serves in these places or in hamlets of these communes on a day (or at any time until another one), each once."""
    query = (select(person.c.id, person.c.label, place.c.id.label("place_id"), place.c.name)
             .join(membership, membership.c.person_id == person.c.id).join(place, place.c.id == membership.c.place_id)
             .where(or_(place.c.id.in_(list(places)), place.c.parent_id.in_(list(places))),
                    membership.c.valid_from <= (until or on), or_(membership.c.valid_to.is_(None), membership.c.valid_to > on))
             .order_by(place.c.code, person.c.id, membership.c.valid_from))
    return list({row.id: Member(row.id, row.label, row.place_id, row.name) for row in rows.all(query)}.values())


def present(rows: Reading, gathering_id: int) -> dict[int, str]:
    """Who was there, and how that is known."""
    return {row.person_id: row.told_by for row in rows.all(
        select(attendance.c.person_id, attendance.c.told_by).where(attendance.c.gathering_id == gathering_id))}


def stuck_homes(rows: Reading, places: Sequence[int], barrier: str) -> list[int]:
    """The numbers of the households whose last visit met this barrier."""
    last = select(func.max(visit.c.id)).where(visit.c.void.is_(False)).group_by(visit.c.household_id)
    query = (select(household.c.number).join(visit, visit.c.household_id == household.c.id)
             .where(visit.c.id.in_(last), visit.c.barrier == barrier, household.c.hamlet_id.in_(list(places))))
    return sorted(row.number for row in rows.all(query))


@dataclass(frozen=True, slots=True)
class Workday:
    """What somebody did on a day: households they went to, alone or along with another, and gatherings they were at."""

    person_id: int
    person: str
    place: str
    on: date
    visits: int
    gatherings: int


def workdays(rows: Reading, people: Sequence[Member], first: date, last: date) -> list[Workday]:
    """A line for each person and day on which they did anything: the basis of payment."""
    ids = [each.id for each in people]
    took_back = select(visit.c.supersedes_id).where(visit.c.supersedes_id.is_not(None))
    counts = (visit.c.occurred_on >= first, visit.c.occurred_on <= last, visit.c.void.is_(False), visit.c.id.not_in(took_back))
    own = select(visit.c.person_id, visit.c.occurred_on.label("on")).where(visit.c.person_id.in_(ids), *counts)
    along = select(companion.c.person_id, visit.c.occurred_on.label("on")).join(
        visit, visit.c.id == companion.c.visit_id).where(companion.c.person_id.in_(ids), *counts)
    both = union_all(own, along).subquery()
    went = select(both.c.person_id, both.c.on, func.count().label("n")).group_by(both.c.person_id, both.c.on)
    was = select(attendance.c.person_id, gathering.c.on_day.label("on"), func.count().label("n")).join(
        gathering, gathering.c.id == attendance.c.gathering_id).where(
        attendance.c.person_id.in_(ids), gathering.c.on_day >= first, gathering.c.on_day <= last).group_by(
        attendance.c.person_id, gathering.c.on_day)
    visits = {(row.person_id, row.on): row.n for row in rows.all(went)}
    there = {(row.person_id, row.on): row.n for row in rows.all(was)}
    return [Workday(each.id, each.label, each.place_name, on, visits.get((each.id, on), 0), there.get((each.id, on), 0))
            for each in people for on in sorted({on for id_, on in (*visits, *there) if id_ == each.id})]


# --- records ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PlanGathering:
    """A gathering is announced; those who serve in the place are told."""

    key: str
    kind: GatheringKind
    place_id: int
    on: date
    starts: time
    ends: time
    venue: str
    partner: str
    topics: str
    barrier: str | None = None


@dataclass(frozen=True, slots=True)
class MoveGathering:
    """A gathering takes place on another day, at another hour or place. `later`: as when it is called off."""

    id: int
    on: date
    starts: time
    ends: time
    venue: str
    later: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelGathering:
    """A gathering does not take place. `later`: chats that were told of it and are to be told so when the night is over."""

    id: int
    later: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RemindOfSession:
    """Somebody who lives there wants to be told of a mobile session."""

    id: int


@dataclass(frozen=True, slots=True)
class Attend:
    """These people were there: told by the code in the room, or by the leader."""

    gathering_id: int
    people: tuple[int, ...]
    told_by: str


@record.register
def _plan(thing: PlanGathering, tx: Connection, context: Context) -> None:
    insert_new(tx, gathering, [{
        "key": thing.key, "kind": thing.kind.value, "place_id": thing.place_id, "on_day": thing.on,
        "starts_at": f"{thing.starts:%H:%M}", "ends_at": f"{thing.ends:%H:%M}", "venue": thing.venue, "partner": thing.partner,
        "topics": thing.topics, "barrier": thing.barrier, "room_code": f"{secrets.randbelow(10_000):04}",
        "created_by": context.person_id,
        "created_at": context.now, "state": "planned"}])
    id_ = tx.scalar(select(gathering.c.id).where(gathering.c.key == thing.key))
    made = meeting(Reading(tx), int(id_ or 0))
    if made is not None:
        for chat_id, _ in _chats(tx, thing.place_id, thing.on):
            _owe(tx, made, chat_id, context.now)
    note(tx, context, "planned gathering", f"gathering:{id_}")


def _owe(tx: Connection, made: Meeting, chat_id: int, now: datetime, asked_at: datetime | None = None, *,
         at_once: bool = True) -> None:
    """Some evenings before and on the morning itself; where both are past at once, unless they know of it."""
    told = ((BEFORE[made.kind], EVENING), (0, MORNING))
    hours = [(n, at) for n, (days, hour) in enumerate(told, start=1)
             if now < (at := instant(made.on - timedelta(days=days), hour)) < made.begins]
    for ordinal, at in hours or [(1, now)][:at_once]:
        remind(tx, _kind(made), f"gathering:{made.id}", chat_id, made.on, ordinal, at=at, expires=made.begins, agreed=True,
               asked_at=asked_at)


def _kind(made: Meeting) -> str:
    return SESSION if made.kind is GatheringKind.SESSION else GATHERING


def owe_newcomers(tx: Connection, today: date) -> None:
    """Whoever joined a team after something was planned is told of it like the others; nobody is told anew."""
    rows, soon = Reading(tx), today + timedelta(days=max(BEFORE.values()))
    for each in [_made(row) for row in rows.all(_ALL.where(
            gathering.c.on_day >= today, gathering.c.on_day <= soon, gathering.c.state == "planned"))]:
        owed = select(reminder.c.chat_id).where(reminder.c.subject == f"gathering:{each.id}")
        known = {row.person_id for row in rows.all(select(chat.c.person_id).where(chat.c.id.in_(owed)))}
        for chat_id, person_id in _chats(tx, each.place_id, each.on):
            if person_id not in known:
                _owe(tx, each, chat_id, instant(today, time(0)))


def told(rows: Reading, gathering_id: int) -> list[int]:
    """The chats that were told of a gathering, or asked to be reminded of it."""
    know = or_(reminder.c.parcel.is_not(None), reminder.c.asked_at.is_not(None) & (reminder.c.state == "scheduled"))
    query = select(reminder.c.chat_id).where(reminder.c.subject == f"gathering:{gathering_id}", know,
                                             reminder.c.kind.in_((GATHERING, SESSION)))
    return sorted({row.chat_id for row in rows.all(query)})


def moves(rows: Reading, gathering_id: int) -> int:
    """How often it was moved."""
    return int(rows.scalar(select(func.count()).select_from(audit).where(
        audit.c.subject == f"gathering:{gathering_id}", audit.c.action == MOVED)) or 0)


def _chats(tx: Connection, place_id: int, on: date) -> list[tuple[int, int]]:
    """One chat for everybody who serves there, the one in which they were heard last, and whose it is."""
    people = [each.id for each in members(Reading(tx), [place_id], on)]
    found = tx.execute(select(chat.c.person_id, chat.c.id).where(chat.c.person_id.in_(people), chat.c.state == "active")
                       .order_by(chat.c.heard_at, chat.c.id.desc()))
    return [(chat_id, person_id) for person_id, chat_id in {row.person_id: row.id for row in found}.items()]


@record.register
def _move(thing: MoveGathering, tx: Connection, context: Context) -> None:
    """Who is reminded of it is reminded of the new day instead: the team of that day, and whoever asked and did not stop it."""
    rows, subject = Reading(tx), f"gathering:{thing.id}"
    was = meeting(rows, thing.id)
    if was is None or was.state != "planned":
        return
    tx.execute(update(gathering).where(gathering.c.id == thing.id).values(
        on_day=thing.on, starts_at=f"{thing.starts:%H:%M}", ends_at=f"{thing.ends:%H:%M}", venue=thing.venue))
    made = replace(was, on=thing.on, starts=thing.starts, ends=thing.ends, venue=thing.venue)
    owed = rows.all(select(reminder.c.chat_id, reminder.c.asked_at, reminder.c.reason, reminder.c.parcel).where(
        reminder.c.subject == subject, reminder.c.kind.in_((GATHERING, SESSION))))
    for kind in (GATHERING, SESSION, GATHERING_OFF):
        clear(tx, kind, subject, None, context.now, "put_off")
    asked = {row.chat_id: row.asked_at for row in owed if row.asked_at is not None}
    stopped, know = {row.chat_id for row in owed if row.reason == "one_stopped"}, {row.chat_id for row in owed if row.parcel}
    for chat_id in ({chat_id for chat_id, _ in _chats(tx, made.place_id, made.on)} | asked.keys()) - stopped:
        _owe(tx, made, chat_id, context.now, asked.get(chat_id), at_once=chat_id not in know | asked.keys())
    for chat_id in thing.later:
        remind(tx, GATHERING_OFF, subject, chat_id, made.on, at=context.now, expires=made.begins, agreed=True)
    note(tx, context, MOVED, subject, f"{was.on} {was.starts:%H:%M} -> {made.on} {made.starts:%H:%M}")


@record.register
def _cancel(thing: CancelGathering, tx: Connection, context: Context) -> None:
    tx.execute(update(gathering).where(gathering.c.id == thing.id).values(state="called_off"))
    for kind in (GATHERING, SESSION):
        clear(tx, kind, f"gathering:{thing.id}", None, context.now, "called_off")
    off = meeting(Reading(tx), thing.id)
    if off is not None:
        for chat_id in thing.later:
            remind(tx, GATHERING_OFF, f"gathering:{thing.id}", chat_id, off.on, at=context.now, expires=off.begins, agreed=True)
    note(tx, context, "called off gathering", f"gathering:{thing.id}")


@record.register
def _remind_of_session(thing: RemindOfSession, tx: Connection, context: Context) -> None:
    made = meeting(Reading(tx), thing.id)
    if made is not None and made.state == "planned" and made.begins > context.now:
        preferences.change(tx, context, stopped=False)  # asking for a reminder takes back a general “stop”
        _owe(tx, made, context.chat_id, context.now, context.now)


@record.register
def _attend(thing: Attend, tx: Connection, context: Context) -> None:
    if thing.people:
        insert_new(tx, attendance, [{"gathering_id": thing.gathering_id, "person_id": id_, "told_by": thing.told_by,
                                     "recorded_at": context.now} for id_ in thing.people])
    note(tx, context, "attendance", f"gathering:{thing.gathering_id}", thing.told_by)
