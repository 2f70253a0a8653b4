"""Where one letter is answered: what is known about the chat, and the answer as it grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from handlers.dialogue import Dialogue, Standing, stand
from handlers.look import Look
from handlers.screens import show
from handlers.talk import Answer, Choice, Incoming, Kept, Message, Refused, said
from storage import mail, talks, transcript


class Finding(Protocol):
    """What the search makes of a question."""

    @property
    def action(self) -> str: ...
    @property
    def topics(self) -> tuple[str, ...]: ...
    @property
    def score(self) -> float: ...
    @property
    def plain(self) -> bool: ...
    @property
    def near(self) -> tuple[str, ...]: ...


Find = Callable[[str], Finding]


@dataclass(slots=True)
class Desk:
    """One letter, the chat it belongs to, and the answer being written."""

    incoming: Incoming
    look: Look
    find: Find
    inbox_id: int
    shown: Sequence[Sequence[str]] = ()
    talk: Kept | None = None
    """The conversation the chat is in."""
    private: bool = False
    """What came in is to stand nowhere once it is answered."""
    acted: bool = False
    """It named a button or a command, answered what was asked, or went to a person."""
    answer: Answer = field(default_factory=Answer)
    then: str = ""
    """What follows an action, as a button would carry it."""

    def say(self, key: str, /, *choices: Choice, **blanks: object) -> None:
        """Add a phrase to the answer."""
        self.send(said(self.look.words.say(key, **blanks), choices=choices))

    def send(self, message: Message) -> None:
        """Add a message. The first one after a press takes the place of what was pressed, and answers the press."""
        if not self.answer.messages and self.incoming.ack:
            pressed = "" if message.below else self.incoming.message
            message = replace(message, ack=self.incoming.ack, edits=message.edits or pressed)
        self.answer.messages.append(message)

    def keep(self, kept: Kept) -> None:
        if all(other is not kept for other in self.answer.talks):
            self.answer.talks.append(kept)

    def choice(self, key: str, data: str, *, quiet: bool = False, **blanks: object) -> Choice:
        return Choice(self.look.words.say(key, **blanks), data, quiet)

    # --- conversations ------------------------------------------------------------------------------------------

    def stand(self, dialogue: Dialogue, kept: Kept, answer: tuple[str, str] | None = None) -> Standing:
        if (self.look.conversation, self.look.subject) != (kept.id, kept.subject):
            self.look = replace(self.look, conversation=kept.id, subject=kept.subject)
        return stand(dialogue, kept, self.look, answer)

    def enter(self, kept: Kept) -> None:
        """This conversation is the one the chat is in from now on; another one stays where it was."""
        if self.talk is not kept:
            self.leave()
        self.talk = kept
        self.keep(kept)

    def leave(self) -> None:
        """Set the conversation aside; one in which nothing was said yet is not worth coming back to."""
        if self.talk is not None and self.talk.state == "open" and not self.talk.answers:
            self.talk.state = "cancelled"
            self.keep(self.talk)
        self.talk = None

    def fetch(self, id_: int) -> Kept | None:
        """A conversation of this chat by its number."""
        if self.talk and self.talk.id == id_:
            return self.talk
        stored = talks.talk(self.look.rows, self.look.chat_id, id_)
        return kept_from(stored) if stored else None

    def unfinished(self, limit: int = 20) -> list[Kept]:
        """What this chat left in the middle, last touched first."""
        ended = {kept.id for kept in self.answer.talks if kept.state != "open"}  # by this very letter
        found = talks.unfinished(self.look.rows, self.look.chat_id, limit)
        return [kept_from(stored) for stored in found if stored.id not in ended]

    def begin(self, dialogue: Dialogue, subject: str) -> Kept:
        """A new conversation. It bears the number of the letter that began it: unique, and the same on every try."""
        return Kept(self.inbox_id, dialogue.name, subject, new=True)

    def ask(self, dialogue: Dialogue, kept: Kept, here: Standing, trouble: Refused | None = None) -> None:
        self.send(show(dialogue, kept, here, self.look.words, trouble))

    def is_last_message(self) -> bool:
        """Whether what was pressed is what we showed last."""
        return self.incoming.message == transcript.last_message(self.look.rows, self.look.chat_id)


def kept_from(stored: mail.Talk) -> Kept:
    return Kept(stored.id, stored.dialogue, stored.subject, dict(stored.answers), stored.asking_again, stored.state)
