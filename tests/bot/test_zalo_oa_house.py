"""The whole program over both loopback Zalo platforms: presses, comings and goings, withheld words. Numbers are the cases'."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import func, select

from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOfficial
from bot.house import House, open_store
from content.words import words
from storage import zalo
from storage.models import Chat, Person, Visit, table
from storage.reminding.doors import doors_of
from storage.reminding.ways import BLOCKED, way_to
from tests.bot.test_zalo_house import TOKEN, volunteer
from tests.houses import furnish, living, quiet, settings
from tests.journeys.chats import bind_chats
from tests.loopback.zalo_bot import LoopbackZaloBot, methods
from tests.loopback.zalo_bot.bot import Bot, event
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.loopback.zalo_oa.events import follow
from tests.zalo import app_of, sign_in

SECRET = "loopback-secret"
SAY = words("vi").say


@pytest.fixture
async def oa() -> AsyncIterator[LoopbackZaloOa]:
    async with LoopbackZaloOa() as platform:
        yield platform


@contextlib.asynccontextmanager
async def house_of(oa: LoopbackZaloOa, url: str, spool: Path) -> AsyncIterator[House]:
    store = open_store(settings(url))
    await sign_in(oa, store)

    async def known(account: str, chat: str) -> bool:
        return await store.read(lambda rows: zalo.is_known(rows, account, chat))

    channel = ZaloOfficial("main", app_of(oa), oa.secret_key, store, api_base=oa.url, per_second=1_000, spool=spool, known=known)
    async with living(url, [channel], listen=True) as house:
        oa.webhook = f"{house.address}{channel.path}"
        assert channel._spool is not None
        channel._spool._patience = 60.0  # whatever else this machine does: a 200 is a commit here
        yield house
    store.close()


async def says(oa: LoopbackZaloOa, house: House, user: str, text: str) -> str:
    return await happens(oa, house, user, oa.text(user, text))


async def happens(oa: LoopbackZaloOa, house: House, user: str, made: dict[str, Any]) -> str:
    before = len(oa.said_to(user))
    assert await oa.post(made) == 200
    await asyncio.sleep(0.05)
    await quiet(house.store)
    return "\n".join(post.words for post in oa.said_to(user)[before:])


async def visits(house: House) -> int:
    return int(await house.store.read(lambda rows: rows.scalar(select(func.count()).select_from(table(Visit)))))


async def test_47_a_press_of_somebody_else_or_of_long_ago_does_nothing(
    oa: LoopbackZaloOa, sqlite_url: str, tmp_path: Path
) -> None:
    furnish(sqlite_url)
    bind_chats(sqlite_url)
    async with house_of(oa, sqlite_url, tmp_path) as house:
        mine, theirs, before = "z702", "z703", await visits(house)
        await says(oa, house, mine, "ghi lượt")
        await says(oa, house, mine, "19")
        await says(oa, house, mine, "chẳng biết")
        payloads = [button["payload"] for post in oa.said_to(mine) for button in post.buttons]
        assert payloads and await visits(house) - before <= 1
        before = await visits(house)
        forged = [*payloads, "#m:zzzz:outcome:absent", "#m:1:x", "#m:", "#m:/nothing:1", "#m:9999999999999:k:a"]
        for payload in forged:
            answered = await says(oa, house, theirs, payload)
            assert answered, payload
        assert await visits(house) == before, "nobody logs a visit with another's button"


async def test_52_whoever_follows_is_welcomed_once_and_left_alone_when_they_go(
    oa: LoopbackZaloOa, url: str, tmp_path: Path
) -> None:
    async with house_of(oa, url, tmp_path) as house:
        async def state() -> str:
            asked = select(table(Chat).c.state).where(table(Chat).c.ref == "U")
            return str(await house.store.read(lambda rows: rows.scalar(asked)))

        async def heard_at() -> datetime:
            asked = select(table(Chat).c.heard_at).where(table(Chat).c.ref == "U")
            found: datetime = await house.store.read(lambda rows: rows.scalar(asked))
            return found

        came, begun = follow(oa.app_id, oa.oa, "U"), datetime.now(UTC)
        welcome = await happens(oa, house, "U", came)
        assert welcome and not await happens(oa, house, "U", came)
        assert await heard_at() >= begun, "the window is open from now on"
        first = welcome.splitlines()[0]
        assert first not in await says(oa, house, "U", "nộp hồ sơ trực tuyến"), "greeted when they followed, not again"
        assert await state() == "active"
        await happens(oa, house, "U", follow(oa.app_id, oa.oa, "U", "unfollow"))
        assert await state() == "blocked"
        chat_id = await house.store.read(lambda rows: rows.scalar(select(table(Chat).c.id).where(table(Chat).c.ref == "U")))
        doors = (await house.store.read(lambda rows: doors_of(rows, [chat_id])))[chat_id]
        assert (await house.store.read(lambda rows: way_to(rows, house.mind.limits, doors, datetime.now(UTC))))[1] == BLOCKED
        assert await says(oa, house, "U", "menu") and await state() == "active"


async def test_45_nobodys_profile_is_asked_for_whether_they_follow_or_not(
    oa: LoopbackZaloOa, sqlite_url: str, tmp_path: Path
) -> None:
    """The platform refuses the profile of whoever does not follow; a name is nothing we want to know, so none is refused."""
    async with house_of(oa, sqlite_url, tmp_path) as house:
        assert await says(oa, house, "stranger", "menu") and await says(oa, house, "stranger", "1")
        await happens(oa, house, "U", follow(oa.app_id, oa.oa, "U"))
        assert await says(oa, house, "U", "menu")
        asked = {path for path, _ in oa.calls}
        assert asked and not [path for path in asked if "user" in path or "getlist" in path or "getprofile" in path]
        labels = await house.store.read(lambda rows: rows.all(select(table(Person).c.label)))
        assert not labels, "nobody is known by more than their chat"


async def test_45_who_does_not_follow_is_left_alone_and_others_go_on(
    oa: LoopbackZaloOa, sqlite_url: str, tmp_path: Path
) -> None:
    async with house_of(oa, sqlite_url, tmp_path) as house:
        oa.switches.fail = [{"path": "/cs", "error": -213}]
        assert not await says(oa, house, "gone", "menu")
        assert await says(oa, house, "here", "menu")
        assert not oa.said_to("gone"), "the refused one is not tried again, nor what stood behind it"
        assert await says(oa, house, "gone", "menu"), "whoever writes again is answered again"


async def test_31_whoever_cannot_type_is_given_a_number_to_call(sqlite_url: str, tmp_path: Path) -> None:
    async with LoopbackZaloBot(TOKEN) as api:
        bot = ZaloBot("main", TOKEN, api_base=api.url, mode="webhook", webhook_secret=SECRET, per_second=1_000,
                      chat_per_second=1_000, spool=tmp_path)
        calm = settings(sqlite_url, telephone=" 0210 3855 123 (UBND xã) ")
        house = House(calm, open_store(calm), [bot])
        await house.start()
        try:
            api.bot().webhook = {"url": f"{house.address}{bot.path}", "secret_token": SECRET}
            for _ in range(3):
                assert await api.post(event(api.bot(), "u1", "unsupported")) == 200
                await quiet(house.store)
        finally:
            await house.stop()
        (post,) = api.posts("u1")
        assert "gọi 0210 3855 123 (UBND xã)." in post.words and f"1. {SAY('help.ask')}" in post.words


async def test_31_withheld_words_are_answered_with_a_persons_help(sqlite_url: str, tmp_path: Path) -> None:
    volunteer(sqlite_url, "v1")
    async with LoopbackZaloBot(TOKEN) as api:
        bot = ZaloBot("main", TOKEN, api_base=api.url, mode="webhook", webhook_secret=SECRET, per_second=1_000,
                      chat_per_second=1_000, spool=tmp_path)
        async with living(sqlite_url, [bot], listen=True) as house:
            api.bot().webhook = {"url": f"{house.address}{bot.path}", "secret_token": SECRET}
            for made in (event(api.bot(), "u1", "unsupported"), event(api.bot(), "u1", "unsupported")):
                assert await api.post(made) == 200
                await quiet(house.store)
            (post,) = api.posts("u1")
            assert SAY("sent.unsupported").splitlines()[0] in post.words and f"1. {SAY('help.ask')}" in post.words
            assert await api.post(event(api.bot(), "u1", "text", text="1")) == 200
            await quiet(house.store)
            assert "thôn nào" in api.posts("u1")[-1].words, "a person of their hamlet is asked for"


async def test_17_the_choices_are_kept_before_they_are_sent(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    async with LoopbackZaloBot(TOKEN) as api:
        bot = ZaloBot("main", TOKEN, api_base=api.url, mode="webhook", webhook_secret=SECRET, per_second=1_000, spool=tmp_path)
        async with living(sqlite_url, [bot], listen=True) as house:
            send: Callable[..., Awaitable[web.StreamResponse]] = methods.METHODS["sendMessage"]

            async def looks_first(platform: Any, bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
                shown = await house.store.read(lambda rows: rows.scalar(
                    select(table(Chat).c.shown).where(table(Chat).c.ref == fields["chat_id"])))
                seen.append(sum(f"{number}. {entry[1]}" in fields["text"]
                                for number, entry in enumerate([each for each in shown if len(each) < 3], start=1)))
                return await send(platform, bot, fields, request)

            monkeypatch.setitem(methods.METHODS, "sendMessage", looks_first)
            api.bot().webhook = {"url": f"{house.address}{bot.path}", "secret_token": SECRET}
            assert await api.post(event(api.bot(), "u1", "text", text="menu")) == 200
            await quiet(house.store)
    assert seen and seen[-1] >= 3, "what is typed next can be understood the moment it is asked"
