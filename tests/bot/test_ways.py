"""One person on Telegram, Zalo and the web: what is owed to them goes to the channel they used last that may be written to."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import insert, select, update

from bot.broadcasting import feed
from bot.channels.zalo_oa import FREE
from bot.reminding import send_due
from content.vietnam_time import instant, local_day
from handlers.talk import Incoming
from storage import broadcasts, mail, reminder_kinds, reminders, zalo
from storage.database import Database
from storage.models import Broadcast, BroadcastLetter, Chat, Household, Outbox, Reminder, table
from storage.reading import Reading
from tests.handlers.village import WEDNESDAY, Village

ACCOUNTS = {"telegram": "telegram:main", "bot": "zalo-bot:main", "oa": "zalo-oa:main", "web": "web"}
MONTHLY = 20
chat, outbox, reminder = table(Chat), table(Outbox), table(Reminder)


class Linked(Village):
    """A leader whose four chats have become one person's by a code, each a channel of its own."""

    def post(self, name: str, incoming: Incoming) -> None:
        with self.database.write() as tx, time_machine.travel(self.now, tick=False):
            mail.receive(tx, ACCOUNTS[name], [mail.Letter(f"{name}{self.now.timestamp()}{incoming.text}", name, incoming.pack())],
                         self.now, {})

    def links(self, name: str) -> None:
        made = self.say("telegram", "liên kết tài khoản")
        code = re.search(r"[A-Z0-9]{4}-?[A-Z0-9]{4}", made)
        assert code is not None, made
        self.say(name, "liên kết", code[0])
        assert "Bác Chi" in self.say(name, "1")
        self.now += timedelta(seconds=1)

    def used(self, **hours: float) -> None:
        """So many hours ago each channel was used."""
        with self.database.write() as tx:
            for name, ago in hours.items():
                tx.execute(update(chat).where(chat.c.ref == name).values(heard_at=self.now - timedelta(hours=ago)))

    def owes(self) -> list[str]:
        """A reminder is owed and the clock ticks; over which channels it went."""
        with self.database.write() as tx:
            home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 20))
            reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", self.chat("telegram"), WEDNESDAY)
        return self.ticks()

    def ticks(self) -> list[str]:
        with self.database.write() as tx, time_machine.travel(self.now, tick=False):
            before = tx.execute(select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1)).scalar_one()
            send_due(tx, self.mind, self.now)
            return list(tx.execute(select(chat.c.ref).join(outbox, outbox.c.chat_id == chat.c.id)
                                   .where(outbox.c.id > before, outbox.c.lane == mail.REMINDER)).scalars())

    def ends(self) -> tuple[str, str]:
        with self.database.read() as tx:
            row = tx.execute(select(reminder.c.state, reminder.c.reason).order_by(reminder.c.id)).all()[0]
        return row.state, row.reason


@pytest.fixture
def linked(database: Database) -> Linked:
    made = Linked(database, now=instant(WEDNESDAY, 9), accounts=tuple(ACCOUNTS.values()))
    narrow = {ACCOUNTS["oa"]: {"proactive": FREE}, ACCOUNTS["bot"]: {"monthly": MONTHLY}}
    made.mind = replace(made.mind, limits={name: replace(limits, **narrow.get(name, {}))  # type: ignore[arg-type]
                                           for name, limits in made.mind.limits.items()})
    made.joins("telegram", "leader", "Bác Chi", ACCOUNTS["telegram"])
    for name in ("bot", "oa", "web"):
        made.links(name)
    with database.read() as tx:
        assert len(set(tx.execute(select(chat.c.person_id)).scalars())) == 1, "four chats are one person"
    return made


def close(linked: Linked, *names: str) -> None:
    """What each channel may suffer from."""
    now = linked.now
    with linked.database.write() as tx:
        for name in names:
            if name == "oa":
                tx.execute(update(chat).where(chat.c.ref == "oa").values(heard_at=now - timedelta(hours=49)))
            elif name == "bot":
                zalo.add_sent(tx, ACCOUNTS["bot"], zalo.month_of(local_day(now)), MONTHLY * 9 // 10)
            elif name == "login":
                zalo.stand(tx, ACCOUNTS["oa"], "login", "-14014", now)
            else:
                tx.execute(update(chat).where(chat.c.ref == name).values(state="blocked"))


@pytest.mark.parametrize(("closed", "way"), [
    ((), "oa"), (("oa",), "bot"), (("login",), "bot"), (("oa", "bot"), "telegram"), (("oa", "bot", "telegram"), "web"),
    (("bot",), "oa"), (("telegram", "bot"), "oa")])
def test_it_goes_to_the_last_used_that_is_open(linked: Linked, closed: tuple[str, ...], way: str) -> None:
    linked.used(oa=2, bot=50, telegram=60, web=70)
    close(linked, *closed)
    assert linked.owes() == [way]


def test_the_last_used_changes_with_every_word(linked: Linked) -> None:
    linked.used(oa=2, bot=3, telegram=4, web=5)
    linked.say("web", "menu")
    linked.now += timedelta(hours=1)  # nobody is reminded while they talk
    assert linked.owes() == ["web"]


def test_where_every_way_is_closed_it_ends_with_the_reason(linked: Linked) -> None:
    linked.used(oa=2, bot=50, telegram=60, web=70)
    close(linked, "oa", "bot", "telegram", "web")
    assert linked.owes() == [] and linked.ends() == ("cleared", "no_way")


def refused(linked: Linked, name: str, at: datetime) -> None:
    """The platform says only now that this chat is closed, as delivery writes it down."""
    with linked.database.write() as tx:
        row = tx.execute(select(outbox.c.id).where(outbox.c.state == "new", outbox.c.chat_id == linked.chat(name))
                         .order_by(outbox.c.id.desc()).limit(1)).scalar_one()
        mail.advance(tx, [mail.Settled(row, "failed", at, problem="window closed: -230")], [], at)
        mail.block(tx, [linked.chat(name)], at)


def test_44_what_the_platform_refuses_goes_another_way_once(linked: Linked) -> None:
    linked.used(oa=2, bot=50, telegram=60, web=70)
    assert linked.owes() == ["oa"]
    refused(linked, "oa", linked.now)
    linked.now += timedelta(minutes=1)
    assert linked.ticks() == ["bot"] and linked.ticks() == []
    assert linked.ends() == ("claimed", ""), "the reminder itself is on its way again, no note about it"
    refused(linked, "bot", linked.now)
    with linked.database.write() as tx:
        tx.execute(update(chat).where(chat.c.ref.in_(("telegram", "web"))).values(state="blocked"))
    linked.now += timedelta(minutes=1)
    linked.ticks()
    assert linked.ends() == ("failed", "refused"), "nobody can be reached, and it does not go round for ever"


def test_an_announcement_takes_another_way_too_and_says_so(linked: Linked) -> None:
    linked.used(oa=2, bot=50, telegram=60, web=70)
    close(linked, "oa")
    with linked.database.write() as tx, time_machine.travel(linked.now, tick=False):
        author = tx.scalar(select(chat.c.person_id))
        tx.execute(insert(table(Broadcast)), {
            "id": 1, "kind": "notice", "words": "Chiều thứ 7 tập huấn.", "place_id": linked.hamlet, "audience": "members",
            "person_id": author, "chat_id": linked.chat("web"), "state": broadcasts.State.APPROVED.value, "urgent": False,
            "made_at": linked.now, "expires_at": linked.now + timedelta(days=1), "shown": 0, "total": 1})
        for _ in range(3):
            feed(tx, linked.mind, linked.now)
        went = tx.execute(select(chat.c.ref).join(outbox, outbox.c.chat_id == chat.c.id)
                          .where(outbox.c.lane == mail.BROADCAST)).scalars().all()
        skipped = broadcasts.figures(Reading(tx), 1).skipped
        rows = tx.scalar(select(table(BroadcastLetter).c.chat_id).where(table(BroadcastLetter).c.skipped.is_(None)))
    assert went == ["bot"] and skipped == {"other_way": 1} and rows == linked.chat("bot")
