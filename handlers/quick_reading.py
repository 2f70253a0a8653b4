"""Reading what a member typed about many households at once. Nothing is guessed: a clause with one strange word is given back.

A clause is numbers and an outcome, in either order: `12 xong`, `3 5 7 vang`, `xong 12`, `11 hen t7`, `12 vuong otp`,
`hop 1-30 tru 4 9 xong`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from content.fold import fold
from handlers.questions import read_day
from storage.outcomes import Barrier, Mode, Outcome

MOST = 60
"""Households in one message; a longer list is more likely a slip ("1-300")."""
BACK = 30
"""Days a visit may lie back without the leader's word."""
_TOKEN = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{4}|\d{1,2}/\d{1,4}|\d+\s*-\s*\d+|\d+|t[2-7]\b|[^\W\d_]+|\S")
_CLAUSE = re.compile(r"[;\n]+|(?<!\d)\.|\.(?!\d)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One understood line: these households, this outcome."""

    numbers: tuple[int, ...]
    outcome: Outcome
    barrier: Barrier | None = None
    next_on: date | None = None
    until: date | None = None
    days_back: int = 0
    mode: Mode = Mode.DOOR
    words: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A clause that was not understood, and why: the end of a phrase key (`words`, `day`, `until`, `barrier`, `twice` ...)."""

    words: str
    why: str
    numbers: tuple[int, ...] = ()
    outcome: Outcome | None = None


@dataclass(slots=True)
class Read:
    """What a message comes to."""

    entries: list[Entry] = field(default_factory=list)
    unclear: list[Unclear] = field(default_factory=list)


@dataclass(frozen=True)
class _Words:
    outcomes: Mapping[str, Outcome]
    barriers: Mapping[str, Barrier]
    modes: Mapping[str, Mode]
    past: Mapping[str, int]
    without: frozenset[str]
    until: frozenset[str]
    filler: frozenset[str]


@cache
def known_words() -> _Words:
    listed = yaml.safe_load((files("content") / "quick_words.yaml").read_text("utf-8"))

    def table(kind: str, make: Any) -> dict[str, Any]:
        return {fold(phrase): make(value) for value, phrases in listed[kind].items() for phrase in phrases}

    def plain(kind: str) -> frozenset[str]:
        return frozenset(fold(phrase) for phrase in listed[kind])

    return _Words(table("outcomes", Outcome), table("barriers", Barrier), table("modes", Mode), table("past", int),
                  plain("except"), plain("until"), plain("filler"))


def looks_like_log(text: str) -> bool:
    """Whether this is meant as a log: a number of a household and a word for an outcome stand in it."""
    found = read(text, date(2026, 1, 1))
    return bool(found.entries) or any(each.numbers and each.outcome for each in found.unclear)


def read(text: str, today: date) -> Read:
    """What the message says, clause by clause; a day named at the beginning holds until another is named."""
    found, days_back, mode = Read(), 0, Mode.DOOR
    for clause in filter(None, (part.strip(" ,") for part in _CLAUSE.split(text))):
        tokens: Sequence[str] = [part for part in _TOKEN.findall(clause.lower()) if part not in ",:."]
        back, tokens = _day_before(tokens, today)
        days_back = days_back if back is None else back
        named, tokens = _leading(tokens, known_words().modes)
        mode = named or mode
        if not 0 <= days_back <= BACK:
            found.unclear.append(Unclear(clause, "back"))
            continue
        if tokens:
            _clause(found, clause, tokens, today, days_back, mode)
    return _without_twice(found)


def _day_before(tokens: Sequence[str], today: date) -> tuple[int | None, Sequence[str]]:
    """How many days back the clause speaks of, where it says so first."""
    back, rest = _leading(tokens, known_words().past)
    if back is not None:
        return back, rest
    if len(tokens) > 1 and re.fullmatch(r"\d{1,2}/\d{1,2}(?:/\d{4})?", tokens[0]):
        day = read_day(tokens[0], today)
        if day is not None and day > today and tokens[0].count("/") == 1:
            day = _year_before(day)
        return ((today - day).days, tokens[1:]) if day is not None and day <= today else (None, tokens)
    return None, tokens


def _year_before(day: date) -> date | None:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return None


def _leading(tokens: Sequence[str], table: Mapping[str, Any]) -> tuple[Any, Sequence[str]]:
    """What the first words mean in a table, the longest that fit, and the rest."""
    for length in range(min(4, len(tokens)), 0, -1):
        words = fold(" ".join(tokens[:length]))
        if words in table and (length > 1 or not tokens[0].isdigit()):
            return table[words], tokens[length:]
    return None, tokens


def _clause(found: Read, clause: str, tokens: Sequence[str], today: date, days_back: int, mode: Mode) -> None:
    """Pairs of numbers and an outcome; whatever is left over makes the whole clause unclear."""
    entries: list[Entry] = []
    rest = list(tokens)
    while rest:
        before = len(rest)
        numbers, rest = _numbers(rest)
        outcome, rest = _outcome(rest)
        if not numbers and outcome is not None:
            numbers, rest = _numbers(rest)
        entry = Entry(tuple(numbers), outcome or Outcome.NOT_HOME, days_back=days_back, mode=mode, words=clause)
        if outcome is not None:
            entry, rest = _details(entry, rest, today)
        rest = _skip(rest)
        if outcome is None or not numbers or len(rest) == before:
            found.unclear.append(Unclear(clause, "words", tuple(numbers), outcome))
            return
        entries.append(entry)
    why = next((reason for entry in entries if (reason := _missing(entry))), "")
    if why:
        first = next(entry for entry in entries if _missing(entry))
        found.unclear.append(Unclear(clause, why, first.numbers, first.outcome))
        entries = [entry for entry in entries if not _missing(entry)]
    found.entries += entries


def _skip(tokens: list[str]) -> list[str]:
    while tokens and fold(tokens[0]) in known_words().filler:
        tokens = tokens[1:]
    return tokens


def _numbers(tokens: list[str]) -> tuple[list[int], list[str]]:
    """Household numbers, ranges, and those left out of them."""
    found, tokens = _listed(tokens)
    if found and tokens and fold(tokens[0]) in known_words().without:
        gone, rest = _listed(tokens[1:])
        if gone:
            return [number for number in found if number not in gone], rest
    return found, tokens


def _listed(tokens: list[str]) -> tuple[list[int], list[str]]:
    found: list[int] = []
    tokens = _skip(tokens)
    while tokens and re.fullmatch(r"\d{1,5}|\d{1,5}\s*-\s*\d{1,5}", tokens[0]):
        first, _, last = tokens[0].partition("-")
        found += range(int(first), int(last or first) + 1) if int(last or first) - int(first) <= 500 else [int(first), int(last)]
        tokens = _skip(tokens[1:])
    return found, tokens


def _outcome(tokens: list[str]) -> tuple[Outcome | None, list[str]]:
    tokens = _skip(tokens)
    outcome, rest = _leading(tokens, known_words().outcomes)
    if outcome is None and tokens:
        meant = _nearly(fold(tokens[0]), known_words().outcomes)
        outcome, rest = (known_words().outcomes[meant], tokens[1:]) if meant else (None, tokens)
    return outcome, list(rest)


def _nearly(word: str, known: Iterable[str]) -> str | None:
    """The one known word that differs by one letter from a word long enough to be sure of."""
    if len(word) < 4 or not word.isalpha():
        return None
    near = {each for each in known if " " not in each and len(each) >= 4 and _one_letter_off(word, each)}
    return near.pop() if len(near) == 1 else None


def _one_letter_off(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    short, long = sorted((one, other), key=len)
    for place in range(len(long)):
        without = long[:place] + long[place + 1:]
        if without == short or (len(short) == len(long) and without == short[:place] + short[place + 1:]):
            return True
    return False


def _details(entry: Entry, tokens: list[str], today: date) -> tuple[Entry, list[str]]:
    """What follows an outcome that needs more: the day, until when, what stood in the way."""
    tokens = _skip(tokens)
    if entry.outcome.needs_barrier:
        barrier, tokens = _barrier(tokens)
        return replace(entry, barrier=barrier), tokens
    if entry.outcome.needs_date:
        day, tokens = _day(tokens, today)
        return replace(entry, next_on=day if day and day >= today else None), tokens
    if entry.outcome.needs_until:
        while tokens and fold(tokens[0]) in known_words().until:
            tokens = tokens[1:]
        day, tokens = _day(tokens, today, end=True)
        return replace(entry, until=day if day and day > today else None), tokens
    return entry, tokens


def _barrier(tokens: list[str]) -> tuple[Barrier | None, list[str]]:
    barrier, rest = _leading(tokens, known_words().barriers)
    return barrier, list(rest)


def _day(tokens: list[str], today: date, *, end: bool = False) -> tuple[date | None, list[str]]:
    """A day to come, of one to three words; a month and a year mean its last day where an end is asked for."""
    for length in range(min(3, len(tokens)), 0, -1):
        words = " ".join(tokens[:length])
        if (day := read_day(words, today)) is not None and not (length == 1 and tokens[0].isdigit()):
            if end and re.fullmatch(r"\d{1,2}/\d{4}", words):
                day = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
            return day, tokens[length:]
    return None, tokens


def _missing(entry: Entry) -> str:
    if len(entry.numbers) > MOST:
        return "many"
    if entry.outcome.needs_barrier and entry.barrier is None:
        return "barrier"
    if entry.outcome.needs_date and entry.next_on is None:
        return "day"
    return "until" if entry.outcome.needs_until and entry.until is None else ""


def _without_twice(found: Read) -> Read:
    """A household named twice with different ends: neither is taken."""
    ends: dict[tuple[int, int], set[Outcome]] = {}
    for entry in found.entries:
        for number in entry.numbers:
            ends.setdefault((number, entry.days_back), set()).add(entry.outcome)
    torn = {key for key, outcomes in ends.items() if len(outcomes) > 1}
    if not torn:
        return found
    kept = []
    for entry in found.entries:
        numbers = tuple(number for number in entry.numbers if (number, entry.days_back) not in torn)
        if numbers:
            kept.append(replace(entry, numbers=numbers))
    twice = [Unclear(" ".join(str(number) for number, _ in sorted(torn)), "twice", tuple(number for number, _ in sorted(torn)))]
    return Read(kept, found.unclear + twice)
