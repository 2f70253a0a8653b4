"""A message as plain lines for Zalo: numbered choices that are typed, at the end of the last part. No markup is ever parsed."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.fitting import split, units
from handlers.talk import Choice, Message

MOST = 1_900
"""UTF-16 units of one message: the platforms take 2,000, and nobody says of what."""
TYPED = "⌨️"


def pieces(message: Message, links: Sequence[str] = ()) -> list[str]:
    """The message as texts that each fit; the choices stand together in the last one wherever they can."""
    words = spoken(message, links)
    asked = "\n".join(numbered(message.choices))
    whole = f"{words}\n\n{asked}" if words and asked else words or asked
    if units(whole) <= MOST:
        return [whole] if whole.strip() else []
    said = split(words, MOST)
    if asked and units(said[-1]) + 2 + units(asked) <= MOST:
        return [*said[:-1], f"{said[-1]}\n\n{asked}"]
    return [*said, *(split(asked, MOST) if asked else ())]


def spoken(message: Message, links: Sequence[str] = ()) -> str:
    """The words without the choices; each link on a line of its own."""
    head = "\n".join(filter(None, (message.title, message.text)))
    return "\n\n".join(filter(None, (head, message.note, *links)))


def numbered(choices: Sequence[Choice]) -> list[str]:
    """Loud choices by number, the way back as 0, other quiet ones by their words; each on a line where a number is asked for."""
    loud = [choice for choice in choices if choice.numbered]
    quiet = [choice for choice in choices if choice.quiet]
    lines = [f"{number}. {choice.label}" for number, choice in enumerate(loud, start=1)]
    lines += [f"{TYPED} {choice.label}" for choice in choices if choice.worded and not choice.quiet]
    # 0 means the way back, or else the last of them; a menu of languages is better asked for in words
    back = next((choice for choice in quiet if choice.data.endswith(":<")), None)
    back = quiet[-1] if back is None and quiet and quiet[-1].data == "/menu" else back
    others = [choice.label for choice in quiet if choice is not back]
    if back is not None:
        lines.append(f"0. {back.label}")
    return [*lines, f"{TYPED} {' · '.join(others)}"] if others else lines
