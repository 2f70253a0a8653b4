"""How long to leave Zalo alone after trouble: longer each time, never in step with others, not at all once it is well."""

from __future__ import annotations

import random
import time


class Patience:
    """Growing pauses. Several failures within one pause are one trouble, not several."""

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self._next, self._until, self._since = first, 0.0, 0.0

    def failed(self) -> float:
        """Seconds to wait from now on."""
        now = time.monotonic()
        if not self._since:
            self._since = now
        if now >= self._until:
            self._until = now + self._next * random.uniform(0.8, 1.2)  # noqa: S311 - spreading, not secrecy
            self._next = min(self._next * 2, self._longest)
        return max(0.05, self._until - now)

    def well(self) -> None:
        self._next, self._until, self._since = self._first, 0.0, 0.0

    @property
    def lasted(self) -> float:
        """Seconds since the trouble began; 0 where there is none."""
        return time.monotonic() - self._since if self._since else 0.0
