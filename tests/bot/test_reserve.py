"""A slow disk holds up nobody who is next: marked ahead, at the platform's pace, and given back when the program stops."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from bot.delivery import FLUSH
from bot.departed import Departed
from bot.pacing import Queue
from bot.reserve import Reserve
from bot.store import Store
from handlers.talk import Message, Policy
from storage import mail
from storage.database import Database
from storage.mail import BROADCAST, REPLY
from storage.models import Chat, Outbox, table
from storage.reading import Reading
from tests.bot.test_pacing import TELEGRAM, parcel
from tests.bot.test_poison import Recorder
from tests.houses import living, quiet

PLATFORM, SECONDS = 30.0, 9.0


def test_as_many_as_leave_while_a_commit_takes() -> None:
    reserve = Reserve(29)
    assert reserve.size == 0, "nothing is known yet"
    reserve.took(0.004)
    assert reserve.size == 1
    reserve.took(0.2)
    assert reserve.size == 9
    reserve.took(5)
    assert reserve.size == 15, "half a second's worth at most"
    for _ in range(3000):
        reserve.took(0.004)
    assert reserve.size == 1, "a bad moment is forgotten"
    fast = Reserve(1_000)
    fast.took(1)
    assert fast.size == 0, "an account without a pace needs none"


def test_only_what_is_marked_leaves_while_others_are_being_marked() -> None:
    queue = Queue(TELEGRAM)
    for number in range(6):
        queue.add(parcel(number, number, BROADCAST), 0.0)
    queue.add(parcel(9, 9, REPLY), 0.0)
    ahead = queue.next_of(BROADCAST, 3, 0.0)
    assert [each.id for each in ahead] == [0, 1, 2]
    queue.promise(ahead)
    assert [each.id for each in queue.promised()] == [0, 1, 2]
    taken = queue.take(0.0, marked=True)
    assert taken is not None and taken.id == 0 and taken.leaving, "the reply waits for its commit, the marked one does not"
    taken = queue.take(0.1)
    assert taken is not None and taken.id == 9, "and what was passed over has kept its place"
    queue.promise(queue.promised(), leaving=False)
    assert queue.promised() == [] and queue.take(0.2, marked=True) is None
    assert [each.id for each in iter(lambda: queue.take(time.monotonic() + 1e6), None)][:1] == [1]


def test_nothing_is_marked_while_the_platform_wants_silence() -> None:
    queue = Queue(TELEGRAM)
    queue.add(parcel(1, 1, BROADCAST), 0.0)
    queue.pause(60.0)
    assert queue.is_paused(0.0) and queue.next_of(BROADCAST, 5, 0.0) == []
    assert not queue.is_paused(59.5) and len(queue.next_of(BROADCAST, 5, 59.5)) == 1


@dataclass
class Sending:
    """Delivery by the second hand: what it does with the queue, without a database and without a network."""

    chance: random.Random
    slow: float
    queue: Queue
    reserve: Reserve
    arrived: list[float]
    stalls: list[float] = field(default_factory=list)
    """When a commit takes most of a second."""

    def run(self, seconds: float) -> None:
        now, busy_until, began, pending, ahead = 0.0, -1.0, 0.0, [], []
        while now < seconds:
            if busy_until >= 0 and now >= busy_until:  # the commit is done
                busy_until = -1.0
                self.reserve.took(now - began)
                self.queue.promise(ahead)
                self.queue.left_late(len(pending), began, now)
                for each in pending:
                    self._arrives(each, now)
                pending, ahead = [], []
            while (found := self.queue.take(now, marked=busy_until >= 0)) is not None:
                if found.leaving:
                    self._arrives(found, now)
                else:
                    pending.append(found)
            if busy_until < 0 and (pending or now - began >= FLUSH):
                ahead = [each for each in self.queue.next_of(BROADCAST, self.reserve.size, now) if not each.leaving]
                began, busy_until = now, now + self._commit(now)
            now += 0.01

    def _commit(self, now: float) -> float:
        if self.stalls and now >= self.stalls[0]:
            return 0.8 + 0 * self.stalls.pop(0)
        return self.chance.uniform(0.3, 1.3) if self.chance.random() < self.slow else self.chance.uniform(0.002, 0.03)

    def _arrives(self, sent: mail.Parcel, now: float) -> None:
        self.arrived.append(now)
        self.queue.finished(sent, now)


@given(st.integers(0, 10_000), st.sampled_from((0.0, 0.02, 0.1)))
@settings(max_examples=5, deadline=None)
def test_however_slow_the_disk_the_platform_never_sees_too_many(seed: int, slow: float) -> None:
    queue = Queue(TELEGRAM)
    for number in range(300):
        queue.add(parcel(number, number, BROADCAST), 0.0)
    sending = Sending(random.Random(seed), slow, queue, Reserve(TELEGRAM.per_second), [])
    sending.run(SECONDS)
    tokens, before = PLATFORM, 0.0
    for at in sending.arrived:  # the platform's own bucket
        tokens = min(PLATFORM, tokens + (at - before) * PLATFORM) - 1
        before = at
        assert tokens >= 0, at
    assert all(sum(start <= at < start + 1 for at in sending.arrived) <= PLATFORM for start in sending.arrived)
    if not slow:
        assert len(sending.arrived) >= 0.97 * 29 * SECONDS, len(sending.arrived)


def test_a_stall_of_most_of_a_second_costs_little_once_the_disk_is_known() -> None:
    queue = Queue(TELEGRAM)
    for number in range(300):
        queue.add(parcel(number, number, BROADCAST), 0.0)
    sending = Sending(random.Random(1), 0.0, queue, Reserve(TELEGRAM.per_second), [])
    sending.stalls = [4.0, 6.5]
    sending.run(SECONDS)
    late = sum(4.0 <= at < 6.5 for at in sending.arrived), sum(6.5 <= at < 9.0 for at in sending.arrived)
    assert late[0] >= 2.5 * 29 - 24, "the first one surprises"
    assert late[1] >= 2.5 * 29 - 11, "the next one is provided for"


class Slow(Recorder):
    """At the pace of a real platform."""

    def __init__(self) -> None:
        super().__init__()
        self.limits = replace(self.limits, per_second=29.0, chat_per_second=1.0, chat_burst=3)


async def test_what_was_marked_ahead_is_given_back_when_the_program_stops(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    database = Database(sqlite_url)
    with database.write() as tx:
        tx.execute(insert(table(Chat)), [{"id": n, "account": "test", "ref": str(n), "state": "active", "shown": [],
                                          "created_at": now, "heard_at": now - timedelta(days=1)} for n in range(1, 201)])
        mail.post(tx, [{"key": f"b:1:{n}", "account": "test", "chat_id": n, "lane": BROADCAST, "policy": "drop",
                        "parcel": Message(text=f"{n}", policy=Policy.DROP).pack(), "created_at": now} for n in range(1, 201)])
    write, stalled = Store._write, []

    def slowly(self: Store, work: object) -> object:
        done = write(self, work)  # type: ignore[arg-type]
        time.sleep(0.25)
        with database.read() as tx:
            stalled.append(Counter(tx.execute(select(table(Outbox).c.state)).scalars())["sending"])
        return done

    monkeypatch.setattr(Store, "_write", slowly)
    channel = Slow()
    async with living(sqlite_url, [channel]):
        await asyncio.sleep(3)
    with database.read() as tx:
        states = Counter(tx.execute(select(table(Outbox).c.state)).scalars())
    sent = sum(len(channel.to(str(n))) for n in range(1, 201))
    assert set(states) == {"sent", "new"} and states["sent"] == sent, "nothing is left in between, nothing is sent unseen"
    assert sent > 29, "it did not wait for the disk"
    assert 5 < max(stalled) <= 40, "some were marked ahead of their turn, and never many"
    database.close()


async def test_what_left_while_the_outbox_was_being_read_is_not_taken_for_new(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read may be older than what has happened since: marked, sent, and done with."""
    now = datetime.now(UTC)
    database = Database(sqlite_url)
    with database.write() as tx:
        tx.execute(insert(table(Chat)), [{"id": n, "account": "test", "ref": str(n), "state": "active", "shown": [],
                                          "created_at": now, "heard_at": now - timedelta(days=1)} for n in range(1, 61)])
        mail.post(tx, [{"key": f"b:1:{n}", "account": "test", "chat_id": n, "lane": BROADCAST, "policy": "drop",
                        "parcel": Message(text=f"{n}", policy=Policy.DROP).pack(), "created_at": now} for n in range(1, 61)])
    waiting = mail.waiting

    def slowly(rows: Reading, account: str, after: int, limit: int) -> list[mail.Parcel]:
        found = waiting(rows, account, after, limit)
        time.sleep(0.3)
        return found

    monkeypatch.setattr(mail, "waiting", slowly)
    channel = Slow()
    async with living(sqlite_url, [channel]) as house:
        await quiet(house.store)
        await asyncio.sleep(1.5)
    assert Counter(chat for chat, _ in channel.sent) == Counter({str(n): 1 for n in range(1, 61)})
    database.close()


def test_notes_of_what_left_are_believed_after_a_kill_and_by_nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = tmp_path / "gocua.db"
    mine = Departed(database, "telegram:1")
    assert mine.take_over() is None, "there is no earlier page"
    for number in (4, 7):
        mine.note(number)
    assert Departed(database, "telegram:1").take_over() is None, "whoever is still at it may send more"
    mine.close()
    other = Departed(database, "telegram:1")
    assert other.take_over() is None, "the other one noted nothing: the page does not tell all"
    other.close()
    mine = Departed(database, "telegram:1")
    mine.take_over()
    for number in (4, 7):
        mine.note(number)
    mine.close()  # as a kill does
    left = Departed(database, "telegram:1").take_over()
    assert left is not None and left.ids == {4, 7}
    monkeypatch.setattr("bot.departed.BOOT", tmp_path / "boot")
    (tmp_path / "boot").write_text("another start of the machine\n")
    assert Departed(database, "telegram:1").take_over() is None, "a machine that lost its power may have lost notes"
    assert Departed(None, "telegram:1").take_over() is None


def test_what_was_marked_and_did_not_leave_waits_again(database: Database) -> None:
    now = datetime.now(UTC)
    with database.write() as tx:
        tx.execute(insert(table(Chat)), [{"id": n, "account": "test", "ref": str(n), "state": "active", "shown": [],
                                          "created_at": now, "heard_at": now} for n in range(1, 6)])
        for n, lane, started in ((1, BROADCAST, now), (2, BROADCAST, now), (3, BROADCAST, now - timedelta(hours=1)),
                                 (4, mail.REMINDER, now), (5, BROADCAST, now)):
            mail.post(tx, [{"key": f"b:1:{n}", "account": "test", "chat_id": n, "lane": lane, "policy": "drop", "parcel": {},
                            "created_at": now, "state": "sending", "attempts": 1, "started_at": started}])
        ids = {row.chat_id: row.id for row in tx.execute(select(table(Outbox).c.chat_id, table(Outbox).c.id))}
        mail.recover(tx, "test", now, mail.Left(now - timedelta(minutes=1), frozenset({ids[2]})))
        states = {row.chat_id: row.state for row in tx.execute(select(table(Outbox).c.chat_id, table(Outbox).c.state))}
    assert states == {1: "new", 2: "unknown", 3: "unknown", 4: "unknown", 5: "new"}
