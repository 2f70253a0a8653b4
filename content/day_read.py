"""What words of days are read with: what was found, what a place adds, numbers and months in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

DAY = timedelta(days=1)
_NUMBERS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
            "muoi": 10}
MONTHS = _NUMBERS | {"gieng": 1, "muoi mot": 11, "muoi hai": 12, "chap": 12}
NUMBER = r"(?:\d{1,2}|(?:hai muoi|ba muoi|muoi|ham) (?:mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)|hai muoi|ba muoi|muoi|" \
         r"mot|hai|ba|bon|tu|nam|sau|bay|tam|chin)"
MONTH = r"(?:\d{1,2}|nay|toi|gieng|chap|muoi mot|muoi hai|mot|hai|ba|bon|tu|nam|sau|bay|tam|chin|muoi)"
FIRST = r"(?:mung|mong)"


@dataclass(frozen=True, slots=True)
class DayRead:
    """What somebody's words may mean: no day, one, or several to choose from; an hour where one was said.

    `trouble` says why there is none: "no_such_day", "no_market", "not_a_day". `exact` is a date written in full, about which
    nobody needs to be asked again.
    """

    days: tuple[date, ...] = ()
    at: time | None = None
    trouble: str = ""
    exact: bool = False

    @property
    def sure(self) -> date | None:
        return self.days[0] if len(self.days) == 1 else None


@dataclass(frozen=True, slots=True)
class Local:
    """What a place adds to the words of days: its market's pattern, and when its harvest ends."""

    market: str = ""
    harvest_until: date | None = None


@dataclass(slots=True)
class Reader:
    """Words of a day on their way through the rules."""

    words: str
    today: date
    local: Local
    back: bool
    sixth: bool = True
    """Whether “tháng sau” without marks may be the sixth month, and whether it may be the next one."""
    following: bool = True


def one(day: date | None) -> DayRead:
    return DayRead((day,)) if day else DayRead(trouble="no_such_day")


def number_in(words: str) -> int:
    """A number up to 31 in digits or words."""
    if words.isdigit():
        return int(words)
    tens, _, ones = words.rpartition(" ")
    if not tens:
        return _NUMBERS[ones]
    if ones == "muoi":
        return 10 * _NUMBERS[tens]
    return {"muoi": 10, "ham": 20, "hai muoi": 20, "ba muoi": 30}[tens] + _NUMBERS[ones]


def month_in(words: str) -> int:
    """A month in digits or words; 0 where there is none."""
    return MONTHS.get(words) or (int(words) if words.isdigit() else 0)


def months_meant(r: Reader, words: str) -> tuple[int | None, ...]:
    """The months that "tháng sáu", "tháng sau", "tháng tới" may mean: a number, 0 for this one, None for the next one."""
    if words in ("nay", "toi"):
        return (0 if words == "nay" else None,)
    if words == "sau":
        return tuple(month for month, may in ((None, r.following), (6, r.sixth)) if may)
    return (month_in(words),)


def date_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_after(day: date, later: int) -> date:
    """The first day of the month so many months later."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)
