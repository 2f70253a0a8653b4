"""The turn: letters are kept and answered in one transaction, many chats at a time; one that fails is tried again alone."""

from __future__ import annotations

import asyncio
import logging
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.amiss import where
from bot.batch import Answered, answer_batch, apologise
from bot.mind import Mind
from bot.points import reach
from bot.post import Post
from bot.store import Store, out_of_reach
from storage import mail

log = logging.getLogger(__name__)
BATCH = 100
KNOWN_CHATS = 50_000
T = TypeVar("T")


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

    def __init__(self, store: Store, mind: Mind, post: Post, batch: int = BATCH, idle: float = 30.0) -> None:
        self._store, self._mind, self._post = store, mind, post
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
                async with asyncio.timeout(pause):
                    await self._woken.wait()
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
        leaving, carried = self._post.departures(), self._post.carry()

        def work(tx: Connection) -> Answered:
            answered = answer_batch(tx, self._mind, self._batch, leaving)
            carried.write(tx)
            return answered

        try:
            done, parcels, more = await self._keep(arrived, work)
        except Exception as error:
            carried.put_back()
            if out_of_reach(error):
                for arrival in arrived:
                    arrival.end(error)
                raise
            await self._only_keep(arrived)
            done, parcels, more = await self._alone(), [], True
        reach("after_turn_commit")
        if done:
            self._post.hand_over(parcels)
        return bool(self._arrived) or (more and done > 0)

    async def _keep(self, arrived: Sequence[Arrival], then: Callable[[Connection], T]) -> T:
        """Commit what arrived together with what `then` makes of it, and tell those who wait for that."""
        met: list[tuple[str, ChainMap[str, int]]] = []
        runs = 0

        def work(tx: Connection) -> T:
            nonlocal runs
            runs += 1
            now = datetime.now(UTC)
            met.clear()  # it may be run again
            for arrival in arrived:
                known = ChainMap({}, self._known.setdefault(arrival.account, {}))
                met.append((arrival.account, known))
                mail.receive(tx, arrival.account, arrival.letters, now, known)
            return then(tx)

        try:
            made = await self._store.write(work)
        except DBAPIError:
            self._post.doubt()
            raise
        if runs > 1:
            self._post.doubt()
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
        log.error("letter %d failed, try %d: %s at %s", letter.inbox_id, tries, type(error).__name__, where(error))
        wait = self._mind.backoff[min(tries, len(self._mind.backoff)) - 1]

        def give_up_or_wait(tx: Connection) -> None:
            now = datetime.now(UTC)
            mail.defer(tx, letter.inbox_id, tries, now + timedelta(seconds=wait), type(error).__name__)
            if tries >= mail.TRIES:
                apologise(tx, self._mind, letter, now)

        await self._store.write(give_up_or_wait)
