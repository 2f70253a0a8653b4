"""Papers: pictures and documents that are made at the moment they are sent, from a name that a message carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handlers.look import Look

SOUND, SOUND_ENDING = "audio/ogg", ".ogg"
"""What is listened to: Opus in Ogg, and how the names of such papers end."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A picture or a document, whole in memory."""

    name: str
    """A file name with its ending, for whoever keeps it."""
    mime: str
    content: bytes
    lasts: bool = False
    """Whether it stays the same for everybody as long as the program runs (a drawing): then it may be kept."""

    @property
    def is_picture(self) -> bool:
        return self.mime in ("image/png", "image/jpeg")

    @property
    def is_sound(self) -> bool:
        return self.mime == SOUND


Make = Callable[[Look, str], Paper | None]
"""Makes a paper of one kind from what follows in its name; None where it is no longer to be had. Whoever put the name into a
message had the right to it: names are never taken from what people send."""
