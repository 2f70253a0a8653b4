"""A report as a file: plain table, JSON, CSV with its codebook, a workbook. No cell can become a formula of anybody's making."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from content.words import Words
from handlers import shown
from handlers.report import Cell, Sheet, indicators, sheets, work
from storage.coverage import Part
from storage.coverage_rules import Coverage
from storage.models import COUNTS
from storage.overview import Overview
from storage.shares import Share
from storage.tallies import columns

SCHEMA = "gocua.coverage/1"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula, look-alikes included."""
RAW = ("campaign", "place_code", "place_name", "level", "as_of", "register", "excluded", "eligible")


def harmless(text: str) -> str:
    """Words of anybody's, so that no spreadsheet runs them: an apostrophe goes before what could begin a formula."""
    return f"'{text}" if text.lstrip(" \u00a0\u200b\ufeff").startswith(DANGEROUS) else text


def words_of(words: Words, cell: Cell) -> str:
    """A cell as people read it."""
    if cell is None:
        return shown.HIDDEN
    if isinstance(cell, Share):
        return shown.share(words, cell)
    if isinstance(cell, bool) or not isinstance(cell, int):
        return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)
    return words.number(cell)


# --- a table in a terminal ----------------------------------------------------------------------------------------------------


def table(words: Words, whole: Overview, *, shared: bool = False) -> str:
    """Every sheet as aligned columns."""
    head = [
        words.say("summary.title", campaign=whole.campaign.name, where=whole.place_name),
        words.say("report.on", day=f"{whole.on:%d/%m/%Y}"),
    ]
    return "\n\n".join(["\n".join(head), *(_columns(words, sheet) for sheet in sheets(words, whole, shared=shared))]) + "\n"


def _columns(words: Words, sheet: Sheet) -> str:
    rows = [sheet.head, *(tuple(words_of(words, cell) for cell in row) for row in sheet.rows)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(sheet.head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([sheet.title.upper(), lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


# --- JSON: also what the feed gives -------------------------------------------------------------------------------------------


def open_data(whole: Overview, *, shared: bool) -> dict[str, Any]:
    """The report for machines: every share as numerator, denominator and truncated per cent."""
    campaign = whole.campaign
    return {
        "schema": SCHEMA,
        "as_of": whole.on.isoformat(),
        "campaign": {
            "id": campaign.id,
            "name": campaign.name,
            "document": campaign.document,
            "goal": campaign.goal_service,
            "starts_on": campaign.starts_on.isoformat(),
            "ends_on": campaign.ends_on.isoformat(),
            "target_percent": campaign.target_percent,
            "closed_on": campaign.closed_on.isoformat() if campaign.closed_on else None,
        },
        "place": {"code": whole.place_code, "name": whole.place_name, "level": whole.level},
        **_sums(whole.total, hidden=shared and whole.total.is_small, more=work(whole)),
        "parts": [
            {"code": part.code, "name": part.name, **_sums(part.coverage, hidden=shared and part.coverage.is_small)}
            for part in whole.parts
            if part.id != whole.place_id
        ],
        "targets": [
            {
                "service": each.aim.service,
                "of": each.aim.denominator.value,
                "target_percent": each.aim.percent,
                "share": _share(each.share),
                "known": _share(each.known),
            }
            for each in whole.aims
        ],
        "external": [
            {
                "name": each.name,
                "n": each.numerator,
                "d": each.denominator,
                "source": each.source,
                "stated_on": each.stated_on.isoformat(),
            }
            for each in whole.figures
        ],
        "days": []
        if shared and whole.total.is_small
        else [
            {
                "day": day.on.isoformat(),
                "register": day.listed,
                "excluded": day.excluded,
                "achieved": day.achieved,
                "reached": day.reached,
                "contacted": day.contacted,
                "visits": day.visits,
            }
            for day in whole.days
        ],
    }


def _sums(coverage: Coverage, *, hidden: bool, more: Iterable[tuple[str, Share]] = ()) -> dict[str, Any]:
    if hidden:
        return {"hidden": True}
    return {
        "register": coverage.register,
        "excluded": coverage.excluded,
        "eligible": coverage.eligible,
        "indicators": {name: _share(part) for name, part in (*indicators(coverage), *more)},
        "statuses": {status.value: count for status, count in coverage.statuses.items()},
        "barriers": {barrier.value: count for barrier, count in coverage.barriers.items()},
    }


def _share(part: Share | None) -> dict[str, Any] | None:
    if part is None:
        return None
    percent = part.percent()
    return {"n": part.n, "d": part.d, "percent": None if percent is None else float(percent)}


def as_json(whole: Overview, *, shared: bool = False) -> str:
    return json.dumps(open_data(whole, shared=shared), ensure_ascii=False, indent=2) + "\n"


# --- CSV: the sums as they are kept, a line a place ---------------------------------------------------------------------------


def csv_lines(whole: Overview, parts: Sequence[Part], level: str, *, shared: bool = False) -> Iterator[str]:
    """A heading and a line for each place: everything an indicator is computed from. One line at a time, however many."""
    yield _csv([*RAW, *COUNTS])
    for part in parts:
        each = part.coverage
        if shared and each.is_small:
            continue
        sums = columns(each)
        yield _csv(
            [
                whole.campaign.name,
                part.code,
                part.name,
                level,
                whole.on.isoformat(),
                each.register,
                each.excluded,
                each.eligible,
                *(sums[name] for name in COUNTS),
            ]
        )


def codebook(words: Words) -> Iterator[str]:
    """What each column of the CSV means."""
    yield _csv(["column", "meaning"])
    for name in (*RAW, *COUNTS):
        yield _csv([name, meaning(words, name)])


def meaning(words: Words, column: str) -> str:
    """A column in words: families of columns end in the code of a status, a group or a barrier."""
    for family in ("status", "group", "barrier", "stuck"):
        prefix = f"{family}_"
        if column.startswith(prefix):
            value = column.removeprefix(prefix)
            named = (
                value.upper()
                if family == "group"
                else words.say(f"{'status' if family == 'status' else 'visit.barrier'}.{value}")
            )
            return words.say(f"report.code.{family}", value=named)
    return words.say(f"report.code.{column}")


def _csv(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([harmless(cell) if isinstance(cell, str) else cell for cell in cells])
    return line.getvalue()


# --- a workbook ---------------------------------------------------------------------------------------------------------------


def workbook(words: Words, whole: Overview, *, shared: bool = True) -> bytes:
    """A sheet for every table, and the codebook. Shares stand as n, d and a formula of our own that truncates as we do."""
    import xlsxwriter

    held = io.BytesIO()
    with xlsxwriter.Workbook(
        held, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    ) as book:
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
        for sheet in sheets(words, whole, shared=shared):
            _write(book, formats, words, whole, sheet)
        _write_codebook(book, formats, words)
    return held.getvalue()


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
    for line, row in enumerate(sheet.rows, start=4):
        column = 0
        for n, cell in enumerate(row):
            column = _cell(page, formats, (line, column), cell, split=n in shares)
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


def _write_codebook(book: Any, formats: dict[str, Any], words: Words) -> None:
    page = book.add_worksheet(words.say("report.sheet.codebook")[:31])
    for n, name in enumerate((*RAW, *COUNTS)):
        page.write_string(n, 0, name, formats["cell"])
        page.write_string(n, 1, meaning(words, name), formats["cell"])
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 90)
