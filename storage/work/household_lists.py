"""The households of a hamlet as a list: what is there, and writing what a list adds or changes, all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.areas.former_homes import left
from storage.counting import campaigns, ledger
from storage.models import Household, table
from storage.moves import hamlets
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note

household = table(Household)
IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class Present:
    """A household that is there. `merged` ones live on in another, or in another hamlet; their numbers are not free."""

    id: int
    number: int
    label: str
    lane: str
    adults: int | None
    merged: bool
    away: str = ""
    """The hamlet it lives in now, where that is another."""


_PRESENT = (
    select(household.c.id, household.c.number, household.c.label, household.c.lane, household.c.adult_count,
           household.c.merged_into_id.is_not(None).label("merged"))
    .where(household.c.hamlet_id == bindparam("hamlet")).order_by(household.c.number)
)


def present(rows: Reading, hamlet_id: int) -> list[Present]:
    """Every household of a hamlet, by number, and those that had one there before they came under another hamlet."""
    found = {row.number: Present(*row) for row in rows.all(_PRESENT, {"hamlet": hamlet_id})}
    gone = {number: Present(each.id, number, each.label, "", None, True, each.hamlet)
            for number, each in left(rows, hamlet_id).items() if number not in found}
    return sorted([*found.values(), *gone.values()], key=lambda each: each.number)


@dataclass(frozen=True, slots=True)
class NewHome:
    """A household to be added; without a number it gets the next."""

    number: int | None
    label: str
    lane: str
    adults: int | None


@dataclass(frozen=True, slots=True)
class ChangedHome:
    """What a household is to be called from now on."""

    id: int
    label: str
    lane: str
    adults: int | None


@dataclass(frozen=True, slots=True)
class KeepHouseholds:
    """What a list adds to a hamlet and changes in it. Nothing is ever taken away by a list."""

    hamlet_id: int
    new: tuple[NewHome, ...]
    changed: tuple[ChangedHome, ...]


@record.register
def _keep(thing: KeepHouseholds, tx: Connection, context: Context) -> None:
    keep(tx, thing, context.today)
    note(tx, context, "homes.imported", f"place:{thing.hamlet_id}", f"new:{len(thing.new)} changed:{len(thing.changed)}")


def keep(tx: Connection, thing: KeepHouseholds, today: date) -> None:
    """Write it; new households also come onto the registers that run, marked as added on that day."""
    for each in thing.changed:
        tx.execute(update(household).where(household.c.id == each.id, household.c.hamlet_id == thing.hamlet_id)
                   .values(label=each.label, lane=each.lane, adult_count=each.adults))
    ledger.touch(tx, (each.id for each in thing.changed), today)
    numbers = _numbers(tx, thing)
    if not numbers:
        return
    ids = tx.scalars(insert(household).returning(household.c.id), [
        {"hamlet_id": thing.hamlet_id, "number": number, "label": each.label, "lane": each.lane, "adult_count": each.adults,
         "added_on": today} for number, each in zip(numbers, thing.new, strict=True)]).all()
    campaigns.enter_running(tx, thing.hamlet_id, ids, today, IMPORTED)


def _numbers(tx: Connection, thing: KeepHouseholds) -> list[int]:
    """The number of each new household: its own, or the next one that was never given."""
    highest = max([hamlets.next_number(tx, thing.hamlet_id) - 1, *(each.number or 0 for each in thing.new)])
    numbers = []
    for each in thing.new:
        if each.number is None:
            highest += 1
        numbers.append(each.number or highest)
    return numbers
