"""Sending one message over the Zalo Bot Platform: a picture by its address, words in parts, and how it ended."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels import Fate, Sent
from bot.channels.fitting import units
from bot.channels.zalo_bot_incoming import GROUP
from bot.channels.zalo_bot_wire import FORBIDDEN, FULL, Reply, Wire
from bot.channels.zalo_ledger import Ledger
from bot.channels.zalo_patience import Patience
from bot.channels.zalo_shelf import Shelf, is_public
from bot.channels.zalo_words import MOST, pieces
from handlers.talk import Message
from storage import zalo

FORBIDDEN_TRIES = 3
PICTURE_DEADLINE = 150.0
"""Zalo fetches the picture from us before it answers."""
LASTING = 900.0
"""Seconds of nothing but refusals for too much after which the month's quota is taken to be used up."""
REMEMBERED = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """One call. Where it is `spare` the message goes on without it; `instead` is said where it is refused."""

    method: str
    fields: dict[str, Any]
    spare: bool = False
    instead: Step | None = None

    @property
    def deadline(self) -> float:
        return PICTURE_DEADLINE if self.method == "sendPhoto" else 35.0


class Sending:
    """One bot's way out."""

    def __init__(self, wire: Wire, shelf: Shelf, ledger: Ledger | None = None,
                 typing: Callable[[str], None] | None = None) -> None:
        self._wire, self._shelf, self._ledger, self._typing = wire, shelf, ledger, typing
        self._crowded = Patience(30.0, 900.0)
        self._down = Patience(1.0, 60.0)
        self._said: dict[str, int] = {}
        self._forbidden: Counter[str] = Counter()

    async def send(self, chat: str, message: Message) -> Sent:
        """One message. What was said of it before it had to wait is not said again."""
        steps = self.steps(chat.removeprefix(GROUP), message)
        key = hashlib.sha256(repr((chat, steps)).encode("utf-8", "surrogatepass")).hexdigest()
        begun = self._said.pop(key, 0)
        last = ""
        if self._typing is not None and takes_a_while(steps) and not message.until and not self._crowded.lasted:
            self._typing(chat)  # whoever asked sees that something is coming; nobody else waits for anything
        for done, step in enumerate(steps[begun:], start=begun):
            reply = await self._say(step)
            if reply.ok:
                last = reply.message_id
                self._well(bool(message.until))
            elif not (step.spare and reply.fate in (Fate.REFUSED, Fate.UNKNOWN)):
                return self._ended(key, done, reply)
        self._forbidden.pop(key, None)
        return Sent(Fate.SENT, last)

    async def _say(self, step: Step) -> Reply:
        reply = await self._wire.call(step.method, step.fields, deadline=step.deadline)
        if reply.fate is Fate.REFUSED and step.instead is not None:
            return await self._say(step.instead)  # the words matter more than the picture
        return reply

    def steps(self, chat: str, message: Message) -> list[Step]:
        """The calls that say it, in order."""
        link = self._shelf.document(message.document) if message.document else ""
        texts = pieces(message, [link] if link else [])
        address = self._shelf.picture(message.picture) if message.picture else ""
        if not address:
            return [Step("sendMessage", text_fields(chat, text)) for text in texts]
        if len(texts) == 1:
            words = Step("sendMessage", text_fields(chat, texts[0]))
            return [Step("sendPhoto", photo_fields(chat, address, texts[0]), instead=words)]
        return [Step("sendPhoto", photo_fields(chat, address), spare=bool(texts)),
                *(Step("sendMessage", text_fields(chat, text)) for text in texts)]

    def _well(self, unasked: bool) -> None:
        self._crowded.well()
        self._down.well()
        if self._ledger is not None:
            self._ledger.sent(unasked=unasked)

    def _ended(self, key: str, done: int, reply: Reply) -> Sent:
        """How a message ended that could not be said to its end."""
        fate, wait = reply.fate, 0.0
        if reply.code == FORBIDDEN:
            self._forbidden[key] += 1
            wait = 2.0 * self._forbidden[key]
            if self._forbidden[key] >= FORBIDDEN_TRIES:
                fate = Fate.REFUSED
                del self._forbidden[key]
        elif fate is Fate.NOT_SENT:
            wait = (self._crowded if reply.code == FULL else self._down).failed()
        if fate is Fate.NOT_SENT and done:
            self._remember(key, done)
        if self._ledger is not None and fate is Fate.STOPPED:
            self._ledger.stands(zalo.TOKEN, reply.problem)
        if self._ledger is not None and self._crowded.lasted > LASTING:
            self._ledger.stands(zalo.QUOTA, reply.problem)
        whole = fate is Fate.NOT_SENT and reply.code != FORBIDDEN
        return Sent(fate, retry_after=wait, whole_account=whole, problem=reply.problem,
                    lasting=whole and not done and self._crowded.lasted > LASTING)

    def _remember(self, key: str, done: int) -> None:
        self._said[key] = done
        while len(self._said) > REMEMBERED:
            del self._said[next(iter(self._said))]


def takes_a_while(steps: Sequence[Step]) -> bool:
    """Whether Zalo first has to fetch something from us, or there is more than one thing to say."""
    return len(steps) > 1 or any(step.method == "sendPhoto" for step in steps)


def text_fields(chat: str, text: str) -> dict[str, Any]:
    """The fields of sendMessage: plain text, never markup, so that a name with * or _ stays what it is."""
    if not text.strip():
        raise ValueError("there is nothing to say")
    return {"chat_id": chat, "text": text}


def photo_fields(chat: str, address: str, caption: str = "") -> dict[str, Any]:
    """The fields of sendPhoto. Zalo fetches the picture itself, so only an address that it can reach is of use."""
    if not is_public(address):
        raise ValueError("a picture needs an address of the public internet")
    if units(caption) > MOST:
        raise ValueError("the caption is too long")
    return {"chat_id": chat, "photo": address} | ({"caption": caption} if caption else {})
