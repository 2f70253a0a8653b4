"""`python -m bench.broadcast [people] [kills] [spare]`: a broadcast under the platform's limits while people go on asking.

Without figures: whole, with one kill in the middle, with twelve, and with twelve while a second process stands by.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from storage.database import Database
from tests.chaos.announcing import Crowd, announce

RUNS = ((0, False), (1, False), (12, False), (12, True))


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    wrong: list[str] = []
    for kills, spare in ((int(sys.argv[2]), "spare" in sys.argv),) if len(sys.argv) > 2 else RUNS:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            url = f"sqlite:///{folder}/gocua.db"
            database = Database(url)
            database.upgrade()
            database.close()
            report = asyncio.run(announce(url, Crowd(people, talkers=12), Path(folder) / "log.txt", kills=kills, spare=spare))
        print("with a second process standing by:" if spare else "", report, flush=True)
        wrong += report.wrong
    if wrong:
        print("NOT KEPT:", *wrong, sep="\n  ")
        sys.exit(1)


if __name__ == "__main__":
    main()
