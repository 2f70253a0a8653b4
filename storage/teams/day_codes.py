"""Codes of the day: four digits by which a household knows that somebody at its door belongs to the hamlet's team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Select, bindparam, func, insert, or_, select

from storage.models import Attempt, DayCode, Membership, Person, Place, table
from storage.reading import Reading
from storage.record import Context, record

day_code, person, membership, place, attempt = table(DayCode), table(Person), table(Membership), table(Place), table(Attempt)

NOT_AGAIN = timedelta(days=30)
"""A code is not given out again so soon, so that one from last week is known to be old."""
WRONG_A_DAY = 40
"""More wrong codes than this from all chats together, and strangers are answered no more: somebody tries them one by one."""
A_DAY = timedelta(days=1)


def own(rows: Reading, person_id: int, on: date) -> str | None:
    """The code somebody already has for a day."""
    found: str | None = rows.scalar(select(day_code.c.code).where(
        day_code.c.person_id == person_id, day_code.c.on_day == on).limit(1))
    return found


def taken_lately(rows: Reading, hamlet_ids: Sequence[int], on: date) -> frozenset[str]:
    """The codes that were given out in these hamlets in the last weeks."""
    return frozenset(row.code for row in rows.all(select(day_code.c.code).where(
        day_code.c.hamlet_id.in_(hamlet_ids), day_code.c.on_day > on - NOT_AGAIN)))


def _around(hamlet_ids: Sequence[int]) -> Select[tuple[int]]:
    """Every hamlet of the communes that these hamlets lie in."""
    communes = select(place.c.parent_id).where(place.c.id.in_(hamlet_ids))
    return select(place.c.id).where(or_(place.c.id.in_(hamlet_ids), place.c.parent_id.in_(communes)))


def taken_today(rows: Reading, hamlet_ids: Sequence[int], on: date) -> frozenset[str]:
    """The codes of a day in the whole commune: two members at one market never say the same digits."""
    return frozenset(row.code for row in rows.all(select(day_code.c.code).where(
        day_code.c.hamlet_id.in_(_around(hamlet_ids)), day_code.c.on_day == on)))


def wrong_name(hamlet_id: int) -> str:
    """Under what a wrong code is counted for a hamlet, whoever tried it."""
    return f"day_code:{hamlet_id}"


def under_attack(rows: Reading, hamlet_id: int, now: datetime) -> bool:
    """Whether so many wrong codes were tried in a hamlet that somebody goes through them."""
    tried = rows.scalar(select(func.count()).select_from(attempt).where(
        attempt.c.what == wrong_name(hamlet_id), attempt.c.at > now - A_DAY))
    return int(tried) >= WRONG_A_DAY


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


class CodeTaken(Exception):
    """Somebody else of the commune drew these digits in the same moment."""


@dataclass(frozen=True, slots=True)
class TakeCode:
    """A member's code for today, in each hamlet they serve."""

    code: str
    hamlet_ids: tuple[int, ...]


@record.register
def _take(thing: TakeCode, tx: Connection, context: Context) -> None:
    # two members who drew the same digits: the second letter fails, is tried again, and draws others
    if tx.scalar(select(day_code.c.id).where(day_code.c.hamlet_id.in_(_around(thing.hamlet_ids)), day_code.c.code == thing.code,
                                             day_code.c.on_day == context.today).limit(1)) is not None:
        raise CodeTaken
    tx.execute(insert(day_code), [{"person_id": context.person_id, "hamlet_id": hamlet_id, "on_day": context.today,
                                   "code": thing.code} for hamlet_id in thing.hamlet_ids])
