"""Long reports: written as they are read, in bounded memory, saying how far they are."""

import csv
import io
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from bot.cli import app
from content.library import Library
from content.words import words
from handlers.look import Look
from handlers.reports.report_export import Export, export
from storage import simulation
from storage.counting import campaigns
from storage.counting.overview import overview
from storage.database import Database
from storage.outcomes import Status
from storage.reading import Reading

HOUSEHOLDS, TODAY = 20_000, date(2026, 11, 23)
MOST = 24 * 1024 * 1024
"""Bytes: what a report of any length may take. One hamlet of a few hundred households is a few megabytes."""


class Sink(io.BytesIO):
    """Where it is written; remembers how much was there each time the progress was told."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[tuple[int, int, int]] = []

    def heard(self, done: int, of: int) -> None:
        self.steps.append((done, of, self.tell()))


def peak(make: Callable[[], None]) -> int:
    tracemalloc.start()
    try:
        make()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.timeout(300)
def test_a_large_place_takes_bounded_memory_and_says_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/gocua.db"
    monkeypatch.setenv("GOCUA_DATABASE_URL", url)
    run = CliRunner()
    assert run.invoke(app, ["db", "upgrade"]).exit_code == 0
    database = Database(url)
    played = simulation.play(database, simulation.Scale(2, HOUSEHOLDS, 60, TODAY, 1, 5.0))
    now = datetime(2026, 11, 23, 3, tzinfo=UTC)
    with database.read() as tx:
        look = Look(Reading(tx), words("vi"), Library.load(), now, TODAY, now, 0)
        whole = overview(look.rows, campaigns.everything(look.rows)[0], played.province_id, TODAY)
        assert whole is not None and whole.total.register == HOUSEHOLDS
        lines, book = Sink(), Sink()
        assert peak(lambda: export(look, whole, Export("csv", "week", households=True), lines, lines.heard)) < MOST
        assert peak(lambda: export(look, whole, Export("xlsx", "week", households=True), book, book.heard)) < MOST
    database.close()
    rows = list(csv.DictReader(io.StringIO(lines.getvalue().decode())))
    assert Counter(row["household_status"] for row in rows) == {
        status.value: count for status, count in whole.total.statuses.items() if count}
    assert len({(row["place_code"], row["household"]) for row in rows}) == HOUSEHOLDS
    assert [step[:2] for step in lines.steps] == [(n, played.hamlets) for n in range(1, played.hamlets + 1)]
    half = lines.steps[played.hamlets // 2]
    assert 0.3 < half[2] / len(lines.getvalue()) < 0.7, "what is read is written, not held"
    sheets = openpyxl.load_workbook(book, read_only=True)
    told = Counter(row[4] for row in sheets["Từng hộ"].iter_rows(min_row=2, max_col=6, values_only=True))
    assert told == {status.value: whole.total.statuses[status] for status in Status if whole.total.statuses[status]}
    members = sheets["Từng người"].iter_rows(min_row=5, values_only=True)
    assert {row[2] for row in members if row[0] in ("Cộng theo người", "Số hộ đạt, mỗi hộ một lần")} == {whole.total.achieved}

    out = tmp_path / "members.csv"
    made = run.invoke(app, ["report", "coverage", "--place", "S", "--format", "members", "--out", str(out)])
    assert made.exit_code == 0 and f"{played.hamlets}/{played.hamlets} thôn" in made.stderr and made.stdout == ""
    assert 3 <= made.stderr.count("thôn") <= 12 and sorted(tmp_path.glob("members*")) == [out]


def test_households_are_never_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOCUA_DATABASE_URL", f"sqlite:///{tmp_path}/gocua.db")
    run = CliRunner()
    assert run.invoke(app, ["db", "upgrade"]).exit_code == 0
    assert run.invoke(app, ["simulate", "--households", "60", "--days", "10"]).exit_code == 0
    asked = ["report", "coverage", "--place", "S", "--households", "--format"]
    assert run.invoke(app, [*asked, "csv"]).stdout.count("\n") == 61
    assert run.invoke(app, [*asked, "csv", "--shared"]).exit_code == 2 and run.invoke(app, [*asked, "json"]).exit_code == 2
