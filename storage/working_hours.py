"""Working time: when so many working hours have passed, counted over any table of working days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from storage.quiet_hours import LOCAL

IsWorkday = Callable[[date], bool]
Span = tuple[time, time]
FARTHEST = 400
"""Days looked ahead before giving up: a calendar in which nobody ever works is a mistake, not a reason to hang."""


def monday_to_saturday(day: date) -> bool:
    return day.weekday() < 6


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The hours of a working day (local, in order, not overlapping), and which days are working days."""

    spans: tuple[Span, ...] = ((time(8), time(11, 30)), (time(13, 30), time(17)))
    is_workday: IsWorkday = monday_to_saturday

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """The instant (UTC) at which `worked` of working time has passed since `start`."""
        return working_time_after(start, worked, self.spans, self.is_workday)

    def open_at(self, at: datetime) -> bool:
        """Whether somebody may be expected to be at work at this instant."""
        local = at.astimezone(LOCAL)
        return self.is_workday(local.date()) and any(opens <= local.time() < closes for opens, closes in self.spans)

    @classmethod
    def parse(cls, written: str, is_workday: IsWorkday = monday_to_saturday) -> WorkingHours:
        """From "08:00-11:30,13:30-17:00". Raises ValueError where that is no day's work."""
        spans = tuple(_span(part) for part in written.split(","))
        edges = [edge for span in spans for edge in span]
        if edges != sorted(set(edges)):
            raise ValueError("working hours must be in order and must not overlap")
        return cls(spans, is_workday)


ORDINARY = WorkingHours()


def _span(part: str) -> Span:
    opens, dash, closes = part.strip().partition("-")
    if not dash:
        raise ValueError("working hours look like 08:00-11:30,13:30-17:00")
    return time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())


def working_time_after(start: datetime, worked: timedelta, spans: tuple[Span, ...], is_workday: IsWorkday) -> datetime:
    """The instant (UTC) at which so much working time has passed since `start`."""
    local = start.astimezone(LOCAL)
    left = worked
    for ahead in range(FARTHEST):
        day = local.date() + timedelta(days=ahead)
        for opens, closes in spans if is_workday(day) else ():
            begins = max(datetime.combine(day, opens, LOCAL), local)
            room = datetime.combine(day, closes, LOCAL) - begins
            if room > timedelta(0) and left <= room:
                return (begins + left).astimezone(UTC)
            left -= max(room, timedelta(0))
    raise ValueError("no working day in sight")
