"""The items of a quick log: numbers, dates and phrases in the order in which they were typed, each with what it means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from content import quick_words
from content.fold import fold
from content.quick_words import Meaning

UNKNOWN, NUMBER, RANGE, DATE, HOUR, NOTE, HAMLET, COMMA = "unknown", "number", "range", "date", "hour", "note", "hamlet", "comma"

MOST_PIECES = 200
"""A statement of more words than this is a story, not a log."""

MOST_WORDS = 14
"""Of a phrase: two whole names of those who went along."""

Hamlets = Mapping[tuple[str, ...], int]
"""The hamlets somebody may mean, by the folded words of their names."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something typed. `first` and `last` are numbers (of a range, or the same), `day` a written date."""

    kind: str
    text: str
    value: str = ""
    first: int = 0
    last: int = 0
    day: date | None = None
    dated: bool = True
    """Whether the year was written too."""
    sure: bool = True
    """False where it is only what may have been meant."""


_PIECES = re.compile(r"""
    (?P<note>[(“"«][^()“”"«»]*[)”"»])
  | (?P<iso>\d{4}-\d{1,2}-\d{1,2})(?!\d)
  | (?P<full>\d{1,2}[/.-]\d{1,2}[/.-]\d{4})(?!\d)
  | (?P<slash>\d{1,2}/\d{1,2}(?:/\d{2})?)(?![\d/])
  | (?P<month>\d{1,2}/\d{4})(?![\d/])
  | (?P<hour>\d{1,2}\s?(?:h|g|giờ|gio)\s?\d{0,2}|\d{1,2}:\d{2})(?!\w)
  | (?P<weekday>(?:t|thứ\s|thu\s)[2-8])(?!\w)
  | (?P<odd>\d+(?:\s?(?:[-–—~→]|->|\.{2,3})\s?\d+){2,}|\d{6,}|\d+/[\d/]*|\d+[^\W\d_](?!\w))
  | (?P<range>\d{1,5}\s?(?:[-–—~→]|->|\.{2,3})\s?\d{1,5})(?!\d)
  | (?P<number>\d{1,5})
  | (?P<word>[^\W\d_]+)
  | (?P<comma>[,.:!&+=\#*•\-–—])
  | (?P<odd_sign>\S)
""", re.VERBOSE)


def items(text: str, hamlets: Hamlets, today: date) -> list[Item]:
    """What was typed, from left to right; nothing is left out."""
    pieces = list(_pieces(unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).lower()))
    if len(pieces) > MOST_PIECES:
        return [Item(UNKNOWN, text)]
    made: list[Item] = []
    at = 0
    while at < len(pieces):
        item, taken = _phrase(pieces, at, hamlets)
        if item is None:
            item, taken = _single(*pieces[at], today), 1
        if item is not None:
            made.append(item)
        at += taken
    return _joined(made, today)


def _pieces(text: str) -> list[tuple[str, str]]:
    return [(found.lastgroup or "", found[0]) for found in _PIECES.finditer(text)]


# --- phrases --------------------------------------------------------------------------------------------------------------


def _phrase(pieces: Sequence[tuple[str, str]], at: int, hamlets: Hamlets) -> tuple[Item | None, int]:
    """The longest phrase that begins here: certain before mistyped before perhaps."""
    most = 0
    while at + most < len(pieces) and pieces[at + most][0] in ("word", "number") and most < MOST_WORDS:
        most += 1
    words = [pieces[at + n][1] for n in range(most)]
    if not words or pieces[at][0] != "word":
        return None, 0
    for count in range(most, 0, -1):
        if (id_ := hamlets.get(tuple(fold(word) for word in words[:count]))) is not None:
            return Item(HAMLET, " ".join(words[:count]), str(id_)), count
    words = quick_words.written_out(words)
    names, count, loose = quick_words.companions(words)
    if names:
        number = at + count < len(pieces) and pieces[at + count][0] in ("number", "range")
        return Item("along", " ".join(words[:count]), ",".join(names), sure=not (loose and number)), count
    return _known(words)


def _known(words: Sequence[str]) -> tuple[Item | None, int]:
    exact, taken = _longest(words, quick_words.meanings)
    typo, wider = _longest(words, quick_words.mistyped)
    if typo and wider > taken and not (exact and quick_words.meanings(words[taken:wider])):
        return _item(" ".join(words[:wider]), typo, sure=True), wider  # "tu chio" is no "từ" followed by something unknown
    if exact:
        return _item(" ".join(words[:taken]), exact, sure=True), taken
    maybe, count = _longest(words, quick_words.perhaps)
    return (_item(" ".join(words[:count]), maybe, sure=False), count) if maybe else (None, 0)


def _longest(words: Sequence[str], find: Callable[[Sequence[str]], set[Meaning]]) -> tuple[set[Meaning], int]:
    """What the most words from here on mean, and how many they are."""
    for count in range(min(len(words), quick_words.longest()), 0, -1):
        if found := find(words[:count]):
            return found, count
    return set(), 0


def _item(text: str, found: set[Meaning], *, sure: bool) -> Item:
    """One meaning is taken; of several none is."""
    if len(found) == 1:
        (meaning,) = found
        return Item(meaning.kind, text, meaning.value, sure=sure)
    likely = sorted(meaning.value for meaning in found if meaning.kind == "outcome")
    return Item("outcome", text, likely[0], sure=False) if likely else Item(UNKNOWN, text)


# --- numbers and dates ----------------------------------------------------------------------------------------------------


def _single(kind: str, text: str, today: date) -> Item | None:
    if kind == "note":
        return Item(NOTE, text[1:-1].strip())
    if kind == "comma":
        return Item(COMMA, text)
    if kind in ("number", "range"):
        numbers = [int(each) for each in re.findall(r"\d+", text)]
        return Item(kind, text, first=numbers[0], last=numbers[-1])
    if kind in ("iso", "full", "slash", "month"):
        return _date(kind, text, today)
    if kind == "weekday":
        number = int(text[-1])
        return Item("weekday", text, str(number - 2 if number < 8 else 6))
    return Item(HOUR if kind == "hour" else UNKNOWN, text)


def _date(kind: str, text: str, today: date) -> Item:
    numbers = [int(each) for each in re.findall(r"\d+", text)]
    if kind == "iso":
        year, month, day = numbers
    elif kind == "month":
        day, month, year = 1, *numbers
    else:
        day, month, year = numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else today.year
        year += 2000 if year < 100 else 0
    try:
        written = date(year, month, day)
    except ValueError:
        return Item(UNKNOWN, text)
    whole_month = kind == "month"
    return Item(DATE, text, "month" if whole_month else "", day=written, dated=len(numbers) > 2 or whole_month)


def _joined(made: Sequence[Item], today: date) -> list[Item]:
    """Items that are one: "3 ngày nữa", "tháng 2", "ngày 20/11", "sáng qua"."""
    out: list[Item] = []
    for item in made:
        before = out[-1] if out else None
        if item.kind == "unit" and before is not None and before.kind == NUMBER and 0 < before.first <= 60:
            out[-1] = Item(DATE, f"{before.text} {item.text}", day=today + timedelta(days=before.first * int(item.value)))
        elif item.kind == NUMBER and before is not None and before.kind == "month":
            out[-1] = _month(item, before.text, today)
        elif item.kind == NUMBER and [each.kind for each in out[-2:]] == ["outcome", "times"]:
            out.pop()  # "vắng lần 2": how often is told by what is on record
        elif item.kind == DATE and before is not None and before.kind == UNKNOWN and fold(before.text) == "ngay":
            out[-1] = item
        elif item.kind == "after_part":
            out.append(Item("day", item.text, item.value) if before is not None and before.kind == "part" else
                       Item(UNKNOWN, item.text))
        else:
            out.append(item)
    return out


def _month(item: Item, text: str, today: date) -> Item:
    """The first day of a month that lies ahead."""
    if not 1 <= item.first <= 12:
        return Item(UNKNOWN, f"{text} {item.text}")
    first = date(today.year + (item.first <= today.month), item.first, 1)
    return Item(DATE, f"{text} {item.text}", "month", day=first)
