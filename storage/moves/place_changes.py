"""What every change of hamlets stands on: its row, the numbers households had before, and which change may be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, literal, or_, select, update

from storage.areas.places import HAMLET
from storage.counting import ledger
from storage.models import FormerNumber, Household, Membership, Place, PlaceChange, table

place, membership, household = table(Place), table(Membership), table(Household)
change, former = table(PlaceChange), table(FormerNumber)

RENAMED, MERGED, MOVED, SPLIT = "renamed", "merged", "moved", "split"


class CannotChange(Exception):
    """Why a hamlet may not be changed so; `phrase` is the key of the words that say it."""

    def __init__(self, phrase: str, **values: object) -> None:
        super().__init__(phrase)
        self.phrase, self.values = phrase, values


def standing(tx: Connection, hamlet_id: int) -> Any:
    """The row of a hamlet that has not ended."""
    row = tx.execute(select(place).where(place.c.id == hamlet_id, place.c.level == HAMLET, place.c.valid_to.is_(None))).first()
    if row is None:
        raise CannotChange("place.no_such_hamlet")
    return row


def neighbours(tx: Connection, one_id: int, other_id: int) -> tuple[Any, Any]:
    """Two hamlets of one commune."""
    one, other = standing(tx, one_id), standing(tx, other_id)
    if one_id == other_id or one.parent_id != other.parent_id:
        raise CannotChange("place.not_neighbours", gone=one.name, into=other.name)
    return one, other


def written(tx: Connection, kind: str, place_id: int, into_id: int | None, on: date, before: str, after: str,
            by: int | None, now: datetime, moved: Mapping[str, Any]) -> int:
    """Put a change on record; its number."""
    return int(tx.execute(insert(change).returning(change.c.id), {
        "kind": kind, "place_id": place_id, "into_id": into_id, "on": on, "before": before, "after": after, "made_by": by,
        "made_at": now, "moved": dict(moved)}).scalar_one())


def _touches(place_ids: Sequence[int]) -> ColumnElement[bool]:
    return or_(change.c.place_id.in_(place_ids), change.c.into_id.in_(place_ids))


def require_latest(tx: Connection, place_ids: Sequence[int], on: date) -> None:
    """Changes of hamlets follow each other: none is of a day before one that stands already."""
    last = tx.scalar(select(func.max(change.c.on)).where(_touches(place_ids), change.c.kind != RENAMED,
                                                         change.c.undone_at.is_(None)))
    if last is not None and on < last:
        raise CannotChange("place.too_early", day=last.isoformat())


def require_newest(tx: Connection, row: Any) -> None:
    """Only the newest change of its hamlets is taken back: an earlier one carries the later ones."""
    places = [id_ for id_ in (row.place_id, row.into_id) if id_ is not None]
    newer = tx.scalar(select(func.count()).select_from(change).where(
        _touches(places), change.c.id > row.id, change.c.undone_at.is_(None)))
    if newer:
        raise CannotChange("place.not_the_newest")


# --- numbers --------------------------------------------------------------------------------------------------------------


def highest(tx: Connection, hamlet_id: int) -> int:
    """The highest number ever given in a hamlet; none is given twice."""
    now = tx.scalar(select(func.max(household.c.number)).where(household.c.hamlet_id == hamlet_id)) or 0
    before = tx.scalar(select(func.max(former.c.number)).where(former.c.hamlet_id == hamlet_id)) or 0
    return max(int(now), int(before))


def next_number(tx: Connection, hamlet_id: int) -> int:
    """The number of the next household of a hamlet."""
    return highest(tx, hamlet_id) + 1


def keep_numbers(tx: Connection, made: int, on: date, which: ColumnElement[bool]) -> None:
    """Where these households lived until a change, and as what number."""
    tx.execute(insert(former).from_select(
        ["household_id", "hamlet_id", "number", "until", "change_id"],
        select(household.c.id, household.c.hamlet_id, household.c.number, literal(on), literal(made)).where(which)))


def amend(tx: Connection, made: int, moved: Mapping[str, Any]) -> None:
    """What else went along with a change, known only once it was made."""
    tx.execute(update(change).where(change.c.id == made).values(moved=dict(moved)))


def along(made: int) -> Any:
    """The households that a change took along."""
    return select(former.c.household_id).where(former.c.change_id == made)


def settle_homes(tx: Connection, made: int, place_ids: Sequence[int], on: date) -> None:
    """The ledger looks again at whoever a change took along, and at the sums of both its hamlets."""
    ledger.touch(tx, tx.scalars(along(made)), on)
    ledger.date_sums(tx, place_ids, on)


def bring_homes_back(tx: Connection, row: Any, today: date) -> None:
    """The same households go back to where they were, as what they were called there."""
    taken = tx.scalar(select(func.min(household.c.number)).join(former, (former.c.number == household.c.number) & (
        former.c.change_id == row.id)).where(household.c.hamlet_id == row.place_id, household.c.id.not_in(along(row.id))))
    if taken is not None:
        raise CannotChange("place.number_taken", number=taken)
    was = select(former.c.number).where(former.c.household_id == household.c.id, former.c.change_id == row.id)
    tx.execute(update(household).where(household.c.id.in_(along(row.id)))
               .values(hamlet_id=row.place_id, number=was.scalar_subquery()))
    settle_homes(tx, row.id, (row.place_id, row.into_id), today)


# --- memberships ----------------------------------------------------------------------------------------------------------


def serve_elsewhere(tx: Connection, which: ColumnElement[bool], into_id: int, on: date, team_id: int | None = None
                    ) -> list[list[int]]:
    """Whoever serves so serves in another hamlet from that day: pairs of the old and the new membership."""
    pairs = []
    for row in tx.execute(select(membership).where(which, membership.c.valid_to.is_(None)).order_by(membership.c.id)).all():
        tx.execute(update(membership).where(membership.c.id == row.id).values(valid_to=max(on, row.valid_from)))
        new = tx.execute(insert(membership).returning(membership.c.id), {
            "person_id": row.person_id, "role": row.role, "team_id": team_id or row.team_id, "place_id": into_id,
            "valid_from": max(on, row.valid_from)}).scalar_one()
        pairs.append([row.id, int(new)])
    return pairs


def serve_again(tx: Connection, pairs: Sequence[Sequence[int]]) -> None:
    """They serve where they served before; whoever stopped in between has stopped."""
    for old, new in pairs:
        ended = tx.scalar(select(membership.c.valid_to).where(membership.c.id == new))
        tx.execute(update(membership).where(membership.c.id == new).values(valid_to=membership.c.valid_from))
        tx.execute(update(membership).where(membership.c.id == old).values(valid_to=ended))
