"""A report written piece by piece to wherever it goes, however many households a place has, saying how far it is."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from handlers.look import Look
from handlers.reports import report_files, report_workbook, reporting
from handlers.reports.report import sheets
from handlers.reports.report_files import Home
from storage.areas.places import PROVINCE
from storage.counting import behind, coverage
from storage.counting.credit import Credit, Progress, credit, unheard
from storage.counting.overview import Overview

WHOLE_HAMLET = 1_000_000
"""More households than any hamlet has: one is read at a time."""
MANY = 500
"""Lines that are written at once."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is wanted."""

    form: str
    kind: str
    """Week or month, for the letter."""
    shared: bool = False
    households: bool = False
    """A line for every household instead of every place (never shared)."""


def export(look: Look, whole: Overview, wanted: Export, into: IO[bytes], progress: Progress = unheard) -> None:
    """Write the report. What is long is never held whole: households hamlet by hamlet, workbooks row by row."""
    if wanted.form == "xlsx":
        _book(look, whole, wanted, into, progress)
        return
    for piece in _batches(_text(look, whole, wanted, progress)) if wanted.form != "docx" else _letter(look, whole, wanted):
        into.write(piece)


def _letter(look: Look, whole: Overview, wanted: Export) -> Iterator[bytes]:
    yield reporting.MAKERS["docx"](look, whole, wanted.kind)


def _text(look: Look, whole: Overview, wanted: Export, progress: Progress) -> Iterable[str]:
    if wanted.form == "csv" and wanted.households:
        return report_files.home_lines(whole, homes(look, whole, progress))
    if wanted.form == "csv":
        level = "commune" if whole.level == PROVINCE else "hamlet"
        return report_files.csv_lines(whole, whole.parts, level, shared=wanted.shared)
    if wanted.form == "codebook":
        return report_files.codebook(look.words)
    if wanted.form == "members":
        return report_files.member_lines(look.words, whole, _credit(look, whole, progress), shared=wanted.shared)
    if wanted.form == "json":
        why = look.words.say("credit.why")
        return [report_files.as_json(whole, shared=wanted.shared, credit=_credit(look, whole, progress), why=why)]
    return [report_files.table(look.words, whole, shared=wanted.shared, credit=_credit(look, whole, progress))]


def _credit(look: Look, whole: Overview, progress: Progress) -> Credit:
    return credit(look.rows, whole.campaign.goal, whole.place_id, whole.on, progress)


def _batches(lines: Iterable[str]) -> Iterator[bytes]:
    """A few hundred lines at a time."""
    held: list[str] = []
    for line in lines:
        held.append(line)
        if len(held) == MANY:
            yield "".join(held).encode()
            held.clear()
    yield "".join(held).encode()


def _book(look: Look, whole: Overview, wanted: Export, into: IO[bytes], progress: Progress) -> None:
    tables = sheets(look.words, whole, shared=wanted.shared, credit=_credit(look, whole, progress))
    each = homes(look, whole, progress) if wanted.households else ()
    with tempfile.TemporaryDirectory(prefix="gocua-") as folder:
        path = Path(folder) / "book.xlsx"
        report_workbook.write(path, look.words, tables, whole, each)
        with path.open("rb") as file:
            shutil.copyfileobj(file, into, io.DEFAULT_BUFFER_SIZE)


def homes(look: Look, whole: Overview, progress: Progress = unheard) -> Iterator[Home]:
    """Every household of the register where it stands, hamlet after hamlet: its number, never what it is called."""
    hamlets = list(coverage.hamlets_in(look.rows, whole.place_id))
    for done, id_ in enumerate(hamlets, start=1):
        here = coverage.where(look.rows, id_)
        for home in behind.page(look.rows, whole.campaign.goal, [id_], behind.EVERY, whole.on, limit=WHOLE_HAMLET):
            yield (here.code, here.name, whole.on.isoformat(), home.number, home.status.value,
                   home.barrier.value if home.barrier else "")
        progress(done, len(hamlets))
