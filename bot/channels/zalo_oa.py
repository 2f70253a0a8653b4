"""The Zalo Official Account channel: signed events are kept within two seconds, answers go out while their window is open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from aiohttp import web

from bot.channels import Limits, Papers, Receive, Sent, no_papers
from bot.channels.telephone import Marks, marked
from bot.channels.zalo_http import Http
from bot.channels.zalo_ledger import Ledger
from bot.channels.zalo_newcomers import Known, Newcomers
from bot.channels.zalo_oa_incoming import Json, is_own, phone, received, text_of
from bot.channels.zalo_oa_keys import Keys, Lost
from bot.channels.zalo_oa_login import App, Unreached
from bot.channels.zalo_oa_sending import Sending
from bot.channels.zalo_oa_webhook import Webhook
from bot.channels.zalo_oa_wire import Reply, Wire
from bot.channels.zalo_shelf import Shelf
from bot.channels.zalo_spool import Spool
from bot.channels.zalo_words import MOST
from bot.store import Store, out_of_reach
from handlers.talk import Kind, Message
from storage import zalo

LOG = logging.getLogger(__name__)
CARE, LOOK_AGAIN = 3600.0, 15.0
"""Seconds between two looks at whether the keys are to be renewed, also where nobody writes; and while there are none."""


class ZaloOfficial:
    """One account. Safe to build anywhere: nothing is opened before the first call."""

    def __init__(
        self, name: str, app: App, secret_key: str, store: Store, *, api_base: str = "https://openapi.zalo.me",
        public_url: str = "", per_second: float = 5.0, paid: bool = False, spool: Path = Path("spool"),
        papers: Papers = no_papers, ledger: Ledger | None = None,
        known: Known | None = None, marks: Marks | None = None, found: Callable[[str], None] = lambda address: None,
    ) -> None:
        self.name = name
        self._app, self._secret, self._marks, self._found = app, secret_key, marks, found
        self._http = Http()
        self.keys = Keys(store, self.account, app, self._http)
        self._wire = Wire(self._http, self.keys, api_base)
        self._shelf = Shelf(self.path, public_url, secret_key, papers)
        self._limits = Limits(
            characters=MOST, buttons=0, edits=False, pictures=True, per_second=per_second, chat_per_second=per_second,
            chat_burst=5, group_per_minute=10, proactive=zalo.PAID if paid else zalo.FREE, sounds=self._shelf.is_open,
            asks_number=True, resends=False)
        self._sending = Sending(self._wire, self._shelf, ledger)
        self._spool_in, self._ledger, self._newcomers = spool, ledger, Newcomers(self.account, known)
        self._spool: Spool | None = None
        self._webhook: Webhook | None = None
        self._caring: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"ZaloOfficial({self.name!r})"

    @property
    def account(self) -> str:
        return f"zalo-oa:{self.name}"

    @property
    def limits(self) -> Limits:
        return self._limits

    @property
    def path(self) -> str:
        return f"/zalo-oa/{self.name}"

    def routes(self, receive: Receive) -> Sequence[web.AbstractRouteDef]:
        if not self._secret:
            LOG.error("%s: no secret key of its webhook is set, so every call to %s is refused", self.account, self.path)
        self._spool = Spool(self._spool_in, self.account, receive)
        self._spool.drain()
        self._webhook = Webhook(self._app.id, self._secret, self._keep)
        return (web.post(self.path, self._webhook.take), *self._shelf.routes())

    async def start(self, receive: Receive) -> None:
        self._caring = asyncio.get_running_loop().create_task(self._care(), name=f"{self.account} keys")

    async def stop(self) -> None:
        # the webhook stays open: any process may take events in
        if self._caring is not None:
            self._caring.cancel()
            await asyncio.gather(self._caring, return_exceptions=True)
            self._caring = None

    async def close(self) -> None:
        await self.stop()
        if self._webhook is not None:
            self._webhook.closed = True
        if self._spool is not None:
            await self._spool.close()
        if self._ledger is not None:
            await self._ledger.close()
        await self._http.close()

    async def send(self, chat: str, message: Message) -> Sent:
        return await self._sending.send(chat, message)

    async def about(self) -> Reply:
        """What Zalo says about this account."""
        return await self._wire.get("/v2.0/oa/getoa")

    async def _keep(self, event: Json) -> None:
        found = received(event)
        if found is not None and found.incoming.kind is Kind.CONTACT:
            found = marked(found, phone(event), own=is_own(event), marks=self._marks)
        if found is not None and self._spool is not None:
            await self._newcomers.keep([found], self._spool.keep)

    async def _care(self) -> None:
        """Keep the keys alive: a refresh key that nobody uses for three months is lost."""
        while True:
            is_open = await self._open()
            if is_open and self._marks is not None:
                await self._look_for_address()
            await asyncio.sleep(CARE if is_open else LOOK_AGAIN)

    async def _look_for_address(self) -> None:
        """Where people find this account: its name at Zalo is a number that only Zalo tells."""
        name = text_of((await self.about()).data.get("oa_id"))
        if name.isdecimal():
            self._found(f"https://zalo.me/{name}")

    async def _open(self) -> bool:
        """Whether there are keys that work; who looks after the bot learns of it where there are none."""
        try:
            await self.keys.current()
        except Lost as error:
            if self._ledger is not None:
                self._ledger.stands(zalo.LOGIN, str(error))
            return False
        except Unreached:
            return False
        except Exception as error:
            if not out_of_reach(error):
                raise
            return False
        if self._ledger is not None:
            await self._ledger.mended(zalo.LOGIN)
        return True
