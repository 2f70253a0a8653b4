"""A small hamlet for tests: a campaign, households in lanes, members with chats; visits recorded by the ordinary rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from storage.models import Campaign, Chat, Household, Place, RegisterEntry, Team, table
from storage.outcomes import Barrier, Mode, Outcome
from storage.record import Context, record
from storage.teams import people
from storage.work import visits

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
GOAL = "vneid_level2"
TODAY = date(2026, 11, 23)


def at(on: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), LOCAL).astimezone(UTC)


@dataclass
class Field:
    """What was made, and a way to record visits in it."""

    tx: Connection
    hamlet: int = 0
    commune: int = 0
    campaign: int = 0
    team: int = 0
    homes: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)
    chats: list[int] = field(default_factory=list)
    today: date = TODAY
    _count: count[int] = field(default_factory=count)

    def context(self, member: int = 0, on: date | None = None, hour: int = 12) -> Context:
        day = on or self.today
        return Context(at(day, hour), day, self.chats[member], self.members[member], "test")

    def visit(self, house: int, outcome: Outcome, on: date | None = None, hour: int = 9, *, member: int = 0, key: str = "",
              barrier: Barrier | None = None, next_on: date | None = None, until: date | None = None,
              mode: Mode = Mode.DOOR, services: tuple[str, ...] | None = None, together: tuple[int, ...] = ()) -> str:
        """Record a visit; its key."""
        day = on or self.today
        key = key or f"test:{next(self._count)}"
        if services is None:
            services = (GOAL,) if outcome.needs_attainment else ()
        record(visits.LogVisit(
            key, self.homes[house - 1], at(day, hour), day, mode, outcome,
            barrier or (Barrier.OTP_NOT_RECEIVED if outcome.needs_barrier else None),
            next_on or (day + timedelta(days=3) if outcome.needs_date else None),
            until or (day + timedelta(days=30) if outcome.needs_until else None), services, "", together),
            self.tx, self.context(member, max(day, self.today)))
        return key


def made(tx: Connection, houses: int = 10, members: int = 2, lanes: int = 5, today: date = TODAY) -> Field:
    """A hamlet with a running campaign; the first member is its leader."""
    since = today - timedelta(days=60)
    field_ = Field(tx, today=today)
    commune = tx.execute(insert(table(Place)).returning(table(Place).c.id), {
        "level": "commune", "code": "C1", "name": "Xã Thử", "parent_id": None, "valid_from": since, "demonstration": False})
    field_.commune = int(commune.scalar_one())
    hamlet = tx.execute(insert(table(Place)).returning(table(Place).c.id), {
        "level": "hamlet", "code": "H1", "name": "Thôn Thử", "parent_id": field_.commune, "valid_from": since,
        "demonstration": False})
    field_.hamlet = int(hamlet.scalar_one())
    field_.team = int(tx.execute(insert(table(Team)).returning(table(Team).c.id), {
        "name": "Tổ Thử", "hamlet_id": field_.hamlet, "valid_from": since}).scalar_one())
    field_.campaign = int(tx.execute(insert(table(Campaign)).returning(table(Campaign).c.id), {
        "name": "Đợt thử", "document": "", "place_id": field_.commune, "starts_on": today - timedelta(days=40),
        "ends_on": today + timedelta(days=60), "goal_service": GOAL, "target_percent": 100}).scalar_one())
    field_.homes = list(tx.execute(insert(table(Household)).returning(table(Household).c.id), [
        {"hamlet_id": field_.hamlet, "number": number, "label": "", "lane": f"Ngõ {(number - 1) * lanes // houses + 1}",
         "adult_count": 2, "added_on": since} for number in range(1, houses + 1)]).scalars())
    tx.execute(insert(table(RegisterEntry)), [{"campaign_id": field_.campaign, "household_id": home, "added_on": since,
                                               "added_reason": ""} for home in field_.homes])
    for number in range(members):
        person = people.add_person(tx, f"Thành viên {chr(65 + number)}", "vi", at(since))
        people.serve(tx, person, "volunteer" if number else "leader", field_.team, field_.hamlet, since)
        chat = tx.execute(insert(table(Chat)).returning(table(Chat).c.id), {
            "account": "test", "ref": f"m{number}", "created_at": at(since), "heard_at": at(since) + timedelta(minutes=number),
            "state": "active", "shown": [], "person_id": person})
        field_.members.append(person)
        field_.chats.append(int(chat.scalar_one()))
    return field_


def take_back(tx: Connection) -> None:
    """Nothing of this transaction was: not even what the ledger was told."""
    tx.info.clear()
    tx.rollback()
