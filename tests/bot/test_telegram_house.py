"""The whole program on Telegram: groups that move, numbers beyond what a double holds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import select

from bot.build import telegram_bots
from bot.house import House
from storage.database import Database
from storage.models import Chat, Household, Inbox, Visit, table
from tests.chaos.world import World
from tests.houses import living, quiet, settings
from tests.loopback.bot_api import DEFAULT_TOKEN, LoopbackBotApi
from tests.loopback.people import User

AWAY = "🚪 Vắng"
FAR = 2**53 + 11
"""An update's number that a double cannot tell from its neighbour."""


@pytest.fixture
async def api() -> AsyncIterator[LoopbackBotApi]:
    async with LoopbackBotApi() as started:
        yield started


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


def program(url: str, api: LoopbackBotApi) -> AbstractAsyncContextManager[House]:
    return living(url, telegram_bots(settings(
        url, telegram_token=f"xa={DEFAULT_TOKEN}", telegram_api_base=api.url, telegram_chat_per_second=1000.0)))


def column(url: str, wanted: object) -> list[str]:
    database = Database(url)
    with database.read() as tx:
        found = [str(each) for each in tx.scalars(select(wanted))]  # type: ignore[call-overload]
    database.close()
    return found


async def test_a_group_that_became_a_supergroup_is_answered_there_and_known_by_its_new_number(
    url: str, api: LoopbackBotApi
) -> None:
    group = api.user(7, chat_id=-5)
    async with program(url, api) as house:
        await until(lambda: api.bot().updates.polls > 0)
        group.chat.moved_to = -1005  # it moved, and nobody has told us yet
        group.bot.chat(-1005, group.chat.raw | {"id": -1005, "type": "supergroup"})
        group.say("/menu")
        await quiet(house.store)
        await until(lambda: len(api.bot().chat(-1005).messages) == 1)
        await until(lambda: column(url, table(Chat).c.ref) == ["-1005"])


async def test_numbers_that_a_double_does_not_hold_are_kept_and_confirmed_exactly(url: str, api: LoopbackBotApi) -> None:
    api.bot().updates._next = FAR
    user = api.user(2**52 - 1)
    async with program(url, api) as house:
        for number, said in enumerate(("menu", "hướng dẫn", "menu"), start=1):
            before = user.seen
            user.say(said)
            await user.wait_for_message(after=before)
            await until(lambda: len(api.bot().updates.confirmed) == number)  # noqa: B023
        await quiet(house.store)
    assert sorted(column(url, table(Inbox).c.external_id)) == [str(FAR), str(FAR + 1), str(FAR + 2)]
    assert column(url, table(Chat).c.ref) == [str(2**52 - 1)]


async def test_after_an_outage_nothing_is_shown_as_saved_that_telegram_forgot(url: str, api: LoopbackBotApi) -> None:
    """A button pressed while we were away is forgotten after 150 seconds, typed words are not."""
    world = World(account="telegram:xa", chats=2, each=1)
    world.furnish(url)
    presses, types = (api.user(world.chat_id(number)) for number in range(2))
    async with program(url, api) as house:
        for user, number in ((presses, 1), (types, 2)):
            for said in ("ghi lượt", f"hộ {number}"):
                before = user.seen
                user.say(said)
                await user.wait_for_message(after=before)
        await quiet(house.store)
    presses.press(None, AWAY)
    types.say("vắng")
    api.clock.skip(151)
    before = types.seen
    async with program(url, api) as house:
        await types.wait_for_message(after=before, timeout=20)
        await quiet(house.store)
        assert visited(url) == [2] and not told_saved(presses) and told_saved(types)
        presses.press(None, AWAY)
        await until(lambda: visited(url) == [1, 2])
        await quiet(house.store)
        assert told_saved(presses)
    assert len(api.bot().updates.expired) == 1


def told_saved(user: User) -> bool:
    return any("Đã lưu" in str(each) for each in user.chat.messages.values())


def visited(url: str) -> list[int]:
    return sorted(int(each) for each in column(url, select(table(Household).c.number).join(
        table(Visit), table(Visit).c.household_id == table(Household).c.id).subquery().c.number))
