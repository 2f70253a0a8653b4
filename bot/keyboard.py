"""One person at a keyboard: what they type goes in, what is said to them is shown, whichever process decided or sent it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from functools import partial

from bot.channels.terminal import Terminal
from bot.house import House
from bot.store import Store
from handlers.talk import Message
from storage import mail, transcript

FOLLOWS = 0.1
"""Seconds between two looks at what is said to this chat."""
PATIENCE = 60.0
"""Seconds after which the next line is taken although the last one was not answered."""


async def talk(house: House, store: Store, terminal: Terminal) -> None:
    """Until an empty line, or the end of what is typed. A line is taken once the one before it was answered."""
    seen = await store.read(lambda rows: transcript.last_answered(rows, terminal.account, terminal.chat))
    await house.start()
    await terminal.start(house.reception.receive)  # at once: another terminal may be the one that sends
    follower = Follower(store, terminal, seen)
    following = asyncio.create_task(follower.run())
    lines = _typed()
    said = "/start"
    while said:
        await terminal.hear(said)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await follower.answered()
        said = await lines.get()
    following.cancel()
    await house.stop()


def _typed() -> asyncio.Queue[str]:
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.strip())
            if not line.strip():
                return  # the program cannot end while this waits for another line
        loop.call_soon_threadsafe(lines.put_nowait, "")

    loop.run_in_executor(None, read)
    return lines


class Follower:
    """Shows a chat as it stands in the database. A secret is forgotten there once it was shown, not when it was "sent"."""

    def __init__(self, store: Store, terminal: Terminal, seen: int) -> None:
        self._store, self._terminal, self._seen = store, terminal, seen
        self._secrets: list[int] = []

    async def run(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(FOLLOWS)

    async def answered(self) -> None:
        """Until all that was typed is answered, and all answers are shown and their secrets forgotten."""
        reached = partial(transcript.answered_up_to, account=self._terminal.account, chat_ref=self._terminal.chat)
        while (last := await self._store.read(reached)) is None or self._seen < last or self._secrets:
            await asyncio.sleep(FOLLOWS)

    async def _look(self) -> None:
        lines = await self._store.read(partial(
            transcript.lines, account=self._terminal.account, chat_ref=self._terminal.chat, limit=50, after=self._seen))
        for line in (line for line in lines if line.ours):
            if line.body:
                message = Message.unpack(line.body)
                await self._terminal.show(message)
                self._secrets += [line.id] if message.secret else []
            self._seen = max(self._seen, line.id)
        if self._secrets and (sent := await self._store.read(lambda rows: mail.sent_of(rows, self._secrets))):
            await self._store.write(lambda tx: mail.forget(tx, sent))
            self._secrets = [id_ for id_ in self._secrets if id_ not in sent]
