"""Guides somebody is in, and the reminders owed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, UniqueConstraint, false, text
from sqlmodel import Field

from storage.models.base import Big, Row, identity, refers

DUE = text("state = 'scheduled'")
ON_ITS_WAY = text("state = 'claimed'")


class GuideRun(Row, table=True):
    """Somebody on the way through a guide: how far, and where it stuck."""

    __tablename__ = "guide_run"
    __table_args__ = (Index("ix_guide_run_guide", "guide", "state"),)
    conversation_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    chat_id: int = refers("chat", index=True)
    guide: str
    revision: int
    state: str = "active"
    step: str = ""
    stuck_at: str = ""
    started_at: datetime
    touched_at: datetime


class Reminder(Row, table=True):
    """A message owed at an hour. It ends in exactly one final state, with a reason a leader can read."""

    __table_args__ = (
        UniqueConstraint("kind", "subject", "chat_id", "due_on", "ordinal"),
        Index("ix_reminder_due", "due_at", sqlite_where=DUE),
        Index("ix_reminder_claimed", "id", sqlite_where=ON_ITS_WAY),
        Index("ix_reminder_subject", "kind", "subject", "chat_id"),
    )
    id: int | None = identity()
    kind: str
    subject: str
    chat_id: int = refers("chat", index=True)
    due_at: datetime
    due_on: date
    expires_at: datetime
    ordinal: int = 1
    state: str = "scheduled"
    reason: str = ""
    """Why it ended as it did; while it is scheduled, why it still waits."""
    finished_at: datetime | None = None
    asked_at: datetime | None = None
    """When the person last asked for reminders of this subject: the count of three begins anew."""
    agreed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """For an appointment on `due_on`: it is kept even where that day is a holiday."""
    deferred: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often it waited because the person was in the middle of something."""
    parcel: str | None = Field(default=None, index=True)
    """The outbox key of the message that carries it."""
