"""Two rows that were one household: joined on somebody's word, both histories kept, the register one less; and parted again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from storage.counting import ledger
from storage.households.house_numbers import Home
from storage.models import Household, HouseholdMerge, RegisterEntry, table
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note

household, merged, entry = table(Household), table(HouseholdMerge), table(RegisterEntry)
REASON = "merged"


class CannotMerge(Exception):
    """Why two households cannot be joined or parted; `phrase` is the key of the words."""

    def __init__(self, phrase: str) -> None:
        super().__init__(phrase)
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class MergeHouseholds:
    """`gone` is the same household as `kept` and lives on in it."""

    kept_id: int
    gone_id: int


@dataclass(frozen=True, slots=True)
class PartHouseholds:
    """A merge was a mistake."""

    merge_id: int


@record.register
def _merge(thing: MergeHouseholds, tx: Connection, context: Context) -> None:
    merge(tx, thing.kept_id, thing.gone_id, context.today, context.person_id, context.now)
    note(tx, context, "homes.merged", f"household:{thing.gone_id}", f"into:{thing.kept_id}")


@record.register
def _part(thing: PartHouseholds, tx: Connection, context: Context) -> None:
    part(tx, thing.merge_id, context.today, context.now)
    note(tx, context, "homes.parted", f"merge:{thing.merge_id}")


def merge(tx: Connection, kept_id: int, gone_id: int, on: date, by: int | None, now: datetime) -> int:
    """Join them; the number of the merge. Nothing is copied or deleted: visits and attainments stay where they were recorded."""
    kept, gone = _free(tx, kept_id), _free(tx, gone_id)
    if kept_id == gone_id or kept.hamlet_id != gone.hamlet_id:
        raise CannotMerge("household.not_two")
    along = [int(id_) for id_ in tx.scalars(select(household.c.id).where(household.c.merged_into_id == gone_id))]
    tx.execute(update(household).where(or_(household.c.id == gone_id, household.c.merged_into_id == gone_id))
               .values(merged_into_id=kept_id))
    moved: dict[str, Any] = {"along": along, "entries": _entries_along(tx, kept_id, gone_id, on)}
    ledger.touch(tx, (kept_id, gone_id, *along), on)
    return int(tx.execute(insert(merged).returning(merged.c.id), {
        "kept_id": kept_id, "gone_id": gone_id, "on": on, "made_by": by, "made_at": now, "moved": moved}).scalar_one())


def part(tx: Connection, merge_id: int, on: date, now: datetime) -> None:
    """Take a merge back; the newest one of these households first."""
    row = tx.execute(select(merged).where(merged.c.id == merge_id, merged.c.undone_at.is_(None))).first()
    if row is None:
        raise CannotMerge("household.nothing_to_part")
    both = (row.kept_id, row.gone_id)
    newer = tx.scalar(select(func.count()).select_from(merged).where(
        or_(merged.c.kept_id.in_(both), merged.c.gone_id.in_(both)), merged.c.id > merge_id, merged.c.undone_at.is_(None)))
    if newer:
        raise CannotMerge("household.not_the_newest")
    tx.execute(update(household).where(household.c.id == row.gone_id).values(merged_into_id=None))
    if row.moved["along"]:
        tx.execute(update(household).where(household.c.id.in_(row.moved["along"])).values(merged_into_id=row.gone_id))
    ledger.touch(tx, (row.kept_id, row.gone_id, *row.moved["along"]), on)
    if row.moved["entries"]:
        ledger.leave(tx, row.moved["entries"])
        tx.execute(entry.delete().where(entry.c.id.in_(row.moved["entries"])))
    tx.execute(update(merged).where(merged.c.id == merge_id).values(undone_at=now, undone_on=on))


def _entries_along(tx: Connection, kept_id: int, gone_id: int, on: date) -> list[int]:
    """Where only the one that is gone stood on a register, the other one comes onto it in its place."""
    there = select(entry.c.campaign_id).where(entry.c.household_id == kept_id)
    alone = tx.execute(select(entry).where(entry.c.household_id == gone_id, entry.c.campaign_id.not_in(there))).all()
    return [int(tx.execute(insert(entry).returning(entry.c.id), {
        "campaign_id": row.campaign_id, "household_id": kept_id, "added_on": on, "added_reason": REASON}).scalar_one())
        for row in alone]


def _free(tx: Connection, id_: int) -> Any:
    row = tx.execute(select(household).where(household.c.id == id_, household.c.merged_into_id.is_(None))).first()
    if row is None:
        raise CannotMerge("household.not_two")
    return row


# --- looked up ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that stands."""

    id: int
    kept_id: int
    gone_id: int
    on: date


def standing(rows: Reading, gone_id: int) -> Merged | None:
    """The merge by which a household lives on in another."""
    row = rows.first(select(merged.c.id, merged.c.kept_id, merged.c.gone_id, merged.c.on)
                     .where(merged.c.gone_id == gone_id, merged.c.undone_at.is_(None)).order_by(merged.c.id.desc()).limit(1))
    return Merged(*row) if row else None


def numbered(rows: Reading, hamlet_id: int, number: int) -> Home | None:
    """The household of that number in a hamlet, also one that lives on in another."""
    row = rows.first(select(household.c.id, household.c.hamlet_id, household.c.number, household.c.label)
                     .where(household.c.hamlet_id == hamlet_id, household.c.number == number))
    return Home(*row) if row else None


def survivors(rows: Reading, hamlet_id: int) -> dict[int, int]:
    """The household that every number of a hamlet leads to, past merges followed."""
    found = rows.all(select(household.c.number, func.coalesce(household.c.merged_into_id, household.c.id))
                     .where(household.c.hamlet_id == hamlet_id))
    return {int(number): int(id_) for number, id_ in found}
