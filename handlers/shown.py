"""Numbers as people read them: the same words for a share in a chat, a picture and a report."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from content.words import Words
from storage.counting.coverage import Part
from storage.counting.shares import Change, Share

HIDDEN = "–"


class People(Share):
    """A share of people instead of households."""


class Returns(Share):
    """A share of returns to a household."""


PHRASES: dict[type[Share], str] = {Share: "summary.share", People: "summary.people", Returns: "summary.returns"}


def share(words: Words, part: Share) -> str:
    """A share as it is shown everywhere: truncated per cent, and the numbers it comes from."""
    phrase = PHRASES[type(part)]
    return words.say(phrase, percent=percent(words, part), n=words.number(part.n), d=words.number(part.d))


def percent(words: Words, part: Share) -> str:
    value = part.percent()
    return "—" if value is None else words.percent(value)


def change(words: Words, since: Change) -> str:
    """Households and points since then, with their signs."""
    points = "—" if since.points is None else signed(words, since.points)
    return words.say("summary.change", households=f"{since.households:+d}".replace("-", "−"), points=points)


def signed(words: Words, value: Decimal) -> str:
    shown = words.percent(abs(value)).removesuffix("%")
    return ("−" if value < 0 else "+") + shown


def pace(words: Words, value: Decimal) -> str:
    return words.percent(value).removesuffix("%")


def hidden(parts: Sequence[Part]) -> frozenset[int]:
    """The places of which nothing is told where others read: those with very few households.

    One alone could be worked out from the sum of all, so the next smallest place goes with it.
    """
    small = [part for part in parts if part.coverage.is_small]
    if len(small) == 1 and small[0].coverage.register:
        others = [part for part in parts if not part.coverage.is_small]
        small += sorted(others, key=lambda part: (part.coverage.eligible, part.code))[:1]
    return frozenset(part.id for part in small)
