"""The clock ends with the program, also in the middle of something."""

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.house import House, open_store
from bot.store import Store
from tests.houses import furnish, settings


async def test_a_stop_in_the_middle_of_the_clocks_work_is_no_error(
    sqlite_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(sqlite_url)
    begun = asyncio.Event()

    async def for_ever(self: Store, work: object) -> None:
        begun.set()
        await asyncio.sleep(60)

    monkeypatch.setattr("bot.clock.timedelta", lambda **_: timedelta(0))
    house = House(settings(sqlite_url), open_store(settings(sqlite_url)), [], listen=False)
    with caplog.at_level(logging.ERROR):
        monkeypatch.setattr(house.clock._store.__class__, "write", for_ever)
        house.clock.start()
        await asyncio.wait_for(begun.wait(), 10)
        house.clock.stop()
        await asyncio.sleep(0.05)
        monkeypatch.undo()
    house.store.close()
    assert caplog.records == []
