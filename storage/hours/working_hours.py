"""Working time: when so many working hours have passed, counted over any table of working days."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from storage.local_time import LOCAL

IsWorkday = Callable[[date], bool]
Span = tuple[time, time]
SATURDAY = 5
FARTHEST = 400
"""Days looked ahead before giving up: a calendar in which nobody ever works is a mistake, not a reason to hang."""


def monday_to_saturday(day: date) -> bool:
    return day.weekday() < 6


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The hours of a working day (local, in order, not overlapping), and which days are working days."""

    spans: tuple[Span, ...] = ((time(8), time(11, 30)), (time(13, 30), time(17)))
    is_workday: IsWorkday = monday_to_saturday
    saturday: tuple[Span, ...] | None = None
    """The hours of a Saturday, where they are others."""

    def on(self, day: date) -> tuple[Span, ...]:
        """The hours of a day; none where nobody works."""
        if not self.is_workday(day):
            return ()
        return self.spans if self.saturday is None or day.weekday() != SATURDAY else self.saturday

    def after(self, start: datetime, worked: timedelta) -> datetime:
        """The instant (UTC) at which `worked` of working time has passed since `start`."""
        return _after(start, worked, self.on)

    def open_at(self, at: datetime) -> bool:
        """Whether somebody may be expected to be at work at this instant."""
        local = at.astimezone(LOCAL)
        return any(opens <= local.time() < closes for opens, closes in self.on(local.date()))

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
    return _after(start, worked, WorkingHours(spans, is_workday).on)


def _after(start: datetime, worked: timedelta, hours: Callable[[date], Sequence[Span]]) -> datetime:
    local = start.astimezone(LOCAL)
    left = worked
    for ahead in range(FARTHEST):
        day = local.date() + timedelta(days=ahead)
        for opens, closes in hours(day):
            begins = max(datetime.combine(day, opens, LOCAL), local)
            room = datetime.combine(day, closes, LOCAL) - begins
            if room > timedelta(0) and left <= room:
                return (begins + left).astimezone(UTC)
            left -= max(room, timedelta(0))
    raise ValueError("no working day in sight")


_HOUR = r"(\d{1,2})(?:\s*(?:giờ|gio|[:hg.])\s*(\d{2})?)?(?:\s*(?:phút|phut))?"
_WRITTEN = re.compile(rf"(?<![\d/]){_HOUR}\s*(?:-|–|—|đến|den|tới|toi|to)\s*{_HOUR}(?![\d/])", re.IGNORECASE)


def written_hours(text: str) -> tuple[Span, ...]:
    """The hours that somebody wrote for people to read ("7h30 – 11h30, chiều 1h30 đến 5h"); none where they are not clear."""
    spans: list[Span] = []
    for found in _WRITTEN.finditer(text):
        if not re.search(r"[:hg.]|giờ", found[0], re.IGNORECASE):
            continue  # "2 - 6" are days of the week
        opens, closes = _minutes(found[1], found[2]), _minutes(found[3], found[4])
        before = spans[-1][1].hour * 60 + spans[-1][1].minute if spans else 0
        if opens < before:  # "1h30 - 5h" after a morning is in the afternoon
            opens, closes = opens + 12 * 60, closes + 12 * 60
        if not before <= opens < closes < 24 * 60:
            return ()
        spans.append((time(*divmod(opens, 60)), time(*divmod(closes, 60))))
    return tuple(spans)


def _minutes(hour: str, minute: str | None) -> int:
    return int(hour) * 60 + int(minute or 0)
