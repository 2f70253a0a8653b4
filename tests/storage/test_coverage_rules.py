"""Coverage: the worked example to the digit, identities over random places, and a second implementation."""

import json
import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import reduce
from operator import add
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.counting.coverage_rules import Coverage, HouseholdFact, con1, coop1, household_fact, ref1, rr1
from storage.counting.shares import Share
from storage.households.standing import AttainmentFact, CampaignFact, EntryFact, VisitFact
from storage.local_time import LOCAL
from storage.outcomes import Barrier, Group, Outcome, Status, Verification
from tests.storage import reference
from tests.storage.histories import CAMPAIGN, START, day, history
from tests.storage.test_standing import HISTORIES

GOLDEN = json.loads((Path(__file__).parent / "golden_coverage.json").read_text(encoding="utf-8"))
HOURS = (8, 16, 19)  # the example gives days only and says that tries fall on different parts of the day


def a_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


AS_OF = a_day(GOLDEN["campaign"]["as_of"])
DRIVE = CampaignFact(a_day(GOLDEN["campaign"]["starts_on"]), None, frozenset({"dvc_account"}))


def golden_history(row: dict) -> tuple[EntryFact, list[VisitFact], list[AttainmentFact]]:
    excluded = a_day(row["excluded_on"])
    visits = []
    for number, visit in enumerate(row["visits"]):
        local = datetime.combine(a_day(visit["on"]), time(HOURS[number]), tzinfo=LOCAL)
        outcome = Outcome(visit["outcome"])
        barrier = Barrier.NO_SMARTPHONE if outcome.needs_barrier else None
        until = a_day(row["away_until"]) if outcome.needs_until else None
        visits.append(VisitFact(local.astimezone(UTC), outcome, barrier, member=visit["member"], away_until=until))
    achieved = a_day(row["achieved_on"])
    attainments = [] if achieved is None else [AttainmentFact("dvc_account", achieved)]
    return EntryFact(DRIVE.starts_on, excluded, excluded is not None), visits, attainments


def golden_facts() -> list[HouseholdFact]:
    return [household_fact(*golden_history(row), AS_OF, DRIVE) for row in GOLDEN["households"]]


NAMES = {
    "reach": "reach", "contact": "contact", "goal": "goal_coverage", "goal_strict": "goal_coverage_strict",
    "gain": "campaign_gain", "done_of_contacted": "done_of_contacted", "refusal": "refusal",
}  # fmt: skip


def test_every_household_of_the_worked_example_stands_where_it_says():
    assert [fact.status for fact in golden_facts()] == [row["status"] for row in GOLDEN["households"]]


def test_the_worked_example_to_the_digit():
    coverage, expected = Coverage.of(golden_facts()), GOLDEN["indicators"]
    assert (coverage.register, coverage.eligible, coverage.excluded) == (expected["R"], expected["E"], 2)
    assert coverage.statuses == expected["states"]
    for name, indicator in NAMES.items():
        share = getattr(coverage, indicator)
        assert [share.n, share.d] == expected[name], name
        assert f"{share.percent()}% ({share.n}/{share.d} hộ)".replace(".", ",") == GOLDEN["shown"][name]
    assert coverage.shows_strict


def test_the_rest_of_the_worked_example_worked_by_hand():
    coverage = Coverage.of(golden_facts())
    assert coverage.barrier_share(Barrier.NO_SMARTPHONE) == Share(1, 18)
    assert coverage.barrier_share_in_progress(Barrier.NO_SMARTPHONE) == Share(1, 3)
    assert coverage.verified_share == Share(0, 5)
    # I 5; P 2 (households 5, 12); O 1 (6); R 3 (9, 10, 11); NC 4 (7, 8, 16, 18); UH 2 (17, 20); UO 1 (13)
    assert coverage.groups == {"I": 5, "P": 2, "O": 1, "R": 3, "NC": 4, "UH": 2, "UO": 1, "NE": 2}
    assert rr1(coverage) == Share(5, 18)
    assert coop1(coverage) == Share(5, 11)
    assert con1(coverage) == Share(11, 18)
    assert ref1(coverage) == Share(3, 18)


def test_strict_stands_beside_the_headline_above_two_percent():
    fact = HouseholdFact(Status.UNTOUCHED, Group.UNKNOWN_HOUSEHOLD)
    out = replace(fact, status=Status.EXCLUDED, group=Group.NOT_ELIGIBLE)
    assert not Coverage.of([fact] * 98 + [out] * 2).shows_strict
    assert Coverage.of([fact] * 97 + [out] * 3).shows_strict
    assert not Coverage().shows_strict


def test_adults_are_shown_only_when_nearly_all_are_known():
    known = HouseholdFact(Status.ACHIEVED, Group.COMPLETE, adults=3, adults_achieved=1)
    unknown = replace(known, adults=None, adults_achieved=2)
    assert Coverage.of([known] * 19 + [unknown]).adult_coverage == Share(19, 57)
    assert Coverage.of([known] * 18 + [unknown] * 2).adult_coverage is None
    assert Coverage.of([replace(known, adults_achieved=9)]).adult_coverage == Share(3, 3)
    out = replace(unknown, status=Status.EXCLUDED)
    assert Coverage.of([known, out]).adult_coverage == Share(1, 3), "excluded households need no count"


def test_a_small_place_is_known_as_one():
    fact = HouseholdFact(Status.UNTOUCHED, Group.UNKNOWN_HOUSEHOLD)
    assert Coverage.of([fact] * 4).is_small
    assert not Coverage.of([fact] * 5).is_small


def test_an_empty_place_shows_no_figure():
    empty = Coverage.of([])
    assert empty == Coverage()
    assert empty.goal_coverage.percent() is None
    assert rr1(empty).percent() is None


def seen(code: str, days: int) -> VisitFact:
    at = datetime.combine(START, time(3), tzinfo=UTC) + timedelta(days=days)
    return VisitFact(at, Outcome(code))


def got(days: int, verification: str = "self_reported") -> AttainmentFact:
    return AttainmentFact("dvc_account", START + timedelta(days=days), Verification(verification))


@pytest.mark.parametrize(
    ("baseline", "visits", "attainments"),
    [
        (True, [], [got(-1)]),
        (False, [], [got(0)]),
        (True, [seen("already_done", 3)], [got(3)]),
        (False, [seen("completed", 1), seen("already_done", 3)], [got(1), got(3)]),  # our own work found again
        (False, [seen("already_done", 3)], [got(1)]),  # done alone during the campaign, found later
        (False, [seen("already_done", 3)], []),  # never achieved, or revoked
    ],
)
def test_baseline_is_what_the_campaign_did_not_bring(baseline, visits, attainments):
    fact = household_fact(EntryFact(START), visits, attainments, START + timedelta(days=9), CAMPAIGN)
    assert fact.baseline == baseline


def test_verified_means_at_least_seen_by_a_volunteer():
    def verified(*words: str) -> bool:
        results = [got(1, word) for word in words]
        return household_fact(EntryFact(START), [], results, START + timedelta(days=9), CAMPAIGN).verified

    assert not verified("self_reported")
    assert verified("self_reported", "seen_by_volunteer")
    assert verified("official")


def test_a_merged_household_and_one_not_yet_added_leave_the_register():
    later = EntryFact(START + timedelta(days=10))
    merged = EntryFact(START, merged_into=1, merged_on=START + timedelta(days=5))
    for days, size in ((4, 1), (5, 0), (10, 1)):
        facts = [household_fact(entry, [], [], START + timedelta(days=days), CAMPAIGN) for entry in (later, merged)]
        assert Coverage.of(facts).register == size


def test_the_report_groups_of_unfinished_households():
    def group(*visits: VisitFact) -> Group:
        return household_fact(EntryFact(START), visits, [], START + timedelta(days=9), CAMPAIGN).group

    assert group(seen("partial", 0), seen("blocked", 1)) is Group.OTHER
    assert group(seen("blocked", 0), seen("partial", 1), seen("not_home", 2)) is Group.PARTIAL
    assert group(seen("refused_soft", 0)) is Group.REFUSAL
    assert group(seen("refused_soft", 0), seen("right_person_away", 1)) is Group.NON_CONTACT
    assert group(seen("completed", 0)) is Group.PARTIAL, "something done, but not the goal"


def random_place(rng: random.Random, size: int) -> list[tuple]:
    return [history(rng) for _ in range(size)]


def facts_of(place: list[tuple], as_of: date, rng: random.Random) -> list[HouseholdFact]:
    return [
        household_fact(*each, as_of, CAMPAIGN, adults=rng.choice([None, 1, 2, 3]), adults_achieved=rng.randint(0, 3))
        for each in place
    ]


seeds = st.integers(0, 2**48).map(random.Random)
SHARES = (
    "goal_coverage", "goal_coverage_strict", "reach", "contact",
    "campaign_gain", "done_of_contacted", "refusal", "verified_share",
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_the_eleven_statuses_share_out_the_register(rng):
    as_of = day(rng)
    place = random_place(rng, 25)
    coverage = Coverage.of(facts_of(place, as_of, rng))
    assert sum(coverage.statuses[status] for status in Status) == coverage.register == len(place)
    assert coverage.groups.total() == coverage.register
    assert coverage.groups[Group.NOT_ELIGIBLE] == coverage.excluded
    assert rr1(coverage).d == coverage.eligible
    for name in SHARES:
        getattr(coverage, name)  # a share that is none would raise


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_rolling_up_is_the_same_by_any_route(rng):
    as_of = day(rng)
    facts = facts_of(random_place(rng, 24), as_of, rng)
    hamlets = defaultdict(list)
    for fact in facts:
        hamlets[rng.randrange(4)].append(fact)
    parts = [Coverage.of(each) for each in hamlets.values()]
    whole = Coverage.of(facts)
    assert sum(parts, Coverage()) == whole
    assert reduce(add, reversed(parts)) == whole
    assert reduce(lambda right, left: left + right, parts) == whole
    for name in SHARES:
        assert reduce(add, (getattr(part, name) for part in parts)) == getattr(whole, name)


def test_a_second_implementation_agrees_on_every_indicator():
    rng = random.Random(20261116)
    for _ in range(HISTORIES // 100):
        as_of = day(rng)
        place = random_place(rng, 100)
        ours = Coverage.of(facts_of(place, as_of, rng))
        theirs = reference.indicators([reference.plain(e, v, a, CAMPAIGN, as_of) for e, v, a in place])
        assert {str(status): ours.statuses[status] for status in Status} == theirs.pop("statuses")
        assert {str(b): (ours.barriers[b], ours.eligible) for b in ours.barriers} == theirs.pop("barriers")
        for name, pair in theirs.items():
            share = getattr(ours, name)
            assert (share.n, share.d) == pair, name
