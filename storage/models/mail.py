"""Letters in and out, the conversations they belong to, and who works on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from storage.models.base import Big, Forgettable, Row, identity, refers

OPEN = text("state = 'open'")
LEFT = text("left_at IS NOT NULL")
HELD = text("state = 'open' AND not_before IS NOT NULL")
WAITING = text("state IN ('new', 'sending')")


class Chat(Row, table=True):
    """One account of one channel talking with us: where a person can be reached."""

    __table_args__ = (UniqueConstraint("account", "ref"), Index("ix_chat_left", "id", sqlite_where=LEFT))
    id: int | None = identity()
    account: str
    ref: str
    person_id: int | None = refers("person", optional=True, index=True)
    state: str = "active"
    language: str | None = None
    conversation_id: int | None = Field(default=None, sa_type=Big)
    shown: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime
    heard_at: datetime
    left_at: datetime | None = None
    """When whoever wrote here asked to be forgotten; their address goes once the last answer has left."""


class Inbox(Row, table=True):
    """What was received, redacted, committed before the platform hears that we have it."""

    __table_args__ = (
        UniqueConstraint("account", "external_id"),
        Index("ix_inbox_open", "id", sqlite_where=OPEN),
        Index("ix_inbox_held", "chat_id", sqlite_where=HELD),
        Index("ix_inbox_chat", "chat_id", "id"),
    )
    id: int | None = identity()
    account: str
    external_id: str
    chat_id: int = refers("chat")
    letter: dict[str, Any] | None = Field(sa_type=Forgettable)
    received_at: datetime
    state: str = "open"
    tries: int = 0
    not_before: datetime | None = None
    problem: str | None = None


class Outbox(Row, table=True):
    """What is to be said, written in the transaction that decided it."""

    __table_args__ = (
        Index("ix_outbox_waiting", "account", "id", sqlite_where=WAITING),
        Index("ix_outbox_chat", "chat_id", "id"),
    )
    id: int | None = identity()
    key: str = Field(unique=True)
    account: str
    chat_id: int = refers("chat")
    lane: int = 0
    policy: str
    parcel: dict[str, Any] | None = Field(sa_type=Forgettable)
    state: str = "new"
    attempts: int = 0
    not_before: datetime | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    external_id: str | None = None
    problem: str | None = None


class Conversation(Row, table=True):
    """A dialogue somebody is in: its name, its subject and the answers by question. Nothing positional."""

    __table_args__ = (Index("ix_conversation_chat", "chat_id", "state"),)
    id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    chat_id: int = refers("chat")
    dialogue: str
    subject: str = ""
    answers: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    asking_again: str | None = None
    state: str = "open"
    began_on: date
    touched_at: datetime


class Lease(Row, table=True):
    """Work that only one process may do at a time, until when."""

    name: str = Field(primary_key=True)
    holder: str
    until: datetime
