"""Dossiers somebody waits for: a name of their own and the promised day, nothing of what is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from storage.mail import insert_new
from storage.models import DossierWatch, table
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import preferences
from storage.reminding.reminder_kinds import DOSSIER
from storage.reminding.reminders import clear, remind

watch = table(DossierWatch)


class DossierState(StrEnum):
    WAITING = "waiting"
    RECEIVED = "received"
    LATE = "late"
    DELETED = "deleted"


OPEN = (DossierState.WAITING.value, DossierState.LATE.value)
"""Not received yet."""


@dataclass(frozen=True, slots=True)
class Dossier:
    id: int
    chat_id: int
    nickname: str
    expected_on: date
    state: DossierState


_ALL = select(watch.c.id, watch.c.chat_id, watch.c.nickname, watch.c.expected_on, watch.c.state)


def dossier(rows: Reading, id_: int) -> Dossier | None:
    row = rows.first(_ALL.where(watch.c.id == id_))
    return _made(row) if row else None


def waiting(rows: Reading, chat_id: int) -> list[Dossier]:
    """What a chat waits for, the next first; also what is late."""
    query = _ALL.where(watch.c.chat_id == chat_id, watch.c.state.in_(OPEN)).order_by(watch.c.expected_on, watch.c.id)
    return [_made(row) for row in rows.all(query)]


def _made(row: Row[*tuple[Any, ...]]) -> Dossier:
    return Dossier(row.id, row.chat_id, row.nickname, row.expected_on, DossierState(row.state))


@dataclass(frozen=True, slots=True)
class WatchDossier:
    """Somebody wants to be reminded of a dossier; `key` makes it the same however often it arrives."""

    key: str
    nickname: str
    expected_on: date


@dataclass(frozen=True, slots=True)
class DossierIs:
    """How a dossier stands, told by whoever waits for it."""

    id: int
    state: DossierState


@dataclass(frozen=True, slots=True)
class DossierDue:
    """The office gave another day for a dossier."""

    id: int
    expected_on: date


@record.register
def _due(thing: DossierDue, tx: Connection, context: Context) -> None:
    mine = watch.c.id == thing.id, watch.c.chat_id == context.chat_id, watch.c.state.in_(OPEN)
    changed = tx.execute(update(watch).where(*mine).values(
        expected_on=thing.expected_on, state=DossierState.WAITING.value, finished_at=None))
    if changed.rowcount == 1:
        clear(tx, DOSSIER, f"dossier:{thing.id}", context.chat_id, context.now, "put_off")
        preferences.change(tx, context, stopped=False)
        remind(tx, DOSSIER, f"dossier:{thing.id}", context.chat_id, thing.expected_on, asked_at=context.now)


@record.register
def _watch(thing: WatchDossier, tx: Connection, context: Context) -> None:
    insert_new(tx, watch, [{"key": thing.key, "chat_id": context.chat_id, "nickname": thing.nickname,
                            "expected_on": thing.expected_on, "state": DossierState.WAITING.value, "created_at": context.now}])
    id_ = tx.scalar(select(watch.c.id).where(watch.c.key == thing.key))
    preferences.change(tx, context, stopped=False)  # asking for a reminder takes back a general “stop”
    remind(tx, DOSSIER, f"dossier:{id_}", context.chat_id, thing.expected_on, asked_at=context.now)


@record.register
def _is(thing: DossierIs, tx: Connection, context: Context) -> None:
    open_ = thing.state is DossierState.WAITING
    mine = watch.c.id == thing.id, watch.c.chat_id == context.chat_id
    tx.execute(update(watch).where(*mine).values(state=thing.state.value, finished_at=None if open_ else context.now))
    if thing.state is DossierState.DELETED:
        tx.execute(update(watch).where(*mine).values(nickname=""))
    if not open_:
        clear(tx, DOSSIER, f"dossier:{thing.id}", context.chat_id, context.now, "answered")


def forget_old(tx: Connection, before: datetime) -> None:
    """The names people gave to dossiers that are over are not kept."""
    over = watch.c.state != DossierState.WAITING.value, watch.c.finished_at < before, watch.c.nickname != ""
    tx.execute(update(watch).where(*over).values(nickname=""))
