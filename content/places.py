"""Today's provinces and communes with their codes, found by today's names and by the names they had before."""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

from content.fold import fold

SINCE = date(2025, 7, 1)
"""The day the two-tier map came into force; a unit without a day of its own exists since then."""
LIMIT = 8
PROVINCE, COMMUNE = "province", "commune"

_KINDS = {"p": "phuong", "f": "phuong", "x": "xa", "h": "huyen", "q": "quan", "t": "tinh", "tp": "thanh pho", "tx": "thi xa",
          "tt": "thi tran", "dk": "dac khu"}
_SHORT = {"hcm": "ho chi minh", "tphcm": "ho chi minh", "sg": "ho chi minh", "hn": "ha noi",
          "dn": "da nang", "brvt": "ba ria vung tau", "tth": "thua thien hue"}
_TYPE = re.compile(r"^(?:thanh pho|thi xa|thi tran|dac khu|phuong|xa|huien|huyen|quan|tinh)\s+(?=\S)")
_KIND_DOT = re.compile(r"(?<!\w)(tp|tx|tt|dk|[pxhqtf])\.\s*(?=\w)", re.IGNORECASE)
_KIND_NUMBER = re.compile(r"(?<!\w)([pqf])\s?(\d{1,2})(?!\w)", re.IGNORECASE)
_KIND_WORD = re.compile(r"^(tp|tx|tt|dk) (?=\S)")
_SHORT_WORD = re.compile(rf"\b(?:{'|'.join(_SHORT)})$")
_FORMER = re.compile(r"(?<!\w)(?:cũ|cu|trước đây|truoc day|trước kia|ngày trước)(?!\w)", re.IGNORECASE)
_KIND_WORDS = frozenset(["xa", "huien", "tinh", "thanh", "pho", "thi", "quan", "phuong", "tran"])
_ZERO = re.compile(r"\b0+(?=\d)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A province or a commune of today."""

    level: str
    code: str
    name: str
    parent: str = ""
    since: date = SINCE


@dataclass(frozen=True, slots=True)
class Found:
    """A unit of today that somebody may mean; `former` is the older name that led to it, in full."""

    unit: Unit
    former: str = ""
    divided: bool = False
    """The older unit became parts of several: this is one of them, the main one first."""


@dataclass(frozen=True, slots=True)
class _Name:
    """One name, today's or older: what it is compared by and what it leads to."""

    bare: str
    kind: str
    above: frozenset[str]
    now: tuple[str, ...]
    former: str
    level: int


class Gazetteer:
    """Every unit of today, and what its names were."""

    def __init__(self, units: Mapping[str, Unit], names: Iterable[_Name]) -> None:
        self.units = units
        self._by_bare: dict[str, list[_Name]] = defaultdict(list)
        for name in names:
            self._by_bare[name.bare].append(name)

    def provinces(self) -> list[Unit]:
        return [unit for unit in self.units.values() if unit.level == PROVINCE]

    def communes(self, province: str) -> list[Unit]:
        return [unit for unit in self.units.values() if unit.parent == province]

    def full_name(self, code: str) -> str:
        """The name with the province behind it."""
        unit = self.units[code]
        return f"{unit.name}, {self.units[unit.parent].name}" if unit.parent else unit.name

    def find(self, text: str, limit: int = LIMIT) -> list[Found]:
        """What somebody may mean by a code or a name, best first: "x. bang phuc cu, cho don", "tp hcm", "01933"."""
        if code := self.units.get(text.strip()):
            return [Found(code)]
        former = bool(_FORMER.search(text))
        parts = [part for part in map(_folded, _FORMER.sub(" ", text).split(",")) if part]
        if not parts:
            return []
        ranked = sorted(self._meant(parts, former), key=lambda pair: pair[0])
        best: dict[str, Found] = {}
        for _, name in ranked:
            for found in self._now(name):
                best.setdefault(found.unit.code, found)
        return list(best.values())[:limit]

    def _meant(self, parts: Sequence[str], former: bool) -> Iterator[tuple[tuple[object, ...], _Name]]:
        first, *rest = parts
        kind, bare = _split(first)
        hits = [(name, 0) for name in self._by_bare.get(bare, ())] + [(name, 0) for name in self._whole(first, kind)]
        hits = [hit for hit in hits if _above(hit[0], rest)] or list(self._run_together(" ".join(parts)))
        if not hits and len(bare) >= 3:
            begins = (name for key, names in self._by_bare.items() if key.startswith(bare) for name in names)
            hits = [(name, 1) for name in begins if _above(name, rest)]
        for name, far in hits:
            yield (far, bool(kind) and name.kind != kind, former != bool(name.former), name.level, name.bare, name.now), name

    def _whole(self, first: str, kind: str) -> Sequence[_Name]:
        """Names that hold a word for a kind themselves ("Phường Xã Đàn")."""
        return self._by_bare.get(first, ()) if kind else ()

    def _run_together(self, words: str) -> Iterator[tuple[_Name, int]]:
        """A name and what lies above it without commas: "bang phuc cho don bac kan"."""
        pieces = _split(words)[1].split()
        for end in range(len(pieces) - 1, 0, -1):
            rest = _bare(" ".join(pieces[end:]))
            for name in self._by_bare.get(" ".join(pieces[:end]), ()):
                if _all_of(rest, name.above):
                    yield name, 0

    def _now(self, name: _Name) -> Iterator[Found]:
        for code in name.now:
            yield Found(self.units[code], name.former, len(name.now) > 1)


@lru_cache(2_048)
def _folded(text: str) -> str:
    """Folded words, with the usual abbreviations spelled out."""
    spelled = _KIND_DOT.sub(lambda found: f"{_KINDS[found[1].lower()]} ", text)
    spelled = _KIND_NUMBER.sub(lambda found: f"{_KINDS[found[1].lower()]} {found[2]}", spelled)
    words = _KIND_WORD.sub(lambda found: f"{_KINDS[found[1]]} ", _ZERO.sub("", fold(spelled)))
    return _SHORT_WORD.sub(lambda found: _SHORT[found[0]], words)


def _split(words: str) -> tuple[str, str]:
    """The word for the kind of a unit, and its name without it."""
    found = _TYPE.match(words)
    return (found[0].strip(), words[found.end():]) if found else ("", words)


def _bare(words: str) -> str:
    return _split(words)[1]


def _above(name: _Name, rest: Sequence[str]) -> bool:
    """Whether everything named behind it lies above it."""
    return all(_bare(part) in name.above or _all_of(part, name.above) for part in rest)


def _all_of(words: str, above: Iterable[str]) -> bool:
    """Whether each word stands in one of these names; the words for kinds of units say nothing."""
    return set(words.split()) - _KIND_WORDS <= set(" ".join(above).split())


@cache
def gazetteer() -> Gazetteer:
    """Every place, read on first need."""
    packed = (files("content") / "places.csv.gz").read_bytes()
    lines = (line for line in gzip.decompress(packed).decode().splitlines() if not line.startswith("#"))
    rows = list(csv.DictReader(lines))
    units = {row["code"]: Unit(row["level"], row["code"], row["name"], row["parent"],
                               date.fromisoformat(row["since"]) if row["since"] else SINCE)
             for row in rows if row["level"] in (PROVINCE, COMMUNE)}
    return Gazetteer(units, _names(rows, units))


def source() -> str:
    """Where the list comes from and of which day it is: the first lines of the file itself."""
    packed = (files("content") / "places.csv.gz").read_bytes()
    return "\n".join(line[2:] for line in gzip.decompress(packed).decode().splitlines()[:5] if line.startswith("# "))


def _names(rows: Sequence[Mapping[str, str]], units: Mapping[str, Unit]) -> Iterator[_Name]:
    old = {(row["level"], row["code"]): row for row in rows if row["level"].startswith("old_")}
    districts = _districts(rows)
    for row in rows:
        kind, bare = _split(_folded(row["name"]))
        if row["level"] in (PROVINCE, COMMUNE):
            yield _Name(bare, kind, _today(row["code"], units), (row["code"],), "", row["level"] == COMMUNE)
            continue
        chain = [row, *_old_above(row, old)]
        now = tuple(row["now"].split()) or tuple(districts[row["code"]])
        above = frozenset(_bare(_folded(each["name"])) for each in chain[1:]).union(*(_today(code, units) for code in now))
        level = {"old_province": 2, "old_district": 3, "old_commune": 4}.get(row["level"], 4)
        former = ", ".join(each["name"] for each in chain)
        if len(now) == 1 and former == units[now[0]].name:
            continue  # a province that kept its name
        yield _Name(bare, kind, above, now, former, level)


def _today(code: str, units: Mapping[str, Unit]) -> frozenset[str]:
    parent = units[code].parent
    return frozenset({_bare(_folded(units[parent].name))}) if parent else frozenset()


def _old_above(row: Mapping[str, str], old: Mapping[tuple[str, str], Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    above = {"old_commune": "old_district", "old_district": "old_province"}.get(row["level"])
    if above:
        parent = old[above, row["parent"]]
        yield parent
        yield from _old_above(parent, old)


def _districts(rows: Sequence[Mapping[str, str]]) -> dict[str, list[str]]:
    """The communes of today that lie where a district was, by its code."""
    inside: dict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        if row["level"] == "old_commune":
            inside[row["parent"]].update(dict.fromkeys(row["now"].split()))
    return {code: list(communes) for code, communes in inside.items()}
