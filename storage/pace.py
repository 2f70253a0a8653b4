"""Whether a campaign gets there in time: what is missing, how much a working day must bring, and where the pace so far leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

from storage.coverage_snapshots import Day
from storage.shares import Share, missing, pace_needed, working_days_to_goal

FURTHEST = 730
"""Days ahead beyond which no finish is foretold."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What is left of a campaign on a day."""

    missing: int
    working_days: int
    needed: Decimal | None
    """Households a working day; None where the days have run out."""
    finish_on: date | None
    """None while too few days are known to tell, or where it would be never."""


def pace(percent: int, now: Share, days: Sequence[Day], starts_on: date, ends_on: date, today: date) -> Pace:
    """`days` is the series of the campaign as it is known now."""
    goal = Fraction(percent, 100)
    left = working_days(today + timedelta(days=1), ends_on)
    before = max((day for day in days if day.on < starts_on), key=lambda day: day.on, default=None)
    gained = now.n - (before.achieved if before else 0)
    needs = working_days_to_goal(goal, now, gained, active_days(days, starts_on))
    finish = None if needs is None else today if needs == 0 else day_after(today, needs)
    return Pace(missing(goal, now), left, pace_needed(goal, now, left), finish)


def active_days(days: Sequence[Day], starts_on: date) -> int:
    """Days of the campaign on which somebody recorded something."""
    visits = [(day.on, day.visits) for day in days]
    rises = [later[0] for earlier, later in zip([(date.min, 0), *visits], visits, strict=False) if later[1] > earlier[1]]
    return sum(on >= starts_on for on in rises)


@cache
def _free(year: int) -> frozenset[date]:
    """Public holidays of a year."""
    from holidays import country_holidays  # here: only who asks for a pace pays for it

    return frozenset(country_holidays("VN", years=year))


def is_working(day: date) -> bool:
    """Monday to Friday, and no public holiday."""
    return day.weekday() < 5 and day not in _free(day.year)


def working_days(first: date, last: date) -> int:
    """Working days from one day to another, both included."""
    return sum(is_working(first + timedelta(days=n)) for n in range((last - first).days + 1))


def day_after(today: date, working: int) -> date | None:
    """The day on which so many working days will have passed."""
    day = today
    for _ in range(FURTHEST):
        day += timedelta(days=1)
        working -= is_working(day)
        if working <= 0:
            return day
    return None
