"""What the other side of a request for help is told, in their own language, with no name but the first and no number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from content.words import Words, words
from handlers.look import Look
from handlers.screens import short
from handlers.talk import Choice, Notice, said
from storage.helping.duty import Address
from storage.helping.help_requests import Request

ROLES = ("tổ trưởng ", "tổ viên ", "thành viên ", "cán bộ ")
"""Whoever is called by what they are has no first name to shorten it to."""
HONORIFICS = frozenset({"anh", "chị", "bác", "cô", "chú", "ông", "bà", "em", "dì", "cậu", "thầy"})


@dataclass(frozen=True, slots=True)
class Case:
    """A request as it is told to whoever may answer."""

    id: int
    hamlet: str
    about: str
    words: str
    answer_by: datetime

    @classmethod
    def of(cls, request: Request) -> Case:
        return cls(request.id, request.hamlet, request.about, request.words, request.answer_by)


def spoken(to: Address, look: Look) -> Words:
    """The language of whoever is told."""
    return words(to.language or look.house)


def notice(to: Address, look: Look, key: str, /, *choices: tuple[str, str], **blanks: object) -> Notice:
    """A phrase for another chat; choices are (phrase key, what the button carries)."""
    phrases = spoken(to, look)
    pressed = tuple(Choice(phrases.say(label), data) for label, data in choices)
    return Notice(to.chat_id, to.account, to.ref, said(phrases.say(key, **blanks), choices=pressed))


def first_name(label: str) -> str:
    """What somebody is called: the last word of their name, with the respectful word before it."""
    parts = label.split()
    if label.lower().startswith(ROLES) and parts[-1].islower():
        return label
    if len(parts) > 1 and parts[0].lower() in HONORIFICS:
        return f"{parts[0]} {parts[-1]}"
    return parts[-1] if parts else ""


def helper_name(request: Request, phrases: Words) -> str:
    """How the citizen sees who helps: first name and team, nothing more."""
    name = first_name(request.helper.label) if request.helper else ""
    return phrases.say("help.helper", name=name, hamlet=request.hamlet)


def asker_name(request: Request, phrases: Words) -> str:
    return phrases.say("helper.asker", hamlet=request.hamlet)


def about(case: Case, look: Look, phrases: Words) -> str:
    """Where they are stuck and what they wrote, a line each."""
    guide_id, _, step_id = case.about.partition("/")
    lines = []
    guide = look.library.guide(guide_id, phrases.language) if guide_id else None
    if guide is not None:
        step = next((step.title for step in guide.steps if step.id == step_id), "")
        lines.append(phrases.say("helper.at_step", guide=guide.title, step=step) if step
                     else phrases.say("helper.at_guide", guide=guide.title))
    if case.words:
        lines.append(f"“{case.words}”")
    return "\n".join(lines) or phrases.say("helper.no_words")


def asked(to: Address, look: Look, case: Case, key: str = "helper.asked") -> Notice:
    """Somebody on duty is asked to answer."""
    number = short(case.id)
    phrases = spoken(to, look)
    return notice(to, look, key, ("helper.accept", f"/accept:{number}"), ("helper.pass_on", f"/passon:{number}"),
                  hamlet=case.hamlet, about=about(case, look, phrases), by=phrases.moment(case.answer_by))


def told(chiefs: Sequence[Address], look: Look, case: Case, key: str) -> list[Notice]:
    """The leaders are told of a request that nobody answers."""
    number = short(case.id)
    return [notice(to, look, key, ("helper.take_over", f"/takeover:{number}"), ("helper.assign", f"/assign:{number}"),
                   hamlet=case.hamlet, about=about(case, look, spoken(to, look))) for to in chiefs]
