"""The demonstration commune: a real commune of today's map, with invented hamlets and households. Nobody in it exists."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from content.vietnam_time import instant, local_day
from storage import mail
from storage.counting import campaigns, coverage_snapshots
from storage.counting.course import Denominator
from storage.models import Chat, Household, Place, Team, table
from storage.outcomes import Barrier, Mode, Outcome
from storage.record import Context, record
from storage.teams import people
from storage.work import visits

PROVINCE = ("19", "Tỉnh Thái Nguyên")
COMMUNE = ("01933", "Xã Đồng Phúc")
"""Official names and codes since 1 July 2025; everything below them is invented."""
HAMLETS = ("Thôn Mẫu Một", "Thôn Mẫu Hai", "Thôn Mẫu Ba")
LABELS = ("nhà mái đỏ", "cạnh giếng", "đầu ngõ", "gốc đa", "sau nhà văn hóa", "gần cầu", "quán nước", "cuối đồi")
HOUSES = 24
DAYS_GONE = 30
SNAPSHOTS = 10
"""Days before today of which a snapshot is kept."""
PARTS = {"citizen": None, "volunteer": "volunteer", "leader": "leader"}
ACCOUNTS = {"web": "demo-{}", "terminal": "{}"}
SERVICE = "vneid_level2"
RESULTS = ((Outcome.COMPLETED, 9), (Outcome.ALREADY_DONE, 3), (Outcome.NOT_HOME, 4), (Outcome.PARTIAL, 2), (Outcome.BLOCKED, 3),
           (Outcome.APPOINTMENT, 1), (Outcome.REFUSED_SOFT, 1), (Outcome.RIGHT_PERSON_AWAY, 1))


def is_loaded(tx: Connection) -> bool:
    return tx.scalar(select(table(Place).c.id).where(table(Place).c.demonstration.is_(True)).limit(1)) is not None


def is_in_earnest(tx: Connection) -> bool:
    """Whether places that nobody invented are kept here: no demonstration is to be put among them."""
    return tx.scalar(select(table(Place).c.id).where(table(Place).c.demonstration.is_(False)).limit(1)) is not None


def load(tx: Connection, now: datetime) -> None:
    """Everything the demonstration needs, with three weeks of visits recorded by the ordinary rules."""
    today = local_day(now)
    since = date(2025, 7, 1)
    province = _place(tx, "province", PROVINCE, None, since)
    commune = _place(tx, "commune", COMMUNE, province, since)
    hamlets = [_place(tx, "hamlet", (f"{COMMUNE[0]}-M{number}", hamlet), commune, since)
               for number, hamlet in enumerate(HAMLETS, start=1)]
    homes = [_households(tx, hamlet_id, today) for hamlet_id in hamlets]
    campaign_id = campaigns.create(tx, hundred_days(commune, today), today - timedelta(days=DAYS_GONE))
    for number, (hamlet_id, name) in enumerate(zip(hamlets, HAMLETS, strict=True), start=1):
        team_id = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": f"Tổ công nghệ số {name}", "hamlet_id": hamlet_id, "valid_from": since}).scalar_one()
        _people(tx, number, team_id, hamlet_id, homes[number - 1], now)
    _from_elsewhere(tx, campaign_id, commune, now)
    for days in range(SNAPSHOTS, 0, -1):
        coverage_snapshots.take(tx, today - timedelta(days=days), campaign_id=campaign_id, now=now - timedelta(days=days - 1))


def hundred_days(commune: int, today: date) -> campaigns.Plan:
    """A hundred days and nights, as communes have held them: one person in every household first, and more beside it."""
    aims = (campaigns.Aim(SERVICE, Denominator.ADULTS, 80), campaigns.Aim("online_dossier", Denominator.FARMS, 50),
            campaigns.Aim("online_payment", Denominator.HOUSEHOLDS, 60))
    starts_on = today - timedelta(days=DAYS_GONE)
    return campaigns.Plan("100 ngày đêm (mẫu)", commune, starts_on, starts_on + timedelta(days=99), SERVICE, 100,
                          "Kế hoạch mẫu số 01/KH-UBND", aims)


def _from_elsewhere(tx: Connection, campaign_id: int, commune: int, now: datetime) -> None:
    """A figure of the kind that is read off another system and typed in."""
    figure = campaigns.Figure("Hồ sơ nộp trực tuyến tại xã", 318, 402, "Số liệu mẫu, không phải số thật",
                              local_day(now) - timedelta(days=2))
    campaigns.state(tx, campaigns.StateFigure(campaign_id, commune, figure), None, now)


def _place(tx: Connection, level: str, named: tuple[str, str], parent: int | None, since: date) -> int:
    made = tx.execute(insert(table(Place)).returning(table(Place).c.id), {
        "level": level, "code": named[0], "name": named[1], "parent_id": parent, "valid_from": since, "demonstration": True})
    return int(made.scalar_one())


def _households(tx: Connection, hamlet_id: int, today: date) -> list[int]:
    added = today - timedelta(days=40)
    return list(tx.execute(insert(table(Household)).returning(table(Household).c.id), [
        {"hamlet_id": hamlet_id, "number": number, "label": LABELS[(number * 5 + hamlet_id) % len(LABELS)],
         "lane": f"Ngõ {(number - 1) // 6 + 1}", "adult_count": 2 + number % 3, "farm": number % 3 != 0, "added_on": added}
        for number in range(1, HOUSES + 1)]).scalars())


def _people(tx: Connection, number: int, team_id: int, hamlet_id: int, homes: list[int], now: datetime) -> None:
    """A leader and a volunteer of each hamlet; those of the first are the parts a newcomer may take."""
    for part, role in PARTS.items():
        if role is None:
            continue
        label = "Tổ trưởng mẫu" if role == "leader" else "Tổ viên mẫu"
        person_id = people.add_person(tx, label, "vi", now)
        people.serve(tx, person_id, role, team_id, hamlet_id, local_day(now) - timedelta(days=60))
        chats = _chats(tx, part, person_id, now) if number == 1 else [_chat(tx, "demo", f"{part}-{number}", person_id, now)]
        if role == "volunteer":
            _history(tx, number, homes, Context(now, local_day(now), chats[0], person_id, "demo"))


def _chats(tx: Connection, part: str, person_id: int, now: datetime) -> list[int]:
    return [_chat(tx, account, ref.format(part), person_id, now) for account, ref in ACCOUNTS.items()]


def _chat(tx: Connection, account: str, ref: str, person_id: int, now: datetime) -> int:
    """The chat of a part, which may have been there before the data (after a reset)."""
    chats = table(Chat)
    made = {"account": account, "ref": ref, "created_at": now, "heard_at": now, "state": "active", "shown": []}
    mail.insert_new(tx, chats, [made])
    tx.execute(update(chats).where(chats.c.account == account, chats.c.ref == ref).values(person_id=person_id))
    return int(tx.execute(select(chats.c.id).where(chats.c.account == account, chats.c.ref == ref)).scalar_one())


def _history(tx: Connection, number: int, homes: list[int], context: Context) -> None:
    """Visits of the last three weeks, the same every time for the same day."""
    chance = random.Random(number)  # noqa: S311 - the same picture every time, not secrecy
    outcomes, weights = zip(*RESULTS, strict=True)
    for index, home in enumerate(homes[:HOUSES - 4 - 3 * number]):
        on = context.today - timedelta(days=21 - index)
        outcome = chance.choices(outcomes, weights)[0]
        at = instant(on, chance.choice((8, 10, 15, 18)), chance.randrange(60))
        record(visits.LogVisit(
            f"demo:{number}:{index}", home, at, on, Mode.DOOR, outcome,
            chance.choice((Barrier.OTP_NOT_RECEIVED, Barrier.NO_SMARTPHONE, Barrier.SIM_NOT_OWN_NAME))
            if outcome is Outcome.BLOCKED else None,
            context.today + timedelta(days=1 + index % 3) if outcome is Outcome.APPOINTMENT else None,
            None, (SERVICE,) if outcome.needs_attainment else (), ""), tx, context)
