"""The words of the quick log: what a typed phrase means, how surely, and what else it may have been meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

import yaml

from content.fold import fold, has_marks, keys, plain, toned

KINDS = ("outcome", "barrier", "problem", "service", "mode", "day", "after_part", "part", "ahead", "weekday", "unit", "month",
         "house", "times", "and", "except", "from", "to", "along", "filler")
LONG_ENOUGH = 4
"""Letters a word needs before one wrong letter in it is forgiven."""
_SOUND_ALIKE = {"r", "x"}
"""Hook and tilde, as `toned` writes them: alike in half of the country, and written for one another."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a phrase means: a kind of word and its value."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as it is listed: its words folded, and with their marks."""

    meaning: Meaning
    folded: tuple[str, ...]
    marked: tuple[str, ...]


@cache
def _listed() -> Mapping[str, object]:
    found: Mapping[str, object] = yaml.safe_load((files("content") / "quick_log.yaml").read_text("utf-8"))
    return found


@cache
def _short() -> Mapping[str, str]:
    listed: Mapping[str, Sequence[str]] = _listed()["short"]  # type: ignore[assignment]
    return {short: word for word, spelled in listed.items() for short in spelled}


def written_out(words: Iterable[str]) -> list[str]:
    """The words with what is shortened on phones ("ko", "đc") written out, and Telex keys ("vawngs") as what they write."""
    return [_short().get(word.lower()) or _keyed().get(word.lower(), word) for word in words]


@cache
def _keyed() -> Mapping[str, str]:
    """The words with marks by the keys that write them, for phones on which nothing turns keys into marks."""
    marked = {word for group in phrases().values() for phrase in group for word in phrase.marked if has_marks(word)}
    made = {keys(word): word for word in marked}
    return {typed: word for typed, word in made.items() if not is_syllable(typed)}


@cache
def _numerals() -> frozenset[str]:
    listed: Mapping[str, Sequence[str]] = _listed()["numeral"]  # type: ignore[assignment]
    return frozenset(fold(word) for words in listed.values() for word in words)


@cache
def _houses() -> frozenset[str]:
    listed: Mapping[str, Sequence[str]] = _listed()["house"]  # type: ignore[assignment]
    return frozenset(fold(word) for words in listed.values() for word in words)


def spelled_out(text: str) -> bool:
    """Whether a house's number was written in words, and a result behind it ("mười hai xong"). Which number is not guessed."""
    words = fold(text).split()
    while words and words[0] in _houses():
        words = words[1:]
    count = next((at for at, word in enumerate(words) if word not in _numerals()), len(words))
    rest = words[count:]
    return bool(count) and any(meaning.kind == "outcome" for end in range(1, longest() + 1) for meaning in meanings(rest[:end]))


# --- who went along -----------------------------------------------------------------------------------------------------

LONGEST_NAME = 5


def companions(words: Sequence[str]) -> tuple[tuple[str, ...], int, bool]:
    """The names of those who went along, where these words begin so ("cùng anh Nam và chị Hoa"); how many words say it.

    And whether the last word may be no part of the name: "cùng Nam mùng" before a number is none of a house."""
    at, names = _begins(words, "with"), []
    size = _name(words[at:]) if at else 0
    if not size and (at := _begins(words, "with_title")) and _begins(words[at:], "title"):
        size = _name(words[at:])
    while size:
        names.append(" ".join(words[at:at + size]))
        at += size
        size = _name(words[at + 1:]) if fold(" ".join(words[at:at + 1])) in ("va", "voi") else 0
        at += size > 0
    if not names:
        return (), 0, False
    behind = next((end for end in (3, 2) if _kind(words[at:at + end], "along")), 0)
    last = names[-1].split()
    title = _begins(last, "title")
    return tuple(names), at + behind, not behind and (not title or len(last) > title + 1)


def _begins(words: Sequence[str], group: str) -> int:
    """How many words the longest entry of a group takes that stands first here."""
    listed: Sequence[str] = _listed()[group]  # type: ignore[assignment]
    return max((len(each) for each in (plain(entry).split() for entry in listed)
                if tuple(map(fold, words[:len(each)])) == tuple(map(fold, each)) and all(map(_agrees, words, each))), default=0)


def _name(words: Sequence[str]) -> int:
    """How many words a name takes that begins here: with its form of address, to the next word that means something else."""
    title = at = _begins(words, "title")
    while at < min(len(words), title + LONGEST_NAME) and words[at].isalpha() and (
            (title and at == title) or not _means_something(words[at:])):
        at += 1
    return at if at > title else 0


def _means_something(words: Sequence[str]) -> bool:
    title = _begins(words, "title")
    behind = words[title:title + 1] if title else ()  # "chị" with no name behind it names nobody else
    return bool(_begins(words, "not_named")) or any(word.isalpha() for word in behind) or any(
        meanings(words[:end]) for end in range(1, min(longest(), len(words)) + 1))


def _kind(words: Sequence[str], kind: str) -> bool:
    return any(meaning.kind == kind for meaning in meanings(words))


@cache
def phrases() -> Mapping[int, tuple[Phrase, ...]]:
    """Every phrase, by how many words it has."""
    made = [Phrase(Meaning(kind, str(value)), tuple(fold(each).split()), tuple(plain(each).split()))
            for kind in KINDS for value, said in _listed()[kind].items() for each in said]  # type: ignore[attr-defined]
    made.sort(key=lambda phrase: len(phrase.folded))
    return {count: tuple(group) for count, group in groupby(made, key=lambda phrase: len(phrase.folded))}


@cache
def longest() -> int:
    return max(phrases())


@cache
def _exact() -> Mapping[tuple[str, ...], tuple[Phrase, ...]]:
    by_words: dict[tuple[str, ...], list[Phrase]] = {}
    for group in phrases().values():
        for phrase in group:
            by_words.setdefault(phrase.folded, []).append(phrase)
    return {words: tuple(found) for words, found in by_words.items()}


def meanings(words: Sequence[str]) -> set[Meaning]:
    """What these words (with whatever marks were typed) mean for certain: nothing in them but missing marks."""
    return {phrase.meaning for phrase in _exact().get(tuple(fold(word) for word in words), ())
            if all(map(_agrees, words, phrase.marked))}


def mistyped(words: Sequence[str]) -> set[Meaning]:
    """What they mean with one letter of one word wrong, where what was typed is no word of its own."""
    return {phrase.meaning for phrase, odd in _near(words) if not is_syllable(fold(odd))}


def perhaps(words: Sequence[str]) -> set[Meaning]:
    """What they may have been meant to be: never enough to write anything down."""
    other_marks = {phrase.meaning for phrase in _exact().get(tuple(fold(word) for word in words), ())}
    return other_marks | {phrase.meaning for phrase, _ in _near(words)}


def _near(words: Sequence[str]) -> Iterable[tuple[Phrase, str]]:
    """Phrases of as many words of which exactly one is a letter away, and that odd word."""
    folded = tuple(fold(word) for word in words)
    for at, odd in enumerate(folded):
        for length in range(len(odd) - 1, len(odd) + 2):
            for phrase in _but_one().get((folded[:at], length, folded[at + 1:]), ()):
                if _one_letter_away(odd, phrase.folded[at]) and all(
                        _agrees(words[number], phrase.marked[number]) for number in range(len(words)) if number != at):
                    yield phrase, words[at]


@cache
def _but_one() -> Mapping[tuple[tuple[str, ...], int, tuple[str, ...]], Sequence[Phrase]]:
    """Every phrase, by all of its words but one: those before it, its length, those behind it."""
    found: dict[tuple[tuple[str, ...], int, tuple[str, ...]], list[Phrase]] = {}
    for group in phrases().values():
        for phrase in group:
            for at, word in enumerate(phrase.folded):
                found.setdefault((phrase.folded[:at], len(word), phrase.folded[at + 1:]), []).append(phrase)
    return found


def _agrees(typed: str, meant: str) -> bool:
    """Whether the marks that were typed are those of the word: all of them, or none at all."""
    if not has_marks(typed):
        return True
    typed, meant = toned(typed).replace("y", "i"), toned(meant).replace("y", "i")
    return typed == meant or (typed[:-1], {typed[-1], meant[-1:]}) == (meant[:-1], _SOUND_ALIKE)


def _one_letter_away(typed: str, meant: str) -> bool:
    """One letter too many, missing, wrong, or two letters swapped."""
    if len(meant) < LONG_ENOUGH or typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    start = next((n for n, (one, other) in enumerate(zip(typed, meant, strict=False)) if one != other), len(meant))
    start = min(start, len(typed))
    rest, wanted = typed[start:], meant[start:]
    if len(typed) == len(meant):
        return rest[1:] == wanted[1:] or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    return rest[1:] == wanted or rest == wanted[1:]


def is_syllable(folded: str) -> bool:
    """Whether this could be a Vietnamese word."""
    return folded in _syllables()


@cache
def _syllables() -> frozenset[str]:
    parts: Mapping[str, list[str]] = _listed()["syllables"]  # type: ignore[assignment]
    return frozenset(fold(initial + rime) for initial in parts["initials"] for rime in parts["rimes"])
