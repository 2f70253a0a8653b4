"""Questions: named, typed, reusable values that a dialogue asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from handlers.talk import Choice, Message, Refused
from storage.value import value

A = TypeVar("A", covariant=True)
E = TypeVar("E", bound=StrEnum)
NOTE_LENGTH = 500
OWN, SOMEBODYS = "own", "somebody's"


@value
class Option:
    """A ready answer. Its words are the phrase `say` (by default the question's own), or `label` where they are data."""

    value: str
    say: str = ""
    label: str = ""


@value
class Question(Generic[A]):
    """Something to ask once: its key names the stored answer, its words and its buttons.

    `free` questions take words of one's own; `many` lets several options be ticked before going on. `screen` replaces
    the phrase where what is shown is content rather than a phrase.
    """

    key: str
    read: Callable[[str], A]
    hear: Callable[[str], str] | None = None
    """What was typed, as it is to be stored (a weekday becomes its date); by default as it is."""
    offer: Callable[[], Iterable[Option]] = tuple
    free: bool = False
    numbers: bool = False
    """A number alone is an answer (a household's): the ready answers have none before them and are typed by their words."""
    many: bool = False
    telephone: str = ""
    """OWN: a button hands over one's own number instead. SOMEBODYS: a number or a card is the answer, kept as its mark alone."""
    ticked: tuple[str, ...] = ()
    blanks: Mapping[str, object] = field(default_factory=dict)
    words: str = ""
    screen: Message | None = None
    beside: tuple[Choice, ...] = ()
    """What else may be pressed here and is no answer; it stands below the answers."""
    passed_by: tuple[str, ...] = ()
    """Later questions: whoever has answered one of them is past this one, which was not there then."""
    passed_as: str = ""

    def take(self, raw: str) -> str:
        """A new answer, checked, as it is to be stored. Raises Refused."""
        heard = self.hear(raw) if self.hear else raw
        self.read(heard)
        return heard

    def at(self, name: object) -> Question[A]:
        """The same question for another turn of a loop."""
        return replace(self, key=f"{self.key}.{name}")

    def saying(self, **blanks: object) -> Question[A]:
        return replace(self, blanks={**self.blanks, **blanks}) if blanks else self


def _not_understood(raw: str) -> Refused:
    return Refused("refused.choice" if raw else "refused.empty")


def one_of(key: str, kind: type[E], values: Iterable[E] | None = None) -> Question[E]:
    """One of the members of an enumeration."""
    allowed = tuple(values if values is not None else kind)

    def read(raw: str) -> E:
        if raw not in allowed:
            raise _not_understood(raw)
        return kind(raw)

    return Question(key, read, offer=lambda: tuple(Option(value) for value in allowed))


def pick(key: str, *values: str, blanks: Mapping[str, object] | None = None) -> Question[str]:
    """One of a few words."""

    def read(raw: str) -> str:
        if raw not in values:
            raise _not_understood(raw)
        return raw

    return Question(key, read, offer=lambda: tuple(Option(value) for value in values), blanks=blanks or {})


def many_of(key: str, *values: str, at_least: int = 0, ticked: tuple[str, ...] = ()) -> Question[tuple[str, ...]]:
    """Several of a few words, ticked one after another or typed together; stored with commas between."""

    def read(raw: str) -> tuple[str, ...]:
        chosen = tuple(value for value in values if value in raw.split(","))
        if len(chosen) < at_least:
            raise Refused("refused.at_least_one")
        return chosen

    return Question(key, read, offer=lambda: tuple(Option(value) for value in values), many=True, ticked=ticked)


def line(key: str, most: int) -> Question[str]:
    """One line of words that must be there."""

    def read(raw: str) -> str:
        said = " ".join(raw.split())
        if not said:
            raise Refused("refused.empty")
        if len(said) > most:
            raise Refused("refused.too_long", most=most)
        return said

    return Question(key, read, free=True)


def note(key: str) -> Question[str]:
    """Words of one's own, or none."""

    def read(raw: str) -> str:
        if len(raw) > NOTE_LENGTH:
            raise Refused("refused.too_long", most=NOTE_LENGTH)
        return "" if raw == "-" else raw.strip()

    return Question(key, read, offer=lambda: (Option("-"),), free=True)


def day(key: str, today: date, *, least: int = 0, most: int = 365) -> Question[date]:
    """A day from `today + least` to `today + most`, as people write it: 25/12, 25-12-2026, mai, thứ 7."""

    def hear(raw: str) -> str:
        found = read_day(raw, today)
        if found is None:
            raise Refused("refused.day")
        if not today + timedelta(days=least) <= found <= today + timedelta(days=most):
            raise Refused("refused.day_range")
        return found.isoformat()

    def read(stored: str) -> date:
        try:
            return date.fromisoformat(stored)
        except ValueError:
            raise Refused("refused.day") from None

    def offer() -> tuple[Option, ...]:
        return tuple(Option((today + timedelta(days=n)).isoformat(), say=f"day.in_{n}") for n in (1, 2, 3, 7) if n >= least)

    return Question(key, read, hear, offer, free=True)


def check(key: str = "check", **blanks: object) -> Question[str]:
    """The last look before something is kept: it says that nothing is saved yet."""
    return pick(key, "save", blanks=blanks)


_WEEKDAYS = {"thu 2": 0, "thu hai": 0, "monday": 0, "thu 3": 1, "thu ba": 1, "tuesday": 1, "thu 4": 2, "thu tu": 2,
             "wednesday": 2, "thu 5": 3, "thu nam": 3, "thursday": 3, "thu 6": 4, "thu sau": 4, "friday": 4,
             "thu 7": 5, "thu bai": 5, "thu bay": 5, "saturday": 5, "chu nhat": 6, "cn": 6, "sunday": 6}
_NEAR = {"hom nay": 0, "today": 0, "mai": 1, "ngay mai": 1, "tomorrow": 1, "mot": 2, "ngay kia": 2, "mai mot": 2}


def read_day(raw: str, today: date) -> date | None:
    """The day that somebody means; None where it is not a day. Weekdays and dates without a year lie ahead."""
    from content.fold import fold

    words = re.sub(r"\bt([2-7])\b", r"thu \1", fold(raw))
    if words in _NEAR:
        return today + timedelta(days=_NEAR[words])
    if words in _WEEKDAYS:
        return today + timedelta(days=(_WEEKDAYS[words] - today.weekday() - 1) % 7 + 1)
    return _written_day(raw.strip(), today)


def _written_day(raw: str, today: date) -> date | None:
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", raw):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := re.fullmatch(r"(?:ngày\s+)?(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}|\d{2}))?", raw):
        day_, month = int(found[1]), int(found[2])
        if found[3]:
            return _date(int(found[3]) + (2000 if len(found[3]) == 2 else 0), month, day_)
        this_year = _date(today.year, month, day_)
        return _date(today.year + 1, month, day_) if this_year and this_year < today else this_year
    if found := re.fullmatch(r"(\d{1,2})\s*/\s*(\d{4})", raw):
        return _date(int(found[2]), int(found[1]), 1)
    return None


def _date(year: int, month: int, day_: int) -> date | None:
    try:
        return date(year, month, day_)
    except ValueError:
        return None
