"""Known again on another channel or a new telephone: a one-time code, typed there, short-lived and kept hashed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, insert, select, update

from storage.models import Chat, Conversation, GuideRun, LinkCode, Person, Reminder, table
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import AlreadyUsed, hashed, note

link, person, chat = table(LinkCode), table(Person), table(Chat)
conversation, run, reminder = table(Conversation), table(GuideRun), table(Reminder)
other = reminder.alias("other")

LIVES = timedelta(minutes=15)
MINUTES = int(LIVES.total_seconds() // 60)
GUESS = "link"
"""What a try at a code is called, for `people.guesses_left`."""


@dataclass(frozen=True, slots=True)
class Known:
    """Who a live code stands for."""

    id: int
    person_id: int
    label: str
    replaces: bool


_KNOWN = (
    select(link.c.id, link.c.person_id, person.c.label, link.c.replaces)
    .join(person, person.c.id == link.c.person_id)
    .where(link.c.code_hash == bindparam("secret"), link.c.expires_at > bindparam("now"), link.c.used_at.is_(None),
           link.c.revoked_at.is_(None))
)


def known(rows: Reading, code_hash: str, now: datetime) -> Known | None:
    """Who the typed code (as `people.hashed`) stands for, while it lives."""
    row = rows.first(_KNOWN, {"secret": code_hash, "now": now})
    return Known(*row) if row else None


# --- records ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfferLink:
    """A new code for a person; the one before it no longer works. `replaces`: their chats of before are let go."""

    code: str
    person_id: int
    replaces: bool


@dataclass(frozen=True, slots=True)
class TakeLink:
    """This chat is that person's from now on."""

    link_id: int


@record.register
def _offer(thing: OfferLink, tx: Connection, context: Context) -> None:
    tx.execute(update(link).where(link.c.person_id == thing.person_id, link.c.used_at.is_(None), link.c.revoked_at.is_(None))
               .values(revoked_at=context.now))
    tx.execute(insert(link), {
        "code_hash": hashed(thing.code), "person_id": thing.person_id, "replaces": thing.replaces, "made_by": context.person_id,
        "made_at": context.now, "expires_at": context.now + LIVES})
    note(tx, context, "account.code", f"person:{thing.person_id}", "replaces" if thing.replaces else "adds")


@record.register
def _take(thing: TakeLink, tx: Connection, context: Context) -> None:
    used = tx.execute(update(link).where(link.c.id == thing.link_id, link.c.used_at.is_(None), link.c.revoked_at.is_(None))
                      .values(used_at=context.now, used_by_chat=context.chat_id))
    if used.rowcount != 1:
        raise AlreadyUsed
    row = tx.execute(select(link).where(link.c.id == thing.link_id)).one()
    tx.execute(update(chat).where(chat.c.id == context.chat_id).values(person_id=row.person_id))
    if row.replaces:
        _let_go(tx, row.person_id, context.chat_id)
    note(tx, context, "account.linked", f"person:{row.person_id}", "replaces" if row.replaces else "adds")


def _let_go(tx: Connection, person_id: int, new: int) -> None:
    """The chats of before are nobody's; what was begun and promised there goes on in the new one."""
    old = list(tx.scalars(select(chat.c.id).where(chat.c.person_id == person_id, chat.c.id != new)))
    if not old:
        return
    tx.execute(update(chat).where(chat.c.id.in_(old)).values(person_id=None, conversation_id=None, shown=[]))
    tx.execute(update(conversation).where(conversation.c.chat_id.in_(old)).values(chat_id=new))
    tx.execute(update(run).where(run.c.chat_id.in_(old)).values(chat_id=new))
    same = [getattr(other.c, name) == getattr(reminder.c, name) for name in ("kind", "subject", "due_on", "ordinal")]
    tx.execute(update(reminder).where(
        reminder.c.chat_id.in_(old), reminder.c.state == "scheduled", ~exists().where(other.c.chat_id == new, *same))
        .values(chat_id=new))
