"""The usual form of an administrative letter, as a Word document: page, heading, lines, tables, signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from content.letterhead import Letterhead
from content.words import Words
from handlers.reports.report import Sheet
from handlers.reports.report_files import words_of

if TYPE_CHECKING:
    from docx.document import Document

FONT = "Times New Roman"
BODY, SMALL = 13, 11
MARGINS = {"left": 30, "right": 20, "top": 20, "bottom": 20}
"""Millimetres, as the form prescribes."""
ACROSS = 160
"""What is left between the margins."""
LONG = 32
"""Letters from which on a cell may be broken."""
HALVES = (62, 98)
"""The agency, and the country's name, which stands on one line."""


def begun() -> Document:
    """An empty page of the form."""
    import docx

    document = docx.Document()
    _page(document)
    return document


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


def heading(document: Document, head: Letterhead, blanks: Mapping[str, object], *, team: bool, kind: str = "",
            about: str = "") -> None:
    """Agency, number and what it is about on the left; the country's name and motto, place and date on the right."""
    table = document.add_table(rows=2, cols=2)
    _widths(table, HALVES)
    agency = head.block("team" if team else "agency", blanks)
    lines(table.cell(0, 0), agency, bold_from=1 if team else 0, size=12, rule=True)
    lines(table.cell(0, 1), head.block("motto", blanks), bold_from=0, size=12, rule=True)
    lines(table.cell(1, 0), [head.line(f"{kind}team_number" if team else f"{kind}number", blanks)], bold_from=9, size=13)
    if about:
        written(table.cell(1, 0).add_paragraph(), about, bold=False, centre=True, size=12, italic=False, after=0)
    lines(table.cell(1, 1), [head.line("dated", blanks)], bold_from=9, size=13, italic=True)


def _widths(table: Any, widths: Sequence[int]) -> None:
    """Millimetres for each column: of every cell for Word, of the columns for everybody else."""
    from docx.shared import Mm

    table.autofit = False
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Mm(wide)
    for row in table.rows:
        for cell, wide in zip(row.cells, widths, strict=True):
            cell.width = Mm(wide)


def lines(cell: Any, told: Sequence[str], *, bold_from: int, size: int, italic: bool = False, rule: bool = False) -> None:
    """Lines in the middle of a cell, with a short rule below where there is to be one."""
    for n, text in enumerate(told):
        paragraph = cell.paragraphs[0] if n == 0 else cell.add_paragraph()
        written(paragraph, text, bold=n >= bold_from, centre=True, size=size, italic=italic, after=0)
    if rule:
        written(cell.add_paragraph(), "―――――――", bold=False, centre=True, size=8, italic=False, after=4)


def line(document: Document, text: str, *, bold: bool = False, centre: bool = False, size: int = BODY, before: int = 0,
         stays: bool = False) -> None:
    """A paragraph of its own. One in bold introduces what follows and stays with it, as does the last one above a signature."""
    from docx.shared import Pt

    paragraph = document.add_paragraph()
    written(paragraph, text, bold=bold, centre=centre, size=size, italic=False, after=6)
    paragraph.paragraph_format.keep_with_next = bold or stays
    if before:
        paragraph.paragraph_format.space_before = Pt(before)


def written(paragraph: Any, text: str, *, bold: bool, centre: bool, size: int, italic: bool, after: int,
            left: bool = False) -> None:
    """Words in the hand of the form."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size, run.font.name = bold, italic, Pt(size), FONT
    paragraph.alignment = (WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.LEFT if left
                           else WD_ALIGN_PARAGRAPH.JUSTIFY)
    paragraph.paragraph_format.space_after = Pt(after)


def signature(document: Document, head: Letterhead, blanks: Mapping[str, object], *, team: bool) -> None:
    """Who gets it on the left, who signs on the right; on one page, with room for a name."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    table = document.add_table(rows=1, cols=2)
    _widths(table, (ACROSS // 2, ACROSS // 2))
    _whole(table.rows[0])
    lines(table.cell(0, 0), head.block("recipients", blanks), bold_from=9, size=SMALL)
    table.cell(0, 0).paragraphs[0].runs[0].bold = True
    for paragraph in table.cell(0, 0).paragraphs:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
    signed = head.block("team_signed" if team else "signed", blanks)
    lines(table.cell(0, 1), signed[:-1], bold_from=0, size=BODY)
    written(table.cell(0, 1).add_paragraph(), signed[-1], bold=False, centre=True, size=BODY, italic=True, after=72)


def table(document: Document, words: Words, sheet: Sheet) -> None:
    """A table with a heading that is repeated on every page; no row is torn apart by the end of one."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    drawn = document.add_table(rows=1, cols=len(sheet.head), style="Table Grid")
    for cell, title in zip(drawn.rows[0].cells, sheet.head, strict=True):
        written(cell.paragraphs[0], title, bold=True, centre=True, size=SMALL, italic=False, after=0)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    drawn.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in sheet.rows:
        for n, (cell, value) in enumerate(zip(drawn.add_row().cells, row, strict=True)):
            written(cell.paragraphs[0], words_of(words, value), bold=False, centre=n > 0, left=n == 0, size=SMALL, italic=False,
                    after=0)
    _widths(drawn, shared_out([_wanted(words, sheet, n) for n in range(len(sheet.head))]))
    for each in drawn.rows:
        _whole(each)
    if sheet.note:
        written(document.add_paragraph(), sheet.note, bold=False, centre=False, size=SMALL, italic=True, after=6)
    else:
        line(document, "", size=6)


def _whole(row: Any) -> None:
    """The row stays on one page."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _wanted(words: Words, sheet: Sheet, column: int) -> int:
    """Letters of the longest cell of a column and the room beside them; a heading may be broken between words."""
    told = [min(len(words_of(words, row[column])), LONG) for row in sheet.rows]
    return max((*told, *(len(word) + 2 for word in sheet.head[column].split()), 5)) + 3


def shared_out(wanted: Sequence[int]) -> list[int]:
    """Millimetres for columns that want so many letters: what is left between the margins, by what each needs."""
    widths = [ACROSS * each // sum(wanted) for each in wanted]
    widths[0] += ACROSS - sum(widths)
    return widths
