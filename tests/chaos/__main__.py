"""`make chaos`: the long run on SQLite and PostgreSQL, with its verdict."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from storage.database import Database
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


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="gocua-chaos-"))
    folder.chmod(0o755)
    wrong = []
    for name, work in (("SQLite", on_sqlite), ("PostgreSQL", on_postgres)):
        verdict = asyncio.run(work(folder))
        print(f"{name}: {verdict}", flush=True)
        wrong += verdict.wrong
    if wrong:
        print(f"NOT KEPT: {wrong}; logs in {folder}")
        sys.exit(1)
    shutil.rmtree(folder, ignore_errors=True)
    print("every promise was kept")


main()
