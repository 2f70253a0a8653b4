"""What must never be kept or logged is planted through every input, and looked for everywhere."""

import io
import logging
import re
import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.channels import Received
from bot.channels.terminal import Terminal
from handlers.talk import Incoming, Kind
from storage.database import Database
from storage.models import METADATA
from tests.bot.test_poison import explode
from tests.houses import furnish, living, quiet

ID_NUMBER, OTP, PASSWORD, PHONE = "079123456789", "482913", "Hoaban@9988", "0912345678"
TOKEN = "7000000001:AAcanaryTOKENcanaryTOKENcanary"
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
