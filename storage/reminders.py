"""Reminders as rows: what is owed to whom at which hour, and why one was not sent. A clock only wakes us to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select, update

from storage.mail import insert_new
from storage.models import Chat, Reminder, table
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record

reminder, chat = table(Reminder), table(Chat)

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
FOLLOW_UP, UNFINISHED_GUIDE = "follow_up_visit_due", "unfinished_guide"
HOUR = {FOLLOW_UP: time(7, 0), UNFINISHED_GUIDE: time(8, 0)}
LIVES = {FOLLOW_UP: timedelta(days=5), UNFINISHED_GUIDE: timedelta(days=10)}
GUIDE_AFTER = (1, 3, 7)
"""Days after the last activity on which somebody is reminded of a guide they left; then never again."""
QUIET = {
    "citizen": ((time(20, 0), time(7, 0)), (time(11, 30), time(13, 30))),
    "member": ((time(21, 0), time(6, 30)),),
}
"""Local hours in which nothing proactive is sent, by audience."""


def instant(on: date, at: time) -> datetime:
    """The UTC instant of a local hour."""
    return datetime.combine(on, at, LOCAL).astimezone(UTC)


def opening(now: datetime, audience: str) -> datetime:
    """`now`, or the end of the quiet hours it falls into."""
    local = now.astimezone(LOCAL)
    for start, end in QUIET[audience]:
        overnight = start > end
        if overnight and local.time() >= start:
            return instant(local.date() + timedelta(days=1), end)
        if (overnight and local.time() < end) or (not overnight and start <= local.time() < end):
            return instant(local.date(), end)
    return now


def remind(tx: Connection, kind: str, subject: str, chat_id: int, on: date, ordinal: int = 1) -> None:
    """Owe somebody a reminder on a day; the same one twice is one."""
    due = instant(on, HOUR[kind])
    insert_new(tx, reminder, [{"kind": kind, "subject": subject, "chat_id": chat_id, "due_at": due, "due_on": on,
                               "expires_at": due + LIVES[kind], "ordinal": ordinal, "state": "scheduled", "reason": ""}])


_CLEAR = (
    update(reminder)
    .where(reminder.c.kind == bindparam("of"), reminder.c.subject == bindparam("about"), reminder.c.state == "scheduled")
    .values(state="cleared", reason=bindparam("why"), finished_at=bindparam("now"))
)
_CLEAR_ALL, _CLEAR_ONE = Prepared(_CLEAR), Prepared(_CLEAR.where(reminder.c.chat_id == bindparam("whom")))


def clear(tx: Connection, kind: str, subject: str, chat_id: int | None, now: datetime, reason: str) -> None:
    """What was owed about a subject is no longer due (to one chat, or to anybody)."""
    values = {"of": kind, "about": subject, "why": reason, "now": now}
    if chat_id is None:
        _CLEAR_ALL.each(tx, [values])
    else:
        _CLEAR_ONE.each(tx, [{**values, "whom": chat_id}])


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose hour has come, with the chat it is owed to."""

    id: int
    kind: str
    subject: str
    ordinal: int
    chat_id: int
    due_at: datetime
    expires_at: datetime
    account: str
    chat_state: str
    language: str | None
    person_id: int | None
    heard_at: datetime


_DUE = (
    select(reminder.c.id, reminder.c.kind, reminder.c.subject, reminder.c.ordinal, reminder.c.chat_id, reminder.c.due_at,
           reminder.c.expires_at, chat.c.account, chat.c.state, chat.c.language, chat.c.person_id, chat.c.heard_at)
    .join(chat, chat.c.id == reminder.c.chat_id)
    .where(reminder.c.state == "scheduled", reminder.c.due_at <= bindparam("now"))
    .order_by(reminder.c.due_at, reminder.c.id).limit(bindparam("limit"))
)


def due(tx: Connection, now: datetime, limit: int) -> list[Due]:
    """The reminders whose hour has come, held until the transaction ends so that no other process sends them too."""
    query = _DUE.with_for_update(of=reminder, skip_locked=True) if tx.dialect.name == "postgresql" else _DUE
    return [Due(*row) for row in Reading(tx).all(query, {"now": now, "limit": limit})]


def finish(tx: Connection, ids: Sequence[int], state: str, reason: str, now: datetime) -> None:
    """The one final state of these reminders."""
    if ids:
        tx.execute(update(reminder).where(reminder.c.id.in_(ids)).values(state=state, reason=reason, finished_at=now))


def put_off(tx: Connection, id_: int, until: datetime) -> None:
    """Quiet hours, or somebody in the middle of something: look again later."""
    tx.execute(update(reminder).where(reminder.c.id == id_).values(due_at=until))


def sent_since(rows: Reading, chat_id: int, since: datetime) -> int:
    """How many reminders this chat was sent since then."""
    return len(rows.all(select(reminder.c.id).where(
        reminder.c.chat_id == chat_id, reminder.c.state == "sent", reminder.c.finished_at >= since)))


# --- records ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RemindMe:
    """Somebody asked to be reminded of something unfinished."""

    kind: str
    subject: str
    after_days: int
    ordinal: int = 1


@dataclass(frozen=True, slots=True)
class StopReminding:
    """Somebody wants no more reminders: about one subject, or (with no subject) at all."""

    kind: str = ""
    subject: str = ""


@record.register
def _remind_me(thing: RemindMe, tx: Connection, context: Context) -> None:
    clear(tx, thing.kind, thing.subject, context.chat_id, context.now, "put off")
    remind(tx, thing.kind, thing.subject, context.chat_id, context.today + timedelta(days=thing.after_days), thing.ordinal)


@record.register
def _stop(thing: StopReminding, tx: Connection, context: Context) -> None:
    which = (reminder.c.chat_id == context.chat_id) & (reminder.c.state == "scheduled")
    if thing.kind:
        which &= (reminder.c.kind == thing.kind) & (reminder.c.subject == thing.subject)
    tx.execute(update(reminder).where(which).values(state="muted", reason="asked to stop", finished_at=context.now))
