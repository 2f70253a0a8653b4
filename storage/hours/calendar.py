"""Working days, holidays and Tết: plain arithmetic over a table that is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
SATURDAY = 5
WARN_BEFORE = timedelta(days=92)
"""How long before the table of holidays ends those in charge are told."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Public holidays, the days of Tết, weekends that are worked, and where the table ends."""

    off: frozenset[date]
    tet: tuple[tuple[date, date], ...]
    until: date
    worked: frozenset[date] = frozenset()

    def is_tet(self, on: date) -> bool:
        """From 29 Tết to mùng 5: only replies."""
        return any(first <= on <= last for first, last in self.tet)

    def forbidden(self, on: date) -> bool:
        """Whether nothing is sent unasked on that day."""
        return self.is_tet(on) or (on in self.off and on not in self.worked)

    def works(self, on: date) -> bool:
        """Whether offices work that day."""
        return on in self.worked or not (on.weekday() >= SATURDAY or self.forbidden(on))

    def next_working(self, on: date) -> date:
        """That day, or the first working day after it."""
        while not self.works(on):
            on += DAY
        return on

    def after(self, on: date, days: int) -> date:
        """So many working days after a day."""
        for _ in range(days):
            on = self.next_working(on + DAY)
        return on

    def around_tet(self, on: date) -> bool:
        """Whether a day off belongs to the days off around Tết, after which much would come at once."""
        while self.forbidden(on):
            if self.is_tet(on):
                return True
            on += DAY
        return False

    def ends_soon(self, today: date) -> bool:
        """Whether the table must be renewed."""
        return today > self.until - WARN_BEFORE


def overridden(table: Calendar, works: dict[date, bool]) -> Calendar:
    """The table with the days that the official notice changed."""
    free = frozenset(on for on, worked in works.items() if not worked)
    worked = frozenset(on for on, does in works.items() if does)
    return Calendar((table.off | free) - worked, table.tet, table.until, worked)
