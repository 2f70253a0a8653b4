"""Turn a question, however it was typed, into the numbered features that the search model weighs."""

import itertools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from zlib import crc32

from content.fold import fold, has_marks, plain, toned

BUCKETS = 1 << 15
LONGEST = 700  # letters read; a longer story has told its matter by then
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_TELEX_TONE = re.compile(r"^([a-z]*[aeiouyw][a-z]*?)[sfrxj]([a-z]*)$")
_TELEX_MARK = re.compile(r"(a)a|(e)e|(o)o|(d)d|([aou])w")
_DIGITS = re.compile(r"^\d{4,}$")


@dataclass(frozen=True)
class Spoken:
    """The word lists of spoken.yaml: how people write, and the standard form."""

    marked: Mapping[str, str]
    anyhow: Mapping[str, str]
    phrases: Mapping[str, str]
    known: Collection[str] = field(default_factory=frozenset)

    @cached_property
    def _phrase(self) -> re.Pattern[str]:
        longest_first = sorted(self.phrases, key=len, reverse=True)
        return re.compile(r"(?<!\S)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\S)")

    def standard(self, text: str) -> list[str]:
        """Folded words in their standard form."""
        marked = has_marks(text)
        words = (self._word(w, marked) for w in plain(_REPEATED.sub(r"\1", text[:LONGEST])).split())
        joined = " ".join(w for w in words if w)
        return self._phrase.sub(lambda m: self.phrases[m.group()], joined).split()

    def _word(self, word: str, marked: bool) -> str:
        if marked and word in self.marked:
            return self.marked[word]
        if word in self.anyhow:
            return self.anyhow[word]
        bare = fold(word)
        if bare in self.anyhow:
            return self.anyhow[bare]
        if _DIGITS.match(bare):
            return "0000"
        return bare if bare in self.known else self._untelex(bare)

    def _untelex(self, word: str) -> str:
        """dawng, kys, ddieenj: keys of an input method that was switched off."""
        unmarked = _TELEX_MARK.sub(lambda m: m.group(m.lastindex or 0), word)
        for guess in (unmarked, _TELEX_TONE.sub(r"\1\2", unmarked)):
            if guess in self.known:
                return guess
        return word


@dataclass(frozen=True)
class Features:
    """Bucket numbers in three blocks, each weighed as a whole whatever its length."""

    words: list[int]
    letters: list[int]
    tones: list[int]
    strange: list[int]

    def blocks(self) -> tuple[list[int], ...]:
        return self.words, self.letters, self.tones, self.strange


def features(text: str, spoken: Spoken) -> Features:
    words = spoken.standard(text)
    return Features(
        _numbered("w", [*words, *_pairs(words), *_skips(words)]),
        _numbered("c", _grams(words)),
        _numbered("t", _toned(text)),
        _numbered("?", [_strangeness(words, spoken.known)]),
    )


def _strangeness(words: list[str], known: Collection[str]) -> str:
    """How many of the words belong to no phrasing of ours, against how many there are."""
    strange = sum(w not in known for w in words)
    return f"{min(strange, 4)} of {min(len(words), 6)}"


def _numbered(kind: str, names: Collection[str]) -> list[int]:
    begun = crc32(kind.encode())
    return sorted({crc32(name.encode(), begun) % BUCKETS for name in names})


def _pairs(words: list[str]) -> list[str]:
    fenced = ["^", *words, "$"]
    return [f"{a} {b}" for a, b in itertools.pairwise(fenced)]


def _skips(words: list[str]) -> list[str]:
    return [f"{a}_{b}" for a, b in zip(words, words[2:], strict=False)]


def _grams(words: list[str]) -> list[str]:
    fenced = [f" {word} " for word in words]
    return [word[start : start + size] for word in fenced for size in (2, 3, 4) for start in range(len(word) - size + 1)]


def _toned(text: str) -> list[str]:
    if not has_marks(text):
        return []
    words = [toned(w) for w in plain(text[:LONGEST]).split()]
    return [*words, *(f"{a} {b}" for a, b in itertools.pairwise(words))]
