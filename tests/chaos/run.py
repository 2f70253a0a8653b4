"""One run: feed updates, kill the program again and again, let it come to rest, and judge."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from bot.points import POINTS
from storage.database import Database, Unusable
from storage.models import Inbox, Outbox, table
from tests.chaos.world import TOKEN, Verdict, World, judge
from tests.loopback.bot_api import LoopbackBotApi

ROOT = Path(__file__).parents[2]
STARTS = 30.0
"""Seconds a program may take to begin to poll."""


class Program:
    """The real program in a process of its own."""

    def __init__(self, url: str, api: str, log: Path, mode: str = "polling", *, per_second: float = 1000.0,
                 chat_per_second: float = 1000.0) -> None:
        self._env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GOCUA_")},
            "GOCUA_DATABASE_URL": url, "GOCUA_TELEGRAM_TOKEN": TOKEN, "GOCUA_TELEGRAM_API_BASE": api,
            "GOCUA_TELEGRAM_PER_SECOND": str(per_second), "GOCUA_TELEGRAM_CHAT_PER_SECOND": str(chat_per_second),
            "GOCUA_WEB_CHAT": "false",
            "GOCUA_LISTEN": "127.0.0.1:0", "GOCUA_LOG_LEVEL": "warning", "GOCUA_TELEGRAM_MODE": mode, "PYTHONPATH": str(ROOT)}
        self._log = log
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, crash_at: str = "") -> None:
        with self._log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "serve", env={**self._env, "GOCUA_CRASH_AT": crash_at}, cwd=ROOT, stdout=log,
                stderr=log)

    async def kill(self, sign: int = signal.SIGKILL) -> int:
        """Kill it and wait until it is gone; its exit code."""
        if self.process is None:
            return 0
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(sign)
        code = await self.process.wait()
        self.process = None
        return code

    @property
    def is_dead(self) -> bool:
        return self.process is None or self.process.returncode is not None


def sending(url: str) -> int:
    """How many messages were in mid-send when the program died: their outcome is unknown."""
    return _count(url, Outbox, ("sending",))


def at_rest(url: str) -> bool:
    return _count(url, Outbox, ("new", "sending")) + _count(url, Inbox, ("open",)) == 0


def _count(url: str, model: type[Inbox] | type[Outbox], states: tuple[str, ...]) -> int:
    database = Database(url)
    try:
        with database.read() as tx:
            return int(tx.scalar(select(func.count()).select_from(table(model)).where(table(model).c.state.in_(states))) or 0)
    finally:
        database.close()


async def run(url: str, world: World, log: Path, *, kills: int, points: bool, seed: int = 1, pace: float = 0.25,
              mode: str = "polling", kill_database: Callable[[], Awaitable[None]] | None = None) -> Verdict:
    """Feed the world's updates while the program is killed `kills` times (and at each named point)."""
    chance = random.Random(seed)
    world.furnish(url)
    api = LoopbackBotApi(TOKEN, seed=seed)
    address = await api.start()
    api.faults.set(lost_response=0.03, unavailable=0.02, flood=0.01, jitter=0.01)
    world.join(api)
    program = Program(url, address, log, mode)
    interrupted = died = 0
    feeding = asyncio.create_task(_feed(world, pace))
    deaths = [f"{point}:{chance.randrange(1, 12)}" for point in POINTS if points and point != "before_ack"]
    try:
        for crash_at in deaths + [""] * kills:
            polls = api.bot(TOKEN).updates.polls
            await program.start(crash_at)
            await _until(lambda: program.is_dead or api.bot(TOKEN).updates.polls > polls, STARTS)  # noqa: B023
            await _until(lambda: program.is_dead, 8.0 if crash_at else chance.uniform(0.05, 0.9))
            if kill_database is not None and died % 5 == 4:
                await kill_database()
            await program.kill()
            died += 1
            interrupted += await _settled(url)
        await feeding
        api.faults.clear()
        polls = api.bot(TOKEN).updates.polls
        await program.start()
        await _until(lambda: api.bot(TOKEN).updates.polls > polls, STARTS)
        await _rest(url, world)
        stopped = time.monotonic()
        code = await program.kill(signal.SIGTERM)
        if code != 0 or time.monotonic() - stopped > 15:
            raise AssertionError(f"told to stop, it ended with {code} after {time.monotonic() - stopped:.1f} s")
        return judge(world, url, api, interrupted, died)
    finally:
        feeding.cancel()
        await program.kill()
        await api.stop()


async def _settled(url: str) -> int:
    for _ in range(100):
        try:
            return sending(url)
        except (DBAPIError, Unusable):  # the database itself may just have been killed
            await asyncio.sleep(0.1)
    raise TimeoutError("the database does not come back")


async def _feed(world: World, pace: float) -> None:
    while world.feed():
        await asyncio.sleep(pace)


async def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        await asyncio.sleep(0.01)


async def _rest(url: str, world: World, seconds: float = 90.0) -> None:
    """Until everything is answered and sent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await asyncio.sleep(0.3)
        if not any(world.scripts) and at_rest(url):
            await asyncio.sleep(0.5)
            if at_rest(url):
                return
    raise TimeoutError("it does not come to rest")
