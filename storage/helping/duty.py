"""Who is on duty: whom a request for help may be offered to, who looks after it, and in which chat each is reached."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, text

from storage.models import Chat, Duty, HelpOffer, HelpRequest, Membership, Person, table
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note

request, offer, duty = table(HelpRequest), table(HelpOffer), table(Duty)
chat, person, membership = table(Chat), table(Person), table(Membership)

VOLUNTEER, LEADER, OFFICER = "volunteer", "leader", "commune_officer"
_LIVE = text("help_request.state NOT IN ('closed', 'expired')")


@dataclass(frozen=True, slots=True)
class Address:
    """A chat that can be written to, and who is behind it where that is known."""

    chat_id: int
    account: str
    ref: str
    language: str | None
    state: str = "active"
    person_id: int | None = None
    label: str = ""


def _serves(on: date) -> Any:
    return (membership.c.valid_from <= on) & or_(membership.c.valid_to.is_(None), membership.c.valid_to > on)


def members(rows: Reading, place_id: int, on: date, accounts: Collection[str], roles: Sequence[str] = (VOLUNTEER, LEADER)
            ) -> list[Address]:
    """Who serves in a place and can be written to, each at the chat they used last."""
    found = rows.all(
        select(chat.c.id, chat.c.account, chat.c.ref, chat.c.language, chat.c.state, person.c.id.label("person_id"),
               person.c.label)
        .join(person, person.c.id == chat.c.person_id).join(membership, membership.c.person_id == person.c.id)
        .where(membership.c.place_id == place_id, membership.c.role.in_(roles), _serves(on), chat.c.state == "active",
               chat.c.account.in_(list(accounts)))
        .order_by(person.c.id, chat.c.heard_at.desc(), chat.c.id))
    return list({row.person_id: Address(*row) for row in reversed(found)}.values())[::-1]


def address(rows: Reading, chat_id: int) -> Address | None:
    """A chat by its number."""
    row = rows.first(select(chat.c.id, chat.c.account, chat.c.ref, chat.c.language, chat.c.state, chat.c.person_id)
                     .where(chat.c.id == chat_id))
    return Address(*row) if row else None


def address_of(rows: Reading, person_id: int, accounts: Collection[str]) -> Address | None:
    """The chat in which somebody was heard last, where it can be written to."""
    row = rows.first(select(chat.c.id, chat.c.account, chat.c.ref, chat.c.language, chat.c.state, chat.c.person_id)
                     .where(chat.c.person_id == person_id, chat.c.state == "active", chat.c.account.in_(list(accounts)))
                     .order_by(chat.c.heard_at.desc(), chat.c.id).limit(1))
    return Address(*row) if row else None


def still_serves(rows: Reading, person_id: int, place_ids: Sequence[int], on: date) -> bool:
    """Whether somebody serves in one of these places."""
    return rows.first(select(membership.c.id).where(membership.c.person_id == person_id, membership.c.place_id.in_(place_ids),
                                                    _serves(on)).limit(1)) is not None


def leaders(rows: Reading, hamlet_id: int, commune_id: int, on: date, accounts: Collection[str]) -> list[Address]:
    """Who looks after requests of a hamlet: its leaders, or the commune's officers where it has none."""
    return (members(rows, hamlet_id, on, accounts, (LEADER,))
            or members(rows, commune_id, on, accounts, (OFFICER,)))


def roster(rows: Reading, hamlet_id: int) -> frozenset[int]:
    """Who is on duty by the leader's list; nobody where all of the team are."""
    return frozenset(row.person_id for row in rows.all(select(duty.c.person_id).where(duty.c.hamlet_id == hamlet_id)))


def on_duty(rows: Reading, hamlet_id: int, on: date, accounts: Collection[str]) -> list[Address]:
    """Who may be asked now: the least busy first, then whoever was asked longest ago."""
    listed = roster(rows, hamlet_id)
    able = [each for each in members(rows, hamlet_id, on, accounts) if not listed or each.person_id in listed]
    ids = [each.person_id for each in able]
    if not ids:
        return []
    busy = dict(rows.all(select(request.c.helper_id, func.count()).where(_LIVE, request.c.helper_id.in_(ids))
                         .group_by(request.c.helper_id)))
    asked = dict(rows.all(select(offer.c.person_id, func.max(offer.c.id)).where(offer.c.person_id.in_(ids))
                          .group_by(offer.c.person_id)))
    return sorted(able, key=lambda each: (busy.get(each.person_id, 0), asked.get(each.person_id, 0)))


@dataclass(frozen=True, slots=True)
class SetDuty:
    """The leader's list of who is on duty; an empty one means everybody."""

    hamlet_id: int
    person_ids: tuple[int, ...]


@record.register
def _set_duty(thing: SetDuty, tx: Connection, context: Context) -> None:
    tx.execute(duty.delete().where(duty.c.hamlet_id == thing.hamlet_id))
    if thing.person_ids:
        tx.execute(insert(duty), [{"hamlet_id": thing.hamlet_id, "person_id": id_, "set_by": context.person_id,
                                   "set_at": context.now} for id_ in thing.person_ids])
    note(tx, context, "duty", f"place:{thing.hamlet_id}", ",".join(map(str, thing.person_ids)))
