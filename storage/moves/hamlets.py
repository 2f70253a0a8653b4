"""Hamlets come, get another name, become one: from a day on, with their numbers still good, and never beyond taking back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, func, insert, or_, select, update

from storage.areas.places import HAMLET, new_hamlet
from storage.households.house_numbers import Home
from storage.local_time import local_day
from storage.models import (
    Campaign,
    FormerNumber,
    Household,
    Invitation,
    Membership,
    Place,
    PlaceChange,
    Residence,
    Team,
    table,
)
from storage.moves import hamlet_splits, household_moves, place_changes
from storage.moves.place_changes import MERGED, MOVED, RENAMED, SPLIT, CannotChange, next_number
from storage.reading import Reading

place, team, membership = table(Place), table(Team), table(Membership)
household, campaign, invitation, residence = table(Household), table(Campaign), table(Invitation), table(Residence)
change, former = table(PlaceChange), table(FormerNumber)
__all__ = ["STEP", "CannotChange", "Formerly", "add", "formerly", "last_change", "merge", "name_on", "next_number", "rename",
           "undo"]

STEP = 100
"""Numbers of a hamlet that joins another begin after the next full hundred: hộ 12 becomes hộ 112, and is recognised."""
_ALONG: dict[str, tuple[Table, str]] = {"teams": (team, "hamlet_id"), "campaigns": (campaign, "place_id"),
                                        "invitations": (invitation, "place_id"), "residences": (residence, "hamlet_id")}
"""What of a hamlet that ends goes along with it, beside households and people."""


def add(tx: Connection, commune_id: int, name: str, team_name: str, since: date) -> tuple[int, str]:
    """A new hamlet with its team; its id and code. A name that is there already stays as it is."""
    there = tx.execute(select(place.c.id, place.c.code).where(place.c.parent_id == commune_id, place.c.name == name,
                                                              place.c.valid_to.is_(None))).first()
    if there is not None:
        return there.id, there.code
    id_, code = new_hamlet(tx, commune_id, name, since)
    if team_name:
        tx.execute(insert(team), {"name": team_name, "hamlet_id": id_, "valid_from": since})
    return id_, code


def rename(tx: Connection, hamlet_id: int, name: str, on: date, by: int | None, now: datetime) -> int:
    """Another name from a day on; the number of the change."""
    row = place_changes.standing(tx, hamlet_id)
    if row.name == name:
        raise CannotChange("place.same_name", name=name)
    tx.execute(update(place).where(place.c.id == hamlet_id).values(name=name))
    return place_changes.written(tx, RENAMED, hamlet_id, None, on, row.name, name, by, now, {})


def merge(tx: Connection, gone_id: int, into_id: int, on: date, by: int | None, now: datetime) -> int:
    """One hamlet becomes part of another: households, teams, people and what runs there go along."""
    gone, into = place_changes.neighbours(tx, gone_id, into_id)
    place_changes.require_latest(tx, (gone_id, into_id), on)
    base = -(-place_changes.highest(tx, into_id) // STEP) * STEP
    serving = place_changes.serve_elsewhere(tx, membership.c.place_id == gone_id, into_id, on)
    moved: dict[str, Any] = {"base": base, "memberships": serving}
    for name, (here, column) in _ALONG.items():
        moved[name] = _repoint(tx, here, column, gone_id, into_id)
    made = place_changes.written(tx, MERGED, gone_id, into_id, on, gone.name, into.name, by, now, moved)
    place_changes.keep_numbers(tx, made, on, household.c.hamlet_id == gone_id)
    tx.execute(update(household).where(household.c.hamlet_id == gone_id)
               .values(hamlet_id=into_id, number=household.c.number + base))
    place_changes.settle_homes(tx, made, (gone_id, into_id), on)
    tx.execute(update(place).where(place.c.id == gone_id).values(valid_to=on))
    return made


def last_change(rows: Reading, code: str) -> int | None:
    """The newest change of a hamlet that stands, also of one that is part of another now."""
    of_code = select(place.c.id).where(place.c.code == code, place.c.level == HAMLET)
    found = rows.scalar(select(func.max(change.c.id)).where(
        or_(change.c.place_id.in_(of_code), change.c.into_id.in_(of_code)), change.c.undone_at.is_(None)))
    return int(found) if found is not None else None


def undo(tx: Connection, change_id: int, now: datetime) -> None:
    """Take a change back. Only the newest of its hamlets: an earlier one carries the later ones."""
    row = tx.execute(select(change).where(change.c.id == change_id, change.c.undone_at.is_(None))).first()
    if row is None:
        raise CannotChange("place.nothing_to_undo")
    place_changes.require_newest(tx, row)
    tx.execute(update(change).where(change.c.id == change_id).values(undone_at=now))
    _BACK[row.kind](tx, row, local_day(now), now)


def name_on(rows: Reading, place_id: int, on: date) -> str:
    """What a place was called on a day."""
    earlier = rows.scalar(
        select(change.c.before).where(change.c.place_id == place_id, change.c.kind == RENAMED, change.c.on > on,
                                      change.c.undone_at.is_(None)).order_by(change.c.on, change.c.id).limit(1))
    return str(earlier or rows.scalar(select(place.c.name).where(place.c.id == place_id)) or "")


@dataclass(frozen=True, slots=True)
class Formerly:
    """A household by the number it had in a hamlet in which it lives no more."""

    home: Home
    old_number: int
    old_hamlet: str


_FORMERLY = (
    select(household.c.id, household.c.hamlet_id, household.c.number, household.c.label, former.c.number.label("old_number"),
           place.c.name)
    .join(former, former.c.household_id == household.c.id)
    .join(change, and_(change.c.id == former.c.change_id, change.c.undone_at.is_(None)))
    .join(place, place.c.id == former.c.hamlet_id)
    .where(household.c.hamlet_id.in_(bindparam("hamlets", expanding=True)), former.c.number == bindparam("number"),
           household.c.merged_into_id.is_(None))
    .order_by(former.c.until.desc(), household.c.id)
)


def formerly(rows: Reading, hamlet_ids: Sequence[int], number: int) -> list[Formerly]:
    """The households of these hamlets that had this number in a hamlet of before."""
    found = rows.all(_FORMERLY, {"hamlets": list(hamlet_ids), "number": number}) if hamlet_ids else []
    return [Formerly(Home(row.id, row.hamlet_id, row.number, row.label), row.old_number, row.name) for row in found]


# --- the parts of a merge -------------------------------------------------------------------------------------------------


def _repoint(tx: Connection, here: Table, column: str, gone_id: int, into_id: int) -> list[int]:
    (key,) = here.primary_key.columns
    ids = [int(id_) for id_ in tx.scalars(select(key).where(here.c[column] == gone_id).order_by(key))]
    if ids:
        tx.execute(update(here).where(key.in_(ids)).values({column: into_id}))
    return ids


def _name_again(tx: Connection, row: Any, _today: date, _now: datetime) -> None:
    tx.execute(update(place).where(place.c.id == row.place_id).values(name=row.before))


def _part_again(tx: Connection, row: Any, today: date, _now: datetime) -> None:
    """The same rows go back; what came later stays where it came."""
    tx.execute(update(place).where(place.c.id == row.place_id).values(valid_to=None))
    place_changes.bring_homes_back(tx, row, today)
    place_changes.serve_again(tx, row.moved["memberships"])
    for name, (here, column) in _ALONG.items():
        (key,) = here.primary_key.columns
        if ids := row.moved.get(name):
            tx.execute(update(here).where(key.in_(ids), here.c[column] == row.into_id).values({column: row.place_id}))


_BACK: dict[str, Callable[[Connection, Any, date, datetime], None]] = {
    RENAMED: _name_again, MERGED: _part_again, MOVED: household_moves.take_back, SPLIT: hamlet_splits.join_again}
