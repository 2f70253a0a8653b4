"""A hamlet of volunteers who log visits without pause, and what must be true of the database afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection, insert, select

from bot.demo import SERVICE
from content.vietnam_time import local_day
from storage import mail
from storage.database import Database
from storage.models import Campaign, Chat, Household, Inbox, Outbox, Place, RegisterEntry, Team, Visit, table
from storage.teams import people
from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.people import User

TOKEN = "1001:loopback-token-for-tests-only"
ACCOUNT = "telegram:main"


@dataclass
class World:
    """`chats` volunteers, each with `each` households of their own to visit, in order."""

    chats: int
    each: int
    users: list[User] = field(default_factory=list)
    scripts: list[list[str]] = field(default_factory=list)
    account: str = ACCOUNT

    def furnish(self, url: str) -> None:
        database = Database(url)
        with database.write() as tx:
            self._people(tx, self._hamlet(tx))
        database.close()

    def _hamlet(self, tx: Connection) -> tuple[int, int]:
        day = date(2025, 7, 1)
        ids = []
        for level, code in (("commune", "01933"), ("hamlet", "01933-X")):
            ids.append(tx.execute(insert(table(Place)).returning(table(Place).c.id), {
                "level": level, "code": code, "name": "Thôn Thử", "parent_id": ids[-1] if ids else None, "valid_from": day,
                "demonstration": True}).scalar_one())
        team = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": "Tổ Thử", "hamlet_id": ids[1], "valid_from": day}).scalar_one()
        tx.execute(insert(table(Household)), [
            {"hamlet_id": ids[1], "number": number, "label": "", "lane": "", "added_on": day}
            for number in range(1, self.chats * self.each + 1)])
        today = local_day(datetime.now(UTC))
        campaign = tx.execute(insert(table(Campaign)).returning(table(Campaign).c.id), {
            "name": "Thử", "document": "", "place_id": ids[0], "starts_on": today - timedelta(days=9),
            "ends_on": today + timedelta(days=90), "goal_service": SERVICE, "target_percent": 100}).scalar_one()
        homes = tx.execute(select(table(Household).c.id)).scalars().all()
        tx.execute(insert(table(RegisterEntry)), [
            {"campaign_id": campaign, "household_id": home, "added_on": day, "added_reason": ""} for home in homes])
        return ids[1], team

    def _people(self, tx: Connection, hamlet: tuple[int, int]) -> None:
        now = datetime.now(UTC)
        for number in range(self.chats):
            person = people.add_person(tx, f"Tổ viên {chr(65 + number % 26)}", "vi", now)
            people.serve(tx, person, "volunteer", hamlet[1], hamlet[0], local_day(now) - timedelta(days=2))
            made = {"account": self.account, "ref": str(self.chat_id(number)), "created_at": now, "heard_at": now,
                    "state": "active", "shown": [], "person_id": person}
            mail.insert_new(tx, table(Chat), [made])

    @staticmethod
    def chat_id(number: int) -> int:
        return 50_000 + number

    def numbers(self, chat: int) -> list[int]:
        """The households this chat visits, in order."""
        return list(range(chat * self.each + 1, (chat + 1) * self.each + 1))

    def join(self, api: LoopbackBotApi) -> None:
        self.users = [api.user(self.chat_id(number), token=TOKEN) for number in range(self.chats)]
        self.scripts = [["ghi lượt", *(said for house in self.numbers(chat) for said in (f"hộ {house}", "vắng"))]
                        for chat in range(self.chats)]

    def updates(self) -> int:
        return sum(len(script) for script in self.scripts)

    def feed(self) -> int:
        """Every chat says its next line; how many did."""
        said = 0
        for user, script in zip(self.users, self.scripts, strict=True):
            if script:
                user.say(script.pop(0))
                said += 1
        return said


@dataclass
class Verdict:
    """What a run came to. `wrong` is empty when every promise was kept."""

    updates: int = 0
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    unanswered: int = 0
    copies: int = 0
    most_copies: int = 0
    ambiguous: int = 0
    given_up: int = 0
    """Messages not sent a third time after nobody knew twice what became of them."""
    damage: str = ""

    @property
    def wrong(self) -> list[str]:
        counted = {name: getattr(self, name) for name in ("lost", "doubled", "out_of_order", "unanswered")}
        found = [f"{name}={value}" for name, value in counted.items() if value]
        if self.copies > self.ambiguous:
            found.append(f"copies {self.copies} > ambiguous {self.ambiguous}")
        return found + ([self.damage] if self.damage else [])

    def __str__(self) -> str:
        return (f"{self.updates} updates, {self.kills} kills: {self.lost} lost, {self.doubled} double effects, "
                f"{self.out_of_order} order breaks, {self.unanswered} unanswered, {self.copies} copies of messages "
                f"(bound {self.ambiguous}, at most {self.most_copies} of one), {self.given_up} given up, "
                f"{self.damage or 'database clean'}")


def judge(world: World, url: str, api: LoopbackBotApi, interrupted: int, kills: int) -> Verdict:
    """Hold the database and what the platform saw against what people said."""
    database = Database(url)
    verdict = Verdict(kills=kills, damage=database.damage())
    with database.read() as tx:
        inbox = tx.execute(select(table(Inbox).c.state, table(Inbox).c.external_id)).all()
        states = Counter(row.state for row in inbox)
        verdict.updates = len(api.bot(TOKEN).updates.created)
        verdict.lost = verdict.updates - len({row.external_id for row in inbox}) + states["dead"]
        verdict.doubled = len(inbox) - len({row.external_id for row in inbox})
        for number in range(world.chats):
            _visits(tx, world, number, verdict)
        rows = tx.execute(select(table(Outbox).c.state, table(Chat).c.ref)
                          .join(table(Chat), table(Chat).c.id == table(Outbox).c.chat_id)).all()
    database.close()
    verdict.unanswered = states["open"] + sum(row.state in ("new", "sending") for row in rows)
    verdict.given_up = sum(row.state == "unknown" for row in rows)
    bot = api.bot(TOKEN)
    accepted = Counter(str(send.chat_id) for send in bot.sends)
    due = Counter(row.ref for row in rows)
    verdict.copies = sum(max(0, accepted[ref] - due[ref]) for ref in due)
    verdict.most_copies = max((count for count in _runs(bot.sends).values()), default=1)
    verdict.ambiguous = interrupted + sum(not send.answered for send in bot.sends) + api.faults.counts["drip"]
    return verdict


def _visits(tx: Connection, world: World, number: int, verdict: Verdict) -> None:
    """One chat's visits: the households it named, each once, in that order."""
    visit, household, chat = table(Visit), table(Household), table(Chat)
    mine = tx.scalar(select(chat.c.person_id).where(chat.c.account == world.account, chat.c.ref == str(world.chat_id(number))))
    logged = list(tx.execute(select(household.c.number).join(visit, visit.c.household_id == household.c.id)
                             .where(visit.c.person_id == mine).order_by(visit.c.id)).scalars())
    expected = world.numbers(number)
    verdict.lost += len(set(expected) - set(logged))
    verdict.doubled += len(logged) - len(set(logged))
    verdict.out_of_order += sum(after < before for before, after in pairwise(logged))


def _runs(sends: list[object]) -> Counter[tuple[int, str]]:
    """How often the same words reached the same chat one right after the other (a copy follows its original)."""
    longest: Counter[tuple[int, str]] = Counter()
    last: dict[int, tuple[str, int]] = {}
    for send in sends:
        chat, text = send.chat_id, send.text_hash  # type: ignore[attr-defined]
        before, count = last.get(chat, ("", 0))
        count = count + 1 if before == text else 1
        last[chat] = (text, count)
        longest[chat, text] = max(longest[chat, text], count)
    return longest
