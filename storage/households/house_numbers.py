"""Households by the numbers people use: one of a hamlet, all of it, the next that nobody has been to."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select

from storage.models import Household, Visit, table
from storage.prepared import Prepared
from storage.reading import Reading
from storage.value import value

household, visit = table(Household), table(Visit)


@value
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


_ALL_HOMES = Prepared(_HOME.order_by(household.c.number))


def homes(rows: Reading, hamlet_id: int) -> list[Home]:
    """Every household of a hamlet, by number."""
    return rows.once((_ALL_HOMES, hamlet_id), lambda: [Home(*row) for row in rows.all(_ALL_HOMES, {"hamlet": hamlet_id})])


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
