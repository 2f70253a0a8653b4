"""Hours in which nobody is written to unasked by their team or commune, by audience."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from storage.local_time import LOCAL, instant

QUIET = {
    "citizen": ((time(20, 0), time(7, 0)), (time(11, 30), time(13, 30))),
    "member": ((time(21, 0), time(6, 30)),),
}


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
