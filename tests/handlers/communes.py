"""Two communes full of things that are somebody's: what is asked is answered in a transaction that is taken back afterwards."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, time, timedelta
from unittest import mock

import time_machine
from sqlalchemy import Connection, bindparam, insert, select, text, update

from bot import batch
from bot.mind import Mind
from content.library import Library
from content.vietnam_time import instant
from handlers.screens import short
from handlers.talk import Incoming, Kind, Message
from storage import mail
from storage.announcing import broadcasts
from storage.counting import campaigns, ledger
from storage.database import Database
from storage.helping import desks, feedback, help_requests
from storage.models import (
    Chat,
    Conversation,
    GuideRun,
    Household,
    HouseholdWord,
    Inbox,
    Membership,
    Outbox,
    Person,
    Place,
    Team,
    Visit,
    table,
)
from storage.moves import hamlets, household_merges
from storage.outcomes import Barrier, Mode, Outcome
from storage.prepared import Prepared
from storage.record import Context, record
from storage.reminding import dossiers, gatherings
from storage.teams import day_codes, people
from storage.work import confirmations, proposals, visits
from tests.bot.test_poison import LIMITS
from tests.handlers.village import nothing

TODAY = date(2026, 11, 25)
NOW = instant(TODAY, 9)
SINCE = date(2025, 7, 1)
LIBRARY = Library.load()
ROLES = ("citizen", "volunteer", "leader", "commune_officer", "admin")
WHEN = ("ended", "soon")
HERE, BESIDE, THERE, MISSING = "aaxo", "aayo", "bbxo", "zzxo"
"""A hamlet, another one of its commune, one of another commune, and one that does not exist."""
PARTS = {HERE: "aacom", BESIDE: "aacom", THERE: "bbcom"}
ANY = "#"
SECRET = re.compile(r"(?<=start=)[jh]-[\w-]{24}|\b[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}\b|\b\d{4}-\d{4}\b")
"""What is drawn anew each time: a link, a code."""
DOOR = "https://example.test/?start={}"
_ids = itertools.count(1)
_inbox, _sent, _chat = table(Inbox), table(Outbox), table(Chat)
_LAST = Prepared(select(_sent.c.id).order_by(_sent.c.id.desc()).limit(1))
_SAID = Prepared(select(_sent.c.parcel, _chat.c.ref).join(_chat, _chat.c.id == _sent.c.chat_id)
                 .where(_sent.c.id > bindparam("last")).order_by(_sent.c.id))
_UNANSWERED = Prepared(select(_inbox.c.id).where(_inbox.c.state != "done").limit(1))


@dataclass(frozen=True)
class Things:
    """What a hamlet has, by the numbers and names that a button may carry."""

    word: str
    hamlet: int
    commune: int
    code: str
    home: int
    """The id of the household with number `number`."""
    number: int
    gone: int
    """Numbers of one reported out, of two that look alike, and of one that was merged away."""
    twin: int
    double: int
    merged: int
    request: int
    taken: int
    complaint: int
    draft: int
    waiting: int
    gathering: int
    proposal: int
    logged: int
    letter: int
    talk: int
    run: int
    dossier: int
    reminder: int
    """Of the day of that dossier."""
    asked: int
    visit: int
    volunteer: int
    """A person, and their membership."""
    service: int
    secret: str
    """The hash of a household's code, as a link carries it."""
    invited: str
    old: str
    """A hamlet that became part of it."""
    room: str
    """The code on the wall of its meeting."""

    @property
    def names(self) -> frozenset[str]:
        """All by which these things may be told from others in what is said."""
        values = [getattr(self, each.name) for each in fields(self)]
        numbers = [value for value in values if isinstance(value, int) and value > 1_000]
        return frozenset({*(value for value in values if isinstance(value, str)), *map(str, numbers), *map(short, numbers)})


@dataclass(frozen=True)
class Said:
    """What somebody was told, and what was decided."""

    messages: tuple[Message, ...]
    records: tuple[object, ...]
    others: tuple[Message, ...]
    """What others were told."""

    @property
    def told(self) -> str:
        return SECRET.sub(ANY, _words(self.messages)).casefold()

    @property
    def papers(self) -> list[str]:
        return [name for message in self.messages for name in (message.picture, message.document) if name]

    @property
    def effects(self) -> list[str]:
        """What was written, but for the note that somebody was refused."""
        return [type(each).__name__ for each in self.records if not isinstance(each, people.Refusal)] + [_words(self.others)]


def _words(messages: tuple[Message, ...]) -> str:
    """Everything a message shows or carries; the number of a conversation is no news."""
    return "\n".join(
        part for each in messages for part in (
            each.title, each.text, each.note, each.picture, each.document, each.alt,
            *(f"[{choice.label}] {re.sub(r'^[0-9a-z]+:', '-:', choice.data)}" for choice in each.choices)) if part)


class Communes:
    """People by name: `role@hamlet`, `role@hamlet:ended` (until yesterday), `role@hamlet:soon` (from tomorrow on), `nobody`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.mind = Mind(LIBRARY, nothing, "vi", {"test": LIMITS}, lambda: (DOOR,))  # type: ignore[arg-type]
        self.things: dict[str, Things] = {}
        self.places: dict[str, int] = {}
        with time_machine.travel(NOW, tick=False), database.write() as tx:
            self.tx = tx
            self._communes()
            self._numbers_apart()
            for word in PARTS:
                self.things[word] = self._life(word)
            self.chat("nobody", None)
        here = self.things[HERE]
        self.things[MISSING] = Things(**{
            each.name: _missing(getattr(here, each.name)) for each in fields(Things)})

    # --- how it came about ----------------------------------------------------------------------------------------------

    def _communes(self) -> None:
        province = self._place("province", "prov", None)
        for word in dict.fromkeys(PARTS.values()):
            self._place("commune", word, province)
        for word, commune in PARTS.items():
            self._place("hamlet", word, self.places[commune])
            self.tx.execute(insert(table(Team)), {"name": f"Tổ {word}", "hamlet_id": self.places[word], "valid_from": SINCE})
            self.tx.execute(insert(table(Household)), [
                {"id": self.places[word] * 4 + number, "hamlet_id": self.places[word], "number": number, "added_on": SINCE,
                 "label": f"nhà kín{word} {number}", "lane": f"Ngõ kín{word}", "adult_count": 2} for number in range(11, 19)])
            self._place("hamlet", f"old{word}", self.places[commune])
            self.tx.execute(insert(table(Household)), {
                "id": self.places[word] * 4 + 9, "hamlet_id": self.places[f"old{word}"], "number": 7, "label": "", "lane": "",
                "added_on": SINCE})
        twins = table(Household).c.number.in_((15, 16))
        self.tx.execute(update(table(Household)).where(twins).values(label="ông Kín Song"))
        for word in dict.fromkeys(PARTS.values()):
            plan = campaigns.Plan(f"Đợt {word}", self.places[word], date(2026, 11, 1), date(2026, 12, 31), "vneid_level2")
            campaigns.create(self.tx, plan, date(2026, 11, 1))

    def _place(self, level: str, word: str, parent: int | None) -> int:
        id_ = self.tx.execute(insert(table(Place)).returning(table(Place).c.id), {
            "id": 5_100 + 7 * len(self.places), "level": level, "code": f"c-{word}", "name": f"Thôn {word}", "parent_id": parent,
            "valid_from": SINCE, "demonstration": True}).scalar_one()
        self.places[word] = id_
        return int(id_)

    def _numbers_apart(self) -> None:
        """Numbers of different things never coincide: one that is pressed for another is seen."""
        person, made = 22_000, {"created_at": NOW, "language": "vi"}
        self.tx.execute(insert(table(Person)), {"id": person, "label": "Người cũ", **made})
        place = self.places[HERE]
        self.tx.execute(insert(table(Membership)), {"id": 23_000, "person_id": person, "role": "volunteer", "place_id": place,
                                                    "valid_from": SINCE, "valid_to": SINCE})
        home = self.tx.execute(select(table(Household).c.id).where(table(Household).c.hamlet_id == place).limit(1)).scalar_one()
        self.tx.execute(insert(table(Visit)), {
            "id": 24_000, "key": "old", "household_id": home, "person_id": person, "occurred_at": NOW - timedelta(days=90),
            "occurred_on": TODAY - timedelta(days=90), "recorded_at": NOW - timedelta(days=90), "mode": "door",
            "outcome": "not_home", "note": "", "void": False, "reason": ""})
        if self.tx.dialect.name == "postgresql":
            for name, last in (("person", 22_000), ("membership", 23_000), ("visit", 24_000)):
                self.tx.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {last})"))

    def chat(self, name: str, person: int | None) -> int:
        mail.insert_new(self.tx, table(Chat), [{
            "account": "test", "ref": name, "created_at": NOW, "heard_at": NOW, "state": "active", "shown": [],
            "person_id": person}])
        return int(self.tx.execute(select(table(Chat).c.id).where(table(Chat).c.ref == name)).scalar_one())

    def _people(self, word: str) -> dict[str, tuple[int, int]]:
        """Everybody of a hamlet and of its commune: (person, chat)."""
        team = self.tx.scalar(select(table(Team).c.id).where(table(Team).c.hamlet_id == self.places[word]))
        found = {}
        for role, when in itertools.product(ROLES, ("", *WHEN)):
            name = f"{role}@{word}" + (f":{when}" if when else "")
            person = people.add_person(self.tx, f"Kín{word} {role}{when}", "vi", NOW)
            if role != "citizen":
                above = role in ("commune_officer", "admin")
                since = TODAY + timedelta(days=1) if when == "soon" else date(2026, 1, 1)
                people.serve(self.tx, person, role, None if above else team, self.places[PARTS[word] if above else word], since)
            if when == "ended":
                member = table(Membership)  # yesterday was the last day
                self.tx.execute(update(member).where(member.c.person_id == person).values(valid_to=TODAY))
            found[name] = person, self.chat(name, person)
        return found

    def _life(self, word: str) -> Things:
        here, serial = self._people(word), 70_000 + 1_000 * list(PARTS).index(word)
        hamlet, commune = self.places[word], self.places[PARTS[word]]
        hamlets.merge(self.tx, self.places[f"old{word}"], hamlet, TODAY, None, NOW)
        homes = dict(self.tx.execute(select(table(Household).c.number, table(Household).c.id)
                                     .where(table(Household).c.hamlet_id == hamlet)).all())
        volunteer, chat = here[f"volunteer@{word}"]
        leader, chief = here[f"leader@{word}"]
        context = Context(NOW - timedelta(minutes=5), TODAY, chat, volunteer, "test")
        for number, outcome, key in ((11, Outcome.BLOCKED, f"{word}:11"), (13, Outcome.MOVED_OUT, f"{word}:13"),
                                     (12, Outcome.NOT_HOME, f"letter:{serial + 9}/1"),
                                     (14, Outcome.NOT_HOME, f"talk:{serial + 1}")):
            barrier = Barrier.OTP_NOT_RECEIVED if outcome.needs_barrier else None
            record(visits.LogVisit(key, homes[number], context.now, TODAY, Mode.DOOR, outcome, barrier, None, None, (),
                                   f"lời kín{word}" if number == 11 else ""), self.tx, context)
        visit = self.tx.scalar(select(table(Visit).c.id).where(table(Visit).c.key == f"{word}:11"))
        household_merges.merge(self.tx, homes[17], homes[18], TODAY, leader, NOW)
        secret, invited = people.hashed(f"code{word}"), people.hashed(f"link{word}")
        record(confirmations.ShowCode(homes[11], f"link{word}", f"code{word}"), self.tx, context)
        record(day_codes.TakeCode(f"4{list(PARTS).index(word)}21", (hamlet,)), self.tx, context)
        people.invite(self.tx, people.Invite(f"link{word}", f"code{word}", "volunteer", None, hamlet), leader, NOW)
        asks = Context(NOW - timedelta(minutes=3), TODAY, self.chat(f"asker@{word}", None), None, "test")
        self._asks(serial + 2, hamlet, word, asks)
        taken = Context(NOW - timedelta(minutes=3), TODAY, self.chat(f"second@{word}", None), None, "test")
        self._asks(serial + 3, hamlet, word, taken)
        self.tx.execute(update(help_requests.request).where(help_requests.request.c.id == serial + 3).values(
            state="talking", helper_id=volunteer, helper_chat_id=chat))
        record(feedback.Say("complaint", hamlet, f"phàn nàn kín{word}", False), self.tx, asks)
        led = Context(NOW, TODAY, chief, leader, "test")
        for id_, state in ((serial + 4, "draft"), (serial + 5, "waiting")):
            record(broadcasts.Draft(id_, broadcasts.Kind.NOTICE, f"báo kín{word}", hamlet, broadcasts.Audience.MEMBERS, False,
                                    NOW + timedelta(days=2), 3), self.tx, led)
            self.tx.execute(update(broadcasts.broadcast).where(broadcasts.broadcast.c.id == id_).values(state=state))
        record(gatherings.PlanGathering(word, gatherings.GatheringKind.MEETING, hamlet, TODAY, time(8), time(11),
                                        f"nhà họp kín{word}", "", "", None), self.tx, led)
        record(proposals.Propose(serial + 6, proposals.HOUSEHOLDS, hamlet, ([2, 40, f"nhà kín{word}", "", 2],)), self.tx, led)
        self.tx.execute(insert(table(HouseholdWord)), {
            "id": serial + 10, "household_id": homes[11], "visit_id": visit, "chat_id": asks.chat_id, "asked_at": NOW,
            "said": ""})
        record(desks.SetDesk(commune, f"số 1 {PARTS[word]}", "7h30-16h30", "7h30-11h30"), self.tx, led)
        for id_, dialogue, subject in ((serial + 7, "visit", f"{hamlet}.=12"), (serial + 8, "guide", "vneid-level2")):
            self.tx.execute(insert(table(Conversation)), {
                "id": id_, "chat_id": chat, "dialogue": dialogue, "subject": subject, "answers": {}, "state": "open",
                "began_on": TODAY, "touched_at": NOW})
        self.tx.execute(insert(table(GuideRun)), {
            "conversation_id": serial + 8, "chat_id": chat, "guide": "vneid-level2", "revision": 1, "state": "active",
            "started_at": NOW, "touched_at": NOW})
        record(dossiers.WatchDossier(word, f"hồ sơ kín{word}", TODAY + timedelta(days=5)), self.tx, asks)
        dossier = self._id("dossier_watch", "nickname", f"hồ sơ kín{word}", 27_000)
        self.tx.execute(text("UPDATE reminder SET subject = :now WHERE subject = :before"),
                        {"now": f"dossier:{dossier}", "before": f"dossier:{dossier - 27_000}"})
        one = select(table(Membership).c.id).where(table(Membership).c.person_id == volunteer)
        room = select(gatherings.gathering.c.room_code).where(gatherings.gathering.c.key == word)
        return Things(
            word=word, hamlet=hamlet, commune=commune, code=f"c-{word}", home=homes[11], number=11, gone=13, twin=15, double=16,
            merged=18, request=serial + 2, taken=serial + 3, complaint=self._id("feedback", "hamlet_id", hamlet, 25_000),
            draft=serial + 4, waiting=serial + 5, gathering=self._id("gathering", "place_id", hamlet, 26_000),
            proposal=serial + 6, logged=serial + 1, letter=serial + 9, talk=serial + 7, run=serial + 8, asked=serial + 10,
            dossier=dossier, reminder=self._id("reminder", "subject", f"dossier:{dossier}", 28_000), visit=int(visit or 0),
            volunteer=volunteer,
            service=int(self.tx.scalar(one) or 0), secret=secret, invited=invited, old=f"old{word}",
            room=str(self.tx.scalar(room)))

    def _asks(self, id_: int, hamlet: int, word: str, context: Context) -> None:
        record(help_requests.Ask(id_, hamlet, "", f"giúp kín{word}", "vi", NOW + timedelta(hours=4)), self.tx, context)

    def _id(self, name: str, column: str, value: object, apart: int) -> int:
        """The number of what was just made, moved to where no other thing's are."""
        move = text(f"UPDATE {name} SET id = id + {apart} WHERE {column} = :value RETURNING id")
        return int(self.tx.execute(move, {"value": value}).scalar_one())

    # --- what is asked --------------------------------------------------------------------------------------------------

    @contextmanager
    def open(self) -> Iterator[None]:
        """A transaction in which things are asked, and of which nothing stays."""
        with time_machine.travel(NOW, tick=False), self.database.writer.connect() as tx:
            for told in ("ledger.touched", "ledger.settle", "tasks.settled", "history.read"):
                tx.info.pop(told, None)
            begun = tx.begin()
            self.tx = tx
            try:
                yield
            finally:
                begun.rollback()
                tx.info.clear()

    @contextmanager
    def branch(self) -> Iterator[None]:
        """What happens in here is taken back at its end; what was before stays for now."""
        point = self.tx.begin_nested()
        try:
            yield
        finally:
            point.rollback()

    def ask(self, name: str, data: str, kind: Kind = Kind.PRESS) -> Said:
        """Somebody presses (or types) this; all that follows is taken back."""
        with self.branch():
            return self.go_on(name, data, kind)

    def go_on(self, name: str, data: str, kind: Kind = Kind.PRESS) -> Said:
        """The same, and what follows stays until the transaction ends."""
        last = _LAST.scalar(self.tx, {}) or 0
        incoming = (Incoming(kind, NOW, data=data, message="1", ack="a") if kind is Kind.PRESS
                    else Incoming(kind, NOW, text=data) if kind is Kind.TEXT else Incoming(kind, NOW, data=data))
        mail.receive(self.tx, "test", [mail.Letter(f"n{next(_ids)}", name, incoming.pack())], NOW, {})
        kept: list[object] = []

        def noted(thing: object, tx: Connection, context: Context) -> None:
            kept.append(thing)
            record(thing, tx, context)

        with mock.patch.object(batch, "record", noted):
            batch.answer_batch(self.tx, self.mind, 10)
        if "ledger.touched" in self.tx.info:
            ledger.settle(self.tx)
        said = [(Message.unpack(row.parcel), row.ref) for row in _SAID.all(self.tx, {"last": last})]
        assert _UNANSWERED.first(self.tx, {}) is None
        return Said(tuple(each for each, to in said if to == name), tuple(kept), tuple(each for each, to in said if to != name))


def _missing(value: int | str) -> int | str:
    """Of the same kind and length, and nobody's."""
    if isinstance(value, str):
        return MISSING.join(value.split(HERE)) if HERE in value else "f" * len(value)
    return value if value < 100 else value + 20_000 if value > 60_000 else value + 4_000 if value < 20_000 else value + 30_000


def hidden(told: str, *things: Things) -> str:
    """What was told, with the numbers and names of these things taken out: the same words where nothing else differs."""
    names = sorted(frozenset().union(*(each.names for each in things)), key=len, reverse=True)
    return re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", ANY, told, flags=re.IGNORECASE)
