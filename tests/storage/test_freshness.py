"""How fresh what is known of a place is: equal to a second implementation, whoever serves where and whenever they wrote."""

import random
from datetime import UTC, datetime, timedelta
from importlib import import_module

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import insert, select

from storage.counting.freshness import freshness
from storage.database import Database
from storage.households import last_entry
from storage.models import Chat, Person, Team, Visit, table
from storage.outcomes import Mode, Outcome
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import serve
from storage.work.visits import LogVisit, UndoVisit
from tests.storage import reference, village
from tests.storage.histories import MINUTES, START

TODAY = START + timedelta(days=20)
START_AT = datetime(2026, 11, 10, 16, 30, tzinfo=UTC)


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
        for who, at in entries:
            last_entry.entered(tx, (who,), at)
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


def test_the_day_of_the_last_entry_is_what_the_visits_say(database: Database) -> None:
    """By whatever way a visit is entered: each day is that of the newest; and an upgrade finds it in the visits alone."""
    person, chance = table(Person), random.Random(3)
    with database.write() as tx:
        here = village.place(tx, "hamlet", "H")
        home = village.homes(tx, here, 1)[0]
        nobody, *people = village.people(tx).values()
        chat = tx.execute(insert(table(Chat)).returning(table(Chat).c.id), {
            "account": "test", "ref": "1", "created_at": START_AT, "heard_at": START_AT, "state": "active",
            "shown": []}).scalar_one()
        for n in range(40):
            who, at = chance.choice(people), START_AT + timedelta(hours=chance.randint(0, 200))
            logged = LogVisit(f"t{n}", home, at, at.date(), Mode.DOOR, Outcome.NOT_HOME, None, None, None, (), "")
            record(logged, tx, Context(at, at.date(), chat, who, "test"))
            if n % 5 == 0:
                row = tx.scalar(select(table(Visit).c.id).where(table(Visit).c.key == f"t{n}"))
                late = at + timedelta(days=chance.randint(0, 3))
                record(UndoVisit(row), tx, Context(late, late.date(), chat, who, "test"))
    with database.read() as tx:
        kept = dict(tx.execute(select(person.c.id, person.c.entered_on)).all())
        said = tx.execute(select(table(Visit).c.person_id, table(Visit).c.recorded_at)).all()
    newest = {who: (max(at for other, at in said if other == who) + timedelta(hours=7)).date() for who in people}
    assert kept == newest | {nobody: None}
    with database.write() as tx, Operations.context(MigrationContext.configure(tx)):
        migration = import_module("storage.migrations.versions.0012_entries")
        migration.downgrade()
        migration.upgrade()
    with database.read() as tx:
        assert dict(tx.execute(select(person.c.id, person.c.entered_on)).all()) == kept
