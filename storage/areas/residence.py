"""Where people live, as far as they said so: the communes and hamlets that have a team, and the one somebody chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, or_, select

from storage.areas.places import Hamlet
from storage.models import Place, Residence, Team, table
from storage.prepared import Prepared, among
from storage.reading import Reading
from storage.record import Context, record

residence, place, team = table(Residence), table(Place), table(Team)

_SERVED = (
    select(place.c.id, place.c.name, place.c.parent_id)
    .join(team, team.c.hamlet_id == place.c.id)
    .where(team.c.valid_from <= bindparam("on"), or_(team.c.valid_to.is_(None), team.c.valid_to > bindparam("on")),
           place.c.valid_from <= bindparam("on"), or_(place.c.valid_to.is_(None), place.c.valid_to > bindparam("on")))
    .order_by(place.c.code, place.c.id)
)
_HOME = (
    select(place.c.id, place.c.name, place.c.parent_id).join(residence, residence.c.hamlet_id == place.c.id)
    .where(residence.c.chat_id == bindparam("chat"))
)
_HOMES = Prepared(select(residence.c.chat_id, residence.c.hamlet_id).where(among(residence.c.chat_id, "chats")))
_HAMLET = select(place.c.id, place.c.name, place.c.parent_id).where(place.c.id == bindparam("id"))


def served(rows: Reading, on: date) -> list[Hamlet]:
    """Every hamlet that has a team."""
    found = rows.once((_SERVED, on), lambda: rows.all(_SERVED, {"on": on}), lasting=True)
    return list(dict.fromkeys(Hamlet(*row) for row in found))


def communes(rows: Reading, hamlets: list[Hamlet]) -> dict[int, str]:
    """The communes of these hamlets by id, in the order of their codes."""
    ids = {hamlet.commune_id for hamlet in hamlets}
    return dict(rows.all(select(place.c.id, place.c.name).where(place.c.id.in_(ids)).order_by(place.c.code))) if ids else {}


def home_of(rows: Reading, chat_id: int) -> Hamlet | None:
    """The hamlet this chat lives in, where it said so and agreed that it is kept."""
    row = rows.first(_HOME, {"chat": chat_id})
    return Hamlet(*row) if row else None


def told_at(rows: Reading, chat_id: int) -> datetime | None:
    """Since when it is kept where this chat lives."""
    found: datetime | None = rows.scalar(select(residence.c.told_at).where(residence.c.chat_id == chat_id))
    return found


def homes(rows: Reading, chats: Sequence[int]) -> dict[int, int]:
    """The hamlets in which these chats live, by chat."""
    return {row.chat_id: row.hamlet_id for row in rows.all(_HOMES, {"chats": chats})}


def hamlet(rows: Reading, id_: int) -> Hamlet | None:
    row = rows.first(_HAMLET, {"id": id_})
    return Hamlet(*row) if row else None


@dataclass(frozen=True, slots=True)
class LiveIn:
    """Somebody agreed that their hamlet is kept, in these words."""

    hamlet_id: int
    wording: str


@dataclass(frozen=True, slots=True)
class ForgetHome:
    """Somebody no longer wants their hamlet kept."""


@record.register
def _live_in(thing: LiveIn, tx: Connection, context: Context) -> None:
    tx.execute(delete(residence).where(residence.c.chat_id == context.chat_id))
    tx.execute(residence.insert(), {"chat_id": context.chat_id, "hamlet_id": thing.hamlet_id, "wording": thing.wording,
                                    "told_at": context.now})


@record.register
def _forget_home(thing: ForgetHome, tx: Connection, context: Context) -> None:
    tx.execute(delete(residence).where(residence.c.chat_id == context.chat_id))
