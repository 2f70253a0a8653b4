"""How a household's part in the sums runs through a campaign: what holds today, until when, and what each day changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from storage.counting.coverage_rules import HouseholdFact, household_fact
from storage.counting.shares import TaskFact
from storage.households.history import Line
from storage.households.standing import CampaignFact, VisitFact, counted, goal_attainments
from storage.households.task_rules import Past, State, Told, tasks
from storage.outcomes import Status

K = TypeVar("K")
DAILY = ("listed", "excluded", "achieved", "reached", "contacted", "visits")
"""What is kept for every day: households on the register, out of it, at the goal, been to, met; and visits."""
FOLLOWED = ("due", "on_time")
"""And by the day they were due: returns somebody promised or owed, and those made in time."""
KEPT = (*DAILY, *FOLLOWED)


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
    """By day: how each of DAILY changed, and the returns due that day."""
    targets: dict[str, list[int]]
    reported_out: bool


def settled(line: Line, campaign: CampaignFact, targets: Iterable[TargetFact], today: date,
            kept: Mapping[str, list[int]] | None = None, since: date | None = None, told: Told | None = None) -> Settled:
    """Everything that is kept of a household, from what was recorded.

    Where only things of the day `since` or later are new, the course of the days before stays as it was `kept`. What its
    visits leave to be done may have been `told` already.
    """
    fact: HouseholdFact | None = None
    changes_on: date | None = None
    course, days = _begun(line, today, kept, since)
    before = [sum(column) for column in zip(*course.values(), strict=True)][:len(DAILY) - 1] or NOTHING
    visits = [visit.on for visit in line.visits if not visit.superseded]  # its own: others count with theirs
    for day in days:
        then = fact_on(line, campaign, day)
        if day <= today:
            fact = then
        elif changes_on is None and then != fact:
            changes_on = day
        now = part(then)
        change = [new - old for new, old in zip(now, before, strict=True)]
        made = visits.count(day) if campaign.counts(day) else 0
        if made or any(change):
            course[day.isoformat()] = [*change, made, 0, 0]
        before = now
    if fact is not None:
        _add_returns(course, returns(line, campaign, today, told))
    parts = {str(target.id): target_part(line, fact, target, today) for target in targets}
    return Settled(today, fact, changes_on, course, parts, reported_out(line, fact, campaign, today))


def _begun(line: Line, today: date, kept: Mapping[str, list[int]] | None, since: date | None
           ) -> tuple[dict[str, list[int]], list[date]]:
    """What stays of the course that was kept, and the days still to be looked at. Returns are always looked at anew."""
    if kept is None or since is None:
        return {}, turns(line)
    first = min(since, today)
    before = first.isoformat()
    stays = {day: [*change[:len(DAILY)], 0, 0] for day, change in kept.items() if day < before and any(change[:len(DAILY)])}
    return stays, [first, *turns(line, first)]


def _add_returns(course: dict[str, list[int]], made: Iterable[TaskFact]) -> None:
    """Every return that was due, by its day."""
    for each in made:
        day = course.setdefault(each.due_on.isoformat(), [0] * len(KEPT))
        day[-2] += 1
        day[-1] += each.on_time


def returns(line: Line, campaign: CampaignFact, today: date, told: Told | None = None) -> list[TaskFact]:
    """What a household's visits in a campaign left to be done, by the rules of tasks.

    What was no longer needed is no return, nor is what only a leader can settle: to a hard refusal nobody has to go back.
    """
    visits = counted(line.visits_on(today), today, campaign)
    achieved = min((each.achieved_on for each in goal_attainments(line.attainments_on(today), today, campaign)), default=None)
    gone = line.entry.confirmed and line.entry.excluded_on is not None and line.entry.excluded_on <= today
    if told is not None and not line.joined and told.knows(len(visits), achieved, gone, today):
        made = told.tasks
    else:
        made = tasks([Past(number, visit.occurred_at, visit.on, visit.outcome, visit.barrier, visit.next_on, visit.away_until, 0)
                      for number, visit in enumerate(visits)], achieved, gone, today)
    return [TaskFact(each.due_on, each.closed_on if each.state is State.COMPLETED else None)
            for each in made if each.state is not State.CANCELLED and not each.for_leader]


def fact_on(line: Line, campaign: CampaignFact, day: date) -> HouseholdFact | None:
    """What the rules of coverage say of a household on a day."""
    return household_fact(line.entry, line.visits_on(day), line.attainments_on(day), day, campaign, adults=line.adults,
                          adults_achieved=line.adults_achieved(campaign, day))


def turns(line: Line, after: date = date.min) -> list[date]:
    """The only days on which anything about a household can change, in order; those after a day."""
    days = [line.entry.added_on, line.entry.excluded_on, line.entry.merged_on, *(each.on for each in line.joined)]
    for visit in line.visits_on(date.max):
        days.append(visit.on)
        if visit.away_until:
            days.append(visit.away_until + timedelta(days=1))
    for each in line.attainments_on(date.max):
        days += each.achieved_on, each.revoked_on
    return sorted({day for day in days if day is not None and day > after})


NOTHING = [0] * (len(DAILY) - 1)


def part(fact: HouseholdFact | None) -> list[int]:
    """What a household adds to the sums of one day: DAILY but for the visits."""
    if fact is None:
        return NOTHING
    eligible = fact.status is not Status.EXCLUDED
    return [1, int(not eligible), int(fact.status is Status.ACHIEVED), int(eligible and fact.reached),
            int(eligible and fact.contacted)]


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
    visits = line.visits_on(today)
    if not any(visit.outcome.excludes for visit in visits):
        return False  # so it is nearly always
    for visit in counted(visits, today, campaign):
        if visit.outcome.excludes:
            last = visit
        elif visit.outcome.contact:
            last = None
    return last is not None and (line.kept_on is None or last.on > line.kept_on)


def changed(after: Mapping[K, list[int]], before: Mapping[K, list[int]], into: dict[K, list[int]]) -> None:
    """Add to `into` by how much each key's numbers change."""
    for sign, numbers, others in ((1, after, before), (-1, before, after)):
        for key, values in numbers.items():
            if others.get(key) != values:  # most days of a household stay as they were
                kept = into.setdefault(key, [])
                kept.extend([0] * (len(values) - len(kept)))
                for place, value in enumerate(values):
                    kept[place] += sign * value
