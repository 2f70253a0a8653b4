"""One bot on the loopback platform: what waits for it, what it said, and the people who write to it."""

import asyncio
import itertools
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Post:
    """Something the bot said. `answered` is whether the bot was told so."""

    method: str
    fields: dict[str, Any]
    message_id: str
    at: float
    answered: bool = True

    @property
    def chat(self) -> str:
        return str(self.fields.get("chat_id", ""))

    @property
    def words(self) -> str:
        return str(self.fields.get("text") or self.fields.get("caption") or "")


@dataclass
class Bot:
    """`handed_out` and `taken` tell what the platform believes the bot to have."""

    token: str
    name: str = ""
    """What the platform calls it, where that is not what its token begins with."""
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    created: list[str] = field(default_factory=list)
    handed_out: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    posts: list[Post] = field(default_factory=list)
    calls: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)
    replaying: deque[dict[str, Any]] = field(default_factory=deque)
    webhook: dict[str, Any] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    last: tuple[object, dict[str, Any]] | None = None
    """The connection on which an event was handed out last, and that event."""
    polls: int = 0
    open_polls: int = 0

    @property
    def id(self) -> str:
        return self.name or self.token.partition(":")[0]

    def called(self, method: str) -> list[dict[str, Any]]:
        return [fields for _, name, fields in self.calls if name == method]

    def add(self, event: dict[str, Any]) -> None:
        self.created.append(event["message"]["message_id"])
        self.waiting.append(event)
        self.news.set()


_numbers = itertools.count(1)


def event(bot: Bot, chat: str, kind: str, *, sender: str = "", group: bool = False, **more: Any) -> dict[str, Any]:
    """An event as the documents show it."""
    return {"event_name": f"message.{kind}.received", "message": {
        "message_id": f"m{next(_numbers):08x}", "date": int(time.time() * 1000),
        "from": {"id": sender or chat, "display_name": "Lan", "is_bot": False},
        "chat": {"id": chat, "chat_type": "GROUP" if group else "PRIVATE"}, **more}}
