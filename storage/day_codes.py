"""Codes of the day: four digits by which a household knows that somebody at its door belongs to the hamlet's team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, bindparam, insert, or_, select

from storage.models import DayCode, Membership, Person, table
from storage.reading import Reading
from storage.record import Context, record

day_code, person, membership = table(DayCode), table(Person), table(Membership)

NOT_AGAIN = timedelta(days=30)
"""A code is not given out again so soon, so that one from last week is known to be old."""


def own(rows: Reading, person_id: int, on: date) -> str | None:
    """The code somebody already has for a day."""
    found: str | None = rows.scalar(select(day_code.c.code).where(
        day_code.c.person_id == person_id, day_code.c.on_day == on).limit(1))
    return found


def taken(rows: Reading, hamlet_ids: Sequence[int], on: date) -> frozenset[str]:
    """The codes that were given out in these hamlets lately."""
    return frozenset(row.code for row in rows.all(select(day_code.c.code).where(
        day_code.c.hamlet_id.in_(hamlet_ids), day_code.c.on_day > on - NOT_AGAIN)))


_HOLDER = (
    select(person.c.label, day_code.c.on_day)
    .join(person, person.c.id == day_code.c.person_id)
    .where(day_code.c.hamlet_id == bindparam("hamlet"), day_code.c.code == bindparam("code"),
           select(membership.c.id).where(
               membership.c.person_id == person.c.id, membership.c.place_id == day_code.c.hamlet_id,
               membership.c.valid_from <= bindparam("on"),
               or_(membership.c.valid_to.is_(None), membership.c.valid_to > bindparam("on"))).exists())
    .order_by(day_code.c.on_day.desc()).limit(1)
)


def holder(rows: Reading, hamlet_id: int, code: str, on: date) -> tuple[str, date] | None:
    """Who of a hamlet's team was last given this code, and for which day; nobody who has left."""
    row = rows.first(_HOLDER, {"hamlet": hamlet_id, "code": code, "on": on})
    return (row.label, row.on_day) if row else None


@dataclass(frozen=True, slots=True)
class TakeCode:
    """A member's code for today, in each hamlet they serve."""

    code: str
    hamlet_ids: tuple[int, ...]


@record.register
def _take(thing: TakeCode, tx: Connection, context: Context) -> None:
    # two members who drew the same digits: the second letter fails, is tried again, and draws others
    tx.execute(insert(day_code), [{"person_id": context.person_id, "hamlet_id": hamlet_id, "on_day": context.today,
                                   "code": thing.code} for hamlet_id in thing.hamlet_ids])
