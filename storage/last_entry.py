"""The day on which each member last entered a visit: kept beside the person, so that thousands of members are told at a look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from storage.models import Person, table
from storage.prepared import Prepared, among
from storage.standing import LOCAL

person = table(Person)
_ENTERED = Prepared(update(person).where(
    person.c.id.in_(select(person.c.id).where(
        among(person.c.id, "people"), or_(person.c.entered_on.is_(None), person.c.entered_on < bindparam("day")))
        .order_by(person.c.id).with_for_update(key_share=True))).values(entered_on=bindparam("entered")))
"""In one order, so that two who bring in the same log do not wait for each other."""


def day_of(at: datetime) -> date:
    """The day in Vietnam."""
    return at.astimezone(LOCAL).date()


def entered(tx: Connection, people: Iterable[int], at: datetime) -> None:
    """These members entered something at that moment; a later day that is kept stays."""
    day = day_of(at)
    _ENTERED.each(tx, [{"people": sorted(set(people)), "day": day, "entered": day}])
