"""An XLSX file as rows: weighed before it is opened, never calculated; what a formula last gave is taken as it stands."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from content.lists.spans import filled, looked_through
from content.lists.trouble import Limits, Trouble, Unreadable

MOST_PARTS = 500
_HEAD = 2_048


def rows(data: bytes, limits: Limits) -> Iterator[Sequence[object]]:
    """The rows of the one sheet in sight that holds anything. Raises Unreadable."""
    weigh(data, limits)
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, SyntaxError, OSError):
        raise Unreadable(Trouble.DAMAGED) from None
    try:
        yield from _only(book, limits)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, SyntaxError, IndexError, EOFError, OSError):
        raise Unreadable(Trouble.DAMAGED) from None
    finally:
        book.close()


def _only(book: Any, limits: Limits) -> Iterator[Sequence[object]]:
    """A second sheet with a list of its own would be left out unseen; one that is hidden is meant to be."""
    full = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and _holds_anything(sheet, limits)]
    if len(full) > 1:
        raise Unreadable(Trouble.SHEETS)
    for sheet in full:
        with sheet._get_source() as opened:
            said = looked_through(opened)
        if said.uncalculated:
            raise Unreadable(Trouble.FORMULAS)
        yield from filled(_rows(sheet, limits), said.spans)


def _rows(sheet: Any, limits: Limits) -> Iterator[Sequence[object]]:
    sheet.reset_dimensions()  # a file may claim any size: only what is there counts
    for cells in sheet.iter_rows(max_col=limits.columns + 1, values_only=True):
        yield [_value(cell) for cell in cells]


def _holds_anything(sheet: Any, limits: Limits) -> bool:
    """Whether any of the first rows does; endless empty ones are counted where the sheet is read."""
    return any(cell is not None for cells in islice(_rows(sheet, limits), limits.rows) for cell in cells)


def _value(cell: object) -> object:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else cell


def weigh(data: bytes, limits: Limits) -> None:
    """Refuse what would unpack to too much, before anything is unpacked; and definitions of entities, which lists do not need."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
                raise Unreadable(Trouble.UNPACKED)
            for part in parts:
                _look_at(packed, part, limits)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Unreadable(Trouble.DAMAGED) from None


def _look_at(packed: zipfile.ZipFile, part: zipfile.ZipInfo, limits: Limits) -> None:
    if part.flag_bits & 1:
        raise Unreadable(Trouble.OLD_EXCEL)
    if part.file_size > 100_000 and part.file_size > limits.ratio * max(1, part.compress_size):
        raise Unreadable(Trouble.UNPACKED)
    if part.filename.lower().endswith((".xml", ".rels")):
        with packed.open(part) as opened:
            head = opened.read(_HEAD)
        if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<!" in head.replace(b"<!--", b""):
            raise Unreadable(Trouble.DAMAGED)
