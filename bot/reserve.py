"""How many messages to many are marked as being sent ahead of their turn, so that a slow disk does not hold up who is next."""

from __future__ import annotations

import math

from bot.pacing import UNPACED

FADES = 0.998
"""What is left, with each commit, of how slow the slowest one was."""
LONGEST = 0.5
"""Seconds' worth of messages at most: after a kill nobody knows of these whether they left."""


class Reserve:
    """As many as leave in the time that commits were seen to take: one on a quick disk, half a second's worth on a slow one."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._slowest = 0.0

    def took(self, seconds: float) -> None:
        """A commit took so long."""
        self._slowest = max(seconds, self._slowest * FADES)

    @property
    def size(self) -> int:
        if self._per_second >= UNPACED:
            return 0
        return math.ceil(self._per_second * min(LONGEST, self._slowest * 1.5))
