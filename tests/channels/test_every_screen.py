"""Every screen of every guide, in both languages and at both paces, as each channel really says it, against its own limits."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels import Channel, Fate
from bot.channels.fitting import fit, units
from bot.channels.telegram import Telegram
from bot.channels.terminal import LIMITS as TERMINAL
from bot.channels.terminal import Terminal
from bot.channels.webchat import LIMITS as WEB
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOfficial
from bot.channels.zalo_oa_incoming import PRESSED
from bot.channels.zalo_words import MOST
from bot.house import open_store
from bot.review.ground import ground
from bot.store import Store
from bot.web.lines import drawn
from bot.web.said import read
from content.library import Library
from content.words import LANGUAGES
from handlers.atlas import explore
from handlers.guides import guide
from handlers.guides.guide import GUIDE
from handlers.heard import choice
from handlers.papers import Paper
from handlers.talk import DATA_BYTES, Message
from storage.reminding.preferences import Settings
from storage.transcript import Line
from tests.drawings import png
from tests.houses import settings
from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import app_of, sign_in

TOKEN = "1001:loopback-token-for-tests-only"
AT_ONCE = 16
LARGEST = 12
"""Digits that the number of a conversation may take on a button: the walk's own has one."""


@pytest.fixture(scope="module")
def screens() -> list[Message]:
    """Each once; with the button to listen, whether a voice is installed or not."""
    found: dict[str, Message] = {}
    with ground() as walked, pytest.MonkeyPatch.context() as patch:
        for larger in (False, True):
            patch.setattr(guide.preferences, "own", lambda rows, chat, larger=larger: Settings(larger_steps=larger))
            for language in LANGUAGES:
                look = replace(walked.look(language), sounds=True)
                for each in Library.load().guides(language):
                    atlas = explore(GUIDE, look, each.id)
                    assert atlas.complete
                    found |= {json.dumps(screen.message.pack()): screen.message for screen in atlas.screens.values()}
    return list(found.values())


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(settings(sqlite_url))
    yield opened
    opened.close()


async def papers(name: str) -> Paper | None:
    return Paper("a.png", "image/png", png(), lasts=True)


def shown(message: Message) -> list[list[str]]:
    """The choices as the next letter knows them."""
    return [[each.data, each.label, "q"] if each.quiet else [each.data, each.label] for each in message.choices]


def typed(lines: Sequence[str], message: Message) -> None:
    """Every numbered line, typed by its number or by its words, means the choice that it names."""
    loud = [each for each in message.choices if not each.quiet]
    numbered = [line.strip() for line in lines if line.strip()[:1].isdigit() and ". " in line]
    asked = numbered[len(numbered) - len(loud) - sum(line.startswith("0. ") for line in numbered[-1:]):]
    for line, meant in zip(asked, loud, strict=False):
        number, _, label = line.partition(". ")
        assert label == meant.label and choice(number, shown(message)) == choice(label, shown(message)) == meant.data, line
    assert len(asked) >= len(loud)


async def sent(channel: Channel, to: str, messages: Sequence[Message]) -> None:
    """Send all, many chats' worth at a time; every part has to arrive."""
    waiting = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, message: Message) -> None:
        async with waiting:
            for part in fit(message, channel.limits):
                assert units(part.title + part.text + part.note) <= channel.limits.characters
                done = await channel.send(to.format(number), part)
                assert done.fate is Fate.SENT, (done, message)

    try:
        await asyncio.gather(*(one(number, message) for number, message in enumerate(messages)))
    finally:
        await channel.close()


def test_enough_is_sent(screens: list[Message]) -> None:
    assert len(screens) > 2_000
    assert any(each.picture for each in screens) and any("/listen:" in c.data for each in screens for c in each.choices)
    for message in screens:
        for each in message.choices:
            room = LARGEST - 1 if each.data.startswith("1:") else 0
            assert 0 < len(each.data.encode()) + room <= DATA_BYTES and each.label.strip(), each
        labels = [each.label for each in message.choices]
        assert len(set(labels)) == len(labels), labels


async def test_on_telegram(screens: list[Message]) -> None:
    async with LoopbackBotApi(TOKEN) as api:
        user = api.user(7, token=TOKEN)
        user.say("chào")
        await sent(Telegram("main", TOKEN, api_base=api.url, papers=papers), "7", screens)
        said = user.transcript()
        texts = "\n".join(each["text"] for each in said)
        for message in screens:
            assert all(words in texts for words in (message.title, message.text, message.note))
        keyboards = {json.dumps([b["text"] for row in each["keyboard"] for b in row]) for each in said if each.get("keyboard")}
        orders = [[*(c.label for c in m.choices if not c.quiet), *(c.label for c in m.choices if c.quiet)] for m in screens]
        assert {json.dumps(labels) for labels in orders} <= keyboards


async def test_on_the_zalo_bot(screens: list[Message]) -> None:
    async with LoopbackZaloBot(TOKEN) as api:
        await sent(ZaloBot("main", TOKEN, api_base=api.url), "u{}", screens)
        posts: dict[str, list[str]] = {}
        for post in api.bot().posts:
            assert 0 < units(post.words) <= MOST
            posts.setdefault(post.chat, []).append(post.words)
        for number, message in enumerate(screens):
            last = posts[f"u{number}"][-1]
            typed(last.splitlines(), message)
            assert all(each.label in last for each in message.choices), "a choice is not in the last part"


async def test_on_the_official_account(screens: list[Message], store: Store) -> None:
    async with LoopbackZaloOa() as oa:
        await sign_in(oa, store)
        await sent(ZaloOfficial("main", app_of(oa), "x", store, api_base=oa.url), "u{}", screens)
        posts: dict[str, list] = {}  # type: ignore[type-arg]
        for post in oa.posts:
            posts.setdefault(post.chat, []).append(post)
        for number, message in enumerate(screens):
            last = posts[f"u{number}"][-1]
            typed(last.words.splitlines(), message)
            assert all(each.label in last.words for each in message.choices)
            if 0 < len(message.choices) <= 5:
                assert [button["payload"] for button in last.buttons] == [PRESSED + each.data for each in message.choices]


def test_in_the_web_chat(screens: list[Message]) -> None:
    id_ = "01234567-89ab-cdef-0123-456789abcdef"
    for message in screens:
        (part,) = fit(message, WEB)
        (line,) = drawn([Line(7, True, datetime(2026, 11, 23, tzinfo=UTC), part.pack())], {}, "chat")
        assert (line.get("title", ""), line.get("text", ""), line.get("note", "")) == (message.title, message.text, message.note)
        for label, data, *_ in line["choices"]:
            pressed = read(json.dumps({"id": id_, "press": data, "line": str(line["v"])}).encode())
            assert label and pressed.words == data


async def test_in_the_terminal(screens: list[Message]) -> None:
    said: list[str] = []
    terminal = Terminal("7", out=said.append, colours=False)
    await sent(terminal, "7", screens)
    assert len(said) == len(screens)
    for words, message in zip(said, screens, strict=True):
        assert all(each in words for each in (message.title, message.text, message.note))
        typed(words.splitlines(), message)
        assert units(words) <= TERMINAL.characters
        assert all(f"[{each.label}]" in words for each in message.choices if each.quiet)


