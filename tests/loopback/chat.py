"""What a chat shows: messages with their current text and keyboard, and what they were before."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from tests.loopback.refusal import Json


@dataclass(slots=True)
class Event:
    """One visible change in a chat; `at` is monotonic time."""

    number: int
    chat_id: int
    kind: str  # sent, edited, deleted, answered (a button press)
    message_id: int
    at: float
    note: str = ""


@dataclass(slots=True)
class Message:
    """A message as the platform stores it, and its earlier forms."""

    raw: Json
    by_bot: bool
    deleted: bool = False
    history: list[Json] = field(default_factory=list)

    @property
    def text(self) -> str:
        return str(self.raw.get("text", self.raw.get("caption", "")))

    @property
    def buttons(self) -> list[list[Json]]:
        rows: list[list[Json]] = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return rows

    def remember(self) -> None:
        """Keep the present form before an edit."""
        self.history.append({"text": self.text, "keyboard": self.buttons})

    def view(self) -> Json:
        """What an inspector sees."""
        raw = self.raw
        kinds = ("photo", "document", "sticker", "voice", "audio", "video", "animation", "location", "contact")
        return {
            "message_id": raw["message_id"],
            "from": "bot" if self.by_bot else "user",
            "kind": next((kind for kind in kinds if kind in raw), "text"),
            "text": self.text,
            "entities": raw.get("entities", raw.get("caption_entities", [])),
            "keyboard": self.buttons,
            "history": self.history,
            "deleted": self.deleted,
            "date": raw["date"],
        }


class Chat:
    """One chat of one bot."""

    def __init__(self, raw: Json, on_event: Callable[[Event], None]) -> None:
        self.raw = raw
        self.id = int(raw["id"])
        self.blocked = False
        self.moved_to = 0
        self.messages: dict[int, Message] = {}
        self.events: list[Event] = []
        self.reply_keyboard: Json | None = None
        self._on_event = on_event
        self._waiting: list[asyncio.Future[None]] = []

    def add(self, raw: Json, by_bot: bool) -> Message:
        message = Message(raw, by_bot)
        self.messages[raw["message_id"]] = message
        if by_bot:
            self.happened("sent", raw["message_id"])
        return message

    def show(self, markup: Json | None) -> None:
        """Follow what the bot did to the keyboard under the input field."""
        if markup is None:
            return
        if "keyboard" in markup:
            self.reply_keyboard = markup
        elif markup.get("remove_keyboard"):
            self.reply_keyboard = None

    def happened(self, kind: str, message_id: int, note: str = "") -> None:
        event = Event(len(self.events) + 1, self.id, kind, message_id, time.monotonic(), note)
        self.events.append(event)
        self._on_event(event)
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    def transcript(self) -> list[Json]:
        return [message.view() for _, message in sorted(self.messages.items())]

    async def wait(self, after: int = 0, timeout: float = 5.0, kinds: tuple[str, ...] = ("sent", "edited")) -> Event:
        """The first event of these kinds numbered above `after`; TimeoutError when none comes."""
        deadline = time.monotonic() + timeout
        while True:
            for event in self.events[after:]:
                if event.kind in kinds:
                    return event
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await asyncio.wait_for(future, max(0.0, deadline - time.monotonic()))

    def event_views(self, after: int = 0) -> list[Json]:
        return [asdict(event) for event in self.events[after:]]
