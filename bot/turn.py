"""The turn: letters are kept and answered in one transaction, many chats at a time; one that fails is tried again alone."""

from __future__ import annotations

import asyncio
import logging
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from bot import notices
from bot.channels import Limits
from bot.channels.fitting import fit
from bot.points import reach
from bot.store import Store, out_of_reach
from content.library import Library
from content.vietnam_time import local_day
from content.words import words
from handlers.answering import answer
from handlers.desk import Desk, Find, kept_from
from handlers.look import Look
from handlers.talk import Answer, Incoming, Message, Notice, said
from storage import mail, people
from storage.reading import Reading
from storage.record import Context, record
from storage.working_hours import ORDINARY, WorkingHours

log = logging.getLogger(__name__)
BATCH = 100
KNOWN_CHATS = 50_000
T = TypeVar("T")
Departures = Mapping[str, Callable[[int], bool]]
"""By account: whether a message to this chat would leave at once, so that it may be marked as being sent when it is written."""
NONE: Departures = {}
Answered = tuple[int, list[mail.Parcel], bool]
"""How many letters were answered, what was put into the outbox, and whether letters are left."""
BACKOFF = (1, 2, 4, 8)
"""Seconds a letter that failed waits before its next try."""


@dataclass(frozen=True)
class Mind:
    """What every answer draws on besides the letter itself."""

    library: Library
    find: Find
    language: str
    limits: Mapping[str, Limits]
    doors: Callable[[], tuple[str, ...]]
    backoff: Sequence[float] = BACKOFF
    hours: WorkingHours = ORDINARY


class Arrival:
    """Letters a channel handed in, and whoever waits for their commit."""

    __slots__ = ("account", "kept", "letters")

    def __init__(self, account: str, letters: Sequence[mail.Letter]) -> None:
        self.account, self.letters = account, letters
        self.kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def end(self, error: Exception | None = None) -> None:
        if self.kept.done():
            return
        if error is None:
            self.kept.set_result(None)
        else:
            self.kept.set_exception(error)


class Turn:
    """Keeps what arrives and answers it, in one transaction; then answers what is left, and sleeps until something comes."""

    def __init__(
        self, store: Store, mind: Mind, posted: Callable[[list[mail.Parcel]], None],
        departures: Callable[[], Departures] = dict, batch: int = BATCH, idle: float = 30.0
    ) -> None:
        self._store, self._mind, self._posted, self._departures = store, mind, posted, departures
        self._batch, self._idle = batch, idle
        self._arrived: list[Arrival] = []
        self._known: dict[str, dict[str, int]] = {}
        self._woken = asyncio.Event()
        self.stopped = asyncio.Event()
        self._ended = False
        self._held = True  # a letter that failed may be waiting from before

    @property
    def stopping(self) -> bool:
        return self.stopped.is_set()

    def wake(self) -> None:
        self._woken.set()

    async def take_in(self, account: str, letters: Sequence[mail.Letter]) -> None:
        """Keep these letters. When this returns they are committed, and most likely answered."""
        if self._ended:
            raise ConnectionAbortedError("the house is closing")
        arrival = Arrival(account, letters)
        self._arrived.append(arrival)
        self._woken.set()
        await asyncio.shield(arrival.kept)

    async def run(self) -> None:
        """Until `stop`. What stands open in the inbox when it begins is answered first."""
        self._woken.set()
        while not self.stopping or self._arrived:
            self._woken.clear()
            try:
                pause = await self._drain()
            except Exception as error:
                if not out_of_reach(error):
                    raise
                log.error("the database is out of reach: %s", type(error).__name__)
                pause = 2.0
            try:
                await asyncio.wait_for(self._woken.wait(), pause)
            except TimeoutError:
                continue
        self._ended = True

    async def stop(self) -> None:
        """Finish what is being answered; open letters wait in the inbox."""
        self.stopped.set()
        self._woken.set()

    async def _drain(self) -> float:
        """Answer all that can be answered now; how long until something may be due again."""
        while await self.once() and not self.stopping:
            pass
        if not self._held:
            return self._idle
        held = await self._store.read(mail.next_wake)
        self._held = held is not None
        return self._idle if held is None else min(self._idle, max(0.05, (held - datetime.now(UTC)).total_seconds()))

    async def once(self) -> bool:
        """Keep what arrived and answer one batch, in one commit; whether letters are left."""
        arrived, self._arrived = self._arrived, []
        leaving = self._departures()
        try:
            done, parcels, more = await self._keep(arrived, lambda tx: answer_batch(tx, self._mind, self._batch, leaving))
        except Exception as error:
            if out_of_reach(error):
                for arrival in arrived:
                    arrival.end(error)
                raise
            await self._only_keep(arrived)
            done, parcels, more = await self._alone(), [], True
        reach("after_turn_commit")
        if done:
            self._posted(parcels)
        return bool(self._arrived) or (more and done > 0)

    async def _keep(self, arrived: Sequence[Arrival], then: Callable[[Connection], T]) -> T:
        """Commit what arrived together with what `then` makes of it, and tell those who wait for that."""
        met: list[tuple[str, ChainMap[str, int]]] = []

        def work(tx: Connection) -> T:
            now = datetime.now(UTC)
            met.clear()  # it may be run again
            for arrival in arrived:
                known = ChainMap({}, self._known.setdefault(arrival.account, {}))
                met.append((arrival.account, known))
                mail.receive(tx, arrival.account, arrival.letters, now, known)
            return then(tx)

        made = await self._store.write(work)
        if arrived:
            reach("after_inbox_commit")
        for account, known in met:
            self._remember(account, known.maps[0])
        for arrival in arrived:
            arrival.end()
        return made

    def _remember(self, account: str, met: Mapping[str, int]) -> None:
        known = self._known[account]
        if len(known) > KNOWN_CHATS:
            known.clear()
        known.update(met)

    async def _only_keep(self, arrived: Sequence[Arrival]) -> None:
        """Something in the batch fails: what arrived is kept all the same, and only what cannot be kept is given back."""
        for arrival in arrived:
            try:
                await self._keep([arrival], lambda _tx: None)
            except Exception as error:  # whoever handed it in decides what becomes of it
                arrival.end(error)

    async def _alone(self) -> int:
        """Something in the batch fails: take its letters one by one, so that it harms nobody else."""
        done = 0
        for _ in range(self._batch):
            failing: list[mail.Open] = []
            try:
                if not (await self._store.write(lambda tx: answer_batch(tx, self._mind, 1, {}, failing)))[0]:  # noqa: B023
                    return done
            except Exception as error:
                if out_of_reach(error) or not failing:
                    raise
                await self._failed(failing[0], error)
            done += 1
        return done

    async def _failed(self, letter: mail.Open, error: Exception) -> None:
        tries, self._held = letter.tries + 1, True
        # never the message of the error: it may quote what somebody wrote
        log.error("letter %d failed, try %d: %s at %s", letter.inbox_id, tries, type(error).__name__, _where(error))
        wait = self._mind.backoff[min(tries, len(self._mind.backoff)) - 1]

        def give_up_or_wait(tx: Connection) -> None:
            now = datetime.now(UTC)
            mail.defer(tx, letter.inbox_id, tries, now + timedelta(seconds=wait), type(error).__name__)
            if tries >= mail.TRIES:
                apology = said(words(letter.language or self._mind.language).say("trouble.apology"))
                _post(tx, self._mind, letter, [apology], now, suffix="sorry")

        await self._store.write(give_up_or_wait)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"


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
    rows = Reading(tx)
    today = local_day(now)
    known = people.who(rows, [letter.person_id for letter in letters if letter.person_id], today)
    sheet = Sheet(now, leaving)
    for letter in letters:
        if failing is not None:
            failing[:] = [letter]
        desk = _desk(letter, mind, rows, now, known)
        result = answer(desk)
        context = Context(now, today, letter.chat_id, letter.person_id, letter.account)
        for thing in result.records:
            record(thing, tx, context)
            rows.forget()
        sheet.add(letter, result, mind)
    reach("mid_turn")
    sheet.write(tx)
    return len(letters), sheet.posted, mail.any_open(tx)


def _desk(letter: mail.Open, mind: Mind, rows: Reading, now: datetime, known: Mapping[int, people.Who]) -> Desk:
    incoming = Incoming.unpack(letter.body)
    language = letter.language or incoming.language or mind.language
    look = Look(rows, words(language), mind.library, now, local_day(now), min(incoming.sent_at, now), letter.chat_id,
                known.get(letter.person_id or 0), doors=mind.doors(), hours=mind.hours, accounts=mind.limits,
                house=mind.language)
    talk = kept_from(letter.conversation) if letter.conversation and letter.conversation.state == "open" else None
    return Desk(incoming, look, mind.find, letter.inbox_id, letter.shown, talk)


class Sheet:
    """What a batch of answers changes, gathered so that each table is written once."""

    def __init__(self, now: datetime, leaving: Departures) -> None:
        self._now, self._leaving = now, leaving
        self._closed: list[int] = []
        self._chats: list[dict[str, object]] = []
        self._old: list[dict[str, object]] = []
        self._new: list[dict[str, object]] = []
        self._parcels: list[dict[str, object]] = []
        self._refs: dict[int, str] = {}
        self._notices: list[Notice] = []
        self.posted: list[mail.Parcel] = []

    def add(self, letter: mail.Open, result: Answer, mind: Mind) -> None:
        self._closed.append(letter.inbox_id)
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


def parcels(
    mind: Mind, letter: mail.Open, messages: Sequence[Message], now: datetime, suffix: str = ""
) -> list[dict[str, object]]:
    """The outbox rows of an answer, cut to what the channel carries. A press is answered once, by the first."""
    fitting = [part for message in messages for part in fit(message, mind.limits[letter.account])]
    return [{"key": f"in:{letter.inbox_id}:{suffix}{n}", "account": letter.account, "chat_id": letter.chat_id,
             "lane": mail.REPLY, "policy": (mail.EDIT if part.edits else part.policy.value), "parcel": part.pack(),
             "created_at": now, "state": "new"} for n, part in enumerate(fitting)]


def _post(tx: Connection, mind: Mind, letter: mail.Open, messages: Sequence[Message], now: datetime, suffix: str) -> None:
    ack = Incoming.unpack(letter.body).ack
    messages = [replace(messages[0], ack=ack), *messages[1:]]
    mail.post(tx, parcels(mind, letter, messages, now, suffix))
