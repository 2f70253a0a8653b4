"""Dated facts by name: one edit here corrects every guide that states the fact."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from content.guide import GuideError
from content.strict_yaml import YamlError, read_mapping

PLACE = re.compile(r"\{fact:([a-z0-9-]+)\}")
CONFIDENCES = ("A", "B", "C")  # a fact nobody has confirmed has no place here
_KEYS = {"value", "source", "url", "dated", "checked_on", "confidence", "valid_from", "valid_until", "note"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with its words per language, where and when it was read, and until when it holds."""

    name: str
    values: Mapping[str, str]
    source: str
    url: str | None
    dated: str
    checked_on: date
    confidence: str
    valid_from: date | None
    valid_until: date | None
    note: str | None

    def text(self, locale: str) -> str:
        """The words for `locale`, else the Vietnamese ones."""
        return self.values.get(locale, self.values["vi"])

    def holds(self, on: date) -> bool:
        """Whether the fact is in force on that day (both ends included)."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )


class Facts:
    """All facts of one file."""

    def __init__(self, facts: Mapping[str, Fact], text: str = "") -> None:
        self._facts = facts
        self.text = text

    @classmethod
    def read(cls, text: str, path: str = "facts.yaml") -> "Facts":
        """Facts from YAML; raises GuideError with the line of the first fact that is not complete."""
        try:
            data = read_mapping(text)
        except YamlError as error:
            raise GuideError(path, error.line, str(error)) from error
        return cls({name: _fact(name, entry, text, path) for name, entry in data.items()}, text)

    def __getitem__(self, name: str) -> Fact:
        return self._facts[name]

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._facts.values())

    def names_in(self, text: str, path: str) -> tuple[str, ...]:
        """The names of the facts that `text` states, in order; an unknown one raises GuideError."""
        names: dict[str, None] = {}
        for place in PLACE.finditer(text):
            if place[1] not in self._facts:
                line = text.count("\n", 0, place.start()) + 1
                raise GuideError(path, line, f"unknown fact '{place[1]}'")
            names[place[1]] = None
        return tuple(names)

    def fill(self, text: str, locale: str) -> str:
        """`text` with every fact's words in place of its name."""
        return PLACE.sub(lambda place: self._facts[place[1]].text(locale), text)


def _fact(name: str, entry: Any, text: str, path: str) -> Fact:
    start = re.search(rf"^{re.escape(str(name))}:", text, re.MULTILINE)
    line = text.count("\n", 0, start.start()) + 1 if start else 1
    problem = _problem(name, entry)
    if problem:
        raise GuideError(path, line, f"fact '{name}': {problem}")
    value = entry["value"]
    return Fact(
        name=name,
        values={key: str(word) for key, word in value.items()} if isinstance(value, dict) else {"vi": str(value)},
        source=str(entry["source"]),
        url=entry.get("url"),
        dated=str(entry["dated"]),
        checked_on=entry["checked_on"],
        confidence=entry["confidence"],
        valid_from=entry.get("valid_from"),
        valid_until=entry.get("valid_until"),
        note=entry.get("note"),
    )


def _problem(name: Any, entry: Any) -> str | None:
    """What keeps one entry from being a fact, in words."""
    if not PLACE.fullmatch(f"{{fact:{name}}}") or not isinstance(entry, dict):
        return "a name in small letters and a mapping were expected"
    if unknown := set(entry) - _KEYS:
        return f"unknown key {sorted(unknown)}"
    missing = [key for key in ("value", "source", "dated", "checked_on", "confidence") if not entry.get(key)]
    if missing:
        return f"missing {missing}"
    if entry["confidence"] not in CONFIDENCES:
        return f"confidence must be one of {CONFIDENCES}"
    if isinstance(entry["value"], dict) and "vi" not in entry["value"]:
        return "the Vietnamese words are missing"
    wrong = [key for key in ("checked_on", "valid_from", "valid_until") if not isinstance(entry.get(key), date | None)]
    return f"not a day: {wrong}" if wrong else None
