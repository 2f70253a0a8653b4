"""Thousands of reminders that fall due in one second: paced, replies first, nobody who writes waits for them."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select, update

from bot.house import House, open_store
from bot.reminding import AT_ONCE, send_due
from content.vietnam_time import instant
from storage.database import Database
from storage.models import Chat, Outbox, Person, Reminder, table
from tests.bot.test_poison import LIMITS, Recorder, said
from tests.bot.test_reminding import DAY, begin
from tests.houses import living, settings

DUE, ASKED = 500, 10
NINE = instant(DAY, 9)


class Telegram(Recorder):
    limits = replace(LIMITS, per_second=29.0, chat_per_second=1.0, chat_burst=3)


@pytest.fixture
def due(sqlite_url: str) -> Iterator[str]:
    database = Database(sqlite_url)
    with database.write() as tx:
        for chat in range(1, DUE + 1):
            begin(tx, chat)
    database.close()
    yield sqlite_url


async def post_all(house: House) -> None:
    """What the clock does at nine."""
    while await house.store.write(lambda tx: send_due(tx, house.mind, NINE, settle=False)) >= AT_ONCE:
        house.post.wake()


@pytest.mark.alone
async def test_whoever_writes_meanwhile_is_answered_at_once(due: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery._too_late", lambda parcel: False)  # nine o'clock of another day
    monkeypatch.setattr("bot.clock.Clock.start", lambda self: None)
    channel, outbox, waits = Telegram(), table(Outbox), []
    async with living(due, [channel]) as house:
        await house.reception.receive("test", [said("warm", "menu")])
        posting = asyncio.create_task(post_all(house))
        for number in range(ASKED):
            began, chat = time.monotonic(), f"asks {number}"
            await house.reception.receive("test", [said(chat, "menu")])
            while not channel.to(chat):
                await asyncio.sleep(0.005)
            waits.append(time.monotonic() - began)
        await posting
        others = sum(not to.startswith(("asks", "warm")) for to, _ in channel.sent)
        posted = await house.store.read(lambda rows: rows.scalar(select(func.count()).select_from(outbox)))
    assert max(waits) < 1.0, waits
    assert 0 < others < DUE and int(posted) >= DUE, "they go on at the platform's pace"


async def test_one_look_of_the_clock_sees_to_all_also_where_people_have_several_chats(sqlite_url: str) -> None:
    database, reminder = Database(sqlite_url), table(Reminder)
    with database.write() as tx:
        for number in range(1, 4 * AT_ONCE + 1):
            begin(tx, number)
        made = {"label": "A", "created_at": NINE}
        tx.execute(insert(table(Person)), [{"id": number, **made} for number in range(1, 2 * AT_ONCE + 1)])
        tx.execute(update(table(Chat)).values(person_id=(table(Chat).c.id + 1) // 2))
    database.close()
    house = House(settings(sqlite_url), open_store(settings(sqlite_url)), [Telegram()], listen=False)
    await house.clock.tick()
    left = await house.store.read(lambda rows: rows.scalar(select(func.count()).select_from(reminder).where(
        reminder.c.state == "scheduled", reminder.c.due_at <= datetime.now(UTC))))
    house.store.close()
    assert left == 0
