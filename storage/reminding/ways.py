"""The way to somebody: the chat they used last of those that may be written to now, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from storage import zalo
from storage.local_time import local_day
from storage.reading import Reading
from storage.reminding.reminders import Door

BLOCKED, NO_WAY = "blocked", "no_way"
REMINDERS, ANNOUNCEMENTS = 90, 95
"""Per cent of the month's messages after which an account sends no more of these; whoever asks is answered to the last."""
HARMLESS = (zalo.WELL, zalo.ELSEWHERE)
"""How an account may stand that still sends."""


class Allows(Protocol):
    """What a channel allows of what nobody asked for: how long after somebody's last word, how many in a month."""

    @property
    def proactive(self) -> timedelta | None: ...
    @property
    def monthly(self) -> int: ...


def why_not_unasked(rows: Reading, account: str, allowed: Allows, heard_at: datetime, now: datetime, nearly: int = REMINDERS
                    ) -> str:
    """Why somebody may not be written to unasked on this account now; nothing where they may."""
    if window_is_over(allowed, heard_at, now) and allowed.proactive is not None:
        return f"the window of {allowed.proactive.total_seconds() / 3600:.0f} hours is over"
    if allowed.monthly and zalo.sent_in(rows, account, zalo.month_of(local_day(now))) * 100 >= allowed.monthly * nearly:
        return "the month's messages are nearly used up"
    return why_not_at_all(rows, account, now)


def window_is_over(allowed: Allows, heard_at: datetime, now: datetime) -> bool:
    return allowed.proactive is not None and now - heard_at > allowed.proactive


def why_not_at_all(rows: Reading, account: str, now: datetime) -> str:
    """Why nothing leaves this account just now, whoever asked."""
    stands = zalo.trouble(rows, account, now) if account.startswith("zalo-") else None
    return f"the account stands at {stands[0]}" if stands and stands[0] not in HARMLESS else ""


def way_to(rows: Reading, limits: Mapping[str, Allows], doors: Sequence[Door], now: datetime, nearly: int = REMINDERS
           ) -> tuple[Door, str]:
    """The door (last used first) that is open: not blocked, its window open, its account well and with messages left."""
    active = [door for door in doors if door.state == "active"]
    for door in active:
        allowed = limits.get(door.account)
        if allowed is None or not why_not_unasked(rows, door.account, allowed, door.heard_at, now, nearly):
            return door, ""
    return doors[0], NO_WAY if active else BLOCKED


def another_way(rows: Reading, limits: Mapping[str, Allows], doors: Sequence[Door], than: int, now: datetime,
                nearly: int = REMINDERS) -> Door | None:
    """An open door besides this chat, on an account that is ours; None where there is none."""
    others = [door for door in doors if door.chat_id != than and door.account in limits]
    door, trouble = way_to(rows, limits, others, now, nearly) if others else (None, NO_WAY)
    return None if trouble else door


def way_for_answer(rows: Reading, limits: Mapping[str, Allows], doors: Sequence[Door], now: datetime, first: int = 0
                   ) -> Door | None:
    """Where a person's words reach somebody: chat `first` where that is open, or else the one they used last.

    An account in trouble is better than none: there the words wait until it is mended. None where every window is over.
    """
    able = [door for door in sorted(doors, key=lambda door: door.chat_id != first)
            if door.state == "active" and door.account in limits and not window_is_over(limits[door.account], door.heard_at, now)]
    return next((door for door in able if not why_not_at_all(rows, door.account, now)), able[0] if able else None)
