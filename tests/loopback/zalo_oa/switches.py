"""What nobody outside Zalo knows for sure, and what may go wrong: each a switch."""

import random
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass
class Switches:
    """Set at any time."""

    expires_as: Literal["text", "number"] = "text"
    lasts: int = 90_000
    attachment: Literal["attachment_id", "token"] = "attachment_id"
    signature: Literal["mac=", "", "upper"] = "mac="
    """How the signature is written."""
    latency: float = 0.0
    jitter: float = 0.0
    oauth_latency: float = 0.0
    drop_oauth_answer: bool = False
    """The refresh key is used up, and nobody hears of the new ones."""
    drop_after_send: float = 0.0
    forget_uploads: bool = False
    unsent_files: bool = False
    """Files are taken in and then refused as messages."""
    asks_nothing: bool = False
    """A card that asks for a number is refused."""
    fail: list[dict[str, Any]] = field(default_factory=list)
    """Answers to the next calls of a path, each once: {"path", "error"} or {"path", "status", "body"}."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))

    def failing(self, path: str) -> dict[str, Any] | None:
        for planned in self.fail:
            if path.endswith(planned["path"]):
                self.fail.remove(planned)
                return planned
        return None
