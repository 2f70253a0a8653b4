"""Sending one message: an edit or something new, a picture or words, and how each ended."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

from bot.channels import Fate, Limits, Sent, is_group
from bot.channels.fitting import units
from bot.channels.telegram_outgoing import CAPTION, caption_fields, plain, text_fields
from bot.channels.telegram_wire import Reply, Wire
from handlers.talk import Message

GONE_EDITS = ("to edit not found", "can't be edited", "no text in the message", "message_id_invalid", "message identifier")
"""Refusals that mean: this message cannot be edited any more, say it anew."""
SIDE_WAIT = 1.0
"""How long a finished send waits for the answer to its button press, which nobody needs."""


class Sending:
    """One bot's way out."""

    def __init__(self, wire: Wire, limits: Limits, pictures: Callable[[str], bytes | None]) -> None:
        self._wire, self._limits, self._pictures = wire, limits, pictures
        self._previews = False
        self._shown: set[tuple[str, str]] = set()
        self._recent: deque[tuple[float, str]] = deque(maxlen=64)
        self._beside: set[asyncio.Task[Reply]] = set()

    async def close(self) -> None:
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)

    async def send(self, chat: str, message: Message) -> Sent:
        # the edit and the answer to the press leave together: one round trip for the person, not two
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

    def _aside(self, call: Coroutine[Any, Any, Reply]) -> asyncio.Task[Reply]:
        task = asyncio.get_running_loop().create_task(call)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)
        return task

    async def _say(self, chat: str, message: Message) -> Sent:
        picture = self._pictures(message.picture) if message.picture else None
        if picture:
            return await self._show(chat, message, picture)
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

    async def _show(self, chat: str, message: Message, picture: bytes) -> Sent:
        """A picture with the words under it, or before them where they are too long for a caption."""
        key = (chat, message.picture)
        captioned = units(plain(message)) <= CAPTION
        if key not in self._shown:
            self._recent.append((time.monotonic(), chat))
            fields = caption_fields(chat, message) if captioned else {"chat_id": chat}
            reply = await self._wire.upload("sendPhoto", fields, "photo", picture)
            # the words matter more than the picture: they go even where it was refused
            if reply.fate is not Fate.REFUSED and (captioned or not reply.ok):
                return self._sent(chat, reply)
            self._shown.add(key)
        sent = await self._new(chat, message)
        if sent.fate is not Fate.NOT_SENT:  # otherwise it is tried again, and the picture must not come twice
            self._shown.discard(key)
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
