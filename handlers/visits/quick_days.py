"""The days of a quick log: those on which something happened, and those that were agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from content.days import read_day
from content.fold import fold
from handlers.visits.quick_items import DATE, HOUR, NUMBER, RANGE, UNKNOWN, Item
from storage.outcomes import OUTCOMES, Outcome


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


# --- days as people say them ----------------------------------------------------------------------------------------------

WAITING = frozenset({Outcome.APPOINTMENT, Outcome.TEMPORARILY_AWAY})
_NO = frozenset({"khong", "chua", "chang", "cha", "dung", "not"})


def _waits(item: Item) -> bool:
    return item.kind == "outcome" and item.sure and OUTCOMES[item.value] in WAITING


def in_words(seen: Sequence[Item], today: date) -> list[Item]:
    """The same, with the day behind a result that waits for one read as people say it: "hẹn mùng 6", "hẹn thứ 7 tuần sau"."""
    made: list[Item] = []
    at = 0
    while at < len(seen):
        made.append(seen[at])
        at += 1
        if _waits(made[-1]):
            day, taken = _said(made[-1], seen[at:], today)
            made += day
            at += taken
    return made


def _said(result: Item, behind: Sequence[Item], today: date) -> tuple[list[Item], int]:
    """The longest day that begins here, with the hour where one was said; a bare number only where nothing follows it."""
    behind = behind[:next((n for n, item in enumerate(behind) if item.kind == "along"), len(behind))]
    if fold(result.text).endswith(" ngay") and len(behind) == 1 and behind[0].kind == NUMBER:
        return _day(f"ngày {behind[0].text}", today), 1
    starts = not behind or behind[0].kind not in (NUMBER, RANGE)  # "hẹn 35 ngày 31": a house, not in 35 days
    for count in range(min(len(behind), 6) if starts else 0, 0, -1):
        if found := _day(" ".join(item.text for item in behind[:count]), today):
            return found, count
    return [], 0


def _day(said: str, today: date) -> list[Item]:
    found = read_day(said, today)
    if found.sure is None or found.sure <= today:
        return []
    hour = [Item(HOUR, f"{found.at:%H:%M}")] if found.at else []
    return [Item(DATE, said, day=found.sure), *hour]


def but_for_the_day(seen: Sequence[Item], today: date) -> list[Item]:
    """The same without what stands behind a result that waits for a day and names none, or several: it is asked instead."""
    at = next((n for n, item in enumerate(seen) if _waits(item)), len(seen))
    along = [item for item in seen[at + 1:] if item.kind == "along"]
    behind = [item for item in seen[at + 1:] if item.kind != "along"]
    if len(read_day(" ".join(item.text for item in behind), today).days) > 1:
        return [*seen[:at + 1], *along]
    if any(item.kind in (NUMBER, RANGE, "outcome", "problem") or item.text == "?" or fold(item.text) in _NO for item in behind):
        return list(seen)
    return [*seen[:at + 1], *along] if any(item.kind == UNKNOWN or not item.sure for item in behind) else list(seen)
