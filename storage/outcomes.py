"""The words of a visit: how it ended, what stood in the way, where it took place, and where the household stands."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Self


class Word(StrEnum):
    """A word of the record, as quick to look up as the text it is: the rules do it for every visit."""

    __hash__ = str.__hash__


class Group(Word):
    """Survey disposition groups of the AAPOR standard definitions, in-person households."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN_HOUSEHOLD = "UH"
    UNKNOWN_OTHER = "UO"
    NOT_ELIGIBLE = "NE"


class FirstChoice(StrEnum):
    """The six buttons of the first screen; one with a single outcome needs no second screen."""

    DONE = "done"
    STUCK = "stuck"
    ABSENT = "absent"
    LATER = "later"
    REFUSED = "refused"
    OTHER = "other"

    @property
    def outcomes(self) -> tuple["Outcome", ...]:
        return _by_first_choice()[self]


@cache
def _by_first_choice() -> Mapping[FirstChoice, tuple["Outcome", ...]]:
    return {first: tuple(outcome for outcome in Outcome if outcome.first_choice is first) for first in FirstChoice}


class ReturnHint(StrEnum):
    """What to do differently on the next visit."""

    OTHER_PART_OF_DAY = "other_part_of_day"
    EVENING_OR_WEEKEND = "evening_or_weekend"
    OTHER_MEMBER = "other_member"


class Mode(Word):
    DOOR = "door"
    MEETING = "meeting"
    PHONE = "phone"
    OFFICE = "office"

    @property
    def in_person_here(self) -> bool:
        """The team went to the household or its hamlet; a call or a desk is help, but not reach."""
        return self in (Mode.DOOR, Mode.MEETING)


class Verification(Word):
    """How surely an attainment is known, weakest first."""

    SELF_REPORTED = "self_reported"
    SEEN_BY_VOLUNTEER = "seen_by_volunteer"
    CONFIRMED_BY_HOUSEHOLD = "confirmed_by_household"
    OFFICIAL = "official"

    def at_least(self, other: "Verification") -> bool:
        return _SURENESS[self] >= _SURENESS[other]


_SURENESS = {each: number for number, each in enumerate(Verification)}


class Status(Word):
    """Where a household stands in a campaign; the order is the order in which the rules are tried."""

    EXCLUDED = "excluded"
    ACHIEVED = "achieved"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"
    AWAY = "away"
    PENDING = "pending"
    NO_CONTACT_EXHAUSTED = "no_contact_exhausted"
    ATTEMPTED = "attempted"
    EXCLUSION_TO_CONFIRM = "exclusion_to_confirm"
    UNLOCATABLE = "unlocatable"
    UNTOUCHED = "untouched"


class Barrier(Word):
    """Why a household that was met could not finish."""

    NO_SMARTPHONE = "no_smartphone"
    NO_NETWORK = "no_network"
    SIM_NOT_OWN_NAME = "sim_not_own_name"
    NO_CHIP_ID = "no_chip_id"
    NEEDS_POLICE_STATION = "needs_police_station"
    ACTIVATION_FAILED = "activation_failed"
    OTP_NOT_RECEIVED = "otp_not_received"
    FORGOT_PASSWORD = "forgot_password"  # noqa: S105 - a reason, not a password
    PORTAL_ERROR = "portal_error"
    SCAN_PHOTO = "scan_photo"
    PAYMENT = "payment"
    TOO_OLD_OR_ILL = "too_old_or_ill"
    LANGUAGE = "language"
    FEAR_OF_SCAM = "fear_of_scam"
    NO_NEED = "no_need"
    OTHER = "other"

    @property
    def return_after(self) -> int:
        """Days until the next try, when nobody names a date."""
        return _BARRIER_DAYS.get(self, _BLOCKED_DAYS)

    @property
    def aapor(self) -> str:
        return _BARRIER_AAPOR.get(self, "2.36")


_BLOCKED_DAYS = 7
_BARRIER_DAYS = {  # what tends to pass by itself is tried again sooner, what takes papers or a trip later
    Barrier.OTP_NOT_RECEIVED: 2,
    Barrier.PORTAL_ERROR: 2,
    Barrier.ACTIVATION_FAILED: 3,
    Barrier.SIM_NOT_OWN_NAME: 14,
    Barrier.NO_CHIP_ID: 14,
    Barrier.NEEDS_POLICE_STATION: 14,
}
_BARRIER_AAPOR = {Barrier.TOO_OLD_OR_ILL: "2.32", Barrier.LANGUAGE: "2.33"}


class Outcome(Word):
    """How a visit ended: its code, AAPOR code and group, button, whether somebody was met, and when to go again."""

    aapor: str
    group: Group
    first_choice: FirstChoice
    contact: bool
    return_after: int | None
    return_hint: ReturnHint | None
    excludes: bool
    """Takes the household out of the count, once a second person confirms."""
    tells_leader: bool

    def __new__(
        cls,
        code: str,
        aapor: str,
        group: Group,
        first_choice: FirstChoice,
        contact: bool,
        return_after: int | None = None,
        return_hint: ReturnHint | None = None,
    ) -> Self:
        """Build one row: `aapor` is the code without a barrier, `return_after` the default in days."""
        outcome = str.__new__(cls, code)
        outcome._value_ = code
        outcome.aapor, outcome.group, outcome.first_choice, outcome.contact = aapor, group, first_choice, contact
        outcome.return_after, outcome.return_hint = return_after, return_hint
        outcome.excludes = group is Group.NOT_ELIGIBLE
        outcome.tells_leader = outcome.excludes or code in ("refused_hard", "not_found")
        return outcome

    COMPLETED = "completed", "1.1", Group.COMPLETE, FirstChoice.DONE, True
    ALREADY_DONE = "already_done", "1.1", Group.COMPLETE, FirstChoice.DONE, True
    PARTIAL = "partial", "1.2", Group.PARTIAL, FirstChoice.STUCK, True, 3
    BLOCKED = "blocked", "2.36", Group.OTHER, FirstChoice.STUCK, True, 7
    APPOINTMENT = "appointment", "2.25", Group.NON_CONTACT, FirstChoice.LATER, True
    RIGHT_PERSON_AWAY = (
        "right_person_away", "2.25", Group.NON_CONTACT, FirstChoice.OTHER, True, 2, ReturnHint.EVENING_OR_WEEKEND
    )  # fmt: skip
    # Alone behind its button: it is the commonest result and must cost one tap.
    NOT_HOME = "not_home", "2.24", Group.NON_CONTACT, FirstChoice.ABSENT, False, 2, ReturnHint.OTHER_PART_OF_DAY
    TEMPORARILY_AWAY = "temporarily_away", "2.25", Group.NON_CONTACT, FirstChoice.OTHER, False
    REFUSED_SOFT = "refused_soft", "2.11", Group.REFUSAL, FirstChoice.REFUSED, True, 14, ReturnHint.OTHER_MEMBER
    REFUSED_HARD = "refused_hard", "2.11", Group.REFUSAL, FirstChoice.REFUSED, True
    NOT_FOUND = "not_found", "3.18", Group.UNKNOWN_HOUSEHOLD, FirstChoice.OTHER, False
    UNREACHABLE = "unreachable", "3.17", Group.UNKNOWN_HOUSEHOLD, FirstChoice.OTHER, False, 7
    # Not eligible only once a second person has confirmed it; "moved out" has no code of its own there.
    MOVED_OUT = "moved_out", "4.x", Group.NOT_ELIGIBLE, FirstChoice.OTHER, False
    VACANT = "vacant", "4.61", Group.NOT_ELIGIBLE, FirstChoice.OTHER, False
    NOT_HOUSEHOLD = "not_household", "4.5", Group.NOT_ELIGIBLE, FirstChoice.OTHER, False

    @property
    def attempt(self) -> bool:
        """Every outcome is a real try, also a fruitless one: effort is never lost from the record."""
        return True

    @property
    def needs_date(self) -> bool:
        return self is Outcome.APPOINTMENT

    @property
    def needs_until(self) -> bool:
        return self is Outcome.TEMPORARILY_AWAY

    @property
    def needs_barrier(self) -> bool:
        return self is Outcome.BLOCKED

    @property
    def needs_return(self) -> bool:
        """Somebody goes again on a day of their own choice, or on the default one."""
        return self.needs_date or self.return_after is not None

    @property
    def needs_attainment(self) -> bool:
        return self in (Outcome.COMPLETED, Outcome.ALREADY_DONE)

    @property
    def may_attain(self) -> bool:
        """May bring the household to the campaign's goal."""
        return self.needs_attainment

    @property
    def may_carry_services(self) -> bool:
        """A half-done visit may still have finished something that is not the campaign's goal."""
        return self.may_attain or self is Outcome.PARTIAL


OUTCOMES = {outcome.value: outcome for outcome in Outcome}
"""Outcomes by their stored codes."""


class Contradiction(StrEnum):
    """Why a visit may not be stored as given; each value is the key of its words."""

    NEEDS_SERVICE = "visit.contradiction.needs_service"
    NO_SERVICE_HERE = "visit.contradiction.no_service_here"
    GOAL_MEANS_DONE = "visit.contradiction.goal_means_done"
    NEEDS_BARRIER = "visit.contradiction.needs_barrier"
    NO_BARRIER_HERE = "visit.contradiction.no_barrier_here"
    NEEDS_DATE = "visit.contradiction.needs_date"
    NO_DATE_HERE = "visit.contradiction.no_date_here"
    DATE_IS_PAST = "visit.contradiction.date_is_past"
    NEEDS_UNTIL = "visit.contradiction.needs_until"
    NO_UNTIL_HERE = "visit.contradiction.no_until_here"
    UNTIL_IS_PAST = "visit.contradiction.until_is_past"


def contradiction(
    outcome: Outcome,
    services: Collection[str],
    barrier: Barrier | None,
    next_on: date | None,
    until: date | None,
    *,
    goals: Collection[str],
    on: date,
) -> Contradiction | None:
    """Why this may not be stored: `goals` are the campaign's goal services, `on` the local day of the visit."""
    return (
        _about_services(outcome, services, goals)
        or _about_barrier(outcome, barrier)
        or _about_return(outcome, next_on, on)
        or _about_absence(outcome, until, on)
    )


def _about_services(outcome: Outcome, services: Collection[str], goals: Collection[str]) -> Contradiction | None:
    if not services:
        return Contradiction.NEEDS_SERVICE if outcome.needs_attainment else None
    if not outcome.may_carry_services:
        return Contradiction.NO_SERVICE_HERE
    if not outcome.may_attain and any(service in goals for service in services):
        return Contradiction.GOAL_MEANS_DONE
    return None


def _about_barrier(outcome: Outcome, barrier: Barrier | None) -> Contradiction | None:
    if outcome.needs_barrier == (barrier is not None):
        return None
    return Contradiction.NEEDS_BARRIER if outcome.needs_barrier else Contradiction.NO_BARRIER_HERE


def _about_return(outcome: Outcome, next_on: date | None, on: date) -> Contradiction | None:
    if next_on is None:
        return Contradiction.NEEDS_DATE if outcome.needs_date else None
    if not outcome.needs_return:
        return Contradiction.NO_DATE_HERE
    return Contradiction.DATE_IS_PAST if next_on < on else None  # the same evening is a fair appointment


def _about_absence(outcome: Outcome, until: date | None, on: date) -> Contradiction | None:
    if until is None:
        return Contradiction.NEEDS_UNTIL if outcome.needs_until else None
    if not outcome.needs_until:
        return Contradiction.NO_UNTIL_HERE
    return Contradiction.UNTIL_IS_PAST if until < on else None


def return_on(
    outcome: Outcome, barrier: Barrier | None, next_on: date | None, until: date | None, on: date
) -> date | None:
    """The day somebody should go again: the one agreed, else the default; None when nobody should."""
    if next_on is not None:
        return next_on
    if until is not None:
        return until + timedelta(days=1)  # away through that day
    days = barrier.return_after if barrier is not None else outcome.return_after
    return None if days is None else on + timedelta(days=days)
