"""The work of a team: who goes where, what is to be done next, and who went along."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.models.base import Big, Row, identity, refers

OPEN = text("state IN ('draft', 'ready')")
HELD = text("ended_at IS NULL")
HELD_ALONE = text("ended_at IS NULL AND NOT shared")


class FollowUpTask(Row, table=True):
    """What a visit left to be done: one row a visit at most, at most one open for a household. Rows are never deleted."""

    __tablename__ = "follow_up_task"
    __table_args__ = (
        Index("ix_follow_up_task_open", "household_id", unique=True, sqlite_where=OPEN),
        Index("ix_follow_up_task_household", "household_id", "due_on"),
        Index("ix_follow_up_task_due", "due_on", sqlite_where=OPEN),
    )
    id: int | None = identity()
    visit_id: int = Field(sa_type=Big, foreign_key="visit.id", unique=True)
    household_id: int = refers("household")
    person_id: int = refers("person")
    """Who made the visit; the house may be given to somebody else since."""
    outcome: str
    barrier: str | None = None
    for_leader: bool = False
    due_on: date
    state: str
    opened_at: datetime
    closed_on: date | None = None
    closed_by_id: int | None = refers("visit", optional=True)
    reason: str = ""


class Companion(Row, table=True):
    """A member who went along: both are credited, the visit counts once."""

    __table_args__ = (UniqueConstraint("visit_id", "person_id"),)
    id: int | None = identity()
    visit_id: int = refers("visit")
    person_id: int = refers("person", index=True)


class Assignment(Row, table=True):
    """A household in somebody's hands until it is given back. Two may hold one only where a leader says so."""

    __table_args__ = (
        Index("ix_assignment_alone", "household_id", unique=True, sqlite_where=HELD_ALONE),
        Index("ix_assignment_person", "person_id", "household_id", unique=True, sqlite_where=HELD),
        Index("ix_assignment_household", "household_id"),
    )
    id: int | None = identity()
    household_id: int = refers("household")
    person_id: int = refers("person")
    shared: bool = False
    assigned_by: int | None = refers("person", optional=True)
    assigned_at: datetime
    ended_at: datetime | None = None
    ended_reason: str = ""


class BarrierSession(Row, table=True):
    """A day from which a barrier can be solved in a hamlet (a mobile police desk, a portal that works again)."""

    __tablename__ = "barrier_session"
    __table_args__ = (Index("ix_barrier_session_hamlet", "hamlet_id", "on_day"),)
    id: int | None = identity()
    hamlet_id: int = refers("place")
    barrier: str
    on_day: date
    announced_by: int = refers("person")
    announced_at: datetime


class WorkingHamlet(Row, table=True):
    """In which hamlet a member of several said to be working, from the moment they said it until the day is over."""

    __tablename__ = "working_hamlet"
    __table_args__ = (Index("ix_working_hamlet_person", "person_id", "said_at"),)
    id: int | None = identity()
    person_id: int = refers("person")
    hamlet_id: int = refers("place")
    said_at: datetime
