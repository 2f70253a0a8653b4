"""What a channel is: it hands in what people send, sends what is to be said, and publishes its limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from handlers.papers import Paper
from handlers.talk import Incoming, Message
from storage.value import value

if TYPE_CHECKING:
    from aiohttp.web import AbstractRouteDef


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can do, so that nobody else needs to know which channel it is."""

    characters: int
    """UTF-16 units in one message."""
    buttons: int
    """Choices that can be pressed on one message; 0 where choices are numbered lines to be typed."""
    edits: bool
    pictures: bool
    per_second: float
    """Messages an account may send, evenly spaced."""
    chat_per_second: float
    chat_burst: int
    group_per_minute: float
    proactive: timedelta | None = None
    """How long after somebody's last message we may still write to them unasked; None: always."""
    monthly: int = 0
    """Messages an account may send in a month; 0: as many as it likes."""
    sounds: bool = False
    """Whether somebody can listen to what is sent: as a message, a player, a file or a link."""
    asks_number: bool = False
    """Whether it has a button by which somebody hands over their own telephone number."""
    resends: bool = True
    """Whether a message of which nobody knows if it arrived is sent again, where its own policy allows that."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came along and was not fetched: `fetch` brings it, at most so many bytes, or None."""

    name: str
    size: int
    fetch: Callable[[int], Awaitable[bytes | None]]


@value
class Received:
    """One thing a person sent. `external_id` is the platform's own and the same however often it is delivered."""

    external_id: str
    chat: str
    incoming: Incoming
    attached: Attached | None = None


Receive = Callable[[str, Sequence[Received]], Awaitable[None]]
"""Keep what was received (account, things). When it returns, it is committed and may be acknowledged to the platform."""


class Fate(StrEnum):
    """How a send ended."""

    SENT = "sent"
    NOT_SENT = "not_sent"
    """Surely not: it may be tried again freely."""
    UNKNOWN = "unknown"
    """Nobody knows: what happens next is the message's own policy."""
    REFUSED = "refused"
    """The platform will never take this message."""
    BLOCKED = "blocked"
    """The person does not want to hear from us."""
    STOPPED = "stopped"
    """The account itself no longer works (a revoked token): an operator must act. With `retry_after` no restart is needed."""


@value
class Sent:
    """What became of one message. `retry_after` is in seconds; `whole_account` says whether it holds for every chat."""

    fate: Fate
    external_id: str = ""
    retry_after: float = 0.0
    whole_account: bool = False
    problem: str = ""
    moved_to: str = ""
    """The chat's new name, where the platform moved it."""
    lasting: bool = False
    """Not sent, and not for a while: what nobody asked for had better take another way than wait."""
    shown_later: bool = False
    """Taken, and read from the outbox by whoever shows it: a secret is theirs to forget."""


Papers = Callable[[str], Awaitable[Paper | None]]
"""A picture or document by its name in a message; None where there is none: the words stand alone. Never raises."""


async def no_papers(name: str) -> Paper | None:
    """For a channel that has nobody to make them."""
    return None


class Channel(Protocol):
    """One account of one channel."""

    @property
    def account(self) -> str:
        """The account's name, `channel:name`: part of every inbox and outbox key."""
        ...

    @property
    def limits(self) -> Limits: ...

    def routes(self, receive: Receive) -> Sequence[AbstractRouteDef]:
        """The addresses at which this channel is called (a webhook, the pages of the web chat). Called once."""
        ...

    async def start(self, receive: Receive) -> None:
        """Do what only one process may do (poll, announce commands), until `stop`. Returns at once."""
        ...

    async def stop(self) -> None:
        """Fetch nothing more; `send` still works until `close`."""
        ...

    async def close(self) -> None: ...

    async def send(self, chat: str, message: Message) -> Sent:
        """Send one message. Never raises for anything the platform or the network does."""
        ...


def is_group(chat: str) -> bool:
    """Telegram's groups have negative numbers; the other channels talk with one person at a time."""
    return chat.startswith("-")
