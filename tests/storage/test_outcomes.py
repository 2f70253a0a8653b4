"""The outcome table, and every combination that may or may not be stored."""

import pickle
from datetime import date, timedelta
from itertools import product

import pytest

from storage.outcomes import (
    Barrier,
    Contradiction,
    FirstChoice,
    Group,
    Outcome,
    Status,
    Verification,
    contradiction,
    return_on,
)

ON = date(2026, 11, 3)
GOALS = frozenset({"dvc_account"})

# outcome: AAPOR code, group, contact, default days
TABLE = {
    "completed": ("1.1", "I", True, None),
    "already_done": ("1.1", "I", True, None),
    "partial": ("1.2", "P", True, 3),
    "blocked": ("2.36", "O", True, 7),
    "appointment": ("2.25", "NC", True, None),
    "right_person_away": ("2.25", "NC", True, 2),
    "not_home": ("2.24", "NC", False, 2),
    "temporarily_away": ("2.25", "NC", False, None),
    "refused_soft": ("2.11", "R", True, 14),
    "refused_hard": ("2.11", "R", True, None),
    "not_found": ("3.18", "UH", False, None),
    "unreachable": ("3.17", "UH", False, 7),
    "moved_out": ("4.x", "NE", False, None),
    "vacant": ("4.61", "NE", False, None),
    "not_household": ("4.5", "NE", False, None),
}


def test_every_outcome_reads_as_in_the_table():
    rows = {str(o): (o.aapor, str(o.group), o.contact, o.return_after) for o in Outcome}
    assert rows == TABLE
    assert all(outcome.attempt for outcome in Outcome)


def test_an_outcome_is_its_code_and_survives_storage():
    for outcome in Outcome:
        assert Outcome(outcome.value) is outcome
        assert outcome == outcome.value
        assert pickle.loads(pickle.dumps(outcome)) is outcome


def test_six_buttons_lead_to_every_outcome_once():
    assert len(FirstChoice) == 6
    shown = [outcome for choice in FirstChoice for outcome in choice.outcomes]
    assert sorted(shown) == sorted(Outcome)
    assert FirstChoice.ABSENT.outcomes == (Outcome.NOT_HOME,), "an empty house costs one tap"


def test_eleven_statuses_and_sixteen_barriers():
    assert len(Status) == 11
    assert len(Barrier) == 16
    assert all(barrier.return_after > 0 for barrier in Barrier)
    assert (Barrier.TOO_OLD_OR_ILL.aapor, Barrier.LANGUAGE.aapor, Barrier.PAYMENT.aapor) == ("2.32", "2.33", "2.36")


def test_verification_is_ordered():
    ladder = list(Verification)
    for (i, one), (j, other) in product(enumerate(ladder), repeat=2):
        assert one.at_least(other) == (i >= j)


def test_only_the_group_of_the_not_eligible_excludes():
    for outcome in Outcome:
        assert outcome.excludes == (outcome.group is Group.NOT_ELIGIBLE)


SERVICES = [(), ("online_payment",), ("dvc_account",), ("online_payment", "dvc_account")]
BARRIERS = [None, *Barrier]
DAYS = [None, ON - timedelta(days=1), ON, ON + timedelta(days=5)]

# The whole law, outcome by outcome: indexes of SERVICES allowed, barrier wanted, next_on, until
# ("no" never, "may", "must").
ALLOWED = {
    "completed": ({1, 2, 3}, "no", "no", "no"),
    "already_done": ({1, 2, 3}, "no", "no", "no"),
    "partial": ({0, 1}, "no", "may", "no"),
    "blocked": ({0}, "must", "may", "no"),
    "appointment": ({0}, "no", "must", "no"),
    "right_person_away": ({0}, "no", "may", "no"),
    "not_home": ({0}, "no", "may", "no"),
    "temporarily_away": ({0}, "no", "no", "must"),
    "refused_soft": ({0}, "no", "may", "no"),
    "refused_hard": ({0}, "no", "no", "no"),
    "not_found": ({0}, "no", "no", "no"),
    "unreachable": ({0}, "no", "may", "no"),
    "moved_out": ({0}, "no", "no", "no"),
    "vacant": ({0}, "no", "no", "no"),
    "not_household": ({0}, "no", "no", "no"),
}


def fits(law: str, value: object) -> bool:
    return {"no": value is None, "may": True, "must": value is not None}[law]


def test_contradictions_over_every_combination():
    stored = tried = 0
    for outcome, (i, services), barrier, next_on, until in product(Outcome, enumerate(SERVICES), BARRIERS, DAYS, DAYS):
        allowed, barrier_law, date_law, until_law = ALLOWED[outcome.value]
        lawful = i in allowed and fits(barrier_law, barrier) and fits(date_law, next_on) and fits(until_law, until)
        lawful = lawful and DAYS[1] not in (next_on, until)
        why = contradiction(outcome, services, barrier, next_on, until, goals=GOALS, on=ON)
        assert (why is None) == lawful, (outcome, services, barrier, next_on, until, why)
        tried, stored = tried + 1, stored + lawful
    assert tried == 15 * 4 * 17 * 4 * 4
    assert stored == 2 * 3 + 2 * 3 + 16 * 3 + 2 + 2 + 4 * 3 + 5


@pytest.mark.parametrize(
    ("outcome", "services", "barrier", "next_on", "until", "why"),
    [
        ("completed", (), None, None, None, Contradiction.NEEDS_SERVICE),
        ("not_home", ("online_payment",), None, None, None, Contradiction.NO_SERVICE_HERE),
        ("partial", ("dvc_account",), None, None, None, Contradiction.GOAL_MEANS_DONE),
        ("blocked", (), None, None, None, Contradiction.NEEDS_BARRIER),
        ("vacant", (), Barrier.OTHER, None, None, Contradiction.NO_BARRIER_HERE),
        ("appointment", (), None, None, None, Contradiction.NEEDS_DATE),
        ("refused_hard", (), None, ON, None, Contradiction.NO_DATE_HERE),
        ("appointment", (), None, DAYS[1], None, Contradiction.DATE_IS_PAST),
        ("temporarily_away", (), None, None, None, Contradiction.NEEDS_UNTIL),
        ("not_home", (), None, None, ON, Contradiction.NO_UNTIL_HERE),
        ("temporarily_away", (), None, None, DAYS[1], Contradiction.UNTIL_IS_PAST),
    ],
)
def test_each_contradiction_says_why(outcome, services, barrier, next_on, until, why):
    assert contradiction(Outcome(outcome), services, barrier, next_on, until, goals=GOALS, on=ON) is why


def test_return_day_is_the_one_agreed_else_the_default():
    agreed = ON + timedelta(days=9)
    assert return_on(Outcome.APPOINTMENT, None, agreed, None, ON) == agreed
    assert return_on(Outcome.NOT_HOME, None, None, None, ON) == date(2026, 11, 5)
    assert return_on(Outcome.BLOCKED, Barrier.PAYMENT, None, None, ON) == date(2026, 11, 10)
    assert return_on(Outcome.BLOCKED, Barrier.OTP_NOT_RECEIVED, None, None, ON) == date(2026, 11, 5)
    assert return_on(Outcome.TEMPORARILY_AWAY, None, None, agreed, ON) == agreed + timedelta(days=1)
    assert return_on(Outcome.REFUSED_HARD, None, None, None, ON) is None
