"""What people ask of the bot itself rather than of a guide: the desk's hours, who this is, who stands at the door."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from content.fold import fold, has_marks
from content.search import Finder

LONGEST = 16
"""Words; a longer story is about more than one thing."""
_ENGLISH = frozenset((
    "any", "are", "did", "does", "english", "for", "from", "get", "has", "have", "help", "her", "his", "how", "is", "need",
    "of", "please", "she", "there", "they", "this", "want", "was", "what", "when", "where", "who", "why", "with", "would",
    "you", "your"))
"""Words that are no Vietnamese ones without their marks ("the" is "thẻ", "can" is "cần")."""
SURELY = 2
"""So many of them."""


class _Matter(NamedTuple):
    asks: str
    all: tuple[re.Pattern[str], ...]
    but: re.Pattern[str]


@cache
def _matters() -> tuple[_Matter, ...]:
    listed = yaml.safe_load((files("content") / "own_matters.yaml").read_text("utf-8"))
    return tuple(_Matter(each["asks"], tuple(map(_any_of, each["all"])), _any_of(each.get("but", ()))) for each in listed)


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    said = ("".join([_standard(phrase), "$" if phrase.endswith("$") else r"(?!\S)"]) for phrase in phrases)
    return re.compile(rf"(?<!\S)(?:{'|'.join(said) or '(?!)'})")


def _standard(text: str) -> str:
    return " ".join(Finder.load().model.spoken.standard(text))


def meant(text: str) -> str:
    """What the question asks for, as a button would carry it; nothing where it is about something else."""
    said = _standard(text)
    if not said or said.count(" ") >= LONGEST:
        return ""
    found = (each.asks for each in _matters() if all(part.search(said) for part in each.all) and not each.but.search(said))
    return next(found, "")


def written_in(text: str) -> str:
    """The language somebody writes in, where that is plain to see; nothing where it is not."""
    if has_marks(text):
        return "vi"
    return "en" if len(_ENGLISH.intersection(fold(text).split())) >= SURELY else ""
