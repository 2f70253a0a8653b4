"""The calendar that rules go by: the table that comes with the program, and what was changed by hand."""

from __future__ import annotations

from functools import cache

from content.holidays import holidays
from storage.hours.calendar import Calendar
from storage.reading import Reading
from storage.reminding import rhythms


@cache
def table() -> Calendar:
    """The table of holidays as rules use it."""
    listed = holidays()
    return Calendar(frozenset(listed.off), listed.tet, listed.until)


def calendar(rows: Reading) -> Calendar:
    """The calendar as it stands now."""
    return rhythms.calendar(rows, table())
