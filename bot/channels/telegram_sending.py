"""Sending one message: an edit or something new, a picture or words, and how each ended."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Any

from bot.channels import Fate, Limits, Papers, Sent, is_group
from bot.channels.fitting import units
from bot.channels.telegram_outgoing import CAPTION, caption_fields, plain, text_fields
from bot.channels.telegram_papers import Uploads, method
from bot.channels.telegram_wire import Reply, Wire
from handlers.papers import Paper
from handlers.talk import Message

GONE_EDITS = ("to edit not found", "can't be edited", "no text in the message", "message_id_invalid", "message identifier")
"""Refusals that mean: this message cannot be edited any more, say it anew."""
PUT_AWAY = "⌨️"
SIDE_WAIT = 1.0
"""How long a finished send waits for the answer to its button press, which nobody needs."""


class Sending:
    """One bot's way out."""

    def __init__(self, wire: Wire, limits: Limits, papers: Papers) -> None:
        self._wire, self._limits, self._papers = wire, limits, papers
        self._uploads = Uploads(wire)
        self._previews = False
        self._shown: set[tuple[str, str]] = set()
        self._sharing: set[str] = set()
        """Chats in which the button for a number stands under the input field."""
        self._recent: deque[tuple[float, str]] = deque(maxlen=64)
        self._beside: set[asyncio.Task[Reply]] = set()

    async def close(self) -> None:
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def send(self, chat: str, message: Message) -> Sent:
        # the edit and the answer to the press leave together: one round trip for the person, not two
        if message.asks_number:
            self._sharing.add(chat)
        elif chat in self._sharing:
            await self._put_away(chat)
        beside = [self._aside(call) for call in self._side_calls(chat, message)]
        sent = await self._say(chat, message)
        waiting = [task for task in beside if not task.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=SIDE_WAIT)
        return sent

    def _side_calls(self, chat: str, message: Message) -> list[Coroutine[Any, Any, Reply]]:
        """What goes with a message and may fail: a press too old to be answered, a message already deleted."""
        calls = []
        if message.ack:
            calls.append(self._wire.call("answerCallbackQuery", {"callback_query_id": message.ack}))
        if message.removes.isdecimal():
            calls.append(self._wire.call("deleteMessage", {"chat_id": chat, "message_id": int(message.removes)}))
        return calls

    async def _put_away(self, chat: str) -> None:
        """The button for a number goes, whatever was said instead: only a message can take it away, which goes as well."""
        self._sharing.discard(chat)
        sign = {"chat_id": chat, "text": PUT_AWAY, "disable_notification": True, "reply_markup": {"remove_keyboard": True}}
        reply = await self._wire.call("sendMessage", sign)
        if reply.message_id.isdecimal():
            self._aside(self._wire.call("deleteMessage", {"chat_id": chat, "message_id": int(reply.message_id)}))

    def _aside(self, call: Coroutine[Any, Any, Reply]) -> asyncio.Task[Reply]:
        task = asyncio.get_running_loop().create_task(call)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)
        return task

    async def _say(self, chat: str, message: Message) -> Sent:
        attached = await self._attached(message) if message.picture or message.document else ()
        if attached:
            return await self._show(chat, message, attached)
        if not (message.text or message.title or message.note):
            return Sent(Fate.SENT)  # there was only a press to answer or a message to delete
        if message.edits.isdecimal():
            edited = self._edited(chat, message.edits, await self._edit(chat, message))
            if edited is not None:
                return edited
        return await self._new(chat, message)

    async def _edit(self, chat: str, message: Message) -> Reply:
        return await self._words("editMessageText", chat, message, {"message_id": int(message.edits)})

    async def _new(self, chat: str, message: Message) -> Sent:
        self._recent.append((time.monotonic(), chat))
        return self._sent(chat, await self._words("sendMessage", chat, message, {}))

    def _edited(self, chat: str, edits: str, reply: Reply) -> Sent | None:
        """How an edit ended; None where the words have to be said anew."""
        problem = reply.problem.lower()
        if reply.ok or (reply.fate is Fate.REFUSED and "is not modified" in problem):
            return Sent(Fate.SENT, edits)
        gone = reply.fate is Fate.REFUSED and any(gone in problem for gone in GONE_EDITS)
        return None if gone else self._sent(chat, reply)

    async def _words(self, method: str, chat: str, message: Message, more: dict[str, Any]) -> Reply:
        fields = text_fields(chat, message, previews=self._previews) | more
        reply = await self._wire.call(method, fields)
        if reply.fate is Fate.REFUSED and "link_preview_options" in fields and "link_preview_options" in reply.problem:
            self._previews = True  # this server does not know how to leave previews out
            del fields["link_preview_options"]
            reply = await self._wire.call(method, fields)
        return reply

    async def _attached(self, message: Message) -> Sequence[tuple[tuple[str, str], str, Paper]]:
        """What goes with a message, each with the call that carries it; what is not to be had is left out."""
        named = [(name, as_picture) for name, as_picture in ((message.picture, True), (message.document, False)) if name]
        papers = [(name, as_picture, await self._papers(name)) for name, as_picture in named]
        found = [(method(paper, as_picture=as_picture), name, paper) for name, as_picture, paper in papers if paper]
        return [(way, name, paper) for way, name, paper in found if way]

    async def _show(self, chat: str, message: Message, attached: Sequence[tuple[tuple[str, str], str, Paper]]) -> Sent:
        """Pictures and documents, the words under the last of them, or after it where they are too long for a caption."""
        captioned = units(plain(message)) <= CAPTION
        keys = {(chat, name) for _, name, _ in attached}
        for number, (way, name, paper) in enumerate(attached, start=1):
            if (chat, name) in self._shown:
                continue
            with_words = captioned and number == len(attached)
            self._recent.append((time.monotonic(), chat))
            reply = await self._uploads.send(way, name, paper, caption_fields(chat, message) if with_words else {"chat_id": chat})
            # the words matter more than the picture: they go even where it was refused
            if (reply.fate is not Fate.REFUSED or not plain(message)) and (with_words or not reply.ok):
                return self._done(keys, self._sent(chat, reply))
            self._shown.add((chat, name))
        return self._done(keys, await self._new(chat, message))

    def _done(self, keys: set[tuple[str, str]], sent: Sent) -> Sent:
        """Forget what was shown, unless the rest is tried again: what came before must not come twice."""
        if sent.fate is not Fate.NOT_SENT:
            self._shown -= keys
        return sent

    def _sent(self, chat: str, reply: Reply) -> Sent:
        whole = reply.code == 429 and not self._chat_alone(chat)
        return Sent(reply.fate, reply.message_id, reply.retry_after, whole, reply.problem, reply.moved_to)

    def _chat_alone(self, chat: str) -> bool:
        """Whether a 429 can only be about this chat: the bot as a whole was far below its limit, this chat was not."""
        now = time.monotonic()
        if sum(now - at < 1.0 for at, _ in self._recent) > self._limits.per_second / 2:
            return False
        span, most = (60.0, self._limits.group_per_minute / 2) if is_group(chat) else (3.0, self._limits.chat_burst)
        return sum(where == chat and now - at < span for at, where in self._recent) >= most
