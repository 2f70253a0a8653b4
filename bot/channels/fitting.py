"""Cutting a message so that it fits a channel, on paragraph, line or word boundaries; the choices stay with the last part."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from bot.channels import Limits
from handlers.talk import Message, Policy

ROOM = 100
"""Units left free for markup that a channel adds."""


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(message: Message, limits: Limits) -> list[Message]:
    """The message as one or more that the channel can carry, with a policy it can keep."""
    if not limits.resends and message.policy is not Policy.DROP:
        message = replace(message, policy=Policy.DROP)
    extra = 0 if limits.buttons else sum(units(choice.label) + 5 for choice in message.choices)
    room = limits.characters - ROOM - units(message.title) - units(message.note) - extra
    if units(message.text) <= room:
        return [message]
    parts = split(message.text, max(room, 500))
    first = Message(title=message.title, text=parts[0], edits=message.edits, ack=message.ack, removes=message.removes,
                    picture=message.picture, alt=message.alt, policy=message.policy)
    middle = [Message(text=part, policy=message.policy) for part in parts[1:-1]]
    last = replace(message, title="", text=parts[-1], edits="", ack="", removes="", picture="", alt="")
    return [first, *middle, last]


def split(text: str, room: int) -> list[str]:
    """Pieces of at most `room` UTF-16 units that together hold every word of the text."""
    pieces = []
    rest = text
    while units(rest) > room:
        end = _last_letter(rest, room)
        cut = max(rest.rfind(mark, end // 2, end) for mark in ("\n\n", "\n", " "))
        cut = end if cut <= 0 else cut
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest]


def _last_letter(text: str, room: int) -> int:
    """How many letters fit, never ending inside a cluster of letters that are shown as one."""
    end = min(room, len(text))
    while units(text[:end]) > room:
        end -= (units(text[:end]) - room + 1) // 2  # a letter takes one unit or two
    while end > 1 and _joined(text[end - 1], text[end] if end < len(text) else ""):
        end -= 1
    return end


def _joined(before: str, after: str) -> bool:
    return bool(after) and (before == "\u200d" or after in "\u200d\ufe0f" or unicodedata.combining(after) > 0)
