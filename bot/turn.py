"""The turn: letters are answered in one transaction, many chats at a time; one that fails is tried again alone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

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
from handlers.talk import Answer, Incoming, Message, said
from storage import mail, people
from storage.reading import Reading
from storage.record import Context, record

log = logging.getLogger(__name__)
BATCH = 100
GATHER = 0.006
"""Seconds to wait for more letters while they come thick and fast: a batch costs little more than one letter."""
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


class Turn:
    """Answers open letters until there are none, then sleeps until it is woken or a held letter is due."""

    def __init__(
        self, store: Store, mind: Mind, posted: Callable[[list[mail.Parcel]], None], batch: int = BATCH, idle: float = 30.0
    ) -> None:
        self._store, self._mind, self._posted, self._batch, self._idle = store, mind, posted, batch, idle
        self._woken = asyncio.Event()
        self.stopped = asyncio.Event()
        self._held = True  # a letter that failed may be waiting from before
        self._last = 0.0

    @property
    def stopping(self) -> bool:
        return self.stopped.is_set()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Until `stop`. What stands open in the inbox when it begins is answered first."""
        self._woken.set()
        while not self.stopping:
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

    async def stop(self) -> None:
        """Finish what is being answered; open letters wait in the inbox."""
        self.stopped.set()
        self._woken.set()

    async def _drain(self) -> float:
        """Answer all that can be answered now; how long until something may be due again."""
        while not self.stopping:
            await self._gather()
            if not await self.once():
                break
        if not self._held:
            return self._idle
        held = await self._store.read(mail.next_wake)
        self._held = held is not None
        return self._idle if held is None else min(self._idle, max(0.05, (held - datetime.now(UTC)).total_seconds()))

    async def _gather(self) -> None:
        """The first letter after a pause is answered at once; in a stream of them a moment's patience answers more together."""
        now = time.monotonic()
        if now - self._last < 3 * GATHER:
            await asyncio.sleep(GATHER)
        self._last = time.monotonic()

    async def once(self) -> bool:
        """Answer one batch; whether letters are left."""
        try:
            done, parcels, more = await self._store.write(lambda tx: answer_batch(tx, self._mind, self._batch))
        except Exception as error:
            if out_of_reach(error):
                raise
            done, parcels, more = await self._alone(), [], True
        reach("after_turn_commit")
        if done:
            self._posted(parcels)
        return more and done > 0

    async def _alone(self) -> int:
        """Something in the batch fails: take its letters one by one, so that it harms nobody else."""
        done = 0
        for _ in range(self._batch):
            failing: list[mail.Open] = []
            try:
                if not (await self._store.write(lambda tx: answer_batch(tx, self._mind, 1, failing)))[0]:  # noqa: B023
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


def answer_batch(tx: Connection, mind: Mind, limit: int, failing: list[mail.Open] | None = None) -> Answered:
    """Answer the oldest open letters in this transaction. `failing` receives the letter being answered."""
    now = datetime.now(UTC)
    letters = mail.claim(tx, now, limit)
    if not letters:
        return 0, [], False
    rows = Reading(tx)
    today = local_day(now)
    known = people.who(rows, [letter.person_id for letter in letters if letter.person_id], today)
    sheet = Sheet(now)
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
                known.get(letter.person_id or 0), doors=mind.doors())
    talk = kept_from(letter.conversation) if letter.conversation and letter.conversation.state == "open" else None
    return Desk(incoming, look, mind.find, letter.inbox_id, letter.shown, talk)


class Sheet:
    """What a batch of answers changes, gathered so that each table is written once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._closed: list[int] = []
        self._chats: list[dict[str, object]] = []
        self._old: list[dict[str, object]] = []
        self._new: list[dict[str, object]] = []
        self._parcels: list[dict[str, object]] = []
        self._refs: dict[int, str] = {}
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
        self._parcels += parcels(mind, letter, result.messages, self._now)

    def write(self, tx: Connection) -> None:
        mail.keep_talks(tx, self._old, self._new)
        mail.keep_chats(tx, self._chats)
        self.posted = mail.post(tx, self._parcels, self._refs)
        mail.close(tx, self._closed)


def parcels(
    mind: Mind, letter: mail.Open, messages: Sequence[Message], now: datetime, suffix: str = ""
) -> list[dict[str, object]]:
    """The outbox rows of an answer, cut to what the channel carries. A press is answered once, by the first."""
    fitting = [part for message in messages for part in fit(message, mind.limits[letter.account])]
    return [{"key": f"in:{letter.inbox_id}:{suffix}{n}", "account": letter.account, "chat_id": letter.chat_id,
             "lane": mail.REPLY, "policy": (mail.EDIT if part.edits else part.policy.value), "parcel": part.pack(),
             "created_at": now} for n, part in enumerate(fitting)]


def _post(tx: Connection, mind: Mind, letter: mail.Open, messages: Sequence[Message], now: datetime, suffix: str) -> None:
    ack = Incoming.unpack(letter.body).ack
    messages = [replace(messages[0], ack=ack), *messages[1:]]
    mail.post(tx, parcels(mind, letter, messages, now, suffix))
