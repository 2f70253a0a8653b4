"""Reports: every file says what the chat says, to the digit; nothing typed becomes a formula; small places stay hidden."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import openpyxl
import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from bot import demo
from bot.cli import app
from content.library import Library
from content.vietnam_time import local_day
from content.words import words
from handlers import shown
from handlers.look import Look
from handlers.reports import chart, report, report_files, report_letter, report_workbook, reporting
from handlers.reports.report import INDICATORS, MONTH, WEEK, Period, indicators, period, sheets, until, work
from handlers.reports.summary import screen
from storage import simulation
from storage.counting import campaigns, credit
from storage.counting.coverage import Part
from storage.counting.coverage_rules import Coverage
from storage.counting.overview import Overview, overview
from storage.counting.shares import Share
from storage.database import Database
from storage.models import Household, Place, table
from storage.outcomes import Status
from storage.reading import Reading
from tests.storage.test_ledger import Hamlet

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
EVIL = "=HYPERLINK(\"http://x\",\"y\")"


@pytest.fixture
def look(database: Database) -> Iterator[Look]:
    with database.write() as tx:
        demo.load(tx, NOW)
    with database.read() as tx:
        yield Look(Reading(tx), words("vi"), Library.load(), NOW, TODAY, NOW, 1)


def whole_of(look: Look, level: str = "commune") -> Overview:
    place = table(Place)
    running = campaigns.everything(look.rows)[0]
    id_ = look.rows.scalar(select(place.c.id).where(place.c.level == level).order_by(place.c.code).limit(1))
    found = overview(look.rows, running, id_, TODAY)
    assert found is not None
    return found


def paper(look: Look, whole: Overview, kind: str, form: str) -> bytes:
    made = reporting.paper(look, f"{whole.campaign.id}.{whole.place_id}.{whole.on.isoformat()}.{kind}.{form}")
    assert made is not None and made.name.startswith("go-cua-") and made.content
    return made.content


def test_every_form_says_what_the_chat_says(look: Look) -> None:
    for level in ("commune", "hamlet"):
        whole = whole_of(look, level)
        said = screen(look, whole, ()).text
        shares = {name: part for name, part in indicators(whole.total) if part is not None}
        shares |= dict(work(whole))
        assert shares["follow_up_on_time"].d > 0 and shares["data_freshness"].d > 0
        for name in ("goal_coverage", "reach", "contact", "follow_up_on_time", "data_freshness"):
            assert shown.share(look.words, shares[name]) in said
        told = report_files.table(look.words, whole)
        for part in shares.values():
            assert shown.share(look.words, part) in told
        data = json.loads(report_files.as_json(whole))
        for name, part in shares.items():
            assert data["indicators"][name] == {"n": part.n, "d": part.d, "percent": float(part.percent())}
        letter = docx.Document(io.BytesIO(paper(look, whole, WEEK, "docx")))
        text = "\n".join([*(each.text for each in letter.paragraphs),
                          *(cell.text for each in letter.tables for row in each.rows for cell in row.cells)])
        for part in shares.values():
            assert shown.share(look.words, part) in text
        assert_workbook(look, whole)
        rows = list(csv.DictReader(io.StringIO(paper(look, whole, WEEK, "csv").decode("utf-8-sig"))))
        assert sum(int(row["status_achieved"]) for row in rows) == whole.total.achieved
        assert sum(int(row["eligible"]) for row in rows) == whole.total.eligible


def assert_workbook(look: Look, whole: Overview) -> None:
    """Read back by another library: values, and that our own formula gives the same when it is worked out again."""
    content = paper(look, whole, WEEK, "xlsx")
    values, formulas = (openpyxl.load_workbook(io.BytesIO(content), data_only=only) for only in (True, False))
    assert len(values.sheetnames) >= 7
    found = {}
    for row in values["Chỉ số"].iter_rows(min_row=5, values_only=True):
        found[row[0]] = row[1:4]
    for name, part in (*indicators(whole.total), *work(whole)):
        told = found[look.words.say(f"report.indicator.{name}")]
        assert told == ((part.n, part.d, float(part.percent()) if part.percent() is not None else "—") if part else ("–",) * 3)
    for line in formulas["Chỉ số"].iter_rows(min_row=5):
        n, d, formula = line[1].value, line[2].value, line[3].value
        if isinstance(n, int):
            assert re.fullmatch(r'=IF\(C\d+=0,"—",TRUNC\(B\d+\*1000/C\d+\)/10\)', formula)
            assert d == 0 or int(n * 1000 / d) / 10 == float(Share(n, d).percent())


def test_members_are_told_alike_in_the_chat_and_in_every_file(look: Look) -> None:
    whole = whole_of(look)
    found = credit.credit(look.rows, whole.campaign.goal, whole.place_id, TODAY)
    assert found.achieved == whole.total.achieved > 0 and found.together == found.achieved + found.several - found.nobody
    mixed = [replace(each, achieved=n) for each, n in zip(found.members, (9, 7, 0, 12), strict=False)]
    found = replace(found, members=(*mixed, *(replace(each, achieved=6) for each in found.members[len(mixed):])))
    why = look.words.say("credit.why")
    counts = {(each.label, each.place): each.achieved for each in found.members}
    data = json.loads(report_files.as_json(whole, credit=found, why=why))["members"]
    assert {(each["name"], each["place"]): each["achieved"] for each in data["credited"]} == counts and data["note"] == why
    assert why in (told := report_files.table(look.words, whole, credit=found)) and "Từng người".upper() in told
    lines = list(csv.DictReader(io.StringIO("".join(report_files.member_lines(look.words, whole, found)))))
    assert {(row["member"], row["member_place"]): int(row["member_achieved"]) for row in lines} == counts
    book = openpyxl.load_workbook(io.BytesIO(report_workbook.workbook(look.words, whole, credit=found)))
    rows = list(book["Từng người"].iter_rows(min_row=5, max_col=3, values_only=True))
    assert {(row[0], row[1]): row[2] for row in rows[:len(counts)]} == counts and rows[-1][0] == why
    assert rows[len(counts)][2] == found.together and rows[len(counts) + 1][2] == found.achieved
    letter = docx.Document(io.BytesIO(report_letter.letter(look.words, whole, period(WEEK, TODAY), "", found)))
    assert why in [each.text for each in letter.paragraphs]
    table_ = next(each for each in letter.tables if each.cell(0, 0).text == "Thành viên")
    assert [row.cells[2].text for row in table_.rows][1:len(counts) + 1] == [str(each.achieved) for each in found.members]
    headings = [each.text for each in letter.paragraphs if re.match(r"\d\. ", each.text)]
    assert [each[:2] for each in headings] == [f"{n}." for n in range(1, len(headings) + 1)]


def test_few_households_of_a_member_are_hidden_in_whatever_is_shared(look: Look) -> None:
    whole = whole_of(look)

    def hidden(*counts: int) -> list[int | None]:
        each = credit.Credit(tuple(credit.Member(n, str(n), "", True, count) for n, count in enumerate(counts)), sum(counts))
        assert report.told(each, hidden=False, shared=False) == list(counts)
        return report.told(each, hidden=False, shared=True)

    assert hidden(9, 3, 12, 2, 0) == [9, None, 12, None, 0]
    assert hidden(9, 3, 12, 0) == [None, None, 12, 0], "one alone could be worked out from the sum"
    assert hidden(3) == [None] and hidden() == [] and hidden(5, 0) == [5, 0]
    few = credit.Credit((credit.Member(1, "Chị Mẫu", "", True, 3), credit.Member(2, "Anh Mẫu", "", False, 2)), 5)
    table_ = next(each for each in report.sheets(look.words, whole, credit=few) if each.key == "members")
    assert [row[2] for row in table_.rows] == [None, None, 5, 5] and table_.rows[1][0] == "Anh Mẫu (đã nghỉ)"
    small = replace(whole, total=Coverage())
    assert small.total.is_small
    table_ = next(each for each in report.sheets(look.words, small, credit=few) if each.key == "members")
    assert [row[2] for row in table_.rows] == [None] * 4
    assert json.loads(report_files.as_json(small, shared=True, credit=few))["members"] == {"hidden": True}
    assert "members" not in report_files.open_data(whole, shared=True), "the feed knows no members"


def test_the_letter_has_the_usual_form(look: Look) -> None:
    commune = docx.Document(io.BytesIO(paper(look, whole_of(look), MONTH, "docx")))
    head = [cell.text for row in commune.tables[0].rows for cell in row.cells]
    assert "ỦY BAN NHÂN DÂN\nXÃ ĐỒNG PHÚC" in head[0] and "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head[1]
    assert "Độc lập - Tự do - Hạnh phúc" in head[1] and head[2].startswith("Số:")
    assert head[3] == "Đồng Phúc, ngày 23 tháng 11 năm 2026"
    lines = [each.text for each in commune.paragraphs]
    assert "BÁO CÁO" in lines and "Kết quả tháng của 100 ngày đêm (mẫu) (từ 1/11/2026 đến 23/11/2026)" in lines
    assert "TM. ỦY BAN NHÂN DÂN" in commune.tables[-1].cell(0, 1).text and "Nơi nhận:" in commune.tables[-1].cell(0, 0).text
    assert not [line for line in lines if "{" in line], "a blank was left open"
    section = commune.sections[0]
    assert (round(section.page_width.mm), round(section.left_margin.mm)) == (210, 30)
    hamlet = docx.Document(io.BytesIO(paper(look, whole_of(look, "hamlet"), WEEK, "docx")))
    assert hamlet.tables[0].cell(0, 0).text.startswith("XÃ ĐỒNG PHÚC\nTỔ CÔNG NGHỆ SỐ CỘNG ĐỒNG\nTHÔN MẪU MỘT")


def test_a_commune_may_have_words_of_its_own(look: Look, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from content import letterhead

    (tmp_path / "content" / "reports").mkdir(parents=True)
    ours = Path("content/reports/default.yaml").read_text("utf-8")
    (tmp_path / "content" / "reports" / "default.yaml").write_text(ours, "utf-8")
    (tmp_path / "content" / "reports" / "01933.yaml").write_text("title: BÁO CÁO NHANH\n", "utf-8")
    monkeypatch.setattr(letterhead, "files", lambda name: tmp_path / name)
    lines = [each.text for each in docx.Document(io.BytesIO(paper(look, whole_of(look), WEEK, "docx"))).paragraphs]
    assert "BÁO CÁO NHANH" in lines
    assert letterhead.letterhead("../../secret").lines["title"] == "BÁO CÁO"


def test_nothing_that_was_typed_becomes_a_formula(look: Look) -> None:
    whole = whole_of(look)
    evil = [EVIL, "+84 912", "-1", "@SUM(A1)", "\t=1", "\u200b=1", "＝1"]
    parts = tuple(replace(part, name=name) for part, name in zip(whole.parts * 3, evil, strict=False))
    whole = replace(whole, parts=parts, figures=(campaigns.Figure(EVIL, 1, None, "-2+3", TODAY),))
    for line in list(csv.reader(io.StringIO("".join(report_files.csv_lines(whole, parts, "hamlet")))))[1:]:
        assert line[2].startswith("'") and line[2][1:] in evil
    book = openpyxl.load_workbook(io.BytesIO(report_workbook.workbook(look.words, whole)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(re.match(r'=IF\([A-Z]+\d+=0', str(cell.value)) for cell in cells if cell.data_type == "f")
    assert {cell.value for cell in cells if cell.data_type == "s"} >= set(evil) | {"-2+3"}


def test_small_places_are_hidden_in_whatever_is_shared(database: Database) -> None:
    place = Hamlet(database, count=4)
    with database.write() as tx:
        from tests.storage import village

        more = village.homes(tx, place.hamlets[1], 30)
        campaigns.enter_running(tx, place.hamlets[1], more, TODAY, "")
    with database.read() as tx:
        rows = Reading(tx)
        look = Look(rows, words("vi"), Library.load(), NOW, TODAY, NOW, 1)
        whole = overview(rows, campaigns.everything(rows)[0], place.commune, TODAY)
        assert whole is not None and [part.coverage.eligible for part in whole.parts] == [4, 30]
        drawn = chart.svg(look, whole)
        assert "/34 hộ" in drawn and "/4 hộ" not in drawn and shown.HIDDEN in drawn
        assert "/30 hộ" not in drawn, "34 less 30 is 4: one alone that is left out is told by the others"
        assert [part.get("hidden") for part in report_files.open_data(whole, shared=True)["parts"]] == [True, True]
        assert len(list(report_files.csv_lines(whole, whole.parts, "hamlet", shared=True))) == 1
        named = {sheet.key: sheet for sheet in sheets(look.words, whole)}
        assert [row[2:] for row in named["places"].rows] == [(None,) * 8] * 2
        small = overview(rows, whole.campaign, place.hamlets[0], TODAY)
        assert small is not None and "polyline" not in chart.svg(look, small)
        assert report_files.open_data(small, shared=True).get("indicators") is None


@pytest.mark.parametrize(("sizes", "silent"), [
    ((4, 30, 20), {1, 3}), ((4, 3, 20), {1, 2}), ((30, 20), set()), ((4,), {1}), ((0, 30, 20), {1}), ((), set())])
def test_one_small_place_takes_the_next_smallest_with_it(sizes: tuple[int, ...], silent: set[int]) -> None:
    """Two that are left out keep each other's number; one without any household has none to keep."""
    parts = [Part(n, f"H{n}", f"Thôn {n}", Coverage(Counter({Status.UNTOUCHED: size}))) for n, size in enumerate(sizes, start=1)]
    assert shown.hidden(parts) == silent


def test_pictures_are_pictures_and_names_that_mean_nothing_make_none(look: Look) -> None:
    whole = whole_of(look)
    made = chart.chart(look, f"{whole.campaign.id}.{whole.place_id}.2026-11-23")
    assert made is not None and made.content.startswith(b"\x89PNG") and made.name == "go-cua-01933-2026-11-23.png"
    assert "Thôn Mẫu Một" in chart.svg(look, whole) and "100%" in chart.svg(look, whole)
    for name in ("", "1", "1.2", "1.2.3", "x.y.2026-11-23", "1.99999.2026-11-23", "99.1.2026-11-23", "1.1.2026-13-01"):
        assert chart.chart(look, name) is None
        assert reporting.paper(look, f"{name}.week.docx") is None
    assert reporting.paper(look, f"{whole.campaign.id}.{whole.place_id}.2026-11-23.week.exe") is None


def test_the_days_a_report_is_about() -> None:
    monday, friday = date(2026, 11, 23), date(2026, 11, 27)
    assert (period(WEEK, monday).first, period(WEEK, monday).last) == (date(2026, 11, 16), date(2026, 11, 22))
    assert (period(WEEK, friday).first, period(WEEK, friday).last) == (monday, friday)
    assert (period(MONTH, friday).first, period(MONTH, date(2026, 12, 1)).last) == (date(2026, 11, 1), date(2026, 11, 30))
    assert until(WEEK, monday) == Period(WEEK, monday, monday), "whoever asks for this very day gets no eighth one"
    assert until(MONTH, date(2026, 12, 1)).first == date(2026, 12, 1)


def test_the_codebook_explains_every_column() -> None:
    for language in ("vi", "en"):
        lines = list(csv.reader(io.StringIO("".join(report_files.codebook(words(language))))))[1:]
        assert [line[0] for line in lines] == list(report_files.COLUMNS)
        assert all(line[1] and "." not in line[1][:7] for line in lines)
    assert set(INDICATORS) <= {name for name, _ in indicators(Coverage())}


def test_the_command_line_makes_every_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOCUA_DATABASE_URL", f"sqlite:///{tmp_path}/gocua.db")
    run = CliRunner()

    def do(*words_: str) -> str:
        done = run.invoke(app, list(words_))
        assert done.exit_code == 0, (words_, done.output, done.exception)
        return done.stdout

    do("db", "upgrade")
    do("simulate", "--communes", "2", "--households", "450", "--days", "40")
    assert run.invoke(app, ["simulate"]).exit_code == 2, "never into data that is there"
    table_ = do("report", "coverage", "--place", "S0001")
    data = json.loads(do("report", "coverage", "--place", "S", "--format", "json"))
    assert data["schema"] == report_files.SCHEMA and len(data["parts"]) == 2 and data["register"] == 450
    share = data["parts"][1]["indicators"]["goal_coverage"]
    assert f"{share['percent']:.1f}%".replace(".", ",") in table_ and f"({share['n']}/{share['d']} hộ)" in table_
    for form in ("xlsx", "docx", "csv", "members", "codebook"):
        out = tmp_path / f"report.{form}"
        do("report", "coverage", "--place", "S0001", "--format", form, "--out", str(out))
        assert out.stat().st_size > 500
    do("campaign", "figure", "1", "--place", "S0001", "--name", "Hồ sơ", "--number", "3", "--of", "4", "--source", "Cổng")
    assert "Cổng" in do("report", "coverage", "--place", "S0001")
    made = do("campaign", "create", "--name", "Đợt hai", "--place", "S0000", "--starts", "2026-12-01", "--ends", "2026-12-31",
              "--aim", "online_payment:adults:50")
    assert "Đợt hai" in made and "Đợt hai" in do("campaign", "show")
    do("campaign", "close", "1")
    assert local_day(datetime.now(UTC)).isoformat() in do("campaign", "show")
    for wrong in (["report", "coverage", "--place", "nowhere"], ["report", "coverage", "--place", "S", "--format", "pdf"],
                  ["campaign", "create", "--name", "x", "--place", "S", "--starts", "2026-12-02", "--ends", "2026-12-01"],
                  ["campaign", "create", "--name", "x", "--place", "S", "--starts", "2026-12-02", "--ends", "2026-12-03",
                   "--aim", "a:b:c"],
                  ["report", "coverage", "--place", "S", "--on", "2026-02-30"], ["campaign", "close", "99"]):  # fmt: skip
        assert run.invoke(app, wrong).exit_code == 2, wrong


def test_a_campaign_is_played_the_same_way_every_time(database: Database, sqlite_url: str) -> None:
    scale = simulation.Scale(2, 420, 30, TODAY)
    played = simulation.play(database, scale)
    again = Database(sqlite_url)
    if sqlite_url != database.url:
        assert simulation.play(again, scale) == played
    again.close()
    assert played.households == 420 and played.visits > 200 and played.hamlets == 4
    with database.read() as tx:
        rows = Reading(tx)
        whole = overview(rows, campaigns.everything(rows)[0], played.province_id, TODAY)
        assert whole is not None and whole.total.register == 420 and whole.days[-1].visits == played.visits
        assert tx.scalar(select(table(Household).c.id).limit(1)) is not None
    with database.write() as tx:
        tx.execute(update(table(Place)).values(demonstration=True))
