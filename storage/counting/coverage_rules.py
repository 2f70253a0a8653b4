"""The formulas of coverage: one fact per household in, sums out; roll-up adds sums and never averages shares."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from storage.counting.shares import Share
from storage.households.standing import (
    AttainmentFact,
    CampaignFact,
    EntryFact,
    VisitFact,
    counted,
    goal_attainments,
    open_barrier,
    status_of,
)
from storage.outcomes import Barrier, Group, Outcome, Status, Verification

STRICT_ABOVE_PERCENT = 2  # of the register excluded: from here the strict share stands beside the headline
ADULTS_KNOWN_PERCENT = 95
SMALL_BELOW = 5


@dataclass(frozen=True, slots=True)
class HouseholdFact:
    """All that coverage needs to know about one household of the register."""

    status: Status
    group: Group
    reached: bool = False
    contacted: bool = False
    baseline: bool = False
    verified: bool = False
    barrier: Barrier | None = None
    adults: int | None = None
    adults_achieved: int = 0


def household_fact(
    entry: EntryFact,
    visits: Iterable[VisitFact],
    attainments: Iterable[AttainmentFact],
    as_of: date,
    campaign: CampaignFact,
    *,
    adults: int | None = None,
    adults_achieved: int = 0,
) -> HouseholdFact | None:
    """None for a household that is not, or no longer, on the register that day."""
    if not entry.on_register(as_of):
        return None
    seen = counted(visits, as_of, campaign)
    goals = goal_attainments(attainments, as_of, campaign)
    status = status_of(entry, seen, bool(goals), as_of)
    achieved = status is Status.ACHIEVED
    return HouseholdFact(
        status=status,
        group=disposition(status, seen),
        reached=any(visit.mode.in_person_here for visit in seen),
        contacted=any(visit.outcome.contact for visit in seen),
        baseline=achieved and _baseline(seen, goals, campaign),
        verified=achieved and any(each.verification.at_least(Verification.SEEN_BY_VOLUNTEER) for each in goals),
        barrier=None if achieved else open_barrier(seen),
        adults=adults,
        adults_achieved=adults_achieved,
    )


def _baseline(visits: Sequence[VisitFact], goals: Sequence[AttainmentFact], campaign: CampaignFact) -> bool:
    """Achieved before the campaign, or found already done (but not by this campaign)."""
    first = min(each.achieved_on for each in goals)
    found = any(visit.outcome is Outcome.ALREADY_DONE and visit.on <= first for visit in visits)
    return first < campaign.starts_on or found


_GROUPS = {
    Status.EXCLUDED: Group.NOT_ELIGIBLE,
    Status.ACHIEVED: Group.COMPLETE,
    Status.REFUSED: Group.REFUSAL,
    Status.AWAY: Group.NON_CONTACT,
    Status.NO_CONTACT_EXHAUSTED: Group.NON_CONTACT,
    Status.ATTEMPTED: Group.NON_CONTACT,
    Status.EXCLUSION_TO_CONFIRM: Group.UNKNOWN_OTHER,
    Status.UNLOCATABLE: Group.UNKNOWN_HOUSEHOLD,
    Status.UNTOUCHED: Group.UNKNOWN_HOUSEHOLD,  # not attempted, 3.11
}


def disposition(status: Status, visits: Sequence[VisitFact]) -> Group:
    """The final group of a survey report, were the campaign closed today."""
    if status in _GROUPS:
        return _GROUPS[status]
    if status is Status.IN_PROGRESS:
        return next(visit.outcome.group for visit in reversed(visits) if visit.outcome in _UNFINISHED)
    last = next(visit.outcome.group for visit in reversed(visits) if visit.outcome.contact)
    return Group.PARTIAL if last is Group.COMPLETE else last  # something was done, but not the goal


_UNFINISHED = frozenset({Outcome.PARTIAL, Outcome.BLOCKED})


@dataclass(frozen=True, slots=True)
class Coverage:
    """Sums over the households of one place and day; `+` gives the sums of two places."""

    statuses: Counter[Status] = field(default_factory=Counter)
    groups: Counter[Group] = field(default_factory=Counter)
    barriers: Counter[Barrier] = field(default_factory=Counter)
    barriers_in_progress: Counter[Barrier] = field(default_factory=Counter)
    reached: int = 0
    contacted: int = 0
    baseline: int = 0
    achieved_contacted: int = 0
    verified: int = 0
    adults_known: int = 0
    adults: int = 0
    adults_achieved: int = 0

    @classmethod
    def of(cls, facts: Iterable[HouseholdFact | None]) -> "Coverage":
        register = [fact for fact in facts if fact is not None]
        eligible = [fact for fact in register if fact.status is not Status.EXCLUDED]
        known = [(fact.adults, fact.adults_achieved) for fact in eligible if fact.adults is not None]
        return cls(
            statuses=Counter(fact.status for fact in register),
            groups=Counter(fact.group for fact in register),
            barriers=_barriers(eligible),
            barriers_in_progress=_barriers(fact for fact in eligible if fact.status is Status.IN_PROGRESS),
            reached=sum(fact.reached for fact in eligible),
            contacted=sum(fact.contacted for fact in eligible),
            baseline=sum(fact.baseline for fact in eligible),
            achieved_contacted=sum(fact.contacted and fact.status is Status.ACHIEVED for fact in eligible),
            verified=sum(fact.verified for fact in eligible),
            adults_known=len(known),
            adults=sum(adults for adults, _ in known),
            # A household grown since it was counted may not push the share of others past all.
            adults_achieved=sum(min(achieved, adults) for adults, achieved in known),
        )

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(
            statuses=self.statuses + other.statuses,
            groups=self.groups + other.groups,
            barriers=self.barriers + other.barriers,
            barriers_in_progress=self.barriers_in_progress + other.barriers_in_progress,
            reached=self.reached + other.reached,
            contacted=self.contacted + other.contacted,
            baseline=self.baseline + other.baseline,
            achieved_contacted=self.achieved_contacted + other.achieved_contacted,
            verified=self.verified + other.verified,
            adults_known=self.adults_known + other.adults_known,
            adults=self.adults + other.adults,
            adults_achieved=self.adults_achieved + other.adults_achieved,
        )

    @property
    def register(self) -> int:
        return self.statuses.total()

    @property
    def excluded(self) -> int:
        return self.statuses[Status.EXCLUDED]

    @property
    def eligible(self) -> int:
        return self.register - self.excluded

    @property
    def achieved(self) -> int:
        return self.statuses[Status.ACHIEVED]

    @property
    def goal_coverage(self) -> Share:
        """The headline: households that achieved the goal, of those eligible."""
        return Share(self.achieved, self.eligible)

    @property
    def goal_coverage_strict(self) -> Share:
        """Of the whole register, so that nobody excludes their way to all."""
        return Share(self.achieved, self.register)

    @property
    def shows_strict(self) -> bool:
        return self.excluded * 100 > STRICT_ABOVE_PERCENT * self.register

    @property
    def reach(self) -> Share:
        """Effort, not result: somebody went to the door or met them at a meeting."""
        return Share(self.reached, self.eligible)

    @property
    def contact(self) -> Share:
        return Share(self.contacted, self.eligible)

    @property
    def campaign_gain(self) -> Share:
        return Share(self.achieved - self.baseline, self.eligible - self.baseline)

    @property
    def done_of_contacted(self) -> Share:
        return Share(self.achieved_contacted, self.contacted)

    @property
    def refusal(self) -> Share:
        return Share(self.statuses[Status.REFUSED], self.eligible)

    @property
    def verified_share(self) -> Share:
        return Share(self.verified, self.achieved)

    @property
    def adult_coverage(self) -> Share | None:
        """None while too few households' adults are known to say."""
        if self.adults_known * 100 < ADULTS_KNOWN_PERCENT * self.eligible:
            return None
        return Share(self.adults_achieved, self.adults)

    @property
    def is_small(self) -> bool:
        """Too few households for a picture that leaves the team."""
        return self.eligible < SMALL_BELOW

    def status_share(self, status: Status) -> Share:
        return Share(self.statuses[status], self.register)

    def barrier_share(self, barrier: Barrier) -> Share:
        return Share(self.barriers[barrier], self.eligible)

    def barrier_share_in_progress(self, barrier: Barrier) -> Share:
        return Share(self.barriers_in_progress[barrier], self.statuses[Status.IN_PROGRESS])


def _barriers(facts: Iterable[HouseholdFact]) -> Counter[Barrier]:
    return Counter(fact.barrier for fact in facts if fact.barrier is not None)


_MET = (Group.COMPLETE, Group.PARTIAL, Group.REFUSAL, Group.OTHER)
_ELIGIBLE_OR_UNKNOWN = (*_MET, Group.NON_CONTACT, Group.UNKNOWN_HOUSEHOLD, Group.UNKNOWN_OTHER)


def _rate(coverage: Coverage, above: tuple[Group, ...], below: tuple[Group, ...]) -> Share:
    return Share(sum(coverage.groups[each] for each in above), sum(coverage.groups[each] for each in below))


def rr1(coverage: Coverage) -> Share:
    """AAPOR response rate 1: I / ((I+P) + (R+NC+O) + (UH+UO)), every unknown household taken as eligible."""
    return _rate(coverage, (Group.COMPLETE,), _ELIGIBLE_OR_UNKNOWN)


def coop1(coverage: Coverage) -> Share:
    """AAPOR cooperation rate 1: I / ((I+P) + R + O)."""
    return _rate(coverage, (Group.COMPLETE,), _MET)


def con1(coverage: Coverage) -> Share:
    """AAPOR contact rate 1: ((I+P) + R + O) over the base of RR1."""
    return _rate(coverage, _MET, _ELIGIBLE_OR_UNKNOWN)


def ref1(coverage: Coverage) -> Share:
    """AAPOR refusal rate 1: R over the base of RR1."""
    return _rate(coverage, (Group.REFUSAL,), _ELIGIBLE_OR_UNKNOWN)
