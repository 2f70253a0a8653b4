"""The rhythm of a place: market days, harvest weeks, times of peace, and the days off an official notice changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from storage.hours.calendar import Calendar, overridden
from storage.models import DayOverride, Membership, Place, Rhythm, table
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note

rhythm, day_override, place, membership = table(Rhythm), table(DayOverride), table(Place), table(Membership)


class RhythmKind(StrEnum):
    MARKET = "market"
    HARVEST = "harvest"
    PEACE = "peace"


@dataclass(frozen=True, slots=True)
class Beat:
    """One rule of a place: a market's days, or a span of days."""

    place_id: int
    kind: RhythmKind
    pattern: str
    starts_on: date
    ends_on: date | None


_HOLDS = Prepared(
    select(rhythm.c.place_id, rhythm.c.kind, rhythm.c.pattern, rhythm.c.starts_on, rhythm.c.ends_on)
    .where(rhythm.c.revoked_at.is_(None), rhythm.c.starts_on <= bindparam("on"),
           or_(rhythm.c.ends_on.is_(None), rhythm.c.ends_on >= bindparam("on"))).order_by(rhythm.c.id))
_CHANGED = Prepared(select(day_override.c.on_day, day_override.c.works))


def beats(rows: Reading, on: date) -> list[Beat]:
    """Everything that holds anywhere on that day: a few rows."""
    found = rows.once(("beats", on), lambda: rows.all(_HOLDS, {"on": on}), lasting=True)
    return [Beat(row.place_id, RhythmKind(row.kind), row.pattern, row.starts_on, row.ends_on) for row in found]


def market(rows: Reading, places: Sequence[int], on: date) -> str:
    """The pattern of the market days that hold in any of these places; the newest."""
    patterns = [beat.pattern for beat in beats(rows, on) if beat.kind is RhythmKind.MARKET and beat.place_id in places]
    return patterns[-1] if patterns else ""


def calendar(rows: Reading, table_: Calendar) -> Calendar:
    """The table of holidays with the days that were changed by hand."""
    changed = rows.once(("day_override",), lambda: rows.all(_CHANGED), lasting=True)
    return overridden(table_, {row.on_day: row.works for row in changed}) if changed else table_


def with_communes(rows: Reading, places: Sequence[int]) -> list[int]:
    """These places and what they lie in."""
    above = rows.all(select(place.c.parent_id).where(place.c.id.in_(list(places)), place.c.parent_id.is_not(None)))
    return sorted({*places, *(row.parent_id for row in above)})


# --- records ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SetRhythm:
    """A place's market days, harvest or time of peace; an empty one ends what held before."""

    place_id: int
    kind: RhythmKind
    pattern: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class ChangeDay:
    """A day is free, is worked, or is again what the table says (None)."""

    on: date
    works: bool | None


@record.register
def _set(thing: SetRhythm, tx: Connection, context: Context) -> None:
    tx.execute(update(rhythm).where(rhythm.c.place_id == thing.place_id, rhythm.c.kind == thing.kind.value,
                                    rhythm.c.revoked_at.is_(None)).values(revoked_at=context.now))
    if thing.pattern or thing.ends_on:
        tx.execute(insert(rhythm), {"place_id": thing.place_id, "kind": thing.kind.value, "pattern": thing.pattern,
                                    "starts_on": thing.starts_on or context.today, "ends_on": thing.ends_on,
                                    "set_by": context.person_id, "set_at": context.now})
    note(tx, context, f"rhythm.{thing.kind.value}", f"place:{thing.place_id}", str(thing.ends_on or thing.pattern))


@record.register
def _change_day(thing: ChangeDay, tx: Connection, context: Context) -> None:
    tx.execute(delete(day_override).where(day_override.c.on_day == thing.on))
    if thing.works is not None:
        tx.execute(insert(day_override), {"on_day": thing.on, "works": thing.works, "set_by": context.person_id,
                                          "set_at": context.now})
    note(tx, context, "calendar.day", thing.on.isoformat(), str(thing.works))


def places_served(rows: Reading, people: Sequence[int], today: date) -> dict[int, list[int]]:
    """Where these people serve today: their places and the communes above, by person."""
    query = (select(membership.c.person_id, place.c.id, place.c.parent_id).join(place, place.c.id == membership.c.place_id)
             .where(membership.c.person_id.in_(list(people)), membership.c.valid_from <= today,
                    or_(membership.c.valid_to.is_(None), membership.c.valid_to > today)))
    found: dict[int, list[int]] = {}
    for row in rows.all(query):
        found.setdefault(row.person_id, []).extend(each for each in (row.id, row.parent_id) if each is not None)
    return found
