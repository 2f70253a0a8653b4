"""Fetching from the Zalo Bot Platform: one event at a time, committed before the next is asked for."""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from bot.channels import Fate
from bot.channels.zalo_bot_incoming import Json, events, message_name
from bot.channels.zalo_bot_watch import host
from bot.channels.zalo_bot_wire import Reply, Wire
from bot.channels.zalo_ledger import Ledger
from bot.channels.zalo_patience import Patience
from bot.store import out_of_reach
from storage import zalo

LOG = logging.getLogger(__name__)
HOLD = 25
"""Seconds an empty poll is held open by the server."""
SLACK = 8.0
REPLAY_PAUSE = 1.0
"""What was consumed may be handed in again and again, at once: never ask more often than this while it is."""
ENDED_EARLY = 0.5
LOOK_AGAIN = 60.0
REMEMBERED = 500
CONFLICT = 409
LEFTOVER, FORGOTTEN = HOLD + SLACK, 600.0
"""Seconds for which a poll of ours that a restart cut off may still be open; and after which a conflict is long past."""
TRIES = 8
"""How often an event is tried that the database refuses although it is there."""
Keep = Callable[[Sequence[Json]], Awaitable[None]]


class Polling:
    """One account's polling loop. The platform forgets what it handed in, so nothing is asked for before that is kept."""

    def __init__(self, account: str, wire: Wire, keep: Keep, *, look_again: float = LOOK_AGAIN,
                 ledger: Ledger | None = None) -> None:
        self._account, self._wire, self._keep, self._look_again, self._ledger = account, wire, keep, look_again, ledger
        self._patience = Patience(0.5, 60.0)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._trouble = ""
        self._disputed_since = self._disputed_at = -FORGOTTEN
        self._unsure = True
        """Whether the account may still be noted as one that hears nothing."""
        self._clear = False
        self._holding = 0
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"{self._account} polling")

    async def stop(self) -> None:
        """End an open poll at once; what was fetched is kept first, or said to be lost."""
        self._stopping.set()
        if self._task is None:
            return
        if not self._holding:
            self._task.cancel()
        await asyncio.wait([self._task], timeout=1.5)
        if not self._task.done():
            LOG.error("%s: %d fetched events are lost: the database did not take them", self._account, self._holding)
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while not self._stopping.is_set():
            pause = await self._turn()
            if pause < 0:
                return
            await self._rest(pause)

    async def _rest(self, seconds: float) -> None:
        if seconds <= 0:
            return
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _turn(self) -> float:
        """Fetch and keep once; returns the seconds to wait before the next time, or -1 to end."""
        if not self._clear:
            return await self._look_for_webhook()
        asked = time.monotonic()
        reply = await self._wire.call("getUpdates", {"timeout": str(HOLD)}, deadline=HOLD + SLACK)
        if reply.idle:
            await self._recovered()
            # a server that does not hold empty polls open must not make us spin
            return 0.0 if time.monotonic() - asked > ENDED_EARLY else ENDED_EARLY
        if not reply.ok:
            return self._refused(reply)
        found = events(reply.result)
        await self._recovered()
        if not found:
            return REPLAY_PAUSE
        fresh = [event for event in found if message_name(event) not in self._seen]
        if fresh:
            await self._surely_keep(fresh)
        return 0.0 if fresh else REPLAY_PAUSE

    async def _look_for_webhook(self) -> float:
        """Nothing can be fetched while a webhook is set, and taking it away is an operator's decision."""
        reply = await self._wire.call("getWebhookInfo", {}, deadline=15.0)
        url = reply.result.get("url") if reply.ok and isinstance(reply.result, dict) else ""
        if url:
            return self._stand_by(host(str(url)))
        if reply.ok or reply.code == 404:
            self._clear = True
            return 0.0
        return self._refused(reply)

    def _stand_by(self, where: str = "") -> float:
        self._note(zalo.ELSEWHERE, f"a webhook is set{f' at {where}' if where else ''}, so nothing can be fetched; "
                                   "perhaps another installation uses the same token")
        self._say("a webhook is set, so nothing can be fetched; `gocua zalo-bot webhook delete` takes it away", logging.ERROR)
        return self._look_again

    def _refused(self, reply: Reply) -> float:
        if reply.fate is Fate.STOPPED:
            LOG.error("%s: stopped: Zalo does not know this token (%s); set the right one and start again",
                      self._account, reply.problem)
            self._note(zalo.TOKEN, reply.problem)
            return -1.0
        if "webhook" in reply.problem.lower():
            self._clear = False
            return self._stand_by()
        if reply.code == CONFLICT:
            self._disputed()
        self._say(f"cannot fetch: {reply.problem}")
        return self._patience.failed()

    def _disputed(self) -> None:
        """Somebody else fetches with our token, and gets what people write to us."""
        now = time.monotonic()
        if now - self._disputed_at > FORGOTTEN:
            self._disputed_since = now
        self._disputed_at = now
        if now - self._disputed_since > LEFTOVER:
            self._note(zalo.ELSEWHERE, "another program fetches with this token (409); stop it, or reset the token")

    def _note(self, state: str, problem: str) -> None:
        self._unsure = True
        if self._ledger is not None:
            self._ledger.stands(state, problem)

    async def _surely_keep(self, found: Sequence[Json]) -> None:
        """Nobody hands this in again: try until it is kept."""
        self._holding = len(found)
        pause = Patience(0.2, 5.0)
        for tries in itertools.count(1):
            try:
                await self._keep(found)
                break
            except Exception as error:  # whatever the reason
                self._say(f"fetched events could not be kept ({type(error).__name__}); trying again")
                if tries >= TRIES and not (out_of_reach(error) or isinstance(error, OSError)):
                    LOG.error("%s: %d events cannot be kept at all and are left out, so that others are heard",
                              self._account, len(found))
                    break
            await asyncio.sleep(pause.failed())
        self._holding = 0
        for event in found:
            self._seen[message_name(event)] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)

    def _say(self, trouble: str, level: int = logging.WARNING) -> None:
        """Each trouble is logged once, not with every attempt."""
        if trouble != self._trouble:
            LOG.log(level, "%s: %s", self._account, trouble)
        self._trouble = trouble

    async def _recovered(self) -> None:
        if self._trouble:
            LOG.info("%s: fetches again", self._account)
        self._trouble = ""
        self._patience.well()
        if self._unsure and time.monotonic() - self._disputed_at >= FORGOTTEN:
            self._unsure = self._ledger is not None and not await self._ledger.mended(zalo.TOKEN, zalo.ELSEWHERE)
