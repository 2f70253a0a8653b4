"""Whether a campaign gets there in time: what is missing, how much a working day must bring, and where the pace so far leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from storage.counting.coverage_snapshots import Day
from storage.counting.shares import Share, missing, pace_needed, working_days_to_goal
from storage.hours.calendar import DAY, Calendar

FURTHEST = 500
"""Working days ahead beyond which no finish is foretold."""
WEEKDAYS = Calendar(frozenset(), (), date.max)
"""Monday to Friday; whoever knows the holidays hands in a calendar that does."""


@dataclass(frozen=True, slots=True)
class Pace:
    """What is left of a campaign on a day."""

    missing: int
    working_days: int
    needed: Decimal | None
    """Households a working day; None where the days have run out."""
    finish_on: date | None
    """None while too few days are known to tell, or where it would be never."""


def pace(percent: int, now: Share, days: Sequence[Day], ends: tuple[date, date], today: date,
         calendar: Calendar = WEEKDAYS) -> Pace:
    """`days` is the series of the campaign as it is known now, `ends` its first and last day."""
    starts_on, ends_on = ends
    goal = Fraction(percent, 100)
    left = working_days(today + DAY, ends_on, calendar)
    before = max((day for day in days if day.on < starts_on), key=lambda day: day.on, default=None)
    gained = now.n - (before.achieved if before else 0)
    needs = working_days_to_goal(goal, now, gained, active_days(days, starts_on))
    finish = None if needs is None else today if needs == 0 else calendar.after(today, min(needs, FURTHEST))
    if needs is not None and needs > FURTHEST:
        finish = None
    return Pace(missing(goal, now), left, pace_needed(goal, now, left), finish)


def active_days(days: Sequence[Day], starts_on: date) -> int:
    """Days of the campaign on which somebody recorded something."""
    visits = [(day.on, day.visits) for day in days]
    rises = [later[0] for earlier, later in zip([(date.min, 0), *visits], visits, strict=False) if later[1] > earlier[1]]
    return sum(on >= starts_on for on in rises)


def working_days(first: date, last: date, calendar: Calendar) -> int:
    """Working days from one day to another, both included."""
    return sum(calendar.works(first + n * DAY) for n in range((last - first).days + 1))
