"""Read it to me: the sound of a step on every channel, an aside from which people go on; and nothing of it without a voice."""

from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels import Fate, Limits
from bot.channels.telegram import Telegram
from bot.channels.terminal import Terminal
from bot.channels.webchat import WebChat
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOfficial
from bot.house import House, open_store
from bot.papers import Printer
from bot.store import Store
from bot.web.headers import CONTENT
from content import speech
from content.library import Library
from handlers.guides.speech import KIND
from handlers.papers import SOUND, Paper
from handlers.talk import Choice, Message
from storage.database import Database
from tests.houses import furnish, living, quiet, settings
from tests.journeys.drivers import DRIVERS, Driver, OnTelegram, OnTerminal, OnWebChat
from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.voice import heard, needs_voice
from tests.zalo import app_of, sign_in

TOKEN = "1001:loopback-token-for-tests-only"
GUIDE = next(guide for guide in Library.load().guides("vi") if not guide.cases and len(guide.steps) > 2)
LISTEN, ON, STUCK = "Nghe đọc bước này", "Xong bước này", "Tôi bị vướng"
NAME = f"{KIND}:vi:{GUIDE.id}.{GUIDE.steps[0].id}.ogg"
SPOKEN = Message("Đây là giọng máy đọc.", title="🔊 Mở ứng dụng", document=NAME, choices=(Choice("Xong bước này", "1:a:done"),))
SHORT = Paper("a.ogg", SOUND, b"OggS and so on", lasts=True)


async def short(name: str) -> Paper | None:
    return SHORT if name == NAME else None


class Visit:
    """Somebody at the first step of a guide, on one channel of a whole house."""

    def __init__(self, url: str, driver: Driver, folder: Path) -> None:
        self.driver, self.folder = driver, folder
        store = Database(url)
        self.printer = Printer(store, lambda: self.house.mind)
        self.house: House

    def channels(self) -> list[Terminal | Telegram | WebChat]:
        (channel,) = self.driver.channels()
        if isinstance(channel, Terminal):
            channel.papers, channel.folder = self.printer, self.folder
        elif isinstance(channel, Telegram):
            channel._sending._papers = self.printer
        elif isinstance(channel, WebChat):
            channel._papers = self.printer
        return [channel]  # type: ignore[list-item]

    async def say(self, said: str) -> tuple[str, list[str]]:
        await self.driver.say(self.house, "citizen", said)
        await quiet(self.house.store)
        seen = await self.driver.seen("citizen")
        return seen.words, seen.labels

    async def begin(self) -> tuple[str, list[str]]:
        await self.say(f"/start g-{GUIDE.id}")
        return await self.say("[Bắt đầu]")


async def at_first_step(url: str, name: str, folder: Path) -> Visit:
    furnish(url)
    visit = Visit(url, DRIVERS[name](), folder)
    await visit.driver.open(["citizen"])
    return visit


def offered(labels: list[str], words: str) -> bool:
    return any(words in label for label in labels)


@needs_voice
@pytest.mark.parametrize("name", DRIVERS)
async def test_a_step_is_heard_and_stays_where_it_is(sqlite_url: str, name: str, tmp_path: Path) -> None:
    visit = await at_first_step(sqlite_url, name, tmp_path)
    async with living(sqlite_url, visit.channels(), listen=True) as visit.house:
        words, labels = await visit.begin()
        assert GUIDE.steps[0].title in words and offered(labels, LISTEN)
        words, labels = await visit.say(f"[{LISTEN}]")
        assert GUIDE.steps[0].title in words and "giọng máy" in words
        assert offered(labels, ON) and offered(labels, STUCK) and not offered(labels, LISTEN)
        sound = heard(await _got(visit))
        letters = len(GUIDE.steps[0].title + GUIDE.steps[0].text)
        assert (sound.codec, sound.channels) == ("opus", 1) and sound.loudness > 0.01
        assert letters / 25 < sound.seconds < letters / 6, f"{letters} letters in {sound.seconds} seconds"
        words, _ = await visit.say(f"[{ON}]")
        assert GUIDE.steps[1].title in words, "the step itself had moved"
    await visit.driver.close()


async def _got(visit: Visit) -> bytes:
    """The sound as it arrived on the channel."""
    if isinstance(visit.driver, OnTerminal):
        (path,) = visit.folder.glob("*.ogg")
        return path.read_bytes()
    if isinstance(visit.driver, OnTelegram):
        (sent,) = [message for message in visit.driver.users["citizen"].transcript() if message.get("kind") == "voice"]
        assert sent["text"] or sent["keyboard"]
        (file,) = [file for file in visit.driver.api.bot(TOKEN).files.values() if file.name.endswith(".ogg")]
        return bytes(file)
    assert isinstance(visit.driver, OnWebChat)
    (line,) = [line for line in await visit.driver._read("citizen") if line.get("sound")]
    at = f"{visit.house.address}/chat/citizen/{line['document']}"
    async with aiohttp.ClientSession() as browser, browser.get(at) as answer:
        assert (answer.status, answer.content_type) == (200, SOUND)
        return await answer.read()


@pytest.mark.parametrize("name", DRIVERS)
async def test_without_a_voice_nothing_changes(
        sqlite_url: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "installed", lambda: False)
    visit = await at_first_step(sqlite_url, name, tmp_path)
    async with living(sqlite_url, visit.channels(), listen=True) as visit.house:
        words, labels = await visit.begin()
        assert GUIDE.steps[0].title in words and offered(labels, ON) and not offered(labels, LISTEN)
        await visit.say(f"[{ON}]")
    await visit.driver.close()


async def test_a_button_from_before_the_voice_was_taken_out_is_answered(
        sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = await at_first_step(sqlite_url, "telegram", tmp_path)
    monkeypatch.setattr(speech, "installed", lambda: True)
    async with living(sqlite_url, visit.channels(), listen=True) as visit.house:
        await visit.begin()
    monkeypatch.setattr(speech, "installed", lambda: False)
    async with living(sqlite_url, visit.channels(), listen=True) as visit.house:
        words, labels = await visit.say(f"[{LISTEN}]")
        assert "chưa đọc thành tiếng" in words and offered(labels, "Làm tiếp")
        words, _ = await visit.say("[Làm tiếp]")
        assert GUIDE.steps[0].title in words
    await visit.driver.close()


async def test_a_voice_that_fails_leaves_the_words_and_the_way_on(
        sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "installed", lambda: True)
    monkeypatch.setattr(speech, "_ENGINE", tmp_path / "no-such-voice.py")
    visit = await at_first_step(sqlite_url, "telegram", tmp_path)
    async with living(sqlite_url, visit.channels(), listen=True) as visit.house:
        await visit.begin()
        words, labels = await visit.say(f"[{LISTEN}]")
        assert "giọng máy" in words and offered(labels, ON)
        assert GUIDE.steps[1].title in (await visit.say(f"[{ON}]"))[0]
    await visit.driver.close()


# --- Telegram's and Zalo's own ways -----------------------------------------------------------------------------------------


async def test_telegram_gets_a_voice_message_and_uploads_it_once() -> None:
    async with LoopbackBotApi(TOKEN) as api:
        api.user(7, token=TOKEN).say("chào")
        channel = Telegram("main", TOKEN, api_base=api.url, papers=short)
        for _ in range(2):
            assert (await channel.send("7", SPOKEN)).fate is Fate.SENT
        await channel.close()
        sent = [message for message in api.user(7, token=TOKEN).transcript() if message.get("kind") == "voice"]
        assert len(sent) == 2 and len(api.bot(TOKEN).files) == 1
        assert "giọng máy" in sent[0]["text"] and sent[0]["keyboard"][0][0]["text"] == "Xong bước này"


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(settings(sqlite_url))
    yield opened
    opened.close()


@pytest.mark.parametrize("public_url", ["", "https://bot.example.vn"])
async def test_zalo_gets_a_link_where_its_readers_can_reach_us_and_no_button_elsewhere(store: Store, public_url: str) -> None:
    async def receive(account: str, things: object) -> None:
        return

    async with LoopbackZaloBot(TOKEN) as bots, LoopbackZaloOa() as oa:
        await sign_in(oa, store)
        bot = ZaloBot("main", TOKEN, api_base=bots.url, public_url=public_url, papers=short)
        account = ZaloOfficial("main", app_of(oa), "x", store, api_base=oa.url, public_url=public_url, papers=short)
        assert (bot.limits.sounds, account.limits.sounds) == (bool(public_url), bool(public_url))
        if public_url:
            assert (await bot.send("u1", SPOKEN)).fate is (await account.send("u1", SPOKEN)).fate is Fate.SENT
            for channel, words in ((bot, bots.bot().posts[-1].words), (account, oa.posts[-1].words)):
                assert "1. Xong bước này" in words.splitlines()[-1]
                (link,) = [line for line in words.splitlines() if line.startswith("https://")]
                app = web.Application()
                app.router.add_routes(channel.routes(receive))
                async with TestClient(TestServer(app)) as reader, reader.get(link.removeprefix(public_url)) as answer:
                    assert (answer.status, answer.content_type, await answer.read()) == (200, SOUND, SHORT.content)
        await bot.close()
        await account.close()


async def test_a_player_may_fetch_a_sound_in_parts() -> None:
    from bot.web.shelf import handed_out

    whole = handed_out(SHORT, "document")
    assert (whole.status, whole.headers["Accept-Ranges"], whole.body) == (200, "bytes", SHORT.content)
    part = handed_out(SHORT, "document", slice(0, 2, 1))
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"Og", f"bytes 0-1/{len(SHORT.content)}")
    assert handed_out(SHORT, "document", slice(-4, None, 1)).body == b"o on"
    assert handed_out(SHORT, "document", slice(5_000, None, 1)).status == 416


def test_every_channel_says_whether_it_is_heard() -> None:
    assert Limits(1, 0, False, False, 1, 1, 1, 1).sounds is False
    assert "media-src 'self'" in CONTENT.split("; ")
    assert Terminal("a").limits.sounds and Telegram("a", TOKEN).limits.sounds
