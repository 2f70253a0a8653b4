"""What every answer draws on besides the letter itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.channels import Limits
from content.library import Library
from handlers.desk import Find
from storage.hours.working_hours import ORDINARY, WorkingHours

BACKOFF = (1, 2, 4, 8)
"""Seconds a letter that failed waits before its next try."""


@dataclass(frozen=True)
class Mind:
    """One for the whole house; nothing in it changes while it runs, but the doors."""

    library: Library
    find: Find
    language: str
    limits: Mapping[str, Limits]
    doors: Callable[[], tuple[str, ...]]
    backoff: Sequence[float] = BACKOFF
    hours: WorkingHours = ORDINARY
    speaks: bool = False
    """Whether a voice is installed."""
    mark: Callable[[str], str] | None = None
    """What stands for a telephone number; None where no channel could ask for one, or there is no key."""
    telephone: str = ""
    """A public number for those who cannot type."""
    addresses: Callable[[], tuple[str, ...]] = tuple
    """Addresses that open a chat in which somebody can hand over their number, without a word."""
