"""One person on Telegram, Zalo and the web: what is owed to them goes to the channel they used last that may be written to."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import insert, select, update

from bot.broadcasting import feed
from bot.reminding import send_due
from content.vietnam_time import instant, local_day
from handlers.talk import Incoming
from storage import mail, zalo
from storage.announcing import broadcasts
from storage.database import Database
from storage.models import Broadcast, BroadcastLetter, Chat, Household, Outbox, Reminder, table
from storage.reading import Reading
from storage.reminding import reminder_kinds, reminders
from storage.reminding.doors import doors_of
from storage.reminding.ways import ANNOUNCEMENTS, way_for_answer, why_not_unasked
from storage.zalo import FREE
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


def announce(linked: Linked) -> None:
    """An announcement to the members of the hamlet, approved."""
    with linked.database.write() as tx:
        author = tx.scalar(select(chat.c.person_id))
        tx.execute(insert(table(Broadcast)), {
            "id": 1, "kind": "notice", "words": "Chiều thứ 7 tập huấn.", "place_id": linked.hamlet, "audience": "members",
            "person_id": author, "chat_id": linked.chat("web"), "state": broadcasts.State.APPROVED.value, "urgent": False,
            "made_at": linked.now, "expires_at": linked.now + timedelta(days=1), "shown": 0, "total": 1})


def feeds(linked: Linked, times: int = 3) -> list[str]:
    """The announcements that stand in the outbox afterwards, in order."""
    for _ in range(times):
        with linked.database.write() as tx, time_machine.travel(linked.now, tick=False):
            feed(tx, linked.mind, linked.now)
            tx.execute(update(outbox).where(outbox.c.lane == mail.REPLY).values(state="sent"))  # how far it is, shown
        linked.now += timedelta(seconds=5)
    with linked.database.read() as tx:
        return list(tx.execute(select(chat.c.ref).join(outbox, outbox.c.chat_id == chat.c.id)
                               .where(outbox.c.lane == mail.BROADCAST).order_by(outbox.c.id)).scalars())


def ended(linked: Linked, name: str, state: str, problem: str, *, blocked: bool = False) -> None:
    """How the message to this chat ended, as delivery writes it down."""
    with linked.database.write() as tx:
        row = tx.execute(select(outbox.c.id).where(outbox.c.chat_id == linked.chat(name), outbox.c.lane == mail.BROADCAST)
                         ).scalar_one()
        mail.advance(tx, [mail.Settled(row, state, linked.now, problem=problem)], [], linked.now)
        if blocked:
            mail.block(tx, [linked.chat(name)], linked.now)


def figures(linked: Linked) -> broadcasts.Figures:
    with linked.database.read() as tx:
        return broadcasts.figures(Reading(tx), 1)


def state_of(linked: Linked) -> str:
    with linked.database.read() as tx:
        return str(tx.scalar(select(table(Broadcast).c.state)))


@pytest.mark.parametrize(("problem", "blocked", "stands"), [
    ("window closed: -230", True, ""), ("blocked", True, ""), ("-211 quota", False, "quota"),
    ("-320 no package", False, "billing"), ("-201 a shape it does not take", False, "")])
def test_44_an_announcement_that_is_refused_takes_another_way_once(
    linked: Linked, problem: str, blocked: bool, stands: str
) -> None:
    linked.used(oa=2, bot=50, telegram=60, web=70)
    announce(linked)
    assert feeds(linked) == ["oa"]
    ended(linked, "oa", "failed", problem, blocked=blocked)
    with linked.database.write() as tx:
        if stands:
            zalo.stand(tx, ACCOUNTS["oa"], stands, problem, linked.now)
    assert feeds(linked, 5) == ["oa", "bot"], "once, however often it is looked at"
    assert figures(linked).skipped == {"other_way": 1} and figures(linked).waiting == 1 and figures(linked).failed == 0
    with linked.database.read() as tx:
        why = tx.scalar(select(outbox.c.problem).where(outbox.c.chat_id == linked.chat("oa"), outbox.c.lane == mail.BROADCAST))
    assert why == problem, "the reason is kept"
    ended(linked, "bot", "sent", "")
    assert feeds(linked) == ["oa", "bot"] and state_of(linked) == "done" and figures(linked).sent == 1


def test_44_an_announcement_of_which_nobody_knows_is_never_said_again(linked: Linked) -> None:
    linked.used(oa=2, bot=50, telegram=60, web=70)
    announce(linked)
    assert feeds(linked) == ["oa"]
    ended(linked, "oa", "unknown", "TimeoutError")
    assert feeds(linked) == ["oa"] and figures(linked).unknown == 1 and state_of(linked) == "done"


def test_44_an_announcement_with_no_way_left_is_counted_as_failed(linked: Linked) -> None:
    linked.used(oa=2, bot=50, telegram=60, web=70)
    close(linked, "bot", "telegram", "web")
    announce(linked)
    with linked.database.write() as tx:
        zalo.add_sent(tx, ACCOUNTS["bot"], zalo.month_of(local_day(linked.now)), MONTHLY)
    assert feeds(linked) == ["oa"]
    ended(linked, "oa", "failed", "window closed: -230", blocked=True)
    assert feeds(linked) == ["oa"] and figures(linked).failed == 1 and state_of(linked) == "done"


def test_18_first_reminders_then_announcements_and_answers_to_the_last(linked: Linked) -> None:
    allowed, month = linked.mind.limits[ACCOUNTS["bot"]], zalo.month_of(local_day(linked.now))
    linked.used(bot=1, oa=50, telegram=60, web=70)
    seen = []
    for sent in range(MONTHLY + 2):
        with linked.database.write() as tx:
            rows = Reading(tx)
            heard = linked.now - timedelta(hours=1)
            doors = doors_of(rows, [linked.chat("bot")])[linked.chat("bot")]
            answer = way_for_answer(rows, linked.mind.limits, doors, linked.now, linked.chat("bot"))
            seen.append((
                not why_not_unasked(rows, ACCOUNTS["bot"], allowed, heard, linked.now),
                not why_not_unasked(rows, ACCOUNTS["bot"], allowed, heard, linked.now, ANNOUNCEMENTS),
                answer is not None and answer.account == ACCOUNTS["bot"]))
            zalo.add_sent(tx, ACCOUNTS["bot"], month, 1)
        assert sent + 1 == len(seen)
    assert [sum(column) for column in zip(*seen, strict=True)] == [18, 19, 22], "at 90 %, at 95 %, never"
    assert linked.say("bot", "menu"), "whoever asks is answered"


def test_an_announcement_takes_another_way_too_and_says_so(linked: Linked) -> None:
    linked.used(oa=2, bot=50, telegram=60, web=70)
    close(linked, "oa")
    announce(linked)
    assert feeds(linked) == ["bot"] and figures(linked).skipped == {"other_way": 1}
    with linked.database.read() as tx:
        rows = tx.scalar(select(table(BroadcastLetter).c.chat_id).where(table(BroadcastLetter).c.skipped.is_(None)))
    assert rows == linked.chat("bot")
