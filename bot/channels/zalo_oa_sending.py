"""Sending one message for an Official Account: picture, words in parts, up to five buttons, a file, and how it ended."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.channels import Fate, Sent
from bot.channels.fitting import split, units
from bot.channels.zalo_ledger import Ledger
from bot.channels.zalo_oa_incoming import PRESSED
from bot.channels.zalo_oa_wire import BUSY, SHAPE, Reply, Wire
from bot.channels.zalo_patience import Patience
from bot.channels.zalo_shelf import Shelf
from bot.channels.zalo_words import pieces
from handlers.papers import Paper
from handlers.talk import Choice, Message

SAY = "/v3.0/oa/message/cs"
BUTTONS, TITLE = 5, 100
PICTURE_BYTES, FILE_BYTES = 1024 * 1024, 5 * 1024 * 1024
FILES = {".pdf": "application/pdf", ".doc": "application/msword",
         ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
DOWN = 900.0
SIGNED_OUT = 15.0
"""Seconds after which it is tried again whether somebody has signed in: no restart is needed, and nothing is lost meanwhile."""
REMEMBERED = 1_000
Step = Callable[[], Awaitable[Reply]]


class Sending:
    """One account's way out."""

    def __init__(self, wire: Wire, shelf: Shelf, ledger: Ledger | None = None) -> None:
        self._wire, self._shelf, self._ledger = wire, shelf, ledger
        self._patience = Patience(1.0, 60.0)
        self._uploaded: dict[str, str] = {}
        self._said: dict[str, int] = {}

    async def send(self, chat: str, message: Message) -> Sent:
        """One message. What was said of it before it had to wait is not said again."""
        steps = await self._steps(chat, message)
        key = hashlib.sha256(f"{chat}\0{message!r}".encode("utf-8", "surrogatepass")).hexdigest()
        begun = self._said.pop(key, 0)
        last = ""
        for done, (step, spare) in enumerate(steps[begun:], start=begun):
            reply = await step()
            if reply.ok:
                last = reply.message_id or last
                self._well(bool(message.until))
            elif not (spare and reply.fate in (Fate.REFUSED, Fate.UNKNOWN)):
                if done and reply.fate is Fate.NOT_SENT:
                    self._remember(key, done)
                return self._ended(reply, begun=done > 0)
        return Sent(Fate.SENT, last)

    async def _steps(self, chat: str, message: Message) -> list[tuple[Step, bool]]:
        """The calls that say it, in order, and which the message can do without."""
        steps: list[tuple[Step, bool]] = []
        drawing = await self._shelf.papers(message.picture) if message.picture else None
        if drawing is not None and drawing.is_picture and len(drawing.content) <= PICTURE_BYTES:
            shown = drawing.content
            steps.append((lambda: self._show(chat, shown), True))
        paper = await self._shelf.papers(message.document) if message.document else None
        as_file = paper is not None and is_file(paper)
        link = self._shelf.document(message.document) if message.document and not as_file else ""
        texts = pieces(message, [link] if link else [])
        for number, text in enumerate(texts, start=1):
            choices = message.choices if number == len(texts) else ()
            body = {"recipient": {"user_id": chat}, "message": words(text, choices)}
            steps.append((lambda body=body: self._wire.post(SAY, body), False))  # type: ignore[misc]
        if message.asks_number:
            steps.append((lambda: self._ask_number(chat, message), True))
        if paper is not None and as_file:
            handed = paper
            steps.append((lambda: self._hand_over(chat, handed, self._shelf.document(message.document)), False))
        return steps

    async def _show(self, chat: str, drawing: bytes) -> Reply:
        """A picture, uploaded once; again where the platform has forgotten it."""
        key = hashlib.sha256(drawing).hexdigest()
        if known := self._uploaded.get(key):
            reply = await self._media(chat, known)
            if reply.code != SHAPE:
                return reply
        made = await self._wire.upload("/v2.0/oa/upload/image", "picture.png", drawing, "image/png")
        if not made.ok or not made.attachment:
            return made if not made.ok else Reply(Fate.REFUSED, problem="nothing came of the upload")
        self._uploaded[key] = made.attachment
        return await self._media(chat, made.attachment)

    async def _media(self, chat: str, attachment: str) -> Reply:
        payload = {"template_type": "media", "elements": [{"media_type": "image", "attachment_id": attachment}]}
        return await self._wire.post(SAY, {"recipient": {"user_id": chat}, "message": {
            "attachment": {"type": "template", "payload": payload}}})

    async def _ask_number(self, chat: str, message: Message) -> Reply:
        """A card whose button hands over the number; the words above it say what else may be done."""
        card = {"title": shortened(message.asks_number, TITLE), "subtitle": shortened(message.title or message.text, TITLE)}
        payload = {"template_type": "request_user_info", "elements": [card]}
        return await self._wire.post(SAY, {"recipient": {"user_id": chat}, "message": {
            "attachment": {"type": "template", "payload": payload}}})

    async def _hand_over(self, chat: str, paper: Paper, link: str) -> Reply:
        """The file itself; its address where the platform does not take it after all."""
        made = await self._wire.upload("/v2.0/oa/upload/file", paper.name, paper.content, paper.mime)
        if made.ok and made.attachment:
            made = await self._wire.post(SAY, {"recipient": {"user_id": chat}, "message": {
                "attachment": {"type": "file", "payload": {"token": made.attachment}}}})
        elif made.ok:
            made = Reply(Fate.REFUSED, problem="nothing came of the upload")
        if made.fate is Fate.REFUSED and link:
            return await self._wire.post(SAY, {"recipient": {"user_id": chat}, "message": words(link, ())})
        return made

    def _well(self, unasked: bool) -> None:
        self._patience.well()
        if self._ledger is not None:
            self._ledger.sent(unasked=unasked)

    def _ended(self, reply: Reply, *, begun: bool) -> Sent:
        """How a message ended that could not be said to its end."""
        if reply.state and self._ledger is not None:
            self._ledger.stands(reply.state, reply.problem)
        if reply.fate is Fate.STOPPED:
            return Sent(reply.fate, retry_after=SIGNED_OUT, whole_account=True, problem=reply.problem)
        if reply.fate is not Fate.NOT_SENT:
            return Sent(reply.fate, problem=reply.problem)
        wait = DOWN if reply.state else self._patience.failed()
        return Sent(reply.fate, retry_after=wait, whole_account=reply.code != BUSY, problem=reply.problem,
                    lasting=bool(reply.state) and not begun)

    def _remember(self, key: str, done: int) -> None:
        self._said[key] = done
        while len(self._said) > REMEMBERED:
            del self._said[next(iter(self._said))]


def words(text: str, choices: Sequence[Choice]) -> Mapping[str, Any]:
    """Words, with buttons where there are few; the numbers stand in the text either way."""
    if not text.strip():
        raise ValueError("there is nothing to say")
    if not 0 < len(choices) <= BUTTONS:
        return {"text": text}
    buttons = [{"title": shortened(choice.label, TITLE), "type": "oa.query.hide", "payload": PRESSED + choice.data}
               for choice in choices]
    return {"text": text, "attachment": {"type": "template", "payload": {"buttons": buttons}}}


def shortened(label: str, room: int) -> str:
    """The label, cut between letters where it is too long."""
    return label if units(label) <= room else split(label, room - 1)[0] + "…"


def is_file(paper: Paper) -> bool:
    """Whether the platform takes it as a file; anything else goes as a link."""
    ending = f".{paper.name.rpartition('.')[2].lower()}"
    return ending in FILES and len(paper.content) <= FILE_BYTES
