"""Reminders as rows: what is owed to whom at which hour, claimed once, ended once, with the reason. A clock only wakes us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, or_, select, text, update

from storage.hours.calendar import Calendar
from storage.local_time import LOCAL, instant
from storage.mail import insert_for
from storage.models import Chat, Outbox, Reminder, table
from storage.prepared import Prepared, among
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import preferences
from storage.reminding.reminder_kinds import FOLLOW_UP, KINDS, UNFINISHED_GUIDE, VISIT_SOON, Slot
from storage.reminding.reminder_rules import Item, Sent, Wait

reminder, chat, outbox = table(Reminder), table(Chat), table(Outbox)

GUIDE_AFTER = (1, 3, 7)
"""Days after the last activity on which somebody is reminded of a guide they left; then never again."""
TOO_LATE = "too late"
"""What delivery says of a reminder that did not leave before the quiet hours."""
ONE_CLOCK = 7072
EVER = datetime(9999, 1, 1, tzinfo=UTC)
__all__ = ["FOLLOW_UP", "GUIDE_AFTER", "LOCAL", "UNFINISHED_GUIDE", "VISIT_SOON", "clear", "remind"]


def remind(tx: Connection, kind: str, subject: str, chat_id: int, on: date, ordinal: int = 1, *, at: datetime | None = None,
           expires: datetime | None = None, agreed: bool = False, asked_at: datetime | None = None) -> None:
    """Owe somebody a reminder of a day; the same one twice is one, and one that was called off is owed again."""
    what = KINDS[kind]
    due = at or instant(on, what.hour)
    row = {"kind": kind, "subject": subject, "chat_id": chat_id, "due_on": on, "ordinal": ordinal}
    fresh = {"due_at": due, "expires_at": expires or due + what.lives, "state": "scheduled", "reason": "", "agreed": agreed,
             "asked_at": asked_at, "deferred": 0}
    _owed(tx.dialect.name).later(tx, [row | fresh])


@cache
def _owed(dialect: str) -> Prepared:
    """A new one, or one that was called off and has not left."""
    made = insert_for(dialect, reminder)
    anew = {name: made.excluded[name] for name in ("due_at", "expires_at", "state", "reason", "agreed", "asked_at", "deferred")}
    return Prepared(made.on_conflict_do_update(
        index_elements=["kind", "subject", "chat_id", "due_on", "ordinal"], set_={**anew, "finished_at": None},
        where=or_(reminder.c.state == "cleared", reminder.c.state == "muted") & reminder.c.parcel.is_(None)))


_CLEAR_ALL = (
    update(reminder)
    .where(reminder.c.kind == bindparam("of"), reminder.c.subject == bindparam("about"), reminder.c.state == "scheduled")
    .values(state="cleared", reason=bindparam("why"), finished_at=bindparam("now"))
)
_CLEAR_ONE = _CLEAR_ALL.where(reminder.c.chat_id == bindparam("whom"))


def clear(tx: Connection, kind: str, subject: str, chat_id: int | None, now: datetime, reason: str) -> None:
    """What was owed about a subject is no longer due (to one chat, or to anybody)."""
    values = {"of": kind, "about": subject, "why": reason, "now": now, "whom": chat_id}
    tx.execute(_CLEAR_ALL if chat_id is None else _CLEAR_ONE, values)


def clear_kinds(tx: Connection, kinds: tuple[str, ...], subject: str, now: datetime, reason: str) -> None:
    """Nothing of these kinds is due any more about a subject, to anybody."""
    _clear_kinds(kinds).later(tx, [{"about": subject, "why": reason, "now": now}])


@cache
def _clear_kinds(kinds: tuple[str, ...]) -> Prepared:
    return Prepared(
        update(reminder)
        .where(or_(*(reminder.c.kind == kind for kind in kinds)), reminder.c.subject == bindparam("about"),
               reminder.c.state == "scheduled")
        .values(state="cleared", reason=bindparam("why"), finished_at=bindparam("now")))


# --- what is due, and how it ends ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Door:
    """A chat through which somebody can be reached."""

    chat_id: int
    account: str
    state: str
    language: str | None
    heard_at: datetime


_ITEMS = select(reminder.c.id, reminder.c.kind, reminder.c.subject, reminder.c.ordinal, reminder.c.chat_id, reminder.c.due_at,
                reminder.c.due_on, reminder.c.expires_at, reminder.c.asked_at, reminder.c.agreed, reminder.c.deferred,
                reminder.c.reason)
_DUE_CHATS = (
    select(reminder.c.chat_id, chat.c.person_id).join(chat, chat.c.id == reminder.c.chat_id)
    .where(reminder.c.state == "scheduled", reminder.c.due_at <= bindparam("now"))
    .group_by(reminder.c.chat_id, chat.c.person_id).order_by(func.min(reminder.c.due_at)).limit(bindparam("limit"))
)
_DOORS = (select(chat.c.person_id, chat.c.id, chat.c.account, chat.c.state, chat.c.language, chat.c.heard_at)
          .where(or_(chat.c.id.in_(bindparam("chats", expanding=True)),
                     chat.c.person_id.in_(bindparam("people", expanding=True))))
          .order_by(chat.c.heard_at.desc(), chat.c.id))
_OWED = Prepared(_ITEMS.where(reminder.c.state == "scheduled", among(reminder.c.chat_id, "chats"),
                              reminder.c.due_at < bindparam("until")).order_by(reminder.c.due_at, reminder.c.id))
_SENT = (select(reminder.c.chat_id, reminder.c.finished_at, reminder.c.kind, reminder.c.subject, reminder.c.parcel)
         .where(reminder.c.state.in_(("claimed", "sent")), reminder.c.parcel.is_not(None),
                reminder.c.chat_id.in_(bindparam("chats", expanding=True)),
                or_(reminder.c.finished_at > bindparam("since"), reminder.c.subject.in_(bindparam("subjects", expanding=True)))))


def alone(tx: Connection) -> bool:
    """Whether this is the only clock that looks at reminders until the transaction ends. SQLite has one writer anyway."""
    if tx.dialect.name != "postgresql":
        return True
    return bool(tx.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": ONE_CLOCK}))


def due_people(tx: Connection, now: datetime, limit: int) -> tuple[int, dict[tuple[str, int], list[Door]]]:
    """Who is owed something now: a person, or a chat nobody has joined from, with all their doors, last used first.

    Before them, in how many chats something is owed: people may have several, and where there are `limit`, more may be.
    """
    rows = Reading(tx)
    chats = rows.all(_DUE_CHATS, {"now": now, "limit": limit})
    if not chats:
        return 0, {}
    ids = {row.chat_id for row in chats}
    people = {row.person_id for row in chats if row.person_id is not None}
    found: dict[tuple[str, int], list[Door]] = {}
    for person_id, *door in rows.all(_DOORS, {"chats": list(ids), "people": list(people)}):
        found.setdefault(("person", person_id) if person_id is not None else ("chat", door[0]), []).append(Door(*door))
    return len(chats), found


def owed(rows: Reading, chats: Sequence[int], until: datetime = EVER) -> list[Item]:
    """What is owed to these chats and due before an instant."""
    return [_item(row) for row in rows.all(_OWED, {"chats": chats, "until": until})]


def _item(row: Sequence[Any]) -> Item:
    return Item(row[0], KINDS[row[1]], *row[2:])


def sent(rows: Reading, chats: Sequence[int], subjects: Sequence[str], since: datetime) -> dict[int, list[Sent]]:
    """What went out to these chats since then, and whatever was ever said to them about these subjects; by chat."""
    found: dict[int, list[Sent]] = {}
    slots = {slot[0]: slot for slot in Slot}
    for row in rows.all(_SENT, {"chats": list(chats), "subjects": list(subjects), "since": since}):
        found.setdefault(row.chat_id, []).append(
            Sent(row.finished_at, row.kind, row.subject, row.parcel, slots[row.parcel.split(":")[1]]))
    return found


_CLAIM = Prepared(
    update(reminder).where(reminder.c.id == bindparam("which"), reminder.c.state == "scheduled")
    .values(state="claimed", parcel=bindparam("carrier"), reason="", finished_at=bindparam("now")))
_FINISH = Prepared(
    update(reminder).where(reminder.c.id == bindparam("which"),
                           or_(reminder.c.state == "scheduled", reminder.c.state == "claimed"))
    .values(state=bindparam("final"), reason=bindparam("why"), finished_at=bindparam("now")))
_PUT_OFF = Prepared(
    update(reminder).where(reminder.c.id == bindparam("which"), reminder.c.state == "scheduled")
    .values(due_at=bindparam("until"), reason=bindparam("why"), deferred=bindparam("times")))


def claim(tx: Connection, id_: int, parcel: str, now: datetime) -> bool:
    """Take this one for a message; False where somebody else has it. From here on it counts as said."""
    return _CLAIM.each(tx, [{"which": id_, "carrier": parcel, "now": now}]) == 1


def finish(tx: Connection, id_: int, state: str, why: str, now: datetime) -> None:
    """The one final state of a reminder that has none yet."""
    _FINISH.each(tx, [{"which": id_, "final": state, "why": why, "now": now}])


def put_off(tx: Connection, id_: int, wait: Wait) -> None:
    """Look again later."""
    _PUT_OFF.each(tx, [{"which": id_, "until": wait.until, "why": wait.why, "times": wait.deferred}])


# --- what became of the messages ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carried:
    """A reminder whose message has met its fate."""

    item: Item
    fate: str
    problem: str
    at: datetime
    chat_id: int
    """The chat it went to, which need not be the one it is owed to."""


_CARRIED = (
    _ITEMS.add_columns(outbox.c.state.label("fate"), outbox.c.problem, outbox.c.finished_at, outbox.c.chat_id.label("carried_to"))
    .join(outbox, outbox.c.key == reminder.c.parcel)
    .where(reminder.c.state == "claimed", outbox.c.state.in_(("sent", "unknown", "failed"))).order_by(reminder.c.id)
    .limit(bindparam("limit"))
)


def carried(rows: Reading, limit: int) -> list[Carried]:
    """Reminders on their way whose messages were sent, refused, or whose fate nobody knows."""
    return [Carried(_item(row[:12]), row.fate, row.problem or "", row.finished_at, row.carried_to)
            for row in rows.all(_CARRIED, {"limit": limit})]


def owe_again(tx: Connection, id_: int, wait: Wait) -> None:
    """Its message never left: it is owed as before."""
    tx.execute(update(reminder).where(reminder.c.id == id_, reminder.c.state == "claimed").values(
        state="scheduled", parcel=None, due_at=wait.until, reason=wait.why, finished_at=None))


def repeat(tx: Connection, said: Item, calendar: Calendar) -> bool:
    """Owe the next reminder of a subject, if its kind has one more; whether it has."""
    gaps = said.kind.gaps
    if said.ordinal > len(gaps):
        return False
    gap = gaps[said.ordinal - 1]
    on = calendar.after(said.due_on, gap) if said.kind.working else said.due_on + timedelta(days=gap)
    remind(tx, said.kind.name, said.subject, said.chat_id, on, said.ordinal + 1, asked_at=said.asked_at)
    return True


# --- why not --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a reminder, for whoever asks why it did not come."""

    kind: str
    subject: str
    due_on: date
    state: str
    reason: str
    finished_at: datetime | None
    person: str
    own: bool


def fates(rows: Reading, chats: Sequence[int], team: Mapping[int, str], since: datetime, limit: int) -> list[Fate]:
    """The last reminders owed to these chats, and to those of a team (chat -> label), that were not sent as planned."""
    wanted = and_(reminder.c.chat_id.in_([*chats, *team]), reminder.c.state != "sent",
                  or_(reminder.c.finished_at > since, and_(reminder.c.finished_at.is_(None), reminder.c.reason != "")))
    query = select(reminder.c.kind, reminder.c.subject, reminder.c.due_on, reminder.c.state, reminder.c.reason,
                   reminder.c.finished_at, reminder.c.chat_id).where(wanted)
    found = rows.all(query.order_by(func.coalesce(reminder.c.finished_at, reminder.c.due_at).desc()).limit(limit))
    return [Fate(row.kind, row.subject, row.due_on, row.state, row.reason, row.finished_at, team.get(row.chat_id, ""),
                 row.chat_id in chats) for row in found]


# --- records ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemindMe:
    """Somebody asked to be reminded of something unfinished. It also takes back a general “stop”."""

    kind: str
    subject: str
    after_days: int
    ordinal: int = 1


@dataclass(frozen=True, slots=True)
class StopReminding:
    """Somebody wants no more reminders: about one subject, or (with no subject) at all."""

    kind: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class StartReminding:
    """Somebody wants to be reminded again."""


@dataclass(frozen=True, slots=True)
class ComeAt:
    """An hour was agreed for a visit: a short note an hour before."""

    subject: str
    on: date
    at: time


@record.register
def _remind_me(thing: RemindMe, tx: Connection, context: Context) -> None:
    preferences.change(tx, context, stopped=False)
    clear(tx, thing.kind, thing.subject, context.chat_id, context.now, "put_off")
    remind(tx, thing.kind, thing.subject, context.chat_id, context.today + timedelta(days=thing.after_days), thing.ordinal,
           asked_at=context.now)


@record.register
def _stop(thing: StopReminding, tx: Connection, context: Context) -> None:
    if not thing.kind:
        preferences.change(tx, context, stopped=True)
        return
    tx.execute(update(reminder).where(
        reminder.c.chat_id.in_(preferences.chats_of(tx, context)), reminder.c.state == "scheduled", reminder.c.kind == thing.kind,
        reminder.c.subject == thing.subject).values(state="muted", reason="one_stopped", finished_at=context.now))


@record.register
def _start(thing: StartReminding, tx: Connection, context: Context) -> None:
    preferences.change(tx, context, stopped=False, paused_until=None)


@dataclass(frozen=True, slots=True)
class PutOff:
    """Whoever is reminded chose another day."""

    kind: str
    subject: str
    on: date
    agreed: bool = True
    """With somebody who waits on that day, so that it is kept on a holiday too."""


@record.register
def _put_off_to(thing: PutOff, tx: Connection, context: Context) -> None:
    for chat_id in preferences.chats_of(tx, context):
        clear(tx, thing.kind, thing.subject, chat_id, context.now, "put_off")
    remind(tx, thing.kind, thing.subject, context.chat_id, thing.on, agreed=thing.agreed, asked_at=context.now)


@record.register
def _come_at(thing: ComeAt, tx: Connection, context: Context) -> None:
    at = instant(thing.on, thing.at)
    remind(tx, VISIT_SOON, thing.subject, context.chat_id, thing.on, at=at - KINDS[VISIT_SOON].lives, expires=at, agreed=True)
