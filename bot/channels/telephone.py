"""A telephone number that comes in is made into its mark here, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.channels import Received

Marks = Callable[[str], str]
"""What stands for a number; nothing where it is none."""


def marked(one: Received, number: str, *, own: bool, marks: Marks | None) -> Received:
    """The same with the mark of the number that came along, and whether it is the sender's own; without a key nothing of it."""
    if marks is None:
        return one
    return replace(one, incoming=replace(one.incoming, data=f"{'own' if own else 'card'}:{marks(number)}"))
