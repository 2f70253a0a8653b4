"""Random household histories, seeded: quick enough for thousands in a test run."""

import random
from datetime import UTC, date, datetime, timedelta

from storage.households.standing import AttainmentFact, CampaignFact, EntryFact, VisitFact
from storage.outcomes import Barrier, Mode, Outcome, Verification

START = date(2026, 11, 2)
CAMPAIGN = CampaignFact(START, START + timedelta(days=30), frozenset({"dvc_account", "vneid_level2"}))
SERVICES = ("dvc_account", "vneid_level2", "online_payment")
# Instants on both sides of local midnight (17:00 UTC), of the parts of the day, and of the UTC day.
MINUTES = (0, 1, 239, 240, 389, 390, 659, 660, 661, 720, 1019, 1020, 1021, 1439)


def instant(rng: random.Random) -> datetime:
    midnight = datetime(START.year, START.month, START.day, tzinfo=UTC) + timedelta(days=rng.randint(-3, 34))
    return midnight + timedelta(minutes=rng.choice(MINUTES), seconds=rng.random())


def visit(rng: random.Random, outcomes: list[Outcome]) -> VisitFact:
    outcome, at = rng.choice(outcomes), instant(rng)
    return VisitFact(
        at,
        outcome,
        barrier=rng.choice(list(Barrier)) if outcome.needs_barrier else None,
        mode=rng.choice(list(Mode)),
        member=rng.choice("AB"),
        away_until=at.date() + timedelta(days=rng.randint(1, 20)) if outcome.needs_until else None,
        superseded=rng.random() < 0.15,
    )


def attainment(rng: random.Random) -> AttainmentFact:
    achieved = START + timedelta(days=rng.randint(-10, 34))
    return AttainmentFact(
        rng.choice(SERVICES),
        achieved,
        rng.choice(list(Verification)),
        revoked_on=achieved + timedelta(days=rng.randint(0, 20)) if rng.random() < 0.3 else None,
        recorded_by=rng.choice(["A", "B", None]),
    )


def entry(rng: random.Random) -> EntryFact:
    excluded = START + timedelta(days=rng.randint(0, 30)) if rng.random() < 0.15 else None
    return EntryFact(START, excluded, confirmed=rng.random() < 0.6)


def history(rng: random.Random) -> tuple[EntryFact, list[VisitFact], list[AttainmentFact]]:
    """Few outcomes a household, so that the late rules get their share of the histories."""
    outcomes = rng.sample(list(Outcome), rng.choice((1, 1, 2, 3)))
    visits = [visit(rng, outcomes) for _ in range(rng.choice((0, 1, 2, 3, 4, 5, 6, 7)))]
    attainments = [attainment(rng) for _ in range(rng.randint(0, 2) if rng.random() < 0.4 else 0)]
    return entry(rng), visits, attainments


def day(rng: random.Random) -> date:
    return START + timedelta(days=rng.triangular(0, 36, 36))
