"""What a dialogue may look at: who speaks, the time, the words, what is known and what is remembered. Never a writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from typing import Protocol

from content.library import Library
from content.words import LANGUAGES, Words
from handlers.access import Action, Role, Scope, reach
from handlers.talk import NotAllowed
from storage.areas import places
from storage.hours.working_hours import ORDINARY, WorkingHours
from storage.reading import Reading
from storage.reminding.ways import Allows
from storage.teams.people import Service, Who
from storage.value import value


class Pace(Allows, Protocol):
    """How fast an account may speak, and for how long after somebody's last word."""

    @property
    def per_second(self) -> float: ...


@value
class Look:
    """Everything a handler may know while it answers one letter."""

    rows: Reading
    words: Words
    library: Library
    now: datetime
    today: date
    said_at: datetime
    """When the person said it, by their own channel's clock."""
    chat_id: int
    person: Who | None = None
    conversation: int = 0
    subject: str = ""
    doors: tuple[str, ...] = ()
    """Addresses that open the bot with a word, `{}` standing for the word."""
    addresses: tuple[str, ...] = ()
    """Addresses that open a chat in which somebody can hand over their number, without a word."""
    hours: WorkingHours = ORDINARY
    house: str = LANGUAGES[0]
    """The language for people whose own is not known."""
    accounts: Mapping[str, Pace] = field(default_factory=dict)
    """The accounts of channels that run, and how fast each may speak: other chats cannot be written to."""
    telephone: str = ""
    """A public number for those who cannot type."""
    mark: Callable[[str], str] | None = None
    """What stands for a telephone number; None where nobody can be invited by theirs."""
    asks_number: bool = False
    """Whether this chat can be shown a button that hands over somebody's own number."""
    sounds: bool = False
    """Whether there is a voice, and the chat is on a channel on which it can be heard."""

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(service.role) for service in self.person.serves) if self.person else frozenset()

    def may(self, action: Action) -> Scope:
        """How far somebody may go with this."""
        return reach(self.roles, action)

    def require(self, action: Action) -> None:
        if self.may(action) is Scope.NOWHERE:
            raise NotAllowed(action.value)

    def services(self, action: Action) -> Sequence[Service]:
        """Where somebody serves in a role that lets them do this."""
        if self.person is None:
            return ()
        return [service for service in self.person.serves if reach(frozenset({Role(service.role)}), action) > Scope.NOWHERE]

    def hamlets(self, action: Action) -> Sequence[places.Hamlet]:
        """The hamlets in which somebody may do this: their teams' own, or all of their commune."""
        ids = tuple(service.place_id for service in self.services(action))
        return self.rows.once(("hamlets", ids), lambda: places.hamlets(self.rows, ids, self.today), lasting=True)
