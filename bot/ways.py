"""The way to somebody: the chat they used last of those that may be written to now, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.channels import Limits
from bot.zalo import why_not_unasked
from storage.reading import Reading
from storage.reminders import Door

BLOCKED, NO_WAY = "blocked", "no_way"


def way_to(rows: Reading, limits: Mapping[str, Limits], doors: Sequence[Door], now: datetime) -> tuple[Door, str]:
    """The door (last used first) that is open: not blocked, its window open, its account well and with messages left."""
    active = [door for door in doors if door.state == "active"]
    for door in active:
        allowed = limits.get(door.account)
        if allowed is None or not why_not_unasked(rows, door.account, allowed, door.heard_at, now):
            return door, ""
    return doors[0], NO_WAY if active else BLOCKED


def another_way(rows: Reading, limits: Mapping[str, Limits], doors: Sequence[Door], than: int, now: datetime) -> Door | None:
    """An open door besides this chat, on an account that is ours; None where there is none."""
    others = [door for door in doors if door.chat_id != than and door.account in limits]
    door, trouble = way_to(rows, limits, others, now) if others else (None, NO_WAY)
    return None if trouble else door
