"""Lists somebody sent in, read and shown, waiting for their yes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field

from storage.models.base import Big, Forgettable, Row, refers


class Proposal(Row, table=True):
    """A list as it would be written: its lines are forgotten once it is written, put aside or too old."""

    __table_args__ = (Index("ix_proposal_state", "state", "expires_at"),)
    id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    """The number of the letter it came with."""
    kind: str
    chat_id: int = refers("chat", index=True)
    person_id: int = refers("person", index=True)
    hamlet_id: int = refers("place")
    lines: list[Any] | None = Field(sa_type=Forgettable)
    made_at: datetime
    expires_at: datetime
    state: str = "open"
