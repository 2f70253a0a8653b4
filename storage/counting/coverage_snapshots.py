"""What was known when a day ended, kept for good; and the same days as they are known now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select

from storage.areas.places import HAMLET
from storage.counting import coverage, ledger, tallies
from storage.counting.campaign_goals import Goal
from storage.counting.course import DAILY, KEPT
from storage.counting.coverage_rules import Coverage
from storage.counting.shares import Share
from storage.mail import insert_new
from storage.models import TALLY, Campaign, CampaignDay, CoverageSnapshot, Place, table
from storage.prepared import Prepared
from storage.reading import Reading, Wanted

AT_ONCE = 200
"""Hamlets in one transaction of the clock's."""
campaign, days, snapshot, place = table(Campaign), table(CampaignDay), table(CoverageSnapshot), table(Place)


@dataclass(frozen=True, slots=True)
class Day:
    """The sums of one day: households on the register, out of it, at the goal, been to, met; and visits up to then."""

    on: date
    listed: int
    excluded: int
    achieved: int
    reached: int
    contacted: int
    visits: int
    due: int = 0
    """Returns due up to then, as they are known now; a snapshot says nothing of them."""
    on_time: int = 0

    @property
    def follow_up_on_time(self) -> Share:
        """Of the returns that were due, those made no more than two days late."""
        return Share(self.on_time, self.due)

    @property
    def goal_coverage(self) -> Share:
        return Share(self.achieved, self.listed - self.excluded)


_DUE = select(campaign.c.id, campaign.c.name, campaign.c.starts_on, campaign.c.ends_on, campaign.c.goal_service).where(
    campaign.c.kept.is_(True), campaign.c.starts_on <= bindparam("day"),
    or_(campaign.c.closed_on.is_(None), campaign.c.closed_on >= bindparam("day")))


def take(tx: Connection, day: date, *, campaign_id: int | None = None, now: datetime | None = None,
         limit: int | None = None) -> int:
    """Keep what is known of a day that has ended, for every running campaign; how many hamlets were new.

    Taken twice it changes nothing. What the calendar alone changes until the day after is settled along the way.
    """
    ledger.turn_over(tx, day)
    query = _DUE if campaign_id is None else _DUE.where(campaign.c.id == campaign_id)
    rows, taken, at = Reading(tx), 0, now or datetime.now(UTC)
    for row in rows.all(query, {"day": day}):
        if limit is None or taken < limit:
            taken += _take(tx, rows, Goal(*row), day, at, limit)
    return taken


BACK = 7
"""Days that are made up for after a time in which nothing ran."""


def catch_up(tx: Connection, today: date, limit: int = AT_ONCE) -> int:
    """Take what is missing of the last days that have ended, oldest first, so much at a time; how many hamlets were new."""
    for days_ago in range(BACK, 0, -1):
        if taken := take(tx, today - timedelta(days=days_ago), limit=limit):
            return taken
    return 0


def _take(tx: Connection, rows: Reading, goal: Goal, day: date, at: datetime, limit: int | None) -> int:
    done = select(snapshot.c.place_id).where(snapshot.c.campaign_id == goal.campaign_id, snapshot.c.day == day)
    hamlets = (
        select(place.c.id, place.c.parent_id).join(TALLY, TALLY.c.place_id == place.c.id)
        .where(TALLY.c.campaign_id == goal.campaign_id, place.c.level == HAMLET, place.c.id.not_in(done))
        .order_by(place.c.parent_id, place.c.id))
    inside: dict[int | None, list[int]] = defaultdict(list)
    for row in rows.all(hamlets):
        inside[row.parent_id].append(row.id)
    taken = 0
    for commune_id, ids in inside.items():
        if limit is not None and taken >= limit:
            break
        taken += len(ids)
        found = coverage.by_hamlet(rows, goal, ids, day)
        if commune_id is not None:
            found[commune_id] = coverage.add(found.values())
        visits = _visits(rows, goal, list(found), day)
        insert_new(tx, snapshot, [_row(goal, day, at, id_, each, visits[id_]) for id_, each in found.items()])
    return taken


def _visits(rows: Reading, goal: Goal, place_ids: Sequence[int], day: date) -> defaultdict[int, int]:
    query = select(days.c.place_id, func.sum(days.c.visits).label("visits")).where(
        days.c.campaign_id == goal.campaign_id, days.c.place_id.in_(place_ids), days.c.day <= day).group_by(days.c.place_id)
    return defaultdict(int, {row.place_id: int(row.visits) for row in rows.all(query)})


def _row(goal: Goal, day: date, at: datetime, place_id: int, each: Coverage, visits: int) -> dict[str, Any]:
    return {
        "campaign_id": goal.campaign_id, "day": day, "place_id": place_id, "taken_at": at, "listed": each.register,
        "excluded": each.excluded, "achieved": each.achieved, "reached": each.reached, "contacted": each.contacted,
        "visits": visits, "counts": {name: value for name, value in tallies.columns(each).items() if value}}


_AT = {level: Prepared(
    select(*(func.sum(snapshot.c[name]).label(name) for name in DAILY))
    .where(snapshot.c.campaign_id == bindparam("campaign"), snapshot.c.day == bindparam("day"), inside))
    for level, inside in coverage.kept_for(snapshot.c.place_id).items()}
_SERIES = {level: Prepared(
    select(days.c.day, *(func.sum(days.c[name]).label(name) for name in KEPT))
    .where(days.c.campaign_id == bindparam("campaign"), days.c.day <= bindparam("day"), inside)
    .group_by(days.c.day).order_by(days.c.day)) for level, inside in coverage.kept_for(days.c.place_id).items()}


def at(rows: Reading, goal: Goal, place_id: int, day: date) -> Day | None:
    """What was known of a place when that day ended; None where no snapshot was taken."""
    return rows.ask(snapshot_of(goal, coverage.where(rows, place_id), day))


def snapshot_of(goal: Goal, here: Any, day: date) -> Wanted[Day | None]:
    """The same, to be read with other things."""
    def read(found: Sequence[Any]) -> Day | None:
        return None if not found or found[0].listed is None else Day(day, *(int(value) for value in found[0]))

    return Wanted(_AT[here.level], {"campaign": goal.campaign_id, "day": day, "place": here.id}, read)


def series(rows: Reading, goal: Goal, place_id: int, until: date) -> list[Day]:
    """Each day of a campaign up to one of them, as it is known now: late entries are in their own day."""
    rows.settle()
    return rows.ask(series_of(goal, coverage.where(rows, place_id), until))


def series_of(goal: Goal, here: Any, until: date) -> Wanted[list[Day]]:
    """The same, to be read with other things."""
    return Wanted(_SERIES[here.level], {"campaign": goal.campaign_id, "day": until, "place": here.id}, _running)


def _running(found: Sequence[Any]) -> list[Day]:
    sums, made = [0] * len(KEPT), []
    for row in found:
        sums = [before + int(value) for before, value in zip(sums, row[1:], strict=True)]
        made.append(Day(row.day, *sums))
    return made
