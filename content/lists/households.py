"""A list of households: from rows, or from lines somebody typed, to what may be kept, with every problem by its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from content.fold import fold
from content.lists.columns import Column, Header, header, numbers_columns
from content.lists.row import Row
from content.lists.tidying import kept
from content.lists.trouble import Problem, Trouble, Unreadable

WANTED = (Column.NUMBER, Column.COUNT, Column.LABEL, Column.LANE, Column.ADULTS, Column.HAMLET)
LABEL_LENGTH, LANE_LENGTH = 80, 60
HIGHEST, MOST_ADULTS = 99_999, 60
_NUMBER = re.compile(r"(?:hộ|ho|số|so|h)?\s*(?:số|so)?\s*0*(\d{1,5})", re.IGNORECASE)

_FOOT = re.compile(r"tong cong|tong so|cong(?: \d|$)|nguoi lap|ngay |xac nhan")
"""How a row begins that is no household: a sum, a signature. “Công” alone is a surname."""


@dataclass(frozen=True, slots=True)
class Line:
    """One household of a list. Without a number it gets the next one of its hamlet."""

    row: int
    number: int | None
    label: str = ""
    lane: str = ""
    adults: int | None = None
    hamlet: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdList:
    """What a file holds: either lines without a problem, or the problems."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    private: tuple[str, ...] = ()
    """Headings of columns that are never kept."""
    unknown: tuple[str, ...] = ()
    cleaned: tuple[int, ...] = ()
    """Rows in which something private stood among the words and was taken out."""


def households(rows: Sequence[Row]) -> HouseholdList:
    """Rows with headings. Raises Unreadable where there are none."""
    head = header(rows, WANTED, (Column.NUMBER, Column.LABEL))
    if head is None:
        raise Unreadable(Trouble.NO_HEADER)
    reading = _Reading(head)
    for number, cells in rows:
        if number > head.row:
            reading.take(number, cells)
    if not reading.lines and not reading.problems:
        raise Unreadable(Trouble.EMPTY)
    problems = sorted([*reading.problems, *_doubles(reading.lines)], key=lambda each: each.row)
    return HouseholdList(tuple(reading.lines), tuple(problems), head.private, head.unknown, tuple(reading.cleaned))


@dataclass
class _Reading:
    head: Header
    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    cleaned: list[int] = field(default_factory=list)

    def take(self, row: int, cells: Sequence[str]) -> None:
        if self._is_heading_again(cells) or self._says_nothing(cells):
            return
        line = Line(row, None)
        try:
            line = replace(line, number=self._number(cells), adults=self._adults(cells),
                           label=self._words(row, Column.LABEL, cells, LABEL_LENGTH),
                           lane=self._words(row, Column.LANE, cells, LANE_LENGTH), hamlet=self.head.cell(Column.HAMLET, cells))
            if line.number is None and not line.label:
                raise _Amiss(Trouble.NOBODY)
        except _Amiss as amiss:
            self.problems.append(Problem(row, amiss.trouble.value, amiss.value[:40]))
        else:
            self.lines.append(line)

    def _says_nothing(self, cells: Sequence[str]) -> bool:
        """A row that numbers the columns, sums up, or holds a signature."""
        asked = [self.head.cell(column, cells) for column in (Column.NUMBER, Column.LABEL, Column.LANE, Column.ADULTS)]
        first = fold(next((cell for cell in cells if cell), ""))
        if not any(asked) or _FOOT.match(first):
            return True
        label = self.head.cell(Column.LABEL, cells)  # without names, 1, 2, 3 may be a household, its lane and its adults
        return 0 < len(label) < 5 and numbers_columns(cells)

    def _is_heading_again(self, cells: Sequence[str]) -> bool:
        if (self.head.cell(Column.NUMBER, cells) or self.head.cell(Column.COUNT, cells)).isdigit():
            return False  # the ordinary case: reading every line as headings is half of the work
        return header([(0, cells)], WANTED, (Column.LABEL,)) is not None

    def _number(self, cells: Sequence[str]) -> int | None:
        column = Column.NUMBER if Column.NUMBER in self.head.at else Column.COUNT
        typed = self.head.cell(column, cells)
        if not typed:
            return None
        found = _NUMBER.fullmatch(typed.strip())
        if found is None or not 1 <= int(found[1]) <= HIGHEST:
            raise _Amiss(Trouble.BAD_NUMBER, typed)
        return int(found[1])

    def _adults(self, cells: Sequence[str]) -> int | None:
        typed = self.head.cell(Column.ADULTS, cells)
        if not typed:
            return None
        if not typed.isdigit() or len(typed) > 3 or int(typed) > MOST_ADULTS:
            raise _Amiss(Trouble.BAD_ADULTS, typed)
        return int(typed)

    def _words(self, row: int, column: Column, cells: Sequence[str], most: int) -> str:
        text, cleaned = kept(self.head.cell(column, cells))
        if text.startswith("#") and text[1:2].isupper():
            text = ""  # what a spreadsheet writes where a formula failed
        if len(text) > most:
            raise _Amiss(Trouble.TOO_LONG, text)
        if cleaned and row not in self.cleaned:
            self.cleaned.append(row)
        return text


class _Amiss(Exception):
    def __init__(self, trouble: Trouble, value: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble, self.value = trouble, value


def _doubles(lines: Sequence[Line]) -> list[Problem]:
    """Numbers that stand twice: nobody can know which is meant."""
    seen: dict[tuple[str, int], int] = {}
    found = []
    for line in lines:
        if line.number is None:
            continue
        key = (fold(line.hamlet), line.number)
        if key in seen:
            found.append(Problem(line.row, Trouble.SAME_NUMBER.value, f"{line.number} ({seen[key]})"))
        seen.setdefault(key, line.row)
    return found
