"""What reminders go by: people's wishes, dossiers they wait for, appointments, local rhythm, the desk, gatherings."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, Text, UniqueConstraint
from sqlmodel import JSON, Field

from storage.models.base import Big, Row, identity, refers


class Preference(Row, table=True):
    """What somebody wishes: which reminders, at which hours, from when on again."""

    chat_id: int = Field(sa_column=Column(Big, ForeignKey("chat.id"), primary_key=True, autoincrement=False))
    stopped: bool = False
    muted: list[str] = Field(default_factory=list, sa_type=JSON)
    paused_until: date | None = None
    hours: str = ""
    larger_steps: bool = False
    place_id: int | None = refers("place", optional=True)
    desk_notes: bool = Field(default=False, index=True)
    weekly_on: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The weekday on which a leader wants the week's summary: Monday or Friday."""
    changed_at: datetime


class DossierWatch(Row, table=True):
    """A dossier somebody waits for: what they call it and when it is promised, nothing else."""

    __tablename__ = "dossier_watch"
    id: int | None = identity()
    key: str = Field(unique=True)
    chat_id: int = refers("chat", index=True)
    nickname: str
    expected_on: date
    state: str = "waiting"
    created_at: datetime
    finished_at: datetime | None = None


class Appointment(Row, table=True):
    """A visit agreed with a citizen who wants to be told the evening before."""

    id: int | None = identity()
    key: str = Field(unique=True)
    chat_id: int = refers("chat", index=True)
    household_id: int | None = refers("household", optional=True)
    person_id: int = refers("person")
    on_day: date
    at_hour: str
    day_code: str = ""
    whereabouts: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Where a house is that has no number yet, as the person agreed to have it noted."""
    state: str = "agreed"


class DayOverride(Row, table=True):
    """A day that the official notice makes free or a working day, whatever the table says."""

    __tablename__ = "day_override"
    on_day: date = Field(primary_key=True)
    works: bool
    set_by: int | None = refers("person", optional=True)
    set_at: datetime


class Rhythm(Row, table=True):
    """Market days, harvest weeks, and times in which a place is left in peace."""

    id: int | None = identity()
    place_id: int = refers("place", index=True)
    kind: str
    pattern: str = ""
    starts_on: date
    ends_on: date | None = None
    set_by: int | None = refers("person", optional=True)
    set_at: datetime
    revoked_at: datetime | None = None


class OneStopDesk(Row, table=True):
    """Where a commune receives dossiers, and when it is open."""

    __tablename__ = "one_stop_desk"
    place_id: int = Field(sa_column=Column(Big, ForeignKey("place.id"), primary_key=True, autoincrement=False))
    address: str
    hours: str
    saturday: str = ""
    extra: str = ""
    extra_days: str = ""
    """Weekdays of the extra half hour, Monday 0, with commas between."""
    set_by: int | None = refers("person", optional=True)
    set_at: datetime


class Gathering(Row, table=True):
    """A training session, a meeting, or a session at which a barrier is dealt with."""

    id: int | None = identity()
    key: str = Field(unique=True)
    kind: str
    place_id: int = refers("place", index=True)
    on_day: date = Field(index=True)
    starts_at: str
    ends_at: str
    venue: str
    partner: str = ""
    topics: str = Field(default="", sa_column=Column(Text, nullable=False))
    barrier: str | None = None
    room_code: str
    created_by: int = refers("person")
    created_at: datetime
    state: str = "planned"


class Attendance(Row, table=True):
    """Somebody was there: by the code said in the room, or ticked by the leader."""

    __table_args__ = (UniqueConstraint("gathering_id", "person_id"),)
    id: int | None = identity()
    gathering_id: int = refers("gathering")
    person_id: int = refers("person", index=True)
    told_by: str
    recorded_at: datetime
