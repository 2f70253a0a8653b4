"""Keys of an Official Account taken away while it runs: people wait, somebody is told, a sign-in is enough."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot.channels.zalo_ledger import Ledger
from bot.channels.zalo_oa import ZaloOfficial
from bot.house import House, open_store
from bot.zalo_doctor import BAD, GOOD, kept
from storage import mail, zalo
from storage.models import Chat, Outbox, table
from storage.reminding.ways import why_not_unasked
from tests.bot.test_zalo_house import _officer
from tests.houses import living, quiet, settings
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import ACCOUNT, app_of, sign_in


async def waiting(house: House) -> list[str]:
    return [row.state for row in await house.store.read(lambda rows: rows.all(
        select(table(Outbox).c.state).where(table(Outbox).c.account == ACCOUNT).order_by(table(Outbox).c.id)))]


async def said(house: House) -> bool:
    return set(await waiting(house)) == {"sent"}


async def until(true: Any, seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.02)


def _on_the_account(tx: Any) -> tuple[int, int]:
    """An officer who writes on another account too, but wrote on this one last."""
    elsewhere = _officer(tx)
    person = tx.scalar(select(table(Chat).c.person_id).where(table(Chat).c.id == elsewhere))
    now = datetime.now(UTC)
    tx.execute(insert(table(Chat)), {"account": ACCOUNT, "ref": "officer", "state": "active", "shown": [], "created_at": now,
                                     "heard_at": now + timedelta(minutes=1), "person_id": person})
    return elsewhere, person


async def test_a_new_login_resumes_without_a_restart_and_without_loss(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo_oa_sending.SIGNED_OUT", 0.3)
    monkeypatch.setattr("bot.channels.zalo_oa.LOOK_AGAIN", 0.3)
    monkeypatch.setattr("bot.channels.zalo_oa.CARE", 0.3)
    async with LoopbackZaloOa() as oa:
        store = open_store(settings(url))
        elsewhere, _ = await store.write(_on_the_account)
        await sign_in(oa, store)
        channel = ZaloOfficial("main", app_of(oa), oa.secret_key, store, api_base=oa.url, per_second=1_000, spool=tmp_path,
                               ledger=Ledger(store, ACCOUNT, 0))
        async with living(url, [channel], listen=True) as house:
            oa.webhook = f"{house.address}{channel.path}"
            assert await oa.post(oa.text("U", "menu")) == 200
            await until(lambda: said(house))
            await quiet(house.store)
            before = len(oa.said_to("U"))
            oa.oauth.access.clear()
            oa.oauth.refresh.clear()  # somebody took the application off the account
            for number in range(3):
                assert await oa.post(oa.text("U", "menu")) == 200, "what people write is still taken in"
                assert await oa.post(oa.text(f"V{number}", "menu")) == 200
            await until(lambda: stands(house, zalo.LOGIN))
            assert len(oa.said_to("U")) == before and "new" in await waiting(house)
            assert oa.oauth.calls.count("refresh_token") == 1, "a refused key is not tried again and again"
            await seen_by_doctor_and_operator(url, house, elsewhere, channel)
            await sign_in(oa, house.store)
            await until(lambda: said(house))
            await until(lambda: stands(house, zalo.WELL))
            assert len(oa.said_to("U")) == 4 * before and [bool(oa.said_to(f"V{number}")) for number in range(3)] == [True] * 3
            # a trouble that another process noted ends too, with nobody writing
            await house.store.write(lambda tx: zalo.stand(tx, ACCOUNT, zalo.LOGIN, "-", datetime.now(UTC)))
            await until(lambda: stands(house, zalo.WELL))
        store.close()


async def stands(house: House, state: str) -> bool:
    found = await house.store.read(lambda rows: zalo.standing(rows, ACCOUNT))
    return found is not None and found[0] == state


async def seen_by_doctor_and_operator(url: str, house: House, elsewhere: int, channel: ZaloOfficial) -> None:
    marks = [mark for mark, _ in kept(settings(url, zalo_oa_app_id="4001"), [ACCOUNT])]
    assert BAD in marks and GOOD not in marks
    now = datetime.now(UTC)
    why = await house.store.read(lambda rows: why_not_unasked(rows, ACCOUNT, channel.limits, now, now))
    assert why == "the account stands at login", "reminders take another way"
    told = await house.store.read(lambda rows: rows.all(
        select(table(Outbox).c.chat_id).where(table(Outbox).c.lane == mail.REMINDER)))
    assert [row.chat_id for row in told] == [elsewhere], "told once, where it can be read"
