"""An XLSX file as rows: weighed before it is opened, never calculated; what a formula last gave is taken as it stands."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from content.lists.trouble import Limits, Trouble, Unreadable

MOST_PARTS = 500
_HEAD = 2_048


def rows(data: bytes, limits: Limits) -> Iterator[Sequence[object]]:
    """The rows of the first sheet that holds anything. Raises Unreadable."""
    weigh(data, limits)
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, SyntaxError, OSError):
        raise Unreadable(Trouble.DAMAGED) from None
    try:
        yield from _first(book, limits)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, SyntaxError, IndexError, EOFError, OSError):
        raise Unreadable(Trouble.DAMAGED) from None
    finally:
        book.close()


def _first(book: object, limits: Limits) -> Iterator[Sequence[object]]:
    for sheet in book.worksheets:  # type: ignore[attr-defined]
        sheet.reset_dimensions()  # a file may claim any size: only what is there counts
        begun = False
        for cells in sheet.iter_rows(max_col=limits.columns + 1, values_only=True):
            begun = begun or any(cell is not None for cell in cells)
            yield [_value(cell) for cell in cells]
        if begun:
            return


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
