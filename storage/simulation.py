"""A realistic campaign, made up: places, teams, households and their visits, through the real rules and in bounded memory."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from storage import simulated_visits
from storage.counting import campaigns, coverage_snapshots, ledger
from storage.counting.course import Denominator
from storage.database import Database
from storage.households import last_entry
from storage.local_time import LOCAL
from storage.models import Attainment, Household, Membership, Person, Place, RegisterEntry, Team, Visit, table
from storage.simulated_visits import SERVICE

SINCE = date(2025, 7, 1)
HAMLET = 200
"""Households in a hamlet."""
LABELS = ("nhà mái đỏ", "cạnh giếng", "đầu ngõ", "gốc đa", "sau nhà văn hóa", "gần cầu", "quán nước", "cuối đồi")


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a campaign is to be played, and until when."""

    communes: int
    households: int
    days: int
    until: date
    seed: int = 1
    visits: float = 5.0
    """Visits a household, on average, once its turn has come."""
    tag: str = "S"
    """What the codes of its places begin with."""

    @property
    def starts_on(self) -> date:
        return self.until - timedelta(days=self.days - 1)

    def hamlets(self) -> Iterator[tuple[int, int, int]]:
        """(commune, hamlet, households) one after another."""
        for commune in range(self.communes):
            left = self.households // self.communes + (commune < self.households % self.communes)
            for number in range(max(1, -(-left // HAMLET))):
                yield commune, number, min(HAMLET, left - number * HAMLET)


@dataclass(frozen=True, slots=True)
class Played:
    """What was made."""

    province_id: int
    campaign_id: int
    hamlets: int
    households: int
    visits: int


Tell = Callable[[int, int], None]


def play(database: Database, scale: Scale, tell: Tell = lambda done, visits: None) -> Played:
    """Make the places, then hamlet after hamlet its households and their campaign, a transaction for every few thousand."""
    hamlets = list(scale.hamlets())
    with database.write() as tx:
        province = _place(tx, "province", f"{scale.tag}", "Tỉnh mô phỏng", None)
        communes = [_place(tx, "commune", f"{scale.tag}{n:04}", f"Xã mô phỏng {n + 1}", province) for n in range(scale.communes)]
        campaign_id = campaigns.create(tx, plan(scale, province), scale.starts_on)
    homes = visits = 0
    for start in range(0, len(hamlets), 10):
        with database.write() as tx:
            for commune, number, size in hamlets[start : start + 10]:
                visits += _hamlet(tx, scale, campaign_id, (communes[commune], commune, number), size)
                homes += size
        tell(homes, visits)
    with database.write() as tx:
        coverage_snapshots.take(tx, scale.until, campaign_id=campaign_id)
    return Played(province, campaign_id, len(hamlets), homes, visits)


def plan(scale: Scale, place_id: int) -> campaigns.Plan:
    """The hundred-day campaign, as long as it is to be played."""
    aims = (campaigns.Aim(SERVICE, Denominator.ADULTS, 70), campaigns.Aim("online_dossier", Denominator.FARMS, 50))
    return campaigns.Plan(
        "Chiến dịch mô phỏng",
        place_id,
        scale.starts_on,
        scale.starts_on + timedelta(days=max(99, scale.days - 1)),
        SERVICE,
        80,
        aims=aims,
    )


def _place(tx: Connection, level: str, code: str, name: str, parent: int | None) -> int:
    made = tx.execute(
        insert(table(Place)).returning(table(Place).c.id),
        {"level": level, "code": code, "name": name, "parent_id": parent, "valid_from": SINCE, "demonstration": True},
    )
    return int(made.scalar_one())


def _hamlet(tx: Connection, scale: Scale, campaign_id: int, where: tuple[int, int, int], size: int) -> int:
    """One hamlet with its team, its households and everything that happened; how many visits."""
    parent, commune, number = where
    chance = random.Random(f"{scale.seed}:{commune}:{number}")  # noqa: S311 - the same every time, not secrecy
    hamlet = _place(tx, "hamlet", f"{scale.tag}{commune:04}-{number:03}", f"Thôn mô phỏng {number + 1}", parent)
    leader, *volunteers = _team(tx, hamlet, scale.starts_on)
    homes = list(
        tx.execute(
            insert(table(Household)).returning(table(Household).c.id, sort_by_parameter_order=True),
            [
                {
                    "hamlet_id": hamlet,
                    "number": n,
                    "label": LABELS[n % len(LABELS)],
                    "lane": f"Ngõ {(n - 1) // 15 + 1}",
                    "adult_count": chance.randint(1, 4),
                    "farm": chance.random() < 0.6,
                    "added_on": scale.starts_on,
                }
                for n in range(1, size + 1)
            ],
        ).scalars()
    )
    _bulk(
        tx,
        table(RegisterEntry),
        [{"campaign_id": campaign_id, "household_id": home, "added_on": scale.starts_on, "added_reason": ""} for home in homes],
    )
    span = simulated_visits.Span(scale.starts_on, scale.until, scale.visits)
    keenness = chance.uniform(0.6, 1.4)
    visits: list[dict[str, Any]] = []
    attainments: list[dict[str, Any]] = []
    gone: list[tuple[int, date, int]] = []
    for home in homes:
        made = simulated_visits.visits(chance, span, home, chance.choice(volunteers), keenness)
        visits += made
        attainments += [simulated_visits.attainment(row) for row in made if row["outcome"] in ("completed", "already_done")]
        if made and made[-1]["outcome"] in ("moved_out", "vacant") and chance.random() < 0.7:
            gone.append((home, min(scale.until, made[-1]["occurred_on"] + timedelta(days=1)), made[-1]["person_id"]))
    _bulk(tx, table(Visit), visits)
    for volunteer in volunteers:
        if entered := [row["recorded_at"] for row in visits if row["person_id"] == volunteer]:
            last_entry.entered(tx, (volunteer,), max(entered))
    _bulk(tx, table(Attainment), attainments)
    for home, on, reporter in gone:
        tx.execute(
            update(table(RegisterEntry))
            .where(
                table(RegisterEntry).c.campaign_id == campaign_id,
                table(RegisterEntry).c.household_id == home,
            )
            .values(excluded_on=on, excluded_by=reporter, confirmed_by=leader)
        )
    ledger.touch(tx, homes, scale.until)
    ledger.settle(tx)
    return len(visits)


def _team(tx: Connection, hamlet: int, since: date) -> list[int]:
    """A leader and two volunteers."""
    person, team, member = table(Person), table(Team), table(Membership)
    at = datetime.combine(since, time(8), LOCAL).astimezone(UTC)
    ids = list(
        tx.execute(
            insert(person).returning(person.c.id, sort_by_parameter_order=True),
            [{"label": label, "language": "vi", "created_at": at} for label in ("Tổ trưởng mô phỏng", "Tổ viên 1", "Tổ viên 2")],
        ).scalars()
    )
    team_id = tx.execute(
        insert(team).returning(team.c.id), {"name": "Tổ mô phỏng", "hamlet_id": hamlet, "valid_from": since}
    ).scalar_one()
    tx.execute(
        insert(member),
        [
            {
                "person_id": id_,
                "role": "leader" if n == 0 else "volunteer",
                "team_id": team_id,
                "place_id": hamlet,
                "valid_from": since,
            }
            for n, id_ in enumerate(ids)
        ],
    )
    return ids


def _bulk(tx: Connection, into: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Many rows as fast as the database takes them."""
    if not rows:
        return
    if tx.dialect.name != "postgresql":
        tx.execute(insert(into), rows)
        return
    columns = list(rows[0])
    raw: Any = tx.connection.dbapi_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {into.name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in columns])


def may_play(tx: Connection) -> bool:
    """Whether nothing real is in the database, and no simulation either."""
    place = table(Place)
    return tx.scalar(select(place.c.id).where(place.c.level == "hamlet").limit(1)) is None
