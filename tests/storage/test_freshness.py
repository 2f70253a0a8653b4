"""How fresh what is known of a place is: equal to a second implementation, whoever serves where and whenever they wrote."""

import random
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from storage.database import Database
from storage.freshness import freshness
from storage.models import Person, Team, Visit, table
from storage.people import serve
from storage.reading import Reading
from tests.storage import reference, village
from tests.storage.histories import MINUTES, START

TODAY = START + timedelta(days=20)


def test_members_who_entered_something_in_seven_days(database: Database) -> None:
    rng, services, entries = random.Random(7), [], []
    with database.write() as tx:
        province = village.place(tx, "province", "P")
        communes = [village.place(tx, "commune", f"C{n}", province) for n in (1, 2)]
        hamlets = [village.place(tx, "hamlet", f"H{n}", communes[n // 3]) for n in range(6)]
        teams = [tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": "T", "hamlet_id": hamlet, "valid_from": START}).scalar_one() for hamlet in hamlets]
        home = village.homes(tx, hamlets[0], 1)[0]
        people = list(tx.execute(insert(table(Person)).returning(table(Person).c.id), [
            {"label": "M", "language": "vi", "created_at": datetime(2026, 11, 1, tzinfo=UTC)} for _ in range(60)]).scalars())
        for who in people:
            for number in rng.sample(range(6), rng.choice((0, 1, 1, 2, 3))):
                since = START + timedelta(days=rng.randint(0, 25))
                serve(tx, who, rng.choice(("leader", "volunteer")), teams[number], hamlets[number], since)
                services.append((who, hamlets[number], since, None))
            for _ in range(rng.choice((0, 1, 3))):
                midnight = datetime(START.year, START.month, START.day, tzinfo=UTC) + timedelta(days=rng.randint(8, 24))
                entries.append((who, midnight + timedelta(minutes=rng.choice(MINUTES))))
        officer = people[0]
        serve(tx, officer, "commune_officer", None, communes[0], START)  # no member of a team
        tx.execute(insert(table(Visit)), [
            {"key": str(n), "household_id": home, "person_id": who, "occurred_at": at, "occurred_on": at.date(),
             "recorded_at": at, "mode": "door", "outcome": "not_home", "note": "", "void": False, "reason": ""}
            for n, (who, at) in enumerate(entries)])
    seen = set()
    with database.read() as tx:
        rows = Reading(tx)
        for day in (TODAY - timedelta(days=7), TODAY, TODAY + timedelta(days=3)):
            for place, inside in ((province, hamlets), (communes[0], hamlets[:3]), (communes[1], hamlets[3:]),
                                  *((hamlet, [hamlet]) for hamlet in hamlets)):
                found = freshness(rows, place, day)
                assert (found.n, found.d) == reference.freshness(services, entries, inside, day), (place, day)
                seen.add((found.n, found.d))
    assert len(seen) > 15
