"""A telephone number as far as it is ever kept: a mark that leads back to nobody without the house's key, and its last digits."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

SHORTEST_KEY = 16
_NUMBER = re.compile(r"(?:(?:\+|00)?84|0)(\d{9})")
_MARK = re.compile(r"(\d{3}):([0-9a-f]{64})")
_BETWEEN = re.compile(r"[\s.()-]")


def dialled(given: str) -> str:
    """A Vietnamese number as it is dialled at home (0 and nine digits); nothing where it is none."""
    found = _NUMBER.fullmatch(_BETWEEN.sub("", unicodedata.normalize("NFKC", given[:40])))
    return f"0{found[1]}" if found else ""


def mark(key: str, given: str) -> str:
    """What stands for a number: its last three digits and a digest that nobody can make without the key."""
    number = dialled(given)
    if not number:
        return ""
    digest = hmac.new(key.encode(), b"telephone\0" + number.encode(), hashlib.sha256).hexdigest()
    return f"{number[-3:]}:{digest}"


def parts(marked: str) -> tuple[str, str] | None:
    """The last digits and the digest of a mark."""
    found = _MARK.fullmatch(marked)
    return (found[1], found[2]) if found else None
