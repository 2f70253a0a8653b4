"""The people on the other side: they write, press, send things, forward, edit, block and come back."""

import re
import time
from collections.abc import Iterator
from typing import Any

from tests.loopback.bot import Bot, Press
from tests.loopback.chat import Chat, Event, Message
from tests.loopback.markup import utf16
from tests.loopback.refusal import Json

_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]+)?")
_THINGS: dict[str, Json] = {
    "photo": {"photo": [{"file_id": "p-in", "file_unique_id": "up-in", "width": 640, "height": 480}]},
    "sticker": {
        "sticker": {
            "file_id": "s-in", "file_unique_id": "us-in", "type": "regular", "width": 512, "height": 512,
            "is_animated": False, "is_video": False, "emoji": "🙂",
        }
    },
    "document": {
        "document": {"file_id": "d-in", "file_unique_id": "ud-in", "file_name": "tep.pdf"}
    },
    "voice": {"voice": {"file_id": "v-in", "file_unique_id": "uv-in", "duration": 3}},
    "location": {"location": {"latitude": 21.0278, "longitude": 105.8342}},
}  # fmt: skip


class NoSuchButton(LookupError):
    """The person cannot press what is not on the screen."""


class User:
    """One person in one chat with one bot; ids of groups are negative."""

    def __init__(self, bot: Bot, user_id: int, chat_id: int | None = None, **profile: Any) -> None:
        self.bot = bot
        self.id = user_id
        self.raw: Json = {
            "id": user_id,
            "is_bot": False,
            "first_name": f"User {user_id}",
            "language_code": "vi",
            **profile,
        }
        where = user_id if chat_id is None else chat_id
        described: Json = {"id": where, "type": "private", "first_name": self.raw["first_name"]}
        if where < 0:
            described = {"id": where, "type": "supergroup", "title": f"Group {-where}"}
        self.chat: Chat = bot.chat(where, described)

    def _message(self, content: Json) -> Json:
        return {
            "message_id": self.bot.next_message_id(),
            "from": self.raw,
            "chat": self.chat.raw,
            "date": int(self.bot.clock.now()),
            **content,
        }

    def _deliver(self, content: Json) -> int:
        raw = self._message(content)
        self.chat.add(raw, by_bot=False)
        return self.bot.updates.push("message", raw, self.chat.id)

    def say(self, text: str, **more: Any) -> int:
        """Write a message; returns the id of the update."""
        content: Json = {"text": text}
        if "/" in text:
            found = [
                {"type": "bot_command", "offset": utf16(text[: m.start()]), "length": utf16(m[0])}
                for m in _COMMAND.finditer(text)
            ]
            if found:
                content["entities"] = found
        return self._deliver(content | more)

    def send(self, kind: str, **more: Any) -> int:
        """Send a photo, sticker, document, voice, location or contact (the person's own unless told)."""
        if kind == "contact":
            own = {"phone_number": "+84000000000", "first_name": self.raw["first_name"], "user_id": self.id}
            return self._deliver({"contact": own | more})
        return self._deliver(_THINGS[kind] | more)

    def send_file(self, name: str, content: bytes) -> int:
        """Send a document that the bot may fetch."""
        file_id = f"file-{len(self.bot.documents)}"
        self.bot.documents[file_id] = content
        described = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_name": name, "file_size": len(content)}
        return self._deliver({"document": described})

    def forward(self, text: str, from_user: int = 0, **more: Any) -> int:
        """Forward someone's message (a hidden person unless an id is given)."""
        origin: Json = {"type": "hidden_user", "date": int(self.bot.clock.now()), "sender_user_name": "hidden"}
        if from_user:
            sender = {"id": from_user, "is_bot": False, "first_name": f"User {from_user}"}
            origin = {"type": "user", "date": origin["date"], "sender_user": sender}
        return self.say(text, forward_origin=origin, **more)

    def edit(self, message_id: int, text: str) -> int:
        """Change one's own earlier message."""
        message = self.chat.messages[message_id]
        message.remember()
        message.raw |= {"text": text, "edit_date": int(self.bot.clock.now())}
        return self.bot.updates.push("edited_message", message.raw, self.chat.id)

    def press(self, message_id: int | None, wanted: str | int, stale: bool = False) -> int:
        """Press a button by its label, data or place; without a message id, the newest one that has it.

        `stale` presses a button that was there before an edit. A reply keyboard's button is a message."""
        messages = self._newest_first() if message_id is None else iter([self.chat.messages[message_id]])
        for message in messages:
            button = None if message.deleted else _button(message, wanted, stale)
            if button is not None:
                return self._press(message, button)
        if message_id is None:
            return self._press_reply(wanted)
        raise NoSuchButton(f"{wanted!r} on message {message_id}")

    def can_press(self, wanted: str | int) -> bool:
        """Whether such a button is on the newest message, or under the input field."""
        last = self.last
        if last is not None and _button(last, wanted, stale=False) is not None:
            return True
        return _chosen(self._reply_buttons(), wanted) is not None

    def _reply_buttons(self) -> list[Json]:
        rows = (self.chat.reply_keyboard or {}).get("keyboard", [])
        return [button if isinstance(button, dict) else {"text": button} for row in rows for button in row]

    def _newest_first(self) -> Iterator[Message]:
        return (message for message in reversed(self.chat.messages.values()) if message.by_bot)

    def _press(self, message: Message, button: Json) -> int:
        if "callback_data" not in button:
            return 0  # a link opens on the person's phone; the bot hears nothing
        bot = self.bot
        message_id = int(message.raw["message_id"])
        query_id = str(bot.id * 10_000_000_000 + len(bot.presses) + 1)
        query = {
            "id": query_id,
            "from": self.raw,
            "message": message.raw,
            "chat_instance": str(self.chat.id),
            "data": button["callback_data"],
        }
        press = Press(
            query_id, self.chat.id, message_id, str(button["callback_data"]), 0, time.monotonic(), bot.clock.now() + 150
        )
        bot.presses[query_id] = press
        press.update_id = bot.updates.push(
            "callback_query", query, self.id + (3 << 33) if bot.presses_apart else self.chat.id
        )
        return press.update_id

    def _press_reply(self, wanted: str | int) -> int:
        markup = self.chat.reply_keyboard or {}
        button = _chosen(self._reply_buttons(), wanted)
        if button is None:
            raise NoSuchButton(repr(wanted))
        if markup.get("one_time_keyboard"):
            self.chat.reply_keyboard = None
        if button.get("request_contact"):
            return self.send("contact")
        return self.send("location") if button.get("request_location") else self.say(button["text"])

    def block(self) -> int:
        return self._membership("kicked", blocked=True)

    def unblock(self) -> int:
        return self._membership("member", blocked=False)

    def move_group(self, new_id: int) -> int:
        """The group becomes a supergroup with another id."""
        self.chat.moved_to = new_id
        self.bot.chat(new_id, self.chat.raw | {"id": new_id, "type": "supergroup"})
        return self._deliver({"migrate_to_chat_id": new_id})

    def _membership(self, status: str, blocked: bool) -> int:
        self.chat.blocked = blocked
        new: Json = {"user": self.bot.me, "status": status} | ({"until_date": 0} if blocked else {})
        old: Json = (
            {"user": self.bot.me, "status": "member"} if blocked else new | {"status": "kicked", "until_date": 0}
        )
        date = int(self.bot.clock.now())
        change = {"chat": self.chat.raw, "from": self.raw, "date": date, "old_chat_member": old, "new_chat_member": new}
        return self.bot.updates.push("my_chat_member", change, self.chat.id)

    @property
    def last(self) -> Message | None:
        """The newest message of the bot that is still there."""
        return next((message for message in self._newest_first() if not message.deleted), None)

    @property
    def seen(self) -> int:
        """How many visible changes this chat has had: what to give `wait_for_message` as `after`."""
        return len(self.chat.events)

    def transcript(self) -> list[Json]:
        return self.chat.transcript()

    async def wait_for_message(self, after: int = 0, timeout: float = 5.0) -> Message:
        """The message of the first send or edit after that many changes, as it is now."""
        event: Event = await self.chat.wait(after, timeout)
        return self.chat.messages[event.message_id]

    async def wait_for_answer(self, after: int = 0, timeout: float = 5.0) -> str:
        """The text of the first button answer after that many changes."""
        return (await self.chat.wait(after, timeout, ("answered",))).note


def _button(message: Message, wanted: str | int, stale: bool) -> Json | None:
    forms = [message.buttons, *(form["keyboard"] for form in reversed(message.history) if stale)]
    for rows in forms:
        button = _chosen([button for row in rows for button in row], wanted)
        if button is not None:
            return button
    return None


def _chosen(buttons: list[Json], wanted: str | int) -> Json | None:
    if isinstance(wanted, int):
        return buttons[wanted] if -len(buttons) <= wanted < len(buttons) else None
    exact = (b for b in buttons if wanted in (b.get("callback_data"), b["text"]))
    return next(exact, None) or next((b for b in buttons if wanted and wanted in b["text"]), None)
