"""A message as Telegram wants it: HTML with everything escaped, and buttons in rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from bot.channels.fitting import units
from handlers.talk import Choice, Message

CAPTION = 1024
SHORT = 14
ROW = 3
WIDTH = 28
"""Units that stay readable side by side on a small phone."""
MOST_IN_ROW = 8
_LINK = re.compile(r"://|[^\W\d_]\.[^\W\d_]{2}")


def plain(message: Message) -> str:
    """The words as people see them."""
    return "\n".join(filter(None, (message.title, message.text))) + (f"\n\n{message.note}" if message.note else "")


def words(message: Message) -> tuple[str, bool]:
    """The text to send and whether it is HTML: what has neither title nor note needs no markup."""
    if not message.title and not message.note:
        return message.text, False
    parts = [f"<b>{escape(message.title, quote=False)}</b>"] if message.title else []
    if message.text:
        parts.append(escape(message.text, quote=False))
    note = f"<i>{escape(message.note, quote=False)}</i>" if message.note else ""
    return "\n\n".join(filter(None, ("\n".join(parts), note))), True


def text_fields(chat: str, message: Message, *, previews: bool) -> dict[str, Any]:
    """The fields of sendMessage and editMessageText. Previews are switched off where a text could have one."""
    text, html = words(message)
    fields: dict[str, Any] = {"chat_id": chat, "text": text}
    if html:
        fields["parse_mode"] = "HTML"
    if not previews and _LINK.search(text):
        fields["link_preview_options"] = {"is_disabled": True}
    if under := markup(message):
        fields["reply_markup"] = under
    return fields


def caption_fields(chat: str, message: Message) -> dict[str, Any]:
    """The fields of sendPhoto, with the words and the buttons under the picture."""
    text, html = words(message)
    fields: dict[str, Any] = {"chat_id": chat}
    if text:
        fields["caption"] = text
    if text and html:
        fields["parse_mode"] = "HTML"
    if under := markup(message):
        fields["reply_markup"] = under
    return fields


def markup(message: Message) -> dict[str, Any]:
    """What stands under a message. The button for a number is of another kind: beside it choices are pressed as words."""
    if message.asks_number:
        share: dict[str, Any] = {"text": message.asks_number, "request_contact": True}
        return {"keyboard": [[share], *([{"text": choice.label}] for choice in message.choices)],
                "resize_keyboard": True, "one_time_keyboard": True}
    if message.choices:
        return {"inline_keyboard": keyboard(message.choices)}
    return {}


def keyboard(choices: Sequence[Choice]) -> list[list[dict[str, str]]]:
    """Rows of buttons: long ones alone, short ones side by side, the quiet ones last and together."""
    quiet = [choice for choice in choices if choice.quiet]
    rows = [*_rows([choice for choice in choices if not choice.quiet])]
    rows += [quiet[at:at + MOST_IN_ROW] for at in range(0, len(quiet), MOST_IN_ROW)]
    return [[{"text": choice.label, "callback_data": choice.data} for choice in row] for row in rows]


def _rows(choices: Sequence[Choice]) -> Iterator[list[Choice]]:
    row: list[Choice] = []
    width = 0
    for choice in choices:
        size = units(choice.label)
        full = len(row) == ROW or width + size > WIDTH or size > SHORT
        if row and full:
            yield row
            row, width = [], 0
        row.append(choice)
        width += size if size <= SHORT else WIDTH
    if row:
        yield row
