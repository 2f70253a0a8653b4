"""A file as rows of cells: CSV and text in any usual encoding, XLSX; whatever is too large or broken is refused first."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from content.lists.encodings import decode, mended
from content.lists.row import Row
from content.lists.trouble import IN_CHAT, Limits, Trouble, Unreadable

ENDINGS = (".csv", ".txt", ".tsv", ".xlsx")
DELIMITERS = "\t;,|"
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\xad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Control characters, and what is invisible: two names that look the same are the same."""
_FORMULA = "=+-@\t\r"
"""What a spreadsheet takes for the beginning of a formula: never kept in front of a cell."""
_BELOW_ZERO = re.compile(r"-\d+")
"""A number that cannot be a household's: without its sign it would be another one's."""


def read(data: bytes, name: str, limits: Limits = IN_CHAT) -> list[Row]:
    """The rows of a file that are not empty. Raises Unreadable."""
    if not name.lower().endswith(ENDINGS):
        raise Unreadable(Trouble.OLD_EXCEL if name.lower().endswith(".xls") else Trouble.KIND)
    if len(data) > limits.size:
        raise Unreadable(Trouble.TOO_LARGE, megabytes=limits.size // 1_000_000)
    if data.startswith(_OLE):
        raise Unreadable(Trouble.OLD_EXCEL)  # also what Excel makes of a file with a password
    if data.startswith(_ZIP):
        from content.lists.xlsx import rows

        return tidy(rows(data, limits), limits)
    return table(decode(data), limits)


def table(text: str, limits: Limits = IN_CHAT) -> list[Row]:
    """The rows of a text: cells apart by tabs, semicolons, commas or bars."""
    lines = text.splitlines()
    if lines and re.fullmatch(r"sep=.", lines[0].strip()):
        lines[0] = ""
    delimiter = _delimiter(lines)
    try:
        return tidy(csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True), limits)
    except csv.Error:  # a quotation mark that nobody closed: it must not swallow the lines below it
        return _unquoted(lines, delimiter, limits)


def _unquoted(lines: Sequence[str], delimiter: str, limits: Limits) -> list[Row]:
    """Quotation marks are letters like others here, and left out at the edges of cells."""
    found = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    try:
        return tidy(([cell.strip(' "') for cell in cells] for cells in found), limits)
    except csv.Error:
        raise Unreadable(Trouble.DAMAGED) from None


def _delimiter(lines: Sequence[str]) -> str:
    """What stands most evenly between the cells of the first lines."""
    some = [line for line in lines[:50] if line.strip()][:10]
    counts = {each: sorted(line.count(each) for line in some) for each in DELIMITERS}
    return max(DELIMITERS, key=lambda each: (counts[each][len(some) // 2], counts[each][-1])) if some else ","


def tidy(found: Iterable[Sequence[object]], limits: Limits) -> list[Row]:
    """Cells as clean text, empty rows left out, within the limits."""
    rows: list[Row] = []
    looked_at = 0
    for number, cells in enumerate(islice(found, limits.rows * 4 + 1), start=1):
        looked_at = number
        row = list(_cells(cells, limits))
        if any(row):
            rows.append((number, row))
        if len(rows) > limits.rows + 1 or looked_at > limits.rows * 4:
            raise Unreadable(Trouble.TOO_MANY, most=limits.rows)
    if not rows:
        raise Unreadable(Trouble.EMPTY)
    return rows


def _cells(cells: Sequence[object], limits: Limits) -> Iterator[str]:
    if len(cells) > limits.columns and any(cell not in (None, "") for cell in cells[limits.columns:]):
        raise Unreadable(Trouble.TOO_WIDE, most=limits.columns)
    for cell in cells[:limits.columns]:
        yield clean(cell)


def clean(cell: object) -> str:
    """A cell's words in one line, NFC, of the letters that were meant, with nothing a spreadsheet could run."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = " ".join(_CONTROL.sub("", unicodedata.normalize("NFC", str(cell)[:10_000])).split())
    return text if _BELOW_ZERO.fullmatch(text) else mended(text.lstrip(_FORMULA).strip())
