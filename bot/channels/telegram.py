"""The Telegram channel: updates are kept before they are acknowledged, messages go out with as few calls as possible."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from bot.amiss import Amiss
from bot.channels import Attached, Limits, Papers, Receive, Received, Sent, no_papers
from bot.channels.exchange import is_loopback
from bot.channels.telegram_incoming import Self, document, mentions_group, received, telephone
from bot.channels.telegram_polling import Backoff, Polling
from bot.channels.telegram_sending import Sending
from bot.channels.telegram_wire import Wire
from bot.channels.telephone import Marks, marked
from handlers.talk import Kind, Message

if TYPE_CHECKING:
    from aiohttp.web import AbstractRouteDef

    from bot.channels.telegram_bot import Ordinary
    from bot.channels.telegram_webhook import Webhook

LOG = logging.getLogger(__name__)
Menus = Mapping[str, Sequence[tuple[str, str]]]
"""Commands and what they do, by language."""


class Telegram:
    """One bot. Safe to build anywhere: nothing is opened before the first call."""

    def __init__(
        self, name: str, token: str, *, api_base: str = "https://api.telegram.org",
        mode: Literal["polling", "webhook"] = "polling", webhook_secret: str = "", public_url: str = "",
        per_second: float = 29.0, chat_per_second: float = 1.0,
        commands: Callable[[], Menus] | None = None,
        papers: Papers = no_papers,
        named: Callable[[str], None] = lambda name: None,
        marks: Marks | None = None,
    ) -> None:
        self.name = name
        self._mode, self._secret, self._public_url = mode, webhook_secret, public_url
        self._commands, self._named, self._marks = commands, named, marks
        self._limits = Limits(
            characters=4096, buttons=100, edits=True, pictures=True, per_second=per_second,
            chat_per_second=chat_per_second, chat_burst=3, group_per_minute=19, sounds=True, asks_number=True)
        self._wire = Wire(token, api_base)
        self._me = Self(token.strip().partition(":")[0])
        self._asked_name = -1e9
        self._sending = Sending(self._wire, self._limits, papers)
        self._announcing: asyncio.Task[None] | None = None
        self._ordinary: Ordinary | None = None
        self._polling: Polling | None = None
        self._webhook: Webhook | None = None

    def __repr__(self) -> str:
        return f"Telegram({self.name!r})"

    @property
    def account(self) -> str:
        return f"telegram:{self.name}"

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def webhook_path(self) -> str:
        return f"/telegram/{self.name}"

    # -- receiving

    def routes(self, receive: Receive) -> Sequence[AbstractRouteDef]:
        if self._mode != "webhook":
            return ()
        if not self._secret:
            LOG.error("%s: no webhook secret is set, so every call to %s is refused", self.account, self.webhook_path)
        from aiohttp import web

        from bot.channels.telegram_webhook import Webhook

        self._webhook = Webhook(self._secret, self._keeper(receive))
        return (web.post(self.webhook_path, self._webhook.take),)

    async def start(self, receive: Receive) -> None:
        if self._mode == "polling":
            self._polling = Polling(self.account, self._wire, self._keeper(receive))
            self._polling.start()
        if self._commands is not None:
            loop = asyncio.get_running_loop()
            self._announcing = loop.create_task(self._announce(self._commands), name=f"{self.account} commands")

    async def stop(self) -> None:
        # a webhook stays open: any process may take updates in, only polling belongs to one
        if self._announcing is not None:
            self._announcing.cancel()
            await asyncio.gather(self._announcing, return_exceptions=True)
        if self._polling is not None:
            await self._polling.stop()

    async def close(self) -> None:
        await self.stop()
        if self._webhook is not None:
            self._webhook.closed = True
        await self._sending.close()
        await self._wire.close()

    async def send(self, chat: str, message: Message) -> Sent:
        return await self._sending.send(chat, message)

    def _keeper(self, receive: Receive) -> Callable[[Sequence[object]], Any]:
        async def keep(updates: Sequence[object]) -> None:
            if not self._me.username and any(map(mentions_group, updates)):
                await self._learn_name()
            found: list[Received] = [self._with_more(one, update) for update in updates if (one := received(update, self._me))]
            if found:
                await receive(self.account, found)

        return keep

    def _with_more(self, one: Received, update: object) -> Received:
        """A file's name comes along, and the way to fetch it; whether anybody does is not ours to say. Of a number, its mark."""
        if one.incoming.kind is Kind.CONTACT:
            number, own = telephone(update)
            return marked(one, number, own=own, marks=self._marks)
        file = document(update) if one.incoming.kind is Kind.FILE else None
        if file is None:
            return one
        return replace(one, attached=Attached(file.name, file.size, partial(self._wire.fetch, file.file_id)))

    async def _learn_name(self) -> None:
        """Our own name, for groups and for links that lead here. Without it commands still work."""
        if time.monotonic() - self._asked_name < 60:
            return
        self._asked_name = time.monotonic()
        reply = await self._wire.call("getMe", {}, deadline=5.0)
        name = reply.result.get("username") if reply.ok and isinstance(reply.result, dict) else None
        if isinstance(name, str):
            self._me = Self(self._me.id, name)
            self._named(name)

    # -- an operator's calls

    async def _bot(self) -> Ordinary:
        if self._ordinary is None:
            # python-telegram-bot costs 20 MB and most of a second: loaded on first need, beside the running loop
            module = await asyncio.to_thread(__import__, "bot.channels.telegram_bot", fromlist=["Ordinary"])
            self._ordinary = module.Ordinary(self._wire)
        return self._ordinary

    async def _announce(self, menus: Callable[[], Menus]) -> None:
        """Learn our name and put the command menus up. Some servers cannot: that is never fatal."""
        await self._learn_name()
        listing = await asyncio.to_thread(menus)
        backoff = Backoff(5.0, 300.0)
        for _ in range(5):
            for language, commands in listing.items():
                listed = [{"command": name, "description": what} for name, what in commands]
                reply = await self._wire.call("setMyCommands", {"commands": listed, "language_code": language})
                if not reply.ok:
                    break
            else:
                return
            LOG.info("%s: the command menu was not set: %s", self.account, reply.problem)
            await asyncio.sleep(backoff.pause())

    async def me(self) -> dict[str, Any]:
        """What Telegram says about this bot."""
        return await (await self._bot()).me()

    async def webhook_set(self, url: str = "") -> None:
        """Have updates posted to this address (the whole one, or the server's); without one, to the public address."""
        address = (url or self._public_url).rstrip("/")
        if not address.endswith(self.webhook_path):
            address += self.webhook_path
        if urlsplit(address).scheme != "https" and not is_loopback(address):
            raise Amiss("telegram.not_https")
        if not self._secret:
            raise Amiss("telegram.no_secret")
        await (await self._bot()).webhook_set(address, self._secret)

    async def webhook_delete(self) -> None:
        await (await self._bot()).webhook_delete()

    async def webhook_info(self) -> dict[str, Any]:
        return await (await self._bot()).webhook_info()
