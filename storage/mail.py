"""Letters in and out: the inbox that loses nothing, the outbox that doubles nothing, in statements meant for batches."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, case, exists, func, insert, null, or_, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.models import Chat, Conversation, Inbox, Outbox, table
from storage.prepared import Prepared, among, together
from storage.reading import Reading
from storage.value import value

inbox, outbox, chat, conversation = table(Inbox), table(Outbox), table(Chat), table(Conversation)
held = inbox.alias("held")

TRIES = 5
REPLY, REMINDER, BROADCAST = 0, 1, 2
RESEND_ONCE, DROP, EDIT = "resend_once", "drop", "edit"


def insert_new(tx: Connection, into: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows that are not there yet by any unique key; how many were new (-1 where the driver cannot tell)."""
    return _insert_new(tx.dialect.name, into).each(tx, rows)


@cache
def _insert_new(dialect: str, into: Table) -> Prepared:
    return Prepared(insert_for(dialect, into).on_conflict_do_nothing())


def insert_for(dialect: str, into: Table) -> Any:
    """An INSERT that may say what happens where a row is there already."""
    if dialect == "postgresql":  # imported only where it is used: it brings much along
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(into)
    return sqlite_insert(into)


# --- the inbox ----------------------------------------------------------------------------------------------------------


@value
class Letter:
    """One update as it is stored: redacted, and known by the platform's own id."""

    external_id: str
    chat_ref: str
    body: Mapping[str, Any]


@value
class Open:
    """A letter to be answered, with the chat it came from and the conversation that chat is in."""

    inbox_id: int
    account: str
    body: Mapping[str, Any]
    received_at: datetime
    tries: int
    chat_id: int
    chat_ref: str
    person_id: int | None
    chat_state: str
    language: str | None
    shown: Sequence[Sequence[str]]
    conversation: Talk | None


@value
class Talk:
    """A stored conversation."""

    id: int
    dialogue: str
    subject: str
    answers: Mapping[str, str]
    asking_again: str | None
    state: str
    began_on: date


_BY_REF = Prepared(select(chat.c.id, chat.c.ref).where(chat.c.account == bindparam("whose"), chat.c.ref == bindparam("called")))


def receive(tx: Connection, account: str, letters: Sequence[Letter], now: datetime, known: MutableMapping[str, int]) -> int:
    """Store what is new among the letters. `known` caches chat ids by reference for this account."""
    _forget_who_left(tx, letters, known)
    missing = [{"account": account, "ref": ref, "created_at": now, "heard_at": now, "state": "active", "shown": []}
               for ref in dict.fromkeys(letter.chat_ref for letter in letters) if not known.get(ref)]
    if missing:
        insert_new(tx, chat, missing)
        found = together(tx, [(_BY_REF, {"whose": account, "called": row["ref"]}) for row in missing])
        known.update({ref: id_ for rows in found for id_, ref in rows})
    return insert_new(tx, inbox, [
        {"account": account, "external_id": letter.external_id, "chat_id": known[letter.chat_ref], "letter": letter.body,
         "received_at": now, "state": "open", "tries": 0} for letter in letters])


_LEFT = Prepared(select(chat.c.id).where(among(chat.c.id, "ids"), chat.c.left_at.is_not(None), chat.c.state == "gone"))


def _forget_who_left(tx: Connection, letters: Sequence[Letter], known: MutableMapping[str, int]) -> None:
    """An address whose chat was forgotten begins anew: what is remembered of it here may be older than that."""
    met = {known[letter.chat_ref]: letter.chat_ref for letter in letters if letter.chat_ref in known}
    for row in _LEFT.all(tx, {"ids": list(met)}) if met else ():
        known[met[row.id]] = 0


AHEAD = 1_000
"""How many open letters are looked at to find the first of each chat: one chat's flood must not hide the others."""

_ahead = select(inbox.c.id, inbox.c.chat_id).where(inbox.c.state == "open").order_by(inbox.c.id).limit(AHEAD).subquery()
_firsts = (
    select(func.min(_ahead.c.id).label("id"))
    .where(~exists().where(
        and_(held.c.chat_id == _ahead.c.chat_id, held.c.state == "open", held.c.not_before > bindparam("now"))))
    .group_by(_ahead.c.chat_id).order_by(func.min(_ahead.c.id)).limit(bindparam("limit"))
)
_OPEN = (
    select(
        inbox.c.id, inbox.c.account, inbox.c.letter, inbox.c.received_at, inbox.c.tries,
        chat.c.id.label("chat_id"), chat.c.ref, chat.c.person_id, chat.c.state.label("chat_state"), chat.c.language, chat.c.shown,
        conversation.c.id.label("talk_id"), conversation.c.dialogue, conversation.c.subject, conversation.c.answers,
        conversation.c.asking_again, conversation.c.state.label("talk_state"), conversation.c.began_on,
    )
    .join(chat, chat.c.id == inbox.c.chat_id)
    .outerjoin(conversation, conversation.c.id == chat.c.conversation_id)
    .where(inbox.c.id.in_(_firsts), inbox.c.state == "open")
    .order_by(inbox.c.id)
)
_CLAIM = Prepared(_OPEN)
_CLAIM_FROM = Prepared(_OPEN.where(among(inbox.c.chat_id, "free")))
_FREE_CHATS = Prepared(
    select(chat.c.id)
    .where(chat.c.id.in_(select(inbox.c.chat_id).where(inbox.c.id.in_(_firsts))))
    .with_for_update(skip_locked=True)
)


def claim(tx: Connection, now: datetime, limit: int) -> list[Open]:
    """The oldest open letters of chats that nobody else is answering, oldest first; held until the transaction ends.

    One letter a chat: the next one must see what this one changed.
    """
    asked = {"now": now, "limit": limit}
    if tx.dialect.name == "sqlite":  # it has one writer, so every chat is free
        return [_open(row) for row in _CLAIM.all(tx, asked)]
    free = [row.id for row in _FREE_CHATS.all(tx, asked)]
    return [_open(row) for row in _CLAIM_FROM.all(tx, {**asked, "free": free})] if free else []


def _open(row: Any) -> Open:
    talk = None
    if row.talk_id is not None:
        talk = Talk(row.talk_id, row.dialogue, row.subject, row.answers, row.asking_again, row.talk_state, row.began_on)
    return Open(row.id, row.account, row.letter, row.received_at, row.tries, row.chat_id, row.ref, row.person_id,
                row.chat_state, row.language, row.shown, talk)


_DONE = Prepared(update(inbox).where(inbox.c.id == bindparam("inbox_id")).values(state="done", not_before=None))
_CHAT = Prepared(
    update(chat).where(chat.c.id == bindparam("chat_id"))
    .values(conversation_id=bindparam("current"), shown=bindparam("show"), state=bindparam("chat_state"),
            language=bindparam("speaks"), heard_at=bindparam("heard")))
_NEW_TALK = Prepared(insert(conversation))
_TALK = Prepared(
    update(conversation).where(conversation.c.id == bindparam("talk_id"))
    .values(answers=bindparam("answer"), asking_again=bindparam("again"), state=bindparam("stand"),
            touched_at=bindparam("touched")))


SHOWN = 24
"""Choices of a chat that may still be typed by their words."""


def add_shown(tx: Connection, chat_id: int, entries: Sequence[Sequence[str]]) -> None:
    """Something else was shown to this chat: its choices come first; earlier ones can still be typed, by their words."""
    before = tx.scalar(select(chat.c.shown).where(chat.c.id == chat_id)) or []
    data = {entry[0] for entry in entries}
    kept = [*entries, *([*entry[:2], "q"] for entry in before if entry[0] not in data)][:SHOWN]
    tx.execute(update(chat).where(chat.c.id == chat_id).values(shown=kept))


def close(tx: Connection, inbox_ids: Sequence[int]) -> None:
    """These letters are answered."""
    if inbox_ids:
        _DONE.each(tx, [{"inbox_id": id_} for id_ in inbox_ids])


def empty(tx: Connection, inbox_ids: Sequence[int]) -> None:
    """What these letters said stands nowhere any more."""
    if inbox_ids:
        tx.execute(update(inbox).where(inbox.c.id.in_(inbox_ids)).values(letter=null()))


def keep_chats(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows: chat_id, current (conversation id or None), show, chat_state, speaks, heard."""
    if rows:
        _CHAT.each(tx, rows)


def keep_talks(tx: Connection, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> None:
    """Old rows: talk_id, answer, again, stand, touched. New rows: the conversation's columns."""
    if old:
        _TALK.each(tx, old)
    if new:
        _NEW_TALK.each(tx, new)


def defer(tx: Connection, inbox_id: int, tries: int, until: datetime, problem: str) -> None:
    """A letter that failed waits; after TRIES it is a dead letter."""
    state = "dead" if tries >= TRIES else "open"
    tx.execute(update(inbox).where(inbox.c.id == inbox_id).values(
        state=state, tries=tries, not_before=None if state == "dead" else until, problem=problem))


_ANY_OPEN = Prepared(select(inbox.c.id).where(inbox.c.state == "open").limit(1))


def any_open(tx: Connection) -> bool:
    """Whether any letter is unanswered."""
    return _ANY_OPEN.scalar(tx, {}) is not None


def next_wake(rows: Reading) -> datetime | None:
    """When the earliest held letter may be tried again."""
    held_back = select(inbox.c.not_before).where(inbox.c.state == "open", inbox.c.not_before.is_not(None))
    found: datetime | None = rows.scalar(held_back.order_by(inbox.c.not_before).limit(1))
    return found


def forget_old_letters(tx: Connection, before: datetime) -> int:
    """Empty the bodies of answered letters and of what was sent; the ids stay, so that nothing is taken twice."""
    answered = and_(inbox.c.state == "done", inbox.c.received_at < before, inbox.c.letter.is_not(None))
    gone = tx.execute(update(inbox).where(answered).values(letter=null())).rowcount
    over = and_(outbox.c.state.not_in(("new", "sending")), outbox.c.created_at < before, outbox.c.parcel.is_not(None))
    tx.execute(update(outbox).where(over).values(parcel=null()))
    return gone


# --- the outbox ---------------------------------------------------------------------------------------------------------


@value
class Parcel:
    """A message on its way: `body` is the packed message, `lane` orders replies before reminders before broadcasts."""

    id: int
    account: str
    chat_id: int
    chat_ref: str
    lane: int
    policy: str
    body: Mapping[str, Any]
    attempts: int
    not_before: datetime | None
    leaving: bool = False
    """Already marked as being sent, by the transaction that wrote it."""


@value
class Settled:
    """How one send ended: sent, new (try again, not before), failed or unknown."""

    id: int
    state: str
    at: datetime
    attempts: int = 1
    external_id: str | None = None
    not_before: datetime | None = None
    problem: str | None = None
    forget: bool = False
    """The message held a secret and was sent: the outbox forgets it."""


_POST = Prepared(insert(outbox).returning(outbox.c.id, outbox.c.key))


def post(tx: Connection, rows: Sequence[Mapping[str, Any]], refs: Mapping[int, str] | None = None) -> list[Parcel]:
    """Put messages into the outbox: rows of key, account, chat_id, lane, policy, parcel, created_at.

    With `refs` (chat id -> reference) they come back as the parcels they now are, so that nobody needs to fetch them. A row
    may also bring `state` "sending": whoever posts it sends it at once, so that no second commit is needed before that.
    """
    if not rows:
        return []
    made = [{"state": "new", "attempts": 0, **row} for row in rows]
    if refs is None:
        tx.execute(insert(outbox), made)
        return []
    ids: dict[str, int] = {key: id_ for id_, key in _POST.returning(tx, made)}
    return [Parcel(ids[row["key"]], row["account"], row["chat_id"], refs[row["chat_id"]], row["lane"], row["policy"],
                   row["parcel"], 0, None, row["state"] == "sending") for row in made]


_PARCELS = Prepared(
    select(outbox.c.id, outbox.c.account, outbox.c.chat_id, chat.c.ref, outbox.c.lane, outbox.c.policy, outbox.c.parcel,
           outbox.c.attempts, outbox.c.not_before)
    .join(chat, chat.c.id == outbox.c.chat_id)
    .where(outbox.c.state == "new", outbox.c.account == bindparam("of"), outbox.c.id > bindparam("after"))
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
)


def waiting(rows: Reading, account: str, after: int, limit: int) -> list[Parcel]:
    """Messages of an account that wait to be sent, oldest first, with ids above `after`."""
    return [Parcel(*row) for row in rows.all(_PARCELS, {"of": account, "after": after, "limit": limit})]


_SENDING = Prepared(
    update(outbox).where(outbox.c.id == bindparam("parcel_id"), outbox.c.state == "new")
    .values(state="sending", attempts=outbox.c.attempts + 1, started_at=bindparam("at")))
_SETTLED = Prepared(
    update(outbox).where(outbox.c.id == bindparam("parcel_id"))
    .values(state=bindparam("stand"), attempts=bindparam("made"), external_id=bindparam("external"),
            not_before=bindparam("later"), problem=bindparam("trouble"), finished_at=bindparam("at")))


def advance(tx: Connection, settled: Sequence[Settled], starting: Sequence[int], now: datetime) -> None:
    """Write how sends ended and which begin: one commit for both, before the new ones leave."""
    settle(tx, settled)
    if starting:
        _SENDING.each(tx, [{"parcel_id": id_, "at": now} for id_ in starting])


def settle(tx: Connection, settled: Sequence[Settled]) -> None:
    """Write how sends ended."""
    if settled:
        _SETTLED.each(tx, [{"parcel_id": s.id, "stand": s.state, "made": s.attempts, "external": s.external_id,
                               "later": s.not_before, "trouble": s.problem, "at": s.at} for s in settled])
        if over := [s.id for s in settled if s.forget]:
            forget(tx, over)


def forget(tx: Connection, ids: Sequence[int]) -> None:
    """What these messages said stands nowhere any more."""
    tx.execute(update(outbox).where(outbox.c.id.in_(ids)).values(parcel=null()))


def sent_of(rows: Reading, ids: Sequence[int]) -> list[int]:
    """Which of these messages are sent: only then may they be forgotten."""
    return [row.id for row in rows.all(select(outbox.c.id).where(outbox.c.id.in_(ids), outbox.c.state == "sent"))]


_mine = and_(outbox.c.account == bindparam("whose"), outbox.c.state == "sending")
_again = or_(outbox.c.policy == EDIT, and_(outbox.c.policy == RESEND_ONCE, outbox.c.attempts < 2))
_tried = case((outbox.c.attempts == 0, 1), else_=outbox.c.attempts)  # it may have left once
_resent = update(outbox).where(_mine, _again).values(state="new", attempts=_tried, problem="interrupted")
_unknown = update(outbox).where(_mine).values(state="unknown", problem="interrupted", finished_at=bindparam("at"))
_RESENT, _UNKNOWN = Prepared(_resent), Prepared(_unknown)


def recover(tx: Connection, account: str, now: datetime, before: datetime | None = None, held: Sequence[int] = ()) -> int:
    """After a stop in mid-send the outcome of `sending` rows is unknown: each follows its policy. How many there were.

    With `before`, while sends go on: only rows made by then that are not among those `held` by whoever sends.
    """
    whose, at = {"whose": account}, {"whose": account, "at": now}
    if before is None:
        return _RESENT.each(tx, [whose]) + _UNKNOWN.each(tx, [at])
    lost = and_(outbox.c.created_at <= before, outbox.c.id.not_in(held))
    return tx.execute(_resent.where(lost), whose).rowcount + tx.execute(_unknown.where(lost), at).rowcount


def move(tx: Connection, chat_id: int, ref: str) -> None:
    """The platform gave this chat a new name."""
    tx.execute(update(chat).where(chat.c.id == chat_id).values(ref=ref))


def block(tx: Connection, chat_ids: Sequence[int], now: datetime) -> None:
    """These people have blocked us: nothing more is sent until they write again."""
    if chat_ids:
        tx.execute(update(chat).where(chat.c.id.in_(chat_ids)).values(state="blocked"))
        tx.execute(update(outbox).where(outbox.c.chat_id.in_(chat_ids), outbox.c.state == "new")
                   .values(state="failed", problem="blocked", finished_at=now))
