"""What is learned from guides in use: where people stuck, what was asked in vain, households walked through; and day codes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from storage.models.base import Big, Row, identity, refers


class GuideTrouble(Row, table=True):
    """Somebody stuck at a step, and why as far as they said; once for each walk, step and reason."""

    __tablename__ = "guide_trouble"
    __table_args__ = (UniqueConstraint("conversation_id", "step", "trouble"), Index("ix_guide_trouble_guide", "guide", "step"))
    id: int | None = identity()
    conversation_id: int = Field(sa_type=Big)
    guide: str
    step: str
    trouble: str = ""
    at: datetime


class HouseholdGuide(Row, table=True):
    """How far a household came in a guide with a member's help, whoever helped."""

    __tablename__ = "household_guide"
    __table_args__ = (UniqueConstraint("household_id", "guide"),)
    id: int | None = identity()
    household_id: int = refers("household")
    guide: str
    revision: int
    step: str = ""
    stuck: bool = False
    state: str = "active"
    person_id: int = refers("person", index=True)
    started_at: datetime
    touched_at: datetime


class MissedQuestion(Row, table=True):
    """A question the search had no answer for, redacted, without who asked."""

    __tablename__ = "missed_question"
    id: int | None = identity()
    words: str
    language: str
    guess: str = ""
    """The topic that came nearest."""
    at: datetime = Field(index=True)


class DayCode(Row, table=True):
    """Four digits by which a household knows a member of its hamlet's team for one day."""

    __tablename__ = "day_code"
    __table_args__ = (UniqueConstraint("hamlet_id", "on_day", "code"), UniqueConstraint("person_id", "hamlet_id", "on_day"))
    id: int | None = identity()
    person_id: int = refers("person")
    hamlet_id: int = refers("place")
    on_day: date
    code: str
