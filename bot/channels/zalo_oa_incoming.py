"""What an Official Account's webhook hands in, turned into what the handlers read. Nothing here raises."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels import Received
from bot.channels.telegram_incoming import clean
from bot.channels.zalo_bot_incoming import BEGIN
from handlers.talk import DATA_BYTES, Incoming, Kind
from storage.teams.telephones import dialled

Json = Mapping[str, Any]
PRESSED = "#m:"
"""What a button of ours hands in, as if it had been typed."""
THINGS = {
    "user_send_text": Kind.TEXT, "user_send_link": Kind.TEXT, "user_send_image": Kind.PHOTO, "user_send_gif": Kind.PHOTO,
    "user_send_video": Kind.PHOTO, "user_send_sticker": Kind.STICKER, "user_send_audio": Kind.VOICE, "user_send_file": Kind.FILE,
    "user_send_location": Kind.LOCATION, "user_send_business_card": Kind.CONTACT, "user_submit_info": Kind.CONTACT,
    "follow": Kind.START, "unfollow": Kind.BLOCKED,
}


def received(event: Json) -> Received | None:
    """What somebody sent, or None where it is not for us (what we said ourselves, what was seen, groups)."""
    kind = THINGS.get(text_of(event.get("event_name")))
    where = text_of(_object(event.get("sender")).get("id")) or text_of(_object(event.get("follower")).get("id"))
    if kind is None or not where or where.startswith("-") or where == ours(event):
        return None
    message = _object(event.get("message"))
    if kind is Kind.CONTACT and is_own(event) and not phone(event):
        return None
    words = clean(message.get("text")) if kind is Kind.TEXT else ""
    data = ""
    if words.startswith(PRESSED) and len(words.encode()) <= DATA_BYTES + len(PRESSED):
        kind, words, data = Kind.PRESS, "", words.removeprefix(PRESSED)
    elif words.strip().lower() in BEGIN:
        kind, words = Kind.START, ""
    elif (kind is Kind.TEXT and not words.strip()) or (kind is Kind.LOCATION and place(event) is None):
        kind = Kind.UNSUPPORTED
    return Received(_name(event, where), where, Incoming(kind, moment(event) or datetime.now(UTC), words, data))


def ours(event: Json) -> str:
    """The account's own id in this event."""
    return text_of(_object(event.get("recipient")).get("id")) or text_of(event.get("oa_id"))


def _name(event: Json, where: str) -> str:
    """The event's own name, the same however often it is handed in."""
    name = text_of(_object(event.get("message")).get("msg_id"))
    if name:
        return name
    told = f"{event.get('event_name')}|{where}|{event.get('timestamp')}"
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32]


def moment(event: Json) -> datetime | None:
    """When it happened; None where the event does not say."""
    told = text_of(event.get("timestamp"))
    number = int(told) if told.isdecimal() and len(told) < 16 else 0
    seconds = number / 1000 if number > 10**11 else number
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**33 else None


def phone(event: Json) -> str:
    """The number somebody handed over, as it is dialled here; it stands in one of four places. It is never kept."""
    message = _object(event.get("message"))
    for found in (event.get("info"), event.get("user_info"), _inside(message.get("text")), _attached(message)):
        if number := dialled(text_of(_object(found).get("phone"))):
            return number
    return ""


def is_own(event: Json) -> bool:
    """Whether the number that came is the sender's own, and not somebody's card."""
    return event.get("event_name") == "user_submit_info"


def place(event: Json) -> tuple[float, float] | None:
    """Latitude and longitude, which come as text."""
    found = _object(_attached(_object(event.get("message"))).get("coordinates"))
    try:
        latitude, longitude = float(str(found["latitude"])), float(str(found["longitude"]))
    except (KeyError, ValueError):
        return None
    return (latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


def _attached(message: Json) -> Json:
    """What the first thing attached holds."""
    attachments = message.get("attachments")
    first = attachments[0] if isinstance(attachments, list) and attachments else None
    return _object(_object(first).get("payload"))


def too_old(event: Json, oldest: timedelta) -> bool:
    """Whether it is older than anything that is still tried again."""
    at = moment(event)
    return at is not None and datetime.now(UTC) - at > oldest


def text_of(value: object) -> str:
    """A name as text, whether it came as text or as a number."""
    return clean(value)[:4_000] if isinstance(value, str) else str(value) if type(value) is int else ""


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _inside(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) and text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return None
