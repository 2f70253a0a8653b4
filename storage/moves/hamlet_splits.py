"""A part of a hamlet becomes a hamlet of its own, from a day on, with its numbers; and the two become one again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from storage.areas.places import new_hamlet
from storage.models import Assignment, Campaign, Household, Invitation, Membership, Place, Residence, Team, table
from storage.moves import household_moves, place_changes, registers
from storage.moves.household_moves import Moved
from storage.moves.place_changes import SPLIT, CannotChange
from storage.record import Context
from storage.teams.people import note

household, place, team, membership = table(Household), table(Place), table(Team), table(Membership)
campaign, assignment, invitation, residence = table(Campaign), table(Assignment), table(Invitation), table(Residence)
REASON = "split"


@dataclass(frozen=True, slots=True)
class Split:
    """What is to be a hamlet of its own: which households of which hamlet, its name and team, and who goes along."""

    hamlet_id: int
    name: str
    team_name: str
    home_ids: tuple[int, ...]
    person_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Parted:
    """The new hamlet, and what came about."""

    place_id: int
    code: str
    moved: Moved
    campaigns: int
    """Campaigns of the old hamlet alone that go on in both, each with its own part of the register."""


def split(tx: Connection, plan: Split, on: date, context: Context) -> Parted:
    """A new hamlet of some households of another one; their numbers stay, so that printed lists stay good."""
    old, homes = place_changes.standing(tx, plan.hamlet_id), household_moves.chosen(tx, plan.home_ids)
    _require_sense(tx, plan, old, homes)
    place_changes.require_latest(tx, (old.id,), on)
    new_id, code = new_hamlet(tx, old.parent_id, plan.name, on)
    team_id = int(tx.execute(insert(team).returning(team.c.id), {
        "name": plan.team_name, "hamlet_id": new_id, "valid_from": on}).scalar_one())
    went = place_changes.serve_elsewhere(
        tx, (membership.c.place_id == old.id) & membership.c.person_id.in_(plan.person_ids), new_id, on, team_id)
    made = place_changes.written(tx, SPLIT, old.id, new_id, on, old.name, plan.name, context.person_id, context.now, {})
    household_moves.resettle(tx, made, homes, {row.id: row.number for row in homes}, new_id, on)
    ids = [row.id for row in homes]
    both, entries = _campaigns_on(tx, old.id, new_id, ids, on)
    ended = household_moves.hand_on(tx, [*ids, *_held_by(tx, old.id, plan.person_ids)], ids, new_id, context)
    place_changes.amend(tx, made, {"entries": entries, "assignments": ended, "memberships": went, "campaigns": both})
    note(tx, context, "hamlet.split", f"place:{old.id}", f"new:{new_id} households:{len(homes)} change:{made}")
    return Parted(new_id, code, household_moves.told(tx, made, homes, len(ended), len(entries)), len(both))


def _require_sense(tx: Connection, plan: Split, old: Any, homes: Sequence[Any]) -> None:
    if homes[0].hamlet_id != plan.hamlet_id:
        raise CannotChange("place.no_such_homes")
    if tx.scalar(select(func.count()).select_from(place).where(
            place.c.parent_id == old.parent_id, place.c.name == plan.name, place.c.valid_to.is_(None))):
        raise CannotChange("place.name_taken", name=plan.name)
    if not _lives_there(tx, old.id, but=[row.id for row in homes]):
        raise CannotChange("place.nobody_left", name=old.name)


def _lives_there(tx: Connection, hamlet_id: int, but: Sequence[int] = ()) -> bool:
    return bool(tx.scalar(select(func.count()).select_from(household).where(
        household.c.hamlet_id == hamlet_id, household.c.merged_into_id.is_(None), household.c.id.not_in(but))))


def _campaigns_on(tx: Connection, old_id: int, new_id: int, ids: Sequence[int], on: date) -> tuple[list[list[int]], list[int]]:
    """A campaign of the old hamlet goes on in both: the new one gets its like, with the entries of those who went.

    They stay on the first register too, where they count for the days before and, living elsewhere, no longer afterwards.
    """
    both, entries = [], []
    for campaign_id in registers.of_hamlet(tx, old_id, on):
        like = registers.go_on_in(tx, campaign_id, new_id)
        both.append([campaign_id, like])
        entries += registers.enter_as(tx, campaign_id, like, ids, on, REASON)
    return both, entries


def _held_by(tx: Connection, hamlet_id: int, person_ids: Sequence[int]) -> list[int]:
    """The households that stay behind in the hands of those who go."""
    return [int(id_) for id_ in tx.scalars(
        select(assignment.c.household_id).join(household, household.c.id == assignment.c.household_id)
        .where(household.c.hamlet_id == hamlet_id, assignment.c.person_id.in_(person_ids), assignment.c.ended_at.is_(None))
        .distinct().order_by(assignment.c.household_id))]


# --- taken back -----------------------------------------------------------------------------------------------------------


def join_again(tx: Connection, row: Any, today: date, now: datetime) -> None:
    """Whoever went comes back. A household that came to the new hamlet since stays there, and the hamlet with it."""
    ids = [int(id_) for id_ in tx.scalars(place_changes.along(row.id))]
    place_changes.bring_homes_back(tx, row, today)
    for first, like in row.moved["campaigns"]:
        registers.decided_back(tx, like, first, ids)
    registers.withdraw(tx, row.moved["entries"])
    place_changes.serve_again(tx, row.moved["memberships"])
    if tx.scalar(select(household.c.id).where(household.c.hamlet_id == row.into_id).limit(1)) is None:
        _end(tx, row.into_id, row.place_id, today)
    stayed = tx.scalars(select(assignment.c.household_id).where(
        assignment.c.id.in_(row.moved["assignments"]), assignment.c.household_id.not_in(ids)).distinct()).all()
    household_moves.hold_again(tx, row.moved["assignments"], [*ids, *stayed], row.place_id, now, today)


def _end(tx: Connection, hamlet_id: int, into_id: int, today: date) -> None:
    """No household is of it, not even one merged away: it ends, who serves or said to live there is of the first."""
    theirs = tx.scalar(select(func.min(team.c.id)).where(team.c.hamlet_id == into_id, team.c.valid_to.is_(None)))
    place_changes.serve_elsewhere(tx, membership.c.place_id == hamlet_id, into_id, today, theirs)
    tx.execute(update(invitation).where(invitation.c.place_id == hamlet_id).values(place_id=into_id))
    tx.execute(update(residence).where(residence.c.hamlet_id == hamlet_id).values(hamlet_id=into_id))
    tx.execute(update(team).where(team.c.hamlet_id == hamlet_id, team.c.valid_to.is_(None)).values(valid_to=today))
    tx.execute(update(campaign).where(campaign.c.place_id == hamlet_id, campaign.c.closed_on.is_(None)).values(closed_on=today))
    tx.execute(update(place).where(place.c.id == hamlet_id).values(valid_to=today))
