"""What was said to people unasked, whoever said it: reminders, announcements and questions after visits share one measure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import BindParameter, Connection, bindparam, literal, or_, select, union_all

from storage.local_time import instant, local_day
from storage.models import Broadcast, BroadcastLetter, HouseholdWord, Reminder, table
from storage.reading import Reading
from storage.reminding.reminder_kinds import APPOINTMENT, DOSSIER, Slot
from storage.reminding.reminder_rules import A_DAY, A_WEEK, Sent

reminder, broadcast, letter, word = table(Reminder), table(Broadcast), table(BroadcastLetter), table(HouseholdWord)

COUNTED = "notice"
"""Broadcasts that count; a warning of a scam goes whatever else was said."""
FIRST = (APPOINTMENT, DOSSIER)
"""Reminders for whose sake an announcement waits until tomorrow."""

_IN: BindParameter[int] = bindparam("chats", expanding=True)
_ANNOUNCED = (
    select(letter.c.chat_id, letter.c.posted_at.label("at"), letter.c.broadcast_id.label("id"), literal("b").label("what"))
    .join(broadcast, broadcast.c.id == letter.c.broadcast_id)
    .where(letter.c.chat_id.in_(_IN), letter.c.posted_at >= bindparam("since"), letter.c.skipped.is_(None),
           broadcast.c.kind == COUNTED)
)
_ASKED = (select(word.c.chat_id, word.c.asked_at.label("at"), word.c.id.label("id"), literal("hw").label("what"))
          .where(word.c.chat_id.in_(_IN), word.c.asked_at >= bindparam("since"),
                 or_(word.c.said_at.is_(None), word.c.said_at > word.c.asked_at)))  # not where they came with a code
_said = union_all(_ANNOUNCED, _ASKED).subquery()
_OTHERS = select(_said.c.chat_id, _said.c.at, _said.c.id, _said.c.what)
_REMINDED = (select(reminder.c.chat_id, reminder.c.parcel, reminder.c.finished_at)
             .where(reminder.c.chat_id.in_(_IN), reminder.c.state.in_(("claimed", "sent")), reminder.c.parcel.is_not(None),
                    reminder.c.finished_at >= bindparam("since")))
_COMING = (select(reminder.c.chat_id).where(
    reminder.c.chat_id.in_(_IN), reminder.c.state == "scheduled", reminder.c.kind.in_(FIRST),
    reminder.c.due_at < bindparam("until")))


def others(rows: Reading, chats: Sequence[int], since: datetime) -> dict[int, list[Sent]]:
    """Announcements and questions since then, as the rules of reminding count them; by chat."""
    found: dict[int, list[Sent]] = {}
    for row in rows.all(_OTHERS, {"chats": list(chats), "since": since}):
        found.setdefault(row.chat_id, []).append(Sent(row.at, "", "", f"{row.what}:{row.id}", Slot.DIGEST))
    return found


def had_enough(tx: Connection, chats: Sequence[int], now: datetime, *, yielding: bool = False) -> dict[int, str]:
    """Which of these citizens' chats may be told nothing more today, and why: the day's or the week's measure is full.

    With `yielding` also those who are still owed something more important today.
    """
    if not chats:
        return {}
    rows = Reading(tx)
    today = local_day(now)
    midnight, since = instant(today, time(0)), now - timedelta(days=7)
    said = {chat: {sent.message: sent.at for sent in sents} for chat, sents in others(rows, chats, since).items()}
    for row in rows.all(_REMINDED, {"chats": list(chats), "since": since}):
        said.setdefault(row.chat_id, {})[row.parcel] = row.finished_at
    full = {chat: "cap_week" for chat, sents in said.items() if len(sents) >= A_WEEK}
    full |= {chat: "cap_day" for chat, sents in said.items() if sum(at >= midnight for at in sents.values()) >= A_DAY}
    if yielding:
        until = instant(today + timedelta(days=1), time(0))
        full = {row.chat_id: "more_urgent" for row in rows.all(_COMING, {"chats": list(chats), "until": until})} | full
    return full
