"""A report as a workbook: a sheet for every table, written row by row so that its length costs no memory."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from content.words import Words
from handlers import shown
from handlers.reports.report import Cell, Sheet, sheets
from handlers.reports.report_files import COLUMNS, HOME, Home, meaning
from storage.counting.credit import Credit
from storage.counting.overview import Overview
from storage.counting.shares import Share


def workbook(words: Words, whole: Overview, *, shared: bool = True, credit: Credit | None = None) -> bytes:
    """The workbook, whole."""
    held = io.BytesIO()
    write(held, words, sheets(words, whole, shared=shared, credit=credit), whole)
    return held.getvalue()


def write(into: Path | io.BytesIO, words: Words, tables: Iterable[Sheet], whole: Overview, homes: Iterable[Home] = ()) -> None:
    """A sheet for every table, and the codebook. Shares stand as n, d and a formula of our own that truncates as we do.

    `homes` fill a sheet of their own, where there are any: they are taken one by one and never kept.
    """
    import xlsxwriter

    target = str(into) if isinstance(into, Path) else into
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                      "strings_to_numbers": False}) as book:  # fmt: skip
        book.set_properties({"title": whole.campaign.name, "subject": whole.place_name})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "note": book.add_format({"italic": True, "font_color": "#555555"}),
            "head": book.add_format({"bold": True, "bg_color": "#D9EEEB", "border": 1, "text_wrap": True, "valign": "top"}),
            "cell": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
            "number": book.add_format({"border": 1, "num_format": "#,##0", "valign": "top"}),
            "percent": book.add_format({"border": 1, "num_format": "0.0", "valign": "top"}),
            "day": book.add_format({"border": 1, "num_format": "dd/mm/yyyy", "valign": "top"}),
        }
        for sheet in tables:
            _write(book, formats, words, whole, sheet)
        _write_homes(book, formats, words, homes)
        _write_codebook(book, formats, words)


def _write(book: Any, formats: dict[str, Any], words: Words, whole: Overview, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.title[:31])
    page.write_string(0, 0, f"{whole.campaign.name} – {whole.place_name}", formats["title"])
    page.write_string(1, 0, words.say("report.on", day=f"{whole.on:%d/%m/%Y}"), formats["note"])
    shares = {n for row in sheet.rows for n, cell in enumerate(row) if isinstance(cell, Share)}
    column = 0
    for n, title in enumerate(sheet.head):
        titles = (
            [title] if n not in shares else [f"{title}: {words.say(f'report.part.{part}')}" for part in ("n", "d", "percent")]
        )
        for each in titles:
            page.write_string(3, column, each, formats["head"])
            page.set_column(column, column, 30 if column == 0 else 16)
            column += 1
    line = 3
    for line, row in enumerate(sheet.rows, start=4):
        column = 0
        for n, cell in enumerate(row):
            column = _cell(page, formats, (line, column), cell, split=n in shares)
    if sheet.note:
        page.write_string(line + 2, 0, sheet.note, formats["note"])
    page.freeze_panes(4, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _cell(page: Any, formats: dict[str, Any], at: tuple[int, int], cell: Cell, *, split: bool) -> int:
    """Write one cell, a share as three; the column after it."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    line, column = at
    if isinstance(cell, Share):
        page.write_number(line, column, cell.n, formats["number"])
        page.write_number(line, column + 1, cell.d, formats["number"])
        n, d = xl_rowcol_to_cell(line, column), xl_rowcol_to_cell(line, column + 1)
        percent = cell.percent()
        page.write_formula(
            line,
            column + 2,
            f'=IF({d}=0,"—",TRUNC({n}*1000/{d})/10)',
            formats["percent"],
            "—" if percent is None else float(percent),
        )
        return column + 3
    if split or cell is None:
        for n in range(3 if split else 1):
            page.write_string(line, column + n, shown.HIDDEN, formats["cell"])
        return column + (3 if split else 1)
    if isinstance(cell, date):
        page.write_datetime(line, column, cell, formats["day"])
    elif isinstance(cell, (int, Decimal)):
        page.write_number(line, column, cell, formats["number"])
    else:
        page.write_string(line, column, cell, formats["cell"])  # as text, whatever it begins with
    return column + 1


def _write_homes(book: Any, formats: dict[str, Any], words: Words, homes: Iterable[Home]) -> None:
    page = None
    for n, home in enumerate(homes, start=1):
        if page is None:
            page = book.add_worksheet(words.say("report.sheet.homes")[:31])
            page.set_column(0, len(HOME) - 1, 22)
            page.freeze_panes(1, 0)
            for column, name in enumerate(HOME):
                page.write_string(0, column, name, formats["head"])
        for column, value in enumerate(home):
            if isinstance(value, int):
                page.write_number(n, column, value)
            else:
                page.write_string(n, column, value)


def _write_codebook(book: Any, formats: dict[str, Any], words: Words) -> None:
    page = book.add_worksheet(words.say("report.sheet.codebook")[:31])
    for n, name in enumerate(COLUMNS):
        page.write_string(n, 0, name, formats["cell"])
        page.write_string(n, 1, meaning(words, name), formats["cell"])
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 90)
