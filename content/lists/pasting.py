"""A list of households typed or pasted into a chat, and any list as text that holds nothing private."""

from __future__ import annotations

import re
from collections.abc import Sequence

from content.fold import fold
from content.lists.columns import Column, Header, header
from content.lists.households import LABEL_LENGTH, WANTED, HouseholdList, households
from content.lists.row import Row
from content.lists.sheet import table
from content.lists.tidying import hushed, kept
from content.lists.trouble import IN_CHAT, Limits, Trouble, Unreadable

TITLES = ("danh sach ho", "danh sach cac ho", "nhap ho", "nhap danh sach", "ho gia dinh", "household list")
_TYPED = re.compile(r"^\s*(?:hộ|ho|số|so)?\s*(?:số|so)?\s*(\d{1,5})\s*[.):,;\t–-]*\s*(.*)$", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:[;\t|]|,|\s[–-]\s)\s*")


def looks_like_list(text: str) -> bool:
    """Whether a message is a pasted list: a title of ours, or headings, above at least one line."""
    if "\n" not in text:
        return False
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) >= 2 and (_is_title(lines[0]) or _headed("\n".join(lines[:2])) is not None)


def pasted(text: str, limits: Limits = IN_CHAT) -> HouseholdList:
    """A pasted list: with headings, or a line each: "12 bà Lan, ngõ Đền". Raises Unreadable."""
    lines = _without_title(text)
    if _headed("\n".join(lines)) is not None:
        return households(table("\n".join(lines), limits))
    typed = [_typed(row, line) for row, line in enumerate(lines, start=1) if line.strip()]
    if not typed or len(typed) > limits.rows:
        raise Unreadable(Trouble.TOO_MANY, most=limits.rows) if typed else Unreadable(Trouble.EMPTY)
    return households([(0, ("số hộ", "chủ hộ", "ngõ")), *typed])


def bared(rows: Sequence[Row]) -> str:
    """The same list as text, line by line where it was, with nothing in it but what is asked for. Raises Unreadable.

    Of columns left out only the heading stays, so that it can be said which they were.
    """
    head = header(rows, WANTED, (Column.NUMBER, Column.LABEL))
    if head is None:
        raise Unreadable(Trouble.NO_HEADER)
    left_out = (*head.private, *head.unknown)
    by_row = dict(rows)
    lines = []
    for number in range(1, rows[-1][0] + 1):
        cells = by_row.get(number, ()) if number > head.row else ()
        asked = [_bare(column, head.cell(column, cells)) for column in head.at]
        lines.append("\t".join(_NAMES[column] for column in head.at) + "".join(f"\t{name}" for name in left_out)
                     if number == head.row else "\t".join(asked))
    return "\n".join(line.rstrip("\t") for line in lines)


def bared_text(text: str) -> str:
    """A pasted list without what is private; other text as it is."""
    if not looks_like_list(text):
        return text
    lines = _without_title(text)
    if _headed("\n".join(lines)) is None:
        return "\n".join(kept(line)[0] for line in text.splitlines())
    try:
        bare = bared(table("\n".join(lines))).split("\n")
    except Unreadable:
        return text
    titled = next((place for place, line in enumerate(text.splitlines()) if line != lines[place]), None)
    if titled is not None:
        bare[titled] = text.splitlines()[titled]
    return "\n".join(bare)


_NAMES = {Column.NUMBER: "số hộ", Column.COUNT: "stt", Column.LABEL: "chủ hộ", Column.LANE: "ngõ", Column.ADULTS: "số người lớn",
          Column.HAMLET: "thôn"}


def _bare(column: Column, cell: str) -> str:
    """A cell with its private parts taken out, too long ones cut where their trouble still shows."""
    words = kept(cell)[0] if column in (Column.LABEL, Column.LANE, Column.HAMLET) else hushed(cell)
    return words.replace("\t", " ").replace('"', "")[:LABEL_LENGTH + 1]


def title_of(text: str) -> str:
    """The title line above a pasted list, in which a hamlet may be named."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return first if _is_title(first) else ""


def _is_title(line: str) -> bool:
    return fold(line).startswith(TITLES)


def _without_title(text: str) -> list[str]:
    """The lines with the title's left empty, so that each keeps its number."""
    lines = text.splitlines()
    first = next((place for place, line in enumerate(lines) if line.strip()), 0)
    if lines and _is_title(lines[first]):
        lines[first] = ""
    return lines


def _headed(text: str) -> Header | None:
    """The headings of a text, where it has at least two we know."""
    try:
        head = header(table(text), WANTED, (Column.LABEL, Column.NUMBER))
    except Unreadable:
        return None
    return head if head is not None and len(head.at) >= 2 else None


def _typed(row: int, line: str) -> Row:
    found = _TYPED.match(line)
    number, rest = (found[1], found[2]) if found else ("", line)
    label, *lane = _PARTS.split(rest.strip(), maxsplit=1)
    return row, (number, label, *lane)
