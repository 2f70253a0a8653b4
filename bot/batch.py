"""A batch of letters answered in one transaction: each by itself, what they change together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot import notices
from bot.channels.fitting import fit
from bot.mind import Mind
from bot.points import reach
from content.vietnam_time import local_day
from content.words import words
from handlers.desk import Desk, kept_from
from handlers.look import Look
from handlers.talk import Answer, Incoming, Message, Notice, said
from storage import mail
from storage.reading import Reading
from storage.record import Context, record
from storage.teams import people

Departures = Mapping[str, Callable[[int], bool]]
"""By account: whether a message to this chat would leave at once, so that it may be marked as being sent when it is written."""
NONE: Departures = {}
Answered = tuple[int, list[mail.Parcel], bool]
"""How many letters were answered, what was put into the outbox, and whether letters are left."""


def answer_batch(
    tx: Connection, mind: Mind, limit: int, leaving: Departures = NONE, failing: list[mail.Open] | None = None
) -> Answered:
    """Answer the oldest open letters in this transaction.

    What is `leaving` at once is marked so as it is written; `failing` receives the letter being answered.
    """
    now = datetime.now(UTC)
    letters = mail.claim(tx, now, limit)
    if not letters:
        return 0, [], False
    from handlers import answering  # every conversation there is: loaded once the first letters are asked for

    rows = Reading(tx)
    today = local_day(now)
    known = people.who(rows, [letter.person_id for letter in letters if letter.person_id], today)
    sheet = Sheet(now, leaving)
    for letter in letters:
        if failing is not None:
            failing[:] = [letter]
        context = Context(now, today, letter.chat_id, letter.person_id, letter.account)
        result = answering.answer(_desk(letter, mind, rows, context, known))
        for thing in result.records:
            record(thing, tx, context)
            rows.forget()
        sheet.add(letter, result, mind)
    reach("mid_turn")
    sheet.write(tx)
    return len(letters), sheet.posted, mail.any_open(tx)


def _desk(letter: mail.Open, mind: Mind, rows: Reading, context: Context, known: Mapping[int, people.Who]) -> Desk:
    incoming = Incoming.unpack(letter.body)
    language = letter.language or incoming.language or mind.language
    talk = kept_from(letter.conversation) if letter.conversation and letter.conversation.state == "open" else None
    now = context.now
    limits = mind.limits[letter.account]
    look = Look(rows, words(language), mind.library, now, context.today, min(incoming.sent_at, now), letter.chat_id,
                known.get(letter.person_id or 0), talk.id if talk else 0, talk.subject if talk else "", doors=mind.doors(),
                addresses=mind.addresses(), hours=mind.hours, house=mind.language, accounts=mind.limits,
                telephone=mind.telephone, mark=mind.mark, asks_number=mind.mark is not None and limits.asks_number,
                sounds=mind.speaks and limits.sounds)
    return Desk(incoming, look, mind.find, letter.inbox_id, letter.shown, talk)


class Sheet:
    """What a batch of answers changes, gathered so that each table is written once."""

    def __init__(self, now: datetime, leaving: Departures) -> None:
        self._now, self._leaving = now, leaving
        self._closed: list[int] = []
        self._private: list[int] = []
        self._chats: list[dict[str, object]] = []
        self._old: list[dict[str, object]] = []
        self._new: list[dict[str, object]] = []
        self._parcels: list[dict[str, object]] = []
        self._refs: dict[int, str] = {}
        self._notices: list[Notice] = []
        self.posted: list[mail.Parcel] = []

    def add(self, letter: mail.Open, result: Answer, mind: Mind) -> None:
        self._closed.append(letter.inbox_id)
        if result.forgets:
            self._private.append(letter.inbox_id)
        self._refs[letter.chat_id] = letter.chat_ref
        self._chats.append({
            "chat_id": letter.chat_id, "current": result.current, "show": result.shown,
            "chat_state": "blocked" if result.blocked else "active",
            "speaks": result.language or letter.language, "heard": self._now})
        for kept in result.talks:
            if kept.new:
                self._new.append({
                    "id": kept.id, "chat_id": letter.chat_id, "dialogue": kept.dialogue, "subject": kept.subject,
                    "answers": kept.answers, "asking_again": kept.asking_again, "state": kept.state,
                    "began_on": local_day(self._now), "touched_at": self._now})
            else:
                self._old.append({"talk_id": kept.id, "answer": kept.answers, "again": kept.asking_again, "stand": kept.state,
                                  "touched": self._now})
        said = parcels(mind, letter, result.messages, self._now)
        leaves = self._leaving.get(letter.account)
        if said and leaves is not None and said[0]["policy"] != mail.DROP and leaves(letter.chat_id):
            said[0]["state"] = "sending"
        self._parcels += said
        if result.notices:
            self._notices += result.notices
            self._parcels += notices.rows(mind.limits, result.notices, f"in:{letter.inbox_id}:to", self._now)

    def write(self, tx: Connection) -> None:
        mail.keep_talks(tx, self._old, self._new)
        mail.keep_chats(tx, self._chats)
        notices.show(tx, self._notices, self._refs)
        self.posted = mail.post(tx, self._parcels, self._refs)
        mail.close(tx, self._closed)
        mail.empty(tx, self._private)


def parcels(
    mind: Mind, letter: mail.Open, messages: Sequence[Message], now: datetime, suffix: str = ""
) -> list[dict[str, object]]:
    """The outbox rows of an answer, cut to what the channel carries. A press is answered once, by the first."""
    fitting = [part for message in messages for part in fit(message, mind.limits[letter.account])]
    return [{"key": f"in:{letter.inbox_id}:{suffix}{n}", "account": letter.account, "chat_id": letter.chat_id,
             "lane": mail.REPLY, "policy": (mail.EDIT if part.edits else part.policy.value), "parcel": part.pack(),
             "created_at": now, "state": "new"} for n, part in enumerate(fitting)]


def apologise(tx: Connection, mind: Mind, letter: mail.Open, now: datetime) -> None:
    """To whoever wrote a letter that is given up."""
    sorry = said(words(letter.language or mind.language).say("trouble.apology"))
    message = replace(sorry, ack=Incoming.unpack(letter.body).ack)
    mail.post(tx, parcels(mind, letter, [message], now, suffix="sorry"))
