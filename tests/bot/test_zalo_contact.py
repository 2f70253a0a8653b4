"""A telephone number handed over on an Official Account is declined kindly, and stands nowhere afterwards."""

import asyncio
import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.zalo_oa import ZaloOfficial
from bot.house import open_store
from content.words import words
from storage.database import Database
from storage.models import METADATA
from tests.houses import living, quiet, settings
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import app_of, sign_in

NUMBER = "912345678"


@pytest.mark.parametrize("patience", [60.0, 0.0], ids=["at once", "by way of a file"])
async def test_53_a_number_is_declined_and_kept_nowhere(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("bot.channels.zalo_spool.Spool.__init__.__kwdefaults__", {"patience": patience})
    written: list[bytes] = []
    monkeypatch.setattr("bot.channels.zalo_spool._sync", lambda folder: written.extend(
        file.read_bytes() for file in folder.glob("*.json")))
    async with LoopbackZaloOa() as oa:
        store = open_store(settings(url))
        await sign_in(oa, store)
        channel = ZaloOfficial("main", app_of(oa), oa.secret_key, store, api_base=oa.url, per_second=1_000, spool=tmp_path)
        async with living(url, [channel], listen=True) as house:
            oa.webhook = f"{house.address}{channel.path}"
            handed = {"name": "Lan", "phone": f"84{NUMBER}", "address": "thôn", "city": "", "district": ""}
            for number, made in enumerate((
                    oa.event("U0", "user_submit_info", None, info=handed),
                    oa.event("U1", "user_submit_info", None, user_info=handed),
                    oa.event("U2", "user_submit_info", {"text": json.dumps(handed)}),
                    oa.event("U3", "user_send_business_card", {"attachments": [{"payload": {"phone": f"0{NUMBER}"}}]}))):
                assert await oa.post(made) == 200
                async with asyncio.timeout(10):
                    while not oa.said_to(f"U{number}"):
                        await asyncio.sleep(0.01)
                await quiet(house.store)
                assert words("vi").say("sent.contact") in "\n".join(post.words for post in oa.said_to(f"U{number}"))
            assert await oa.post(oa.event("U4", "user_submit_info", None, info={**handed, "phone": "x"})) == 200
            await quiet(house.store)
            assert not oa.said_to("U4"), "what is no number is nothing"
        store.close()
    assert NUMBER not in caplog.text and bool(written) == (patience == 0.0)
    assert not [body for body in written if NUMBER.encode() in body or b"Lan" in body]
    database = Database(url)
    with database.read() as tx:
        rows = [repr(row) for table in METADATA.sorted_tables for row in tx.execute(select(table))]
    database.close()
    assert len(rows) > 4 and not [row for row in rows if NUMBER in row or "Lan" in row]
