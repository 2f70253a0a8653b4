"""The only wiring: which parts there are, who knows whom, and in which order they start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from bot.attachments import Attachments
from bot.broadcasting import Broadcasting
from bot.channels import Channel
from bot.clock import Clock
from bot.delivery import Delivery
from bot.leases import RENEW, Leases
from bot.mind import BACKOFF, Mind
from bot.post import Post
from bot.receive import Reception
from bot.settings import Settings
from bot.store import Store, out_of_reach
from bot.turn import Turn
from content import speech
from content.library import Library
from content.search import Finder, Finding
from content.words import LANGUAGES, words
from handlers.desk import Find
from storage.database import Database
from storage.hours.working_hours import WorkingHours

if TYPE_CHECKING:
    from bot.web.server import Server

log = logging.getLogger(__name__)
GLANCE = 0.1
"""Seconds between two glances of a process that stands by at the one that works."""
DRAIN = 12.0
"""Seconds that what was begun may take to end when the program is asked to stop."""


@cache
def _finder() -> Finder:
    return Finder.load()


def find(text: str) -> Finding:
    """Search; the index is loaded with the first question."""
    return _finder().find(text)


def _load() -> None:
    """What the first letter would load, while it is on its way."""
    from content import redact  # noqa: F401
    from handlers import answering  # noqa: F401

    for language in LANGUAGES:
        words(language)


class House:
    """One running program: channels, the turn, delivery and the clock over one database."""

    def __init__(self, settings: Settings, store: Store, channels: Sequence[Channel], *, doors: Sequence[str] = (),
                 finder: Find = find, backoff: Sequence[float] = BACKOFF, listen: bool = True,
                 middlewares: Sequence[object] = ()) -> None:
        self.settings, self.store, self.channels = settings, store, list(channels)
        self._doors = list(doors)
        self._addresses: list[str] = []
        self.mind = Mind(Library.load(), finder, settings.locale, {each.account: each.limits for each in channels},
                         lambda: tuple(self._doors), backoff, WorkingHours.parse(settings.working_hours),
                         speech.installed(), self._marks(), settings.telephone.strip(), lambda: tuple(self._addresses))
        self.post = Post()
        self.turn = Turn(store, self.mind, self.post)
        self.reception = Reception(self.turn.take_in, Attachments(store).opened)
        self.clock = Clock(store, self.mind, self.post.wake)
        self.broadcasting = Broadcasting(store, self.mind, self.post.wake)
        self.leases = Leases(store)
        self._middlewares = middlewares
        self._listen = listen
        self._tasks: list[asyncio.Task[None]] = []
        self._server: Server | None = None
        self._failed = asyncio.Event()
        self.address = ""

    def _marks(self) -> Callable[[str], str] | None:
        return self.settings.marks if any(each.limits.asks_number for each in self.channels) else None

    def open_door(self, template: str) -> None:
        """Another address that opens the bot with a word (known once a bot has told its name)."""
        if template not in self._doors:
            self._doors.append(template)

    def found_at(self, address: str) -> None:
        """Another address that opens a chat in which somebody can hand over their number."""
        if address not in self._addresses:
            self._addresses.append(address)

    # --- start and stop -------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin. What was left open is answered and sent first."""
        if self._listen:
            await self._serve()
        self._task(self.turn.run())
        for channel in self.channels:
            self._task(self._hold(channel))
        self._task(self.broadcasting.run())
        self._task(self._settle())

    async def _settle(self) -> None:
        """What can wait until the first letters are asked for: conversations, words, the clock, and the collector.

        What was loaded by then stays: the collector need not look at it again, nor look often.
        """
        await asyncio.to_thread(_load)
        if not self.turn.stopping:
            self.clock.start()
        gc.collect()
        gc.freeze()
        gc.set_threshold(5_000, 10, 10)

    async def run(self, begun: Callable[[House], None] = lambda house: None) -> None:
        """Start, say so, wait to be told to stop, and stop in good order."""
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, told.set)
        await self.start()
        begun(self)
        ended = [asyncio.create_task(event.wait()) for event in (told, self._failed)]
        await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        for waiting in ended:
            waiting.cancel()
        await self.stop()
        if self._failed.is_set():
            raise SystemExit(1)

    async def stop(self) -> None:
        """Take in nothing more, end what was begun, and give back what was held."""
        self.clock.stop()
        self.broadcasting.stop()
        await asyncio.gather(*(channel.stop() for channel in self.channels), return_exceptions=True)
        if self._server is not None:
            await self._server.stop()
        await self.turn.stop()
        await self.post.stop()
        _, late = await asyncio.wait(self._tasks, timeout=DRAIN) if self._tasks else ((), ())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await asyncio.gather(*(channel.close() for channel in self.channels), return_exceptions=True)
        with contextlib.suppress(Exception):
            await self.leases.release()
        self.store.close()

    def _task(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)  # type: ignore[arg-type]
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A part that dies takes the program with it: a supervisor starts it again, and nothing is lost meanwhile."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("%s", type(error).__name__, exc_info=error if log.isEnabledFor(logging.DEBUG) else None)
            self._failed.set()

    # --- accounts -------------------------------------------------------------------------------------------------

    async def _hold(self, channel: Channel) -> None:
        """Poll and send for an account while this process holds its lease."""
        while not self.turn.stopping:
            if await self._lease(channel.account):
                await self._work(channel)
            else:
                await self._stand_by(channel.account)

    async def _stand_by(self, account: str) -> None:
        """Ask again in a while, or as soon as the process that holds the account has died on this machine."""
        end = asyncio.get_running_loop().time() + RENEW / 2
        while not (self.turn.stopping or self.leases.is_orphaned(f"account:{account}")):
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await self._pause(min(GLANCE, left))

    async def _lease(self, account: str) -> bool:
        try:
            return await self.leases.take(f"account:{account}")
        except Exception as error:
            if not out_of_reach(error):
                raise
            return False

    async def _work(self, channel: Channel) -> None:
        delivery = Delivery(self.store, channel)
        await delivery.recover()
        self.post.deliveries[channel.account] = delivery
        running = asyncio.create_task(delivery.run())
        await channel.start(self.reception.receive)
        while not self.turn.stopping and not running.done():
            await self._pause(RENEW)
            if not self.turn.stopping and not await self._lease(channel.account):
                log.warning("another process took over %s", channel.account)
                break
        await channel.stop()
        self.post.deliveries.pop(channel.account, None)
        await delivery.stop()
        await running

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.turn.stopped.wait(), seconds)

    # --- the web server -------------------------------------------------------------------------------------------

    async def _serve(self) -> None:
        """Listen where there is something to ask for: a bot that only polls opens no port and loads no web server."""
        routes = [route for channel in self.channels for route in channel.routes(self.reception.receive)]
        if token := self.settings.feed_token.get_secret_value():
            from bot.web import feed

            routes += feed.routes(self.store, token)
        if not routes:
            return
        from bot.web.server import Server

        self._server = Server(routes, self._middlewares)
        self.address = await self._server.start(self.settings.host, self.settings.port)


def open_store(settings: Settings, *, create: bool = False) -> Store:
    """The database of these settings, looked over. Raises Unusable with words that say what to do."""
    database = Database(settings.database_url)
    if create:
        database.upgrade()
    database.inspect()
    return Store(database)
