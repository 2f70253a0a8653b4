"""Visits agreed with a citizen who wants to be told the evening before who comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, select, update

from storage.local_time import instant
from storage.mail import insert_new
from storage.models import Appointment, Person, table
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding.reminder_kinds import APPOINTMENT, HELP_VISIT, KINDS
from storage.reminding.reminders import clear, remind

appointment, person = table(Appointment), table(Person)


@dataclass(frozen=True, slots=True)
class Agreed:
    """An appointment that still holds, with the name of whoever comes."""

    id: int
    on: date
    at: time
    who: str
    day_code: str
    request_id: int = 0
    """The request for help it belongs to."""


def agreed(rows: Reading, id_: int, now: datetime) -> Agreed | None:
    """The appointment, unless it was moved, called off or is over."""
    row = rows.first(select(appointment.c.id, appointment.c.on_day, appointment.c.at_hour, person.c.label, appointment.c.day_code,
                            appointment.c.key)
                     .join(person, person.c.id == appointment.c.person_id)
                     .where(appointment.c.id == id_, appointment.c.state == "agreed"))
    if row is None:
        return None
    what, _, number = row.key.partition(":")
    request = int(number.partition(":")[0]) if what == "help" else 0
    found = Agreed(row.id, row.on_day, time.fromisoformat(row.at_hour), row.label, row.day_code, request)
    return found if instant(found.on, found.at) > now else None


@dataclass(frozen=True, slots=True)
class Appoint:
    """A visit was agreed with the citizen in a chat who wants to be reminded of it."""

    key: str
    chat_id: int
    person_id: int
    on: date
    at: time
    household_id: int | None = None
    day_code: str = ""
    whereabouts: str = ""


@dataclass(frozen=True, slots=True)
class CallOff:
    """An appointment that no longer holds."""

    id: int


@dataclass(frozen=True, slots=True)
class RemindOfVisit:
    """Whoever promised a visit to somebody whose household is not known yet is reminded of it that morning."""

    subject: str
    on: date


def call_off(tx: Connection, beginning: str, now: datetime) -> None:
    """The appointments whose keys begin so no longer hold."""
    for id_ in tx.execute(select(appointment.c.id).where(appointment.c.key.startswith(beginning, autoescape=True),
                                                         appointment.c.state == "agreed")).scalars().all():
        _end(tx, id_, now)


def _end(tx: Connection, id_: int, now: datetime) -> None:
    tx.execute(update(appointment).where(appointment.c.id == id_).values(state="called_off"))
    clear(tx, APPOINTMENT, f"appointment:{id_}", None, now, "called_off")


@record.register
def _remind_of_visit(thing: RemindOfVisit, tx: Connection, context: Context) -> None:
    remind(tx, HELP_VISIT, thing.subject, context.chat_id, thing.on, agreed=True)


@record.register
def _appoint(thing: Appoint, tx: Connection, context: Context) -> None:
    insert_new(tx, appointment, [{"key": thing.key, "chat_id": thing.chat_id, "household_id": thing.household_id,
                                  "person_id": thing.person_id, "on_day": thing.on, "at_hour": f"{thing.at:%H:%M}",
                                  "day_code": thing.day_code, "whereabouts": thing.whereabouts, "state": "agreed"}])
    id_ = tx.scalar(select(appointment.c.id).where(appointment.c.key == thing.key))
    evening = instant(thing.on - timedelta(days=1), KINDS[APPOINTMENT].hour)
    begins = instant(thing.on, thing.at)
    soon = max(context.now, begins - timedelta(hours=1))  # agreed too late for the evening before
    remind(tx, APPOINTMENT, f"appointment:{id_}", thing.chat_id, thing.on, expires=begins,
           at=evening if evening > context.now else soon, agreed=True, asked_at=context.now)


@record.register
def _call_off(thing: CallOff, tx: Connection, context: Context) -> None:
    _end(tx, thing.id, context.now)
