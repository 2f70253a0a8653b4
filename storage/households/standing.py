"""Where a household stands in a campaign on a day: pure rules over the record, used by chat, export and tests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum

from storage.local_time import LOCAL, local_day
from storage.outcomes import Barrier, Group, Mode, Outcome, Status, Verification

EXHAUSTED_AFTER = 3  # fruitless tries ...
EXHAUSTED_PARTS_OF_DAY = 2  # ... at this many different parts of the day, so that nobody is given up on mornings alone

Who = int | str


class PartOfDay(StrEnum):
    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"


_ENDS = ((time(11), PartOfDay.MORNING), (time(13, 30), PartOfDay.NOON), (time(18), PartOfDay.AFTERNOON))


def part_of_day(local: time) -> PartOfDay:
    """Before 11:00, before 13:30, before 18:00, and after."""
    return next((part for end, part in _ENDS if local < end), PartOfDay.EVENING)


@dataclass(frozen=True, slots=True)
class CampaignFact:
    """The days a campaign counts, both included, and the services that are its goal (any one of them)."""

    starts_on: date
    ends_on: date | None
    goals: frozenset[str]

    def counts(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class EntryFact:
    """A household on a campaign's register; `confirmed` means a second person agreed to the exclusion."""

    added_on: date
    excluded_on: date | None = None
    confirmed: bool = False
    merged_into: Who | None = None
    merged_on: date | None = None

    def on_register(self, as_of: date) -> bool:
        """A household merged away is counted as its survivor, from the day of the merge or, undated, always."""
        if self.added_on > as_of:
            return False
        return self.merged_into is None or (self.merged_on is not None and self.merged_on > as_of)


@dataclass(frozen=True, slots=True)
class VisitFact:
    """One recorded visit; `occurred_at` is an aware UTC instant, its business day is local."""

    occurred_at: datetime
    outcome: Outcome
    barrier: Barrier | None = None
    mode: Mode = Mode.DOOR
    member: Who | None = None
    away_until: date | None = None
    next_on: date | None = None
    superseded: bool = False
    on: date = field(init=False, repr=False, compare=False)
    """The local day, worked out once: the rules ask for it again and again."""

    def __post_init__(self) -> None:
        if self.occurred_at.tzinfo is not UTC and self.occurred_at.utcoffset() is None:
            raise ValueError("occurred_at must know its time zone")
        object.__setattr__(self, "on", local_day(self.occurred_at))

    @property
    def part_of_day(self) -> PartOfDay:
        return part_of_day(self.occurred_at.astimezone(LOCAL).time())


@dataclass(frozen=True, slots=True)
class AttainmentFact:
    """Something a household achieved; `assisted_by` names the allowed other way it was done, if any."""

    service: str
    achieved_on: date
    verification: Verification = Verification.SELF_REPORTED
    revoked_on: date | None = None
    recorded_by: Who | None = None
    assisted_by: str | None = None
    visit: int | None = None
    """The visit it came with: confirmed later, it stands on record twice and is still one person's."""

    def stands(self, as_of: date) -> bool:
        return self.achieved_on <= as_of and (self.revoked_on is None or self.revoked_on > as_of)


def counted(visits: Iterable[VisitFact], as_of: date, campaign: CampaignFact) -> list[VisitFact]:
    """The visits this campaign counts at the local end of the day `as_of`, in an order of their own."""
    last = as_of if campaign.ends_on is None else min(as_of, campaign.ends_on)
    chosen = [visit for visit in visits if not visit.superseded and campaign.starts_on <= visit.on <= last]
    chosen.sort(key=_moment)
    return chosen


def _moment(visit: VisitFact) -> tuple[datetime, str, str]:
    return visit.occurred_at, visit.outcome, visit.barrier or ""  # ties do not depend on the order of arrival


def goal_attainments(
    attainments: Iterable[AttainmentFact], as_of: date, campaign: CampaignFact
) -> list[AttainmentFact]:
    """The goal attainments that stand on that day, whenever and however they came about."""
    return [each for each in attainments if each.service in campaign.goals and each.stands(as_of)]


def standing(
    entry: EntryFact,
    visits: Iterable[VisitFact],
    attainments: Iterable[AttainmentFact],
    as_of: date,
    campaign: CampaignFact,
) -> Status:
    """Exactly one status for any history: the first rule that fits."""
    achieved = bool(goal_attainments(attainments, as_of, campaign))
    return status_of(entry, counted(visits, as_of, campaign), achieved, as_of)


def status_of(entry: EntryFact, visits: Sequence[VisitFact], achieved: bool, as_of: date) -> Status:
    """The same, from visits already `counted` and the answer whether the goal is achieved."""
    exclusion = entry.excluded_on is not None and entry.excluded_on <= as_of
    if exclusion and entry.confirmed:
        return Status.EXCLUDED
    if achieved:
        return Status.ACHIEVED
    met = _after_meeting(visits, as_of)
    return met or _without_meeting(visits, exclusion)


def _after_meeting(visits: Sequence[VisitFact], as_of: date) -> Status | None:
    if refuses(visits):
        return Status.REFUSED
    if any(visit.outcome in _STARTED for visit in visits):
        return Status.IN_PROGRESS
    until = away_until(visits)
    if until is not None and until >= as_of:
        return Status.AWAY
    return Status.PENDING if any(visit.outcome.contact for visit in visits) else None


def _without_meeting(visits: Sequence[VisitFact], exclusion: bool) -> Status:
    missed = [visit for visit in visits if visit.outcome.group is Group.NON_CONTACT]
    if exhausted(missed):
        return Status.NO_CONTACT_EXHAUSTED
    if missed:
        return Status.ATTEMPTED
    if exclusion or any(visit.outcome.excludes for visit in visits):
        return Status.EXCLUSION_TO_CONFIRM
    return Status.UNLOCATABLE if visits else Status.UNTOUCHED


_STARTED = frozenset({Outcome.PARTIAL, Outcome.BLOCKED})
_SOFTENS = _STARTED | {Outcome.APPOINTMENT}


def refuses(visits: Sequence[VisitFact]) -> bool:
    """A hard refusal, or soft ones on two different days, that no later meeting has softened."""
    softened = max((visit.occurred_at for visit in visits if visit.outcome in _SOFTENS), default=None)
    hard = [visit.occurred_at for visit in visits if visit.outcome is Outcome.REFUSED_HARD]
    soft = [visit for visit in visits if visit.outcome is Outcome.REFUSED_SOFT]
    if len({visit.on for visit in soft}) > 1:
        hard += [visit.occurred_at for visit in soft]
    return bool(hard) and (softened is None or softened <= max(hard))


def away_until(visits: Sequence[VisitFact]) -> date | None:
    """The last day of the absence reported last; meeting the household afterwards ends it."""
    until = None
    for visit in visits:
        if visit.outcome is Outcome.TEMPORARILY_AWAY:
            until = visit.away_until
        elif visit.outcome.contact:
            until = None
    return until


def exhausted(missed: Sequence[VisitFact]) -> bool:
    return len(missed) >= EXHAUSTED_AFTER and len({visit.part_of_day for visit in missed}) >= EXHAUSTED_PARTS_OF_DAY


def open_barrier(visits: Sequence[VisitFact]) -> Barrier | None:
    """What stands in the way now: the barrier met last, until a later meeting gets past it."""
    barrier = None
    for visit in visits:
        if visit.outcome is Outcome.BLOCKED:
            barrier = visit.barrier
        elif visit.outcome is Outcome.PARTIAL or visit.outcome.may_attain:
            barrier = None
    return barrier


def credited(attainments: Iterable[AttainmentFact], as_of: date, campaign: CampaignFact) -> frozenset[Who]:
    """Who recorded the achieving attainment; two members who went together both did, nobody if it was done alone."""
    goals = goal_attainments(attainments, as_of, campaign)
    first = min((each.achieved_on for each in goals), default=None)
    return frozenset(each.recorded_by for each in goals if each.achieved_on == first and each.recorded_by is not None)
