"""The platform's documented sending limits: 30/s a bot, 1/s a private chat, 20/min a group."""

import math
from collections.abc import Callable

from tests.loopback.refusal import Refusal


class Bucket:
    """A token bucket; `wait` is how long until one token is there."""

    __slots__ = ("_at", "_now", "_rate", "_room", "_tokens")

    def __init__(self, rate: float, room: float, now: Callable[[], float]) -> None:
        self._rate, self._room, self._now = rate, room, now
        self._tokens = room
        self._at = now()

    def wait(self) -> float:
        now = self._now()
        self._tokens = min(self._room, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._rate

    def take(self) -> None:
        self._tokens -= 1


class Limits:
    """Refuses with 429 what comes too fast, once `on`; edits count for the bot, not for the chat."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.on = False
        self.per_second = 30.0
        self.private_per_second = 1.0
        self.private_burst = 3.0
        self.group_per_minute = 20.0
        self.refused = 0
        self._now = now
        self._buckets: dict[tuple[str, int], Bucket] = {}

    def check(self, token: str, chat_id: int, is_send: bool) -> None:
        """Take one token from every bucket concerned, or raise the 429."""
        if not self.on:
            return
        buckets = [self._bucket(token, 0, self.per_second, self.per_second)]
        if is_send and chat_id < 0:
            buckets.append(self._bucket(token, chat_id, self.group_per_minute / 60, self.group_per_minute))
        elif is_send:
            buckets.append(self._bucket(token, chat_id, self.private_per_second, self.private_burst))
        wait = max(bucket.wait() for bucket in buckets)
        if wait > 0:
            self.refused += 1
            seconds = max(1, math.ceil(wait))
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for bucket in buckets:
            bucket.take()

    def forget(self) -> None:
        """Start with full buckets again (after changing a figure)."""
        self._buckets.clear()

    def _bucket(self, token: str, chat_id: int, rate: float, room: float) -> Bucket:
        key = (token, chat_id)
        if key not in self._buckets:
            self._buckets[key] = Bucket(rate, room, self._now)
        return self._buckets[key]
