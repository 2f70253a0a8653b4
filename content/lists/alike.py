"""Whether two names of households may mean the same one: a suggestion to look at, never a reason to merge by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from content.fold import fold, has_marks, plain, toned

_WOMAN = frozenset({"bà", "chị", "cô", "thím", "mợ", "dì", "mẹ", "bá gái", "bầm", "mế", "u"})
_MAN = frozenset({"ông", "anh", "chú", "cậu", "bố", "thầy"})
_EITHER = frozenset({"bác", "cụ", "em", "o", "gia", "đình", "hộ", "nhà", "chủ", "già", "cố", "mrs", "mr"})
_TITLES = {True: _WOMAN | _MAN | _EITHER, False: frozenset(map(fold, _WOMAN | _MAN | _EITHER))}
"""Forms of address, as whoever uses tone marks writes them, and without."""
_WOMEN, _MEN = frozenset(map(fold, _WOMAN)), frozenset(map(fold, _MAN))
_PAIR = re.compile(r"^(?:nhà|nha|hộ|ho|gia đình|gia dinh|vợ chồng|vo chong|v/c|vc|hai vợ chồng)\s+", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:[-–+/&]|\bvà\b|\bva\b|\bvới\b)\s*", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class _Person:
    """One name: its words folded and with tones, and what the form of address says."""

    words: tuple[str, ...]
    tones: tuple[str, ...]
    marked: bool
    woman: bool | None


@dataclass(frozen=True, slots=True)
class Called:
    """A household's name, taken apart once."""

    people: tuple[_Person, ...]
    lane: str


def called(label: str, lane: str = "") -> Called:
    """Take a name apart: whose it is, a couple's or one person's."""
    return Called(tuple(_people(_ASIDE.sub(" ", label))), fold(lane))


def alike(one: Called, other: Called) -> bool:
    """Whether they may be one household: same people, and not two different lanes."""
    if not one.people or not other.people:
        return False
    if one.lane and other.lane and one.lane != other.lane and not _whole_names(one, other):
        return False
    if len(one.people) > 1 and len(other.people) > 1:
        return all(any(_same(a, b) for b in other.people) for a in one.people)
    return any(_same(a, b) for a, b in product(one.people, other.people))


def calls(said: str, name: str) -> bool:
    """Whether somebody of this name may be meant: by the given name, with as many of the words before it as were said."""
    short, whole = _person(said), _person(_ASIDE.sub(" ", name))
    if None not in (short.woman, whole.woman) and short.woman != whole.woman:
        return False
    return 0 < len(short.words) <= len(whole.words) and all(
        _word(short, -n, whole, -n) for n in range(1, len(short.words) + 1))


def _whole_names(one: Called, other: Called) -> bool:
    """A surname and two more words that agree weigh more than a lane."""
    return any(len(a.words) > 2 and a.words == b.words for a, b in product(one.people, other.people))


def _people(label: str) -> Iterator[_Person]:
    couple = _PAIR.match(label.strip()) is not None
    parts = [part for part in _JOINED.split(_PAIR.sub("", label.strip())) if part]
    people = [person for part in parts if (person := _person(part)).words]
    if couple and len(people) == 1 and len(people[0].words) == 2:  # "nhà Lan Hùng": her name and his
        both = people[0]
        yield from (_Person((word,), (tone,), both.marked, None) for word, tone in zip(both.words, both.tones, strict=True))
    else:
        yield from people


def _person(part: str) -> _Person:
    marked = has_marks(part)
    spelled = plain(part).split()
    woman: bool | None = None
    while len(spelled) > 1 and spelled[0] in _TITLES[marked]:
        title = spelled.pop(0)
        if fold(title) in _WOMEN | _MEN and title not in _EITHER:
            woman = title in _WOMAN if marked else fold(title) in _WOMEN
    words = [(fold(word), toned(word)) for word in spelled]
    inside = {folded for folded, _ in words[:-1]}
    if woman is None and inside & {"thi", "van"}:
        woman = "thi" in inside
    return _Person(tuple(folded for folded, _ in words), tuple(tone for _, tone in words), marked, woman)


def _same(a: _Person, b: _Person) -> bool:
    if None not in (a.woman, b.woman) and a.woman != b.woman:
        return False
    if len(a.words) == 1 or len(b.words) == 1:
        return _word(a, -1, b, -1)
    if len(a.words) == len(b.words):
        return _as_long(a, b)
    short, long = sorted((a, b), key=lambda person: len(person.words))
    return _word(short, -1, long, -1) and _within(short, long)


def _as_long(a: _Person, b: _Person) -> bool:
    """Names of as many words: each the same, an initial, or one letter mistyped in a long name."""
    last = len(a.words) - 1
    differ = [n for n in range(len(a.words)) if not (_word(a, n, b, n) or (n < last and _initial(a.words[n], b.words[n])))]
    if not differ:
        return True
    if len(differ) == 1 and last > 1:
        return _one_slip(a.words[differ[0]], b.words[differ[0]]) and not (a.marked and b.marked and differ[0] == last)
    return len(a.words) == 2 and a.words == b.words[::-1]


def _within(short: _Person, long: _Person) -> bool:
    """Whether the words of the shorter name stand in the longer one, in that order."""
    rest = iter(range(len(long.words)))
    return all(any(_word(short, n, long, m) or _initial(short.words[n], long.words[m]) for m in rest)
               for n in range(len(short.words)))


def _word(a: _Person, n: int, b: _Person, m: int) -> bool:
    """The same word; tones count where both writers used them."""
    if a.words[n] != b.words[m]:
        return False
    return not (a.marked and b.marked) or _tones(a.tones[n]) == _tones(b.tones[m])


def _tones(word: str) -> str:
    """i and y are one letter at the end of a word."""
    return re.sub(r"(?<=[bcdđghklmnpqrstvx])y(?=[fsrxj]?$)|(?<=^qu)y(?=[fsrxj]?$)", "i", word)


def _initial(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    return len(short) <= 2 and long.startswith(short)


def _one_slip(a: str, b: str) -> bool:
    """One letter more, less or other, or two that changed places."""
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 2:
        return False
    if len(a) == len(b):
        differ = [n for n in range(len(a)) if a[n] != b[n]]
        return len(differ) <= 1 or (len(differ) == 2 and a[differ[0]] == b[differ[1]] and a[differ[1]] == b[differ[0]])
    short, long = sorted((a, b), key=len)
    return any(short == long[:n] + long[n + 1:] for n in range(len(long)))


def pairs(names: Sequence[tuple[int, str, str]], most: int = 50) -> list[tuple[int, int]]:
    """The ids of households (id, label, lane) of one hamlet that may be the same, at most so many pairs."""
    taken = [(id_, called(label, lane)) for id_, label, lane in names]
    by_word: dict[str, list[int]] = {}
    for place, (_, each) in enumerate(taken):
        for word in {word for person in each.people for word in (person.words[-1:] if len(person.words) != 2 else person.words)}:
            by_word.setdefault(word, []).append(place)
    found: dict[tuple[int, int], None] = {}
    for places in by_word.values():  # only those are compared that share a given name
        for at, first in enumerate(places):
            for second in places[at + 1:]:
                if alike(taken[first][1], taken[second][1]):
                    found[taken[first][0], taken[second][0]] = None
    return list(found)[:most]
