"""The platform's clock: it can run fast or jump, so that a day passes in a test."""

import time


class Clock:
    """Seconds since the epoch, times a scale, plus what was skipped."""

    def __init__(self, scale: float = 1.0) -> None:
        self._since = time.monotonic()
        self._base = time.time()
        self._scale = scale

    @property
    def scale(self) -> float:
        return self._scale

    @scale.setter
    def scale(self, scale: float) -> None:
        self._base, self._since = self.now(), time.monotonic()
        self._scale = scale

    def now(self) -> float:
        return self._base + (time.monotonic() - self._since) * self._scale

    def skip(self, seconds: float) -> None:
        """Let that much platform time pass at once."""
        self._base += seconds
