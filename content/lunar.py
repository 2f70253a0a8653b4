"""The Vietnamese lunar calendar: what a day is called in it, and which days bear a lunar name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

DAY = timedelta(days=1)


@lru_cache(4096)
def lunar(on: date) -> tuple[int, int, int, bool]:
    """Day, month, year, and whether it is a leap month."""
    from lunar_vn import solar_to_lunar  # here: few conversations speak of days

    found = solar_to_lunar(on)
    return found.day, found.month, found.year, found.leap


def solar(day: int, month: int, year: int, *, leap: bool = False) -> date | None:
    """The day of that name in a lunar year (of the first of two months of one number, or of the leap one)."""
    from lunar_vn import convert_lunar_to_solar

    try:
        found = convert_lunar_to_solar(day, month, year, int(leap))
    except ValueError:
        return None
    named = lunar(found)  # a short month has no 30th, and most years have no leap month
    return found if named[:2] == (day, month) and named[3] == leap else None


def next_lunar(day: int, month: int, today: date, *, back: bool = False, leap: bool = False) -> date | None:
    """The next day of that lunar name, or the last one."""
    years = range(lunar(today)[2] - 2, lunar(today)[2] + 4)
    days = [on for year in years if (on := solar(day, month, year, leap=leap) or _last(day, month, year))]
    if back:
        return max((on for on in days if on <= today), default=None)
    return min((on for on in days if on >= today), default=None)


def _last(day: int, month: int, year: int) -> date | None:
    """The last day of a year goes by “30 tháng chạp”, also where that month has 29 days (as every one from 2025 to 2032)."""
    following = solar(1, 1, year + 1) if (day, month) == (30, 12) else None
    return following - DAY if following else None


def lunar_days(days: frozenset[int], today: date, *, back: bool = False, count: int = 2) -> list[date]:
    """The coming (or last) days whose lunar day of the month is one of these."""
    step = -DAY if back else DAY
    return _matching(lambda on: lunar(on)[0] in days, today, step, count)


def tet(today: date) -> date:
    """The first day of the next lunar year (of this one, as long as its first days last)."""
    year = lunar(today)[2]
    this = solar(1, 1, year)
    if this is not None and today < this + 7 * DAY:
        return this
    following = solar(1, 1, year + 1)
    if following is None:
        raise ValueError(f"no Tết is known after {today}")
    return following


# --- market days --------------------------------------------------------------------------------------------------------


def is_market_day(pattern: str, on: date) -> bool:
    """Whether a pattern ("lunar:2,7,12", "weekday:3,6") names that day."""
    kind, _, listed = pattern.partition(":")
    days = {int(part) for part in listed.split(",") if part.isdigit()}
    return (lunar(on)[0] if kind == "lunar" else on.weekday()) in days


def market_days(pattern: str, today: date, count: int) -> list[date]:
    """The coming market days, from tomorrow on."""
    return _matching(lambda on: is_market_day(pattern, on), today + DAY, DAY, count)


def _matching(wanted: Callable[[date], bool], today: date, step: timedelta, count: int) -> list[date]:
    found: list[date] = []
    on = today
    for _ in range(75):
        if wanted(on):
            found.append(on)
            if len(found) == count:
                break
        on += step
    return found
