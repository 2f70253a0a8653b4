"""The report as a letter in the usual administrative form, to be printed, signed and sent: a Word document."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from content.letterhead import Letterhead, letterhead
from content.words import Words
from handlers import shown
from handlers.report import PLACES, Period, Sheet, sheets
from handlers.report_files import words_of
from storage.coverage_rules import SMALL_BELOW
from storage.credit import Credit
from storage.overview import Overview
from storage.places import HAMLET

if TYPE_CHECKING:
    from docx.document import Document

FONT = "Times New Roman"
BODY, SMALL = 13, 11
ON_PAPER = ("place", "register", "eligible", "goal_coverage", "reach", "contact", "untouched")
MARGINS = {"left": 30, "right": 20, "top": 20, "bottom": 20}
"""Millimetres, as the form prescribes."""


def letter(words: Words, whole: Overview, told: Period, commune: str, credit: Credit | None = None) -> bytes:
    """The document. `commune` is the name of the commune a hamlet lies in (nothing where the place is one)."""
    import docx

    head = letterhead(whole.place_code.split("-")[0])
    blanks = _blanks(words, whole, told, commune)
    document = docx.Document()
    _page(document)
    _heading(document, head, blanks, told.kind, team=whole.level == HAMLET)
    named = {sheet.key: sheet for sheet in sheets(words, whole, credit=credit)}
    _results(document, words, head, blanks, whole, told, named)
    _obstacles(document, words, head, blanks, named)
    _ahead(document, head, blanks, whole)
    _signature(document, head, blanks, team=whole.level == HAMLET)
    document.core_properties.title = f"{head.line('title', blanks)} {whole.campaign.name}"
    document.core_properties.author = whole.place_name
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _day(on: date) -> str:
    return f"{on.day}/{on.month}/{on.year}"


def _blanks(words: Words, whole: Overview, told: Period, commune: str) -> dict[str, object]:
    since, total = whole.between(told.first, told.last), whole.total
    pace = whole.pace
    return {
        "PLACE": whole.place_name.upper(), "place": whole.place_name,
        "of_place": whole.place_name[:1].lower() + whole.place_name[1:], "COMMUNE": commune.upper(),
        "campaign": whole.campaign.name,
        "document": whole.campaign.document, "seat": (commune or whole.place_name).split(" ", 1)[-1], "day": f"{whole.on.day:02}",
        "month": f"{whole.on.month:02}", "year": whole.on.year, "first": _day(told.first), "last": _day(told.last),
        "register": words.number(total.register), "excluded": words.number(total.excluded),
        "eligible": words.number(total.eligible), "share": shown.share(words, total.goal_coverage),
        "percent": whole.campaign.target_percent, "visits": words.number(since.visits),
        "gained": words.number(since.achieved), "late": words.number(whole.late), "least": SMALL_BELOW,
        "missing": words.number(pace.missing) if pace else "", "days": pace.working_days if pace else "",
        "pace": shown.pace(words, pace.needed) if pace and pace.needed is not None else shown.HIDDEN,
    }


# --- parts of the letter --------------------------------------------------------------------------------------------------------


def _page(document: Document) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side, wide in MARGINS.items():
        setattr(section, f"{side}_margin", Mm(wide))
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(BODY)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(6), 1.15


def _heading(document: Document, head: Letterhead, blanks: Mapping[str, object], kind: str, *, team: bool) -> None:
    """Agency and number on the left, the country's name and motto, place and date on the right; then what it is."""
    table = document.add_table(rows=2, cols=2)
    table.autofit = False
    for row in table.rows:
        for cell, wide in zip(row.cells, (66, 94), strict=True):
            cell.width = _mm(wide)
    agency = head.block("team" if team else "agency", blanks)
    _lines(table.cell(0, 0), agency, bold_from=len(agency) - 1 if not team else 1, size=12, rule=True)
    _lines(table.cell(0, 1), head.block("motto", blanks), bold_from=0, size=12, rule=True)
    _lines(table.cell(1, 0), [head.line("team_number" if team else "number", blanks)], bold_from=9, size=13)
    _lines(table.cell(1, 1), [head.line("dated", blanks)], bold_from=9, size=13, italic=True)
    _line(document, head.line("title", blanks), bold=True, centre=True, size=14, before=18)
    _line(document, head.line(kind, blanks), bold=True, centre=True, size=14)


def _mm(wide: int) -> Any:
    from docx.shared import Mm

    return Mm(wide)


def _lines(cell: Any, lines: Sequence[str], *, bold_from: int, size: int, italic: bool = False, rule: bool = False) -> None:
    for n, text in enumerate(lines):
        paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
        _set(paragraph, text, bold=n >= bold_from, centre=True, size=size, italic=italic, after=0)
    if rule:
        _set(cell.add_paragraph(), "―――――――", bold=False, centre=True, size=8, italic=False, after=4)


def _line(document: Document, text: str, *, bold: bool = False, centre: bool = False, size: int = BODY, before: int = 0) -> None:
    paragraph = document.add_paragraph()
    _set(paragraph, text, bold=bold, centre=centre, size=size, italic=False, after=6)
    if before:
        from docx.shared import Pt

        paragraph.paragraph_format.space_before = Pt(before)


def _set(paragraph: Any, text: str, *, bold: bool, centre: bool, size: int, italic: bool, after: int) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), FONT
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.space_after = Pt(after)


def _results(document: Document, words: Words, head: Letterhead, blanks: Mapping[str, object], whole: Overview, told: Period,
             named: Mapping[str, Sheet]) -> None:
    _line(document, head.line("document" if whole.campaign.document else "no_document", blanks))
    _line(document, head.line("results", blanks), bold=True)
    for key in ("result", "achieved"):
        _line(document, head.line(key, blanks))
    if whole.total.shows_strict:
        _line(document, head.line("strict", {**blanks, "share": shown.share(words, whole.total.goal_coverage_strict)}))
    _line(document, head.line(f"period_{told.kind}", blanks))
    if whole.late > 0:
        _line(document, head.line("late", blanks))
    for n, key in enumerate((key for key in ("indicators", "places", "members", "targets", "external") if key in named), start=1):
        _line(document, head.line(key, {**blanks, "n": n}), bold=True)
        _table(document, words, _narrow(named[key]))


def _narrow(sheet: Sheet) -> Sheet:
    """A table of places as it fits between the margins: the workbook has all its columns."""
    if sheet.key != "places":
        return sheet
    wanted = [PLACES.index(name) for name in ON_PAPER]
    rows = tuple(tuple(row[n] for n in wanted) for row in sheet.rows)
    return replace(sheet, head=tuple(sheet.head[n] for n in wanted), rows=rows)


def _obstacles(document: Document, words: Words, head: Letterhead, blanks: Mapping[str, object],
               named: Mapping[str, Sheet]) -> None:
    _line(document, head.line("obstacles", blanks), bold=True)
    if any(row[2] for row in named["barriers"].rows):
        _table(document, words, named["barriers"])
    else:
        _line(document, head.line("no_obstacles", blanks))


def _ahead(document: Document, head: Letterhead, blanks: Mapping[str, object], whole: Overview) -> None:
    if whole.pace is not None:
        _line(document, head.line("ahead", blanks), bold=True)
        _line(document, head.line("missing" if whole.pace.missing else "met", blanks))
    _line(document, head.line("closing", blanks))


def _signature(document: Document, head: Letterhead, blanks: Mapping[str, object], *, team: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    table = document.add_table(rows=1, cols=2)
    _lines(table.cell(0, 0), head.block("recipients", blanks), bold_from=9, size=SMALL)
    table.cell(0, 0).paragraphs[0].runs[0].bold = True
    for paragraph in table.cell(0, 0).paragraphs:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    signed = head.block("team_signed" if team else "signed", blanks)
    _lines(table.cell(0, 1), signed[:-1], bold_from=0, size=BODY)
    _set(table.cell(0, 1).add_paragraph(), signed[-1], bold=False, centre=True, size=BODY, italic=True, after=72)


def _table(document: Document, words: Words, sheet: Sheet) -> None:
    """A table with a heading that is repeated on every page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    table = document.add_table(rows=1, cols=len(sheet.head), style="Table Grid")
    for cell, title in zip(table.rows[0].cells, sheet.head, strict=True):
        _set(cell.paragraphs[0], title, bold=True, centre=True, size=SMALL, italic=False, after=0)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in sheet.rows:
        for n, (cell, value) in enumerate(zip(table.add_row().cells, row, strict=True)):
            _set(cell.paragraphs[0], words_of(words, value), bold=False, centre=n > 0, size=SMALL, italic=False, after=0)
    if sheet.note:
        _set(document.add_paragraph(), sheet.note, bold=False, centre=False, size=SMALL, italic=True, after=6)
    else:
        _line(document, "", size=6)
