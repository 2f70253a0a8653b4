"""A report as a file: plain table, JSON, CSV with its codebook, a workbook. No cell can become a formula of anybody's making."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from content.words import Words
from handlers import shown
from handlers.reports.report import Cell, Sheet, indicators, sheets, told, work
from storage.counting.coverage import Part
from storage.counting.coverage_rules import Coverage
from storage.counting.credit import Credit
from storage.counting.overview import Overview
from storage.counting.shares import Share
from storage.counting.tallies import columns
from storage.models import COUNTS

SCHEMA = "gocua.coverage/1"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula, look-alikes included."""
RAW = ("campaign", "place_code", "place_name", "level", "as_of", "register", "excluded", "eligible")


MEMBER = ("campaign", "place_code", "place_name", "as_of", "member", "member_place", "member_serves", "member_achieved")
HOME = ("place_code", "place_name", "as_of", "household", "household_status", "household_barrier")
COLUMNS = tuple(dict.fromkeys((*RAW, *COUNTS, *MEMBER, *HOME)))
"""Every column of every CSV, as the codebook explains them."""
Home = tuple[str, str, str, int, str, str]


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


def table(words: Words, whole: Overview, *, shared: bool = False, credit: Credit | None = None) -> str:
    """Every sheet as aligned columns."""
    head = [
        words.say("summary.title", campaign=whole.campaign.name, where=whole.place_name),
        words.say("report.on", day=f"{whole.on:%d/%m/%Y}"),
    ]
    found = sheets(words, whole, shared=shared, credit=credit)
    return "\n\n".join(["\n".join(head), *(_columns(words, sheet) for sheet in found)]) + "\n"


def _columns(words: Words, sheet: Sheet) -> str:
    rows = [sheet.head, *(tuple(words_of(words, cell) for cell in row) for row in sheet.rows)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(sheet.head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([sheet.title.upper(), lines[0], "  ".join("-" * width for width in widths), *lines[1:],
                      *filter(None, [sheet.note])])


# --- JSON: also what the feed gives -------------------------------------------------------------------------------------------


def open_data(whole: Overview, *, shared: bool) -> dict[str, Any]:
    """The report for machines: every share as numerator, denominator and truncated per cent."""
    campaign = whole.campaign
    silent = shown.hidden(whole.parts) if shared else frozenset()
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
            {"code": part.code, "name": part.name, **_sums(part.coverage, hidden=part.id in silent)}
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


def as_json(whole: Overview, *, shared: bool = False, credit: Credit | None = None, why: str = "") -> str:
    """The same as a file, with the members for whoever may see them. The feed never has them."""
    found = open_data(whole, shared=shared)
    if credit is not None:
        found["members"] = _members(whole, credit, why, shared=shared)
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _members(whole: Overview, credit: Credit, why: str, *, shared: bool) -> dict[str, Any]:
    if shared and whole.total.is_small:
        return {"hidden": True}
    each = zip(credit.members, told(credit, hidden=False, shared=shared), strict=True)
    return {
        "credited": [{"name": member.label, "place": member.place, "serves": member.serves, "achieved": count}
                     for member, count in each],
        "together": credit.together, "households": credit.achieved, "note": why,
    }  # fmt: skip


# --- CSV: the sums as they are kept, a line a place ---------------------------------------------------------------------------


def csv_lines(whole: Overview, parts: Sequence[Part], level: str, *, shared: bool = False) -> Iterator[str]:
    """A heading and a line for each place: everything an indicator is computed from. One line at a time, however many."""
    yield _csv([*RAW, *COUNTS])
    silent = shown.hidden(parts) if shared else frozenset()
    for part in parts:
        each = part.coverage
        if part.id in silent:
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


def member_lines(words: Words, whole: Overview, credit: Credit, *, shared: bool = False) -> Iterator[str]:
    """A heading and a line for each member."""
    yield _csv(MEMBER)
    counts = told(credit, hidden=shared and whole.total.is_small, shared=shared)
    for each, count in zip(credit.members, counts, strict=True):
        yield _csv([whole.campaign.name, whole.place_code, whole.place_name, whole.on.isoformat(), each.label, each.place,
                    int(each.serves), "" if count is None else count])  # fmt: skip


def home_lines(whole: Overview, homes: Iterable[Home]) -> Iterator[str]:
    """A heading and a line for each household."""
    yield _csv([*RAW[:1], *HOME])
    for home in homes:
        yield _csv([whole.campaign.name, *home])


def codebook(words: Words) -> Iterator[str]:
    """What each column of the CSV means."""
    yield _csv(["column", "meaning"])
    for name in COLUMNS:
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
