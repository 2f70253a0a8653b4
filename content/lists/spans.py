"""What a sheet says beside its cells: which are merged downwards, and whether formulas stand in it that nobody calculated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO

from content.lists.columns import LOOK_AT, Column, meaning

DOWNWARDS = frozenset({Column.LANE, Column.HAMLET, Column.DAY, Column.MEMBER})
"""What is written once for several lines below each other. A number or a name merged over lines is one household's."""
_PIECE, _OVERLAP = 262_144, 16_384
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
_UNCALCULATED = re.compile(rb'<c (?![^>]*\bt="str")[^>]*>\s*<f\b[^>]*>[^<]*</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>')
"""A formula without what it last gave. One that gave no words says that it gave words."""
Spans = Mapping[int, Sequence[tuple[int, int]]]
"""By column: from which row to which one cell reaches down."""


@dataclass
class Sheet:
    """What was found in the text of a sheet."""

    spans: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    uncalculated: bool = False


def looked_through(opened: IO[bytes]) -> Sheet:
    """The text of a sheet, a piece at a time."""
    found, seen = Sheet(), set[bytes]()
    for piece in _pieces(opened):
        found.uncalculated = found.uncalculated or _UNCALCULATED.search(piece) is not None
        for each in _MERGED.finditer(piece):
            if each[0] not in seen and int(each[3]) > int(each[2]):
                seen.add(each[0])
                found.spans.setdefault(_column(each[1]), []).append((int(each[2]), int(each[3])))
    return found


def _pieces(opened: IO[bytes]) -> Iterator[bytes]:
    """Pieces that overlap, so that nothing stands across an edge."""
    before = b""
    while piece := opened.read(_PIECE):
        yield before + piece
        before = (before + piece)[-_OVERLAP:]


def _column(letters: bytes) -> int:
    """A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def filled(rows: Iterator[Sequence[object]], spans: Spans) -> Iterator[Sequence[object]]:
    """Rows with a lane, a hamlet, a day or a member repeated where one merged cell holds it for several lines."""
    named: set[int] = set()
    held: dict[int, object] = {}
    for number, cells in enumerate(rows, start=1):
        if number <= LOOK_AT:
            named |= {place for place, cell in enumerate(cells) if isinstance(cell, str) and meaning(cell) in DOWNWARDS}
        row = list(cells)
        for place in named & spans.keys():
            if place < len(row) and any(first <= number <= last for first, last in spans[place]):
                row[place] = held[place] = row[place] if row[place] is not None else held.get(place)
        yield row
