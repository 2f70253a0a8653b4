"""Every screen a dialogue can come to, found by answering every question in every way through the replay engine."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from content.words import Words
from handlers.dialogue import Dialogue, Done, Standing, stand
from handlers.look import Look
from handlers.questions import Question
from handlers.screens import show
from handlers.talk import Kept, Message, NotAllowed, Refused, said

MOST = 400
"""Screens of one dialogue: a bound, not an aim."""
END = "end"
_NUMBERS = re.compile(r"[0-9a-f]{16,}|\d[\d:./-]*")
"""What changes from one household, day or try to the next: another number is no other screen."""


@dataclass(frozen=True)
class Way:
    """An answer and the screen that it leads to; `typed` where it is not a button."""

    answer: str
    to: str
    typed: bool = False


@dataclass
class Screen:
    """A place in a dialogue, and the answers that lead there."""

    id: str
    key: str
    answers: Mapping[str, str]
    message: Message
    ends: bool = False
    ways: list[Way] = field(default_factory=list)


@dataclass
class Atlas:
    """The screens of one dialogue about one subject."""

    dialogue: Dialogue
    subject: str
    screens: dict[str, Screen]
    begins: str
    complete: bool
    """False where the bound was reached before everything was seen."""

    def dead_ends(self) -> list[str]:
        """Screens from which no answer leads to an end."""
        back: dict[str, set[str]] = {}
        for screen in self.screens.values():
            for way in screen.ways:
                back.setdefault(way.to, set()).add(screen.id)
        open_ = [screen.id for screen in self.screens.values() if screen.ends or (not self.complete and not screen.ways)]
        fine = set(open_)
        while open_:
            for before in back.get(open_.pop(), ()):
                if before not in fine:
                    fine.add(before)
                    open_.append(before)
        return [id_ for id_ in self.screens if id_ not in fine]


def explore(dialogue: Dialogue, look: Look, subject: str, samples: Sequence[str] = (), most: int = MOST) -> Atlas:
    """Walk a dialogue in every way. `samples` are words to type where there is nothing to press."""
    look = replace(look, subject=subject, conversation=1)
    first = _screen(dialogue, look, {})
    screens, waiting = {first.id: first}, deque([first])
    while waiting and len(screens) < most:
        here = waiting.popleft()
        for answer, stored, typed in _answers(dialogue, look, here, samples):
            there = _screen(dialogue, look, {**here.answers, here.key: stored})
            if typed and there.id == here.id:
                continue  # words that were not understood
            here.ways.append(Way(answer, there.id, typed))
            if there.id not in screens:
                screens[there.id] = there
                waiting.append(there)
    return Atlas(dialogue, subject, screens, first.id, complete=not waiting)


def _standing(dialogue: Dialogue, look: Look, answers: Mapping[str, str]) -> Standing | Message:
    """Where somebody stands who gave these answers; a message where they cannot go on."""
    try:
        return stand(dialogue, _kept(dialogue, look, answers), look)
    except Refused as refused:
        return said(look.words.say(refused.phrase, **refused.values))
    except NotAllowed:
        return said(look.words.say("refused.not_allowed"))


def _kept(dialogue: Dialogue, look: Look, answers: Mapping[str, str]) -> Kept:
    return Kept(1, dialogue.name, look.subject, dict(answers))


def _screen(dialogue: Dialogue, look: Look, answers: Mapping[str, str]) -> Screen:
    here = _standing(dialogue, look, answers)
    message = drawn(dialogue, look, answers, here)
    question = here.question if isinstance(here, Standing) else None
    if question is None:
        return Screen(f"{END}:{_told(here, message)}", END, answers, message, ends=True)
    # the same question with the same choices is the same screen, whatever was answered on the way to it
    labels = "|".join(dict.fromkeys(_NUMBERS.sub("#", option.value) for option in question.offer()))
    # a guide's step comes back in each of its cases, with other steps behind it
    where = f"{message.title}:{answers.get('case', '')}" if dialogue.name == "guide" else ""
    return Screen(f"{_NUMBERS.sub('#', f'{question.key}~{question.words}')}:{where}:{labels}", question.key, answers, message)


def drawn(dialogue: Dialogue, look: Look, answers: Mapping[str, str], here: Standing | Message | None = None) -> Message:
    """The screen of these answers, in the language of the look."""
    here = here or _standing(dialogue, look, answers)
    if isinstance(here, Message):
        return here
    if here.question is not None:
        return show(dialogue, _kept(dialogue, look, answers), here, look.words)
    return _end(here.done or Done(), look.words)


def _end(done: Done, words: Words) -> Message:
    if done.message is not None:
        return done.message
    return replace(said(words.say(done.say, **done.blanks)), choices=done.choices) if done.say else Message(text=done.then)


def _told(here: Standing | Message, message: Message) -> str:
    done = here.done if isinstance(here, Standing) else None
    told = (done.say or done.then or message.title or message.text[:40]) if done else message.title or message.text[:40]
    return _NUMBERS.sub("#", told)


def _answers(dialogue: Dialogue, look: Look, here: Screen, samples: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """What may be answered: as people see it, as it is stored, and whether it is typed."""
    standing = _standing(dialogue, look, here.answers)
    question = standing.question if isinstance(standing, Standing) else None
    if question is None:
        return
    options = question.offer()
    raws = [(option.value, option.value, False) for option in options]
    if question.many:
        raws = [(raw, raw, False) for raw in ("", *(option.value for option in options))]
    if question.free:
        raws += [(sample, sample, True) for sample in samples]
    for shown, raw, typed in raws:
        stored = _taken(question, raw)
        if stored is not None:
            yield shown, stored, typed


def _taken(question: Question[Any], raw: str) -> str | None:
    try:
        return question.take(raw)
    except Refused:
        return None
