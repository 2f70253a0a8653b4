"""“Typing …”, shown to whoever waits for something that takes Zalo longer than words do. It never holds an answer up."""

from __future__ import annotations

import asyncio
import time

from bot.channels.zalo_bot_incoming import GROUP
from bot.channels.zalo_bot_wire import Wire

LASTS = 5.0
"""Seconds for which a chat is not told again, and after which nobody waits for the platform's answer to it."""
MOST = 20
"""Under way at once: a sign that is late is worth nothing, so more than these are left out."""


class Typing:
    """One bot's signs that an answer is on its way."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._under_way: set[asyncio.Task[object]] = set()
        self._shown: dict[str, float] = {}

    def show(self, chat: str) -> None:
        """Show it to somebody, beside whatever is being sent to them. What becomes of it is nobody's concern."""
        now = time.monotonic()
        self._shown = {other: at for other, at in self._shown.items() if now - at < LASTS}
        if chat in self._shown or chat.startswith(GROUP) or len(self._under_way) >= MOST:
            return
        self._shown[chat] = now
        task: asyncio.Task[object] = asyncio.get_running_loop().create_task(
            self._wire.call("sendChatAction", {"chat_id": chat, "action": "typing"}, deadline=LASTS))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        for task in (under_way := list(self._under_way)):
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
