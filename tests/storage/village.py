"""Places, people and households in a real database, and random histories written into it as rows."""

import random
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, select

from storage.counting import campaigns, ledger
from storage.counting.campaign_goals import Goal
from storage.households.standing import AttainmentFact, EntryFact, VisitFact
from storage.models import Attainment, Household, Person, Place, RegisterEntry, Visit, table
from tests.storage.histories import CAMPAIGN, START

SINCE = date(2025, 7, 1)
PEOPLE = ("A", "B", "C")
GOAL = "dvc_account"


def place(tx: Connection, level: str, code: str, parent: int | None = None) -> int:
    row = {"level": level, "code": code, "name": f"{level} {code}", "parent_id": parent, "valid_from": SINCE,
           "demonstration": True}
    return tx.execute(insert(table(Place)).returning(table(Place).c.id), row).scalar_one()


def people(tx: Connection) -> dict[str, int]:
    made = tx.execute(insert(table(Person)).returning(table(Person).c.id, sort_by_parameter_order=True),
                      [{"label": name, "language": "vi", "created_at": datetime(2026, 11, 1, tzinfo=UTC)} for name in PEOPLE])
    return dict(zip(PEOPLE, made.scalars(), strict=True))


def homes(tx: Connection, hamlet: int, count: int, adults: int | None = 2) -> list[int]:
    made = tx.execute(insert(table(Household)).returning(table(Household).c.id, sort_by_parameter_order=True), [
        {"hamlet_id": hamlet, "number": number, "label": "", "lane": "", "adult_count": adults, "added_on": START}
        for number in range(1, count + 1)])
    return list(made.scalars())


def campaign(tx: Connection, place_id: int, today: date = START, **more: object) -> Goal:
    plan = {"name": "Mẫu", "place_id": place_id, "starts_on": CAMPAIGN.starts_on, "ends_on": CAMPAIGN.ends_on,
            "goal_service": GOAL}
    id_ = campaigns.create(tx, campaigns.Plan(**{**plan, **more}), today)
    return Goal(id_, "Mẫu", CAMPAIGN.starts_on, CAMPAIGN.ends_on, GOAL)


def visit_rows(home: int, visits: list[VisitFact], who: dict[str, int], tag: str = "") -> list[dict]:
    return [{
        "key": f"{tag}{home}:{n}", "household_id": home, "person_id": who[fact.member], "occurred_at": fact.occurred_at,
        "occurred_on": fact.on, "recorded_at": fact.occurred_at, "mode": fact.mode.value, "outcome": fact.outcome.value,
        "barrier": fact.barrier.value if fact.barrier else None, "away_until": fact.away_until, "next_on": None, "note": "",
        "void": False, "reason": "", "supersedes_id": None} for n, fact in enumerate(visits)]


def write_visits(tx: Connection, rows: list[dict], superseded: set[str]) -> None:
    """Visits, and a row that takes back each of those named."""
    visit = table(Visit)
    if not rows:
        return
    tx.execute(insert(visit), rows)
    wanted = [row["key"] for row in rows if row["key"] in superseded]
    found = dict(tx.execute(select(visit.c.key, visit.c.id).where(visit.c.key.in_(wanted))).all()) if wanted else {}
    back = [{**row, "key": f"undo:{row['key']}", "supersedes_id": found[row["key"]], "void": True}
            for row in rows if row["key"] in found]
    if back:
        tx.execute(insert(visit), back)


def attainment_rows(home: int, attainments: list[AttainmentFact], who: dict[str, int]) -> list[dict]:
    return [{
        "key": f"{home}:{n}", "household_id": home, "service": fact.service, "achieved_on": fact.achieved_on,
        "verification": fact.verification.value, "recorded_by": who[fact.recorded_by or "C"], "assisted_by": "",
        "recorded_at": datetime(2026, 11, 3, tzinfo=UTC), "revoked_on": fact.revoked_on} for n, fact in enumerate(attainments)]


def exclude(tx: Connection, home: int, entry: EntryFact, who: dict[str, int]) -> None:
    if entry.excluded_on is not None:
        register = table(RegisterEntry)
        tx.execute(register.update().where(register.c.household_id == home).values(
            excluded_on=entry.excluded_on, excluded_by=who["A"], confirmed_by=who["B"] if entry.confirmed else None))


def history(tx: Connection, rng: random.Random, made: dict[int, tuple], who: dict[str, int], days: dict[int, date]) -> None:
    """Write households' histories in three shuffled goes, each settled, so that the ledger has to move back and forth."""
    visits, superseded, attainments = [], set(), []
    for home, (entry, facts, reached) in made.items():
        rows = visit_rows(home, facts, who)
        visits += rows
        superseded |= {row["key"] for row, fact in zip(rows, facts, strict=True) if fact.superseded}
        attainments += attainment_rows(home, reached, who)
        exclude(tx, home, entry, who)
    rng.shuffle(visits)
    third = len(visits) // 3 + 1
    for go in range(3):
        some = visits[go * third:(go + 1) * third]
        write_visits(tx, some, superseded)
        if go == 1 and attainments:
            tx.execute(insert(table(Attainment)), attainments)
        touched = {row["household_id"] for row in some} | (set(made) if go == 2 else set())
        for home in touched:
            new = [row["occurred_on"] for row in some if row["household_id"] == home] if go == 0 else []
            ledger.touch(tx, (home,), days[home] - timedelta(days=2 - go), since=min(new, default=date.min))
        ledger.settle(tx)
