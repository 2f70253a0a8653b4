"""Delivery: what stands in the outbox is sent, in order for each chat, at the platform's pace, and its fate written down."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot.channels import Channel, Fate, Sent
from bot.pacing import Queue
from bot.points import reach
from bot.store import Store, out_of_reach
from handlers.talk import Message
from storage import mail
from storage.mail import DROP, EDIT, Parcel, Settled
from storage.reminding import reminders

log = logging.getLogger(__name__)
AT_ONCE = 200
"""Sends in flight for one account."""
LOOK_AGAIN = 1.0
"""Seconds after which the outbox is looked through again, for what other processes put there."""
FLUSH = 0.04
"""Seconds for which the fates of sends may wait to be written down together."""
DOUBT = 2.0
"""Seconds after a commit of which nobody knows whether it was one: whatever it did has been handed over by then, or never is."""
CARRIED = 2_000
"""Messages that arrived and were given to a commit, lately: should that one fail as well, they are not sent once more."""
LONGEST_WAIT = 60.0
EDITS_TRIED = 5


class Delivery:
    """Sends for one account; only one process does at a time."""

    def __init__(self, store: Store, channel: Channel) -> None:
        self._store, self._channel = store, channel
        self._queue = Queue(channel.limits)
        self._woken = asyncio.Event()
        self._settled: list[Settled] = []
        self._arrived: deque[Settled] = deque()
        self._blocked: list[int] = []
        self._moved: list[tuple[int, str]] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._after = 0
        self._looked_at = self._flushed_at = 0.0
        self._news = True
        self._doubted: tuple[float, datetime] | None = None
        self._carried: deque[int] = deque(maxlen=CARRIED)
        self._stopping = False
        self.stopped_by_platform = False

    def wake(self) -> None:
        """Something new stands in the outbox."""
        self._news = True
        self._woken.set()

    def take(self, parcels: Sequence[Parcel]) -> None:
        """These were just committed to the outbox: no need to fetch them."""
        now = time.monotonic()
        for parcel in parcels:
            self._after = max(self._after, parcel.id)
            self._queue.add(parcel, now)
        self._woken.set()

    async def recover(self) -> None:
        """Before anything is sent: what was in mid-send when a process died goes by its own policy."""
        await self._store.write(lambda tx: mail.recover(tx, self._channel.account, datetime.now(UTC)))

    def doubt(self) -> None:
        """A commit may have come to be though we were told otherwise: what it marked as leaving, nobody sends. Any thread."""
        self._doubted = time.monotonic(), datetime.now(UTC)

    async def _reclaim(self) -> None:
        """What a commit marked as leaving of which nobody heard: it goes by its policy, as after a stop."""
        doubted = self._doubted
        if doubted is None or time.monotonic() - doubted[0] < DOUBT:
            return

        def reclaim(tx: Connection) -> int:
            held = [*self._queue.known, *self._carried, *(ended.id for ended in (*self._settled, *self._arrived))]
            return mail.recover(tx, self._channel.account, datetime.now(UTC), doubted[1], held)

        found = await self._store.write(reclaim)
        if self._doubted is doubted:
            self._doubted = None
        if found:
            log.warning("%d messages were written by a commit nobody heard of; they are sent now", found)

    def departures(self) -> Callable[[int], bool]:
        """Whether a message to a chat would leave at once, asked for each chat in turn; a guess that costs little when wrong."""
        now = time.monotonic()
        room = 0 if self._stopping or self.stopped_by_platform else self._queue.room(now, AT_ONCE)
        gone: set[int] = set()

        def leaves(chat_id: int) -> bool:
            if len(gone) >= room or chat_id in gone or not self._queue.is_free(chat_id, now):
                return False
            gone.add(chat_id)
            return True

        return leaves

    def carry(self) -> list[Settled]:
        """Messages that have arrived, for somebody who writes anyway, in whatever thread.

        What is to be tried again is not among them: its order counts.
        """
        carried: list[Settled] = []
        self._flushed_at = time.monotonic()
        with contextlib.suppress(IndexError):
            while True:
                carried.append(self._arrived.popleft())
        self._carried.extend(ended.id for ended in carried)
        return carried

    def put_back(self, settled: Sequence[Settled]) -> None:
        self._arrived.extendleft(reversed(settled))
        self._woken.set()

    @property
    def _unwritten(self) -> bool:
        return bool(self._settled or self._arrived or self._blocked or self._moved)

    async def run(self) -> None:
        """Until `stop`."""
        while not (self._stopping and not self._sending and not self._unwritten):
            self._woken.clear()
            try:
                await self._step()
            except Exception as error:
                if not out_of_reach(error):
                    raise
                log.error("the outbox is out of reach: %s", type(error).__name__)
                await asyncio.sleep(1)
            await self._rest()

    async def stop(self) -> None:
        """Start no new sends; `run` ends when those in flight have ended and are written down."""
        self._stopping = True
        self._woken.set()

    async def _rest(self) -> None:
        if self._stopping and self._unwritten:
            return
        wait = self._queue.due_in(time.monotonic()) if len(self._sending) < AT_ONCE and not self._stopping else None
        longest = FLUSH if self._unwritten else LOOK_AGAIN
        try:
            async with asyncio.timeout(longest if wait is None else min(wait, longest)):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _step(self) -> None:
        await self._reclaim()
        await self._look()
        starting = [] if self._stopping or self.stopped_by_platform else self._choose()
        ripe = self._stopping or time.monotonic() - self._flushed_at >= FLUSH
        if any(not parcel.leaving for parcel in starting) or (ripe and self._unwritten):
            await self._write_down(starting)
        for parcel in starting:
            task = asyncio.create_task(self._send(parcel))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _write_down(self, starting: Sequence[Parcel]) -> None:
        """How sends ended and which begin, in one commit before the new ones leave."""
        self._flushed_at = time.monotonic()
        settled, self._settled = [*self._settled, *self.carry()], []
        blocked, self._blocked = self._blocked, []
        moved, self._moved = self._moved, []
        if settled:
            reach("before_mark_sent")

        def write(tx: Connection) -> None:
            now = datetime.now(UTC)
            mail.advance(tx, settled, [parcel.id for parcel in starting if not parcel.leaving], now)
            mail.block(tx, blocked, now)
            for chat_id, ref in moved:
                mail.move(tx, chat_id, ref)

        try:
            await asyncio.shield(self._store.write(write))
        except Exception:
            self._settled, self._blocked, self._moved = settled + self._settled, blocked + self._blocked, moved + self._moved
            for parcel in starting:
                self._queue.put_back(parcel, time.monotonic(), 1.0)
            raise

    async def _look(self) -> None:
        """Fetch what is new, and every now and then everything that waits."""
        now = time.monotonic()
        thorough = now - self._looked_at >= LOOK_AGAIN
        if not (self._news or thorough) or self._stopping:
            return
        self._news = False
        after = 0 if thorough else self._after
        self._looked_at = now if thorough else self._looked_at
        found = await self._store.read(lambda rows: mail.waiting(rows, self._channel.account, after, 2000))
        clock = datetime.now(UTC)
        for parcel in found:
            self._after = max(self._after, parcel.id)
            wait = (parcel.not_before - clock).total_seconds() if parcel.not_before else 0.0
            self._queue.add(parcel, time.monotonic(), max(0.0, wait))

    def _choose(self) -> list[Parcel]:
        chosen: list[Parcel] = []
        while len(self._sending) + len(chosen) < AT_ONCE:
            parcel = self._queue.take(time.monotonic())
            if parcel is None:
                break
            chosen.append(parcel)
        return chosen

    async def _send(self, parcel: Parcel) -> None:
        reach("before_send")
        sent = TOO_LATE if _too_late(parcel) else await self._channel.send(parcel.chat_ref, Message.unpack(parcel.body))
        reach("after_send")
        _FATES[sent.fate](self, parcel, sent)
        self._woken.set()

    # --- what became of it ----------------------------------------------------------------------------------------

    def _end(self, parcel: Parcel, state: str, sent: Sent) -> None:
        ended = self._arrived if state == "sent" else self._settled
        forget = state == "sent" and "secret" in parcel.body and not sent.shown_later
        ended.append(Settled(parcel.id, state, datetime.now(UTC), parcel.attempts + 1, sent.external_id or None,
                             problem=sent.problem[:200] or None, forget=forget))
        self._queue.finished(parcel, time.monotonic())

    def _on_sent(self, parcel: Parcel, sent: Sent) -> None:
        self._end(parcel, "sent", sent)

    def _on_refused(self, parcel: Parcel, sent: Sent) -> None:
        log.warning("message %d was refused: %s", parcel.id, sent.problem[:100])
        self._end(parcel, "failed", sent)

    def _on_blocked(self, parcel: Parcel, sent: Sent) -> None:
        self._end(parcel, "failed", sent)
        self._blocked.append(parcel.chat_id)
        for waiting in self._queue.drop(parcel.chat_id):
            self._settled.append(Settled(waiting.id, "failed", datetime.now(UTC), waiting.attempts, problem="blocked"))

    def _on_not_sent(self, parcel: Parcel, sent: Sent) -> None:
        wait = sent.retry_after or _backoff(parcel.attempts)
        if sent.lasting and parcel.lane != mail.REPLY:  # surely not said: reminders and announcements look for another chat
            self._queue.pause(time.monotonic() + wait)
            self._on_refused(parcel, sent)
            return
        if sent.moved_to:
            self._moved.append((parcel.chat_id, sent.moved_to))
        if sent.whole_account:
            self._queue.pause(time.monotonic() + wait)
        self._retry(parcel, sent, wait, parcel.attempts, moved=sent.moved_to)

    def _on_unknown(self, parcel: Parcel, sent: Sent) -> None:
        made = parcel.attempts + 1
        again = made < EDITS_TRIED if parcel.policy == EDIT else parcel.policy != DROP and made < 2
        if again:
            self._retry(parcel, sent, _backoff(made), made)
        else:
            self._end(parcel, "unknown", sent)

    def _on_stopped(self, parcel: Parcel, sent: Sent) -> None:
        if sent.retry_after:  # it may be mended while we run; the channel has said so already
            self._on_not_sent(parcel, sent)
            return
        log.error("%s no longer accepts us (%s): an operator must look", self._channel.account, sent.problem[:100])
        self.stopped_by_platform = True
        self._retry(parcel, sent, LONGEST_WAIT, parcel.attempts)

    def _retry(self, parcel: Parcel, sent: Sent, wait: float, attempts: int, moved: str = "") -> None:
        now = datetime.now(UTC)
        self._settled.append(Settled(parcel.id, "new", now, attempts, not_before=now + timedelta(seconds=wait),
                                     problem=sent.problem[:200] or None))
        again = replace(parcel, chat_ref=moved or parcel.chat_ref, attempts=attempts, not_before=None, leaving=False)
        self._queue.put_back(again, time.monotonic(), wait)


_FATES: Mapping[Fate, Callable[[Delivery, Parcel, Sent], None]] = {
    Fate.SENT: Delivery._on_sent, Fate.NOT_SENT: Delivery._on_not_sent, Fate.UNKNOWN: Delivery._on_unknown,
    Fate.REFUSED: Delivery._on_refused, Fate.BLOCKED: Delivery._on_blocked, Fate.STOPPED: Delivery._on_stopped,
}


TOO_LATE = Sent(Fate.REFUSED, problem=reminders.TOO_LATE)


def _too_late(parcel: Parcel) -> bool:
    """Whether what nobody asked for would come in somebody's quiet hours, also where the clock was set back meanwhile."""
    until = parcel.body.get("until", 0.0)
    return bool(until) and not parcel.body.get("since", 0.0) <= time.time() < until


def _backoff(attempts: int) -> float:
    """Seconds before another try: doubling, with jitter so that many do not come back at once."""
    return min(LONGEST_WAIT, 0.5 * 2.0**attempts) * random.uniform(0.8, 1.2)  # noqa: S311 - spreading, not secrecy
