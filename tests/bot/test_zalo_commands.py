"""`gocua zalo-bot`, `gocua zalo-oa` and what `gocua doctor` says of both, as somebody types them."""

import asyncio
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot import doctor
from bot.cli import app
from bot.settings import Settings
from content.vietnam_time import local_day
from content.words import words
from storage import zalo, zalo_tokens
from storage.database import Database
from storage.reading import Reading
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_oa import LoopbackZaloOa

TOKEN = "1001:loopback-zalo-token-for-tests-only"
RUN = CliRunner()


class Beside:
    """Platforms that run in a thread of their own, while a command runs in this one."""

    def __init__(self) -> None:
        self.bot, self.oa = LoopbackZaloBot(TOKEN), LoopbackZaloOa()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self) -> "Beside":
        self.thread.start()
        for platform in (self.bot, self.oa):
            asyncio.run_coroutine_threadsafe(platform.start(), self.loop).result(5)
        return self

    def __exit__(self, *_: object) -> None:
        for platform in (self.bot, self.oa):
            asyncio.run_coroutine_threadsafe(platform.stop(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture
def beside(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    with Beside() as platforms:
        for name, value in {
            "DATABASE_URL": sqlite_url, "ZALO_BOT_TOKEN": f"xa={TOKEN}", "ZALO_BOT_API_BASE": platforms.bot.url,
            "PUBLIC_URL": "https://gocua.example", "ZALO_BOT_WEBHOOK_SECRET": "mot-hai-ba-bon",
            "ZALO_OA_APP_ID": f"xa={platforms.oa.app_id}", "ZALO_OA_APP_SECRET": f"xa={platforms.oa.app_secret}",
            "ZALO_OA_SECRET_KEY": f"xa={platforms.oa.secret_key}", "ZALO_OA_API_BASE": platforms.oa.url,
            "ZALO_OA_LOGIN_BASE": platforms.oa.url,
        }.items():
            monkeypatch.setenv(f"GOCUA_{name}", value)
        yield platforms


def typed(*words: str) -> Any:
    return RUN.invoke(app, list(words))


def test_the_webhook_is_set_shown_and_taken_away(beside: Beside) -> None:
    done = typed("zalo-bot", "webhook", "set")
    assert done.exit_code == 0 and "https://gocua.example/zalo-bot/xa" in done.stdout
    assert beside.bot.bot().webhook["secret_token"] == "mot-hai-ba-bon"
    assert "gocua.example" in typed("zalo-bot", "webhook", "info").stdout
    assert typed("zalo-bot", "webhook", "delete").exit_code == 0
    beside.bot.switches.no_webhook = "404"
    shown = typed("zalo-bot", "webhook", "info")
    assert shown.exit_code == 0 and words("vi").say("zalo.webhook_none", account="zalo-bot:xa") in shown.stdout
    assert not beside.bot.bot().webhook


def test_an_address_that_zalo_kept_but_did_not_reach_is_told(beside: Beside) -> None:
    beside.bot.switches.tried = {"ok": False, "outcome": "http_error", "status_code": 502, "hint": "check your proxy"}
    done = typed("zalo-bot", "webhook", "set")
    why = words("vi").say("zalo.not_reached", account="zalo-bot:xa", why="http_error 502 check your proxy")
    assert done.exit_code == 1 and why in done.output and "https://gocua.example/zalo-bot/xa" in done.output
    assert beside.bot.bot().webhook, "it is kept all the same"
    for tried in ({"ok": True, "outcome": "ok", "status_code": 200, "hint": ""}, {}):
        beside.bot.switches.tried = tried
        assert typed("zalo-bot", "webhook", "set").exit_code == 0
    beside.bot.switches.tried = {"ok": False}
    assert typed("zalo-bot", "webhook", "set").exit_code == 1


def test_what_is_missing_is_said(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOCUA_ZALO_BOT_WEBHOOK_SECRET", "ngan")
    short = typed("zalo-bot", "webhook", "set")
    assert short.exit_code == 1 and "secret" in short.output
    monkeypatch.setenv("GOCUA_PUBLIC_URL", "")
    assert "GOCUA_PUBLIC_URL" in typed("zalo-bot", "webhook", "set").output
    monkeypatch.setenv("GOCUA_ZALO_BOT_TOKEN", "9:sai-token")
    wrong = typed("zalo-bot", "webhook", "info")
    assert wrong.exit_code == 1 and "401" in wrong.output and "sai-token" not in wrong.output
    monkeypatch.setenv("GOCUA_ZALO_BOT_TOKEN", "")
    assert "GOCUA_ZALO_BOT_TOKEN" in typed("zalo-bot", "webhook", "info").output
    monkeypatch.setenv("GOCUA_ZALO_OA_APP_ID", "")
    assert "GOCUA_ZALO_OA_APP_ID" in typed("zalo-oa", "login").output + typed("zalo-oa", "status").output


def consent(address: str) -> str:
    """An administrator agrees; the address of the page that follows."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(address)
    except urllib.error.HTTPError as error:
        with error:
            return str(error.headers["Location"])
    raise AssertionError


def sign_in(beside: Beside, monkeypatch: pytest.MonkeyPatch, change: Any = lambda page: page) -> Any:
    said: list[str] = []
    echo = typer.echo

    def heard(text: object = "", **more: Any) -> None:
        said.append(str(text))
        echo(text, **more)

    def pasted(*_: object, **__: object) -> str:
        found = re.search(r"http\S+", said[-1])
        assert found
        return str(change(consent(found[0])))

    monkeypatch.setattr(typer, "echo", heard)
    monkeypatch.setattr(typer, "prompt", pasted)
    return typed("zalo-oa", "login")


def test_signing_in_to_an_official_account(beside: Beside, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = typed("zalo-oa", "status")
    assert before.exit_code == 1 and "zalo-oa login" in before.output
    done = sign_in(beside, monkeypatch)
    assert done.exit_code == 0, done.output
    database = Database(sqlite_url)
    with database.read() as tx:
        token = zalo_tokens.read(Reading(tx), "zalo-oa:xa")
    assert token is not None and token.access == "AT1-loopback-access" and token.generation == 1
    after = typed("zalo-oa", "status")
    assert after.exit_code == 0 and "zalo-oa:xa" in after.output
    shown = before.output + done.output + after.output
    assert not [secret for secret in ("loopback-access", "loopback-refresh", beside.oa.app_secret) if secret in shown]
    with database.write() as tx:
        zalo_tokens.lose(tx, "zalo-oa:xa", 1, "-14014 Invalid refresh token")
    database.close()
    lost = typed("zalo-oa", "status")
    assert lost.exit_code == 1 and "-14014" in lost.output


@pytest.mark.parametrize("change", [
    lambda page: page.replace("code=code-1", "code=sai"), lambda page: re.sub("state=[^&]+", "state=khac", page),
    lambda page: "x"])
def test_a_sign_in_that_fails_changes_nothing(
    beside: Beside, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    assert sign_in(beside, monkeypatch, change).exit_code == 2
    database = Database(sqlite_url)
    with database.read() as tx:
        assert zalo_tokens.read(Reading(tx), "zalo-oa:xa") is None
    database.close()


def test_the_doctor_looks_at_both(beside: Beside, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def found() -> dict[str, list[str]]:
        marks: dict[str, list[str]] = {doctor.GOOD: [], doctor.NOTE: [], doctor.BAD: []}
        for mark, told in asyncio.run(doctor.examine(Settings(_env_file=None))):
            if "zalo" in told:
                marks[mark].append(told)
        return marks

    assert words("vi").say("zalo.login_first", account="zalo-oa:xa") in found()[doctor.BAD]
    sign_in(beside, monkeypatch)
    well = found()
    assert not well[doctor.BAD] and len(well[doctor.GOOD]) == 3
    database = Database(sqlite_url)
    now = datetime.now(UTC)
    with database.write() as tx:
        zalo.add_sent(tx, "zalo-bot:xa", zalo.month_of(local_day(now)), 2_800)
        zalo.stand(tx, "zalo-oa:xa", "billing", "-320 no package", now)
    database.close()
    beside.bot.bot().webhook = {"url": "https://x.example", "updated_at": 1}
    monkeypatch.setenv("GOCUA_ZALO_OA_SECRET_KEY", "")
    ill = "\n".join(found()[doctor.BAD])
    assert all(part in ill for part in ("2800", "billing", "zalo-bot webhook delete", "GOCUA_ZALO_OA_SECRET_KEY"))
    monkeypatch.setenv("GOCUA_ZALO_BOT_TOKEN", "xa=9:sai-token")
    monkeypatch.setenv("GOCUA_PUBLIC_URL", "http://127.0.0.1:8080")
    assert [told.partition(":")[0] for told in found()[doctor.NOTE]] == ["zalo-bot", "zalo-oa"]
    silent = "\n".join(found()[doctor.BAD])
    assert "401" in silent and "sai-token" not in silent
