"""In which hamlet a household lived on a day, where that is another than today's: hamlets are merged and parted again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, bindparam, or_, select

from storage.models import FormerNumber, Household, PlaceChange, table
from storage.reading import Reading

household, change, former = table(Household), table(PlaceChange), table(FormerNumber)

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
