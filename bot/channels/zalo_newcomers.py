"""Zalo has no start button: whoever writes for the first time is told who answers here; a group is told once, and no more."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.channels import Received
from handlers.talk import Kind

Known = Callable[[str, str], Awaitable[bool]]
"""Whether somebody (account, chat) has written before."""
REMEMBERED = 10_000
PATIENCE = 0.4
"""Seconds that a greeting is worth: whoever waits longer is answered without one."""


class Newcomers:
    """One account's: whoever was kept once is known from then on, also while the database has not written them down yet."""

    def __init__(self, account: str, known: Known | None) -> None:
        self._account, self._known = account, known
        self._kept: OrderedDict[str, None] = OrderedDict()

    async def keep(self, things: Sequence[Received], commit: Callable[[Sequence[Received]], Awaitable[None]]) -> None:
        """Keep these, with the beginnings that belong before them."""
        found = await welcomed(self._account, things, self._known and self._is_known)
        await commit(found)
        for thing in things:
            self._kept[thing.chat] = None
            self._kept.move_to_end(thing.chat)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    async def _is_known(self, account: str, chat: str) -> bool:
        return chat in self._kept or (self._known is not None and await self._known(account, chat))


async def welcomed(account: str, things: Sequence[Received], known: Known | None) -> list[Received]:
    """The same, with a beginning before the first message of somebody new, and without what a group says after its first."""
    if known is None:
        return list(things)
    found: list[Received] = []
    met: set[str] = set()
    for thing in things:
        group, begun = thing.incoming.group, thing.incoming.kind in (Kind.START, Kind.BLOCKED)
        new = thing.chat not in met and (group or not begun) and not await _is_known(known, account, thing.chat)
        if group and not new:
            continue
        if new and not group:
            begins = replace(thing.incoming, kind=Kind.START, text="", data="", message="")
            found.append(Received(f"{thing.external_id}:new", thing.chat, begins))
        met.add(thing.chat)
        found.append(thing)
    return found


async def _is_known(known: Known, account: str, chat: str) -> bool:
    try:
        return await asyncio.wait_for(known(account, chat), PATIENCE)
    except TimeoutError:
        return True
