"""Complaints, ideas and thanks: kept for the leader until somebody has dealt with them; unknown senders stay unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from storage.models import Feedback, Outbox, Place, table
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding.reminders import TOO_LATE
from storage.teams.people import note

feedback, outbox, place = table(Feedback), table(Outbox), table(Place)


@dataclass(frozen=True, slots=True)
class Said:
    """A complaint, an idea or thanks, as the leader sees it."""

    id: int
    chat_id: int | None
    hamlet_id: int
    hamlet: str
    commune_id: int
    kind: str
    words: str
    said_at: datetime
    handled_at: datetime | None


_SAID = select(feedback.c.id, feedback.c.chat_id, feedback.c.hamlet_id, place.c.name, place.c.parent_id, feedback.c.kind,
               feedback.c.words, feedback.c.said_at, feedback.c.handled_at).join(place, place.c.id == feedback.c.hamlet_id)


def by_id(rows: Reading, id_: int) -> Said | None:
    row = rows.first(_SAID.where(feedback.c.id == id_))
    return Said(*row) if row else None


def open_in(rows: Reading, hamlets: Sequence[int], limit: int) -> list[Said]:
    """What nobody has dealt with yet in these hamlets, the oldest first."""
    found = rows.all(_SAID.where(feedback.c.hamlet_id.in_(hamlets), feedback.c.handled_at.is_(None))
                     .order_by(feedback.c.id).limit(limit))
    return [Said(*row) for row in found]


def untold(rows: Reading, limit: int) -> list[Said]:
    """What no leader was told yet."""
    return [Said(*row) for row in rows.all(_SAID.where(feedback.c.told_at.is_(None)).order_by(feedback.c.id).limit(limit))]


LOOK_BACK, MOST = timedelta(days=3), 12
"""How long it is looked after whether a leader was told, and how many messages that can have taken."""


def notice(id_: int, at: datetime) -> str:
    """How the keys begin of what leaders are told of it at that moment."""
    return f"fb:{id_}:{at.timestamp():.0f}:"


def tell_again(tx: Connection, now: datetime) -> None:
    """What reached no leader before the quiet hours (their channel was down) is theirs to be told at the next welcome hour."""
    lately = tx.execute(select(feedback.c.id, feedback.c.told_at).where(
        feedback.c.told_at > now - LOOK_BACK, feedback.c.handled_at.is_(None))).all()
    keys = {f"{notice(id_, at)}{n}": id_ for id_, at in lately for n in range(MOST)}
    missed: dict[int, set[bool]] = {}
    for key, state, problem in tx.execute(select(outbox.c.key, outbox.c.state, outbox.c.problem).where(outbox.c.key.in_(keys))):
        missed.setdefault(keys[key], set()).add(state == "failed" and problem == TOO_LATE)
    again = [id_ for id_, late in missed.items() if late == {True}]
    if again:
        tx.execute(update(feedback).where(feedback.c.id.in_(again)).values(told_at=None))


def told(tx: Connection, ids: Sequence[int], now: datetime) -> None:
    if ids:
        tx.execute(update(feedback).where(feedback.c.id.in_(ids)).values(told_at=now))


@dataclass(frozen=True, slots=True)
class Say:
    """Somebody says what they think; without their chat where they wish to stay unknown."""

    kind: str
    hamlet_id: int
    words: str
    anonymous: bool


@dataclass(frozen=True, slots=True)
class Handled:
    """The leader has dealt with it."""

    id: int


@record.register
def _say(thing: Say, tx: Connection, context: Context) -> None:
    tx.execute(insert(feedback), {"chat_id": None if thing.anonymous else context.chat_id, "hamlet_id": thing.hamlet_id,
                                  "kind": thing.kind, "words": thing.words, "said_at": context.now})


@record.register
def _handled(thing: Handled, tx: Connection, context: Context) -> None:
    tx.execute(update(feedback).where(feedback.c.id == thing.id, feedback.c.handled_at.is_(None))
               .values(handled_at=context.now, handled_by=context.person_id))
    note(tx, context, "feedback_handled", f"feedback:{thing.id}")
