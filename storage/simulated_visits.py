"""The visits to one made-up household, each following from the one before as the rules have it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from storage.local_time import LOCAL
from storage.outcomes import Barrier, Mode, Outcome, Verification, contradiction, return_on

SERVICE = "vneid_level2"
ENDINGS = (
    (Outcome.COMPLETED, 74),
    (Outcome.ALREADY_DONE, 18),
    (Outcome.REFUSED_HARD, 3),
    (Outcome.MOVED_OUT, 3),
    (Outcome.VACANT, 2),
)
"""How the last visit to a household ends, by weight."""
STAGES = (
    (Outcome.NOT_HOME, 40),
    (Outcome.PARTIAL, 12),
    (Outcome.BLOCKED, 17),
    (Outcome.APPOINTMENT, 11),
    (Outcome.RIGHT_PERSON_AWAY, 8),
    (Outcome.TEMPORARILY_AWAY, 3),
    (Outcome.REFUSED_SOFT, 6),
    (Outcome.NOT_FOUND, 2),
    (Outcome.UNREACHABLE, 1),
)
"""How an earlier one does."""
WORRIES = (
    (Barrier.OTP_NOT_RECEIVED, 20),
    (Barrier.NO_SMARTPHONE, 18),
    (Barrier.SIM_NOT_OWN_NAME, 14),
    (Barrier.NEEDS_POLICE_STATION, 14),
    (Barrier.TOO_OLD_OR_ILL, 10),
    (Barrier.ACTIVATION_FAILED, 8),
    (Barrier.FORGOT_PASSWORD, 8),
    (Barrier.NO_NETWORK, 5),
    (Barrier.FEAR_OF_SCAM, 3),
)
HOURS = ((7, 10), (10, 8), (14, 8), (16, 12), (18, 14), (19, 12))
MOST = 12
"""Visits to one household at most."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are played, and about how many visits a household takes."""

    first: date
    last: date
    visits: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def visits(chance: random.Random, span: Span, home: int, member: int, keenness: float) -> list[dict[str, Any]]:
    """The visits to one household, each following from the one before by the day somebody should go again."""
    on = span.first + timedelta(days=int(chance.triangular(0, span.days * 1.1, span.days * 0.2) / keenness))
    rows: list[dict[str, Any]] = []
    while on <= span.last and len(rows) < MOST:
        last = chance.random() < 1 / span.visits
        outcome = _draw(chance, ENDINGS if last else STAGES)
        row = _visit(chance, span, home, member, on, outcome, len(rows))
        rows.append(row)
        again = return_on(outcome, Barrier(row["barrier"]) if row["barrier"] else None, row["next_on"], row["away_until"], on)
        if last or (again is None and outcome is not Outcome.NOT_FOUND):
            break
        on = max(again or on + timedelta(days=5), on + timedelta(days=1)) + timedelta(days=chance.choice((0, 0, 0, 1, 2, 4)))
    return rows


def _draw(chance: random.Random, weighted: Sequence[tuple[Any, int]]) -> Any:
    values, weights = zip(*weighted, strict=True)
    return chance.choices(values, weights)[0]


def _visit(chance: random.Random, span: Span, home: int, member: int, on: date, outcome: Outcome, number: int) -> dict[str, Any]:
    barrier = _draw(chance, WORRIES) if outcome.needs_barrier else None
    next_on = on + timedelta(days=chance.randint(1, 6)) if outcome.needs_date else None
    until = on + timedelta(days=chance.randint(10, 60)) if outcome.needs_until else None
    services = (SERVICE,) if outcome.needs_attainment else ()
    wrong = contradiction(outcome, services, barrier, next_on, until, goals=(SERVICE,), on=on)
    if wrong is not None:
        raise AssertionError(wrong)
    at = datetime.combine(on, time(_draw(chance, HOURS), chance.randrange(60)), LOCAL).astimezone(UTC)
    return {
        "key": f"sim:{home}:{number}",
        "household_id": home,
        "person_id": member,
        "occurred_at": at,
        "occurred_on": on,
        "recorded_at": at,
        "mode": (Mode.MEETING if chance.random() < 0.08 else Mode.DOOR).value,
        "outcome": outcome.value,
        "barrier": barrier.value if barrier else None,
        "next_on": next_on,
        "away_until": until,
        "note": "",
        "void": False,
        "reason": "",
    }


def attainment(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "key": f"{row['key']}:{SERVICE}",
        "household_id": row["household_id"],
        "service": SERVICE,
        "achieved_on": row["occurred_on"],
        "verification": Verification.SEEN_BY_VOLUNTEER.value,
        "recorded_by": row["person_id"],
        "recorded_at": row["occurred_at"],
        "assisted_by": "",
    }
