"""Telegram's updates turned into what the handlers read. Whatever shape an update has, nothing here raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.channels import Received, is_group
from handlers.talk import Incoming, Kind

Json = Mapping[str, Any]

THINGS = {
    "photo": Kind.PHOTO, "video": Kind.PHOTO, "animation": Kind.PHOTO, "live_photo": Kind.PHOTO,
    "sticker": Kind.STICKER, "voice": Kind.VOICE, "audio": Kind.VOICE, "video_note": Kind.VOICE,
    "document": Kind.FILE, "location": Kind.LOCATION, "venue": Kind.LOCATION, "contact": Kind.CONTACT,
}
"""What a message may hold besides words. The thing itself, its file id, number or place is never kept."""
NOTICES = frozenset({
    "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set", "boost_added",
    "new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created",
    "supergroup_chat_created", "migrate_to_chat_id", "migrate_from_chat_id", "users_shared", "chat_shared",
    "proximity_alert_triggered",
    "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "video_chat_scheduled",
    "video_chat_started", "video_chat_ended", "video_chat_participants_invited",
})
"""Messages that the platform writes itself: nobody waits for an answer to them."""
_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?(?:\s+(.*))?", re.DOTALL)
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Self:
    """Who we are, as far as we know: in a group, only what names us is ours."""

    id: str
    username: str = ""


def update_number(update: object) -> int | None:
    """The update's own number."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and 0 <= number < _LARGEST else None


def received(update: object, me: Self) -> Received | None:
    """What somebody sent, or None where it is not for us."""
    number = update_number(update)
    if number is None or not isinstance(update, dict):
        return None
    for name, read in _READERS.items():
        if name in update:
            found = read(_object(update[name]), me)
            return Received(str(number), *found) if found else None
    return None


@dataclass(frozen=True, slots=True)
class Document:
    """A file in a message: what it takes to fetch it, kept nowhere."""

    file_id: str
    name: str
    size: int


def document(update: object) -> Document | None:
    """The file of a message, where it holds one."""
    message = _object(update.get("message")) if isinstance(update, dict) else {}
    found = _object(message.get("document"))
    file_id, name, size = clean(found.get("file_id")), clean(found.get("file_name")), found.get("file_size")
    known = isinstance(size, int) and 0 <= size < _LARGEST
    return Document(file_id, name, size if known else 0) if file_id and name else None  # type: ignore[arg-type]


def telephone(update: object) -> tuple[str, bool]:
    """The number of a contact, and whether it is the sender's own: the platform says whose it is, a card does not."""
    message = _object(update.get("message")) if isinstance(update, dict) else {}
    contact = _object(message.get("contact"))
    whose = _id(contact.get("user_id"))
    return clean(contact.get("phone_number")), bool(whose) and whose == _id(_object(message.get("from")).get("id"))


def mentions_group(update: object) -> bool:
    """Whether our own name is needed to read this."""
    message = _object(update.get("message")) if isinstance(update, dict) else {}
    return is_group(_id(_object(message.get("chat")).get("id")))


def _message(message: Json, me: Self) -> tuple[str, Incoming] | None:
    chat = _object(message.get("chat"))
    where = _id(chat.get("id"))
    sender = _object(message.get("from"))
    if not where or chat.get("type") == "channel" or _is_robot(message, sender) or not NOTICES.isdisjoint(message):
        return None
    group = is_group(where)
    text: str | None = None
    if isinstance(message.get("text"), str):
        text = _without_name(clean(message["text"]), me)
    if group and not _addressed(message, text, me):
        return None
    kind, words, data = _content(message, text)
    return where, Incoming(
        kind, _moment(message.get("date")), words, data, _id(message.get("message_id")), language=_language(sender), group=group)


def _content(message: Json, text: str | None) -> tuple[Kind, str, str]:
    """Kind, text and data of a message."""
    if text is None:
        return next((kind for name, kind in THINGS.items() if name in message), Kind.UNSUPPORTED), "", ""
    command = _COMMAND.fullmatch(text)
    if command and command[1].lower() == "start":
        return Kind.START, "", (command[3] or "").strip()
    return Kind.TEXT, text, ""


def _press(query: Json, me: Self) -> tuple[str, Incoming] | None:
    message = _object(query.get("message"))
    sender = _object(query.get("from"))
    where = _id(_object(message.get("chat")).get("id"))
    if not where:
        return None
    # the press has no date of its own: the message's is when we wrote it
    return where, Incoming(
        Kind.PRESS, datetime.now(UTC), data=clean(query.get("data")), message=_id(message.get("message_id")),
        ack=clean(query.get("id")), language=_language(sender), group=is_group(where))


def _membership(change: Json, me: Self) -> tuple[str, Incoming] | None:
    where = _id(_object(change.get("chat")).get("id"))
    if not where or _object(change.get("new_chat_member")).get("status") not in ("kicked", "left"):
        return None
    return where, Incoming(Kind.BLOCKED, _moment(change.get("date")), group=is_group(where))


_READERS = {"message": _message, "callback_query": _press, "my_chat_member": _membership}


def _is_robot(message: Json, sender: Json) -> bool:
    """Another bot; a group's anonymous administrator also looks like one."""
    return sender.get("is_bot") is True and "sender_chat" not in message


def _without_name(text: str, me: Self) -> str:
    """A command or a message without our own name in it."""
    command = _COMMAND.fullmatch(text)
    if command and command[2]:
        ours = not me.username or command[2].lower() == me.username.lower()
        return text.replace(f"@{command[2]}", "", 1) if ours else text
    if not me.username or "@" not in text:
        return text
    return re.sub(rf"(?<!\w)@{re.escape(me.username)}\b(?:[,:]?\s+)?", "", text, flags=re.IGNORECASE).strip()


def _addressed(message: Json, text: str | None, me: Self) -> bool:
    """In a group: a command (for us or for nobody by name), our name, or a reply to something we said."""
    answered = _object(_object(message.get("reply_to_message")).get("from"))
    if me.id and _id(answered.get("id")) == me.id:
        return True
    if text is None:
        return False
    command = _COMMAND.fullmatch(text)
    if command:
        return not command[2]  # our own name was taken out: one that is left is another bot's
    return text != clean(message["text"])


def clean(value: object) -> str:
    """Text that every database takes: NFC, no halves of letters, no NUL."""
    if not isinstance(value, str):
        return ""
    whole = value if value.isascii() else unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode())
    return whole.replace("\0", "")


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str:
    return str(value) if type(value) is int and -_LARGEST < value < _LARGEST and value else ""


def _moment(value: object) -> datetime:
    known = type(value) is int and 0 < value < 2**33
    return datetime.fromtimestamp(value, UTC) if known else datetime.now(UTC)  # type: ignore[arg-type]


def _language(sender: Json) -> str:
    code = sender.get("language_code")
    base = code.partition("-")[0].lower() if isinstance(code, str) else ""
    return base if base in ("vi", "en") else ""
