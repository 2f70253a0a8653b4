"""Standing: the eleven rules in their order, local days, and a second implementation over random histories."""

import os
import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.households.standing import (
    LOCAL,
    AttainmentFact,
    EntryFact,
    PartOfDay,
    VisitFact,
    counted,
    credited,
    open_barrier,
    part_of_day,
    standing,
)
from storage.outcomes import Barrier, Outcome, Status
from tests.storage import reference
from tests.storage.histories import CAMPAIGN, START, attainment, day, history, visit

# More on request: GOCUA_HISTORIES=10000 pytest tests/storage
HISTORIES = int(os.environ.get("GOCUA_HISTORIES", "2000"))

ENTRY = EntryFact(START)
END = START + timedelta(days=20)


def went(code: str, days: int = 0, hour: float = 9, **rest: object) -> VisitFact:
    """A visit so many days into the campaign, at a local hour."""
    local = datetime.combine(START + timedelta(days=days), time(), tzinfo=LOCAL) + timedelta(hours=hour)
    return VisitFact(local.astimezone(UTC), Outcome(code), **rest)


def status(
    *visits: VisitFact, entry: EntryFact = ENTRY, got: tuple[AttainmentFact, ...] = (), as_of: date = END
) -> str:
    return str(standing(entry, visits, got, as_of, CAMPAIGN))


GOAL = AttainmentFact("dvc_account", START + timedelta(days=5))


@pytest.mark.parametrize(
    ("expected", "visits"),
    [
        ("untouched", []),
        ("unlocatable", [went("not_found"), went("unreachable", 1)]),
        ("exclusion_to_confirm", [went("vacant")]),
        ("exclusion_to_confirm", [went("moved_out"), went("not_found", 1)]),
        ("attempted", [went("not_found"), went("not_home", 1), went("moved_out", 2)]),
        ("attempted", [went("not_home"), went("not_home", 1, 20)]),
        ("attempted", [went("not_home"), went("not_home", 1), went("not_home", 2), went("not_home", 3)]),
        ("no_contact_exhausted", [went("not_home"), went("not_home", 1), went("not_home", 2, 19)]),
        ("pending", [went("not_home"), went("not_home", 1), went("not_home", 2, 19), went("appointment", 3)]),
        ("pending", [went("refused_soft")]),
        ("pending", [went("refused_soft"), went("refused_soft", 0, 18)]),
        ("refused", [went("refused_soft"), went("refused_soft", 1)]),
        ("refused", [went("refused_hard")]),
        ("refused", [went("partial"), went("refused_hard", 1)]),
        ("refused", [went("refused_hard"), went("not_home", 1), went("right_person_away", 2)]),
        ("pending", [went("refused_hard"), went("appointment", 1)]),
        ("in_progress", [went("refused_hard"), went("partial", 1)]),
        ("in_progress", [went("refused_hard"), went("partial", 1), went("refused_soft", 2)]),
        ("refused", [went("refused_soft"), went("partial", 1), went("refused_soft", 2)]),
        ("in_progress", [went("blocked", barrier=Barrier.OTHER), went("temporarily_away", 1, away_until=END)]),
        ("pending", [went("completed")]),
        ("in_progress", [went("partial"), went("completed", 1)]),
    ],
)
def test_the_first_rule_that_fits(expected, visits):
    assert status(*visits) == expected
    assert status(*reversed(visits)) == expected, "messages arrive in any order"


def test_confirmed_exclusion_comes_first_and_on_its_day():
    out = EntryFact(START, START + timedelta(days=9), confirmed=True)
    assert status(entry=out, got=(GOAL,), as_of=START + timedelta(days=8)) == "achieved"
    assert status(entry=out, got=(GOAL,), as_of=START + timedelta(days=9)) == "excluded"


def test_an_exclusion_nobody_confirmed_waits_and_hides_nothing():
    out = EntryFact(START, START, confirmed=False)
    assert status(entry=out) == "exclusion_to_confirm"
    assert status(went("not_home"), entry=out) == "attempted"
    assert status(entry=out, got=(GOAL,)) == "achieved"


def test_achieved_alone_before_or_after_the_campaign_counts():
    assert status(got=(GOAL,)) == "achieved"
    assert status(got=(replace(GOAL, achieved_on=date(2024, 1, 1)),)) == "achieved"
    later = replace(GOAL, achieved_on=CAMPAIGN.ends_on + timedelta(days=2))
    assert status(got=(later,), as_of=CAMPAIGN.ends_on + timedelta(days=2)) == "achieved"
    assert status(got=(replace(GOAL, service="online_payment"),)) == "untouched"
    assert status(got=(GOAL,), as_of=GOAL.achieved_on - timedelta(days=1)) == "untouched"


def test_only_a_revocation_takes_achieved_away_and_from_its_day():
    revoked = replace(GOAL, revoked_on=START + timedelta(days=10))
    assert status(got=(revoked,), as_of=START + timedelta(days=9)) == "achieved"
    assert status(got=(revoked,), as_of=START + timedelta(days=10)) == "untouched"


def test_away_lasts_through_its_day_and_wakes_by_itself():
    left = went("temporarily_away", away_until=START + timedelta(days=7))
    assert status(left, as_of=START + timedelta(days=7)) == "away"
    assert status(left, as_of=START + timedelta(days=8)) == "attempted"


def test_meeting_a_household_or_a_newer_report_ends_its_absence():
    left = went("temporarily_away", away_until=END + timedelta(days=99))
    assert status(left, went("not_home", 1)) == "away"
    assert status(left, went("appointment", 1)) == "pending"
    assert status(went("appointment"), replace(left, occurred_at=went("not_home", 1).occurred_at)) == "away"
    assert status(left, went("temporarily_away", 1, away_until=START + timedelta(days=3))) == "attempted"


def test_superseded_visits_and_visits_outside_the_campaign_do_not_count():
    assert status(went("refused_hard", superseded=True)) == "untouched"
    assert status(went("refused_hard", -1)) == "untouched"
    last = (CAMPAIGN.ends_on - START).days
    after = CAMPAIGN.ends_on + timedelta(days=5)
    assert status(went("refused_hard", last + 1), as_of=after) == "untouched"
    assert status(went("refused_hard", last, 23.99), as_of=after) == "refused"
    assert (
        standing(ENTRY, [went("partial", 400)], (), date(2028, 1, 1), replace(CAMPAIGN, ends_on=None)) == "in_progress"
    )


def test_the_day_is_the_local_day():
    midnight = datetime(2026, 11, 10, 17, 0, tzinfo=UTC)  # 00:00 of the 11th in Vietnam
    before, after = VisitFact(midnight - timedelta(seconds=1), Outcome.PARTIAL), VisitFact(midnight, Outcome.PARTIAL)
    assert (before.on, after.on) == (date(2026, 11, 10), date(2026, 11, 11))
    assert status(before, as_of=date(2026, 11, 10)) == "in_progress"
    assert status(after, as_of=date(2026, 11, 10)) == "untouched"
    for utc_hour, minute in ((23, 59), (0, 1)):  # 06:59 and 07:01 local are one day, though two in UTC
        utc_day = 9 if utc_hour == 23 else 10
        assert VisitFact(datetime(2026, 11, utc_day, utc_hour, minute, tzinfo=UTC), Outcome.PARTIAL).on.day == 10


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        VisitFact(datetime(2026, 11, 3, 9), Outcome.NOT_HOME)


@pytest.mark.parametrize(
    ("clock", "part"),
    [
        ("00:00", "morning"), ("10:59", "morning"), ("11:00", "noon"), ("13:29", "noon"),
        ("13:30", "afternoon"), ("17:59", "afternoon"), ("18:00", "evening"), ("23:59", "evening"),
    ],
)  # fmt: skip
def test_parts_of_day(clock, part):
    assert part_of_day(time.fromisoformat(clock)) is PartOfDay(part)


def test_register_entries_come_in_on_their_day_and_merge_away():
    entry = EntryFact(START, merged_into=7, merged_on=END)
    assert not entry.on_register(START - timedelta(days=1))
    assert entry.on_register(START) and entry.on_register(END - timedelta(days=1))
    assert not entry.on_register(END)
    assert not EntryFact(START, merged_into=7).on_register(START)


def test_open_barrier_is_the_last_one_nobody_got_past():
    otp, sim = (
        went("blocked", n, barrier=b) for n, b in enumerate((Barrier.OTP_NOT_RECEIVED, Barrier.SIM_NOT_OWN_NAME))
    )
    assert open_barrier([otp, sim]) is Barrier.SIM_NOT_OWN_NAME
    assert open_barrier([otp, went("not_home", 2)]) is Barrier.OTP_NOT_RECEIVED
    assert open_barrier([otp, went("partial", 2)]) is None
    assert open_barrier([]) is None


def test_credit_goes_to_who_recorded_the_first_achievement():
    by_a, by_b = replace(GOAL, recorded_by="A"), replace(GOAL, recorded_by="B")
    later = replace(by_b, achieved_on=GOAL.achieved_on + timedelta(days=1))
    assert credited([by_a, later], END, CAMPAIGN) == {"A"}
    assert credited([by_a, by_b], END, CAMPAIGN) == {"A", "B"}
    assert credited([GOAL], END, CAMPAIGN) == frozenset()
    assert credited([replace(by_a, revoked_on=END), later], END, CAMPAIGN) == {"B"}


seeds = st.integers(0, 2**48).map(random.Random)


@settings(max_examples=300, deadline=None)
@given(seeds)
def test_achieved_never_falls_back_because_of_later_visits(rng):
    entry, visits, attainments = history(rng)
    attainments.append(replace(attainment(rng), service="dvc_account", revoked_on=None))
    as_of = max(each.achieved_on for each in attainments)
    entry = replace(entry, confirmed=False)
    assert standing(entry, visits, attainments, as_of, CAMPAIGN) is Status.ACHIEVED
    visits += [visit(rng, list(Outcome)) for _ in range(5)]
    for days in range(40):
        assert standing(entry, visits, attainments, as_of + timedelta(days=days), CAMPAIGN) is Status.ACHIEVED


@settings(max_examples=300, deadline=None)
@given(seeds)
def test_standing_ignores_the_order_of_arrival_and_what_happens_later(rng):
    entry, visits, attainments = history(rng)
    as_of = day(rng)
    first = standing(entry, visits, attainments, as_of, CAMPAIGN)
    rng.shuffle(visits)
    rng.shuffle(attainments)
    assert standing(entry, visits, attainments, as_of, CAMPAIGN) is first
    known = [each for each in visits if each.on <= as_of]
    assert standing(entry, known, attainments, as_of, CAMPAIGN) is first
    assert len(counted(visits, as_of, CAMPAIGN)) <= len(known)


def test_a_second_implementation_agrees_on_random_histories():
    rng = random.Random(20261102)
    seen = dict.fromkeys(Status, 0)
    for number in range(HISTORIES):
        entry, visits, attainments = history(rng)
        as_of = day(rng)
        ours = standing(entry, visits, attainments, as_of, CAMPAIGN)
        theirs = reference.status(reference.plain(entry, visits, attainments, CAMPAIGN, as_of))
        assert ours == theirs, (number, entry, visits, attainments, as_of)
        seen[ours] += 1
    assert min(seen.values()) >= HISTORIES // 100, f"a status is hardly tried: {seen}"
