"""Somebody who types and presses, straight at the desk inside one transaction: conversations by the dozen in a second."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from content.library import Library
from content.vietnam_time import local_day
from content.words import words
from handlers.answering import answer
from handlers.desk import Desk
from handlers.look import Look
from handlers.talk import Answer, Choice, Incoming, Kept, Kind
from storage.reading import Reading
from storage.record import Context, record
from storage.teams import people
from tests.storage.fields import Field

LIBRARY = Library.load()


@dataclass(frozen=True)
class Nothing:
    """What a search finds that finds nothing."""

    action: str = "none"
    topics: tuple[str, ...] = ()
    score: float = 0.0
    plain: bool = False
    near: tuple[str, ...] = ()


class OwnDesk(Desk):
    """A desk that remembers conversations by itself."""

    talks: dict[int, Kept]

    def fetch(self, id_: int) -> Kept | None:
        return self.talk if self.talk and self.talk.id == id_ else self.talks.get(id_)

    def unfinished(self, limit: int = 20) -> list[Kept]:
        return []


@dataclass
class Typist:
    """A member of a field at their telephone."""

    field: Field
    member: int | None = 0
    now: datetime | None = None
    language: str = "vi"
    talks: dict[int, Kept] = field(default_factory=dict)
    current: int | None = None
    shown: list[Choice] = field(default_factory=list)
    letters: int = 0
    presses: int = 0
    said: str = ""
    last: Answer = field(default_factory=Answer)

    def say(self, text: str, at: datetime, *, letter: int | None = None) -> str:
        """Type something at an instant; what is answered."""
        return self._send(Incoming(Kind.TEXT, at, text), letter)

    def press(self, label: str, at: datetime) -> str:
        """Press the newest button whose words begin so."""
        found = next((each for each in reversed(self.shown) if each.label.startswith(label) or label in each.label), None)
        assert found is not None, f"{label!r} is not among {[each.label for each in self.shown]}"
        self.presses += 1
        return self._send(Incoming(Kind.PRESS, at, data=found.data, message="1"), None)

    def _send(self, incoming: Incoming, letter: int | None) -> str:
        self.letters += 1
        now = self.now or incoming.sent_at
        rows = Reading(self.field.tx)
        who = None
        if self.member is not None:
            id_ = self.field.members[self.member]
            who = people.who(rows, [id_], local_day(now)).get(id_)
        chat = self.field.chats[self.member or 0]
        look = Look(rows, words(self.language), LIBRARY, now, local_day(now), min(incoming.sent_at, now), chat, who,
                    doors=("https://t.me/gocua_bot?start={}",))
        talk = self.talks.get(self.current or 0)
        desk = OwnDesk(incoming, look, lambda _: Nothing(), letter or 10_000 * (1 + (self.member or 0)) + self.letters,
                    [[each.data, each.label] for each in self.shown], talk)
        desk.talks = self.talks
        self.last = answer(desk)
        context = Context(now, local_day(now), chat, who.id if who else None, "test")
        for thing in self.last.records:
            record(thing, self.field.tx, context)
        for kept in self.last.talks:
            self.talks[kept.id] = replace(kept, answers=dict(kept.answers), new=False)
        self.current = self.last.current
        if self.last.messages:
            self.shown = [choice for message in self.last.messages for choice in message.choices]
        self.said = "\n".join(f"{message.title}\n{message.text}\n{message.note}" for message in self.last.messages)
        return self.said
