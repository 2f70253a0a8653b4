"""The chats through which one person can be reached, last used first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from storage.models import Chat, table
from storage.reading import Reading
from storage.reminding.reminders import Door

chat = table(Chat)
mine, theirs = chat.alias("mine"), chat.alias("theirs")


def doors_of(rows: Reading, chat_ids: Sequence[int]) -> dict[int, list[Door]]:
    """For each chat, all chats of the same person; of somebody who never joined, that one alone."""
    if not chat_ids:
        return {}
    found = rows.all(
        select(mine.c.id.label("of"), theirs.c.id, theirs.c.account, theirs.c.state, theirs.c.language, theirs.c.heard_at)
        .join(theirs, or_(theirs.c.id == mine.c.id, theirs.c.person_id == mine.c.person_id))
        .where(mine.c.id.in_(list(chat_ids))).order_by(theirs.c.heard_at.desc(), theirs.c.id))
    doors: dict[int, list[Door]] = {}
    for of, *door in found:
        doors.setdefault(of, []).append(Door(*door))
    return doors
