"""Trouble of a Zalo account: known to every process, over with the next message or the next day, and never waited out in vain."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import Connection, insert, select, update

from bot.channels.zalo_ledger import Ledger
from bot.channels.zalo_oa import ZaloOfficial
from bot.house import open_store
from bot.store import Store
from content.vietnam_time import instant, local_day
from handlers.talk import Message
from storage import mail, zalo
from storage.models import Chat, Outbox, table
from storage.reminding.ways import why_not_at_all, why_not_unasked
from tests.bot.test_zalo_house import _officer
from tests.channels.test_zalo_oa import official
from tests.houses import living, settings
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import ACCOUNT, sign_in

outbox = table(Outbox)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(settings(url))
    yield opened
    opened.close()


@pytest.fixture
async def oa() -> AsyncIterator[LoopbackZaloOa]:
    async with LoopbackZaloOa() as platform:
        yield platform


async def stands(store: Store, now: datetime | None = None) -> str:
    found = await store.read(lambda rows: zalo.trouble(rows, ACCOUNT, now or datetime.now(UTC)))
    return found[0] if found else ""


@pytest.mark.parametrize("state", ["quota", "down", "token"])
async def test_what_one_process_noted_is_over_with_the_message_of_another(store: Store, state: str) -> None:
    one, other = Ledger(store, ACCOUNT, 0), Ledger(store, ACCOUNT, 0)
    other.sent()
    await other.flush()
    for _ in range(2):  # again and again, not only the first time
        one.stands(state, "-211 out of quota")
        await one.flush()
        assert await stands(store) == state
        other.sent()
        await other.flush()
        assert await stands(store) == ""
    await one.close()
    await other.close()


async def test_trouble_after_the_last_message_is_kept_and_trouble_before_it_is_not(store: Store) -> None:
    ledger = Ledger(store, ACCOUNT, 0)
    ledger.sent()
    ledger.stands("quota", "-211")
    await ledger.flush()
    assert await stands(store) == "quota"
    ledger.stands("down", "-205")
    ledger.sent()
    await ledger.flush()
    assert await stands(store) == ""
    await ledger.close()


async def test_free_answers_do_not_tell_that_there_is_money_again(store: Store) -> None:
    ledger = Ledger(store, ACCOUNT, 0)
    ledger.stands("billing", "-320 no package")
    await ledger.flush()
    again = Ledger(store, ACCOUNT, 0)  # after a restart too
    again.sent()
    await again.flush()
    assert await stands(store) == "billing"
    again.sent(unasked=True)
    await again.flush()
    assert await stands(store) == ""
    await ledger.close()
    await again.close()


async def test_what_comes_while_the_last_is_written_is_written_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.zalo_ledger.FLUSH", 0.05)
    write, begun, go = store.write, asyncio.Event(), asyncio.Event()

    async def slow(work: Callable[..., Any]) -> Any:
        begun.set()
        await go.wait()
        return await write(work)

    monkeypatch.setattr(store, "write", slow)
    ledger = Ledger(store, ACCOUNT, 0)
    ledger.sent()
    await begun.wait()
    ledger.stands("down", "-205")
    go.set()
    async with asyncio.timeout(5):
        while await stands(store) != "down":
            await asyncio.sleep(0.01)
    await ledger.close()


@pytest.mark.parametrize("state", ["quota", "billing", "down"])
async def test_a_new_day_is_tried_again_and_a_new_refusal_is_news(store: Store, state: str) -> None:
    carer = await store.write(_officer)
    evening = instant(local_day(datetime.now(UTC)), 22)
    morning = evening + timedelta(hours=10)
    for at, told in ((evening, 1), (evening + timedelta(hours=1), 1), (morning, 2)):
        with time_machine.travel(at, tick=False):
            ledger = Ledger(store, ACCOUNT, 0)
            ledger.stands(state, "-211")
            await ledger.flush()
            await ledger.close()
        rows = await store.read(lambda rows: rows.all(select(outbox.c.chat_id)))
        assert [row.chat_id for row in rows] == [carer] * told
        assert await stands(store, at) == state and await stands(store, at + timedelta(days=1)) == ""
        assert await store.read(lambda rows, at=at: why_not_at_all(rows, ACCOUNT, at))  # type: ignore[misc]
    assert await stands(store, evening + timedelta(hours=1)) == state


@pytest.mark.parametrize("state", ["token", "login"])
async def test_a_lost_key_is_no_matter_of_days(store: Store, state: str) -> None:
    await store.write(lambda tx: zalo.stand(tx, ACCOUNT, state, "-", datetime.now(UTC)))
    assert await stands(store, datetime.now(UTC) + timedelta(days=40)) == state


async def test_an_account_that_somebody_else_uses_too_still_sends(store: Store, oa: LoopbackZaloOa) -> None:
    await store.write(lambda tx: zalo.stand(tx, ACCOUNT, zalo.ELSEWHERE, "409", datetime.now(UTC)))
    now, limits = datetime.now(UTC), official(oa, store).limits
    assert not await store.read(lambda rows: why_not_unasked(rows, ACCOUNT, limits, now, now))


async def test_what_nobody_asked_for_does_not_wait_for_a_quota(
    oa: LoopbackZaloOa, url: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An announcement ends at once, so that it may take another way; whoever waits for an answer gets it later."""
    monkeypatch.setattr("bot.channels.zalo_oa_sending.DOWN", 0.3)
    await sign_in(oa, store)
    oa.switches.fail = [{"path": "/cs", "error": -211}] * 3
    channel: ZaloOfficial = official(oa, store, per_second=1_000, spool=tmp_path, ledger=Ledger(store, ACCOUNT, 0))

    def write(tx: Any) -> None:
        now = datetime.now(UTC)
        for number, lane in enumerate((mail.REPLY, mail.REMINDER, mail.BROADCAST)):
            id_ = tx.execute(insert(table(Chat)).returning(table(Chat).c.id), {
                "account": ACCOUNT, "ref": f"U{number}", "state": "active", "shown": [], "created_at": now,
                "heard_at": now}).scalar_one()
            mail.post(tx, [{"key": f"t:{lane}", "account": ACCOUNT, "chat_id": id_, "lane": lane, "policy": "drop",
                            "parcel": Message(text=f"tin {lane}").pack(), "created_at": now}])

    await store.write(write)

    async def fates() -> list[tuple[str, str]]:
        rows = await store.read(lambda rows: rows.all(select(outbox.c.state, outbox.c.problem).order_by(outbox.c.lane)))
        return [(row.state, (row.problem or "")[:4]) for row in rows]

    async with living(url, [channel]), asyncio.timeout(20):
        while await fates() != [("sent", ""), ("failed", "-211"), ("failed", "-211")]:
            await asyncio.sleep(0.02)
        while await stands(store):
            await asyncio.sleep(0.02)
    assert [post.words for post in oa.posts] == ["tin 0"]


@pytest.mark.parametrize("hours, there", [(47, "zalo-oa:other"), (49, "telegram:one")])
async def test_whoever_looks_after_it_is_told_where_they_may_be_written_to(store: Store, hours: int, there: str) -> None:
    """An Official Account that they last wrote to more than two days ago would refuse the word of what is wrong."""
    now = datetime.now(UTC)

    def officer(tx: Any) -> None:
        _officer(tx)
        chat = table(Chat)
        person = tx.scalar(select(chat.c.person_id).where(chat.c.ref == "officer"))
        for account, ago in (("zalo-oa:other", hours), ("telegram:one", 100)):
            tx.execute(insert(chat), {"account": account, "ref": "officer", "person_id": person, "state": "active", "shown": [],
                                      "created_at": now, "heard_at": now - timedelta(hours=ago)})
        tx.execute(update(chat).where(chat.c.person_id == person, chat.c.account.not_in(["zalo-oa:other", "telegram:one"]))
                   .values(state="blocked"))

    await store.write(officer)
    ledger = Ledger(store, ACCOUNT, 0)
    ledger.stands("token", "-216")
    await ledger.close()
    told = await store.read(lambda rows: rows.all(select(outbox.c.account)))
    assert [row.account for row in told] == [there]


async def test_18_each_share_of_the_month_is_told_once(store: Store) -> None:
    def shares(tx: Connection) -> list[bool]:
        for month in ("2026-11", "2026-12"):
            zalo.add_sent(tx, ACCOUNT, month, 2_100)
        told = [zalo.tell_once(tx, ACCOUNT, "2026-11", percent) for percent in (70, 70, 90, 90, 70, 100)]
        return [*told, zalo.tell_once(tx, ACCOUNT, "2026-12", 70)]

    assert await store.write(shares) == [True, False, True, False, False, True, True]
