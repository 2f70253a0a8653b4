"""Every journey, on every channel and both databases, with a restart before every line and every update delivered twice."""

import contextlib
from pathlib import Path

import pytest
import time_machine

from tests.houses import living, quiet
from tests.journeys import drivers
from tests.journeys.drivers import Driver, Seen
from tests.journeys.script import Journey, Line, journeys
from tests.journeys.zalo_drivers import ZALO, OnZaloOa

ALL = journeys()
DRIVERS = {**drivers.DRIVERS, **ZALO}
WAYS = [(channel, database) for channel in DRIVERS for database in ("sqlite", "postgres")
        if (channel, database) != ("zalo-bot-polling", "postgres")]
"""Fetching differs from being called only before the inbox, so it is replayed on one database; `make chaos` has both."""


def check(journey: Journey, line: Line, part: str, seen: Seen) -> None:
    look = line.looks[part]
    where = f"{journey.name}:{line.number} after {line.said!r}, {part}"
    rest = seen.words
    for wanted in look.holds:
        assert wanted in rest, f"{where}: {wanted!r} is not in\n{seen.words}"
        rest = rest[rest.index(wanted) + len(wanted):]
    for label in look.offers:
        assert any(label in each for each in seen.labels), f"{where}: {label!r} is not offered among {seen.labels}"
    for words in look.lacks:
        assert words not in seen.words, f"{where}: {words!r} is in\n{seen.words}"


async def walk(url: str, journey: Journey, driver: Driver, *, restarting: bool) -> None:
    if isinstance(driver, OnZaloOa):
        driver.url = url  # its keys live in the database
    await driver.open(journey.parts)
    try:
        lines = list(journey.lines)
        while lines:
            async with living(url, driver.channels(), listen=True) as house:
                for line in lines[:1] if restarting else lines:
                    await driver.say(house, line.part, line.said)
                    await quiet(house.store)
                    for part in line.looks:
                        check(journey, line, part, await driver.seen(part))
                    seen = [(await driver.seen(part)).words.strip() for part in journey.parts]
                    assert any(seen), f"{journey.name}:{line.number} after {line.said!r}: silence"
            lines = lines[1:] if restarting else []
    finally:
        await driver.close()


@pytest.mark.parametrize(("channel", "database_kind"), WAYS)
@pytest.mark.parametrize("journey", ALL, ids=lambda journey: journey.name)
async def test_a_journey_with_a_restart_before_every_line(ground: str, journey: Journey, channel: str) -> None:
    with time_machine.travel(journey.at) if journey.at else contextlib.nullcontext():
        await walk(ground, journey, DRIVERS[channel](), restarting=True)


def test_there_are_journeys_for_every_part() -> None:
    assert {part for journey in ALL for part in journey.parts} == {"citizen", "volunteer", "leader"}
    assert all((Path(__file__).parent / folder).is_dir() for folder in ("vi", "en"))
