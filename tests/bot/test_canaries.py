"""What must never be kept or logged is planted through every input, and looked for everywhere."""

import io
import logging
import re
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels import Received
from bot.channels.terminal import Terminal
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOfficial
from bot.house import open_store
from handlers.talk import Incoming, Kind, Message
from storage.database import Database
from storage.models import METADATA
from tests.bot.test_poison import explode
from tests.houses import furnish, living, quiet, settings
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_bot.bot import event
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import app_of, sign_in

ID_NUMBER, OTP, PASSWORD, PHONE = "079123456789", "482913", "Hoaban@9988", "0912345678"
TOKEN = "7000000001:AAcanaryTOKENcanaryTOKENcanary"
ZALO = "7000000002:AAcanaryZALOcanaryZALOcanary"
SPOKEN = [
    f"cccd của tôi {ID_NUMBER}",
    f"mã otp là {OTP}",
    f"mật khẩu là {PASSWORD}",
    f"gọi {PHONE} nhé",
    "079 123 456 789",
    f"otp {OTP}",
]
AT = ["menu", "ghi lượt", "18", "1", "1", "xong, đi tiếp", "menu", "mã mời"]


def everything(url: str) -> str:
    """Every value of every table."""
    database = Database(url)
    found = []
    with database.read() as tx:
        for each in METADATA.sorted_tables:
            found += [str(value) for row in tx.execute(select(each)) for value in row]
    database.close()
    return "\n".join(found)


async def test_no_secret_is_kept_or_logged(
    url: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    furnish(url)
    terminal = Terminal("volunteer", out=lambda text: None, colours=False)
    async with living(url, [terminal], finder=explode, backoff=(0.01,)) as house:
        await terminal.ready.wait()
        for place in AT:
            await terminal.hear(place)
            for secret in SPOKEN:
                await terminal.hear(secret)
        now = datetime.now(UTC)
        things = [
            Incoming(Kind.START, now, data=f"j-{TOKEN[:20]}"),
            Incoming(Kind.PRESS, now, data="::"),
            Incoming(Kind.CONTACT, now),
        ]
        await house.reception.receive("terminal", [Received(uuid.uuid4().hex, "citizen", thing) for thing in things])
        await quiet(house.store, 60)
    logged = caplog.text + "".join(capsys.readouterr())
    for canary in (ID_NUMBER, OTP, PASSWORD, PHONE, TOKEN[:20]):
        assert canary not in logged, "in a log"
    kept = everything(url)
    for canary in (ID_NUMBER, OTP, PASSWORD, TOKEN[:20]):
        assert canary not in kept, "in a table"
    assert not re.search(r"079\D{0,3}123\D{0,3}456\D{0,3}789", kept)


def test_a_setting_that_is_wrong_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot.cli import main

    monkeypatch.setenv("GOCUA_TELEGRAM_PER_SECOND", TOKEN)
    monkeypatch.setattr("sys.argv", ["gocua", "serve"])
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(SystemExit):
        main()
    shown = "".join(capsys.readouterr())
    assert "GOCUA_TELEGRAM_PER_SECOND" in shown and TOKEN not in shown


async def test_no_key_of_zalo_gets_out_and_no_secret_gets_in(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through both channels, with every sort of trouble, down to a file that waits for a slow database."""
    caplog.set_level(logging.DEBUG)
    store = open_store(settings(sqlite_url))
    async with LoopbackZaloBot(ZALO) as api, LoopbackZaloOa() as oa:
        await sign_in(oa, store)
        bot = ZaloBot("main", ZALO, api_base=api.url, mode="webhook", webhook_secret="canary-webhook", spool=tmp_path)
        official = ZaloOfficial("main", app_of(oa), oa.secret_key, store, api_base=oa.url, spool=tmp_path)
        api.switches.fail = [{"method": "sendMessage", "status": 502, "body": f"/bot{ZALO}/ {oa.app_secret}"},
                             {"method": "sendMessage", "code": 400, "description": f"no {ZALO}"}]
        oa.switches.fail = [{"path": "/cs", "error": -216}, {"path": "/cs", "status": 500, "body": "AT1-loopback-access"}]
        async with living(sqlite_url, [bot, official], listen=True) as house:
            api.bot().webhook = {"url": f"{house.address}{bot.path}", "secret_token": "canary-webhook"}
            oa.webhook = f"{house.address}{official.path}"
            for secret in SPOKEN:
                assert await api.post(event(api.bot(), "u1", "text", text=secret)) == 200
                assert await oa.post(oa.text("U1", secret)) == 200
            await oa.post(oa.event("U1", "user_submit_info", None, info={"phone": PHONE, "name": "Lan"}))
            assert bot._spool is not None
            bot._spool._write([Received("s1", "u1", Incoming(Kind.TEXT, datetime.now(UTC), SPOKEN[0]))])
            spooled = b"".join(file.read_bytes() for file in tmp_path.glob("*.json")).decode()
            await quiet(house.store, 60)
        wrong = ZaloBot("main", f"9:{ZALO}", api_base=api.url)
        sent = await wrong.send("u1", Message(text="chào"))
        await wrong.close()
    store.close()
    logged = caplog.text + "".join(capsys.readouterr()) + repr((bot, official, wrong, sent))
    for canary in (ZALO.partition(":")[2], "canary-webhook", oa.app_secret, oa.secret_key, "loopback-access", "loopback-refresh",
                   ID_NUMBER, OTP, PASSWORD, PHONE):
        assert canary not in logged, "in a log"
    for canary in (ID_NUMBER, OTP, PASSWORD, ZALO.partition(":")[2], oa.app_secret, "canary-webhook"):
        assert canary not in everything(sqlite_url) + spooled, "kept"
