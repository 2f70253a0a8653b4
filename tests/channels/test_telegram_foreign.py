"""The Telegram channel with a Bot API server that somebody else wrote, as a process of its own; its verdict is the judge."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels import Fate, Received
from bot.channels.telegram import Telegram
from handlers.papers import Paper
from handlers.talk import Choice, Kind, Message
from tests.drawings import png

TOKEN = "77:synthetic"
PERSON = {"id": 7, "is_bot": False, "first_name": "X", "language_code": "vi"}
CHAT = {"id": 7, "type": "private"}
MENU = (Choice("Ghi lượt", "/visit"), Choice("Quay lại", "/back", quiet=True))
MENUS = {"": [("menu", "Trang chủ")], "vi": [("menu", "Trang chủ")], "en": [("menu", "Home")]}


async def drawn(name: str) -> Paper | None:
    return Paper(f"{name}.png", "image/png", png(60, 40)) if name == "x" else Paper("a.pdf", "application/pdf", b"%PDF-1.4 a")


COMMAND = Path(sys.executable).parent / "lo-bot-api-emulator"


class Emulator:
    """The foreign server and the people who write to it."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "journal.jsonl"
        self.url = ""
        self._process: asyncio.subprocess.Process | None = None
        self._number = 0

    async def __aenter__(self) -> "Emulator":
        self._process = await asyncio.create_subprocess_exec(
            COMMAND, "--port", "0", "--enable-control", "--allow-insecure-loopback-webhooks", "--journal", self.journal,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env={"PYTHONUNBUFFERED": "1"})
        assert self._process.stdout
        async with asyncio.timeout(30):
            while not self.url:
                found = re.search(rb"http://[\d.]+:\d+", await self._process.stdout.readline())
                self.url = found[0].decode() if found else ""
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process
        self._process.terminate()
        await self._process.communicate()

    async def control(self, what: str, **given: Any) -> Any:
        async with aiohttp.ClientSession() as session, session.post(
                f"{self.url}/__fixture/{what}", json={"token": TOKEN, **given}) as answer:
            found = await answer.json()
        assert found["ok"], found
        return found["result"]

    async def write(self, text: str) -> None:
        self._number += 1
        message = {"message_id": 1000 + self._number, "date": 1_800_000_000, "chat": CHAT, "from": PERSON, "text": text}
        await self.control("updates", update={"message": message})

    async def press(self, message: str, data: str) -> None:
        self._number += 1
        query = {"id": f"q{self._number}", "from": PERSON, "chat_instance": "7", "data": data,
                 "message": {"message_id": int(message), "date": 1_800_000_000, "chat": CHAT}}
        await self.control("updates", update={"callback_query": query})

    async def verdict(self, *options: str) -> dict[str, Any]:
        judge = await asyncio.create_subprocess_exec(
            COMMAND, "verdict", self.journal, "--require-response", *options, stdout=asyncio.subprocess.PIPE)
        said, _ = await judge.communicate()
        return json.loads(said)  # type: ignore[no-any-return]


class Talk:
    """Takes what came in and answers it at once, as the house would."""

    def __init__(self, channel: Telegram) -> None:
        self.channel = channel
        self.heard: list[Received] = []
        self.last = ""
        self.broken = 0
        self._coming = asyncio.Event()

    async def __call__(self, account: str, things: Sequence[Received]) -> None:
        if self.broken:
            self.broken -= 1
            raise OSError("no disk")
        for one in things:
            what = one.incoming
            sent = await self.channel.send(one.chat, Message(
                f"Đã nghe: {what.text or what.data}", title="Gõ Cửa", note="bác cứ thong thả", choices=MENU,
                edits=what.message if what.kind is Kind.PRESS else "", ack=what.ack))
            assert sent.fate is Fate.SENT
            self.last = sent.external_id
        self.heard += things
        self._coming.set()

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(15):
            while len(self.heard) < count:
                self._coming.clear()
                await self._coming.wait()


@pytest.fixture
async def foreign(tmp_path: Path) -> AsyncIterator[Emulator]:
    async with Emulator(tmp_path) as emulator:
        yield emulator


async def dialogue(foreign: Emulator, talk: Talk) -> None:
    """A command, a press, a typed answer, each heard once and answered."""
    await foreign.write("/start lop7")
    await talk.wait(1)
    first = talk.last
    await foreign.press(first, "/visit")
    await talk.wait(2)
    assert talk.last == first
    await foreign.write("Thôn Đoài, 5 nhà")
    await talk.wait(3)
    assert [(one.incoming.kind, one.incoming.text, one.incoming.data) for one in talk.heard] == [
        (Kind.START, "", "lop7"), (Kind.PRESS, "", "/visit"), (Kind.TEXT, "Thôn Đoài, 5 nhà", "")]


async def test_polling(foreign: Emulator) -> None:
    channel = Telegram("xa", TOKEN, api_base=foreign.url, commands=lambda: MENUS, papers=drawn)
    talk = Talk(channel)
    talk.broken = 1
    await channel.start(talk)
    await dialogue(foreign, talk)
    assert (await channel.send("7", Message("Ảnh", picture="x", choices=MENU))).fate is Fate.SENT
    assert (await channel.send("7", Message("Tệp", document="y", choices=MENU))).fate is Fate.SENT
    assert (await channel.send("7", Message("Xoá", removes="5"))).fate is Fate.SENT
    assert (await channel.me())["id"] == 7
    await channel.stop()
    await channel.close()
    needed = ("getUpdates", "sendMessage", "editMessageText", "answerCallbackQuery", "setMyCommands", "sendPhoto", "sendDocument",
              "deleteMessage")
    verdict = await foreign.verdict(*(part for name in needed for part in ("--require-method", name)))
    assert verdict["ok"], verdict
    assert verdict["successful_methods"]["setMyCommands"] == 3


async def test_webhook(foreign: Emulator) -> None:
    channel = Telegram("xa", TOKEN, api_base=foreign.url, mode="webhook", webhook_secret="bi-mat_1", commands=lambda: MENUS)
    talk = Talk(channel)
    site = web.Application()
    site.router.add_routes(channel.routes(talk))
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await channel.start(talk)
    await channel.webhook_set(f"http://127.0.0.1:{runner.addresses[0][1]}")
    await dialogue(foreign, talk)
    talk.broken = 1
    await foreign.write("nữa")  # answered 503: kept by the server
    assert (await channel.webhook_info())["pending_update_count"] == 1
    assert await foreign.control("deliver") == {"delivered": 1}
    await talk.wait(4)
    await channel.webhook_delete()
    await channel.stop()
    await channel.close()
    await runner.cleanup()
    verdict = await foreign.verdict("--allow-refusal", "webhook:503", "--require-method", "editMessageText")
    assert verdict["ok"], verdict


async def test_a_server_without_link_previews_is_asked_for_them_once(foreign: Emulator) -> None:
    channel = Telegram("xa", TOKEN, api_base=foreign.url)
    for _ in range(3):
        assert (await channel.send("7", Message("Xem dichvucong.gov.vn"))).fate is Fate.SENT
    await channel.close()
    verdict = await foreign.verdict("--allow-refusal", "sendMessage:400")
    assert verdict["ok"] and verdict["successful_methods"]["sendMessage"] == 3
    refused = [line for line in foreign.journal.read_text().splitlines() if json.loads(line)["status"] == 400]
    assert len(refused) == 1
