"""Provinces, communes and hamlets, as they stand on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, or_, select

from storage.models import Place, Team, table
from storage.reading import Reading

place, team = table(Place), table(Team)
PROVINCE, COMMUNE, HAMLET = "province", "commune", "hamlet"


@dataclass(frozen=True, slots=True)
class Hamlet:
    id: int
    name: str
    commune_id: int


_HAMLETS = (
    select(place.c.id, place.c.name, place.c.parent_id)
    .where(place.c.level == HAMLET, place.c.valid_from <= bindparam("on"),
           or_(place.c.valid_to.is_(None), place.c.valid_to > bindparam("on")),
           or_(place.c.id.in_(bindparam("ids", expanding=True)), place.c.parent_id.in_(bindparam("ids", expanding=True))))
    .order_by(place.c.code)
)


def hamlets(rows: Reading, ids: Sequence[int], on: date) -> list[Hamlet]:
    """The hamlets among these places, and those of the communes among them."""
    return [Hamlet(*row) for row in rows.all(_HAMLETS, {"ids": list(ids), "on": on})] if ids else []


@dataclass(frozen=True, slots=True)
class Post:
    """A place somebody may be invited to serve in, with its team where it is a hamlet."""

    id: int
    name: str
    team_id: int | None


def by_code(tx: Connection, code: str) -> Post | None:
    """The hamlet or commune of that code."""
    row = tx.execute(select(place.c.id, place.c.name, team.c.id.label("team_id")).outerjoin(team, team.c.hamlet_id == place.c.id)
                     .where(place.c.code == code, place.c.valid_to.is_(None)).limit(1)).first()
    return Post(row.id, row.name, row.team_id) if row else None


def name(rows: Reading, place_id: int) -> str:
    return str(rows.scalar(select(place.c.name).where(place.c.id == place_id)) or "")


def parents(rows: Reading, place_id: int) -> list[int]:
    """A place and those it lies in, from the inside out."""
    found: list[int] = []
    at: int | None = place_id
    while at is not None and at not in found:
        found.append(at)
        at = rows.scalar(select(place.c.parent_id).where(place.c.id == at))
    return found
