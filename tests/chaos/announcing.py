"""A broadcast to many on the real program, while people go on asking; with or without kills. Limits are the platform's own."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

from bot.points import POINTS
from storage.announcing.broadcasts import State
from storage.database import Database
from storage.models import Broadcast, BroadcastLetter, Chat, Outbox, Place, Residence, Subscription, Team, table
from storage.teams import people
from tests.chaos.run import Program, sending
from tests.chaos.world import ACCOUNT, TOKEN
from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.people import User

FIRST, TALKER = 1_000_000, 2_000_000
ALLOWED = 30.0
"""Messages a second that the platform takes from one bot."""
ROUND = 4.0
"""Seconds between two questions of one person: below the platform's one message a second to a chat, with room to spare."""


@dataclass
class Crowd:
    """`count` citizens who want announcements, and `talkers` others who ask for the menu all the while."""

    count: int
    talkers: int
    allowed: float = ALLOWED
    pace: float = 29.0

    def furnish(self, url: str) -> None:
        database = Database(url)
        with database.write() as tx:
            self._fill(tx, datetime.now(UTC))
        database.close()

    def _fill(self, tx: Connection, now: datetime) -> None:
        since, ids = date(2025, 7, 1), []
        for level in ("commune", "hamlet"):
            ids.append(tx.execute(insert(table(Place)).returning(table(Place).c.id), {
                "level": level, "code": level, "name": "Thôn Đông", "parent_id": ids[-1] if ids else None, "valid_from": since,
                "demonstration": True}).scalar_one())
        team = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": "Tổ Đông", "hamlet_id": ids[1], "valid_from": since}).scalar_one()
        leader = people.add_person(tx, "Bác Chi", "vi", now)
        people.serve(tx, leader, "leader", team, ids[1], since)
        made = {"account": ACCOUNT, "created_at": now, "heard_at": now, "state": "active", "shown": [], "person_id": None}
        tx.execute(insert(table(Chat)), [{**made, "ref": str(FIRST + n)} for n in range(self.count)])
        chats = tx.execute(select(table(Chat).c.id)).scalars().all()
        tx.execute(insert(table(Residence)), [{"chat_id": id_, "hamlet_id": ids[1], "wording": "w", "told_at": now}
                                              for id_ in chats])
        tx.execute(insert(table(Subscription)), [{"chat_id": id_, "wants": True, "changed_at": now} for id_ in chats])
        author = tx.execute(insert(table(Chat)).returning(table(Chat).c.id), {
            **made, "ref": str(FIRST - 1), "person_id": leader}).scalar_one()
        tx.execute(insert(table(Broadcast)), {  # urgent, so that the hour of the run does not matter
            "id": 1, "kind": "scam", "words": "Có kẻ giả danh công an gọi điện đòi mã OTP. Bà con cúp máy.", "place_id": ids[1],
            "audience": "citizens", "person_id": leader, "chat_id": author, "state": State.DRAFT.value, "urgent": True,
            "made_at": now, "expires_at": now + timedelta(days=1), "shown": 0, "total": self.count})


@dataclass
class Report:
    """What a run came to. `wrong` is empty when every promise was kept."""

    people: int
    allowed: float
    kills: int = 0
    received: int = 0
    lost: int = 0
    doubled: int = 0
    ambiguous: int = 0
    refused: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    """Messages a second that the platform accepted while the broadcast ran, answers to people among them."""
    edits: int = 0
    replies: list[float] = field(default_factory=list)
    unanswered: int = 0
    cpu: float = 0.0

    def reply(self, share: int) -> float:
        ordered = sorted(self.replies) or [0.0]
        return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]

    @property
    def wrong(self) -> list[str]:
        found = [f"{name} {value}" for name, value in (("lost", self.lost), ("unanswered", self.unanswered)) if value]
        if self.doubled > (self.ambiguous if self.kills else 0):
            found.append(f"doubled {self.doubled} > ambiguous {self.ambiguous}")
        found += [f"429 {self.refused}"] if self.refused and not self.kills else []
        if self.kills <= 1:  # one in the middle; a dozen are there to break it, and cost a dozen starts
            found += [f"rate {self.rate:.1f} of {self.allowed:g}"] if self.rate < 0.95 * self.allowed else []
            found += [f"reply p99 {self.reply(99):.2f} s"] if self.reply(99) >= 1 else []
        return found

    def __str__(self) -> str:
        return (f"{self.people} people, {self.kills} kills: {self.received} received, {self.lost} lost, {self.doubled} doubled "
                f"(ambiguous {self.ambiguous}), {self.refused} answers 429, {self.seconds:.1f} s, "
                f"{self.rate:.1f}/s of {self.allowed:g} ({self.rate / self.allowed:.1%}), {self.edits} edits of the progress, "
                f"{len(self.replies)} replies meanwhile: p50 {self.reply(50) * 1000:.0f} ms, p99 {self.reply(99) * 1000:.0f} ms")


async def announce(url: str, crowd: Crowd, log: Path, *, kills: int = 0, seed: int = 1, spare: bool = False) -> Report:
    """Send the broadcast on the real program; kill it so many times on the way. `spare`: a second process stands by."""
    crowd.furnish(url)
    api = LoopbackBotApi(TOKEN, seed=seed)
    address = await api.start()
    api.limits.on, api.limits.per_second = True, crowd.allowed
    for number in (*range(FIRST - 1, FIRST + crowd.count), *range(TALKER, TALKER + crowd.talkers)):
        api.user(number, token=TOKEN)  # they pressed Start once
    programs = [Program(url, address, log, per_second=crowd.pace, chat_per_second=1.0) for _ in range(1 + spare)]
    report = Report(crowd.count, crowd.allowed, kills)
    talking = asyncio.create_task(_talk(api, crowd, report))
    try:
        for program in programs:
            polls = api.bot(TOKEN).updates.polls
            await program.start()
            while api.bot(TOKEN).updates.polls == polls and program is programs[0]:
                await asyncio.sleep(0.01)
        await _approve(url, crowd, report)
        await _kill(url, api, programs, report, random.Random(seed))
        await _until_sent(url, crowd)
        talking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await talking
        for program in programs:
            await program.kill(15)
        _judge(url, api, crowd, report)
        return report
    finally:
        talking.cancel()
        for program in programs:
            await program.kill()
        await api.stop()


async def _approve(url: str, crowd: Crowd, report: Report) -> None:
    """Once everybody who asks was answered: a broadcast begins while the program is at work."""
    end = time.monotonic() + 60
    while len(report.replies) < crowd.talkers and time.monotonic() < end:
        await asyncio.sleep(0.05)
    report.replies.clear()
    database = Database(url)
    with database.write() as tx:
        tx.execute(update(table(Broadcast)).values(state=State.APPROVED.value))
    database.close()


IN_MID_SEND = tuple(point for point in POINTS if point in ("mid_turn", "before_send", "after_send", "before_mark_sent"))


async def _kill(url: str, api: LoopbackBotApi, programs: list[Program], report: Report, chance: random.Random) -> None:
    """It dies again and again, at any moment and in mid-send; at the end it runs again. Where one stands by, that one goes on."""
    for number in range(report.kills):
        program = programs[number % len(programs)]
        ready = number % 2 or len(programs) > 1  # whoever stands by must have begun, or nobody does
        end = time.monotonic() + (10 if ready else chance.uniform(0.05, 0.6))
        while time.monotonic() < end and not program.is_dead:
            await asyncio.sleep(0.01)
        await program.kill()
        report.ambiguous += sending(url)
        before = len(api.bot(TOKEN).sends)
        plain = number % 2 or number == report.kills - 1 or len(programs) > 1
        crash_at = "" if plain else f"{chance.choice(IN_MID_SEND)}:{chance.randrange(20, 60)}"
        await program.start(crash_at)
        end = time.monotonic() + 20
        while time.monotonic() < end and not program.is_dead and len(api.bot(TOKEN).sends) == before:
            await asyncio.sleep(0.01)


async def _talk(api: LoopbackBotApi, crowd: Crowd, report: Report) -> None:
    """Everybody asks in turn and waits for the answer, so that each has at most one question open."""
    await asyncio.gather(*(_ask(api.user(TALKER + n, token=TOKEN), n * ROUND / max(1, crowd.talkers), report)
                           for n in range(crowd.talkers)))


async def _ask(user: User, wait: float, report: Report) -> None:
    while not user.bot.updates.polls:
        await asyncio.sleep(0.1)
    await asyncio.sleep(1 + wait)
    while True:
        at = time.monotonic()
        user.say("menu")
        await user.wait_for_message(user.seen, timeout=120.0)
        report.replies.append(time.monotonic() - at)
        await asyncio.sleep(max(0.0, ROUND - (time.monotonic() - at)))


async def _until_sent(url: str, crowd: Crowd) -> None:
    end = time.monotonic() + 60 + 3 * crowd.count / crowd.pace
    while time.monotonic() < end:
        await asyncio.sleep(0.5)
        database = Database(url)
        with database.read() as tx:
            state = tx.scalar(select(table(Broadcast).c.state))
            left = tx.scalar(select(func.count()).select_from(table(Outbox)).where(table(Outbox).c.state.in_(("new", "sending"))))
        database.close()
        if state == State.DONE and not left:
            return
    raise TimeoutError("the broadcast does not end")


def _judge(url: str, api: LoopbackBotApi, crowd: Crowd, report: Report) -> None:
    """Hold what the platform accepted against who should have got it."""
    sends = api.bot(TOKEN).sends
    to = Counter(send.chat_id for send in sends if FIRST <= send.chat_id < TALKER)
    times = [send.at for send in sends if FIRST <= send.chat_id < TALKER]
    database = Database(url)
    with database.read() as tx:
        unknown = {int(ref) for ref in tx.execute(
            select(table(Chat).c.ref).join(table(BroadcastLetter), table(BroadcastLetter).c.chat_id == table(Chat).c.id)
            .join(table(Outbox), table(Outbox).c.id == table(BroadcastLetter).c.outbox_id)
            .where(table(Outbox).c.state == "unknown")).scalars()}
    database.close()
    report.received = len(to)
    report.doubled = sum(count - 1 for count in to.values())
    report.lost = sum(1 for n in range(crowd.count) if FIRST + n not in to and FIRST + n not in unknown)
    report.refused = api.limits.refused
    report.edits = sum(send.method.lower().startswith("edit") and send.chat_id == FIRST - 1 for send in sends)
    report.seconds = max(times) - min(times)
    inside = [send for send in sends if min(times) <= send.at <= max(times)]
    report.rate = (len(inside) - 1) / report.seconds if report.seconds else 0.0
