"""The never-collect guard: masks identity numbers, codes, passwords and bank numbers before anything is written."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from content.redact_numbers import accounts, codes, identities, told_identities
from content.redact_passwords import KEY, passwords
from content.redact_runs import NUMBER, READ_OUT, set_everyday_aside
from content.redact_shadow import MASK, cast, wall_off

__all__ = ["MASK", "Redacted", "Secret", "redact"]

_WORDS = re.compile(f"(?<![a-z0-9])(?:{KEY}|{READ_OUT})")
_HINT = re.compile(f"[0-9]+|{_WORDS.pattern}")
_PASSES = 4
_LONGEST = 5000  # a Telegram message holds 4,096 characters, a Zalo message 2,000
_MOST = 250  # numbers and password words weighed in a longer text
_MOST_SEEN = 600  # of all its numbers, everyday ones too
_WINDOW = 1000


class Secret(StrEnum):
    id_number = "id_number"
    otp = "otp"
    password = "password"  # noqa: S105
    bank_card = "bank_card"


@dataclass(frozen=True, slots=True)
class Redacted:
    text: str
    found: frozenset[Secret]


_Mark = tuple[int, int, Secret]
_NOTHING_FOUND: frozenset[Secret] = frozenset()


def redact(text: str) -> Redacted:
    """The text in NFC with every secret masked, and which kinds of secret were in it."""
    text = unicodedata.normalize("NFC", text)
    found = _NOTHING_FOUND
    for _ in range(_PASSES):  # what stands beside a mask may read differently, so look again until nothing is left
        shadow = cast(text)
        marks = _marks(shadow.plain) if _hints(shadow.plain) else []
        if not marks:
            break
        text = _mask(text, [(*shadow.span(start, end), kind) for start, end, kind in marks])
        found |= {kind for _, _, kind in marks}
    return Redacted(text, found)


def _hints(plain: str) -> bool:
    """Whether anything is worth a closer look; asked of every letter, so the quick question comes first."""
    return bool(NUMBER.search(plain) or _WORDS.search(plain))


def _marks(plain: str) -> list[_Mark]:
    """Surest first: each kind is walled off before the next kind is looked for."""
    flood = _flood(plain)
    plain = plain[: flood[0][0]] if flood else plain
    marks = [(start, end, Secret.password) for start, end in passwords(plain)]
    plain = _wall(plain, marks)
    marks += (banked := [(start, end, Secret.bank_card) for start, end in accounts(plain)])
    plain = _wall(plain, banked)
    marks += (told := [(start, end, Secret.id_number) for start, end in told_identities(plain)])
    plain = set_everyday_aside(_wall(plain, told))
    marks += (numbered := [(a, b, Secret.bank_card if card else Secret.id_number) for a, b, card in identities(plain)])
    plain = _wall(plain, numbered)
    return marks + [(start, end, Secret.otp) for start, end in codes(plain)] + flood


def _flood(plain: str) -> list[_Mark]:
    """A text longer than any chat message goes whole from where it has too many numbers, or a word no end."""
    size = len(plain)
    if size <= _LONGEST:
        return []
    if longest := next((word for word in plain.split() if len(word) > _WINDOW), ""):
        plain = plain[: plain.find(longest)]
    weighed, seen = _MOST, _MOST_SEEN
    for at in range(0, len(plain), _WINDOW):  # no further than need be: the rest of a flood is not even read
        window = plain[at : at + _WINDOW]
        for found in _HINT.finditer(set_everyday_aside(window)):
            weighed -= 1
            if not weighed:
                return [(at + found.start(), size, Secret.id_number)]
        seen -= len(NUMBER.findall(window))
        if seen <= 0:
            return [(at, size, Secret.id_number)]
    return [(len(plain), size, Secret.id_number)] if longest else []


def _wall(plain: str, marks: list[_Mark]) -> str:
    return wall_off(plain, ((start, end) for start, end, _ in marks)) if marks else plain


def _mask(text: str, marks: list[_Mark]) -> str:
    pieces, at = [], 0
    for start, end, _ in sorted(marks):
        if end <= at:
            continue
        if start >= at:
            pieces += [text[at:start], MASK]
        at = end
    return "".join([*pieces, text[at:]])
