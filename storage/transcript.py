"""A chat as both sides see it: what they said and what we said, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, select

from storage.models import Chat, Inbox, Outbox, table
from storage.prepared import Prepared
from storage.reading import Reading

inbox, outbox, chat = table(Inbox), table(Outbox), table(Chat)


_LAST = Prepared(select(outbox.c.id, outbox.c.external_id, outbox.c.parcel).where(outbox.c.chat_id == bindparam("chat"))
                 .order_by(outbox.c.id.desc()).limit(1))


def last_message(rows: Reading, chat_id: int) -> str:
    """The channel's name for the message that this chat was shown last."""
    row = rows.first(_LAST, {"chat": chat_id})
    return "" if row is None else row.external_id or (row.parcel or {}).get("edits") or str(row.id)


def last_offers(rows: Reading, chat_id: int) -> bool:
    """Whether the message that this chat was shown last offers choices."""
    row = rows.first(_LAST, {"chat": chat_id})
    return row is not None and bool((row.parcel or {}).get("choices"))


LATELY = 24
_ANSWERED = Prepared(
    select(outbox.c.parcel)
    .where(outbox.c.chat_id == bindparam("chat"), outbox.c.key.like("in:%:0"), outbox.c.created_at >= bindparam("since"))
    .order_by(outbox.c.id.desc()).limit(LATELY))


def answered_with(rows: Reading, chat_id: int, since: datetime) -> list[Mapping[str, Any]]:
    """The first message of each of the last answers to this chat since then, as they were stored."""
    return [row.parcel or {} for row in rows.all(_ANSWERED, {"chat": chat_id, "since": since})]


def heard(rows: Reading, chat_id: int, since: datetime) -> dict[int, str]:
    """The words of each of the last letters of this chat since then, by their numbers; empty where there were none."""
    found = rows.all(select(inbox.c.id, inbox.c.letter).where(inbox.c.chat_id == chat_id, inbox.c.received_at >= since)
                     .order_by(inbox.c.id.desc()).limit(LATELY))
    return {row.id: str((row.letter or {}).get("text", "")) for row in found}


def _chat(account: str, chat_ref: str) -> ScalarSelect[int]:
    return select(chat.c.id).where(chat.c.account == account, chat.c.ref == chat_ref).scalar_subquery()


def last_answered(rows: Reading, account: str, chat_ref: str) -> int:
    """The last message by which this chat was answered itself; what came after it, from others or unasked, it has not seen."""
    here = _chat(account, chat_ref)
    letter = rows.scalar(select(func.max(inbox.c.id)).where(inbox.c.chat_id == here)) or 0
    answered = rows.scalar(select(func.max(outbox.c.id)).where(
        outbox.c.chat_id == here, outbox.c.key.like(f"in:{letter}:%"), outbox.c.key.not_like(f"in:{letter}:to%")))
    return int(answered or 0)


def answered_up_to(rows: Reading, account: str, chat_ref: str) -> int | None:
    """The last message to this chat once all its letters are answered, 0 where there is none; None while one is open."""
    here = _chat(account, chat_ref)
    if rows.scalar(select(inbox.c.id).where(inbox.c.chat_id == here, inbox.c.state == "open").limit(1)):
        return None
    return int(rows.scalar(select(func.max(outbox.c.id)).where(outbox.c.chat_id == here)) or 0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chat as both sides see it: `ours` or theirs, with the stored body."""

    id: int
    ours: bool
    at: datetime
    body: Mapping[str, Any]


def lines(rows: Reading, account: str, chat_ref: str, limit: int, after: int = 0) -> list[Line]:
    """The last lines of a chat, oldest first; only ours with ids above `after` where that is given."""
    here = _chat(account, chat_ref)
    said = rows.all(select(outbox.c.id, outbox.c.created_at, outbox.c.parcel)
                    .where(outbox.c.chat_id == here, outbox.c.id > after).order_by(outbox.c.id.desc()).limit(limit))
    found = [Line(row.id, True, row.created_at, row.parcel or {}) for row in said]
    if not after:
        heard = rows.all(select(inbox.c.id, inbox.c.received_at, inbox.c.letter)
                         .where(inbox.c.chat_id == here).order_by(inbox.c.id.desc()).limit(limit))
        found += [Line(row.id, False, row.received_at, row.letter or {}) for row in heard]
    return sorted(found, key=lambda line: (line.at, line.ours, line.id))[-limit:]
