"""Two years in a minute: thousands of reminders, announcements, outages, clock jumps, opt-outs, pauses, blocks, two processes."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.broadcasting import feed
from bot.mind import Mind
from bot.reminding import send_due
from content.library import Library
from storage.announcing.broadcasts import Wants
from storage.database import Database
from storage.guiding import guide_runs
from storage.local_time import LOCAL
from storage.models import (
    Appointment,
    Broadcast,
    BroadcastLetter,
    Campaign,
    Chat,
    DayOverride,
    DossierWatch,
    Gathering,
    GuideRun,
    Household,
    Membership,
    OneStopDesk,
    Outbox,
    Person,
    Place,
    Preference,
    Reminder,
    Residence,
    Rhythm,
    Subscription,
    Team,
    table,
)
from storage.prepared import Prepared
from storage.record import Context, record
from storage.reminding import reminder_kinds, reminders
from storage.reminding.preferences import Prefer
from storage.reminding.reminder_plans import missed_letters
from storage.reminding.rhythms import RhythmKind, SetRhythm
from tests.bot.test_poison import LIMITS

FIRST, LAST = date(2026, 11, 1), date(2028, 12, 20)
MIND = Mind(Library.load(), lambda text: None, "vi", {"test": LIMITS}, lambda: ())  # type: ignore[arg-type, return-value]
reminder, outbox, chat = table(Reminder), table(Outbox), table(Chat)
broadcast, letter, rhythm, preference = table(Broadcast), table(BroadcastLetter), table(Rhythm), table(Preference)
_PEACE = Prepared(select(rhythm.c.place_id).where(
    rhythm.c.kind == "peace", rhythm.c.revoked_at.is_(None), rhythm.c.starts_on <= bindparam("on"),
    rhythm.c.ends_on >= bindparam("on")))
_POSTED = Prepared(
    select(letter.c.chat_id, preference.c.paused_until, preference.c.stopped, broadcast.c.urgent)
    .join(broadcast, broadcast.c.id == letter.c.broadcast_id)
    .outerjoin(preference, preference.c.chat_id == letter.c.chat_id).where(letter.c.posted_at == bindparam("now")))
_WAITING = Prepared(select(outbox.c.id, outbox.c.chat_id, outbox.c.key, outbox.c.parcel).where(outbox.c.state == "new")
                    .order_by(outbox.c.id))
ANNOUNCE = 0.04
"""How often somebody announces something between two ticks."""
CITIZENS, VOLUNTEERS, LEADERS = 40, 24, 6
FREED = frozenset(date(2027, month, day) for month, day in ((3, 10), (6, 16), (8, 17), (10, 5))) | {date(2028, 6, 21)}
WORKED = frozenset({date(2027, 9, 3), date(2028, 9, 4)})
"""Days that an admin changed by the official notice: free although no table has them, and worked although one has."""


@dataclass
class Delivered:
    """A message that reached somebody."""

    who: str
    role: str
    at: datetime
    key: str
    reminders: list[int] = field(default_factory=list)


@dataclass
class Announced:
    """An announcement that reached somebody."""

    who: str
    role: str
    at: datetime
    posted_at: datetime
    broadcast: int
    kind: str
    urgent: bool


@dataclass
class Storm:
    """The people, what they are owed, and what reached them."""

    database: Database
    chance: random.Random
    roles: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Chat -> who it is, and their role."""
    delivered: list[Delivered] = field(default_factory=list)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    announced: list[Announced] = field(default_factory=list)
    disturbed: list[tuple[datetime, int, str]] = field(default_factory=list)
    """Announcements that were posted to somebody who wished to be left in peace: none."""
    announcements: int = 0

    def settle_people(self, tx: Connection) -> None:
        """A commune with three hamlets, its people and their chats (some have two)."""
        at = instant(FIRST, 0) - timedelta(days=60)
        since = date(2026, 1, 1)
        for id_, level, parent in ((1, "commune", None), (2, "hamlet", 1), (3, "hamlet", 1), (4, "hamlet", 1)):
            tx.execute(insert(table(Place)), {"id": id_, "level": level, "code": f"c{id_}", "name": f"N{id_}",
                                              "parent_id": parent, "valid_from": since, "demonstration": False})
            if level == "hamlet":
                tx.execute(insert(table(Team)), {"id": id_, "name": "T", "hamlet_id": id_, "valid_from": since})
                tx.execute(insert(table(Household)), [{"id": id_ * 1000 + n, "hamlet_id": id_, "number": n, "label": "",
                                                       "lane": "", "added_on": since} for n in range(1, 60)])
        tx.execute(insert(table(Campaign)), {"name": "C", "document": "", "place_id": 1, "starts_on": FIRST,
                                             "ends_on": LAST + timedelta(days=60), "goal_service": "vneid_level2",
                                             "target_percent": 100})
        tx.execute(insert(table(OneStopDesk)), {"place_id": 1, "address": "A", "hours": "H", "saturday": "7:30-11:30",
                                                "extra": "17:00-17:30", "extra_days": "0,1,2,3,4", "set_at": at})
        tx.execute(insert(table(DayOverride)), [{"on_day": on, "works": on in WORKED, "set_by": None, "set_at": at}
                                                for on in sorted(FREED | WORKED)])
        number = 0
        for person in range(1, VOLUNTEERS + LEADERS + 1):
            role = "volunteer" if person <= VOLUNTEERS else "leader"
            tx.execute(insert(table(Person)), {"id": person, "label": "P", "created_at": at, "language": "vi"})
            tx.execute(insert(table(Membership)), {"person_id": person, "role": role, "team_id": 2 + person % 3,
                                                   "place_id": 2 + person % 3, "valid_from": since})
            for _ in range(1 + (person % 4 == 0)):
                number += 1
                self._chat(tx, number, person, at)
                self.roles[number] = (f"person{person}", role)
        for _ in range(CITIZENS):
            number += 1
            self._chat(tx, number, None, at)
            self.roles[number] = (f"chat{number}", "citizen")
            tx.execute(insert(table(Residence)), {"chat_id": number, "hamlet_id": 2 + number % 3, "wording": "w", "told_at": at})
            tx.execute(insert(table(Subscription)), {"chat_id": number, "wants": number % 7 > 0, "changed_at": at})

    def _chat(self, tx: Connection, id_: int, person: int | None, at: datetime) -> None:
        tx.execute(insert(chat), {"id": id_, "account": "test", "ref": str(id_), "person_id": person, "state": "active",
                                  "shown": [], "created_at": at, "heard_at": at})

    def owe(self, tx: Connection, count: int) -> None:
        """So many reminders of random kinds and days, in bursts."""
        days = [FIRST + timedelta(days=self.chance.randrange((LAST - FIRST).days)) for _ in range(count // 8)]
        for n in range(1, count + 1):
            chat_id = self.chance.choice(list(self.roles))
            day = self.chance.choice(days) + timedelta(days=self.chance.randrange(3))
            kinds = {"citizen": _CITIZEN, "volunteer": _MEMBER, "leader": _LEADER}[self.roles[chat_id][1]]
            self.chance.choice(kinds)(self, tx, n, chat_id, min(day, LAST))

    def guide(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        before = instant(day, 9) - timedelta(days=1)
        tx.execute(insert(table(GuideRun)), {"conversation_id": n, "chat_id": chat_id, "guide": "vneid-level2", "revision": 1,
                                             "state": "active", "step": "go", "stuck_at": "", "started_at": before,
                                             "touched_at": before})
        reminders.remind(tx, reminder_kinds.UNFINISHED_GUIDE, guide_runs.subject(n), chat_id, day, asked_at=before)

    def dossier(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        before = instant(day, 9) - timedelta(days=9)
        tx.execute(insert(table(DossierWatch)), {"id": n, "key": str(n), "chat_id": chat_id, "nickname": "d", "expected_on": day,
                                                 "state": "waiting", "created_at": before})
        reminders.remind(tx, reminder_kinds.DOSSIER, f"dossier:{n}", chat_id, day, asked_at=before)

    def appointment(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        hour = self.chance.randrange(7, 20)
        tx.execute(insert(table(Appointment)), {"id": n, "key": str(n), "chat_id": chat_id, "person_id": 1, "on_day": day,
                                                "at_hour": f"{hour:02}:00", "day_code": "", "state": "agreed"})
        reminders.remind(tx, reminder_kinds.APPOINTMENT, f"appointment:{n}", chat_id, day, agreed=True,
                         at=instant(day, 18, 30) - timedelta(days=1), expires=instant(day, hour))

    def desk(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        reminders.remind(tx, reminder_kinds.DESK_OPEN, f"desk:1:{(day + timedelta(days=1)).isoformat()}", chat_id, day, n)

    def follow_up(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        home = self.chance.choice((2, 3, 4)) * 1000 + self.chance.randrange(1, 60)
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", chat_id, day, agreed=self.chance.random() < 0.3)

    def soon(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        at = instant(day, self.chance.randrange(6, 22), self.chance.randrange(60))
        home = self.chance.choice((2, 3, 4)) * 1000 + self.chance.randrange(1, 60)
        reminders.remind(tx, reminder_kinds.VISIT_SOON, f"household:{home}", chat_id, day, n, at=at - timedelta(hours=1),
                         expires=at, agreed=True)

    def gathering(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        tx.execute(insert(table(Gathering)), {
            "id": n, "key": str(n), "kind": "training", "place_id": 1, "on_day": day, "starts_at": "14:00", "ends_at": "16:00",
            "venue": "V", "partner": "", "topics": "", "room_code": "1", "created_by": 1, "created_at": instant(day, 0),
            "state": "planned"})
        reminders.remind(tx, reminder_kinds.GATHERING, f"gathering:{n}", chat_id, day, agreed=True, expires=instant(day, 14),
                         at=instant(day, 18, 30) - timedelta(days=1))

    def announce(self, tx: Connection, now: datetime) -> None:
        """A leader or an officer announces something at whatever hour: a notice, a warning, an urgent one."""
        self.announcements += 1
        kind, urgent = self.chance.choice((("notice", False), ("notice", False), ("scam", False), ("scam", True)))
        expires = instant(now.astimezone(LOCAL).date() + timedelta(days=self.chance.choice((1, 3, 7))), 20)
        tx.execute(insert(broadcast), {
            "id": self.announcements, "kind": kind, "words": "W", "place_id": self.chance.choice((1, 1, 2, 3, 4)),
            "audience": self.chance.choice(("all", "all", "citizens", "members")), "person_id": VOLUNTEERS + 1, "chat_id": 1,
            "state": "approved", "urgent": urgent, "made_at": now, "expires_at": expires, "shown": 0, "total": 0})

    def nudge(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        reminders.remind(tx, reminder_kinds.NUDGE, f"person:{n}", chat_id, day)

    def weekly(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        late = self.chance.random() < 0.5  # as on Friday afternoon
        reminders.remind(tx, reminder_kinds.WEEKLY, f"week:{n}", chat_id, day, at=instant(day, *((16, 30) if late else (7, 30))),
                         expires=instant(day + timedelta(days=1), 20))

    def deadline(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        reminders.remind(tx, reminder_kinds.DEADLINE, "campaign:1", chat_id, day, expires=instant(day + timedelta(days=2), 7))

    def overdue(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        home = self.chance.choice((2, 3, 4)) * 1000 + self.chance.randrange(1, 60)
        kind = self.chance.choice((reminder_kinds.OVERDUE, reminder_kinds.HANDED_OVER))
        reminders.remind(tx, kind, f"household:{home}", chat_id, day, n, at=instant(day, self.chance.randrange(24)))

    def session(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        """A mobile session that a citizen asked to be told of: two days before in the evening, and that morning."""
        starts = self.chance.randrange(8, 19)
        tx.execute(insert(table(Gathering)), {
            "id": n, "key": str(n), "kind": "session", "place_id": 1, "on_day": day, "starts_at": f"{starts:02}:00",
            "ends_at": f"{starts + 2}:00", "venue": "V", "partner": "", "topics": "", "room_code": "1", "created_by": 1,
            "created_at": instant(day, 0), "state": "planned"})
        for ordinal, at in ((1, instant(day, 18, 30) - timedelta(days=2)), (2, instant(day, 7))):
            reminders.remind(tx, reminder_kinds.SESSION, f"gathering:{n}", chat_id, day, ordinal, at=at, agreed=True,
                             expires=instant(day, starts), asked_at=instant(day, 9) - timedelta(days=9))

    def called_off(self, tx: Connection, n: int, chat_id: int, day: date) -> None:
        self.gathering(tx, n, chat_id, day)
        tx.execute(update(table(Gathering)).where(table(Gathering).c.id == n).values(state="called_off"))
        night = instant(day, 0) - timedelta(hours=2)
        reminders.remind(tx, reminder_kinds.GATHERING_OFF, f"gathering:{n}", chat_id, day, at=night, expires=instant(day, 14),
                         agreed=True)

    # --- time goes by -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Tick by tick, with everything that may happen between ticks."""
        now = instant(FIRST, 0)
        while now.astimezone(LOCAL).date() <= LAST + timedelta(days=40):
            now += timedelta(minutes=self.chance.choice((1, 31, 120, 240, 300, 360, 480)))
            if self.chance.random() < 0.01:
                begin = now
                now += timedelta(hours=self.chance.choice((3, 30, 48, 100)))  # nobody runs it
                self.outages.append((begin, now))
                with self.database.write() as tx:
                    missed_letters(tx, begin, now, now.astimezone(LOCAL).date())
            if self.chance.random() < 0.002:
                now += timedelta(days=self.chance.choice((-1, 1)))  # the clock is set
            self._happen(now)
            self.tick(now)

    def tick(self, now: datetime) -> None:
        """One process looks, often a second one right after it; what they posted is delivered, or not."""
        for _ in range(2 if self.chance.random() < 0.3 else 1):
            with self.database.write() as tx:
                send_due(tx, MIND, now)
            with self.database.write() as tx:
                feed(tx, MIND, now)
                self._watch(tx, now)
        with self.database.write() as tx:
            self._deliver(tx, now)

    def _watch(self, tx: Connection, now: datetime) -> None:
        """What was just posted, against what those people and places wished."""
        today = now.astimezone(LOCAL).date()
        quiet = {row.place_id for row in _PEACE.all(tx, {"on": today})}
        for chat_id, paused_until, stopped, urgent in _POSTED.all(tx, {"now": now}):
            home = self._home(chat_id)
            if stopped:
                self.disturbed.append((now, chat_id, "stopped"))
            if not urgent and paused_until and today < paused_until:
                self.disturbed.append((now, chat_id, "paused"))
            if not urgent and {home, 1} & quiet:
                self.disturbed.append((now, chat_id, "peace"))

    def _home(self, chat_id: int) -> int:
        person = self._person(chat_id)
        return 2 + (chat_id if person is None else person) % 3

    def _happen(self, now: datetime) -> None:
        if self.chance.random() < ANNOUNCE and now.astimezone(LOCAL).date() < LAST:
            with self.database.write() as tx:
                self.announce(tx, now)
        if self.chance.random() > 0.1:
            return
        chat_id, what = self.chance.choice(list(self.roles)), self.chance.random()
        with self.database.write() as tx:
            context = Context(now, now.astimezone(LOCAL).date(), chat_id, self._person(chat_id), "test")
            if what < 0.57:
                self._wish(tx, context, what)
            else:
                fresh = {"state": "active"} if what < 0.7 else {}
                tx.execute(update(chat).where(chat.c.id == chat_id).values(heard_at=now, **fresh))

    def _wish(self, tx: Connection, context: Context, what: float) -> None:
        """Somebody wants something else from now on, or blocks us."""
        days = timedelta(days=self.chance.randrange(1, 12))
        if 0.35 <= what < 0.4:
            tx.execute(update(chat).where(chat.c.id == context.chat_id).values(state="blocked"))
            return
        wishes = ((0.15, reminders.StopReminding()), (0.35, reminders.StartReminding()),
                  (0.5, Prefer(paused_until=context.today + days)), (0.57, Wants(what < 0.54)))
        peace = SetRhythm(self.chance.choice((1, 2, 3, 4)), RhythmKind.PEACE, ends_on=context.today + days / 2)
        record(peace if 0.48 < what < 0.5 else next(wish for most, wish in wishes if what < most), tx, context)

    def _person(self, chat_id: int) -> int | None:
        who = self.roles[chat_id][0]
        return int(who.removeprefix("person")) if who.startswith("person") else None

    def _deliver(self, tx: Connection, now: datetime) -> None:
        """As delivery does: too late is refused; some fates are unknown, some people have blocked us, some wait."""
        down = self.chance.random() < 0.03
        for row in _WAITING.all(tx, {}):
            fate = self.chance.random()
            if row.key.startswith("bp:"):  # the author's own progress
                tx.execute(update(outbox).where(outbox.c.id == row.id).values(state="sent", finished_at=now))
                continue
            if fate < 0.1 or down:
                continue  # the channel is down for now
            if not row.parcel["since"] <= now.timestamp() < row.parcel["until"]:
                state, problem = "failed", reminders.TOO_LATE
            elif fate < 0.11:
                state, problem = "failed", "blocked"
                tx.execute(update(chat).where(chat.c.id == row.chat_id).values(state="blocked"))
            else:
                state, problem = ("unknown" if fate < 0.13 else "sent"), None
                if row.key.startswith("b:"):
                    self._heard(tx, row.id, row.chat_id, now)
                    tx.execute(update(outbox).where(outbox.c.id == row.id).values(state=state, finished_at=now))
                    continue
                carried = list(tx.execute(select(reminder.c.id).where(reminder.c.parcel == row.key)).scalars())
                self.delivered.append(Delivered(*self.roles[row.chat_id], now, row.key, carried))
            tx.execute(update(outbox).where(outbox.c.id == row.id).values(state=state, problem=problem, finished_at=now))

    def _heard(self, tx: Connection, id_: int, chat_id: int, now: datetime) -> None:
        row = tx.execute(select(letter.c.posted_at, broadcast.c.id, broadcast.c.kind, broadcast.c.urgent)
                         .join(broadcast, broadcast.c.id == letter.c.broadcast_id).where(letter.c.outbox_id == id_)).one()
        self.announced.append(Announced(*self.roles[chat_id], now, *row))

    def by_person(self) -> dict[str, list[Delivered]]:
        found: dict[str, list[Delivered]] = defaultdict(list)
        for message in self.delivered:
            found[message.who].append(message)
        return found


def instant(on: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(on, time(hour, minute), LOCAL).astimezone(UTC)


_CITIZEN = (Storm.guide, Storm.dossier, Storm.appointment, Storm.desk, Storm.session)
_MEMBER = (Storm.follow_up, Storm.follow_up, Storm.soon, Storm.gathering, Storm.nudge, Storm.deadline, Storm.overdue,
           Storm.called_off)
_LEADER = (*_MEMBER, Storm.weekly, Storm.weekly)
