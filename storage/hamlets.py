"""Hamlets come, get another name, become one: from a day on, with their numbers still good, and never beyond taking back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, func, insert, literal, or_, select, update

from storage import ledger
from storage.models import Campaign, FormerNumber, Household, Invitation, Membership, Place, PlaceChange, Team, table
from storage.places import HAMLET
from storage.reading import Reading
from storage.standing import LOCAL
from storage.visits import Home

place, team, membership = table(Place), table(Team), table(Membership)
household, campaign, invitation = table(Household), table(Campaign), table(Invitation)
change, former = table(PlaceChange), table(FormerNumber)

RENAMED, MERGED = "renamed", "merged"
STEP = 100
"""Numbers of a hamlet that joins another begin after the next full hundred: hộ 12 becomes hộ 112, and is recognised."""


class CannotChange(Exception):
    """Why a hamlet may not be changed so; `phrase` is the key of the words that say it."""

    def __init__(self, phrase: str, **values: object) -> None:
        super().__init__(phrase)
        self.phrase, self.values = phrase, values


def add(tx: Connection, commune_id: int, name: str, team_name: str, since: date) -> tuple[int, str]:
    """A new hamlet with its team; its id and code. A name that is there already stays as it is."""
    there = tx.execute(select(place.c.id, place.c.code).where(place.c.parent_id == commune_id, place.c.name == name,
                                                              place.c.valid_to.is_(None))).first()
    if there is not None:
        return there.id, there.code
    commune = tx.execute(select(place.c.code).where(place.c.id == commune_id)).scalar_one()
    taken = set(tx.scalars(select(place.c.code).where(place.c.parent_id == commune_id)))
    code = next(code for number in range(1, 10_000) if (code := f"{commune}-{number:02}") not in taken)
    id_ = tx.execute(insert(place).returning(place.c.id), {
        "level": HAMLET, "code": code, "name": name, "parent_id": commune_id, "valid_from": since, "demonstration": False,
    }).scalar_one()
    if team_name:
        tx.execute(insert(team), {"name": team_name, "hamlet_id": id_, "valid_from": since})
    return id_, code


def rename(tx: Connection, hamlet_id: int, name: str, on: date, by: int | None, now: datetime) -> int:
    """Another name from a day on; the number of the change."""
    row = _standing(tx, hamlet_id)
    if row.name == name:
        raise CannotChange("place.same_name", name=name)
    tx.execute(update(place).where(place.c.id == hamlet_id).values(name=name))
    return _changed(tx, RENAMED, hamlet_id, None, on, row.name, name, by, now, {})


def merge(tx: Connection, gone_id: int, into_id: int, on: date, by: int | None, now: datetime) -> int:
    """One hamlet becomes part of another: households, teams, people and what runs there go along."""
    gone, into = _standing(tx, gone_id), _standing(tx, into_id)
    if gone_id == into_id or gone.parent_id != into.parent_id:
        raise CannotChange("place.not_neighbours", gone=gone.name, into=into.name)
    base = -(-_highest(tx, into_id) // STEP) * STEP
    moved: dict[str, Any] = {"base": base, "memberships": _members_along(tx, gone_id, into_id, on)}
    for name, here, column in (("teams", team, team.c.hamlet_id), ("campaigns", campaign, campaign.c.place_id),
                               ("invitations", invitation, invitation.c.place_id)):
        moved[name] = _repoint(tx, here, column, gone_id, into_id)
    made = _changed(tx, MERGED, gone_id, into_id, on, gone.name, into.name, by, now, moved)
    tx.execute(insert(former).from_select(
        ["household_id", "hamlet_id", "number", "until", "change_id"],
        select(household.c.id, household.c.hamlet_id, household.c.number, literal(on), literal(made))
        .where(household.c.hamlet_id == gone_id)))
    tx.execute(update(household).where(household.c.hamlet_id == gone_id)
               .values(hamlet_id=into_id, number=household.c.number + base))
    ledger.touch(tx, tx.scalars(select(former.c.household_id).where(former.c.change_id == made)), on)
    ledger.date_sums(tx, (gone_id, into_id), on)
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
    places = [id_ for id_ in (row.place_id, row.into_id) if id_ is not None]
    newer = tx.scalar(select(func.count()).select_from(change).where(
        or_(*map(_touches, places)), change.c.id > change_id, change.c.undone_at.is_(None)))
    if newer:
        raise CannotChange("place.not_the_newest")
    if row.kind == RENAMED:
        tx.execute(update(place).where(place.c.id == row.place_id).values(name=row.before))
    else:
        _part_again(tx, row)
        ledger.date_sums(tx, places, now.astimezone(LOCAL).date())
    tx.execute(update(change).where(change.c.id == change_id).values(undone_at=now))


def name_on(rows: Reading, place_id: int, on: date) -> str:
    """What a place was called on a day."""
    earlier = rows.scalar(
        select(change.c.before).where(change.c.place_id == place_id, change.c.kind == RENAMED, change.c.on > on,
                                      change.c.undone_at.is_(None)).order_by(change.c.on, change.c.id).limit(1))
    return str(earlier or rows.scalar(select(place.c.name).where(place.c.id == place_id)) or "")


@dataclass(frozen=True, slots=True)
class Formerly:
    """A household by the number it had in a hamlet that is part of another today."""

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


def _standing(tx: Connection, hamlet_id: int) -> Any:
    row = tx.execute(select(place).where(place.c.id == hamlet_id, place.c.level == HAMLET, place.c.valid_to.is_(None))).first()
    if row is None:
        raise CannotChange("place.no_such_hamlet")
    return row


def _touches(place_id: int) -> Any:
    return or_(change.c.place_id == place_id, change.c.into_id == place_id)


def _changed(tx: Connection, kind: str, place_id: int, into_id: int | None, on: date, before: str, after: str,
             by: int | None, now: datetime, moved: dict[str, Any]) -> int:
    return int(tx.execute(insert(change).returning(change.c.id), {
        "kind": kind, "place_id": place_id, "into_id": into_id, "on": on, "before": before, "after": after, "made_by": by,
        "made_at": now, "moved": moved}).scalar_one())


def _highest(tx: Connection, hamlet_id: int) -> int:
    """The highest number ever given in a hamlet; none is given twice."""
    now = tx.scalar(select(func.max(household.c.number)).where(household.c.hamlet_id == hamlet_id)) or 0
    before = tx.scalar(select(func.max(former.c.number)).where(former.c.hamlet_id == hamlet_id)) or 0
    return max(int(now), int(before))


def next_number(tx: Connection, hamlet_id: int) -> int:
    """The number of the next household of a hamlet."""
    return _highest(tx, hamlet_id) + 1


def _members_along(tx: Connection, gone_id: int, into_id: int, on: date) -> list[list[int]]:
    """Whoever serves in the one serves in the other from that day: pairs of the old and the new membership."""
    pairs = []
    serving = tx.execute(select(membership).where(membership.c.place_id == gone_id, membership.c.valid_to.is_(None))).all()
    for row in serving:
        tx.execute(update(membership).where(membership.c.id == row.id).values(valid_to=max(on, row.valid_from)))
        new = tx.execute(insert(membership).returning(membership.c.id), {
            "person_id": row.person_id, "role": row.role, "team_id": row.team_id, "place_id": into_id,
            "valid_from": max(on, row.valid_from)}).scalar_one()
        pairs.append([row.id, int(new)])
    return pairs


def _repoint(tx: Connection, here: Table, column: Any, gone_id: int, into_id: int) -> list[int]:
    ids = [int(id_) for id_ in tx.scalars(select(here.c.id).where(column == gone_id))]
    if ids:
        tx.execute(update(here).where(here.c.id.in_(ids)).values({column.name: into_id}))
    return ids


def _part_again(tx: Connection, row: Any) -> None:
    """The same rows go back; what came later stays where it came."""
    tx.execute(update(place).where(place.c.id == row.place_id).values(valid_to=None))
    was = select(former.c.number).where(former.c.household_id == household.c.id, former.c.change_id == row.id)
    along = select(former.c.household_id).where(former.c.change_id == row.id)
    tx.execute(update(household).where(household.c.id.in_(along))
               .values(hamlet_id=row.place_id, number=was.scalar_subquery()))
    ledger.touch(tx, tx.scalars(along))
    for old, new in row.moved["memberships"]:
        ended = tx.scalar(select(membership.c.valid_to).where(membership.c.id == new))
        tx.execute(update(membership).where(membership.c.id == new).values(valid_to=membership.c.valid_from))
        tx.execute(update(membership).where(membership.c.id == old).values(valid_to=ended))
    for name, here, column in (("teams", team, "hamlet_id"), ("campaigns", campaign, "place_id"),
                               ("invitations", invitation, "place_id")):
        if row.moved[name]:
            tx.execute(update(here).where(here.c.id.in_(row.moved[name])).values({column: row.place_id}))
