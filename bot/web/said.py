"""What a browser posts: checked field by field before anything else sees it."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.fitting import units
from handlers.talk import DATA_BYTES, Incoming, Kind

LONGEST = 4_096
"""UTF-16 units in one message, as on the other channels."""
OLDEST = timedelta(days=7)
"""How long a browser may have held a message back for want of a network."""
FIELDS = {"id": str, "text": str, "press": str, "start": str, "line": str, "ago": int}
KINDS = {"text": Kind.TEXT, "press": Kind.PRESS, "start": Kind.START}

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LINE = re.compile(r"\d{0,19}")
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


class Unreadable(Exception):
    """No browser page of ours posts this; `phrase` is the key of the words for it."""

    def __init__(self, phrase: str = "web.refused") -> None:
        super().__init__(phrase)
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a browser sent. `id` is the browser's own and the same on every try."""

    id: str
    kind: Kind
    words: str
    line: str
    ago: timedelta

    def incoming(self, now: datetime, language: str) -> Incoming:
        """A press answers the line it stands under; a text has its own id for a name, so that it can be removed."""
        if self.kind is Kind.TEXT:
            return Incoming(Kind.TEXT, now - self.ago, text=self.words, message=self.id, language=language)
        if self.kind is Kind.PRESS:
            return Incoming(Kind.PRESS, now - self.ago, data=self.words, message=self.line, ack=self.id, language=language)
        return Incoming(Kind.START, now - self.ago, data=self.words, language=language)


def read(raw: bytes) -> Said:
    """The body of a post. Raises Unreadable."""
    fields = _fields(raw)
    kinds = [name for name in KINDS if name in fields]
    if len(kinds) != 1 or not ID.fullmatch(str(fields.get("id", ""))) or not _LINE.fullmatch(str(fields.get("line", ""))):
        raise Unreadable
    kind = KINDS[kinds[0]]
    words = _clean(str(fields[kinds[0]]))
    _check(kind, words)
    ago = timedelta(seconds=min(max(int(fields.get("ago", 0)), 0), int(OLDEST.total_seconds())))
    return Said(str(fields["id"]), kind, words, str(fields.get("line", "")), ago)


def _fields(raw: bytes) -> dict[str, str | int]:
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(fields, dict) or any(type(value) is not FIELDS.get(name) for name, value in fields.items()):
        raise Unreadable
    return fields


def _clean(words: str) -> str:
    """Composed letters, no control characters but line breaks, and nothing that a database could not hold."""
    whole = words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    kept = "".join(letter for letter in whole if letter in "\n\t" or unicodedata.category(letter) != "Cc")
    return unicodedata.normalize("NFC", kept).strip()


def _check(kind: Kind, words: str) -> None:
    if kind is Kind.START:
        if not PAYLOAD.fullmatch(words):
            raise Unreadable
    elif not words or (kind is Kind.PRESS and len(words.encode()) > DATA_BYTES):
        raise Unreadable
    elif units(words) > LONGEST:
        raise Unreadable("web.too_long")
