"""The Zalo Bot channel's webhook against the loopback platform. Numbers are those of the conformance cases."""

import asyncio
import contextlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.channels import zalo_spool
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_bot_incoming import received
from handlers.talk import Kind, Message
from tests.channels.test_zalo_bot_incoming import TOKEN, Inbox
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_bot.bot import event

SECRET = "mot-hai-ba-bon"


@pytest.fixture
async def api() -> AsyncIterator[LoopbackZaloBot]:
    async with LoopbackZaloBot(TOKEN) as platform:
        yield platform


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@contextlib.asynccontextmanager
async def hooked(api: LoopbackZaloBot, inbox: Inbox, spool: Path, **more: Any) -> AsyncIterator[ZaloBot]:
    bot = ZaloBot("main", TOKEN, api_base=api.url, mode="webhook", webhook_secret=SECRET, spool=spool, **more)
    app = web.Application()
    app.router.add_routes(bot.routes(inbox.receive))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await bot.webhook_set(f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        yield bot
    finally:
        await runner.cleanup()
        await bot.close()


@pytest.mark.parametrize("envelope", ["wrapped", "bare"])
async def test_28_either_envelope(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path, envelope: str) -> None:
    api.switches.envelope = envelope  # type: ignore[assignment]
    async with hooked(api, inbox, tmp_path):
        made = event(api.bot(), "u1", "text", text="chào")
        assert await api.post(made) == 200
        assert list(inbox.things) == [made["message"]["message_id"]]


@pytest.mark.parametrize("secret", ["", "sai", SECRET + "x", SECRET[:-1], "ă" * 14])
async def test_29_nobody_else_is_let_in(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path, secret: str) -> None:
    async with hooked(api, inbox, tmp_path):
        assert await api.post({}, secret=secret, body=b"{not json") == 403
    assert not inbox.things


async def test_29_the_secret_is_compared_in_constant_time_and_the_body_is_not_read(
    api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def seen(a: bytes, b: bytes) -> bool:
        compared.append((a, b))
        return compare(a, b)

    monkeypatch.setattr("bot.channels.zalo_bot_webhook.hmac.compare_digest", seen)
    monkeypatch.setattr("bot.channels.zalo_bot_webhook.whole", None)
    async with hooked(api, inbox, tmp_path):
        assert await api.post(event(api.bot(), "u1", "text", text="chào"), secret="sai") == 403
    assert compared == [(b"sai", SECRET.encode())] and not inbox.things


async def test_29_without_a_secret_of_our_own_everybody_is_kept_out(api: LoopbackZaloBot, inbox: Inbox) -> None:
    bot = ZaloBot("main", TOKEN, api_base=api.url, mode="webhook")
    app = web.Application()
    app.router.add_routes(bot.routes(inbox.receive))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.bot().webhook = {"url": f"http://127.0.0.1:{runner.addresses[0][1]}{bot.path}"}
    assert await api.post(event(api.bot(), "u1", "text", text="chào"), secret="") == 403
    await runner.cleanup()
    await bot.close()


async def test_31_withheld_words_are_answered_once_in_ten_minutes(
    api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with hooked(api, inbox, tmp_path):
        first = event(api.bot(), "u1", "unsupported")
        for made in (first, first, event(api.bot(), "u1", "unsupported"), event(api.bot(), "u2", "unsupported")):
            assert await api.post(made) == 200
        assert [(one.chat, one.incoming.kind) for one in inbox.things.values()] == [
            ("u1", Kind.UNSUPPORTED), ("u2", Kind.UNSUPPORTED)]
        monkeypatch.setattr("bot.channels.zalo_bot.WITHHELD_AGAIN", 0.0)
        await api.post(event(api.bot(), "u1", "unsupported"))
        assert len(inbox.things) == 3


@pytest.mark.parametrize(("body", "status"), [
    (b'{"ok":true,"result":{"event_name":"user.dance","message":{"from":{"id":"u"},"chat":{"id":"u"}}}}', 200),
    (b'{"event_name":"message.text.received"}', 200), (b'{"event_name":"message.text.received","message":[1]}', 200),
    (b'{"ok":true,"result":null}', 200), (b"", 200), (b"{}", 200),
    (b"[1,2]", 400), (b"{", 400), (b'"x"', 400), (b"\xff\xfe", 400), (b"[" * 60_000, 400), (b" " * 1_000_000, 413)])
async def test_32_strange_bodies(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path, body: bytes, status: int) -> None:
    async with hooked(api, inbox, tmp_path):
        assert await api.post({}, body=body) == status
    assert not inbox.things


@pytest.mark.parametrize("field", ["photo", "photo_url"])
async def test_33_a_picture_is_noted_and_never_fetched(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path, field: str) -> None:
    api.switches.image = field  # type: ignore[assignment]
    async with hooked(api, inbox, tmp_path):
        made = event(api.bot(), "u1", "image", **{field: "http://127.0.0.1:1/secret.jpg", "caption": "cccd"})
        assert await api.post(made) == 200
    (one,) = inbox.things.values()
    assert one.incoming.kind is Kind.PHOTO and "http" not in json.dumps(one.incoming.pack())


@pytest.mark.parametrize("kind", ["sticker", "voice"])
async def test_other_things(api: LoopbackZaloBot, kind: str) -> None:
    one = received(event(api.bot(), "u1", kind), "1001")
    assert one is not None and one.incoming.kind is Kind(kind)


async def test_34_our_own_words_are_not_heard(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path) -> None:
    async with hooked(api, inbox, tmp_path):
        robot = event(api.bot(), "u1", "text", text="x")
        robot["message"]["from"]["is_bot"] = True
        assert await api.post(robot) == 200
        assert await api.post(event(api.bot(), "u1", "text", text="x", sender="1001")) == 200
    assert not inbox.things


@pytest.mark.parametrize("groups", ["answer", "ignore"])
async def test_35_a_group_is_marked_or_left_alone(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path, groups: str) -> None:
    async with hooked(api, inbox, tmp_path, groups=groups) as bot:
        assert await api.post(event(api.bot(), "g1", "text", text="hộ 12 xong", sender="u1", group=True)) == 200
        await bot.send("-g1", Message(text="Chào cả nhà"))
    assert [(one.chat, one.incoming.group) for one in inbox.things.values()] == ([("-g1", True)] if groups == "answer" else [])
    assert api.bot().called("sendMessage") == [{"chat_id": "g1", "text": "Chào cả nhà"}]


@pytest.mark.alone
async def test_36_zalo_is_answered_at_once_however_slow_we_are(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path) -> None:
    inbox.slow = 2.5
    async with hooked(api, inbox, tmp_path):
        begun = time.monotonic()
        assert await api.post(event(api.bot(), "u1", "text", text="số cccd 079123456789")) == 200
        assert time.monotonic() - begun < 1.0
        (file,) = tmp_path.glob("*.json")
        assert b"079123456789" not in file.read_bytes(), "what must never be written down stands in a file"
        await inbox.holds(1)
        await asyncio.sleep(0.1)
        assert not list(tmp_path.glob("*.json"))


async def test_36_what_stands_in_a_file_outlives_the_program(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path) -> None:
    never = Inbox()
    never.slow = 60
    async with hooked(api, never, tmp_path):
        for number in range(3):
            assert await api.post(event(api.bot(), "u1", "text", text=f"tin {number}")) == 200
    assert len(list(tmp_path.glob("*.json"))) == 3
    inbox.fails = 1
    polling_pause = pytest.MonkeyPatch()
    polling_pause.setattr("bot.channels.zalo_spool.AGAIN", 0.05)
    async with hooked(api, inbox, tmp_path):
        found = await inbox.holds(3)
        await asyncio.sleep(0.1)
    polling_pause.undo()
    assert sorted(one.incoming.text for one in found) == ["tin 0", "tin 1", "tin 2"]
    assert not list(tmp_path.glob("*.json"))


@pytest.mark.alone
async def test_36_a_letter_does_not_overtake_what_stands_in_a_file(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path) -> None:
    never = Inbox()
    never.slow = 60
    async with hooked(api, never, tmp_path):
        for number in range(3):
            assert await api.post(event(api.bot(), "u1", "text", text=f"tin {number}")) == 200
            await asyncio.sleep(0.005)
    inbox.slow = 0.1
    async with hooked(api, inbox, tmp_path):
        for number in (3, 4):
            begun = time.monotonic()
            assert await api.post(event(api.bot(), "u1", "text", text=f"tin {number}")) == 200
            assert time.monotonic() - begun < 1.0
        await inbox.holds(5)
        inbox.slow = 0.0
        while list(tmp_path.glob("*.json")):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert await api.post(event(api.bot(), "u1", "text", text="tin 5")) == 200
        assert not list(tmp_path.glob("*.json")), "and nothing goes through a file any more"
    assert [one.incoming.text for one in inbox.things.values()] == [f"tin {number}" for number in range(6)]


async def test_36_a_file_whose_letters_were_committed_meanwhile_stops_nothing(
    api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = Inbox()
    never.slow = 60
    async with hooked(api, never, tmp_path):
        for number in range(3):
            assert await api.post(event(api.bot(), "u1", "text", text=f"tin {number}")) == 200
    gone = min(tmp_path.glob("*.json"))
    read = zalo_spool._read

    def gone_first(file: Path) -> Any:
        if file == gone:
            file.unlink(missing_ok=True)
        return read(file)

    monkeypatch.setattr(zalo_spool, "_read", gone_first)
    async with hooked(api, inbox, tmp_path):
        await inbox.holds(2)
    assert not list(tmp_path.glob("*.unreadable"))


async def test_a_database_that_is_away_is_said_so(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path) -> None:
    inbox.fails = 1
    async with hooked(api, inbox, tmp_path):
        made = event(api.bot(), "u1", "text", text="chào")
        assert await api.post(made) == 500
        assert await api.post(made) == 200
    assert len(inbox.things) == 1 and not list(tmp_path.glob("*.json"))


async def test_whoever_is_new_is_greeted_before_the_answer(api: LoopbackZaloBot, inbox: Inbox, tmp_path: Path) -> None:
    async def known(account: str, chat: str) -> bool:
        return chat == "u2"

    async with hooked(api, inbox, tmp_path, known=known):
        for chat in ("u1", "u2"):
            await api.post(event(api.bot(), chat, "text", text="chào"))
        await api.post(event(api.bot(), "u3", "text", text="/start"))
        await api.post(event(api.bot(), "g1", "text", text="chào", group=True))
    assert [(one.chat, one.incoming.kind) for one in inbox.things.values()] == [
        ("u1", Kind.START), ("u1", Kind.TEXT), ("u2", Kind.TEXT), ("u3", Kind.START), ("-g1", Kind.TEXT)]
