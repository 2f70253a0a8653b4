"""One bot as the platform knows it: its token, chats, updates, calls and everything it sent."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from tests.loopback.body import Upload
from tests.loopback.chat import Chat, Event
from tests.loopback.clock import Clock
from tests.loopback.faults import Faults
from tests.loopback.refusal import Json, Refusal, bad
from tests.loopback.updates import Updates
from tests.loopback.webhook import Webhook


@dataclass(slots=True)
class Send:
    """A send or edit the platform accepted; `answered` is False when the bot never saw the answer."""

    number: int
    method: str
    chat_id: int
    message_id: int
    text_hash: str
    at: float
    answered: bool = True


@dataclass(slots=True)
class Call:
    """One call, accepted or not; `outcome` names a fault that met it."""

    at: float
    method: str
    chat_id: int
    status: int
    outcome: str = ""


@dataclass(slots=True)
class Press:
    """A button press and how the bot answered it."""

    query_id: str
    chat_id: int
    message_id: int
    data: str
    update_id: int
    at: float
    expires: float
    answered_at: float = 0.0
    text: str = ""
    alert: bool = False
    answers: int = 0


def text_hash(text: str) -> str:
    """What a checker compares instead of the words."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Bot:
    """The state of one bot on the platform."""

    def __init__(self, token: str, clock: Clock, faults: Faults) -> None:
        self.token = token
        self.id = int(token.partition(":")[0])
        self.username = f"loopback_{self.id}_bot"
        self.clock = clock
        self.updates = Updates(clock, 500_000_000 + faults.seed % 1_000_000, faults.repeats)
        self.webhook: Webhook | None = None
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, Upload] = {}
        self.documents: dict[str, bytes] = {}
        self.commands: dict[str, list[Json]] = {}
        self.presses: dict[str, Press] = {}
        self.sends: list[Send] = []
        self.calls: list[Call] = []
        self.last_error: Json = {}
        self.watchers: list[Callable[[Event], None]] = []
        self.closing: set[asyncio.Task[None]] = set()
        self.presses_apart = False  # the real platform queues presses apart from messages, so they may overtake
        self._message_id = 0

    @property
    def me(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": "Loopback", "username": self.username}

    def next_message_id(self) -> int:
        self._message_id += 1
        return self._message_id

    def chat(self, chat_id: int, raw: Json | None = None) -> Chat:
        """The chat, made when `raw` describes it and it is new."""
        chat = self.chats.get(chat_id)
        if chat is None:
            if raw is None:
                raise bad("chat not found")
            chat = self.chats[chat_id] = Chat(raw, self._happened)
        return chat

    def reachable(self, chat_id: int) -> Chat:
        """The chat for a send: it exists and the person did not block the bot."""
        chat = self.chat(chat_id)
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if chat.moved_to:
            described = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refusal(400, described, migrate_to_chat_id=chat.moved_to)
        return chat

    def _happened(self, event: Event) -> None:
        for watcher in self.watchers:
            watcher(event)

    def accepted(self, method: str, chat_id: int, message_id: int, text: str) -> None:
        """Write down that a send or edit took effect."""
        send = Send(len(self.sends) + 1, method, chat_id, message_id, text_hash(text), time.monotonic())
        self.sends.append(send)

    def log(self) -> Json:
        """What a checker needs: confirmed updates and accepted sends."""
        return {
            "created": list(self.updates.created),
            "confirmed": list(self.updates.confirmed),
            "expired": self.updates.expired,
            "pending": list(self.updates.pending),
            "handed_out": {str(n): times for n, times in self.updates.handed_out.items()},
            "sends": [asdict(send) for send in self.sends],
            "presses": [asdict(press) for press in self.presses.values()],
            "polls": self.updates.polls,
            "conflicts": self.updates.conflicts,
        }

    def listen(self, webhook: Webhook | None) -> None:
        """Switch between webhook and polling; what is pending goes the new way."""
        old, self.webhook = self.webhook, webhook
        if old is not None:
            task = asyncio.get_running_loop().create_task(old.close())
            self.closing.add(task)
            task.add_done_callback(self.closing.discard)
        self.updates.webhook_offer = webhook.offer if webhook is not None else None
        if webhook is not None:
            self.updates.end_poll()
            for pending in list(self.updates.pending.values()):
                webhook.offer(pending)

    async def close(self) -> None:
        self.updates.end_poll()
        self.listen(None)
        await asyncio.gather(*self.closing)
