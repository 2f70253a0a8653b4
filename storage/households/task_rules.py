"""What a household's visits leave to be done: pure rules over its history, the same whatever order it arrived in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from storage.outcomes import Barrier, Outcome, return_on

GIVEN_UP_AFTER = timedelta(days=30)
"""A task nobody went for so long after its day has failed; the house is among the others again."""


class State(StrEnum):
    DRAFT = "draft"
    READY = "ready"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({State.DRAFT, State.READY})


class Why(StrEnum):
    """Why a task was closed."""

    OPEN = ""
    VISITED = "visited"
    ACHIEVED = "achieved"
    EXCLUDED = "excluded"
    UNDONE = "undone"
    NOT_NEEDED = "not_needed"
    """An earlier visit, told late, leaves nothing to do after this one."""
    NOBODY_WENT = "nobody_went"


@dataclass(frozen=True, slots=True)
class Past:
    """A visit that stands, as the rules see it."""

    id: int
    at: datetime
    on: date
    outcome: Outcome
    barrier: Barrier | None
    next_on: date | None
    away_until: date | None
    person_id: int

    @property
    def due_on(self) -> date | None:
        """The day somebody should go again or, for what only a leader can settle, look into it."""
        if self.outcome.tells_leader:
            return self.on
        return return_on(self.outcome, self.barrier, self.next_on, self.away_until, self.on)


@dataclass(frozen=True, slots=True)
class Task:
    """What is left to do after a visit, and what became of it."""

    visit: Past
    due_on: date
    state: State
    closed_on: date | None = None
    closed_by: int | None = None
    why: Why = Why.OPEN

    @property
    def for_leader(self) -> bool:
        return self.visit.outcome.tells_leader


@dataclass(frozen=True, slots=True)
class Told:
    """What was made of a household's visits, and from what: whoever knows the same of them need not ask again."""

    visits: int
    achieved_on: date | None
    excluded: bool
    today: date
    tasks: Sequence[Task]

    def knows(self, visits: int, achieved_on: date | None, excluded: bool, today: date) -> bool:
        return (self.visits, self.achieved_on, self.excluded, self.today) == (visits, achieved_on, excluded, today)


def tasks(visits: Iterable[Past], achieved_on: date | None, excluded: bool, today: date) -> list[Task]:
    """The task of every visit that leaves one. At most the last one is open; none where the household is done or gone."""
    made: list[Task] = []
    open_: Task | None = None
    refused: Past | None = None
    for visit in sorted(visits, key=_moment):
        if open_ is not None and _stands_through(open_, visit):
            continue  # a fruitless try before the agreed day changes nothing
        if open_ is not None:
            made.append(_closed(open_, State.COMPLETED, visit.on, Why.VISITED, visit.id))
        due = visit.due_on
        if visit.outcome is Outcome.REFUSED_SOFT:
            due, refused = (None, refused) if refused is not None and refused.on != visit.on else (due, visit)
        elif visit.outcome in _SOFTENS:
            refused = None
        open_ = Task(visit, due, State.DRAFT) if due is not None else None
    if open_ is not None:
        made.append(_today(open_, achieved_on, excluded, today))
    return made


_SOFTENS = frozenset({Outcome.PARTIAL, Outcome.BLOCKED, Outcome.APPOINTMENT})
_AGREED = frozenset({Outcome.APPOINTMENT, Outcome.TEMPORARILY_AWAY})


def _moment(visit: Past) -> tuple[datetime, str, str, int]:
    """Ties do not depend on the order of arrival, unless two visits are alike in everything."""
    return visit.at, visit.outcome, visit.barrier or "", visit.id


def _stands_through(task: Task, visit: Past) -> bool:
    return (task.visit.outcome in _AGREED and visit.on < task.due_on
            and not visit.outcome.contact and not visit.outcome.tells_leader)


def _closed(task: Task, state: State, on: date, why: Why, by: int | None = None) -> Task:
    return Task(task.visit, task.due_on, state, on, by, why)


def _today(task: Task, achieved_on: date | None, excluded: bool, today: date) -> Task:
    """The last task, as it stands today."""
    if achieved_on is not None:
        return _closed(task, State.COMPLETED, max(achieved_on, task.visit.on), Why.ACHIEVED)
    if excluded:
        return _closed(task, State.CANCELLED, today, Why.EXCLUDED)
    if task.due_on + GIVEN_UP_AFTER < today:
        return _closed(task, State.FAILED, task.due_on + GIVEN_UP_AFTER, Why.NOBODY_WENT)
    return Task(task.visit, task.due_on, State.READY if task.due_on <= today else State.DRAFT)


def open_task(made: Sequence[Task]) -> Task | None:
    return next((task for task in made if task.state in OPEN), None)
