"""What campaigns keep beside the record: targets, the kept standing of every household, sums by hamlet and by day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, Table, text
from sqlmodel import Field

from storage.models.base import METADATA, Big, Row, identity, refers
from storage.outcomes import Barrier, Group, Status

CHANGING = text("changes_on IS NOT NULL")
OUT = text("reported_out")


class CampaignTarget(Row, table=True):
    """A service a campaign aims at, of what (households, adults, farm households), and how much of it."""

    __tablename__ = "campaign_target"
    id: int | None = identity()
    campaign_id: int = refers("campaign", index=True)
    service: str
    denominator: str
    percent: int = 100


class ExternalFigure(Row, table=True):
    """A figure somebody read elsewhere and typed in, with where it stood and for which day. Never mixed with our own."""

    __tablename__ = "external_figure"
    __table_args__ = (Index("ix_external_figure_place", "place_id", "campaign_id"),)
    id: int | None = identity()
    campaign_id: int = refers("campaign")
    place_id: int = refers("place")
    name: str
    numerator: int
    denominator: int | None = None
    source: str
    stated_on: date
    recorded_by: int | None = refers("person", optional=True)
    recorded_at: datetime


class Standing(Row, table=True):
    """Where a household stands in a campaign, kept: what the pure rules say of it from `settled_on` until `changes_on`."""

    __table_args__ = (
        Index("ix_standing_place", "campaign_id", "hamlet_id", "status"),
        Index("ix_standing_changes", "campaign_id", "changes_on", sqlite_where=CHANGING),
        Index("ix_standing_out", "campaign_id", "commune_id", "hamlet_id", sqlite_where=OUT),
    )
    campaign_id: int = Field(sa_column=Column(Big, ForeignKey("campaign.id"), primary_key=True, autoincrement=False))
    household_id: int = Field(sa_column=Column(Big, ForeignKey("household.id"), primary_key=True, autoincrement=False))
    hamlet_id: int = refers("place")
    commune_id: int | None = refers("place", optional=True)
    """Where it is counted: what a hamlet belongs to may change, and then it must be taken out of where it was."""
    settled_on: date
    changes_on: date | None = None
    """The day from which the calendar alone changes it: an absence that ends."""
    status: str | None = None
    """None while it is not, or no longer, on the register."""
    disposition: str = ""
    reached: bool = False
    contacted: bool = False
    baseline: bool = False
    verified: bool = False
    barrier: str | None = None
    adults: int | None = None
    adults_achieved: int = 0
    reported_out: bool = False
    """Somebody reported that it is gone, and nobody has decided yet."""
    course: dict[str, list[int]] = Field(sa_type=JSON)
    """What it added to the sums of a day, by day."""
    targets: dict[str, list[int]] = Field(sa_type=JSON)
    """What it adds to each target: achieved, of how many, known."""


class CampaignDay(Row, table=True):
    """What changed in a hamlet or a commune on a day of a campaign, as it is known now; summed up to a day it gives that day."""

    __tablename__ = "campaign_day"
    campaign_id: int = Field(sa_column=Column(Big, ForeignKey("campaign.id"), primary_key=True, autoincrement=False))
    place_id: int = Field(sa_column=Column(Big, ForeignKey("place.id"), primary_key=True, autoincrement=False))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    listed: int = 0
    excluded: int = 0
    achieved: int = 0
    reached: int = 0
    contacted: int = 0
    visits: int = 0
    due: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Returns that were due that day."""
    on_time: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class TargetTally(Row, table=True):
    """How far a hamlet or a commune has come with a target."""

    __tablename__ = "target_tally"
    target_id: int = Field(sa_column=Column(Big, ForeignKey("campaign_target.id"), primary_key=True, autoincrement=False))
    place_id: int = Field(sa_column=Column(Big, ForeignKey("place.id"), primary_key=True, autoincrement=False))
    achieved: int = 0
    of: int = 0
    known: int = 0
    """Households whose part in the denominator is known."""


class CoverageSnapshot(Row, table=True):
    """What was known of a hamlet or a commune when a day ended. Never changed afterwards."""

    __tablename__ = "coverage_snapshot"
    campaign_id: int = Field(sa_column=Column(Big, ForeignKey("campaign.id"), primary_key=True, autoincrement=False))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    place_id: int = Field(sa_column=Column(Big, ForeignKey("place.id"), primary_key=True, autoincrement=False))
    taken_at: datetime
    listed: int
    excluded: int
    achieved: int
    reached: int
    contacted: int
    visits: int
    counts: dict[str, Any] = Field(sa_type=JSON)
    """Every other sum, by the name of its column in `tally`."""


COUNTS: tuple[str, ...] = (
    *(f"status_{status.value}" for status in Status),
    *(f"group_{group.value.lower()}" for group in Group),
    *(f"barrier_{barrier.value}" for barrier in Barrier),
    *(f"stuck_{barrier.value}" for barrier in Barrier),
    "reached", "contacted", "baseline", "achieved_contacted", "verified", "adults_known", "adults", "adults_achieved",
)  # fmt: skip
"""The sums of coverage, a column each: adding them up is the database's work."""

TALLY = Table(
    "tally",
    METADATA,
    Column("campaign_id", Big, ForeignKey("campaign.id"), primary_key=True, autoincrement=False),
    Column("place_id", Big, ForeignKey("place.id"), primary_key=True, autoincrement=False),
    Column("settled_on", Date, nullable=False),
    *(Column(name, Integer, nullable=False, server_default="0") for name in COUNTS),
)
"""The sums of a hamlet or a commune in a campaign, kept current by whatever changes them."""
