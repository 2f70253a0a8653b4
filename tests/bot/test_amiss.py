"""What an operator gets wrong is said in words with what to do, and never as a traceback."""

import io
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main
from bot.demo import is_loaded
from content.words import LANGUAGES, words
from storage.database import Database

TOKEN = "1:secret-of-this-bot"
NOWHERE = {"GOCUA_TELEGRAM_TOKEN": TOKEN, "GOCUA_TELEGRAM_API_BASE": "http://127.0.0.1:9"}
WEBHOOK = ("telegram", "webhook")


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working folder, without settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def busy() -> Iterator[str]:
    """An address that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield f"127.0.0.1:{other.getsockname()[1]}"


def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *typed: str, code: int = 2) -> str:
    monkeypatch.setattr(sys, "argv", ["gocua", *typed])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    told = capsys.readouterr()
    assert "Traceback" not in told.err and TOKEN not in told.err + told.out
    return told.err or told.out


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("set_, typed, phrase", [
    ({}, (*WEBHOOK, "info"), "telegram.no_token"),
    (NOWHERE, (*WEBHOOK, "set"), "telegram.no_address"),
    (NOWHERE | {"GOCUA_PUBLIC_URL": "http://bot.example.vn"}, (*WEBHOOK, "set"), "telegram.not_https"),
    (NOWHERE | {"GOCUA_PUBLIC_URL": "https://bot.example.vn"}, (*WEBHOOK, "set"), "telegram.no_secret"),
    ({"GOCUA_DATABASE_URL": "hello"}, ("db", "check"), "database.no_address"),
    ({"GOCUA_DATABASE_URL": "mysql://root:secret@127.0.0.1/x"}, ("db", "upgrade"), "database.no_address"),
    ({"GOCUA_DATABASE_URL": "postgresql://u:p@127.0.0.1:port/x"}, ("serve",), "database.no_address"),
    ({"GOCUA_DATABASE_URL": "postgresql://u:p@127.0.0.1/x"}, ("demo", "--reset"), "serve.no_reset"),
])
def test_what_is_missing_or_cannot_be_read_is_named(
    set_: dict[str, str], typed: tuple[str, ...], phrase: str, language: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**set_, "GOCUA_LOCALE": language}.items():
        monkeypatch.setenv(name, value)
    assert words(language).say(phrase) in said(capsys, monkeypatch, *typed)


@pytest.mark.parametrize("what", ["info", "delete", "set"])
def test_a_telegram_that_is_not_reached_is_no_traceback(
    what: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**NOWHERE, "GOCUA_PUBLIC_URL": "https://bot.example.vn", "GOCUA_TELEGRAM_WEBHOOK_SECRET": "s3"}.items():
        monkeypatch.setenv(name, value)
    told = said(capsys, monkeypatch, *WEBHOOK, what)
    assert told.startswith("telegram:main: ") and "GOCUA_TELEGRAM_API_BASE" in told


def test_a_port_that_another_program_has_is_named(
    busy: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOCUA_LISTEN", busy)
    assert f"Không mở được {busy}" in said(capsys, monkeypatch, "serve")
    told = said(capsys, monkeypatch, "demo", "--port", busy.rpartition(":")[2])
    assert f"Không mở được {busy}" in told and "Mở trình duyệt" not in told, "an address is told once it is ours"


def test_a_setting_that_cannot_be_is_named_without_its_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOCUA_TELEGRAM_WEBHOOK_SECRET", "not a secret!")
    told = said(capsys, monkeypatch, "doctor")
    assert told.startswith("GOCUA_TELEGRAM_WEBHOOK_SECRET: 1-256 letters") and "not a secret" not in told


@pytest.mark.parametrize("typed", [("demo",), ("chat", "--as", "leader")])
def test_no_demonstration_is_put_among_real_communes(
    typed: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a terminal is opened over the real database: it speaks with it, and puts nothing in."""
    monkeypatch.setenv("GOCUA_DATABASE_URL", f"sqlite:///{tmp_path}/real.db")
    for made in (("db", "upgrade"), ("place", "import", "01933")):
        said(capsys, monkeypatch, *made, code=0)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    said(capsys, monkeypatch, *typed, code=2 if typed[0] == "demo" else 0)
    database = Database(f"sqlite:///{tmp_path}/real.db")
    with database.read() as tx:
        assert not is_loaded(tx)
    database.close()


def test_a_terminal_over_a_database_that_is_not_there_makes_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "gocua db upgrade" in said(capsys, monkeypatch, "chat", "--database", "sqlite:///typo.db")
    assert list(tmp_path.iterdir()) == []


def test_people_are_invited_only_to_where_their_role_serves(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for typed in (("db", "upgrade"), ("place", "import", "01933"), ("hamlet", "add", "01933", "Thôn Một")):
        monkeypatch.setattr(sys, "argv", ["gocua", *typed])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
    capsys.readouterr()
    refused = [("volunteer", "01933", "không phục vụ ở Xã Đồng Phúc"), ("leader", "01933", "không phục vụ ở"),
               ("commune_officer", "01933-01", "không phục vụ ở Thôn Một"), ("admin", "01933-01", "không phục vụ ở"),
               ("leader", "01999", "chưa có nơi mang mã 01999"), ("king", "01933-01", "king")]
    for role, place, why in refused:
        assert why in said(capsys, monkeypatch, "invite", role, place)
    for role, place in (("volunteer", "01933-01"), ("leader", "01933-01"), ("commune_officer", "01933"), ("admin", "01933")):
        told = said(capsys, monkeypatch, "invite", role, place, code=0)
        assert "http://127.0.0.1:8080/?start=j-" in told and "trong 60 phút: " in told
