"""Every table: what the bot remembers, in the words of the field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

OPEN = text("state = 'open'")
HELD = text("state = 'open' AND not_before IS NOT NULL")
WAITING = text("state IN ('new', 'sending')")
DUE = text("state = 'scheduled'")

Forgettable: Any = JSON(none_as_null=True)
"""Emptied once it is no longer needed; the row stays, so that nothing is taken or sent twice."""
Big = BigInteger().with_variant(Integer, "sqlite")


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table under a model, for core statements."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def _id() -> Any:
    return Field(default=None, sa_column=Column(Big, primary_key=True, autoincrement=True))


def _ref(target: str, *, optional: bool = False, index: bool = False) -> Any:
    default: Any = None if optional else ...
    return Field(default, sa_type=Big, foreign_key=f"{target}.id", nullable=optional, index=index)


# --- people and places ------------------------------------------------------------------------------------------------


class Place(SQLModel, table=True):
    """A province, commune or hamlet, from one day to another (districts ended on 2025-07-01)."""

    __table_args__ = (UniqueConstraint("level", "code"),)
    id: int | None = _id()
    level: str
    code: str
    name: str
    parent_id: int | None = _ref("place", optional=True, index=True)
    valid_from: date
    valid_to: date | None = None
    demonstration: bool = False


class Team(SQLModel, table=True):
    """A community digital-technology team and the hamlet it serves."""

    id: int | None = _id()
    name: str
    hamlet_id: int = _ref("place", index=True)
    valid_from: date
    valid_to: date | None = None


class Person(SQLModel, table=True):
    """Somebody the bot may address by name: kept only after they agreed."""

    id: int | None = _id()
    label: str
    created_at: datetime
    language: str = "vi"


class Membership(SQLModel, table=True):
    """Who serves where in which role, from one day to another."""

    id: int | None = _id()
    person_id: int = _ref("person", index=True)
    role: str
    team_id: int | None = _ref("team", optional=True, index=True)
    place_id: int = _ref("place")
    valid_from: date
    valid_to: date | None = None


class Consent(SQLModel, table=True):
    """What somebody agreed to, in which words, and when they took it back."""

    id: int | None = _id()
    person_id: int = _ref("person", index=True)
    purpose: str
    wording: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None = None


class Invitation(SQLModel, table=True):
    """A way into a team, once: a link of 128 bits and a typed code that dies sooner. Both are kept hashed."""

    id: int | None = _id()
    link_hash: str = Field(unique=True)
    code_hash: str = Field(unique=True)
    role: str
    team_id: int | None = _ref("team", optional=True)
    place_id: int = _ref("place")
    invited_by: int | None = _ref("person", optional=True)
    created_at: datetime
    link_expires_at: datetime
    code_expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = _ref("person", optional=True)
    revoked_at: datetime | None = None


class Attempt(SQLModel, table=True):
    """A guess at something secret, counted so that guessing stays slow."""

    id: int | None = _id()
    chat_id: int = _ref("chat", index=True)
    what: str
    at: datetime


class AuditEvent(SQLModel, table=True):
    """Who changed or was refused what, for good: rows are only added."""

    __tablename__ = "audit_event"
    id: int | None = _id()
    at: datetime
    person_id: int | None = _ref("person", optional=True)
    action: str
    subject: str
    detail: str = ""


# --- letters in and out -----------------------------------------------------------------------------------------------


class Chat(SQLModel, table=True):
    """One account of one channel talking with us: where a person can be reached."""

    __table_args__ = (UniqueConstraint("account", "ref"),)
    id: int | None = _id()
    account: str
    ref: str
    person_id: int | None = _ref("person", optional=True, index=True)
    state: str = "active"
    language: str | None = None
    conversation_id: int | None = Field(default=None, sa_type=Big)
    shown: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime
    heard_at: datetime


class Inbox(SQLModel, table=True):
    """What was received, redacted, committed before the platform hears that we have it."""

    __table_args__ = (
        UniqueConstraint("account", "external_id"),
        Index("ix_inbox_open", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_inbox_held", "chat_id", sqlite_where=HELD, postgresql_where=HELD),
        Index("ix_inbox_chat", "chat_id", "id"),
    )
    id: int | None = _id()
    account: str
    external_id: str
    chat_id: int = _ref("chat")
    letter: dict[str, Any] | None = Field(sa_type=Forgettable)
    received_at: datetime
    state: str = "open"
    tries: int = 0
    not_before: datetime | None = None
    problem: str | None = None


class Outbox(SQLModel, table=True):
    """What is to be said, written in the transaction that decided it."""

    __table_args__ = (
        Index("ix_outbox_waiting", "account", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_outbox_chat", "chat_id", "id"),
    )
    id: int | None = _id()
    key: str = Field(unique=True)
    account: str
    chat_id: int = _ref("chat")
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


class Conversation(SQLModel, table=True):
    """A dialogue somebody is in: its name, its subject and the answers by question. Nothing positional."""

    __table_args__ = (Index("ix_conversation_chat", "chat_id", "state"),)
    id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    chat_id: int = _ref("chat")
    dialogue: str
    subject: str = ""
    answers: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    asking_again: str | None = None
    state: str = "open"
    began_on: date
    touched_at: datetime


class Lease(SQLModel, table=True):
    """Work that only one process may do at a time, until when."""

    name: str = Field(primary_key=True)
    holder: str
    until: datetime


# --- door to door -----------------------------------------------------------------------------------------------------


class Household(SQLModel, table=True):
    """A household and the short number by which its hamlet calls it. No papers, no birth dates."""

    __table_args__ = (UniqueConstraint("hamlet_id", "number"),)
    id: int | None = _id()
    hamlet_id: int = _ref("place")
    number: int
    label: str = ""
    lane: str = ""
    adult_count: int | None = None
    added_on: date
    merged_into_id: int | None = _ref("household", optional=True)


class Campaign(SQLModel, table=True):
    """A time of going from door to door with one goal."""

    id: int | None = _id()
    name: str
    document: str = ""
    place_id: int = _ref("place", index=True)
    starts_on: date
    ends_on: date
    goal_service: str
    target_percent: int = 100


class RegisterEntry(SQLModel, table=True):
    """A household on a campaign's list: the denominator lives here."""

    __tablename__ = "register_entry"
    __table_args__ = (UniqueConstraint("campaign_id", "household_id"), Index("ix_register_household", "household_id"))
    id: int | None = _id()
    campaign_id: int = _ref("campaign")
    household_id: int = _ref("household")
    added_on: date
    added_reason: str = ""
    excluded_on: date | None = None
    excluded_by: int | None = _ref("person", optional=True)
    confirmed_by: int | None = _ref("person", optional=True)


class Visit(SQLModel, table=True):
    """One attempt to reach a household. Rows are only added; a correction supersedes."""

    __table_args__ = (Index("ix_visit_household", "household_id", "occurred_on"),)
    id: int | None = _id()
    key: str = Field(unique=True)
    household_id: int = _ref("household")
    person_id: int = _ref("person", index=True)
    occurred_at: datetime
    occurred_on: date
    recorded_at: datetime
    mode: str
    outcome: str
    barrier: str | None = None
    next_on: date | None = None
    away_until: date | None = None
    note: str = Field(default="", sa_type=Text)
    supersedes_id: int | None = _ref("visit", optional=True, index=True)
    void: bool = False
    """A row that only takes back the one it supersedes; it counts nowhere."""
    reason: str = ""


class Attainment(SQLModel, table=True):
    """Something a household has reached: kept apart from the visits that led there."""

    __table_args__ = (Index("ix_attainment_household", "household_id", "service"),)
    id: int | None = _id()
    key: str = Field(unique=True)
    household_id: int = _ref("household")
    service: str
    achieved_on: date
    verification: str
    recorded_by: int = _ref("person")
    recorded_at: datetime
    visit_id: int | None = _ref("visit", optional=True)
    assisted_by: str = ""
    revoked_on: date | None = None


# --- guides and reminders ---------------------------------------------------------------------------------------------


class GuideRun(SQLModel, table=True):
    """Somebody on the way through a guide: how far, and where it stuck."""

    __tablename__ = "guide_run"
    __table_args__ = (Index("ix_guide_run_guide", "guide", "state"),)
    conversation_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    chat_id: int = _ref("chat", index=True)
    guide: str
    revision: int
    state: str = "active"
    step: str = ""
    stuck_at: str = ""
    started_at: datetime
    touched_at: datetime


class Reminder(SQLModel, table=True):
    """A message owed at an hour. It ends in exactly one final state, with a reason a leader can read."""

    __table_args__ = (
        UniqueConstraint("kind", "subject", "chat_id", "due_on", "ordinal"),
        Index("ix_reminder_due", "due_at", sqlite_where=DUE, postgresql_where=DUE),
        Index("ix_reminder_subject", "kind", "subject", "chat_id"),
    )
    id: int | None = _id()
    kind: str
    subject: str
    chat_id: int = _ref("chat", index=True)
    due_at: datetime
    due_on: date
    expires_at: datetime
    ordinal: int = 1
    state: str = "scheduled"
    reason: str = ""
    finished_at: datetime | None = None


METADATA: MetaData = SQLModel.metadata
