"""Two people at two terminals over one database: one process sends for both, and each sees what the other says."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels import Fate, Sent
from handlers.talk import Message
from storage import mail
from storage.database import Database
from storage.models import Chat, Outbox, table
from tests.bot.test_poison import Recorder, said
from tests.houses import furnish, living, quiet

ROOT = Path(__file__).parents[2]
PATIENCE = 60


class Person:
    """Somebody at a keyboard."""

    def __init__(self, process: Process) -> None:
        self.process, self.heard = process, ""

    @classmethod
    async def sits_down(cls, part: str, url: str, folder: Path) -> "Person":
        return cls(await asyncio.create_subprocess_exec(
            sys.executable, "-u", "-m", "bot", "chat", "--as", part, stdin=PIPE, stdout=PIPE, cwd=folder,
            env={**os.environ, "GOCUA_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}))

    async def types(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        await self.process.stdin.drain()

    async def reads(self, words: str) -> None:
        """Until it stands there; what was read before is read no more."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while words not in self.heard:
                more = await self.process.stdout.read(4096)
                assert more, self.heard
                self.heard += more.decode(errors="ignore")
        self.heard = self.heard.partition(words)[2]

    async def leaves(self) -> None:
        """An empty line is enough."""
        await self.types("")
        async with asyncio.timeout(PATIENCE):
            await self.process.communicate()
        assert self.process.returncode == 0


async def test_a_talk_between_two_terminals_also_when_the_one_that_sends_goes(sqlite_url: str, tmp_path: Path) -> None:
    furnish(sqlite_url)
    leader = await Person.sits_down("leader", sqlite_url, tmp_path)
    await leader.reads("Gõ Cửa")
    citizen = await Person.sits_down("citizen", sqlite_url, tmp_path)
    await citizen.reads("Gõ Cửa")
    for line, answer in (("nhờ người giúp", "Bác ở thôn nào"), ("1", "Giữ tên thôn"), ("2", "Bác đang vướng việc gì")):
        await citizen.types(line)
        await citizen.reads(answer)
    await citizen.types("Sai mật khẩu")
    await citizen.reads("muộn nhất")
    for line, answer in (("việc nhờ giúp", "Việc 1"), ("1", "Sai mật khẩu"), ("1", "Anh/chị đã nhận")):
        await leader.types(line)
        await leader.reads(answer)
    await citizen.reads("nhận giúp bác rồi")
    await leader.types("Chào bác nhé")
    await citizen.reads("Chào bác nhé")
    await leader.leaves()
    await citizen.types("Máy tôi lại báo lỗi")
    again = await Person.sits_down("leader", sqlite_url, tmp_path)
    await again.reads("Máy tôi lại báo lỗi")
    await again.leaves()
    await citizen.leaves()


async def test_an_invitation_is_shown_whichever_process_sends_it_and_then_forgotten(sqlite_url: str, tmp_path: Path) -> None:
    furnish(sqlite_url)
    citizen = await Person.sits_down("citizen", sqlite_url, tmp_path)
    await citizen.reads("Gõ Cửa")
    leader = await Person.sits_down("leader", sqlite_url, tmp_path)
    await leader.reads("Gõ Cửa")
    for _ in range(3):
        await leader.types("mời")
        await leader.reads("?start=j-")
    await leader.leaves()
    await citizen.leaves()
    database = Database(sqlite_url)
    with database.read() as tx:
        kept = tx.scalars(select(table(Outbox).c.parcel).where(table(Outbox).c.parcel.is_not(None))).all()
    database.close()
    assert kept and not [body for body in kept if "secret" in body]


@pytest.mark.parametrize("later", [False, True])
async def test_a_secret_is_forgotten_when_sent_or_left_to_whoever_shows_it(sqlite_url: str, later: bool) -> None:
    channel = Recorder({"leader": [Sent(Fate.SENT, external_id="1", shown_later=later)]})
    async with living(sqlite_url, [channel]) as house:
        await house.reception.receive("test", [said("leader", "menu")])
        await quiet(house.store)
        here = await house.store.read(lambda rows: rows.scalar(select(table(Chat).c.id)))
        channel._fates["leader"] = [Sent(Fate.SENT, external_id="2", shown_later=later)]
        row = {"key": "secret", "account": "test", "chat_id": here, "lane": mail.REPLY, "policy": mail.DROP,
               "parcel": Message(text="mã", secret=True).pack(), "created_at": datetime.now(UTC)}
        await house.store.write(lambda tx: mail.post(tx, [row]))
        house.post.wake()
        await quiet(house.store)
    database = Database(sqlite_url)
    with database.read() as tx:
        kept = tx.scalar(select(table(Outbox).c.parcel).where(table(Outbox).c.key == "secret"))
    database.close()
    assert (kept is not None) is later
