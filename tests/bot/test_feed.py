"""The feed: nothing without the token, the chat's numbers with it, and nothing about very small places."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp

from bot import demo
from bot.house import House, open_store
from content.vietnam_time import local_day
from storage.counting import campaigns, coverage
from storage.database import Database
from storage.reading import Reading
from tests.houses import settings

TOKEN = "a-token-that-is-long-enough-to-hold"


@contextlib.asynccontextmanager
async def feeding(url: str, token: str) -> AsyncIterator[House]:
    house = House(settings(url, feed_token=token), open_store(settings(url)), [])
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


async def test_whoever_brings_the_token_reads_what_the_chat_says(url: str) -> None:
    database = Database(url)
    now = datetime.now(UTC)
    with database.write() as tx:
        demo.load(tx, now)
    with database.read() as tx:
        running = campaigns.everything(Reading(tx))[0]
        total = coverage.total(Reading(tx), running.goal, running.place_id, local_day(now))
    database.close()
    async with feeding(url, TOKEN) as house, aiohttp.ClientSession() as session:
        path = f"{house.address}/feed/coverage.json"

        async def ask(token: str, **query: str) -> tuple[int, dict]:
            async with session.get(path, params=query, headers={"Authorization": f"Bearer {token}"}) as answer:
                assert answer.headers["Cache-Control"] == "no-store"
                return answer.status, await answer.json()

        assert (await ask("", place="01933"))[0] == (await ask(TOKEN[:-1], place="01933"))[0] == 401
        status, told = await ask(TOKEN, place="01933")
        assert status == 200 and told["place"]["code"] == "01933" and len(told["parts"]) == 3
        assert told["indicators"]["goal_coverage"] == {
            "n": total.goal_coverage.n, "d": total.goal_coverage.d, "percent": float(total.goal_coverage.percent())}
        assert (await ask(TOKEN, place="nowhere"))[0] == (await ask(TOKEN))[0] == 404
        assert (await ask(TOKEN, place="01933", on="yesterday"))[0] == 400
        assert (await ask(TOKEN, place="01933", campaign="x"))[0] == 400


async def test_there_is_no_feed_until_a_good_token_is_set(sqlite_url: str) -> None:
    for token in ("", "short"):
        async with feeding(sqlite_url, token) as house:
            assert house.address == "", "a port was opened with nothing behind it"
