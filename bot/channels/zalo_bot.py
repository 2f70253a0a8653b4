"""The Zalo Bot channel: what people write is kept before anything else, answers are plain lines with numbered choices."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels import Fate, Limits, Papers, Receive, Received, Sent, no_papers
from bot.channels.exchange import is_loopback
from bot.channels.zalo_bot_incoming import GROUP, Json, received
from bot.channels.zalo_bot_polling import Polling
from bot.channels.zalo_bot_sending import Sending
from bot.channels.zalo_bot_typing import Typing
from bot.channels.zalo_bot_watch import Watch
from bot.channels.zalo_bot_webhook import Webhook
from bot.channels.zalo_bot_wire import Reply, Wire
from bot.channels.zalo_ledger import Ledger
from bot.channels.zalo_newcomers import Known, Newcomers
from bot.channels.zalo_shelf import Shelf
from bot.channels.zalo_spool import Spool
from bot.channels.zalo_words import MOST
from handlers.talk import Kind, Message

LOG = logging.getLogger(__name__)
WITHHELD_AGAIN = 600.0
"""Seconds in which a chat is told once that something of theirs was withheld."""
CHATS = 10_000


class ZaloTrouble(Exception):
    """Zalo refused an operator's call, or was not reached."""


class ZaloBot:
    """One bot. Safe to build anywhere: nothing is opened before the first call."""

    def __init__(
        self, name: str, token: str, *, api_base: str = "https://bot-api.zaloplatforms.com",
        mode: Literal["polling", "webhook"] = "polling", webhook_secret: str = "", public_url: str = "",
        per_second: float = 5.0, chat_per_second: float = 1.0, monthly: int = 3_000,
        groups: Literal["answer", "ignore"] = "answer", spool: Path = Path("spool"), papers: Papers = no_papers,
        ledger: Ledger | None = None, known: Known | None = None,
    ) -> None:
        self.name = name
        self._mode, self._secret, self._public_url, self._groups = mode, webhook_secret, public_url, groups
        self._me = {token.strip().partition(":")[0]}
        self._wire, self._ear = Wire(token, api_base), Wire(token, api_base)  # an open poll keeps its own connection
        self._shelf = Shelf(self.path, public_url, token, papers)
        self._limits = Limits(
            characters=MOST, buttons=0, edits=False, pictures=self._shelf.is_open, per_second=per_second,
            chat_per_second=chat_per_second, chat_burst=3, group_per_minute=10, monthly=monthly, sounds=self._shelf.is_open,
            resends=False)
        self._spool_in, self._ledger, self._newcomers = spool, ledger, Newcomers(self.account, known)
        self._typing = Typing(self._wire)
        self._sending = Sending(self._wire, self._shelf, ledger, self._typing.show)
        self._watch = Watch(self.account, self._wire, ledger, self.address if mode == "webhook" else None, self._me.add)
        self._withheld: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._spool: Spool | None = None
        self._polling: Polling | None = None
        self._webhook: Webhook | None = None

    def __repr__(self) -> str:
        return f"ZaloBot({self.name!r})"

    @property
    def account(self) -> str:
        return f"zalo-bot:{self.name}"

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def path(self) -> str:
        return f"/zalo-bot/{self.name}"

    @property
    def address(self) -> str:
        """Where Zalo is to call us; nothing where our server has no public address."""
        return f"{self._public_url.rstrip('/')}{self.path}" if self._public_url else ""

    # -- receiving

    def routes(self, receive: Receive) -> Sequence[web.AbstractRouteDef]:
        if self._mode != "webhook":
            return self._shelf.routes()
        if not 8 <= len(self._secret) <= 256:
            LOG.error("%s: no webhook secret of 8 to 256 letters is set, so every call to %s is refused", self.account, self.path)
        self._spool = Spool(self._spool_in, self.account, receive)
        self._spool.drain()
        self._webhook = Webhook(self._secret if len(self._secret) >= 8 else "", self._keeper(self._spool.keep))
        return (web.post(self.path, self._webhook.take), *self._shelf.routes())

    async def start(self, receive: Receive) -> None:
        if self._mode == "polling":
            async def commit(things: Sequence[Received]) -> None:
                await receive(self.account, things)

            self._polling = Polling(self.account, self._ear, self._keeper(commit), ledger=self._ledger)
            self._polling.start()
        self._watch.start()

    async def stop(self) -> None:
        # a webhook stays open: any process may take events in, only polling belongs to one
        if self._polling is not None:
            await self._polling.stop()
            self._polling = None
        await self._watch.stop()

    async def close(self) -> None:
        await self.stop()
        if self._webhook is not None:
            self._webhook.closed = True
        if self._spool is not None:
            await self._spool.close()
        if self._ledger is not None:
            await self._ledger.close()
        await self._typing.close()
        await self._wire.close()
        await self._ear.close()

    async def send(self, chat: str, message: Message) -> Sent:
        return await self._sending.send(chat, message)

    def _keeper(self, commit: Callable[[Sequence[Received]], Any]) -> Callable[[Sequence[Json]], Any]:
        async def keep(events: Sequence[Json]) -> None:
            found = [one for one in (received(event, *self._me) for event in events) if one and self._wanted(one)]
            if found:
                await self._newcomers.keep(found, commit)

        return keep

    def _wanted(self, one: Received) -> bool:
        """Whether there is anything to answer: a group may be left alone, a withheld message is answered once in ten minutes."""
        if one.chat.startswith(GROUP) and self._groups == "ignore":
            return False
        if one.incoming.kind is not Kind.UNSUPPORTED:
            return True
        now = time.monotonic()
        at, name = self._withheld.get(one.chat, (-WITHHELD_AGAIN, ""))
        if name != one.external_id and now - at < WITHHELD_AGAIN:
            LOG.info("%s: another withheld message, not answered again", self.account)
            return False
        self._withheld[one.chat] = (at if name == one.external_id else now, one.external_id)
        self._withheld.move_to_end(one.chat)
        while len(self._withheld) > CHATS:
            self._withheld.popitem(last=False)
        return True

    # -- an operator's calls

    async def me(self) -> dict[str, Any]:
        """What Zalo says about this bot."""
        found = dict((await self._asked("getMe")).result or {})
        return {**found, "can_join_groups": bool(found.get("can_join_groups"))}

    async def webhook_set(self, url: str = "") -> dict[str, Any]:
        """Have events posted to this address (the whole one, or the server's); without one, to the public address."""
        address = (url or self._public_url).rstrip("/")
        if not address.endswith(self.path):
            address += self.path
        if urlsplit(address).scheme != "https" and not is_loopback(address):
            raise ZaloTrouble("Zalo calls https addresses only")
        if not 8 <= len(self._secret) <= 256:
            raise ZaloTrouble("a webhook needs a secret of 8 to 256 letters")
        return dict((await self._asked("setWebhook", url=address, secret_token=self._secret)).result or {})

    async def webhook_delete(self) -> None:
        await self._asked("deleteWebhook")

    async def webhook_info(self) -> dict[str, Any]:
        """The address Zalo calls; an empty one where there is none."""
        reply = await self._wire.call("getWebhookInfo", {}, deadline=15.0)
        if reply.code == 404:
            return {"url": ""}
        return dict(_well(reply).result or {})

    async def _asked(self, method: str, **fields: str) -> Reply:
        return _well(await self._wire.call(method, fields, deadline=15.0))


def _well(reply: Reply) -> Reply:
    if not reply.ok or not isinstance(reply.result or {}, dict):
        raise ZaloTrouble(reply.problem or Fate.UNKNOWN.value)
    return reply
