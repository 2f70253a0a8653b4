"""Zalo has no start button: whoever writes for the first time is told first who answers here, then answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.channels import Received
from handlers.talk import Kind

Known = Callable[[str, str], Awaitable[bool]]
"""Whether somebody (account, chat) has written before."""
PATIENCE = 0.4
"""Seconds that a greeting is worth: whoever waits longer is answered without one."""


async def welcomed(account: str, things: Sequence[Received], known: Known | None) -> list[Received]:
    """The same, with a beginning before the first message of somebody new. Groups are never greeted."""
    if known is None:
        return list(things)
    found: list[Received] = []
    met: set[str] = set()
    for thing in things:
        new = thing.chat not in met and not thing.incoming.group and thing.incoming.kind not in (Kind.START, Kind.BLOCKED)
        if new and not await _is_known(known, account, thing.chat):
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
