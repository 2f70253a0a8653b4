"""Households, campaigns and their registers, visits, and what was reached."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, Column, Index, Text, UniqueConstraint, false, text
from sqlmodel import Field

from storage.models.base import Row, identity, refers

MERGED = text("merged_into_id IS NOT NULL")


class Household(Row, table=True):
    """A household and the short number by which its hamlet calls it. No papers, no birth dates."""

    __table_args__ = (
        UniqueConstraint("hamlet_id", "number"),
        Index("ix_household_merged", "merged_into_id", sqlite_where=MERGED),
    )
    id: int | None = identity()
    hamlet_id: int = refers("place")
    number: int
    label: str = ""
    lane: str = ""
    adult_count: int | None = None
    farm: bool | None = None
    """Whether it farms, where a campaign counts farm households; None where nobody said."""
    added_on: date
    merged_into_id: int | None = refers("household", optional=True)


class Campaign(Row, table=True):
    """A time of going from door to door with one goal."""

    id: int | None = identity()
    name: str
    document: str = ""
    place_id: int = refers("place", index=True)
    starts_on: date
    ends_on: date
    goal_service: str
    target_percent: int = 100
    register_frozen_on: date | None = None
    """From the day after, households on the list are later additions and marked as such."""
    closed_on: date | None = None
    kept: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether the standing of its households is kept current, so that sums need not be counted from the record."""


class RegisterEntry(Row, table=True):
    """A household on a campaign's list: the denominator lives here."""

    __tablename__ = "register_entry"
    __table_args__ = (UniqueConstraint("campaign_id", "household_id"), Index("ix_register_household", "household_id"))
    id: int | None = identity()
    campaign_id: int = refers("campaign")
    household_id: int = refers("household")
    added_on: date
    added_reason: str = ""
    excluded_on: date | None = None
    excluded_by: int | None = refers("person", optional=True)
    confirmed_by: int | None = refers("person", optional=True)
    kept_on: date | None = None
    """Somebody looked at a report that it is gone and decided that it stays."""


class Visit(Row, table=True):
    """One attempt to reach a household. Rows are only added; a correction supersedes."""

    __table_args__ = (Index("ix_visit_household", "household_id", "occurred_on"),
                      Index("ix_visit_person", "person_id", "recorded_at"))
    id: int | None = identity()
    key: str = Field(unique=True)
    household_id: int = refers("household")
    person_id: int = refers("person")
    occurred_at: datetime
    occurred_on: date
    recorded_at: datetime
    mode: str
    outcome: str
    barrier: str | None = None
    next_on: date | None = None
    away_until: date | None = None
    note: str = Field(default="", sa_type=Text)
    supersedes_id: int | None = refers("visit", optional=True, index=True)
    void: bool = False
    """A row that only takes back the one it supersedes; it counts nowhere."""
    reason: str = ""


class Attainment(Row, table=True):
    """Something a household has reached: kept apart from the visits that led there."""

    __table_args__ = (Index("ix_attainment_household", "household_id", "service"),)
    id: int | None = identity()
    key: str = Field(unique=True)
    household_id: int = refers("household")
    service: str
    achieved_on: date
    verification: str
    recorded_by: int = refers("person")
    recorded_at: datetime
    visit_id: int | None = refers("visit", optional=True)
    assisted_by: str = ""
    revoked_on: date | None = None
