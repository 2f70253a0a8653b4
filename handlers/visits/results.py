"""How a visit ended, asked step by step: the outcome, and whatever it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from handlers.days import ask_day
from handlers.dialogue import Ask
from handlers.look import Look
from handlers.questions import Question, many_of, one_of
from handlers.visits.quick_doubts import default_services
from handlers.visits.visit import BARRIER, FIRST, SERVICES
from storage.areas.places import Hamlet
from storage.outcomes import Barrier, Outcome

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Result:
    outcome: Outcome
    barrier: Barrier | None
    services: tuple[str, ...]
    next_on: date | None
    until: date | None


def told(ask: Ask, look: Look, hamlet: Hamlet, number: int, on: date) -> Result:
    """The same questions as at the door, in any dialogue."""
    first = ask(_worded(FIRST), number=number)
    outcome = first.outcomes[0] if len(first.outcomes) == 1 else ask(_worded(one_of("outcome", Outcome, first.outcomes)))
    barrier = ask(_worded(BARRIER)) if outcome.needs_barrier else None
    services: tuple[str, ...] = ()
    if outcome.needs_attainment:
        services = ask(_worded(many_of("services", *SERVICES, at_least=1, ticked=default_services(look, hamlet, outcome, on))))
    next_on = ask_day(ask, look, "next", "visit.next", confirm=False).on if outcome.needs_date else None
    until = ask_day(ask, look, "until", "visit.until", least=1, most=730).on if outcome.needs_until else None
    return Result(outcome, barrier, services, next_on, until)


def _worded(question: Question[T]) -> Question[T]:
    return replace(question, words=f"visit.{question.key}")
