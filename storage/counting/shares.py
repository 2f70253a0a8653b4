"""Numbers as they are shown: n of d, a change since an earlier day, and the pace a goal asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Self

PACE_NEEDS_ACTIVE_DAYS = 7
FRESH_DAYS = 7
ON_TIME = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Share:
    """n of d; shares of several places are summed, never averaged."""

    n: int
    d: int

    def __post_init__(self) -> None:
        if not 0 <= self.n <= self.d:
            raise ValueError(f"{self.n} of {self.d} is not a share")

    def __add__(self, other: Self) -> Self:
        return type(self)(self.n + other.n, self.d + other.d)

    def percent(self, decimal: int = 1) -> Decimal | None:
        """Truncated, so 100 stands only for all of them; None where there is nothing to divide by."""
        if self.d == 0:
            return None
        return Decimal(self.n * 100 * 10**decimal // self.d).scaleb(-decimal)


@dataclass(frozen=True, slots=True)
class Change:
    """Households and percentage points against an earlier snapshot."""

    households: int
    points: Decimal | None


def change(now: Share, before: Share, decimal: int = 1) -> Change:
    """Points are the difference of the two figures as shown, so that a reader can check them."""
    shown, earlier = now.percent(decimal), before.percent(decimal)
    return Change(now.n - before.n, None if shown is None or earlier is None else shown - earlier)


def missing(goal: Fraction, now: Share) -> int:
    """Households still to achieve before the goal is met; `goal` is a fraction of now.d."""
    return max(0, _up(goal * now.d) - now.n)


def pace_needed(goal: Fraction, now: Share, working_days_left: int) -> Decimal | None:
    """Households a working day, rounded up to a tenth; None when days have run out before the goal is met."""
    left = missing(goal, now)
    if left == 0:
        return Decimal("0.0")
    if working_days_left <= 0:
        return None
    return Decimal(_up(Fraction(left * 10, working_days_left))).scaleb(-1)


def working_days_to_goal(goal: Fraction, now: Share, gained: int, active_days: int) -> int | None:
    """At the pace so far (`gained` households in `active_days`); None while that is too little to tell."""
    left = missing(goal, now)
    if left == 0:
        return 0
    if active_days < PACE_NEEDS_ACTIVE_DAYS or gained <= 0:
        return None
    return _up(Fraction(left * active_days, gained))


def _up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)


@dataclass(frozen=True, slots=True)
class TaskFact:
    """A promised return, as far as being on time goes."""

    due_on: date
    completed_on: date | None = None
    cancelled: bool = False

    @property
    def on_time(self) -> bool:
        return self.completed_on is not None and self.completed_on <= self.due_on + ON_TIME


def follow_up_on_time(tasks: Iterable[TaskFact], first: date, last: date) -> Share:
    """Of the tasks due from `first` to `last` and not cancelled, those done no more than two days late."""
    due = [task for task in tasks if not task.cancelled and first <= task.due_on <= last]
    return Share(sum(task.on_time for task in due), len(due))


def data_freshness(last_entries: Iterable[date | None], as_of: date) -> Share:
    """Of the active members, given as the day of their latest entry, those who entered something in seven days."""
    oldest = as_of - timedelta(days=FRESH_DAYS - 1)
    fresh = [entry is not None and oldest <= entry <= as_of for entry in last_entries]
    return Share(sum(fresh), len(fresh))
