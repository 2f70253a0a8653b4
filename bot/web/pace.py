"""How often somebody may call: some at once, then so many a second."""

from __future__ import annotations

import time
from collections.abc import Callable

NAMES = 20_000


class Pace:
    """A bucket for each name (a chat, an address), full at first."""

    def __init__(self, burst: float, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._rate, self._clock = burst, per_second, clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def wait(self, name: str) -> float:
        """0 where this call may pass (and is counted); otherwise the seconds until one may."""
        now = self._clock()
        tokens, at = self._buckets.get(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        if tokens < 1:
            self._buckets[name] = (tokens, now)
            return (1 - tokens) / self._rate
        if name not in self._buckets and len(self._buckets) >= NAMES:
            self._sweep(now)
        self._buckets[name] = (tokens - 1, now)
        return 0.0

    def _sweep(self, now: float) -> None:
        """Forget whoever is rested; where nobody is, the one heard longest ago."""
        rested = [name for name, (tokens, at) in self._buckets.items() if tokens + (now - at) * self._rate >= self._burst]
        for name in rested or [min(self._buckets, key=lambda each: self._buckets[each][1])]:
            del self._buckets[name]
