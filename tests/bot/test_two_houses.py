"""Two processes over one database: each letter is answered once, one of them sends, and the other takes over."""

import asyncio
from collections import Counter

from sqlalchemy import func, select

from bot.house import House, open_store
from storage.database import Database
from storage.models import Inbox, Outbox, table
from tests.bot.test_poison import Recorder, said
from tests.houses import quiet, settings


def house(url: str, channel: Recorder) -> House:
    return House(settings(url), open_store(settings(url)), [channel], listen=False, backoff=(0.05,))  # type: ignore[list-item]


async def test_two_houses_share_the_work_and_neither_doubles_it(url: str) -> None:
    one, two = Recorder(), Recorder()
    first, second = house(url, one), house(url, two)
    await first.start()
    await second.start()
    letters = [said(f"chat{number % 20}", "menu") for number in range(200)]
    await asyncio.gather(first.reception.receive("test", letters[:120]), second.reception.receive("test", letters[80:]))
    await quiet(first.store, 60)
    sent = Counter(chat for chat, _ in one.sent + two.sent)
    assert set(sent.values()) == {10} and len(sent) == 20
    assert not one.sent or not two.sent, "one process sends for an account"

    await (first if one.sent else second).stop()
    other, channel = (second, two) if one.sent else (first, one)
    before = len(channel.sent)
    await other.reception.receive("test", [said("chat1", "menu")])
    await quiet(other.store, 60)
    assert len(channel.sent) == before + 1
    await other.stop()

    database = Database(url)
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(table(Inbox)).where(table(Inbox).c.state != "done")) == 0
        assert tx.scalar(select(func.count()).select_from(table(Outbox)).where(table(Outbox).c.state != "sent")) == 0
    database.close()
