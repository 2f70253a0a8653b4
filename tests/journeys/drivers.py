"""Somebody on each channel: says a line twice over, sees what is answered."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import aiohttp

from bot import demo
from bot.channels import Channel, Received, Sent
from bot.channels.telegram import Telegram
from bot.channels.terminal import Terminal
from bot.channels.webchat import WebChat
from bot.house import House
from handlers.talk import Incoming, Kind, Message
from storage import transcript
from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.people import User

TOKEN = "1001:loopback-token-for-tests-only"
CHATS = {"citizen": 701, "volunteer": 702, "leader": 703}


def begins_so(label: str, words: str) -> bool:
    """Whether a label begins with these words, its sign before them left out or not."""
    return label.startswith(words) or label.partition(" ")[2].startswith(words)


def meant(begins: str, said: Sequence[Sequence[tuple[str, str]]]) -> str:
    """What somebody types for the newest choice that begins so: its number while it stands in the last message, or its words.

    `said` are the messages that were shown, oldest first, each as (number or nothing, label) of what it offers.
    """
    for age, offers in enumerate(reversed(said)):
        for number, label in offers:
            if begins_so(label, begins):
                return number if number and age == 0 else label
    raise LookupError(begins)


@dataclass
class Seen:
    """What the answer to one line showed."""

    words: str = ""
    labels: list[str] = field(default_factory=list)


class Driver(Protocol):
    """People on one channel, by part. `channels` are made anew after every restart of the house."""

    async def open(self, parts: Sequence[str]) -> None: ...
    def channels(self) -> Sequence[Channel]: ...
    async def say(self, house: House, part: str, said: str) -> None: ...
    async def seen(self, part: str) -> Seen: ...
    async def close(self) -> None: ...


class Room(Terminal):
    """A terminal at which several people sit: each sees what is said to them, and scrolls back in it."""

    def __init__(self, shown: dict[str, list[str]], before: dict[str, list[str]]) -> None:
        super().__init__("", colours=False)
        self.shown, self.before = shown, before

    async def send(self, chat: str, message: Message) -> Sent:
        for lines in (self.shown, self.before):
            lines.setdefault(chat, []).append(self.drawn(message))
        return await super().send(chat, message)


def on_terminal(words: str) -> list[tuple[str, str]]:
    """What a drawn message offers: numbered lines, lines with a dot, and words in brackets."""
    found = [(number, label) for number, label in re.findall(r"^  (\d+)\. (.+)$", words, re.MULTILINE)]
    found += [("", label) for label in re.findall(r"^  • (.+)$", words, re.MULTILINE)]
    return found + [("", label) for label in re.findall(r"\[([^\]]+)\]", words)]


class OnTerminal:
    """Types everything, as people do: the number where one stands before the choice, else its words."""

    def __init__(self) -> None:
        self._shown: dict[str, list[str]] = {}
        self._before: dict[str, list[str]] = {}
        self._terminal: Room | None = None

    async def open(self, parts: Sequence[str]) -> None:
        self._shown = {part: [] for part in parts}

    def channels(self) -> Sequence[Channel]:
        self._terminal = Room(self._shown, self._before)
        return [self._terminal]

    async def say(self, house: House, part: str, said: str) -> None:
        self._shown.clear()
        terminal = self._terminal
        assert terminal is not None
        await terminal.ready.wait()
        terminal.chat, name, typed = part, uuid.uuid4().hex, said
        if said.startswith("["):
            typed = meant(said.strip("[]"), [on_terminal(words) for words in self._before.get(part, [])])
        for _ in range(2):
            if said.startswith("!"):
                incoming = Incoming(Kind(said.removeprefix("!").strip()), datetime.now(UTC))
                await house.reception.receive("terminal", [Received(name, part, incoming)])
            else:
                await terminal.hear(typed, name)
        terminal.chat = ""

    async def seen(self, part: str) -> Seen:
        words = "\n".join(self._shown.get(part, []))
        return Seen(words, words.splitlines() + words.replace("[", "\n").replace("]", "\n").splitlines())

    async def close(self) -> None:
        return


class OnTelegram:
    """Presses inline buttons on the loopback Bot API; every update is delivered twice."""

    def __init__(self) -> None:
        self.api = LoopbackBotApi(TOKEN)
        self.users: dict[str, User] = {}
        self.address = ""
        self._from = 0

    async def open(self, parts: Sequence[str]) -> None:
        self.address = await self.api.start()
        self.users = {part: self.api.user(CHATS[part], token=TOKEN) for part in parts}

    def channels(self) -> Sequence[Channel]:
        return [Telegram("main", TOKEN, api_base=self.address, per_second=1_000, chat_per_second=1_000)]

    async def say(self, house: House, part: str, said: str) -> None:
        user = self.users[part]
        self._from = len(self.api.bot(TOKEN).sends)
        if said.startswith("!"):
            kind = said.removeprefix("!").strip()
            update = user.send({"file": "document"}.get(kind, kind))
        elif said.startswith("["):
            update = user.press(None, self._label(user, said.strip("[]")))
        else:
            update = user.say(said)
        await self.api.deliver_again(update, token=TOKEN)
        for _ in range(2_000):
            if update in self.api.bot(TOKEN).updates.confirmed:
                return
            await asyncio.sleep(0.01)
        raise TimeoutError("the update was not confirmed")

    @staticmethod
    def _label(user: User, begins: str) -> str:
        """The newest button that begins so."""
        for message in reversed(user.transcript()):
            for row in message.get("keyboard") or []:
                for button in row:
                    if begins_so(button["text"], begins):
                        return str(button["text"])
        raise LookupError(begins)

    async def seen(self, part: str) -> Seen:
        user = self.users[part]
        ids = {send.message_id for send in self.api.bot(TOKEN).sends[self._from:] if send.chat_id == user.id}
        shown = [message for message in user.transcript() if message["message_id"] in ids]
        labels = [button["text"] for message in shown for row in message.get("keyboard") or [] for button in row]
        return Seen("\n".join(message["text"] for message in shown), labels)

    async def close(self) -> None:
        await self.api.stop()


class OnWebChat:
    """Posts as the page's script does; every post is sent twice with the same id."""

    def __init__(self) -> None:
        self._parts: Sequence[str] = ()
        self._house: House | None = None
        self._before: dict[str, dict[str, Any]] = {}
        self._lines: dict[str, list[dict[str, Any]]] = {}

    async def open(self, parts: Sequence[str]) -> None:
        self._parts = parts

    def channels(self) -> Sequence[Channel]:
        async def read(account: str, chat: str, limit: int, after: int) -> list[transcript.Line]:
            assert self._house is not None
            return await self._house.store.read(lambda rows: transcript.lines(rows, account, chat, limit, after))

        return [WebChat(transcript=read, demo=True, public_url="")]

    async def say(self, house: House, part: str, said: str) -> None:
        self._house = house
        self._before = {each: {line["id"]: line.get("v") for line in await self._read(each)} for each in self._parts}
        if said.startswith("!"):
            incoming = Incoming(Kind(said.removeprefix("!").strip()), datetime.now(UTC))
            chat = demo.ACCOUNTS["web"].format(part)
            await house.reception.receive("web", [Received(uuid.uuid4().hex, chat, incoming)])
            return
        body: dict[str, str] = {"id": str(uuid.uuid4())}
        if said.startswith("["):
            body |= self._press(part, said.strip("[]"))
        elif said.startswith("/start"):
            body["start"] = said.removeprefix("/start").strip()
        else:
            body["text"] = said
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                headers = {"Origin": house.address, "X-Gocua": "1", "Content-Type": "application/json"}
                url = f"{house.address}/chat/{part}/say"
                async with session.post(url, data=json.dumps(body), headers=headers) as answer:
                    assert answer.status == 200, await answer.text()

    def _press(self, part: str, begins: str) -> dict[str, str]:
        for line in reversed(self._lines[part]):
            for choice in line.get("choices", ()):
                if begins_so(choice[0], begins):
                    return {"press": choice[1], "line": str(line["v"])}
        raise LookupError(begins)

    async def _read(self, part: str) -> list[dict[str, Any]]:
        assert self._house is not None
        url = f"{self._house.address}/chat/{part}/lines"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            self._lines[part] = (await answer.json())["lines"]
        return self._lines[part]

    async def seen(self, part: str) -> Seen:
        before = self._before[part]
        lines = [line for line in await self._read(part) if "v" in line and before.get(line["id"], 0) != line["v"]]
        words = "\n".join("\n".join(line.get(name, "") for name in ("title", "text", "note")) for line in lines)
        return Seen(words, [choice[0] for line in lines for choice in line.get("choices", ())])

    async def close(self) -> None:
        return


DRIVERS: dict[str, type[Driver]] = {"terminal": OnTerminal, "telegram": OnTelegram, "webchat": OnWebChat}
