"""Two machines that answer each other would never stop: what names nothing gets the same answer a few times, then none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from content.fold import fold
from handlers.desk import Desk
from handlers.screens import MENU
from handlers.talk import Choice, Message, said
from storage import transcript

TIMES, WITHIN = 5, timedelta(minutes=10)
"""So often one answer is given within this time to a chat that says the same again and again, as machines do."""
MOST = 20
"""So often to one that says something else each time: a person, perhaps in need, never types as much as that in vain."""
_GUIDE = "/guide:"


def calm(desk: Desk) -> None:
    """Say once that the same answer is not given again for now, then nothing. Any button or command is answered as ever."""
    first = desk.answer.messages[0]
    if first.removes:
        return  # a secret is taken out of the chat however often it is sent
    since = desk.look.now - WITHIN
    lately = transcript.answered_with(desk.look.rows, desk.look.chat_id, since)
    times = sum(_is(body, first) for body in lately)
    if times < TIMES or (times < MOST and not _said_before(desk, transcript.heard(desk.look.rows, desk.look.chat_id, since))):
        return
    enough = said(desk.look.words.say("trouble.repeats"), choices=_ways(desk, first))
    desk.answer.messages = [] if any(_begins(body, enough) for body in lately) else [enough]


def _ways(desk: Desk, first: Message) -> tuple[Choice, ...]:
    """The guides of the answer that is not given again, and the ways on."""
    guides = (choice for choice in first.choices if choice.data.startswith(_GUIDE))
    on = (desk.choice("way.go_on", "/again"),) if desk.talk else ()
    return (*guides, *on, desk.choice("help.ask", "/help"), desk.choice("way.menu", MENU, quiet=True))


def _said_before(desk: Desk, letters: Mapping[int, str]) -> bool:
    """Whether these words came before, a number that counts them up aside; what is no text at all is always the same."""
    words = _bare(desk.incoming.text)
    return not words or any(_bare(text) == words for id_, text in letters.items() if id_ != desk.inbox_id)


def _bare(text: str) -> str:
    return re.sub(r"[\d\W]+", " ", fold(text)).strip() or text


def _is(body: Mapping[str, Any], message: Message) -> bool:
    """Whether what was sent is this message and offers the same: another guide is another answer."""
    offers = body.get("choices")
    return _begins(body, message) and (not offers or offers == [choice.pack() for choice in message.choices])


def _begins(body: Mapping[str, Any], message: Message) -> bool:
    """Whether what was sent is this message, or the first part of it where the channel takes only so much."""
    text = str(body.get("text", ""))
    return body.get("title", "") == message.title and message.text.startswith(text) and bool(text or not message.text)
