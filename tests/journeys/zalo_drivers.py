"""Somebody on each of Zalo's channels: types the number of a choice, presses a button where there are some."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.channels import Channel, Received
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOfficial
from bot.channels.zalo_words import TYPED
from bot.house import House, open_store
from bot.store import Store
from handlers.talk import Incoming, Kind
from tests.houses import settings
from tests.journeys.drivers import CHATS, TOKEN, Driver, Seen, begins_so, meant
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_bot.bot import event
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import app_of, sign_in

SECRET = "loopback-secret"


class OnZaloBot:
    """Types the number of a choice on the loopback Zalo Bot Platform, or its words; every event is posted twice."""

    def __init__(self) -> None:
        self.api = LoopbackZaloBot(TOKEN)
        self.address = ""
        self._from = 0

    async def open(self, parts: Sequence[str]) -> None:
        self.address = await self.api.start()

    def channels(self) -> Sequence[Channel]:
        return [ZaloBot("main", TOKEN, api_base=self.address, mode="webhook", webhook_secret=SECRET, per_second=1_000,
                        chat_per_second=1_000)]

    async def say(self, house: House, part: str, said: str) -> None:
        chat = f"z{CHATS[part]}"
        self._from = len(self.api.bot().posts)
        self._expect(house)
        if said.startswith("!"):
            kind = said.removeprefix("!").strip()
            if kind not in ("photo", "sticker", "voice"):  # this platform does not tell what it was
                incoming = Incoming(Kind(kind), datetime.now(UTC))
                await house.reception.receive("zalo-bot:main", [Received(uuid.uuid4().hex, chat, incoming)])
                return
            made = event(self.api.bot(), chat, {"photo": "image"}.get(kind, kind))
        elif said.startswith("["):
            typed = meant(said.strip("[]"), [offered(post.words) for post in self.api.posts(chat)])
            made = event(self.api.bot(), chat, "text", text=typed)
        else:
            made = event(self.api.bot(), chat, "text", text=said)
        await self._post(made)

    def _expect(self, house: House) -> None:
        self.api.bot().webhook = {"url": f"{house.address}/zalo-bot/main", "secret_token": SECRET}

    async def _post(self, made: dict[str, Any]) -> None:
        for _ in range(2):
            assert await self.api.post(made) == 200

    async def seen(self, part: str) -> Seen:
        chat = f"z{CHATS[part]}"
        words = "\n".join(post.words for post in self.api.bot().posts[self._from:] if post.chat == chat)
        return Seen(words, [label for _, label in offered(words)])

    async def close(self) -> None:
        await self.api.stop()


class OnZaloBotPolling(OnZaloBot):
    """The same where the bot fetches: every event waits twice, the second time often beyond a restart."""

    def __init__(self) -> None:
        super().__init__()
        self.api.switches.hold = 5.0

    def channels(self) -> Sequence[Channel]:
        return [ZaloBot("main", TOKEN, api_base=self.address, per_second=1_000, chat_per_second=1_000)]

    def _expect(self, house: House) -> None:
        self.api.bot().webhook = {}

    async def _post(self, made: dict[str, Any]) -> None:
        for _ in range(2):
            self.api.hand_in(made)
        async with asyncio.timeout(20):
            while made["message"]["message_id"] not in self.api.bot().taken:
                await asyncio.sleep(0.005)


class OnZaloOa:
    """Presses buttons of an Official Account, or types the number; every event is posted twice."""

    def __init__(self) -> None:
        self.oa = LoopbackZaloOa()
        self.url = ""
        self._stores: list[Store] = []
        self._from = 0

    async def open(self, parts: Sequence[str]) -> None:
        await self.oa.start()

    def channels(self) -> Sequence[Channel]:
        self._stores.append(open_store(settings(self.url)))
        return [ZaloOfficial("main", app_of(self.oa), self.oa.secret_key, self._stores[-1], api_base=self.oa.url,
                             per_second=1_000)]

    async def say(self, house: House, part: str, said: str) -> None:
        chat = f"z{CHATS[part]}"
        if not self.oa.oauth.made:
            await sign_in(self.oa, house.store)
        self._from = len(self.oa.posts)
        self.oa.webhook = f"{house.address}/zalo-oa/main"
        names = {"photo": "image", "voice": "audio", "contact": "business_card"}
        if said.startswith("!"):
            kind = said.removeprefix("!").strip()
            made = self.oa.event(chat, f"user_send_{names.get(kind, kind)}", {"attachments": [{"payload": {
                "coordinates": {"latitude": "10.7", "longitude": "106.7"}}}]})
        elif said.startswith("["):
            made = self.oa.text(chat, self._pressed(chat, said.strip("[]")))
        else:
            made = self.oa.text(chat, said)
        await self._post(made)

    async def _post(self, made: dict[str, Any]) -> None:
        for _ in range(2):
            assert await self.oa.post(made) == 200

    def _pressed(self, chat: str, begins: str) -> str:
        """The newest button that begins so, as it comes in; where there are too many for buttons, what is typed."""
        posts = self.oa.said_to(chat)
        for post in reversed(posts):
            for button in post.buttons:
                if begins_so(button["title"], begins):
                    return str(button["payload"])
        return meant(begins, [offered(post.words) for post in posts])

    async def seen(self, part: str) -> Seen:
        chat = f"z{CHATS[part]}"
        words = "\n".join(post.words for post in self.oa.posts[self._from:] if post.chat == chat)
        return Seen(words, [label for _, label in offered(words)])

    async def close(self) -> None:
        await self.oa.stop()
        for store in self._stores:
            store.close()


def offered(words: str) -> list[tuple[str, str]]:
    """What a plain message offers: number (nothing for what is typed by its words) and label."""
    found = []
    for line in words.splitlines():
        number, dot, label = line.partition(". ")
        if dot and number.isdigit():
            found.append((number, label))
        elif line.startswith(TYPED):
            whole = line.removeprefix(TYPED).strip()
            found += [("", label) for label in dict.fromkeys((*whole.split(" · "), whole))]
    return found


ZALO: dict[str, type[Driver]] = {"zalo-bot": OnZaloBot, "zalo-bot-polling": OnZaloBotPolling, "zalo-oa": OnZaloOa}
