"""`make chaos`: the long run on SQLite and PostgreSQL, on Telegram and on Zalo, with its verdict.

A word after `python -m tests.chaos` names the parts to run (telegram, zalo, sqlite, postgresql, polling, webhook, oa).
"""

import asyncio
import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import get_args

from storage.database import Database
from tests.chaos import zalo
from tests.chaos.postgres import Server
from tests.chaos.run import run
from tests.chaos.world import Verdict, World


def _fresh(url: str) -> str:
    database = Database(url)
    database.upgrade()
    database.close()
    return url


async def on_sqlite(folder: Path) -> Verdict:
    url = _fresh(f"sqlite:///{folder}/gocua.db")
    return await run(url, World(chats=60, each=50), folder / "sqlite.log", kills=54, points=True, pace=1.1)


async def on_postgres(folder: Path) -> Verdict:
    server = Server(folder / "pg")
    try:
        url = _fresh(server.start())
        return await run(url, World(chats=40, each=38), folder / "postgres.log", kills=18, points=True, pace=0.9, seed=2,
                         kill_database=server.crash_and_restart)
    finally:
        server.stop()


async def zalo_on_sqlite(folder: Path, way: zalo.Way) -> Verdict:
    folder = folder / way
    folder.mkdir()
    url = _fresh(f"sqlite:///{folder}/gocua.db")
    return (await zalo.run(url, World(chats=30, each=20), folder / "log.txt", way, kills=24, points=True, pace=0.9))[0]


async def zalo_on_postgres(folder: Path, way: zalo.Way) -> Verdict:
    folder = folder / f"pg-{way}"
    folder.mkdir(mode=0o755)
    server = Server(folder / "pg")
    try:
        url = _fresh(server.start())
        return (await zalo.run(url, World(chats=24, each=16), folder / "log.txt", way, kills=12, points=True, pace=0.9, seed=2,
                               kill_database=server.crash_and_restart))[0]
    finally:
        server.stop()


RUNS: dict[str, Callable[[Path], Coroutine[None, None, Verdict]]] = {
    "Telegram, SQLite": on_sqlite, "Telegram, PostgreSQL": on_postgres,
    **{f"Zalo {way}, {database}": partial(work, way=way) for (database, work), way in itertools.product(
        (("SQLite", zalo_on_sqlite), ("PostgreSQL", zalo_on_postgres)), get_args(zalo.Way))}}


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="gocua-chaos-"))
    folder.chmod(0o755)
    wrong = []
    for name, work in RUNS.items():
        if not all(word.lower() in name.lower() for word in sys.argv[1:]):
            continue
        began = time.monotonic()
        verdict = asyncio.run(work(folder))
        print(f"{name}: {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
        wrong += verdict.wrong
    if wrong:
        print(f"NOT KEPT: {wrong}; logs in {folder}")
        sys.exit(1)
    shutil.rmtree(folder, ignore_errors=True)
    print("every promise was kept")


main()
