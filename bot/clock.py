"""The clock: every minute it looks for reminders whose hour has come. It only wakes us; what is owed stands in rows."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial, wraps
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import Connection

from bot.amiss import where
from bot.mind import Mind
from bot.reminding import AT_ONCE, SETTLED, send_due, settle_sent
from bot.store import Store, out_of_reach
from bot.tending import pass_on, tend
from bot.working import ripen, take_back
from content.vietnam_time import local_day
from handlers.calendar import calendar
from storage import leases, mail
from storage.counting import coverage_snapshots
from storage.guiding import missed
from storage.helping.help_requests import TooLate
from storage.reading import Reading
from storage.reminding import dossiers, gatherings
from storage.reminding.reminder_plans import GAP, missed_letters, plan
from storage.teams import people
from storage.work import proposals

if TYPE_CHECKING:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)
KEEP_LETTERS = timedelta(days=7)


class Forget(Protocol):
    """Throws away what is too old of one kind."""

    def __call__(self, tx: Connection, now: datetime) -> object: ...


def _in_peace(job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """The same, ended without a word where the program is asked to stop in the middle: what it began is taken back.

    Whatever else fails is tried again at its next hour. Only its kind and place are logged, never what an error may quote.
    """
    @wraps(job)
    async def run() -> None:
        try:
            with suppress(asyncio.CancelledError):
                await job()
        except Exception as error:
            log.error("%s failed: %s at %s", job.__name__, type(error).__name__, where(error))

    return run


class Clock:
    """Ticks."""

    def __init__(self, store: Store, mind: Mind, posted: Callable[[], None]) -> None:
        self._store, self._mind, self._posted = store, mind, posted
        self._planned: date | None = None
        self._ticked: float | None = None
        self._scheduler: AsyncIOScheduler | None = None

    def start(self) -> None:
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # here: letters need not wait for it

        self._scheduler = AsyncIOScheduler(timezone=UTC)
        for job, every in ((self.tick, {"minutes": 1}), (self.tidy, {"hours": 6}), (self.count_days, {"minutes": 20})):
            self._scheduler.add_job(_in_peace(job), "interval", **every, misfire_grace_time=None, coalesce=True, max_instances=1,
                                    next_run_time=datetime.now(UTC) + timedelta(seconds=2))
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler is not None and self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Plan the day once, and send what is due now."""
        try:
            await self._wake()
            await self._plan()
            while await self._store.write(lambda tx: settle_sent(tx, self._mind, datetime.now(UTC))) >= SETTLED:
                pass  # a short transaction each, so that replies go between
            while await self._store.write(lambda tx: send_due(tx, self._mind, datetime.now(UTC), settle=False)) >= AT_ONCE:
                self._posted()
        except Exception as error:
            if not out_of_reach(error):
                raise
            log.error("the database is out of reach: %s", type(error).__name__)
        await self._tend()
        self._posted()

    async def _tend(self) -> None:
        """Look after requests for help, a page at a time."""
        after = 0
        try:
            while after := await self._store.write(lambda tx: tend(tx, self._mind, datetime.now(UTC), after)):
                continue
            await self._store.write(lambda tx: pass_on(tx, self._mind, datetime.now(UTC)))
        except TooLate:
            log.info("a request for help changed meanwhile; it is looked at again in a minute")
        except Exception as error:
            if not out_of_reach(error):
                raise
            log.error("the database is out of reach: %s", type(error).__name__)

    async def _wake(self) -> None:
        """Notice how long nobody was here. A clock that was set forward while this program ran is no stop."""
        now, ran = datetime.now(UTC), self._ticked is not None and time.monotonic() - self._ticked < GAP.total_seconds()

        def note(tx: Connection) -> None:
            before = leases.awake(tx, now)
            if before is not None and not ran:
                missed_letters(tx, before, now, local_day(now))

        await self._store.write(note)
        self._ticked = time.monotonic()

    async def _plan(self) -> None:
        """What a day brings by itself is planned in its first minute, and after every start."""
        today = local_day(datetime.now(UTC))
        if self._planned != today:
            await asyncio.to_thread(self._mind.library.guides, "vi")  # read from their files now, not while writing
            await self._store.write(lambda tx: plan_day(tx, self._mind, today))
            self._planned = today

    async def count_days(self) -> None:
        """Keep what is known of the days that have ended: soon after midnight, or whenever we are back."""
        today = local_day(datetime.now(UTC))
        while await self._store.write(lambda tx: coverage_snapshots.catch_up(tx, today)):
            pass
        after = 0
        while after := await self._store.write(lambda tx: ripen(tx, datetime.now(UTC), after)):
            continue
        if await self._store.write(lambda tx: take_back(tx, self._mind, datetime.now(UTC))):
            self._posted()

    async def tidy(self) -> None:
        """What people wrote is not kept longer than it is needed; a short transaction for each kind."""
        now = datetime.now(UTC)
        for forget in FORGOTTEN:
            await self._store.write(partial(forget, now=now))


def _letters(tx: Connection, now: datetime) -> None:
    mail.forget_old_letters(tx, now - KEEP_LETTERS)


def _dossiers(tx: Connection, now: datetime) -> None:
    dossiers.forget_old(tx, now - KEEP_LETTERS)


FORGOTTEN: tuple[Forget, ...] = (_letters, _dossiers, proposals.forget_late, missed.forget_old, people.forget_guesses,
                                  people.forget_numbers)


def plan_day(tx: Connection, mind: Mind, today: date) -> None:
    """Owe what the day brings by itself."""
    library = mind.library
    review_due = any(library.overdue(guide, today) for guide in library.guides("vi"))
    plan(tx, today, calendar(Reading(tx)), review_due)
    gatherings.owe_newcomers(tx, today)
