"""The day on which each member last entered a visit: kept beside the person, so that thousands of members are told at a look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from storage.local_time import local_day
from storage.models import Person, table
from storage.prepared import Prepared, among

person = table(Person)
_ENTERED = Prepared(update(person).where(
    person.c.id.in_(select(person.c.id).where(
        among(person.c.id, "people"), or_(person.c.entered_on.is_(None), person.c.entered_on < bindparam("day")))
        .order_by(person.c.id).with_for_update(key_share=True))).values(entered_on=bindparam("entered")))
"""In one order, so that two who bring in the same log do not wait for each other."""


def entered(tx: Connection, people: Iterable[int], at: datetime) -> None:
    """These members entered something at that moment; a later day that is kept stays."""
    day = local_day(at)
    _ENTERED.each(tx, [{"people": sorted(set(people)), "day": day, "entered": day}])
