"""Whatever is typed wrongly or stands in the way ends in words that say what to do: no traceback, no secret, nothing written."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli import main
from storage import database as opening
from storage.database import Database
from tests.houses import furnish


@pytest.fixture(scope="module")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("commune") / "gocua.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    database.close()
    furnish(f"sqlite:///{path}")
    return path


@pytest.fixture
def folder(commune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An operator's folder with a commune in it."""
    with closing(sqlite3.connect(commune)) as kept, closing(sqlite3.connect(tmp_path / "gocua.db")) as mine:
        kept.backup(mine)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("Số hộ,Chủ hộ\n1,ông Ba\n", "utf-8")
    (tmp_path / "asked.jsonl").write_text('{"text": "mất thẻ"}\n{"topic": "x"}\n', "utf-8")
    return tmp_path


def ended(typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """How a command ended, and what it said of trouble."""
    monkeypatch.setattr(sys, "argv", ["gocua", *typed.split()])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize(("typed", "told"), [
    ("ask", "Chưa có câu hỏi"),
    ("ask --file none.jsonl", "none.jsonl"),
    ("ask --file .", "Không đọc hay ghi được"),
    ("ask --file notes.txt", "notes.txt, dòng 1"),
    ("ask --file asked.jsonl", "asked.jsonl, dòng 2"),
    ("check --on heute", "heute không phải"),
    ("usage no-such-guide", "Không có bài hướng dẫn đó"),
    ("poster guide vneid-level2 --out none/poster.png", "none/poster.png"),
    ("list 01933-M1 --out none/list.pdf", "none/list.pdf"),
    ("list 01933", "Không có thôn nào mã 01933"),
    ("report coverage --place 01933 --format csv --out none/report.csv", "none/report.csv"),
    ("report coverage --place 01933 --on 2099-01-01", "2099-01-01 không phải một ngày đã đến"),
    ("report coverage --place 01933 --period year", "week hoặc month"),
    ("report coverage --place 01933 --households", "csv hoặc xlsx"),
    ("campaign create --name x --place 01933 --starts 2026-12-09 --ends 2026-12-01", "đứng trước ngày đầu 2026-12-09"),
    ("campaign close 1 --on 2020-01-01", "đợt này chưa bắt đầu"),
    ("campaign close 1 --on 2099-01-01", "2099-01-01 không phải một ngày đã đến"),
    ("visit import notes.txt 01933-M1", "“Kết quả”"),
    ("speak vneid-level2 notes.txt/steps", "notes.txt"),
    ("chat --as mayor", "--as nhận một trong các vai: citizen"),
    ("telegram webhook info", "Chưa đặt GOCUA_TELEGRAM_TOKEN"),
    ("zalo-bot webhook info", "Chưa đặt GOCUA_ZALO_BOT_TOKEN"),
    ("zalo-oa login", "Chưa đặt GOCUA_ZALO_OA_APP_ID"),
])
def test_what_cannot_be_done_is_said(
    folder: Path, typed: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = ended(typed, monkeypatch, capsys)
    assert code == 2 and told in said, said
    assert "Traceback" not in said and said.count("\n") == 1


def test_a_file_that_another_program_holds_is_said_to_be_locked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opening, "PRAGMAS", (*opening.PRAGMAS, "busy_timeout = 50"))
    with closing(sqlite3.connect(folder / "gocua.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, said = ended("hamlet rename 01933-M1 Mới", monkeypatch, capsys)
        other.execute("ROLLBACK")
    assert code == 2 and "database is locked" in said and "không được ghi" in said


@pytest.mark.parametrize(("name", "value", "told"), [
    ("GOCUA_TELEGRAM_TOKEN", "xa=", "NAME=VALUE"),
    ("GOCUA_TELEGRAM_TOKEN", "xa=1:hidden,xa=2:hidden", "NAME=VALUE"),
    ("GOCUA_ZALO_OA_APP_SECRET", "=hidden", "NAME=VALUE"),
    ("GOCUA_NUMBER_KEY", "hidden", "16 letters"),
])
def test_an_account_without_a_name_or_a_token_is_no_account(
    folder: Path, name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    code, said = ended("doctor", monkeypatch, capsys)
    assert code == 2 and name in said and told in said and "hidden" not in said


def test_an_env_file_that_is_no_text_is_said_to_be_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".env").write_bytes(b"GOCUA_TELEPHONE=\xff\xfe\n")
    code, said = ended("doctor", monkeypatch, capsys)
    assert code == 2 and ".env không phải tệp chữ UTF-8" in said


def test_the_doctor_speaks_one_language_and_names_what_others_could_read_or_guess(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".env").write_text("GOCUA_LOCALE=en\nGOCUA_LOG_LEVEL=INFO\nGOCUA_FEED_TOKEN=short\n", "utf-8")
    (folder / ".env").chmod(0o644)
    monkeypatch.setattr(sys, "argv", ["gocua", "doctor"])
    with pytest.raises(SystemExit) as end:
        main()
    told = capsys.readouterr().out
    assert end.value.code == 1
    assert "guides" in told
    assert "chmod 600 .env" in told and "GOCUA_FEED_TOKEN has fewer" in told
    assert "Đồng hồ" not in told and "bài hướng dẫn" not in told


def test_a_poster_is_what_its_file_is_called(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, begins in (("a.png", b"\x89PNG"), ("a.pdf", b"%PDF")):
        monkeypatch.setattr(sys, "argv", ["gocua", "poster", "guide", "vneid-level2", "--out", name])
        with pytest.raises(SystemExit) as end:
            main()
        assert not end.value.code and (folder / name).read_bytes().startswith(begins)
