"""Conversations set aside: what somebody left in the middle and may go on with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from storage.mail import Talk
from storage.models import Conversation, table
from storage.prepared import Prepared
from storage.reading import Reading

conversation = table(Conversation)
_TALK = select(conversation.c.id, conversation.c.dialogue, conversation.c.subject, conversation.c.answers,
               conversation.c.asking_again, conversation.c.state, conversation.c.began_on)
_ONE = Prepared(_TALK.where(conversation.c.id == bindparam("id"), conversation.c.chat_id == bindparam("chat")))
_OPEN = Prepared(
    _TALK.where(conversation.c.chat_id == bindparam("chat"), conversation.c.state == "open")
    .order_by(conversation.c.touched_at.desc()).limit(bindparam("limit")))


def talk(rows: Reading, chat_id: int, id_: int) -> Talk | None:
    """A conversation of this chat; nobody reaches one of another chat."""
    row = rows.first(_ONE, {"id": id_, "chat": chat_id})
    return Talk(*row) if row else None


def unfinished(rows: Reading, chat_id: int, limit: int) -> list[Talk]:
    """The conversations this chat has not finished, last touched first."""
    return [Talk(*row) for row in rows.all(_OPEN, {"chat": chat_id, "limit": limit})]


def touched_since(rows: Reading, chats: Sequence[int], when: datetime) -> set[int]:
    """Which of these chats are in the middle of a conversation that they went on with since then."""
    query = select(conversation.c.chat_id).where(conversation.c.chat_id.in_(list(chats)), conversation.c.state == "open",
                                                 conversation.c.touched_at > when)
    return {row.chat_id for row in rows.all(query)}
