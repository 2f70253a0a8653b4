"""Two machines that answer each other would never stop: what names nothing gets the same answer a few times, then none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from handlers.desk import Desk
from handlers.screens import MENU
from handlers.talk import Message, said
from storage import transcript

TIMES, WITHIN = 5, timedelta(minutes=10)
"""So often one answer is given to a chat within this time."""


def calm(desk: Desk) -> None:
    """Say once that the same answer is not given again for now, then nothing. Any button or command is answered as ever."""
    first = desk.answer.messages[0]
    if first.removes:
        return  # a secret is taken out of the chat however often it is sent
    lately = transcript.answered_with(desk.look.rows, desk.look.chat_id, desk.look.now - WITHIN)
    if sum(_begins(body, first) for body in lately) < TIMES:
        return
    on = (desk.choice("way.go_on", "/again"),) if desk.talk else ()
    enough = said(desk.look.words.say("trouble.repeats"), choices=(
        *on, desk.choice("help.ask", "/help"), desk.choice("way.menu", MENU, quiet=True)))
    desk.answer.messages = [] if any(_begins(body, enough) for body in lately) else [enough]


def _begins(body: Mapping[str, Any], message: Message) -> bool:
    """Whether what was sent is this message, or the first part of it where the channel takes only so much."""
    text = str(body.get("text", ""))
    return body.get("title", "") == message.title and message.text.startswith(text) and bool(text or not message.text)
