"""When an announcement may be said to somebody, pure: now, later, or never, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.hours.calendar import Calendar
from storage.local_time import instant, local_day
from storage.reminding.reminder_kinds import Audience
from storage.reminding.reminder_rules import (
    BUSY_WAIT,
    BUSY_WAITS,
    MORNING,
    QUIET,
    ROLLED,
    End,
    Peace,
    Verdict,
    Wait,
    Wishes,
    closing,
    opening,
    tomorrow,
)

LEFT_OUT = frozenset({"blocked", "opted_out", "window"})
"""Why somebody does not get it at all."""
HELD = frozenset({"holiday", "paused", "place_muted", "cap_day", "cap_week", "more_urgent", "quiet", "busy", "channel_down"})
"""Why it waits; what waits until it is too late has ended for that reason."""


@dataclass(frozen=True, slots=True)
class News:
    """What is announced, as far as the rules go by it."""

    warning: bool
    """Of a scam: it counts against no measure."""
    urgent: bool
    """Approved as such by an officer: it goes at any hour to everybody who has not said stop."""
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose turn it is, as the rules see them."""

    member: bool
    unreachable: str = ""
    unwanted: bool = False
    wishes: Wishes = field(default_factory=Wishes)
    peace: Peace = field(default_factory=Peace)
    enough: str = ""
    """Which measure is full: the day's, the week's, or something more urgent comes today."""
    busy: bool = False
    """In the middle of a conversation."""

    @property
    def audience(self) -> Audience:
        return Audience.VOLUNTEER if self.member else Audience.CITIZEN


def verdict(news: News, to: Reader, calendar: Calendar, now: datetime) -> Verdict | None:
    """None: it may be said now."""
    if to.unreachable:
        return End("left_out", to.unreachable)
    if to.unwanted or to.wishes.stopped:
        return End("left_out", "opted_out")
    if news.urgent:
        return None
    return next((found for rule in RULES if (found := rule(news, to, calendar, now)) is not None), None)


def _day(_news: News, _to: Reader, calendar: Calendar, now: datetime) -> Wait | None:
    today = local_day(now)
    return Wait(instant(calendar.next_working(today), ROLLED), "holiday") if calendar.forbidden(today) else None


def _paused(_news: News, to: Reader, _calendar: Calendar, now: datetime) -> Wait | None:
    """Looked at again every morning: a pause may end sooner than was said."""
    today = local_day(now)
    for until, why in ((to.wishes.paused_until, "paused"), (to.peace.muted_until, "place_muted")):
        if until is not None and today < until:
            return Wait(min(instant(until, MORNING[to.audience]), tomorrow(now, to.audience)), why)
    return None


def _enough(news: News, to: Reader, _calendar: Calendar, now: datetime) -> Wait | None:
    return Wait(tomorrow(now, to.audience), to.enough) if to.enough and not news.warning and not to.member else None


def _hours(_news: News, to: Reader, _calendar: Calendar, now: datetime) -> Wait | None:
    opens = opening(now, QUIET[to.audience])
    return Wait(opens, "quiet") if opens > now else None


def _busy(news: News, to: Reader, _calendar: Calendar, now: datetime) -> Wait | None:
    """Nobody is interrupted, unless it would be put off for ever."""
    too_long = now - news.started_at >= BUSY_WAIT * BUSY_WAITS
    return Wait(now + BUSY_WAIT, "busy") if to.busy and not too_long else None


RULES: tuple[Callable[[News, Reader, Calendar, datetime], Wait | None], ...] = (_day, _paused, _enough, _hours, _busy)


def leaves_before(news: News, member: bool, expires_at: datetime, now: datetime) -> datetime:
    """A message that has not left by then (the channel is down) is taken back: it may be night by then."""
    if news.urgent:
        return expires_at
    audience = Audience.VOLUNTEER if member else Audience.CITIZEN
    midnight = instant(local_day(now) + timedelta(days=1), ROLLED.replace(hour=0))
    return min(expires_at, closing(now, audience), midnight)
