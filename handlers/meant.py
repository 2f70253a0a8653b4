"""What somebody typed at an open question: which of its ready answers that means, if any."""

from __future__ import annotations

from typing import Any

from handlers import heard
from handlers.desk import Desk
from handlers.dialogue import Dialogue
from handlers.questions import Question
from handlers.screens import phrase, short
from handlers.talk import Kept


def asked_here(kept: Kept, key: str, desk: Desk) -> bool:
    """Whether what was shown last is this question: below another screen a number means that screen's choice."""
    return not desk.shown or any(entry[0].startswith(f"{short(kept.id)}:{key}:") for entry in desk.shown)


def names_a_button(question: Question[Any], text: str) -> bool:
    """Whether a bare number that is on no list happens to be what a button carries unseen: nobody meant that."""
    return text.isdigit() and not question.numbers and any(option.value == text for option in question.offer())


def several(text: str, desk: Desk, key: str) -> str:
    """Several choices typed at once ("1 3", "1,3"), as the question stores them."""
    data = [heard.choice(part, desk.shown) for part in text.replace(",", " ").split()]
    values = [each.split(f":{key}:+", 1)[1] for each in data if each and f":{key}:+" in each]
    return ",".join(values) if values and len(values) == len(data) else ""


def in_other_words(dialogue: Dialogue, question: Question[Any], text: str) -> str:
    """The one ready answer that somebody means without using its words ("rồi", "không được"), or nothing."""
    meant = [option.value for option in question.offer() if heard.means(text, phrase(dialogue, question, option))]
    return meant[0] if len(meant) == 1 and not question.many else ""
