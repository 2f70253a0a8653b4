"""The whole program on Telegram: groups that move, numbers beyond what a double holds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import select

from bot.build import telegram_bots
from bot.house import House
from storage.database import Database
from storage.models import Chat, Inbox, table
from tests.houses import living, quiet, settings
from tests.loopback.bot_api import DEFAULT_TOKEN, LoopbackBotApi

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
