"""Two processes over one database: each letter is answered once, one of them sends, and the other takes over."""

import asyncio
import socket
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot.house import House, open_store
from bot.leases import _started
from storage.database import Database
from storage.leases import lease
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


async def test_whoever_stands_by_takes_over_as_soon_as_the_other_process_is_dead(
        url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting until it would ask again: that is put off for ten minutes here."""
    monkeypatch.setattr("bot.house.RENEW", 1200.0)
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    database = Database(url)
    with database.write() as tx:
        holder = f"{socket.gethostname()}|{other.pid}|{_started(other.pid)}|abcd"
        assert lease(tx, "account:test", holder, datetime.now(UTC), timedelta(hours=1))
    database.close()
    channel = Recorder()
    waiting = house(url, channel)
    try:
        await waiting.start()
        await waiting.reception.receive("test", [said("chat1", "menu")])
        await asyncio.sleep(1)
        assert not channel.sent, "somebody else holds the account"
        other.kill()
        other.wait()
        await quiet(waiting.store, 30)
        assert len(channel.sent) == 1
    finally:
        other.kill()
        other.wait()
        await waiting.stop()
