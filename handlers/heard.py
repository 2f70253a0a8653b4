"""What somebody typed: a command in their own words, or one of the choices they were shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import dropwhile

import yaml

from content.fold import fold, folded

_POLITE = ("nhe", "nha", "a", "di", "em", "ban", "oi")
_KIND = frozenset((*_POLITE, "da", "chau", "bac", "chi", "anh", "luon", "please"))
_BEFORE = _KIND | {"cho", "toi", "minh", "vang", "con"}
_BEHIND = _KIND | {"toi", "minh", "con", "giup", "gium", "ho", "voi", "roi", "thoi", "now"}
_ALONE = (["menu"], ["thoat"])
"""One word that means nothing else, whatever stands around it."""
_PLEASE = rf"(?: (?:{'|'.join(_POLITE)}))*"
_VERB, _NOUN = "(?:chon|bam|nhan|lay|number|option) ", "(?:so|cau|nut|phim|cai|cai so|cai thu|bai|viec) "
_NUMBER = re.compile(rf"(?:{_VERB})?(?:{_NOUN})?(\d{{1,2}}){_PLEASE}")
_NAMED = re.compile(rf"(?:{_VERB}(?:{_NOUN})?|{_NOUN})([a-z]+){_PLEASE}")
_SPOKEN = {"một": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
           "mười": 10, "mot": 1, "bon": 4, "chin": 9, "muoi": 10, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
"""Numbers as words; without marks only where the word means nothing else ("sau" is "later", "nam" a man)."""


@cache
def commands() -> Mapping[str, str]:
    """Folded words of either language -> what they ask for, as a button would carry it."""
    listed = yaml.safe_load((files("content") / "commands.yaml").read_text("utf-8"))
    return {fold(phrase): data for data, phrases in listed.items() for phrase in phrases}


@cache
def answers() -> Mapping[str, frozenset[str]]:
    """The phrase of a ready answer -> folded words that mean it too. A visit's are those of the typed log as well, without
    what leads out wherever it is said."""
    listed = dict(yaml.safe_load((files("content") / "answers.yaml").read_text("utf-8")))
    log = yaml.safe_load((files("content") / "quick_log.yaml").read_text("utf-8"))
    listed |= {f"visit.{kind}.{value}": [each for each in said if fold(each) not in commands()]
               for kind in ("outcome", "barrier") for value, said in log[kind].items()}
    return {phrase: frozenset(map(fold, said)) for phrase, said in listed.items()}


def means(text: str, phrase: str) -> bool:
    """Whether these words, or what is left of them without the politeness around them, mean this ready answer."""
    known, words = answers().get(phrase, frozenset()), fold(text).split()
    bare = [word for word in words if word not in _KIND]
    begun = list(dropwhile(_BEFORE.__contains__, bare))
    return any(" ".join(each) in known for each in (words, bare, begun, _inside(begun)))


def _inside(words: Sequence[str]) -> list[str]:
    """What stands between the kind words before and behind."""
    begun = list(dropwhile(_BEFORE.__contains__, words))
    return list(dropwhile(_BEHIND.__contains__, reversed(begun)))[::-1]


def command(text: str, *, asked: bool = False) -> str | None:
    """The command that the words are, wherever somebody is: menu, thoát, bắt đầu lại ...

    Some words are one only where nothing is `asked`: "hôm nay" is a day as well.
    """
    found = _command(text)
    if found is None or not found.startswith("~"):
        return found
    return None if asked else found[1:]


def _command(text: str) -> str | None:
    if text.startswith("/"):
        return commands().get(fold(text.split("@")[0].removeprefix("/")))
    return commands().get(folded(text)) if len(text) <= 40 else None


@cache
def _said() -> Mapping[str, int]:
    """The same without marks, for after "số", "chọn" and the like, where nothing but a number follows."""
    return {fold(word): number for word, number in (*_SPOKEN.items(), ("nhất", 1))}


def label(text: str, shown: Sequence[Sequence[str]]) -> str | None:
    """What the shown choice carries whose words these are, to the letter: it wins over a command of the same words."""
    words = folded(text)
    return next((entry[0] for entry in shown if words and _folded(entry[1]) == words), None)


@lru_cache(4096)
def _folded(label_: str) -> str:
    """Our own labels, folded once."""
    return fold(label_)


def politely(text: str, shown: Sequence[Sequence[str]], *, asked: bool) -> str | None:
    """What a choice or a command carries that stands between kind words ("quay lại đi cháu"). For where no words of one's own
    are asked for: there these would be part of them."""
    said = folded(text).split()
    words = _inside(said)
    if words == said or (len(words) < 2 and words not in _ALONE):
        return None
    return label(" ".join(words), shown) or command(" ".join(words), asked=asked)


def is_number(text: str) -> bool:
    """Whether somebody typed the number of a choice and nothing else."""
    return _number(text) is not None


def _number(text: str) -> int | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.startswith(("-", "−")):
        return None
    words = folded(plain)
    found = _NUMBER.fullmatch(words)
    return int(found[1]) if found else _said().get(found[1]) if (found := _NAMED.fullmatch(words)) else None


def _spoken(text: str) -> int | None:
    """A number that is one word ("hai", "hai nhé"), for where nothing else could be meant."""
    word, *polite = re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower())[:4] or [""]
    return _SPOKEN.get(word) if all(fold(each) in _POLITE for each in polite) else None


def choice(text: str, shown: Sequence[Sequence[str]], *, numbers: bool = True, spoken: bool = False) -> str | None:
    """What the shown choice carries that somebody means by its number or its words; None where it is none of them.

    Shown choices are (data, label) or (data, label, "q") for those without a number, of which 0 means the way back. A
    number counts among the list that was shown last and no other. Where `numbers` are answers of their own (a
    household's), only words count, and 0. `spoken`: a number may also be one word ("hai").
    """
    words = folded(unicodedata.normalize("NFKC", text))
    if not words:
        return None
    number = _number(text)
    if number is not None and (numbers or number == 0):
        return _numbered(number, shown)
    if exact := label(text, shown):
        return exact
    begin = {entry[0] for entry in shown if len(words) >= 3 and _folded(entry[1]).startswith(f"{words} ")}  # whole words only
    if begin:
        return begin.pop() if len(begin) == 1 else None
    number = _spoken(text) if spoken and numbers else None
    return _numbered(number, shown) if number is not None else None


def _numbered(number: int, shown: Sequence[Sequence[str]]) -> str | None:
    loud = [entry[0] for entry in shown if len(entry) < 3]
    if number == 0:
        quiet = [entry[0] for entry in shown if len(entry) > 2]
        return next((data for data in quiet if data.endswith(":<")), "/menu" if "/menu" in quiet else None)
    return loud[number - 1] if number <= len(loud) else None
