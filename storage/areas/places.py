"""Provinces, communes and hamlets, as they stand on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from storage.models import Place, Team, table
from storage.prepared import Prepared, among
from storage.reading import Reading

place, team = table(Place), table(Team)
PROVINCE, COMMUNE, HAMLET = "province", "commune", "hamlet"
ORDER = {PROVINCE: 0, COMMUNE: 1, HAMLET: 2}


@dataclass(frozen=True, slots=True)
class Hamlet:
    id: int
    name: str
    commune_id: int


_one_of = place.alias()
_HAMLETS = Prepared(
    select(place.c.id, place.c.name, place.c.parent_id)
    .where(place.c.level == HAMLET, place.c.valid_from <= bindparam("on"),
           or_(place.c.valid_to.is_(None), place.c.valid_to > bindparam("on")),
           place.c.id.in_(select(_one_of.c.id).where(or_(among(_one_of.c.id, "ids"), among(_one_of.c.parent_id, "ids")))))
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


def new_hamlet(tx: Connection, commune_id: int, name: str, since: date) -> tuple[int, str]:
    """Put a hamlet into a commune; its id, and the next code that is free there."""
    commune = tx.execute(select(place.c.code).where(place.c.id == commune_id)).scalar_one()
    taken = set(tx.scalars(select(place.c.code).where(place.c.parent_id == commune_id)))
    code = next(code for number in range(1, 10_000) if (code := f"{commune}-{number:02}") not in taken)
    id_ = tx.execute(insert(place).returning(place.c.id), {
        "level": HAMLET, "code": code, "name": name, "parent_id": commune_id, "valid_from": since, "demonstration": False,
    }).scalar_one()
    return int(id_), code


# --- the list of places -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listed:
    """A province or commune as the official list has it."""

    level: str
    code: str
    name: str
    parent: str
    since: date


def keep(tx: Connection, listed: Sequence[Listed]) -> tuple[int, int]:
    """Put official places in, or give them their names of today; how many are new and how many were changed."""
    known = {(row.level, row.code): row for row in tx.execute(select(place).where(place.c.level != HAMLET))}
    new = changed = 0
    for each in sorted(listed, key=lambda one: ORDER[one.level]):
        row = known.get((each.level, each.code))
        parent = known.get((PROVINCE, each.parent))
        values = {"name": each.name, "parent_id": parent.id if parent else None}
        if row is None:
            made = tx.execute(insert(place).returning(place), {
                **values, "level": each.level, "code": each.code, "valid_from": each.since, "demonstration": False}).one()
            known[each.level, each.code] = made
            new += 1
        elif (row.name, row.parent_id) != (values["name"], values["parent_id"]):
            tx.execute(update(place).where(place.c.id == row.id).values(values))
            changed += 1
    return new, changed


@dataclass(frozen=True, slots=True)
class Standing:
    """A place that stands, for lists."""

    id: int
    level: str
    code: str
    name: str
    parent_id: int | None


_STANDING = select(place.c.id, place.c.level, place.c.code, place.c.name, place.c.parent_id).where(place.c.valid_to.is_(None))


def standing(rows: Reading, parent_id: int | None = None) -> list[Standing]:
    """The places that stand, of one parent or all, provinces first."""
    query = _STANDING if parent_id is None else _STANDING.where(place.c.parent_id == parent_id)
    found = [Standing(*row) for row in rows.all(query.order_by(place.c.code))]
    return sorted(found, key=lambda each: (ORDER[each.level], each.code))


def codes(rows: Reading, ids: Sequence[int]) -> dict[int, str]:
    """The codes of these places, by id."""
    return dict(rows.all(select(place.c.id, place.c.code).where(place.c.id.in_(list(ids))))) if ids else {}


def with_code(rows: Reading, code: str) -> Standing | None:
    """The place of that code that stands; a hamlet before a commune before a province."""
    found = [Standing(*row) for row in rows.all(_STANDING.where(place.c.code == code))]
    return max(found, key=lambda each: ORDER[each.level], default=None)
def parents(rows: Reading, place_id: int) -> list[int]:
    """A place and those it lies in, from the inside out."""
    found: list[int] = []
    at: int | None = place_id
    while at is not None and at not in found:
        found.append(at)
        at = rows.scalar(select(place.c.parent_id).where(place.c.id == at))
    return found
