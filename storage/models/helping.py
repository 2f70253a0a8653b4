"""Help from a person: who asked, who answers, who is on duty; what households say; and what is said to many."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from storage.models.base import Big, Row, identity, refers

LIVE = text("state NOT IN ('closed', 'expired')")
PENDING = text("outbox_id IS NULL AND skipped IS NULL")


class Residence(Row, table=True):
    """The hamlet somebody said they live in, kept because they agreed to it."""

    chat_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    hamlet_id: int = refers("place", index=True)
    wording: str
    told_at: datetime


class HelpRequest(Row, table=True):
    """Somebody waits for a person: one live request a chat. What they write to each other is not kept here."""

    __tablename__ = "help_request"
    __table_args__ = (
        Index("uq_help_request_live", "chat_id", unique=True, sqlite_where=LIVE),
        Index("ix_help_request_helper", "helper_chat_id", sqlite_where=LIVE),
        Index("ix_help_request_hamlet", "hamlet_id", sqlite_where=LIVE),
    )
    id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    """The number of the conversation that asked, so that buttons can carry it before it is written."""
    chat_id: int = refers("chat")
    hamlet_id: int = refers("place")
    state: str = "open"
    about: str = ""
    """Where in a guide they were (`guide/step`)."""
    words: str = Field(default="", sa_type=Text)
    language: str = "vi"
    helper_id: int | None = refers("person", optional=True)
    helper_chat_id: int | None = refers("chat", optional=True)
    chat_here: bool = False
    """What the citizen types now goes to the helper."""
    helper_here: bool = False
    opened_at: datetime
    answer_by: datetime
    touched_at: datetime
    accepted_at: datetime | None = None
    answered_at: datetime | None = None
    visit_on: date | None = None
    closed_at: datetime | None = None
    closed_by: str = ""


class HelpOffer(Row, table=True):
    """Somebody on duty was asked to answer a request, and what they said."""

    __tablename__ = "help_offer"
    __table_args__ = (UniqueConstraint("request_id", "person_id"),)
    id: int | None = identity()
    request_id: int = refers("help_request")
    person_id: int = refers("person", index=True)
    chat_id: int = refers("chat")
    state: str = "asked"
    at: datetime


class Duty(Row, table=True):
    """Who answers in a hamlet. A hamlet without rows has all of its team on duty."""

    __table_args__ = (UniqueConstraint("hamlet_id", "person_id"),)
    id: int | None = identity()
    hamlet_id: int = refers("place")
    person_id: int = refers("person")
    set_by: int | None = refers("person", optional=True)
    set_at: datetime


class Feedback(Row, table=True):
    """A complaint, an idea or thanks for the leader; without a chat where somebody wished to stay unknown."""

    __table_args__ = (Index("ix_feedback_hamlet", "hamlet_id", "handled_at"),)
    id: int | None = identity()
    chat_id: int | None = refers("chat", optional=True)
    hamlet_id: int = refers("place")
    kind: str
    words: str = Field(sa_type=Text)
    said_at: datetime
    told_at: datetime | None = None
    handled_at: datetime | None = None
    handled_by: int | None = refers("person", optional=True)


class HouseholdCode(Row, table=True):
    """A short code that a volunteer shows a household, once: it may say whether it was guided. Kept hashed."""

    __tablename__ = "household_code"
    id: int | None = identity()
    household_id: int = refers("household", index=True)
    link_hash: str = Field(unique=True)
    code_hash: str = Field(unique=True)
    shown_by: int = refers("person")
    shown_chat_id: int = refers("chat")
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class HouseholdChat(Row, table=True):
    """A chat that agreed to be asked after visits to a household."""

    __tablename__ = "household_chat"
    __table_args__ = (UniqueConstraint("household_id", "chat_id"),)
    id: int | None = identity()
    household_id: int = refers("household")
    chat_id: int = refers("chat", index=True)
    wording: str
    agreed_at: datetime
    ended_at: datetime | None = None


class HouseholdWord(Row, table=True):
    """What a household was asked after a visit, and what it said: guided or not yet."""

    __tablename__ = "household_word"
    __table_args__ = (UniqueConstraint("visit_id", "chat_id"), Index("ix_household_word_household", "household_id"))
    id: int | None = identity()
    household_id: int = refers("household")
    visit_id: int = refers("visit")
    chat_id: int = refers("chat", index=True)
    asked_at: datetime
    said: str = ""
    said_at: datetime | None = None


class Subscription(Row, table=True):
    """Whether a chat wants to be told what its hamlet and commune announce."""

    chat_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    wants: bool
    changed_at: datetime


class Broadcast(Row, table=True):
    """One text for many, from a leader or an officer to those of their own place."""

    __table_args__ = (Index("ix_broadcast_state", "state"),)
    id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    kind: str
    words: str = Field(sa_type=Text)
    place_id: int = refers("place")
    audience: str
    person_id: int = refers("person")
    chat_id: int = refers("chat")
    state: str
    urgent: bool = False
    made_at: datetime
    expires_at: datetime
    approved_by: int | None = refers("person", optional=True)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    shown_at: datetime | None = None
    """When its progress was last shown."""
    shown: int = 0
    """How often: the progress is one message, edited."""
    total: int = 0


class BroadcastLetter(Row, table=True):
    """One recipient of a broadcast: waiting, in the outbox, or left out for a reason. What became of it stands in the outbox."""

    __tablename__ = "broadcast_letter"
    __table_args__ = (
        Index("ix_broadcast_letter_pending", "broadcast_id", "account", "chat_id", sqlite_where=PENDING),
        Index("ix_broadcast_letter_outbox", "outbox_id"),
        Index("ix_broadcast_letter_chat", "chat_id", "posted_at"),
    )
    broadcast_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    chat_id: int = Field(sa_column=Column(Big, primary_key=True, autoincrement=False))
    account: str
    member: bool
    not_before: datetime | None = None
    held: str | None = None
    """Why it waits until then, or waited last."""
    posted_at: datetime | None = None
    outbox_id: int | None = Field(default=None, sa_type=Big)
    skipped: str | None = None
