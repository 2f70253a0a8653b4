"""Phrases by key, in the reader's language: gettext catalogues, one small file for each part of the conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from content.vietnam_time import TIMEZONE

LANGUAGES = ("vi", "en")
"""Languages of words. The first is complete by test and stands in for whatever another one lacks."""
FORMATS = {"vi": "vi_VN", "en": "en_GB"}
"""The locale of dates and numbers for each language of words: Babel does not know every language we may speak."""

_BLANK = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Words:
    """All phrases of one language. A phrase's first line is its title where it has more than one line."""

    language: str
    phrases: Mapping[str, str]

    def say(self, key: str, /, **values: object) -> str:
        """The phrase with its blanks filled. Values are put in as plain text and never read as a pattern."""
        phrase = self.phrases.get(key, key)  # a test finds a missing phrase; a person is not left without an answer
        return _BLANK.sub(lambda blank: str(values[blank[1]]), phrase) if "{" in phrase else phrase

    def has(self, key: str) -> bool:
        return key in self.phrases

    def day(self, on: date) -> str:
        """A day as people say it: weekday, day and month; the year where it is another one is the caller's to add."""
        from babel.dates import format_date

        return format_date(on, "EEEE, d/M/y", locale=FORMATS[self.language])

    def moment(self, at: datetime) -> str:
        """An instant in Vietnam's time, to the minute."""
        local = at.astimezone(TIMEZONE)
        return f"{local:%H:%M} {local.day}/{local.month}/{local.year}"

    def percent(self, value: Decimal) -> str:
        """A share in per cent as it is: nothing is rounded here."""
        return _figures(value, "0.0", FORMATS[self.language]) + "%"

    def number(self, value: int) -> str:
        return _figures(value, None, FORMATS[self.language])


@lru_cache(maxsize=8192)
def _figures(value: int | Decimal, pattern: str | None, locale: str) -> str:
    """A number as it is written in a language: a summary has dozens, and most of them were written before."""
    from babel.numbers import format_decimal

    return format_decimal(value, format=pattern, locale=locale)


@cache
def words(language: str | None) -> Words:
    """The phrases of a language; Vietnamese where it is unknown or a phrase is missing."""
    if language == LANGUAGES[0]:
        return Words(language, dict(_catalogue(language)))
    first = words(LANGUAGES[0])
    return Words(language, {**first.phrases, **dict(_catalogue(language))}) if language in LANGUAGES else first


def keys(language: str) -> set[str]:
    """The phrases that a language has of its own."""
    return {key for key, _ in _catalogue(language)}


def _catalogue(language: str) -> Iterator[tuple[str, str]]:
    folder = files("content") / "locale" / language / "LC_MESSAGES"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".po"):
            yield from _phrases(file)


def _phrases(file: Traversable) -> Iterator[tuple[str, str]]:
    from babel.messages.pofile import read_po

    with file.open("rb") as opened:
        for message in read_po(opened):
            if message.id and message.string:
                yield str(message.id), str(message.string)
