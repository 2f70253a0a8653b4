"""Hours in which nobody is written to unasked by their team or commune, by audience."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
QUIET = {
    "citizen": ((time(20, 0), time(7, 0)), (time(11, 30), time(13, 30))),
    "member": ((time(21, 0), time(6, 30)),),
}


def instant(on: date, at: time) -> datetime:
    """The UTC instant of a local hour."""
    return datetime.combine(on, at, LOCAL).astimezone(UTC)


def opening(now: datetime, audience: str) -> datetime:
    """`now`, or the end of the quiet hours it falls into."""
    local = now.astimezone(LOCAL)
    for start, end in QUIET[audience]:
        overnight = start > end
        if overnight and local.time() >= start:
            return instant(local.date() + timedelta(days=1), end)
        if (overnight and local.time() < end) or (not overnight and start <= local.time() < end):
            return instant(local.date(), end)
    return now
