"""The replay engine: a dialogue is an ordinary function, called from the top with the answers given so far.

`ask` returns the stored answer for a question's key, or stops at the first question without an acceptable one. What is
stored is the dialogue's name and the answers by key, so a restart, a step back, a correction and an upgrade of the code
in mid-conversation need no code in any dialogue. The one rule: no effects before the function returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from handlers.access import Action
from handlers.look import Look
from handlers.questions import Question
from handlers.talk import Choice, Kept, Message, Notice, Refused
from storage.value import value

T = TypeVar("T")

BACK, CANCEL, EDIT, READY = "<", "x", "e", "."
TICK = "+"
"""Values a button may carry besides an answer: back, cancel, choose what to correct, `many` is complete, tick one."""
DRAFT = "~"


class Ask(Protocol):
    """Ask a question: returns its answer, or ends this replay until there is one. `blanks` are for its words."""

    def __call__(self, question: Question[T], /, **blanks: object) -> T: ...


@value
class Done:
    """How a dialogue ends: what to record, what to say, and what comes next."""

    records: tuple[object, ...] = ()
    say: str = ""
    message: Message | None = None
    """Instead of a phrase, where what is said is content."""
    blanks: Mapping[str, object] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    notices: tuple[Notice, ...] = ()
    """What is said to other chats."""
    then: str = ""
    """The next thing to show at once, as a button would carry it (`/visit`, `/menu`)."""


@dataclass(frozen=True)
class Dialogue:
    """A named dialogue and what somebody must be allowed to do to hold it."""

    name: str
    play: Callable[[Ask, Look], Done]
    action: Action
    progress: Callable[[Kept, Standing, Look, str], tuple[object, ...]] | None = None
    """Records to keep after every try at the question of that key, not only at the end."""
    lost: Callable[[Standing, Look, str], Refused | None] = lambda here, look, key: None
    """Why what was pressed at the question of that key means nothing now, where that is worth saying."""


@dataclass
class Standing:
    """Where a conversation stands: what was answered, and either the open question or the end."""

    asked: list[Question[Any]]
    question: Question[Any] | None = None
    done: Done | None = None
    refused: Refused | None = None
    """Why the answer just given to `question` was not acceptable."""


class _Waiting(BaseException):
    """Stops a replay; a dialogue's `except Exception` cannot swallow it."""

    def __init__(self, question: Question[Any], refused: Refused | None = None) -> None:
        self.question, self.refused = question, refused


def stand(dialogue: Dialogue, kept: Kept, look: Look, answer: tuple[str, str] | None = None) -> Standing:
    """Replay the dialogue from its answers. `answer` (key and words) is taken where that question is open."""
    asked: list[Question[Any]] = []

    def ask(question: Question[T], /, **blanks: object) -> T:
        try:
            return _heard(kept, question, answer, asked)
        except _Waiting as waiting:
            waiting.question = question.saying(**blanks)  # only what is shown needs its words: most are answered already
            raise

    try:
        return Standing(asked, done=dialogue.play(ask, look))
    except _Waiting as waiting:
        return Standing(asked, question=waiting.question, refused=waiting.refused)


def _heard(kept: Kept, question: Question[T], answer: tuple[str, str] | None, asked: list[Question[Any]]) -> T:
    """What was answered. A question that still stands open, and is not what `answer` answers, stops the replay."""
    raw = kept.answers.get(question.key)
    if raw is None and question.passed_by and not kept.answers.keys().isdisjoint(question.passed_by):
        return question.read(question.passed_as)
    if raw is None or question.key == kept.asking_again:
        if answer is None or answer[0] != question.key or question.many:
            raise _Waiting(question)
        raw = _take(kept, question, answer[1])
    try:
        value = question.read(raw)
    except Refused:
        raise _Waiting(question) from None
    asked.append(question)
    return value


def _take(kept: Kept, question: Question[Any], raw: str) -> str:
    try:
        stored = question.take(raw)
    except Refused as trouble:
        raise _Waiting(question, trouble) from None
    kept.answers[question.key] = stored
    kept.asking_again = None
    return stored


def steers(raw: str) -> bool:
    """Whether a button's value leads somewhere (back, correct, tick) instead of being an answer."""
    return raw in (BACK, CANCEL, EDIT, READY) or raw.startswith((EDIT + "=", TICK))


def hear(kept: Kept, here: Standing, key: str, raw: str) -> bool:
    """Take an answer to the question `key`, or a step back from it. False where it means nothing here (a stale button).

    Raises Refused where the answer is not acceptable; nothing changes then.
    """
    question = here.question if here.question and here.question.key == key else None
    if raw == BACK:
        return question is not None and _back(kept, here)
    if raw.startswith(EDIT + "=") and question is not None:
        return raw == EDIT + "=" or _edit(kept, here, raw[2:])
    if question is None:
        return _correct(kept, here, key, raw)
    if question.many and not _complete(kept, question, raw):
        return True
    kept.answers[key] = question.take(",".join(ticked(kept, question)) if raw == READY else raw)
    kept.answers.pop(key + DRAFT, None)
    kept.asking_again = None
    return True


def _back(kept: Kept, here: Standing) -> bool:
    if kept.asking_again is not None:
        kept.asking_again = None  # a correction that is not wanted after all
    elif here.asked:
        kept.answers.pop(here.asked[-1].key, None)
    return True


def _edit(kept: Kept, here: Standing, key: str) -> bool:
    if all(question.key != key for question in here.asked):
        return False
    kept.asking_again = key
    return True


def _correct(kept: Kept, here: Standing, key: str, raw: str) -> bool:
    """A button of an earlier screen: it corrects that answer. Pressed twice, it says the same thing twice."""
    earlier = next((question for question in here.asked if question.key == key), None)
    if earlier is None or earlier.many or steers(raw) or raw == kept.answers[key]:
        return False
    kept.answers[key] = earlier.take(raw)
    return True


def ticked(kept: Kept, question: Question[Any]) -> list[str]:
    """What is ticked so far of a question that takes many."""
    draft = kept.answers.get(question.key + DRAFT)
    return list(question.ticked) if draft is None else [value for value in draft.split(",") if value]


def _complete(kept: Kept, question: Question[Any], raw: str) -> bool:
    """Tick or untick one option; True once the person is ready (or typed several at once)."""
    if not raw.startswith(TICK):
        return True
    chosen, value = ticked(kept, question), raw.removeprefix(TICK)
    if value in {option.value for option in question.offer()}:
        chosen.remove(value) if value in chosen else chosen.append(value)
    kept.answers[question.key + DRAFT] = ",".join(chosen)
    return False
