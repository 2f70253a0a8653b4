"""A letter that always fails harms nobody else, is given up after five tries, and is apologised for once."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.channels import Fate, Limits, Receive, Received, Sent
from content.search import Finding
from handlers.talk import Incoming, Kind, Message
from storage import mail
from storage.database import Database
from storage.models import Inbox, Outbox, table
from tests.houses import living, quiet

LIMITS = Limits(4096, 100, edits=True, pictures=False, per_second=1000, chat_per_second=1000, chat_burst=1000,
                group_per_minute=1000)


class Recorder:
    """A channel that keeps what it is given to send, and ends each send as it is told."""

    account = "test"
    limits = LIMITS

    def __init__(self, fates: dict[str, list[Sent]] | None = None) -> None:
        self.sent: list[tuple[str, Message]] = []
        self._fates = fates or {}

    def routes(self, receive: Receive) -> list[object]:
        return []

    async def start(self, receive: Receive) -> None:
        return

    async def stop(self) -> None:
        return

    async def close(self) -> None:
        return

    async def send(self, chat: str, message: Message) -> Sent:
        self.sent.append((chat, message))
        waiting = self._fates.get(chat)
        return waiting.pop(0) if waiting else Sent(Fate.SENT, external_id=uuid.uuid4().hex[:8])

    def to(self, chat: str) -> list[str]:
        return [message.title or message.text for to, message in self.sent if to == chat]


def explode(text: str) -> Finding:
    raise RuntimeError(f"this message holds what was typed: {text}")


def said(chat: str, text: str) -> Received:
    return Received(uuid.uuid4().hex, chat, Incoming(Kind.TEXT, datetime.now(UTC), text=text))


def count(url: str, state: str) -> int:
    database = Database(url)
    with database.read() as tx:
        found = tx.scalar(select(func.count()).select_from(table(Inbox)).where(table(Inbox).c.state == state))
    database.close()
    return int(found or 0)


async def test_one_poison_letter_among_a_hundred(url: str) -> None:
    channel = Recorder()
    async with living(url, [channel], finder=explode, backoff=(0.05,)) as house:
        letters = [said(f"chat{number}", "menu") for number in range(50)]
        letters += [said("poison", "bùm bùm bùm bùm"), said("poison", "menu")]
        letters += [said(f"chat{number}", "hướng dẫn") for number in range(50)]
        await house.reception.receive("test", letters)
        await quiet(house.store)
    assert all(len(channel.to(f"chat{number}")) == 2 for number in range(50))
    apology, answer = channel.to("poison")
    assert "xin lỗi" in apology and answer == "Bác muốn làm gì?"
    assert count(url, "dead") == 1 and count(url, "open") == 0


async def test_somebody_who_blocked_us_is_left_alone_until_they_write(url: str) -> None:
    channel = Recorder({"gone": [Sent(Fate.BLOCKED, problem="bot was blocked by the user")]})
    async with living(url, [channel]) as house:
        await house.reception.receive("test", [said("gone", "menu")])
        await quiet(house.store)
        assert len(channel.sent) == 1
        await house.store.write(lambda tx: mail.post(tx, []))
        await house.reception.receive("test", [said("gone", "menu")])
        await quiet(house.store)
        assert len(channel.sent) == 2


async def test_an_unknown_outcome_follows_the_policy_and_what_was_surely_not_sent_is_tried_again(sqlite_url: str) -> None:
    lost = Sent(Fate.UNKNOWN, problem="read timeout")
    later = Sent(Fate.NOT_SENT, retry_after=0.2, problem="429")
    channel = Recorder({"lost": [lost, lost, lost], "later": [later, later]})
    async with living(sqlite_url, [channel]) as house:
        await house.reception.receive("test", [said("lost", "menu"), said("later", "menu")])
        await quiet(house.store)
    assert len(channel.to("lost")) == 2, "once more, and then never again"
    assert len(channel.to("later")) == 3
    database = Database(sqlite_url)
    with database.read() as tx:
        states = sorted(tx.execute(select(table(Outbox).c.state)).scalars())
    database.close()
    assert states == ["sent", "unknown"]
