"""All screens as one page: both languages side by side, pictures and graphs drawn in, every button a link to where it leads."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bot.review.ground import Ground
from content.graph import graph
from content.guide import Guide
from content.library import MAIN, Library
from content.sketch import svg
from content.typefaces import BOLD, MEDIUM, font
from content.words import LANGUAGES, keys, words
from handlers.access import Role
from handlers.atlas import Atlas, Screen, drawn
from handlers.dialogue import EDIT
from handlers.talk import Message


@dataclass(frozen=True)
class Shown:
    """One screen as it stands on the page."""

    anchor: str
    key: str
    ends: bool
    typed: bool
    messages: dict[str, Message]
    choices: dict[str, list[tuple[str, str, bool]]]
    """For each language: words, the anchor they lead to (nothing where they lead elsewhere), and whether they are quiet."""


@dataclass(frozen=True)
class Chapter:
    """A guide or a dialogue."""

    id: str
    titles: dict[str, str]
    screens: list[Shown]
    role: str = ""
    guides: dict[str, Guide] | None = None
    overdue: bool = False
    pictures: dict[str, str] | None = None
    graphs: dict[str, str] | None = None


def chapters(library: Library, walked: Ground, on: date) -> tuple[list[Chapter], list[Chapter]]:
    """Every guide and every dialogue, walked."""
    return list(_guides(library, walked, on)), list(_dialogues(walked))


def page(guides: list[Chapter], dialogues: list[Chapter], on: date, language: str) -> str:
    """The whole page, complete in itself: it opens from a stick, without a network."""
    say = words(language).say
    faces = {weight: base64.b64encode(font(weight)).decode() for weight in (MEDIUM, BOLD)}
    return _shells().get_template("screens.html").render(
        say=say, language=language, languages=LANGUAGES, on=on, faces=faces, guides=guides, dialogues=dialogues,
        phrases=_phrases())


@cache
def _shells() -> Environment:
    return Environment(loader=PackageLoader("bot.review"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)


def _guides(library: Library, walked: Ground, on: date) -> Iterator[Chapter]:
    for guide in library.guides(MAIN):
        told = {language: library.guide(guide.id, language) or guide for language in LANGUAGES}
        drawings = {language: library.drawing(each) for language, each in told.items()}
        screens = _in_order(guide, _screens(walked.guide(guide.id), walked, Role.CITIZEN))
        yield Chapter(
            guide.id, {language: each.title for language, each in told.items()}, screens,
            guides=told, overdue=library.overdue(guide, on),
            pictures={language: Markup(svg(drawing)) for language, drawing in drawings.items() if drawing},  # noqa: S704 - our own
            graphs={language: Markup(graph(each, words(language))) for language, each in told.items()})  # noqa: S704


def _in_order(guide: Guide, screens: list[Shown]) -> list[Shown]:
    """Each step with its troubles and remedies, as one reads a leaflet."""
    places = {step.id: number for number, step in enumerate(guide.steps, start=1)}

    def place(shown: Shown) -> tuple[int, str]:
        step, _, part = shown.key.partition(".")
        return (len(places) + 1 if shown.ends else places.get(step, 0), {"": "0", "t": "1", "r": "2"}.get(part, "3"))

    return sorted(screens, key=place)


def _dialogues(walked: Ground) -> Iterator[Chapter]:
    for atlas, role in walked.atlases():
        key = f"{atlas.dialogue.name}.called"
        titles = {language: words(language).say(key) for language in LANGUAGES}
        yield Chapter(f"d-{atlas.dialogue.name}", titles, _screens(atlas, walked, role), role=f"role.{role}")


def _screens(atlas: Atlas, walked: Ground, role: Role) -> list[Shown]:
    looks = {language: replace(walked.look(language, role), subject=atlas.subject, conversation=1) for language in LANGUAGES}
    first: dict[tuple[str, str, str], str] = {}
    alike = {id_: first.setdefault((screen.key, screen.message.title, screen.message.text), id_)
             for id_, screen in atlas.screens.items()}
    numbers = {id_: number for number, id_ in enumerate(dict.fromkeys(alike.values()))}
    anchors = {id_: f"{atlas.dialogue.name}-{atlas.subject or 'all'}-{numbers[same]}" for id_, same in alike.items()}
    return [_shown(atlas, atlas.screens[id_], anchors, looks) for id_ in numbers]


def _shown(atlas: Atlas, screen: Screen, anchors: dict[str, str], looks: dict[str, Any]) -> Shown:
    messages = {language: drawn(atlas.dialogue, look, screen.answers) for language, look in looks.items()}
    leads = {way.answer: anchors[way.to] for way in screen.ways if not way.typed}
    choices = {language: [(choice.label, leads.get(choice.data.rpartition(":")[2].lstrip("+"), ""), choice.quiet)
                          for choice in message.choices if not choice.data.endswith(f":{EDIT}")]
               for language, message in messages.items()}
    return Shown(anchors[screen.id], screen.key, screen.ends, any(way.typed for way in screen.ways), messages, choices)


def _phrases() -> list[tuple[str, dict[str, str]]]:
    spoken = {language: words(language) for language in LANGUAGES}
    return [(key, {language: each.phrases[key] for language, each in spoken.items()}) for key in sorted(keys(MAIN))]
