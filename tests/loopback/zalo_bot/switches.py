"""What nobody outside Zalo knows for sure, and what may go wrong: each a switch."""

import random
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass
class Switches:
    """Set at any time."""

    errors: Literal["status", "body", "both"] = "both"
    """Whether an error comes as an HTTP status, as `ok: false` in a 200, or as both."""
    envelope: Literal["wrapped", "bare"] = "wrapped"
    """How a webhook's event is posted."""
    listed: bool = False
    """Whether getUpdates answers with a list of one."""
    image: Literal["photo", "photo_url"] = "photo"
    queue: Literal["asked", "once"] = "asked"
    """When an event is off the queue: once more is asked for on the same connection, or as soon as it was handed out."""
    replays: int = 0
    """How often a consumed event is handed in again, at once."""
    hold: float | None = None
    """Seconds an empty poll is held open; None: as long as asked for."""
    no_webhook: Literal["url", "404"] = "url"
    tried: dict[str, Any] | None = None
    """What setWebhook tells of trying the address, which it keeps either way; None: nothing."""
    latency: float = 0.0
    jitter: float = 0.0
    monthly: int | None = None
    drop_after_send: float = 0.0
    """Share of sends that are taken and whose answer never comes."""
    fail: list[dict[str, Any]] = field(default_factory=list)
    """Answers to the next calls of a method, each once: {"method", "code"} or {"method", "status", "body"}."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def failing(self, method: str) -> dict[str, Any] | None:
        """The next answer that was ordered for this method."""
        for planned in self.fail:
            if planned["method"] in (method, "*"):
                self.fail.remove(planned)
                return planned
        return None
