"""How a question looks: its words, its choices, the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from content.words import Words
from handlers.dialogue import BACK, EDIT, READY, TICK, Dialogue, Standing, ticked
from handlers.questions import OWN, Option, Question
from handlers.talk import Choice, Kept, Message, Refused, said

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
MENU = "/menu"


@lru_cache(256)
def short(number: int) -> str:
    """A number in base 36, as buttons carry it."""
    out = ""
    while number:
        number, digit = divmod(number, 36)
        out = DIGITS[digit] + out
    return out or "0"


def numbered(text: str) -> int:
    """The number that `short` wrote; 0 where it is none. A forged button may carry anything, and databases know 64 bits."""
    return int(text, 36) if 0 < len(text) <= 12 and text.strip(DIGITS) == "" else 0


def press(conversation: int, key: str, value: str) -> str:
    """What a button of a question carries."""
    return f"{short(conversation)}:{key}:{value}"


def show(dialogue: Dialogue, kept: Kept, here: Standing, words: Words, trouble: Refused | None = None) -> Message:
    """The open question of a conversation as a screen; `trouble` stands above it."""
    question = here.question
    if question is None:
        raise ValueError("there is no open question to show")
    key = question.words or f"{dialogue.name}.{question.key}"
    choices = (*_options(dialogue, kept, question, words), *question.beside, *_ways_out(kept, here, question, words))
    if question.screen is None:
        screen = said(words.say(key, **question.blanks), choices=choices)
    else:
        screen = replace(question.screen, choices=(*question.screen.choices, *choices))
    if trouble is not None:
        text = f"⚠️ {words.say(trouble.phrase, **trouble.values)}\n\n{screen.text}".rstrip()
        screen = replace(screen, text=text, picture="", alt="")  # it stands just above, and may be slow and dear to send
    if question.telephone == OWN:  # its button cannot take the place of what was pressed
        screen = replace(screen, asks_number=words.say("join.share"), below=True)
    return screen


def corrections(dialogue: Dialogue, kept: Kept, here: Standing, words: Words) -> Message:
    """Which of the answers so far somebody wants to change."""
    at = here.question.key if here.question else ""
    choices = [Choice(words.say(f"{dialogue.name}.{question.key}.short"), press(kept.id, at, f"{EDIT}={question.key}"))
               for question in here.asked if words.has(f"{dialogue.name}.{question.key}.short")]
    choices.append(Choice(words.say("way.not_now"), press(kept.id, at, f"{EDIT}="), quiet=True))
    return replace(said(words.say("way.which")), choices=tuple(choices))


def label(dialogue: Dialogue, question: Question[Any], option: Option, words: Words) -> str:
    """The words of a ready answer."""
    return option.label or words.say(phrase(dialogue, question, option))


def phrase(dialogue: Dialogue, question: Question[Any], option: Option) -> str:
    """The phrase of a ready answer."""
    return option.say or f"{question.words or f'{dialogue.name}.{question.key}'}.{option.value}"


def _options(dialogue: Dialogue, kept: Kept, question: Question[Any], words: Words) -> Sequence[Choice]:
    options = [(option.value, label(dialogue, question, option, words)) for option in question.offer()]
    if not question.many:
        return [Choice(text, press(kept.id, question.key, value), worded=question.numbers) for value, text in options]
    chosen = ticked(kept, question)
    marked = [Choice(f"{'☑' if value in chosen else '☐'} {text}", press(kept.id, question.key, TICK + value))
              for value, text in options]
    return [*marked, Choice(words.say("way.ready"), press(kept.id, question.key, READY))]


def _ways_out(kept: Kept, here: Standing, question: Question[Any], words: Words) -> Sequence[Choice]:
    ways = []
    if question.key == "check" and question.screen is None:  # a guide's step may bear the same name
        ways.append(Choice(words.say("way.edit"), press(kept.id, question.key, EDIT), quiet=True))
    if here.asked or kept.asking_again:
        ways.append(Choice(words.say("way.back"), press(kept.id, question.key, BACK), quiet=True))
    ways.append(Choice(words.say("way.menu"), MENU, quiet=True))
    return ways
