"""Pictures and documents: made once from their names, never in the way of the words, and handed out on every channel."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from bot.channels import Channel, Fate
from bot.channels.telegram import Telegram
from bot.channels.terminal import Terminal
from bot.house import House
from bot.mind import Mind
from bot.papers import KEPT_BYTES, Printer
from content.library import Library
from handlers.look import Look
from handlers.papers import Paper
from handlers.talk import Message
from storage.database import Database
from tests.drawings import png
from tests.e2e.echo import Echo, serving
from tests.houses import furnish, living, quiet
from tests.loopback.bot_api import LoopbackBotApi

TOKEN = "1001:loopback-token-for-tests-only"
PICTURE = Paper("hình vẽ.png", "image/png", png(720, 900), lasts=True)
REPORT = Paper("báo cáo.pdf", "application/pdf", b"%PDF-1.4 all of it")
BOTH = Message("Lời", title="Tên", picture="drawing:vi:a", alt="Một hình", document="report:vi:b")


async def shelf(name: str) -> Paper | None:
    return {"drawing:vi:a": PICTURE, "report:vi:b": REPORT}.get(name)


class Found:
    """The search is not asked here."""

    action, topics = "none", ()


class Maker:
    """Makes a paper of the size it is asked for; counts how often."""

    def __init__(self, *, lasts: bool = False) -> None:
        self.made: list[tuple[str, str]] = []
        self.doors: tuple[str, ...] = ()
        self.lasts = lasts

    def __call__(self, look: Look, rest: str) -> Paper | None:
        self.made.append((look.words.language, rest))
        self.doors = look.doors
        time.sleep(0.02)
        if rest == "broken":
            raise ValueError("0900000000 must not stand in a log")
        return Paper("a.pdf", "application/pdf", b"x" * int(rest), lasts=self.lasts) if rest.isdigit() else None


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path / 'a.db'}")
    made.upgrade()
    return made


def printer(database: Database, **makers: Maker) -> Printer:
    mind = Mind(Library.load(), lambda text: Found(), "vi", {}, lambda: ("https://x.vn/?start={}",))
    return Printer(database, lambda: mind, makers)


async def test_a_paper_is_made_once_however_many_ask(database: Database) -> None:
    report = Maker()
    papers = printer(database, report=report)
    found = await asyncio.gather(*(papers("report:en:12") for _ in range(5)))
    assert {each.content for each in found if each} == {b"x" * 12} and len(found) == 5
    assert report.made == [("en", "12")] and report.doors == ("https://x.vn/?start={}",)
    assert await papers("report:en:12") is found[0]
    assert len(report.made) == 1


async def test_what_there_is_not_is_none_and_nothing_raises(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    report = Maker()
    papers = printer(database, report=report)
    for name in ("", ":", "report", "report:", "report:vi:none", "report:vi:broken", "other:vi:1", "\0:vi:1"):
        assert await papers(name) is None
    assert report.made == [("vi", ""), ("vi", ""), ("vi", "none"), ("vi", "broken")]
    assert await papers("report:7") and report.made[-1] == ("vi", "7")  # a name without a language
    assert "ValueError" in caplog.text and "0900000000" not in caplog.text


async def test_what_may_change_is_made_again_and_what_lasts_is_not(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.papers.KEPT_SECONDS", 0.0)
    report, drawing = Maker(), Maker(lasts=True)
    papers = printer(database, report=report, drawing=drawing)
    for _ in range(3):
        await papers("report:vi:1")
        await papers("drawing:vi:1")
    assert (len(report.made), len(drawing.made)) == (3, 1)


async def test_memory_is_bounded(database: Database) -> None:
    drawing = Maker(lasts=True)
    papers = printer(database, drawing=drawing)
    size = KEPT_BYTES // 4
    for number in range(6):
        await papers(f"drawing:vi:{size + number}")
    assert sum(len(paper.content) for paper, _ in papers._kept.values()) <= KEPT_BYTES
    await papers(f"drawing:vi:{size + 5}")
    await papers(f"drawing:vi:{size}")
    assert len(drawing.made) == 7


@asynccontextmanager
async def reached(name: str, folder: Path) -> AsyncIterator[tuple[Channel, LoopbackBotApi]]:
    async with LoopbackBotApi(TOKEN) as api:
        api.user(7, token=TOKEN).say("chào")
        channel: Channel = (Telegram("main", TOKEN, api_base=api.url, papers=shelf) if name == "telegram"
                            else Terminal("7", out=lambda text: None, colours=False, papers=shelf, folder=folder))
        yield channel, api
        await channel.close()


@pytest.mark.parametrize("name", ["telegram", "terminal"])
async def test_what_is_attached_arrives_whole(name: str, tmp_path: Path) -> None:
    async with reached(name, tmp_path / "papers") as (channel, api):
        assert (await channel.send("7", BOTH)).fate is Fate.SENT
        assert (await channel.send("7", Message("Chỉ có lời", picture="drawing:vi:gone"))).fate is Fate.SENT
        files = {path.name: path.read_bytes() for path in (tmp_path / "papers").glob("*")}
        files |= {file.name: bytes(file) for file in api.bot(TOKEN).files.values()}
        assert files == {PICTURE.name: PICTURE.content, REPORT.name: REPORT.content}


async def test_the_terminal_says_where_it_put_them_and_stays_in_its_folder(tmp_path: Path) -> None:
    async def escaping(name: str) -> Paper | None:
        return Paper("../../outside.pdf", "application/pdf", b"x")

    said: list[str] = []
    terminal = Terminal("7", out=said.append, colours=False, papers=escaping, folder=tmp_path / "papers")
    await terminal.send("7", Message("Lời", document="a"))
    assert f"📎 {tmp_path / 'papers' / 'outside.pdf'}" in said[0]
    assert [path.name for path in tmp_path.rglob("*.pdf")] == ["outside.pdf"] and not (tmp_path / "outside.pdf").exists()


# --- the web chat ---------------------------------------------------------------------------------------------------------


async def lines(browser: aiohttp.ClientSession, house: Echo, part: str) -> list[dict[str, str]]:
    async with browser.get(f"{house.address}/chat/{part}/lines") as answer:
        return list(json.loads(await answer.text())["lines"])


async def test_a_browser_gets_the_papers_of_its_own_chat(tmp_path: Path) -> None:
    async with serving(demo=False) as house, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as mine, \
            aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as another:
        house.papers = shelf
        await house.close()
        await house.open()
        for browser in (mine, another):
            await (await browser.get(house.address)).read()
        await house.say(next(iter(house.chat._visitors._issued)), BOTH)
        (line,) = await lines(mine, house, "me")
        assert line["alt"] == "Một hình" and "vi:" not in line["picture"] + line["document"]
        at = f"{house.address}/chat/me/"
        async with mine.get(at + line["picture"]) as picture, mine.get(at + line["document"]) as document:
            assert (await picture.read(), picture.content_type) == (PICTURE.content, "image/png")
            assert (await document.read(), document.content_type) == (REPORT.content, "application/pdf")
            assert document.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(REPORT.name)}"
            assert "no-store" in document.headers["Cache-Control"] and "private" in picture.headers["Cache-Control"]
            assert picture.headers["Content-Security-Policy"].startswith("default-src 'none'")
        kind, row, seal = line["document"].split("/")
        guesses = (f"{kind}/{row}/{'0' * 32}", f"picture/{row}/{seal}", f"{kind}/{int(row) + 1}/{seal}", f"{kind}/{row}/é",
                   f"{kind}/0/{seal}")
        for address in guesses:
            assert (await mine.get(at + address)).status == 404
        assert (await another.get(at + line["document"])).status == 404


async def test_a_paper_that_is_no_longer_to_be_had_is_missing() -> None:
    async with serving() as house, aiohttp.ClientSession() as browser:
        await house.say("demo-citizen", BOTH)
        (line,) = await lines(browser, house, "citizen")
        assert (await browser.get(f"{house.address}/chat/citizen/{line['document']}")).status == 404


# --- in a whole house -----------------------------------------------------------------------------------------------------


async def test_a_guide_and_a_summary_bring_their_pictures(sqlite_url: str, tmp_path: Path) -> None:
    furnish(sqlite_url)
    told: dict[str, list[str]] = {"citizen": [], "leader": []}
    houses: list[House] = []
    store = Database(sqlite_url)
    papers = Printer(store, lambda: houses[0].mind)
    for part, line in (("citizen", "/start g-vneid-level2"), ("leader", "số liệu")):
        chat = Terminal(part, out=told[part].append, colours=False, papers=papers, folder=tmp_path / part)
        async with living(sqlite_url, [chat]) as house:
            houses[:] = [house]
            await chat.ready.wait()
            await chat.hear(line)
            await quiet(house.store)
    store.close()
    found = {path.name: path.read_bytes()[:4] for path in tmp_path.glob("*/*.png")}
    assert found.pop("vneid-level2.png") == b"\x89PNG"
    ((name, begins),) = found.items()
    assert name.startswith("go-cua-") and begins == b"\x89PNG" and any(name in line for line in told["leader"])
