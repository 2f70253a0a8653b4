"""The Zalo Bot channel against the loopback platform: what comes in. Numbers are those of the conformance cases."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from bot.channels import Received
from bot.channels import zalo_bot_polling as polling
from bot.channels.zalo_bot import ZaloBot
from handlers.talk import Kind
from tests.loopback.zalo_bot import LoopbackZaloBot

TOKEN = "1001:loopback-zalo-token-for-tests-only"
SECRET = "mot-hai-ba-bon"


class Inbox:
    """Stands in for the house: keeps each letter once; may fail or dawdle."""

    def __init__(self) -> None:
        self.things: dict[str, Received] = {}
        self.calls = 0
        self.fails = 0
        self.slow = 0.0

    async def receive(self, account: str, things: Sequence[Received]) -> None:
        self.calls += 1
        await asyncio.sleep(self.slow)
        if self.fails:
            self.fails -= 1
            raise OSError("the database is away")
        for thing in things:
            self.things.setdefault(thing.external_id, thing)

    async def holds(self, count: int, seconds: float = 5.0) -> list[Received]:
        end = time.monotonic() + seconds
        while len(self.things) < count and time.monotonic() < end:
            await asyncio.sleep(0.005)
        assert len(self.things) >= count, f"{len(self.things)} of {count}"
        return list(self.things.values())


@pytest.fixture
async def api() -> AsyncIterator[LoopbackZaloBot]:
    async with LoopbackZaloBot(TOKEN) as platform:
        yield platform


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@contextlib.asynccontextmanager
async def polls(api: LoopbackZaloBot, inbox: Inbox, **more: Any) -> AsyncIterator[ZaloBot]:
    bot = ZaloBot("main", TOKEN, api_base=api.url, **more)
    await bot.start(inbox.receive)
    try:
        yield bot
    finally:
        await bot.close()


# --- polling -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["status", "body", "both"])
async def test_19_20_an_idle_poll_is_silence(
    api: LoopbackZaloBot, inbox: Inbox, style: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "ENDED_EARLY", 0.0)
    api.switches.errors, api.switches.hold = style, 0.05  # type: ignore[assignment]
    async with polls(api, inbox):
        await asyncio.sleep(0.5)
        assert api.bot().polls >= 5
        api.say("u1", "chào")
        await inbox.holds(1)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_a_server_that_holds_no_poll_open_is_not_hammered(api: LoopbackZaloBot, inbox: Inbox) -> None:
    api.switches.hold = 0.0
    async with polls(api, inbox):
        await asyncio.sleep(1.1)
    assert api.bot().polls <= 4


async def test_21_the_timeout_is_text_and_ours_is_longer(api: LoopbackZaloBot, inbox: Inbox) -> None:
    async with polls(api, inbox):
        await asyncio.sleep(0.2)
    assert api.bot().called("getUpdates")[0] == {"timeout": "25"}
    assert polling.SLACK >= 5


async def test_21_a_poll_is_ended_by_the_platform_and_not_by_us(
    api: LoopbackZaloBot, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(polling, "HOLD", 1)
    monkeypatch.setattr(polling, "SLACK", 2.0)
    api.switches.hold = 2.0  # longer than asked for, as slow networks make it
    async with polls(api, inbox):
        async with asyncio.timeout(8):
            while api.bot().polls < 2:
                await asyncio.sleep(0.02)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("listed", [False, True])
async def test_22_one_event_or_a_list_of_one(api: LoopbackZaloBot, inbox: Inbox, listed: bool) -> None:
    api.switches.listed = listed
    made = api.say("u1", "chào bác")
    async with polls(api, inbox):
        (one,) = await inbox.holds(1)
    assert (one.chat, one.external_id, one.incoming.kind, one.incoming.text) == (
        "u1", made["message"]["message_id"], Kind.TEXT, "chào bác")
    assert abs(one.incoming.sent_at.timestamp() - time.time()) < 5


async def test_23_what_comes_again_is_kept_once_and_asked_for_slowly(api: LoopbackZaloBot, inbox: Inbox) -> None:
    api.switches.replays = 10
    api.say("u1", "chào")
    async with polls(api, inbox):
        await inbox.holds(1)
        await asyncio.sleep(2.3)
        assert api.bot().polls <= 4, "one for the event, then one a second"
    assert inbox.calls == 1


async def test_many_events_are_fetched_one_after_the_other_without_a_pause(api: LoopbackZaloBot, inbox: Inbox) -> None:
    for number in range(100):
        api.say("u1", f"tin {number}")
    begun = time.monotonic()
    async with polls(api, inbox):
        found = await inbox.holds(100)
    assert [one.incoming.text for one in found] == [f"tin {number}" for number in range(100)]
    assert time.monotonic() - begun < 3


async def test_nothing_is_asked_for_before_the_last_is_kept(api: LoopbackZaloBot, inbox: Inbox) -> None:
    """The platform may forget what it handed out: a database that is away costs nobody their message."""
    api.switches.queue = "once"
    inbox.fails = 3
    api.say("u1", "một")
    api.say("u1", "hai")
    async with polls(api, inbox):
        assert [one.incoming.text for one in await inbox.holds(2)] == ["một", "hai"]


async def test_an_event_that_cannot_be_kept_at_all_does_not_silence_the_others(
    api: LoopbackZaloBot, inbox: Inbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.channels.zalo_bot_polling.TRIES", 2)
    kept = inbox.receive

    async def receive(account: str, things: Sequence[Received]) -> None:
        if things[0].incoming.text == "độc":
            raise ValueError("whatever it holds")
        await kept(account, things)

    monkeypatch.setattr(inbox, "receive", receive)
    api.say("u1", "độc")
    api.say("u2", "lành")
    async with polls(api, inbox):
        assert [one.incoming.text for one in await inbox.holds(1)] == ["lành"]
    assert "left out" in caplog.text


async def test_24_a_webhook_set_meanwhile_ends_the_polls(
    api: LoopbackZaloBot, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    api.switches.hold = 0.1
    async with polls(api, inbox):
        await asyncio.sleep(0.3)
        api.bot().webhook = {"url": "https://x.example/", "secret_token": SECRET, "updated_at": 1}
        await asyncio.sleep(0.8)
        before = len(api.bot().called("getUpdates"))
        await asyncio.sleep(0.5)
        assert len(api.bot().called("getUpdates")) == before
    assert "zalo-bot webhook delete" in caplog.text and not api.bot().called("deleteWebhook")


@pytest.mark.parametrize("style", ["404", "url"])
async def test_25_without_a_webhook_polling_starts(api: LoopbackZaloBot, inbox: Inbox, style: str) -> None:
    api.switches.no_webhook = style  # type: ignore[assignment]
    api.say("u1", "chào")
    async with polls(api, inbox) as bot:
        await inbox.holds(1)
        assert (await bot.webhook_info())["url"] == ""


async def test_25_with_a_webhook_it_does_not(api: LoopbackZaloBot, inbox: Inbox) -> None:
    api.bot().webhook = {"url": "https://x.example/", "secret_token": SECRET, "updated_at": 1}
    async with polls(api, inbox):
        await asyncio.sleep(0.4)
    assert not api.bot().called("getUpdates")


@pytest.mark.alone
async def test_26_stopping_ends_an_open_poll_and_lets_a_commit_finish(api: LoopbackZaloBot, inbox: Inbox) -> None:
    async with polls(api, inbox) as bot:
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        await bot.stop()
        assert time.monotonic() - begun < 0.5
        inbox.slow = 0.4
        api.say("u1", "chào")
        await bot.start(inbox.receive)
        while not inbox.calls:
            await asyncio.sleep(0.01)
        await bot.stop()
    assert len(inbox.things) == 1


async def test_26_what_cannot_be_kept_when_stopping_is_said_to_be_lost(
    api: LoopbackZaloBot, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.fails = 1_000
    api.say("u1", "chào")
    async with polls(api, inbox) as bot:
        while not inbox.calls:
            await asyncio.sleep(0.01)
        begun = time.monotonic()
        await bot.stop()
        assert time.monotonic() - begun < 2
    assert "1 fetched events are lost" in caplog.text
