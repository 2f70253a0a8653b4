"""Households come under another hamlet of their commune from a day on, are found by their old number, and can be moved back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from storage.households import assignments
from storage.models import FormerNumber, Household, PlaceChange, table
from storage.moves import place_changes, registers
from storage.moves.place_changes import MOVED, CannotChange
from storage.record import Context
from storage.reminding import handover
from storage.teams.people import note

household, former, change = table(Household), table(FormerNumber), table(PlaceChange)
REASON = "moved"
"""Beside a register's entry: why it is of a later day."""


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A household that moved, with its number before and now."""

    id: int
    before: int
    now: int
    label: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: the households that live there now, and how many that live on in them came along."""

    change_id: int
    homes: tuple[Renumbered, ...]
    merged: int
    ended: int
    """Assignments that ended: whoever held the house does not serve there."""
    entered: int
    """Entries on registers of the hamlet they came to."""


def move(tx: Connection, home_ids: Sequence[int], into_id: int, on: date, context: Context) -> Moved:
    """These households of one hamlet, and those that live on in them, are another hamlet's from that day."""
    homes = chosen(tx, home_ids)
    old, into = place_changes.neighbours(tx, homes[0].hamlet_id, into_id)
    place_changes.require_latest(tx, (old.id, into_id), on)
    made = place_changes.written(tx, MOVED, old.id, into_id, on, old.name, into.name, context.person_id, context.now, {})
    resettle(tx, made, homes, numbers_for(tx, homes, into_id), into_id, on)
    ids = [row.id for row in homes]
    entries = [id_ for campaign_id in registers.of_hamlet(tx, into_id, on)
               for id_ in registers.enter_new(tx, campaign_id, ids, on, REASON)]
    ended = hand_on(tx, ids, ids, into_id, context)
    place_changes.amend(tx, made, {"entries": entries, "assignments": ended})
    note(tx, context, "homes.moved", f"place:{old.id}", f"into:{into_id} households:{len(homes)} change:{made}")
    return told(tx, made, homes, len(ended), len(entries))


def take_back(tx: Connection, row: Any, today: date, now: datetime) -> None:
    """They are the first hamlet's again; whoever held them then holds them, unless somebody else does by now."""
    place_changes.bring_homes_back(tx, row, today)
    registers.withdraw(tx, row.moved["entries"])
    ids = [int(id_) for id_ in tx.scalars(place_changes.along(row.id))]
    hold_again(tx, row.moved["assignments"], ids, row.place_id, now, today)


# --- what a split does too ------------------------------------------------------------------------------------------------


def chosen(tx: Connection, home_ids: Sequence[int]) -> list[Any]:
    """These households and those of their hamlet that live on in them, the living first, by number."""
    living = tx.execute(select(household).where(household.c.id.in_(home_ids), household.c.merged_into_id.is_(None))
                        .order_by(household.c.number)).all()
    if not living or len(living) < len(set(home_ids)) or len({row.hamlet_id for row in living}) > 1:
        raise CannotChange("place.no_such_homes")
    here = household.c.hamlet_id == living[0].hamlet_id
    gone = tx.execute(select(household).where(household.c.merged_into_id.in_(home_ids), here).order_by(household.c.number))
    return [*living, *gone]


def numbers_for(tx: Connection, homes: Sequence[Any], into_id: int) -> dict[int, int]:
    """The number of each in another hamlet: the one it had there once, else the next ones; none is given twice."""
    had = dict(tx.execute(
        select(former.c.household_id, former.c.number).join(change, change.c.id == former.c.change_id)
        .where(former.c.hamlet_id == into_id, former.c.household_id.in_([row.id for row in homes]), change.c.undone_at.is_(None))
        .order_by(former.c.until, former.c.id)).all())
    following = place_changes.highest(tx, into_id)
    given: dict[int, int] = {}
    for row in homes:
        if row.id not in had:
            following += 1
        given[row.id] = had.get(row.id, following)
    return given


def resettle(tx: Connection, made: int, homes: Sequence[Any], numbers: Mapping[int, int], into_id: int, on: date) -> None:
    """Change where they live; what was their number until then is kept."""
    place_changes.keep_numbers(tx, made, on, household.c.id.in_([row.id for row in homes]))
    tx.execute(update(household).where(household.c.id == bindparam("home")).values(hamlet_id=into_id, number=bindparam("given")),
               [{"home": id_, "given": number} for id_, number in numbers.items()])
    place_changes.settle_homes(tx, made, (homes[0].hamlet_id, into_id), on)


def hand_on(tx: Connection, held: Sequence[int], came: Sequence[int], hamlet_id: int, context: Context) -> list[int]:
    """Whoever does not serve where these households are now holds them no longer; whoever serves there is reminded."""
    ended = assignments.end_of_strangers(tx, held, context.now, context.today)
    handover.to_the_team_there(tx, came, hamlet_id, context.now, context.today)
    return ended


def hold_again(tx: Connection, assignment_ids: Sequence[int], ids: Sequence[int], hamlet_id: int, now: datetime, today: date
               ) -> None:
    """The same taken back."""
    assignments.hold_again(tx, assignment_ids, ids, now, today)
    handover.to_the_team_there(tx, ids, hamlet_id, now, today)


def told(tx: Connection, made: int, homes: Sequence[Any], ended: int, entered: int) -> Moved:
    """What happened, for whoever asked for it."""
    now = dict(tx.execute(select(household.c.id, household.c.number).where(
        household.c.id.in_([row.id for row in homes]))).all())
    living = [Renumbered(row.id, row.number, now[row.id], row.label) for row in homes if row.merged_into_id is None]
    return Moved(made, tuple(living), len(homes) - len(living), ended, entered)
