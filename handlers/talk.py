"""The words between a channel and the handlers: what came in, and what is to be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from storage.value import value

DATA_BYTES = 64
"""The most a button may carry on any channel (Telegram's limit)."""


class Kind(StrEnum):
    """What sort of thing somebody sent."""

    TEXT = "text"
    PRESS = "press"
    START = "start"
    PHOTO = "photo"
    STICKER = "sticker"
    VOICE = "voice"
    FILE = "file"
    LOCATION = "location"
    CONTACT = "contact"
    BLOCKED = "blocked"
    UNSUPPORTED = "unsupported"


@value
class Incoming:
    """One thing somebody sent, already redacted.

    `data` is what a pressed button carried, a /start payload, or the mark of a telephone number and whose it is.
    """

    kind: Kind
    sent_at: datetime
    text: str = ""
    data: str = ""
    message: str = ""
    """The channel's name for the message that was pressed or sent."""
    ack: str = ""
    """What the channel wants back when a press is answered."""
    language: str = ""
    secrets: tuple[str, ...] = ()
    group: bool = False

    def pack(self) -> dict[str, Any]:
        """A small JSON object: fields at their defaults are left out."""
        packed: dict[str, Any] = {"k": self.kind.value, "at": self.sent_at.timestamp()}
        for name in ("text", "data", "message", "ack", "language"):
            if value := getattr(self, name):
                packed[name] = value
        if self.secrets:
            packed["secrets"] = list(self.secrets)
        if self.group:
            packed["group"] = True
        return packed

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> Incoming:
        return cls(
            Kind(packed["k"]), datetime.fromtimestamp(packed["at"], UTC), packed.get("text", ""), packed.get("data", ""),
            packed.get("message", ""), packed.get("ack", ""), packed.get("language", ""), tuple(packed.get("secrets", ())),
            packed.get("group", False),
        )


@value
class Choice:
    """Something to press, or to type by its number or its words. A quiet one (back, menu) stands last and apart."""

    label: str
    data: str
    quiet: bool = False
    worded: bool = False
    """Typed by its words alone: what is asked for is a number itself (a household's), so none may stand before it."""

    def __post_init__(self) -> None:
        if len(self.data) * 4 > DATA_BYTES and len(self.data.encode()) > DATA_BYTES:
            raise ValueError(f"a button can carry {DATA_BYTES} bytes: {self.data}")

    @property
    def numbered(self) -> bool:
        return not (self.quiet or self.worded)

    def shown(self) -> list[str]:
        """As a chat remembers it: what it carries, its words, and a mark where it has no number."""
        return [self.data, self.label] if self.numbered else [self.data, self.label, "q"]

    def pack(self) -> list[str | int]:
        if self.worded:
            return [self.label, self.data, int(self.quiet), 1]
        return [self.label, self.data, 1] if self.quiet else [self.label, self.data]

    @classmethod
    def unpack(cls, label: str, data: str, quiet: int = 0, worded: int = 0) -> Choice:
        return cls(label, data, bool(quiet), bool(worded))


class Policy(StrEnum):
    """What to do when nobody knows whether a message arrived."""

    RESEND_ONCE = "resend_once"
    DROP = "drop"
    EDIT = "edit"


@value
class Message:
    """Something to say. Plain text throughout: a channel decides how a title looks."""

    text: str = ""
    title: str = ""
    note: str = ""
    choices: tuple[Choice, ...] = ()
    picture: str = ""
    alt: str = ""
    """What the picture shows, for those who do not see it."""
    document: str = ""
    edits: str = ""
    """The message of ours that this one replaces, where the channel can do that."""
    removes: str = ""
    """A message of theirs to delete, where the channel can do that (it held a secret)."""
    ack: str = ""
    policy: Policy = Policy.RESEND_ONCE
    below: bool = False
    """Stands below what was pressed instead of taking its place: a picture there is still looked at."""
    secret: bool = False
    """Forgotten by the outbox as soon as it is sent (an invitation)."""
    asks_number: str = ""
    """The words of a button by which somebody hands over their own telephone number, where the channel has one."""
    since: float = 0.0
    until: float = 0.0
    """The instants between which it may be sent (then quiet hours begin); 0 where it may be sent at any time."""

    def pack(self) -> dict[str, Any]:
        packed: dict[str, Any] = {}
        for name in ("text", "title", "note", "picture", "alt", "document", "edits", "removes", "ack", "since", "until",
                     "asks_number"):
            if value := getattr(self, name):
                packed[name] = value
        if self.choices:
            packed["choices"] = [choice.pack() for choice in self.choices]
        if self.secret:
            packed["secret"] = True
        return packed

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> Message:
        plain = {name: value for name, value in packed.items() if name != "choices"}
        return cls(**plain, choices=tuple([Choice.unpack(*each) for each in packed.get("choices", ())]))


def said(phrase: str, **more: Any) -> Message:
    """A message from a phrase: where it has several lines, the first is the title."""
    title, _, text = phrase.partition("\n")
    return Message(text=text, title=title, **more) if text else Message(text=title, **more)


@value
class Notice:
    """Something to say to another chat than the one that wrote."""

    chat_id: int
    account: str
    ref: str
    message: Message


@dataclass(slots=True)
class Answer:
    """What follows from one letter: what to say, what to record, and what becomes of the chat."""

    messages: list[Message] = field(default_factory=list)
    records: list[object] = field(default_factory=list)
    talks: list[Kept] = field(default_factory=list)
    current: int | None = None
    shown: Sequence[Sequence[str]] = ()
    language: str | None = None
    blocked: bool = False
    notices: list[Notice] = field(default_factory=list)
    forgets: bool = False
    """What came in stands nowhere once it is answered."""


@dataclass(slots=True)
class Kept:
    """A conversation as it is to be stored."""

    id: int
    dialogue: str
    subject: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    asking_again: str | None = None
    state: str = "open"
    new: bool = False


class Refused(Exception):
    """Something the person can correct; `phrase` is the key of the words that say how."""

    def __init__(self, phrase: str, **values: object) -> None:
        super().__init__(phrase)
        self.phrase, self.values = phrase, values


class NotAllowed(Exception):
    """Somebody asked for what is not theirs to see or do."""
