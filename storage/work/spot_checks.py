"""Which households a leader asks again: one in twenty of those that count as achieved, drawn so that anybody can draw again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

from storage.counting import behind
from storage.counting.behind import Behind
from storage.counting.campaign_goals import Goal
from storage.outcomes import Status
from storage.reading import Reading

ONE_IN = 20
MOST = 12
"""Doors a leader can ask at in a week."""
EVERYBODY = 100_000


def week_of(on: date) -> date:
    """The Monday of a day's week: a week has one draw."""
    return on - timedelta(days=on.weekday())


def size(achieved: int) -> int:
    """Households of a draw: five of a hundred, at least one where there is any."""
    return min(-(-achieved // ONE_IN), MOST)


def drawn(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], on: date) -> list[Behind]:
    """The draw of a day's week, from the households that had achieved the goal when the week began, in the order of the round.

    A household's place in the draw hangs on campaign, week and household alone: the same for whoever draws, whenever, on
    whatever machine. What is entered late can add a household, but never moves the others.
    """
    monday = week_of(on)
    achieved = behind.page(rows, goal, hamlet_ids, Status.ACHIEVED.value, monday - timedelta(days=1), limit=EVERYBODY)
    first = sorted(achieved, key=lambda each: _lot(goal.campaign_id, monday, each.id))[:size(len(achieved))]
    return sorted(first, key=lambda each: (each.hamlet_id, each.number))


def _lot(campaign_id: int, monday: date, household_id: int) -> str:
    return hashlib.sha256(f"{campaign_id}:{monday.isoformat()}:{household_id}".encode()).hexdigest()
