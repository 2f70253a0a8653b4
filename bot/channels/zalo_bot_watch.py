"""Who we are at Zalo, and whether what people write still comes to us: one token may be used by two programs at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from urllib.parse import urlsplit

from bot.channels import Fate
from bot.channels.zalo_bot_wire import Reply, Wire
from bot.channels.zalo_ledger import Ledger
from storage import zalo

LOG = logging.getLogger(__name__)
EVERY = 600.0
"""Seconds between two looks."""
SOON = 30.0
"""Seconds after which it is looked again where Zalo was not reached."""
DEADLINE = 15.0


class Watch:
    """One account's looks at itself. `ours` is the address Zalo should call; None where we fetch, which says its own troubles."""

    def __init__(self, account: str, wire: Wire, ledger: Ledger | None, ours: str | None, met: Callable[[str], None]) -> None:
        self._account, self._wire, self._ledger, self._ours, self._met = account, wire, ledger, ours, met
        self._said = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"{self._account} watch")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY if await self._look() else SOON)

    async def _look(self) -> bool:
        me = await self._wire.call("getMe", {}, deadline=DEADLINE)
        if me.fate is Fate.STOPPED:
            self._stands(zalo.TOKEN, me.problem)
            return True
        if me.ok and isinstance(me.result, dict) and me.result.get("id"):
            self._met(str(me.result["id"]))
        return me.ok and (not self._ours or await self._look_for_address())

    async def _look_for_address(self) -> bool:
        reply = await self._wire.call("getWebhookInfo", {}, deadline=DEADLINE)
        if not reply.ok and reply.code != 404:
            return False
        where = elsewhere(address_in(reply), self._ours or "")
        if where:
            self._stands(zalo.ELSEWHERE, where)
            return True
        self._said = ""
        return self._ledger is None or await self._ledger.mended(zalo.TOKEN, zalo.ELSEWHERE)

    def _stands(self, state: str, problem: str) -> None:
        if problem != self._said and self._ours is not None:
            LOG.error("%s: %s", self._account, problem)
        self._said = problem
        if self._ledger is not None:
            self._ledger.stands(state, problem)


def address_in(reply: Reply) -> str:
    """The address Zalo calls; an empty one where there is none."""
    found = reply.result.get("url") if reply.ok and isinstance(reply.result, dict) else ""
    return found if isinstance(found, str) else ""


def elsewhere(url: str, ours: str) -> str:
    """What is wrong with the address Zalo calls, for an operator; nothing where it is ours."""
    if url.rstrip("/") == ours:
        return ""
    if not url:
        return "no webhook is set, so nothing people write comes here; run `gocua zalo-bot webhook set`"
    return f"Zalo calls {host(url)}, not this server: perhaps another installation uses the same token"


def host(url: str) -> str:
    """The name in an address; the rest of it may hold something that is nobody's business."""
    try:
        return urlsplit(url).hostname or "?"
    except ValueError:
        return "?"
