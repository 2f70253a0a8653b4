"""Visits promised in a talk to people whose household is on no list yet, and the household they become at the door."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time

from sqlalchemy import Connection, and_, bindparam, func, select, update

from storage.counting import campaigns
from storage.helping.help_requests import TooLate
from storage.helping.help_rules import State
from storage.models import Appointment, HelpRequest, Household, table
from storage.moves import hamlets
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding.reminder_kinds import HELP_VISIT
from storage.reminding.reminders import clear
from storage.teams.people import note
from storage.work.visits import LogVisit

request, appointment, household = table(HelpRequest), table(Appointment), table(Household)

NEW = "met"
"""Why a household is on the register: somebody of it asked for help, and was visited."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A visit that was agreed, with what the person who asked agreed to share."""

    request_id: int
    hamlet_id: int
    on: date
    at: time
    about: str
    words: str
    whereabouts: str
    helper_id: int | None


_PROMISED = (
    select(request.c.id, request.c.hamlet_id, appointment.c.on_day, appointment.c.at_hour, request.c.about, request.c.words,
           appointment.c.whereabouts, request.c.helper_id)
    .join(appointment, and_(appointment.c.chat_id == request.c.chat_id, appointment.c.on_day == request.c.visit_on))
    .where(request.c.state == State.AGREED.value, request.c.visit_on <= bindparam("on"), appointment.c.state == "agreed",
           appointment.c.key.startswith("help:"), appointment.c.household_id.is_(None),
           request.c.hamlet_id == bindparam("hamlet"))
    .order_by(appointment.c.on_day, appointment.c.at_hour, request.c.id)
)


def promised(rows: Reading, hamlet_id: int, today: date, person_id: int | None = None) -> list[Promised]:
    """Such visits of today in a hamlet, and those of the last days of which nothing was said; one member's, or all."""
    query = _PROMISED if person_id is None else _PROMISED.where(request.c.helper_id == person_id)
    found = rows.all(query, {"hamlet": hamlet_id, "on": today})
    return [Promised(row.id, row.hamlet_id, row.on_day, time.fromisoformat(row.at_hour), row.about, row.words, row.whereabouts,
                     row.helper_id) for row in found]


def next_number(rows: Reading, hamlet_id: int) -> int:
    """The number a new household would get now."""
    return int(rows.scalar(select(func.max(household.c.number)).where(household.c.hamlet_id == hamlet_id)) or 0) + 1


@dataclass(frozen=True, slots=True)
class KeepPromise:
    """Somebody went: how it ended, at a household that is on the list by now or (`visit.household_id` 0) comes onto it."""

    request_id: int
    hamlet_id: int
    visit: LogVisit
    label: str = ""


@record.register
def _kept(thing: KeepPromise, tx: Connection, context: Context) -> None:
    open_ = and_(appointment.c.key.startswith(f"help:{thing.request_id}:"), appointment.c.state == "agreed",
                 appointment.c.household_id.is_(None))
    if tx.scalar(select(appointment.c.id).where(open_)) is None:
        raise TooLate
    home = thing.visit.household_id or _added(tx, thing, context)
    tx.execute(update(appointment).where(open_).values(household_id=home))
    clear(tx, HELP_VISIT, f"help:{thing.request_id}", None, context.now, "visited")
    record(replace(thing.visit, household_id=home), tx, context)


def _added(tx: Connection, thing: KeepPromise, context: Context) -> int:
    """A household of its own, with the next number, on every register that runs."""
    id_ = int(tx.scalars(household.insert().returning(household.c.id), {
        "hamlet_id": thing.hamlet_id, "number": hamlets.next_number(tx, thing.hamlet_id), "label": thing.label, "lane": "",
        "added_on": context.today}).one())
    campaigns.enter_running(tx, thing.hamlet_id, [id_], context.today, NEW)
    note(tx, context, "homes.added", f"place:{thing.hamlet_id}", f"household:{id_}")
    return id_
