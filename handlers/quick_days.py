"""The days of a quick log: those on which something happened, and those that were agreed on."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from handlers.quick_items import DATE, Item


class Doubt(StrEnum):
    """Why a line is not certain; each is asked about in its own way."""

    UNCLEAR = "unclear"
    RANGE = "range"
    TWICE = "twice"
    DAY = "day"
    FUTURE = "future"
    FAR_BACK = "far_back"


class Odd(Exception):
    """An item that has no place where it stands."""

    def __init__(self, doubt: Doubt = Doubt.UNCLEAR) -> None:
        super().__init__(doubt)
        self.doubt = doubt


def past_day(item: Item, today: date) -> date:
    """The day on which something happened; never one that lies ahead."""
    if item.kind == "day":
        return today - timedelta(days=int(item.value))
    if item.kind == "weekday":
        back = (today.weekday() - int(item.value)) % 7
        if back == 0:  # today, or a week ago?
            raise Odd(Doubt.DAY)
        return today - timedelta(days=back)
    if item.day is None or item.value == "month":
        raise Odd
    day = item.day
    if day > today and not item.dated:
        day = _a_year_before(day)
    if day > today:
        raise Odd(Doubt.FUTURE)
    return day


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        raise Odd from None


def ahead_day(item: Item, today: date) -> date | None:
    """The day on which somebody will go again; None where the item is no day."""
    if item.kind == "ahead":
        return today + timedelta(days=int(item.value))
    if item.kind == "day" and item.value == "0":
        return today
    if item.kind == "weekday":
        return today + timedelta(days=(int(item.value) - today.weekday() - 1) % 7 + 1)
    if item.kind != DATE or item.day is None:
        return None
    day = item.day
    if day < today and not item.dated:
        try:
            day = day.replace(year=day.year + 1)
        except ValueError:
            raise Odd from None
    if day < today:
        raise Odd
    return day


def month_end(first: date) -> date:
    """Somebody away "until February" is away through its last day."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
