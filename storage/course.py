"""How a household's part in the sums runs through a campaign: what holds today, until when, and what each day changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from storage.coverage_rules import HouseholdFact, household_fact
from storage.history import Line
from storage.outcomes import Status
from storage.standing import CampaignFact, VisitFact, counted

K = TypeVar("K")
DAILY = ("listed", "excluded", "achieved", "reached", "contacted", "visits")
"""What is kept for every day: households on the register, out of it, at the goal, been to, met; and visits."""


class Denominator(StrEnum):
    """Of what a target counts a share."""

    HOUSEHOLDS = "households"
    ADULTS = "adults"
    FARMS = "farm_households"


@dataclass(frozen=True, slots=True)
class TargetFact:
    """A service a campaign aims at, and of what."""

    id: int
    service: str
    denominator: Denominator


@dataclass(frozen=True, slots=True)
class Settled:
    """A household as it is kept: valid from `on` until the day before `changes_on`."""

    on: date
    fact: HouseholdFact | None
    changes_on: date | None
    course: dict[str, list[int]]
    targets: dict[str, list[int]]
    reported_out: bool


def settled(line: Line, campaign: CampaignFact, targets: Iterable[TargetFact], today: date,
            kept: Mapping[str, list[int]] | None = None, since: date | None = None) -> Settled:
    """Everything that is kept of a household, from what was recorded.

    Where only things of the day `since` or later are new, the course of the days before stays as it was `kept`.
    """
    fact: HouseholdFact | None = None
    changes_on: date | None = None
    days = turns(line)
    before, course = dict.fromkeys(DAILY, 0), {}
    if kept is not None and since is not None:
        first = min(since, today)
        course = {day: change for day, change in kept.items() if day < first.isoformat()}
        before |= {name: sum(change[n] for change in course.values()) for n, name in enumerate(DAILY) if name != "visits"}
        days = sorted({first, *(day for day in days if day > first)})
    visits = Counter(visit.on for visit in counted(line.visits, date.max, campaign))  # its own: others count with theirs
    for day in days:
        then = fact_on(line, campaign, day)
        if day <= today:
            fact = then
        elif changes_on is None and then != fact:
            changes_on = day
        now = part(then, visits[day])
        change = [now[name] - before[name] for name in DAILY]
        before = {**now, "visits": 0}
        if any(change):
            course[day.isoformat()] = change
    parts = {str(target.id): target_part(line, fact, target, today) for target in targets}
    return Settled(today, fact, changes_on, course, parts, reported_out(line, fact, campaign, today))


def fact_on(line: Line, campaign: CampaignFact, day: date) -> HouseholdFact | None:
    """What the rules of coverage say of a household on a day."""
    return household_fact(line.entry, line.visits_on(day), line.attainments_on(day), day, campaign, adults=line.adults,
                          adults_achieved=line.adults_achieved(campaign, day))


def turns(line: Line) -> list[date]:
    """The only days on which anything about a household can change, in order."""
    days = {line.entry.added_on, line.entry.excluded_on, line.entry.merged_on}
    days |= {each.on for each in line.joined if each.on > date.min}
    visits = line.visits_on(date.max)
    days |= {visit.on for visit in visits}
    days |= {visit.away_until + timedelta(days=1) for visit in visits if visit.away_until}
    for each in line.attainments_on(date.max):
        days |= {each.achieved_on, each.revoked_on}
    return sorted(day for day in days if day is not None)


def part(fact: HouseholdFact | None, visits: int) -> dict[str, int]:
    """What a household adds to the sums of one day."""
    if fact is None:
        return dict.fromkeys(DAILY, 0) | {"visits": visits}
    eligible = fact.status is not Status.EXCLUDED
    return {"listed": 1, "excluded": int(not eligible), "achieved": int(fact.status is Status.ACHIEVED),
            "reached": int(eligible and fact.reached), "contacted": int(eligible and fact.contacted), "visits": visits}


def target_part(line: Line, fact: HouseholdFact | None, target: TargetFact, today: date) -> list[int]:
    """What a household adds to a target: achieved, of how many, and whether that is known."""
    if fact is None or fact.status is Status.EXCLUDED:
        return [0, 0, 0]
    stand = line.persons((target.service,), today)
    if target.denominator is Denominator.HOUSEHOLDS:
        return [int(stand > 0), 1, 1]
    if target.denominator is Denominator.FARMS:
        return [0, 0, int(line.farm is False)] if not line.farm else [int(stand > 0), 1, 1]
    return [0, 0, 0] if line.adults is None else [min(stand, line.adults), line.adults, 1]


def reported_out(line: Line, fact: HouseholdFact | None, campaign: CampaignFact, today: date) -> bool:
    """Whether somebody said that it is gone, nobody was met there since, and nobody has decided about it yet."""
    if fact is None or fact.status in (Status.EXCLUDED, Status.ACHIEVED):
        return False
    last: VisitFact | None = None
    for visit in counted(line.visits_on(today), today, campaign):
        if visit.outcome.excludes:
            last = visit
        elif visit.outcome.contact:
            last = None
    return last is not None and (line.kept_on is None or last.on > line.kept_on)


def changed(after: Mapping[K, list[int]], before: Mapping[K, list[int]], into: dict[K, list[int]]) -> None:
    """Add to `into` by how much each key's numbers change."""
    for sign, numbers in ((1, after), (-1, before)):
        for key, values in numbers.items():
            kept = into.setdefault(key, [0] * len(values))
            for place, value in enumerate(values):
                kept[place] += sign * value
