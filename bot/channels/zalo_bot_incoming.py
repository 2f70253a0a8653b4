"""What the Zalo Bot Platform hands in, turned into what the handlers read. Whatever shape it has, nothing here raises."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.channels import Received
from bot.channels.telegram_incoming import clean
from handlers.talk import Incoming, Kind

Json = Mapping[str, Any]
GROUP = "-"
"""What the reference of a group begins with: `is_group` knows it so on every channel."""
EVENTS = {
    "message.text.received": Kind.TEXT, "message.image.received": Kind.PHOTO, "message.sticker.received": Kind.STICKER,
    "message.voice.received": Kind.VOICE, "message.unsupported.received": Kind.UNSUPPORTED,
}
"""Events we know; all others are nobody's message to us. The picture, the voice and their addresses are never fetched."""
BEGIN = ("/start", "/batdau")
"""What begins anew, as a start button does elsewhere."""


def events(given: object) -> list[Json]:
    """The events in an answer or a posted body: one or a list, wrapped or bare."""
    if isinstance(given, dict) and "result" in given:
        given = given["result"]
    listed = given if isinstance(given, list) else [given]
    return [each for each in listed if isinstance(each, dict) and each.get("event_name")]


def message_name(event: Json) -> str:
    """The message's own name, the same however often it is handed in; made from what it holds where it has none."""
    message = _object(event.get("message"))
    name = _text(message.get("message_id"))
    if name:
        return name
    told = f"{event.get('event_name')}|{_object(message.get('chat')).get('id')}|{message.get('date')}|{message.get('text')}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def received(event: Json, *me: str) -> Received | None:
    """What somebody sent, or None where it is not for us. `me`: the names we go by."""
    kind = EVENTS.get(_text(event.get("event_name")))
    message, sender = _object(event.get("message")), _object(_object(event.get("message")).get("from"))
    chat = _object(message.get("chat"))
    where = _text(chat.get("id")) or _text(sender.get("id"))
    if kind is None or not where or where.startswith(GROUP):
        return None
    if sender.get("is_bot") is True or _text(sender.get("id")) in me:
        return None  # our own words come back to us
    group = _text(chat.get("chat_type")).upper() == "GROUP"
    words = clean(message.get("text")) if kind is Kind.TEXT else ""
    if kind is Kind.TEXT and words.strip().lower() in BEGIN:
        kind, words = Kind.START, ""
    name = message_name(event)
    return Received(name, GROUP + where if group else where,
                    Incoming(kind, _moment(message.get("date")), words, message=name, group=group))


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """A name as text, whether it came as a string or a number: it is never counted with."""
    return clean(value)[:200] if isinstance(value, str) else str(value) if type(value) is int else ""


def _moment(value: object) -> datetime:
    """Milliseconds, or seconds where somebody changed their mind."""
    number = value if type(value) is int else int(value) if isinstance(value, str) and value.isdecimal() else 0
    seconds = number / 1000 if number > 10**11 else number
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**33 else datetime.now(UTC)
