"""After a stop of a day or more some letters never arrive: whoever is likely to have written is told, once, at a decent hour."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from bot.clock import Clock
from bot.store import Store
from storage.database import Database
from storage.local_time import instant
from storage.models import Chat, Outbox, table
from tests.handlers.village import Village

STOPPED = instant(date(2026, 11, 25), time(16, 30))
"""A Wednesday."""


async def tick(clock: Clock, now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        await clock.tick()


def told(database: Database) -> dict[str, str]:
    """What lies in the outbox about a stop, by chat."""
    chat, outbox = table(Chat), table(Outbox)
    with database.read() as tx:
        rows = tx.execute(select(chat.c.ref, outbox.c.parcel).join(chat, chat.c.id == outbox.c.chat_id).where(outbox.c.lane == 1))
        said = {row.ref: f"{row.parcel.get('title', '')} {row.parcel.get('text', '')}" for row in rows}
    return {ref: text for ref, text in said.items() if "gián đoạn" in text}


@pytest.fixture
def village(database: Database) -> Village:
    """Four who wrote lately, one who did not, one who is gone; and the program ran until half past four."""
    village = Village(database, now=STOPPED - timedelta(days=2))
    village.joins("leader", "leader")
    village.joins("volunteer", "volunteer")
    for name in ("citizen", "quiet", "blocked", "long ago"):
        village.comes(name)
        village.say(name, "dừng nhắc" if name == "quiet" else "menu")
    village.blocks("blocked")
    with database.write() as tx:
        tx.execute(update(table(Chat)).where(table(Chat).c.ref == "long ago").values(heard_at=STOPPED - timedelta(days=4)))
    return village


def clock_of(village: Village) -> Clock:
    return Clock(Store(village.database), village.mind, lambda: None)


async def test_whoever_wrote_shortly_before_a_long_stop_is_told_once(village: Village) -> None:
    await tick(clock_of(village), STOPPED)
    back = STOPPED + timedelta(hours=40)  # Friday, half past eight
    clock = clock_of(village)
    for minutes in range(4):
        await tick(clock, back + timedelta(minutes=minutes))
    said = told(village.database)
    assert set(said) == {"leader", "volunteer", "citizen"}
    for text in said.values():
        assert "16:30" in text and "25/11" in text and "08:30" in text and "27/11" in text, text


async def test_at_night_it_waits_for_the_morning(village: Village) -> None:
    await tick(clock_of(village), STOPPED)
    clock = clock_of(village)
    await tick(clock, STOPPED + timedelta(hours=30, minutes=30))  # eleven at night
    assert told(village.database) == {}
    await tick(clock, STOPPED + timedelta(hours=40))
    assert "citizen" in told(village.database)


async def test_a_short_stop_is_not_talked_about(village: Village) -> None:
    await tick(clock_of(village), STOPPED)
    await tick(clock_of(village), STOPPED + timedelta(hours=16, minutes=30))
    assert told(village.database) == {}


async def test_a_clock_set_forward_is_no_stop_nor_is_the_first_start(village: Village) -> None:
    clock = clock_of(village)
    await tick(clock, STOPPED)
    await tick(clock, STOPPED + timedelta(days=365, hours=16))
    assert told(village.database) == {}


async def test_a_second_process_that_ran_on_makes_it_no_stop(village: Village) -> None:
    one, other = clock_of(village), clock_of(village)
    await tick(one, STOPPED)
    await tick(other, STOPPED + timedelta(hours=23))
    await tick(clock_of(village), STOPPED + timedelta(hours=40))
    assert told(village.database) == {}
