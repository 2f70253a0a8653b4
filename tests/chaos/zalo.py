"""The same hamlet on Zalo's channels: fetched, or posted by a platform that tries again until it hears 200."""

from __future__ import annotations

import asyncio
import random
import signal
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import aiohttp
from sqlalchemy import select

from bot.points import POINTS
from bot.store import Store
from storage.database import Database
from storage.models import Chat, Inbox, Outbox, table
from tests.chaos.run import Program, _settled, at_rest
from tests.chaos.world import Verdict, World, _visits
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_bot.bot import event
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import sign_in

TOKEN = "1001:loopback-zalo-token-for-tests-only"
SECRET = "loopback-secret"
Way = Literal["polling", "webhook", "oa"]
STARTS = 30.0


@dataclass
class Platform:
    """Either of Zalo's platforms, and what it believes to have been delivered."""

    way: Way
    bot: LoopbackZaloBot = field(default_factory=lambda: LoopbackZaloBot(TOKEN))
    oa: LoopbackZaloOa = field(default_factory=LoopbackZaloOa)
    created: list[str] = field(default_factory=list)
    delivered: set[str] = field(default_factory=set)
    tries: int = 0

    def __post_init__(self) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        address = f"http://127.0.0.1:{self.port}"
        self.bot.bot().webhook = {"url": f"{address}/zalo-bot/main", "secret_token": SECRET} if self.way == "webhook" else {}
        self.oa.webhook = f"{address}/zalo-oa/main"
        self._lines: dict[str, asyncio.Queue[dict[str, Any]]] = {}
        self._posting: list[asyncio.Task[None]] = []

    @property
    def account(self) -> str:
        return "zalo-oa:main" if self.way == "oa" else "zalo-bot:main"

    def settings(self) -> dict[str, str]:
        if self.way == "oa":
            return {"GOCUA_ZALO_OA_APP_ID": self.oa.app_id, "GOCUA_ZALO_OA_APP_SECRET": self.oa.app_secret,
                    "GOCUA_ZALO_OA_SECRET_KEY": self.oa.secret_key, "GOCUA_ZALO_OA_API_BASE": self.oa.url,
                    "GOCUA_ZALO_OA_LOGIN_BASE": self.oa.url, "GOCUA_ZALO_OA_PER_SECOND": "1000"}
        return {"GOCUA_ZALO_BOT_TOKEN": TOKEN, "GOCUA_ZALO_BOT_API_BASE": self.bot.url, "GOCUA_ZALO_BOT_PER_SECOND": "1000",
                "GOCUA_ZALO_BOT_MODE": self.way, "GOCUA_ZALO_BOT_WEBHOOK_SECRET": SECRET, "GOCUA_ZALO_BOT_MONTHLY": "0"}

    async def start(self) -> None:
        await self.bot.start()
        await self.oa.start()

    async def stop(self) -> None:
        for task in self._posting:
            task.cancel()
        await asyncio.gather(*self._posting, return_exceptions=True)
        await self.bot.stop()
        await self.oa.stop()

    def disturb(self, on: bool) -> None:
        share = 0.03 if on else 0.0
        for switches in (self.bot.switches, self.oa.switches):
            switches.drop_after_send, switches.jitter = share, 0.01 if on else 0.0

    def says(self, chat: str, text: str) -> None:
        made = self.oa.text(chat, text) if self.way == "oa" else event(self.bot.bot(), chat, "text", text=text)
        self.created.append(name_of(made))
        if self.way == "polling":
            self.bot.hand_in(made)
            return
        if chat not in self._lines:
            self._lines[chat] = asyncio.Queue()
            self._posting.append(asyncio.create_task(self._post(self._lines[chat])))
        self._lines[chat].put_nowait(made)

    async def _post(self, line: asyncio.Queue[dict[str, Any]]) -> None:
        """One chat's events in order, each until it is taken."""
        while True:
            made = await line.get()
            while name_of(made) not in self.delivered:
                self.tries += 1
                try:
                    status = await (self.oa.post(made) if self.way == "oa" else self.bot.post(made))
                except (aiohttp.ClientError, OSError):
                    status = 0
                if status == 200:
                    self.delivered.add(name_of(made))
                else:
                    await asyncio.sleep(0.1)

    def taken(self) -> set[str]:
        return self.bot.bot().taken if self.way == "polling" else self.delivered

    def posts(self) -> list[Any]:
        return list(self.oa.posts if self.way == "oa" else self.bot.bot().posts)


def name_of(made: dict[str, Any]) -> str:
    message = made["message"]
    return str(message.get("message_id") or message.get("msg_id"))


class ZaloProgram(Program):
    """The real program with an account at Zalo and nothing else."""

    def __init__(self, url: str, platform: Platform, log: Path) -> None:
        super().__init__(url, "", log)
        kept = {name: value for name, value in self._env.items() if not name.startswith("GOCUA_TELEGRAM")}
        self._env = {**kept, **platform.settings(), "GOCUA_LISTEN": f"127.0.0.1:{platform.port}",
                     "GOCUA_SPOOL": str(log.parent / "spool")}
        self._platform, self._polls = platform, 0

    async def start(self, crash_at: str = "") -> None:
        self._polls = self._platform.bot.bot().polls
        await super().start(crash_at)

    async def listens(self) -> None:
        """Until it hears people: it polls, or its web server is open (which one that only polls has not)."""
        end = time.monotonic() + STARTS
        while time.monotonic() < end and not self.is_dead:
            if self._platform.way == "polling":
                if self._platform.bot.bot().polls > self._polls:
                    return
                await asyncio.sleep(0.02)
                continue
            try:
                _, line = await asyncio.open_connection("127.0.0.1", self._platform.port)
                line.close()
                return
            except OSError:
                await asyncio.sleep(0.02)


async def run(url: str, world: World, log: Path, way: Way, *, kills: int, points: bool, seed: int = 1, pace: float = 0.3,
              kill_database: Callable[[], Awaitable[None]] | None = None) -> tuple[Verdict, Platform]:
    """Feed the world's lines while the program is killed again and again; then let it come to rest, and judge."""
    chance = random.Random(seed)
    platform = Platform(way)
    world.account = platform.account
    world.furnish(url)
    world.scripts = [["ghi lượt", *(said for house in world.numbers(chat) for said in (f"hộ {house}", "vắng"))]
                     for chat in range(world.chats)]
    await platform.start()
    if way == "oa":
        store = Store(Database(url))
        await sign_in(platform.oa, store)
        store.close()
    platform.disturb(True)
    program = ZaloProgram(url, platform, log)
    interrupted = died = 0
    feeding = asyncio.create_task(_feed(world, platform, pace))
    deaths = [f"{point}:{chance.randrange(1, 8)}" for point in POINTS if points and point != "before_ack"]
    try:
        for crash_at in deaths + [""] * kills:
            await program.start(crash_at)
            await program.listens()
            end = time.monotonic() + (6.0 if crash_at else chance.uniform(0.2, 1.0))
            while not program.is_dead and time.monotonic() < end:
                await asyncio.sleep(0.01)
            if kill_database is not None and died % 5 == 4:
                await kill_database()
            await program.kill()
            died += 1
            interrupted += await _settled(url)
        await feeding
        platform.disturb(False)
        await program.start()
        await program.listens()
        await _rest(url, platform)
        code = await program.kill(signal.SIGTERM)
        if code != 0:
            raise AssertionError(f"told to stop, it ended with {code}")
        return judge(world, url, platform, interrupted, died), platform
    finally:
        feeding.cancel()
        await program.kill()
        await platform.stop()


async def _feed(world: World, platform: Platform, pace: float) -> None:
    while any(world.scripts):
        for number, script in enumerate(world.scripts):
            if script:
                platform.says(str(world.chat_id(number)), script.pop(0))
        await asyncio.sleep(pace)


async def _rest(url: str, platform: Platform, seconds: float = 60.0) -> None:
    """Until everything is taken, answered and sent; so long without any progress is a standstill."""
    end, before = time.monotonic() + seconds, (0, 0)
    while time.monotonic() < end:
        await asyncio.sleep(0.3)
        if (now := (len(platform.taken()), len(platform.posts()))) != before:
            end, before = time.monotonic() + seconds, now
        if len(platform.taken()) == len(platform.created) and at_rest(url):
            await asyncio.sleep(0.6)
            if at_rest(url):
                return
    raise TimeoutError(f"it does not come to rest: {len(platform.taken())} of {len(platform.created)} taken")


def judge(world: World, url: str, platform: Platform, interrupted: int, kills: int) -> Verdict:
    """Hold the database and what the platform saw against what people said."""
    database = Database(url)
    verdict = Verdict(kills=kills, damage=database.damage(), updates=len(platform.created))
    with database.read() as tx:
        inbox = tx.execute(select(table(Inbox).c.state, table(Inbox).c.external_id)).all()
        kept = {row.external_id for row in inbox}
        verdict.lost = len(platform.taken() - kept) + sum(row.state == "dead" for row in inbox)
        verdict.doubled = len(inbox) - len(kept)
        for number in range(world.chats):
            _visits(tx, world, number, verdict)
        rows = tx.execute(select(table(Outbox).c.state, table(Chat).c.ref)
                          .join(table(Chat), table(Chat).c.id == table(Outbox).c.chat_id)).all()
    database.close()
    verdict.unanswered = sum(row.state == "open" for row in inbox) + sum(row.state in ("new", "sending") for row in rows)
    said, due = Counter(post.chat for post in platform.posts()), Counter(row.ref for row in rows)
    verdict.copies = sum(max(0, said[ref] - due[ref]) for ref in due)
    verdict.ambiguous = 0  # what may have arrived is never sent again here
    return verdict
