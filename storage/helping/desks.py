"""The one-stop desk of a commune: where it is and when it is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from storage.local_time import local_day
from storage.models import OneStopDesk, Place, table
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note

desk, place = table(OneStopDesk), table(Place)


@dataclass(frozen=True, slots=True)
class DeskHours:
    """A desk as people are told of it; what is empty is not offered there."""

    place_id: int
    place_name: str
    address: str
    hours: str
    saturday: str
    extra: str
    extra_days: tuple[int, ...]
    set_on: date


_DESKS = select(desk.c.place_id, place.c.name, desk.c.address, desk.c.hours, desk.c.saturday, desk.c.extra, desk.c.extra_days,
                desk.c.set_at).join(place, place.c.id == desk.c.place_id).order_by(place.c.name)


def desks(rows: Reading) -> list[DeskHours]:
    """Every desk that was entered."""
    found = rows.once(("desks",), lambda: rows.all(_DESKS), lasting=True)
    return [DeskHours(row.place_id, row.name, row.address, row.hours, row.saturday, row.extra,
                      tuple(int(day) for day in row.extra_days.split(",") if day), local_day(row.set_at)) for row in found]


@dataclass(frozen=True, slots=True)
class SetDesk:
    """An officer says where their desk is and when it is open."""

    place_id: int
    address: str
    hours: str
    saturday: str = ""
    extra: str = ""
    extra_days: tuple[int, ...] = ()


@record.register
def _set(thing: SetDesk, tx: Connection, context: Context) -> None:
    tx.execute(delete(desk).where(desk.c.place_id == thing.place_id))
    tx.execute(insert(desk), {
        "place_id": thing.place_id, "address": thing.address, "hours": thing.hours, "saturday": thing.saturday,
        "extra": thing.extra, "extra_days": ",".join(str(day) for day in thing.extra_days), "set_by": context.person_id,
        "set_at": context.now})
    note(tx, context, "set desk", f"place:{thing.place_id}")
