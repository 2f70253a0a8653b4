"""In which hamlet a household lived on a day, where that is another than today's: hamlets are merged and parted again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, bindparam, func, or_, select

from storage.models import FormerNumber, Household, Place, PlaceChange, table
from storage.reading import Reading

household, change, former, place = table(Household), table(PlaceChange), table(FormerNumber), table(Place)

_TOUCHED = select(former.c.household_id).where(
    former.c.until > bindparam("on"), former.c.hamlet_id.in_(bindparam("hamlets", expanding=True)))
_MOVED = (
    select(former.c.household_id, former.c.hamlet_id)
    .join(change, and_(change.c.id == former.c.change_id, change.c.undone_at.is_(None)))
    .join(household, household.c.id == former.c.household_id)
    .where(former.c.until > bindparam("on"), or_(former.c.household_id.in_(_TOUCHED),
                                                 household.c.hamlet_id.in_(bindparam("hamlets", expanding=True))))
    .order_by(former.c.until.desc(), former.c.id.desc())
)
"""The latest move first, so that of several the one after that day is what stays in a mapping."""


def lived_elsewhere(rows: Reading, hamlet_ids: Sequence[int], on: date) -> dict[int, int]:
    """The households whose hamlet on a day was another than today's, where either is among these: that hamlet, by household."""
    return {int(home): int(hamlet) for home, hamlet in rows.all(_MOVED, {"on": on, "hamlets": list(hamlet_ids)})}


@dataclass(frozen=True, slots=True)
class Left:
    """A household that had a number in a hamlet until a day and lives in another one now."""

    id: int
    lives_on: int
    """The household it lives on in, as a rule itself."""
    number: int
    label: str
    until: date
    hamlet: str


_LEFT = (
    select(household.c.id, func.coalesce(household.c.merged_into_id, household.c.id).label("lives_on"), former.c.number,
           household.c.label, former.c.until, place.c.name)
    .join(former, former.c.household_id == household.c.id)
    .join(change, and_(change.c.id == former.c.change_id, change.c.undone_at.is_(None)))
    .join(place, place.c.id == household.c.hamlet_id)
    .where(former.c.hamlet_id == bindparam("hamlet"), household.c.hamlet_id != former.c.hamlet_id)
    .order_by(former.c.number, former.c.until, former.c.id)
)


def left(rows: Reading, hamlet_id: int) -> dict[int, Left]:
    """The households that lived in a hamlet and live elsewhere, by the number they had: it is nobody else's."""
    return {row.number: Left(*row) for row in rows.all(_LEFT, {"hamlet": hamlet_id})}
