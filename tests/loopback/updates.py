"""One bot's updates: kept until confirmed or expired, handed out by long polling or webhook."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.loopback.body import integer, structure
from tests.loopback.clock import Clock
from tests.loopback.refusal import Json, Refusal
from tests.loopback.wire import Connection

MESSAGE_SECONDS = 86_400.0
PRESS_SECONDS = 150.0
LONGEST_POLL = 50.0
KEPT = 100_000  # how many updates stay at hand to be repeated
QUIET_KINDS = ("chat_member", "message_reaction", "message_reaction_count")  # sent only when asked for


@dataclass(slots=True)
class Pending:
    """An update waiting for its confirmation."""

    number: int
    lane: int
    expires: float
    data: bytes
    available: float = field(default_factory=time.monotonic)


class Waiter:
    """A long poll that is open now."""

    __slots__ = ("connection", "limit", "reply", "timer")

    def __init__(self, connection: Connection, limit: int, reply: Callable[[int, bytes], None]) -> None:
        self.connection = connection
        self.limit = limit
        self.reply = reply
        self.timer: asyncio.TimerHandle | None = None


class Updates:
    """The queue of one bot and the record of what happened to every update."""

    def __init__(self, clock: Clock, first: int, repeats: Callable[[], bool]) -> None:
        self.clock = clock
        self.repeats = repeats
        self.pending: dict[int, Pending] = {}
        self.confirmed: dict[int, float] = {}
        self.expired: list[int] = []
        self.handed_out: dict[int, int] = {}
        self.created: dict[int, float] = {}
        self.kept: dict[int, bytes] = {}
        self.allowed: tuple[str, ...] = ()
        self.polls = 0
        self.conflicts = 0
        self.webhook_offer: Callable[[Pending], None] | None = None
        self._next = first
        self._again: list[bytes] = []
        self._waiter: Waiter | None = None
        self._waking = False

    def push(self, kind: str, content: Json, lane: int) -> int:
        """A new update; returns its id (0 when the bot did not ask for this kind)."""
        if (self.allowed and kind not in self.allowed) or (not self.allowed and kind in QUIET_KINDS):
            return 0
        number = self._next
        self._next += 1
        lifetime = PRESS_SECONDS if kind == "callback_query" else MESSAGE_SECONDS
        data = json.dumps({"update_id": number, kind: content}).encode()
        pending = Pending(number, lane, self.clock.now() + lifetime, data)
        self.pending[number] = pending
        self.created[number] = pending.available
        self.kept[number] = data
        if len(self.kept) > KEPT:
            del self.kept[next(iter(self.kept))]
        if self.webhook_offer is not None:
            self.webhook_offer(pending)
        else:
            self._wake()
        return number

    def repeat(self, number: int) -> None:
        """Hand out an update once more, confirmed or not (polling)."""
        self._again.append(self.kept[number])
        self.handed_out[number] = self.handed_out.get(number, 0) + 1
        self._wake()

    def allow(self, params: Json) -> None:
        """Remember the kinds of update the bot asks for."""
        if params.get("allowed_updates") is not None:
            self.allowed = tuple(structure(params, "allowed_updates") or ())

    def confirm(self, number: int) -> None:
        if self.pending.pop(number, None) is not None:
            self.confirmed[number] = time.monotonic()

    def drop_expired(self) -> None:
        now = self.clock.now()
        for number in [n for n, pending in self.pending.items() if pending.expires <= now]:
            self.expire(number)

    def expire(self, number: int) -> None:
        if self.pending.pop(number, None) is not None:
            self.expired.append(number)

    def drop_all(self) -> None:
        """What drop_pending_updates asks for: gone, and counted as confirmed by the bot."""
        for number in list(self.pending):
            self.confirm(number)

    def poll(self, connection: Connection, params: Json, reply: Callable[[int, bytes], None]) -> None:
        """getUpdates: confirm below the offset, then answer now or when something comes."""
        if self.webhook_offer is not None:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active; "
                               "use deleteWebhook to delete the webhook first")  # fmt: skip
        self.polls += 1
        limit = min(max(integer(params, "limit", 100), 1), 100)
        timeout = min(max(integer(params, "timeout", 0), 0), LONGEST_POLL)
        self.allow(params)
        self._confirm_below(integer(params, "offset", 0))
        self._supersede()
        self.drop_expired()
        if self.pending or self._again or timeout <= 0:
            reply(200, self._batch(limit))
            return
        waiter = Waiter(connection, limit, reply)
        waiter.timer = asyncio.get_running_loop().call_later(timeout, self._answer, waiter)
        connection.on_lost = lambda: self._forget(waiter)
        self._waiter = waiter

    def _confirm_below(self, offset: int) -> None:
        if offset < 0:
            keep = list(self.pending)[offset:]
            offset = keep[0] if keep else 0
        for number in list(self.pending):
            if number >= offset:
                break
            self.confirm(number)
            if self.repeats():
                self.repeat(number)

    def _supersede(self) -> None:
        """A second poller ends the first one's call."""
        waiter = self._waiter
        if waiter is None:
            return
        self._forget(waiter)
        self.conflicts += 1
        refusal = Refusal(409, "Conflict: terminated by other getUpdates request; "
                               "make sure that only one bot instance is running")  # fmt: skip
        waiter.reply(409, refusal.body())

    def _forget(self, waiter: Waiter) -> None:
        if waiter.timer is not None:
            waiter.timer.cancel()
        if self._waiter is waiter:
            self._waiter = None

    def _wake(self) -> None:
        # One turn of the loop later, so that what is pushed together arrives together.
        if self._waiter is not None and not self._waking:
            self._waking = True
            asyncio.get_running_loop().call_soon(self._woken)

    def _woken(self) -> None:
        self._waking = False
        if self._waiter is not None:
            self._answer(self._waiter)

    def _answer(self, waiter: Waiter) -> None:
        self._forget(waiter)
        self.drop_expired()
        waiter.reply(200, self._batch(waiter.limit))

    def end_poll(self) -> None:
        """Answer an open long poll (a webhook was set, or the server stops)."""
        if self._waiter is not None:
            self._supersede()

    def _batch(self, limit: int) -> bytes:
        again, self._again = self._again[:limit], self._again[limit:]
        parts = again
        for number, pending in self.pending.items():
            if len(parts) >= limit:
                break
            parts.append(pending.data)
            self.handed_out[number] = self.handed_out.get(number, 0) + 1
        return b'{"ok":true,"result":[' + b",".join(parts) + b"]}"
