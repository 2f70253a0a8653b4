"""Places, teams, people: who serves where, what they agreed to, and what was done."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.models.base import Row, identity, refers


class Place(Row, table=True):
    """A province, commune or hamlet, from one day to another (districts ended on 2025-07-01)."""

    __table_args__ = (UniqueConstraint("level", "code"),)
    id: int | None = identity()
    level: str
    code: str
    name: str
    parent_id: int | None = refers("place", optional=True, index=True)
    valid_from: date
    valid_to: date | None = None
    demonstration: bool = False


class Team(Row, table=True):
    """A community digital-technology team and the hamlet it serves."""

    id: int | None = identity()
    name: str
    hamlet_id: int = refers("place", index=True)
    valid_from: date
    valid_to: date | None = None


class Person(Row, table=True):
    """Somebody the bot may address by name: kept only after they agreed."""

    id: int | None = identity()
    label: str
    created_at: datetime
    language: str = "vi"
    entered_on: date | None = None
    """The day in Vietnam on which they last entered a visit: derived from the visits."""


class Membership(Row, table=True):
    """Who serves where in which role, from one day to another."""

    id: int | None = identity()
    person_id: int = refers("person", index=True)
    role: str
    team_id: int | None = refers("team", optional=True, index=True)
    place_id: int = refers("place", index=True)
    valid_from: date
    valid_to: date | None = None


class Consent(Row, table=True):
    """What somebody agreed to, in which words, and when they took it back."""

    id: int | None = identity()
    person_id: int = refers("person", index=True)
    purpose: str
    wording: str
    channel: str
    given_at: datetime
    withdrawn_at: datetime | None = None


class Invitation(Row, table=True):
    """A way into a team, once: a link of 128 bits and a typed code that dies sooner. Both are kept hashed.

    One that is addressed to a telephone number holds the number's keyed digest and last digits for as long as it can be used.
    """

    id: int | None = identity()
    link_hash: str = Field(unique=True)
    code_hash: str = Field(unique=True)
    role: str
    team_id: int | None = refers("team", optional=True)
    place_id: int = refers("place")
    invited_by: int | None = refers("person", optional=True)
    created_at: datetime
    link_expires_at: datetime
    code_expires_at: datetime
    used_at: datetime | None = None
    used_by: int | None = refers("person", optional=True)
    revoked_at: datetime | None = None
    number_digest: str | None = Field(default=None, index=True)
    number_ends: str | None = None


class Attempt(Row, table=True):
    """A guess at something secret, counted so that guessing stays slow."""

    id: int | None = identity()
    chat_id: int = refers("chat", index=True)
    what: str
    at: datetime


class AuditEvent(Row, table=True):
    """Who changed or was refused what, for good: rows are only added."""

    __tablename__ = "audit_event"
    id: int | None = identity()
    at: datetime
    person_id: int | None = refers("person", optional=True)
    action: str
    subject: str
    detail: str = ""
