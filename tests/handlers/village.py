"""A hamlet with a team, in which letters are answered one by one at an hour of one's choice: no network, real databases."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import time_machine
from sqlalchemy import insert, select, update

from bot.batch import answer_batch
from bot.mind import Mind
from bot.tending import tend
from content.fold import fold
from content.library import Library
from content.search import Action, Finding
from content.vietnam_time import instant
from handlers.talk import Choice, Incoming, Kind, Message
from storage import mail
from storage.database import Database
from storage.models import Chat, HelpRequest, Household, Inbox, Outbox, Place, Team, table
from storage.teams import people
from tests.bot.test_poison import LIMITS

WEDNESDAY = date(2026, 11, 25)
LIBRARY = Library.load()
_ids = itertools.count(1)


def nothing(text: str) -> Finding:
    return Finding(text, Action.none, (), 0.0)


@dataclass
class Village:
    """People by name: `say` and `press` as they do, `told` is what they were told since one last looked."""

    database: Database
    now: datetime = field(default_factory=lambda: instant(WEDNESDAY, 9))
    accounts: tuple[str, ...] = ("test",)
    _seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mind = Mind(LIBRARY, nothing, "vi", dict.fromkeys(self.accounts, LIMITS), lambda: ("https://example.test/?start={}",))  # type: ignore[arg-type]
        self.commune, self.hamlet, self.team = self._place()

    def _place(self) -> tuple[int, int, int]:
        since, ids = date(2025, 7, 1), []
        with self.database.write() as tx:
            for level, name in (("commune", "Xã Thử"), ("hamlet", "Thôn Thử")):
                ids.append(tx.execute(insert(table(Place)).returning(table(Place).c.id), {
                    "level": level, "code": level, "name": name, "parent_id": ids[-1] if ids else None, "valid_from": since,
                    "demonstration": True}).scalar_one())
            team = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
                "name": "Tổ Thử", "hamlet_id": ids[1], "valid_from": since}).scalar_one()
            tx.execute(insert(table(Household)), [{"hamlet_id": ids[1], "number": n, "label": "", "lane": "", "added_on": since}
                                                  for n in range(1, 31)])
        return ids[0], ids[1], team

    def joins(self, name: str, role: str, label: str = "", account: str = "test") -> int:
        """Somebody of the team (or an officer of the commune) with a chat of that name; the person's id."""
        officer = role == "commune_officer"
        with self.database.write() as tx:
            person = people.add_person(tx, label or name, "vi", self.now)
            people.serve(tx, person, role, None if officer else self.team, self.commune if officer else self.hamlet,
                         date(2026, 1, 1))
        self.comes(name, person, account)
        return person

    def comes(self, name: str, person: int | None = None, account: str = "test") -> int:
        """A chat of that name."""
        with self.database.write() as tx:
            mail.insert_new(tx, table(Chat), [{"account": account, "ref": name, "created_at": self.now, "heard_at": self.now,
                                               "state": "active", "shown": [], "person_id": person}])
        return self.chat(name)

    def chat(self, name: str) -> int:
        with self.database.read() as tx:
            return int(tx.scalar(select(table(Chat).c.id).where(table(Chat).c.ref == name)) or 0)

    def blocks(self, name: str, state: str = "blocked") -> None:
        with self.database.write() as tx:
            tx.execute(update(table(Chat)).where(table(Chat).c.ref == name).values(state=state))

    # --- what people do -----------------------------------------------------------------------------------------------

    def say(self, name: str, *lines: str) -> str:
        """They type these lines; what they are told to the last one."""
        for line in lines:
            self.take(name)
            self.post(name, Incoming(Kind.TEXT, self.now, text=line))
            self.turn()
        return self.told(name)

    def press(self, name: str, label: str) -> str:
        """They press the newest button that begins so."""
        data = self.button(name, label)
        self.take(name)
        self.post(name, Incoming(Kind.PRESS, self.now, data=data, message="1", ack="a"))
        self.turn()
        return self.told(name)

    def tell_press(self, name: str, data: str) -> str:
        """They press a button that carries this, wherever it stood; what they are told."""
        self.take(name)
        self.post(name, Incoming(Kind.PRESS, self.now, data=data, message="1", ack="a"))
        self.turn()
        return self.told(name)

    def post(self, name: str, incoming: Incoming) -> None:
        with self.database.write() as tx, time_machine.travel(self.now, tick=False):
            mail.receive(tx, "test", [mail.Letter(str(next(_ids)), name, incoming.pack())], self.now, {})

    def turn(self) -> None:
        """Answer everything that is open, in one batch where there are several."""
        with time_machine.travel(self.now, tick=False):
            more = True
            while more:
                with self.database.write() as tx:
                    _, _, more = answer_batch(tx, self.mind, 100)
        with self.database.read() as tx:
            assert tx.scalar(select(table(Inbox).c.id).where(table(Inbox).c.state != "done")) is None

    def button(self, name: str, label: str) -> str:
        for choice in self._choices(name):
            if fold(choice.label).startswith(fold(label)):
                return choice.data
        raise LookupError(label)

    def _choices(self, name: str) -> list[Choice]:
        return [choice for message in reversed(self._messages(name, 0)) for choice in message.choices]

    # --- what becomes of it ---------------------------------------------------------------------------------------------

    def later(self, **more: int) -> None:
        """So much time passes, and the clock ticks."""
        self.at(self.now + timedelta(**more))

    def at(self, now: datetime) -> None:
        self.now = now.astimezone(UTC)
        with time_machine.travel(self.now, tick=False), self.database.write() as tx:
            tend(tx, self.mind, self.now)

    def told(self, name: str) -> str:
        """What they were told since one last looked."""
        parts = [(m.title, m.text, m.note, *(c.label for c in m.choices)) for m in self.take(name)]
        return "\n".join("\n".join(filter(None, part)) for part in parts)

    def take(self, name: str) -> list[Message]:
        found = self._messages(name, self._seen.get(name, 0))
        with self.database.read() as tx:
            self._seen[name] = int(tx.scalar(select(table(Outbox).c.id).order_by(table(Outbox).c.id.desc()).limit(1)) or 0)
        return found

    def _messages(self, name: str, after: int) -> list[Message]:
        with self.database.read() as tx:
            rows = tx.execute(select(table(Outbox).c.parcel).join(table(Chat), table(Chat).c.id == table(Outbox).c.chat_id)
                              .where(table(Chat).c.ref == name, table(Outbox).c.id > after).order_by(table(Outbox).c.id)).all()
        return [Message.unpack(row.parcel) for row in rows]

    def requests(self) -> list[str]:
        """The states of all requests for help, in the order in which they were made."""
        with self.database.read() as tx:
            return list(tx.execute(select(table(HelpRequest).c.state).order_by(table(HelpRequest).c.id)).scalars())
