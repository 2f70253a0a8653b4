"""`python -m bench.broadcast [people] [kills]`: a broadcast under the platform's limits while people go on asking."""

import asyncio
import sys
import tempfile
from pathlib import Path

from storage.database import Database
from tests.chaos.announcing import Crowd, announce


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    wrong: list[str] = []
    for kills in (int(sys.argv[2]),) if len(sys.argv) > 2 else (0, 12):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            url = f"sqlite:///{folder}/gocua.db"
            database = Database(url)
            database.upgrade()
            database.close()
            report = asyncio.run(announce(url, Crowd(people, talkers=12), Path(folder) / "log.txt", kills=kills))
        print(report, flush=True)
        wrong += report.wrong
    if wrong:
        print("NOT KEPT:", *wrong, sep="\n  ")
        sys.exit(1)


if __name__ == "__main__":
    main()
