"""What became of hamlets and households: renamed, merged, renumbered, and taken back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from storage.models.base import Row, identity, refers


class PlaceChange(Row, table=True):
    """A hamlet renamed, or merged into another, from a day on. Taken back, it stays on record."""

    __tablename__ = "place_change"
    id: int | None = identity()
    kind: str
    place_id: int = refers("place", index=True)
    into_id: int | None = refers("place", optional=True, index=True)
    on: date
    before: str
    """The name until then."""
    after: str
    made_by: int | None = refers("person", optional=True)
    made_at: datetime
    moved: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """The rows that went along, by table, so that taking it back moves the same ones."""
    undone_at: datetime | None = None


class FormerNumber(Row, table=True):
    """The number a household had in a hamlet until a day, still good for finding it."""

    __tablename__ = "former_number"
    __table_args__ = (UniqueConstraint("change_id", "household_id"), Index("ix_former_number_hamlet", "hamlet_id", "number"))
    id: int | None = identity()
    household_id: int = refers("household", index=True)
    hamlet_id: int = refers("place")
    number: int
    until: date
    change_id: int = refers("place_change")


class HouseholdMerge(Row, table=True):
    """Two rows that were one household: which stays, since when, and whether it was taken back."""

    __tablename__ = "household_merge"
    id: int | None = identity()
    kept_id: int = refers("household", index=True)
    gone_id: int = refers("household", index=True)
    on: date
    made_by: int | None = refers("person", optional=True)
    made_at: datetime
    moved: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    undone_at: datetime | None = None
    undone_on: date | None = None
