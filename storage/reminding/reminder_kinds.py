"""Every kind of reminder in one registry: to whom, at which hour, how urgent, how long it lives, how often it comes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from enum import IntEnum, StrEnum


class Audience(StrEnum):
    """Whose quiet hours and limits hold."""

    CITIZEN = "citizen"
    VOLUNTEER = "volunteer"
    LEADER = "leader"


class Slot(StrEnum):
    """Which of a day's messages it belongs to; the first letter stands in the key of the message."""

    DIGEST = "digest"
    PING = "ping"
    WEEKLY = "weekly"


class Urgency(IntEnum):
    """What goes first where not everything may be said."""

    APPOINTMENT = 0
    DOSSIER = 1
    SESSION = 2
    GUIDE = 3
    DEADLINE = 4
    OTHER = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of reminder. `hour` is the local hour at which it is due, `lives` how long after that it is still worth saying."""

    name: str
    hour: time
    lives: timedelta
    urgency: Urgency
    slot: Slot = Slot.DIGEST
    gaps: tuple[int, ...] = ()
    """Days from each to the next one, as long as nothing was done about it."""
    working: bool = False
    """Whether the gaps count working days."""
    leisurely: bool = False
    """Waits while a place brings in its harvest."""
    mutable: bool = True
    """Whether it stands in somebody's settings as something to switch off."""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> str:
    """Make a kind known; its name. Its words are given in handlers/reminders/reminder_words.py."""
    if kind.name in KINDS:
        raise ValueError(f"the kind {kind.name} is there already")
    KINDS[kind.name] = kind
    return kind.name


DAY, HOUR = timedelta(days=1), timedelta(hours=1)

FOLLOW_UP = register(Kind("follow_up_visit_due", time(7, 0), 5 * DAY, Urgency.APPOINTMENT, gaps=(2, 3)))
VISIT_SOON = register(Kind("visit_soon", time(7, 0), HOUR, Urgency.APPOINTMENT, Slot.PING))
APPOINTMENT = register(Kind("appointment_citizen", time(18, 30), DAY, Urgency.APPOINTMENT))
DOSSIER = register(Kind("dossier_result_date", time(8, 0), 7 * DAY, Urgency.DOSSIER, gaps=(2,), working=True))
SESSION = register(Kind("barrier_session", time(18, 30), DAY, Urgency.SESSION))
GATHERING = register(Kind("gathering", time(18, 30), DAY, Urgency.SESSION))
GATHERING_OFF = register(Kind("gathering_off", time(7, 0), DAY, Urgency.APPOINTMENT, mutable=False))
DESK_OPEN = register(Kind("desk_open_tomorrow", time(17, 0), 14 * HOUR, Urgency.SESSION))
UNFINISHED_GUIDE = register(Kind("unfinished_guide", time(8, 0), 4 * DAY, Urgency.GUIDE, gaps=(2, 4)))
DEADLINE = register(Kind("campaign_deadline", time(7, 0), DAY, Urgency.DEADLINE, leisurely=True))
OVERDUE = register(Kind("visit_overdue", time(7, 0), 5 * DAY, Urgency.DEADLINE))
HANDED_OVER = register(Kind("handed_over", time(7, 0), 5 * DAY, Urgency.SESSION, mutable=False))
EXCLUSION = register(Kind("exclusion_confirm", time(17, 0), 4 * HOUR, Urgency.OTHER))
HELP_UNANSWERED = register(Kind("help_unanswered", time(17, 0), 4 * HOUR, Urgency.DEADLINE))
HELP_VISIT = register(Kind("help_visit", time(7, 0), DAY / 2, Urgency.APPOINTMENT))
NUDGE = register(Kind("volunteer_nudge", time(18, 30), 2 * DAY, Urgency.OTHER, leisurely=True))
WEEKLY = register(Kind("weekly_leader_summary", time(7, 30), timedelta(hours=36, minutes=30), Urgency.OTHER, Slot.WEEKLY))
REVIEW = register(Kind("content_review_due", time(7, 30), 6 * DAY, Urgency.OTHER))
TABLE_ENDS = register(Kind("holidays_end", time(7, 30), 20 * DAY, Urgency.OTHER, mutable=False))
SERVICE_GAP = register(Kind("service_gap", time(7, 0), 2 * DAY, Urgency.SESSION, mutable=False))
