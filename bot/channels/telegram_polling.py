"""Fetching updates: what was fetched is committed before the platform is told to forget it."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence

from bot.channels import Fate
from bot.channels.telegram_incoming import update_number
from bot.channels.telegram_wire import Reply, Wire

LOG = logging.getLogger(__name__)
HOLD = 25
"""Seconds an empty poll is held open by the server."""
KINDS = ("message", "callback_query", "my_chat_member")
"""The updates we ask for. No edited messages: an answer was taken when it was first sent, a second one would confuse."""
Keep = Callable[[Sequence[object]], Awaitable[None]]


class Backoff:
    """Growing pauses with jitter, so that nobody hammers a server that is down."""

    def __init__(self, first: float = 0.5, longest: float = 30.0) -> None:
        self._first, self._longest = first, longest
        self._next = first

    def pause(self) -> float:
        pause = self._next * (0.5 + random.random() / 2)  # noqa: S311
        self._next = min(self._next * 2, self._longest)
        return pause

    def reset(self) -> None:
        self._next = self._first


class Polling:
    """One account's polling loop. `keep` commits raw updates; only when it returns does the offset move."""

    def __init__(self, account: str, wire: Wire, keep: Keep) -> None:
        self._account, self._wire, self._keep = account, wire, keep
        self._backoff = Backoff()
        self._offset = 0
        self._trouble = ""
        self._committing = False
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"{self._account} polling")

    async def stop(self) -> None:
        """End an open poll at once; a commit under way is finished."""
        self._stopping = True
        if self._task is not None:
            if not self._committing:
                self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._stopping:
            pause = await self._turn()
            if pause < 0:
                return
            if pause and not self._stopping:
                await asyncio.sleep(pause)

    async def _turn(self) -> float:
        """Fetch and keep once; returns the seconds to wait before the next time, or -1 to end."""
        asked = time.monotonic()
        fields: dict[str, object] = {"timeout": HOLD, "limit": 100, "allowed_updates": KINDS}
        if self._offset:
            fields["offset"] = self._offset
        reply = await self._wire.call("getUpdates", fields)
        if not reply.ok or not isinstance(reply.result, list):
            return self._rest(reply)
        numbers = [number for number in map(update_number, reply.result) if number is not None]
        if reply.result and not numbers:
            return self._rest(Reply(Fate.UNKNOWN, problem="updates without numbers"))
        if reply.result and not await self._kept(reply.result):
            return self._backoff.pause()
        self._recovered()
        self._offset = max(numbers, default=self._offset - 1) + 1
        # a server that does not hold empty polls open must not make us spin
        return 0.0 if numbers or time.monotonic() - asked > 0.5 else 0.5

    async def _kept(self, updates: Sequence[object]) -> bool:
        self._committing = True
        try:
            await self._keep(updates)
        except Exception as error:  # whatever the reason: what is not committed must come again
            self._say(f"{len(updates)} updates could not be kept ({type(error).__name__}); they are fetched again")
            return False
        finally:
            self._committing = False
        return True

    def _rest(self, reply: Reply) -> float:
        if reply.fate is Fate.STOPPED:
            LOG.error("%s: stopped: Telegram does not know this token (%s); set the right one and start again",
                      self._account, reply.problem)
            return -1.0
        if reply.code == 409:
            self._say(f"stands by: {reply.problem}")
        else:
            self._say(f"cannot fetch updates: {reply.problem}")
        return max(reply.retry_after, self._backoff.pause())

    def _say(self, trouble: str) -> None:
        """Each trouble is logged once, not with every attempt."""
        if trouble != self._trouble:
            LOG.warning("%s: %s", self._account, trouble)
        self._trouble = trouble

    def _recovered(self) -> None:
        if self._trouble:
            LOG.info("%s: fetches updates again", self._account)
        self._trouble = ""
        self._backoff.reset()
