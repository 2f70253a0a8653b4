"""One token in two installations: what people write goes to one or the other, and whoever runs this one is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels import Fate, Received
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_ledger import Ledger
from bot.house import open_store
from bot.store import Store
from handlers.talk import Message
from storage import zalo
from tests.houses import settings
from tests.loopback.zalo_bot import LoopbackZaloBot

TOKEN = "1001:loopback-zalo-token-for-tests-only"
ACCOUNT, SECRET = "zalo-bot:main", "loopback-secret"


@pytest.fixture
async def api() -> AsyncIterator[LoopbackZaloBot]:
    async with LoopbackZaloBot(TOKEN) as platform:
        yield platform


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(settings(sqlite_url))
    yield opened
    opened.close()


@contextlib.asynccontextmanager
async def started(api: LoopbackZaloBot, store: Store | None, **more: Any) -> AsyncIterator[ZaloBot]:
    ledger = Ledger(store, ACCOUNT, 0) if store else None
    bot = ZaloBot("main", TOKEN, api_base=api.url, ledger=ledger, **more)

    async def receive(account: str, things: Sequence[Received]) -> None:
        return None

    await bot.start(receive)
    try:
        yield bot
    finally:
        await bot.close()


async def stands(store: Store) -> tuple[str, str]:
    found = await store.read(lambda rows: zalo.trouble(rows, ACCOUNT, datetime.now(UTC)))
    return (found[0], found[1]) if found else ("", "")


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await true():
            await asyncio.sleep(0.02)


def polls(monkeypatch: pytest.MonkeyPatch, **values: float) -> None:
    for name, value in values.items():
        monkeypatch.setattr(f"bot.channels.zalo_bot_polling.{name}", value)


async def test_another_that_fetches_with_our_token_is_noticed_and_forgotten_when_it_ends(
    api: LoopbackZaloBot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    polls(monkeypatch, LEFTOVER=1.0, FORGOTTEN=20.0)
    api.switches.hold = 3.0
    async with started(api, None):
        await asyncio.sleep(0.2)
        async with started(api, store) as ours:
            async def noted() -> bool:
                return (await stands(store))[0] == zalo.ELSEWHERE

            await until(noted)
            assert "409" in (await stands(store))[1] and "another program" in (await stands(store))[1]
            assert (await ours.send("u1", Message(text="chào"))).fate is Fate.SENT
            await asyncio.sleep(1.2)
            assert await noted(), "that we can send tells nothing of what we hear"
    polls(monkeypatch, FORGOTTEN=0.0)
    async with started(api, store):
        await until(lambda: _well(store))


async def _well(store: Store) -> bool:
    return await stands(store) == ("", "")


async def test_one_conflict_after_a_restart_is_nobody_else(api: LoopbackZaloBot, store: Store) -> None:
    api.switches.fail = [{"method": "getUpdates", "code": 409}] * 2
    api.switches.hold = 0.05
    async with started(api, store):
        async with asyncio.timeout(10):
            while api.bot().polls < 3:
                await asyncio.sleep(0.02)
        assert await _well(store)


async def test_a_webhook_of_somebody_else_is_named_by_its_host_alone(
    api: LoopbackZaloBot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.switches.hold = 0.05
    monkeypatch.setattr("bot.channels.zalo_bot_polling.Polling.__init__.__kwdefaults__", {"look_again": 0.1, "ledger": None})
    api.bot().webhook = {"url": "https://khac.example/zalo-bot/bi-mat-cua-ho", "secret_token": SECRET, "updated_at": 1}
    async with started(api, store):
        async def noted() -> bool:
            return (await stands(store))[0] == zalo.ELSEWHERE

        await until(noted)
        assert "khac.example" in (await stands(store))[1] and "bi-mat" not in (await stands(store))[1]
        api.bot().webhook = {}
        await until(lambda: _well(store))


@pytest.mark.parametrize(("url", "said"), [
    ("https://khac.example/zalo-bot/main", "khac.example"), ("https://gocua.example/zalo-bot/cu", "gocua.example"),
    ("", "webhook set")])
async def test_where_zalo_calls_another_server_it_is_said_and_mended_when_it_calls_ours(
    api: LoopbackZaloBot, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setattr("bot.channels.zalo_bot_watch.EVERY", 0.1)
    api.switches.no_webhook = "404"
    api.bot().webhook = {"url": url, "secret_token": SECRET, "updated_at": 1} if url else {}
    async with started(api, store, mode="webhook", webhook_secret=SECRET, public_url="https://gocua.example/", spool=tmp_path):
        async def noted() -> bool:
            return (await stands(store))[0] == zalo.ELSEWHERE

        await until(noted)
        assert said in (await stands(store))[1]
        api.bot().webhook = {"url": "https://gocua.example/zalo-bot/main", "secret_token": SECRET, "updated_at": 2}
        await until(lambda: _well(store))


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_reset_token_is_a_state_and_the_right_one_ends_it(
    api: LoopbackZaloBot, store: Store, tmp_path: Path, mode: str
) -> None:
    await store.write(lambda tx: zalo.stand(tx, ACCOUNT, zalo.TOKEN, "401", datetime.now(UTC)))
    api.switches.hold = 0.05
    where = {"mode": mode, "webhook_secret": SECRET, "public_url": "https://gocua.example", "spool": tmp_path}
    if mode == "webhook":
        api.bot().webhook = {"url": "https://gocua.example/zalo-bot/main", "secret_token": SECRET, "updated_at": 2}
    async with started(api, store, **where):
        await until(lambda: _well(store))
    api.bots.clear()
    async with started(api, store, **where):
        async def noted() -> bool:
            return (await stands(store))[0] == zalo.TOKEN

        await until(noted)
