"""The report as a letter in the usual administrative form, to be printed, signed and sent: a Word document."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from content.letterhead import Letterhead, letterhead
from content.words import Words
from handlers import shown
from handlers.reports.official_form import begun, heading, line, signature, table
from handlers.reports.report import PLACES, Period, Sheet, sheets
from storage.areas.places import HAMLET
from storage.counting.coverage_rules import SMALL_BELOW
from storage.counting.credit import Credit
from storage.counting.overview import Overview

if TYPE_CHECKING:
    from docx.document import Document

ON_PAPER = ("place", "register", "eligible", "goal_coverage", "reach", "contact", "untouched")


def letter(words: Words, whole: Overview, told: Period, commune: str, credit: Credit | None = None) -> bytes:
    """The document. `commune` is the name of the commune a hamlet lies in (nothing where the place is one)."""
    head = letterhead(whole.place_code.split("-")[0])
    blanks = _blanks(words, whole, told, commune)
    document = begun()
    heading(document, head, blanks, team=whole.level == HAMLET)
    line(document, head.line("title", blanks), bold=True, centre=True, size=14, before=18)
    line(document, head.line(told.kind, blanks), bold=True, centre=True, size=14)
    named = {sheet.key: sheet for sheet in sheets(words, whole, credit=credit)}
    _results(document, words, head, blanks, whole, told, named)
    _obstacles(document, words, head, blanks, named)
    _ahead(document, head, blanks, whole)
    signature(document, head, blanks, team=whole.level == HAMLET)
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


def _results(document: Document, words: Words, head: Letterhead, blanks: Mapping[str, object], whole: Overview, told: Period,
             named: Mapping[str, Sheet]) -> None:
    line(document, head.line("document" if whole.campaign.document else "no_document", blanks))
    line(document, head.line("results", blanks), bold=True)
    for key in ("result", "achieved"):
        line(document, head.line(key, blanks))
    if whole.total.shows_strict:
        line(document, head.line("strict", {**blanks, "share": shown.share(words, whole.total.goal_coverage_strict)}))
    line(document, head.line(f"period_{told.kind}", blanks))
    if whole.late > 0:
        line(document, head.line("late", blanks))
    for n, key in enumerate((key for key in ("indicators", "places", "members", "targets", "external") if key in named), start=1):
        line(document, head.line(key, {**blanks, "n": n}), bold=True)
        table(document, words, _narrow(named[key]))


def _narrow(sheet: Sheet) -> Sheet:
    """A table of places as it fits between the margins: the workbook has all its columns."""
    if sheet.key != "places":
        return sheet
    wanted = [PLACES.index(name) for name in ON_PAPER]
    rows = tuple(tuple(row[n] for n in wanted) for row in sheet.rows)
    return replace(sheet, head=tuple(sheet.head[n] for n in wanted), rows=rows)


def _obstacles(document: Document, words: Words, head: Letterhead, blanks: Mapping[str, object],
               named: Mapping[str, Sheet]) -> None:
    line(document, head.line("obstacles", blanks), bold=True)
    if any(row[2] for row in named["barriers"].rows):
        table(document, words, named["barriers"])
    else:
        line(document, head.line("no_obstacles", blanks))


def _ahead(document: Document, head: Letterhead, blanks: Mapping[str, object], whole: Overview) -> None:
    if whole.pace is not None:
        line(document, head.line("ahead", blanks), bold=True)
        line(document, head.line("missing" if whole.pace.missing else "met", blanks))
    line(document, head.line("closing", blanks), stays=True)
