"""Forgetting somebody who asked for it: at once what was said and wished, a moment later the address itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, bindparam, delete, exists, or_, select, text, update

from storage import personal
from storage.households.assignments import TakeBack
from storage.models import Assignment, Attempt, Chat, Consent, Inbox, Membership, Outbox, table
from storage.personal import Fate, Own
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.members import EndService
from storage.teams.people import GUESS_WINDOW, note

chat, inbox, outbox, attempt = table(Chat), table(Inbox), table(Outbox), table(Attempt)
assignment, consent, membership = table(Assignment), table(Consent), table(Membership)

GONE = "gone"
"""The state of a chat of which only a number is left, and the beginning of what stands for its address."""
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Forget:
    """Whoever writes here wants all of it gone."""


@record.register
def _forget(_thing: Forget, tx: Connection, context: Context) -> None:
    whose = personal.own(Reading(tx), context.chat_id, context.person_id)
    note(tx, context, "forgotten", f"chat:{context.chat_id}")
    if whose.person is not None:
        _leave_the_team(tx, whose.person, context)
    empty(tx, whose)
    tx.execute(update(chat).where(chat.c.id.in_(whose.chats)).values(left_at=context.now))


def _leave_the_team(tx: Connection, person_id: int, context: Context) -> None:
    """Their houses go back, their service and what they agreed to end today."""
    held = tx.execute(select(assignment.c.household_id).where(
        assignment.c.person_id == person_id, assignment.c.ended_at.is_(None))).scalars().all()
    if held:
        record(TakeBack(tuple(held), person_id, "left"), tx, context)
    for id_ in _serving(tx, person_id, context.today):
        record(EndService(id_), tx, context)
    tx.execute(update(consent).where(consent.c.person_id == person_id, consent.c.withdrawn_at.is_(None))
               .values(withdrawn_at=context.now))


def _serving(tx: Connection, person_id: int, today: date) -> list[int]:
    return list(tx.execute(select(membership.c.id).where(
        membership.c.person_id == person_id, or_(membership.c.valid_to.is_(None), membership.c.valid_to > today))).scalars())


def empty(tx: Connection, whose: Own) -> None:
    """Everything goes that does not have to stay."""
    tx.execute(update(outbox).where(outbox.c.chat_id.in_(whose.chats), outbox.c.state == "new")
               .values(state="failed", problem="forgotten"))
    for holding in personal.HOLDINGS:
        if holding.fate is Fate.ERASED:
            tx.execute(delete(holding.table).where(holding.mine(whose)))
        elif holding.fate is Fate.EMPTIED and holding.table is not chat:
            which = holding.mine(whose) if holding.only is None else and_(holding.mine(whose), holding.only)
            tx.execute(update(holding.table).where(which).values(**holding.sets))
    tx.execute(update(chat).where(chat.c.id.in_(whose.chats)).values(
        person_id=None, shown=[], conversation_id=None))


_LEAVING = (
    select(chat.c.id, chat.c.left_at,
           exists().where(inbox.c.chat_id == chat.c.id, inbox.c.received_at > chat.c.left_at).label("back"))
    .where(text("chat.left_at IS NOT NULL"), chat.c.state != GONE,
           ~exists().where(inbox.c.chat_id == chat.c.id, inbox.c.state == "open"),
           ~exists().where(outbox.c.chat_id == chat.c.id, outbox.c.state.in_(("new", "sending"))),
           ~exists().where(attempt.c.chat_id == chat.c.id, attempt.c.at > bindparam("lately")))
    .order_by(chat.c.id).limit(AT_ONCE)
)


def finish(tx: Connection, now: datetime) -> int:
    """Once the last answer has left: the address goes too, and what that answer said. How many chats.

    Who wrote again meanwhile has begun anew, and stays.
    """
    found = tx.execute(_LEAVING, {"lately": now - GUESS_WINDOW}).all()
    for row in found:
        if row.back:
            tx.execute(update(chat).where(chat.c.id == row.id).values(left_at=None))
            continue
        empty(tx, Own((row.id,)))
        tx.execute(delete(attempt).where(attempt.c.chat_id == row.id))
        tx.execute(update(chat).where(chat.c.id == row.id).values(
            ref=f"{GONE}:{row.id}", state=GONE, language=None, heard_at=row.left_at))
    return len(found)
