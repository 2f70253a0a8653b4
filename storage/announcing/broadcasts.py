"""One text for many: who receives it, row by row, so that it goes on at the same row after any stop and nobody gets it twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, false, func, insert, literal, or_, select, update

from storage.announcing.audience import Audience, recipients, stopped, within
from storage.mail import insert_new
from storage.models import Broadcast, BroadcastLetter, Chat, Outbox, Place, Subscription, table
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import preferences
from storage.reminding.reminders import TOO_LATE, Door
from storage.teams.people import note

broadcast, letter, subscription = table(Broadcast), table(BroadcastLetter), table(Subscription)
chat, outbox, place = table(Chat), table(Outbox), table(Place)

ALONE = 200
"""More people than this need a second person's approval."""


class State(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    """For a second person."""
    APPROVED = "approved"
    SENDING = "sending"
    STOPPED = "stopped"
    DONE = "done"
    REFUSED = "refused"
    DROPPED = "dropped"

    @property
    def over(self) -> bool:
        return self in (State.STOPPED, State.DONE, State.REFUSED, State.DROPPED)


class Kind(StrEnum):
    NOTICE = "notice"
    SCAM = "scam"
    """A warning: it does not count against the daily cap, and with an officer's approval it may go out at any hour."""


@dataclass(frozen=True, slots=True)
class Sending:
    """A broadcast as it stands."""

    id: int
    kind: Kind
    words: str
    place_id: int
    place: str
    audience: Audience
    person_id: int
    chat_id: int
    state: State
    urgent: bool
    made_at: datetime
    expires_at: datetime
    approved_by: int | None
    started_at: datetime | None
    ended_at: datetime | None
    shown_at: datetime | None
    shown: int
    total: int


_COLUMNS = (broadcast.c.id, broadcast.c.kind, broadcast.c.words, broadcast.c.place_id, place.c.name, broadcast.c.audience,
            broadcast.c.person_id, broadcast.c.chat_id, broadcast.c.state, broadcast.c.urgent, broadcast.c.made_at,
            broadcast.c.expires_at, broadcast.c.approved_by, broadcast.c.started_at, broadcast.c.ended_at, broadcast.c.shown_at,
            broadcast.c.shown, broadcast.c.total)
_SENDING = select(*_COLUMNS).join(place, place.c.id == broadcast.c.place_id)
_BY_ID = _SENDING.where(broadcast.c.id == bindparam("id"))
_runs = or_(broadcast.c.state == State.APPROVED.value, broadcast.c.state == State.SENDING.value,
            and_(broadcast.c.state == State.STOPPED.value, broadcast.c.ended_at.is_(None)))
_RUNNING = _SENDING.where(_runs).order_by(broadcast.c.urgent.desc(), broadcast.c.id)
_ANY = Prepared(select(broadcast.c.id).where(_runs).limit(1))


def _made(row: Any) -> Sending:
    id_, kind, words, place_id, name, audience, *rest = row
    person_id, chat_id, state, *more = rest
    return Sending(id_, Kind(kind), words, place_id, name, Audience(audience), person_id, chat_id, State(state), *more)


def by_id(rows: Reading, id_: int) -> Sending | None:
    row = rows.first(_BY_ID, {"id": id_})
    return _made(row) if row else None


def lately(rows: Reading, places: Sequence[int], since: datetime, limit: int) -> list[Sending]:
    """What was written for these places and not thrown away, the newest first."""
    query = _SENDING.where(broadcast.c.place_id.in_(places), broadcast.c.made_at > since)
    query = query.where(broadcast.c.state != State.DROPPED.value)
    return [_made(row) for row in rows.all(query.order_by(broadcast.c.made_at.desc(), broadcast.c.id.desc()).limit(limit))]


def any_running(rows: Reading) -> bool:
    return rows.first(_ANY) is not None


def running(tx: Connection) -> list[Sending]:
    """What is being sent, the urgent first; held until the transaction ends so that no other process feeds it too."""
    query = _RUNNING.with_for_update(of=broadcast, skip_locked=True) if tx.dialect.name == "postgresql" else _RUNNING
    return [_made(row) for row in tx.execute(query)]


EXPIRED = "expired"
REROUTED = "other_way"
"""Why somebody was left out in one chat: they get it in another of theirs."""
_PENDING = and_(letter.c.outbox_id.is_(None), letter.c.skipped.is_(None))


# --- sending ----------------------------------------------------------------------------------------------------------------


def begin(tx: Connection, sending: Sending, on: date, accounts: Collection[str], now: datetime) -> None:
    """Write down who receives it, once; from here on it goes row by row."""
    places = within(Reading(tx), sending.place_id)
    found = recipients(places, sending.audience, on, accounts).subquery()
    tx.execute(insert(letter).from_select(
        ["broadcast_id", "chat_id", "account", "member", "skipped"],
        select(literal(sending.id), found.c.chat_id, found.c.account, found.c.member, found.c.skipped)))
    total = tx.scalar(select(func.count()).select_from(letter).where(_PENDING, letter.c.broadcast_id == sending.id))
    tx.execute(update(broadcast).where(broadcast.c.id == sending.id)
               .values(state=State.SENDING.value, started_at=now, total=total))


@dataclass(frozen=True, slots=True)
class Next:
    """Somebody whose turn it is, as they stand now."""

    chat_id: int
    member: bool
    language: str | None
    state: str
    heard_at: datetime
    person_id: int | None
    wants: bool | None
    """None: of the team, and never asked."""


_NEXT = (
    select(letter.c.chat_id, letter.c.member, chat.c.language, chat.c.state, chat.c.heard_at, chat.c.person_id,
           case((stopped(), false()), else_=subscription.c.wants).label("wants"))
    .join(chat, chat.c.id == letter.c.chat_id).outerjoin(subscription, subscription.c.chat_id == letter.c.chat_id)
    .where(_PENDING, letter.c.broadcast_id == bindparam("of"), letter.c.account == bindparam("account"),
           or_(letter.c.not_before.is_(None), letter.c.not_before <= bindparam("now")))
    .order_by(letter.c.chat_id).limit(bindparam("limit"))
)


def upcoming(tx: Connection, sending_id: int, account: str, now: datetime, limit: int) -> list[Next]:
    """The next recipients of an account, in order: where the last ones ended, these begin."""
    return [Next(*row) for row in tx.execute(_NEXT, {"of": sending_id, "account": account, "now": now, "limit": limit})]


_ON_THEIR_WAY = select(func.count()).select_from(outbox).where(
    outbox.c.account == bindparam("account"), outbox.c.lane == bindparam("lane"), outbox.c.state.in_(("new", "sending")))


def on_their_way(tx: Connection, account: str, lane: int) -> int:
    """How many messages of this lane wait in the outbox of an account."""
    return int(tx.scalar(_ON_THEIR_WAY, {"account": account, "lane": lane}) or 0)


_POST = insert(outbox).returning(outbox.c.id, outbox.c.chat_id)
_POSTED = (update(letter).where(letter.c.broadcast_id == bindparam("of"), letter.c.chat_id == bindparam("whom"))
           .values(outbox_id=bindparam("row"), posted_at=bindparam("at")))


def post(tx: Connection, sending_id: int, made: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Put messages into the outbox and remember where each stands. Rows: account, chat_id, lane, policy, parcel, created_at."""
    if not made:
        return
    rows = [{"key": f"b:{sending_id}:{row['chat_id']}", "state": "new", "attempts": 0, **row} for row in made]
    placed = tx.execute(_POST, rows).all()
    tx.execute(_POSTED, [{"of": sending_id, "whom": row.chat_id, "row": row.id, "at": now} for row in placed])


def has(rows: Reading, sending_id: int, chat_id: int) -> bool:
    """Whether this chat is one of the recipients already (or was, and could not be written to)."""
    found = select(letter.c.chat_id).where(letter.c.broadcast_id == sending_id, letter.c.chat_id == chat_id)
    return rows.scalar(found) is not None


_REFUSED = (
    select(letter.c.chat_id).join(outbox, outbox.c.id == letter.c.outbox_id)
    .where(letter.c.broadcast_id == bindparam("of"), letter.c.member, letter.c.skipped.is_(None), outbox.c.state == "failed",
           or_(letter.c.not_before.is_(None), letter.c.not_before <= bindparam("now")))
    .order_by(letter.c.chat_id).limit(bindparam("limit"))
)


def refused(tx: Connection, sending_id: int, now: datetime, limit: int) -> list[int]:
    """The members' chats whose message was surely not said, and for which nobody has looked for another way yet."""
    return list(tx.execute(_REFUSED, {"of": sending_id, "now": now, "limit": limit}).scalars())


def reroute(tx: Connection, sending_id: int, ways: Mapping[int, Door]) -> None:
    """These get it in another chat of theirs; the row of the first stays, with its reason, out of the count of recipients."""
    for chat_id, door in ways.items():
        skip(tx, sending_id, [chat_id], REROUTED)
        insert_new(tx, letter, [{"broadcast_id": sending_id, "chat_id": door.chat_id, "account": door.account, "member": True}])


def skip(tx: Connection, sending_id: int, chat_ids: Sequence[int], why: str) -> None:
    """These are left out, for a reason that is counted."""
    if chat_ids:
        tx.execute(update(letter).where(letter.c.broadcast_id == sending_id, letter.c.chat_id.in_(chat_ids)).values(skipped=why))


def skip_rest(tx: Connection, sending_id: int, why: str) -> None:
    """Nobody else gets it; what is in the outbox and has not left is taken back. What waits until it is too late says why."""
    mine = select(letter.c.outbox_id).where(letter.c.broadcast_id == sending_id, letter.c.outbox_id.is_not(None))
    taken_back = tx.execute(update(outbox).where(outbox.c.id.in_(mine), outbox.c.state == "new")
                            .values(state="failed", problem=why).returning(outbox.c.id)).scalars().all()
    if taken_back:
        tx.execute(update(letter).where(letter.c.outbox_id.in_(taken_back)).values(skipped=why))
    held = func.coalesce(letter.c.held, why) if why == EXPIRED else why
    tx.execute(update(letter).where(_PENDING, letter.c.broadcast_id == sending_id).values(skipped=held))


def wait(tx: Connection, sending_id: int, chat_ids: Sequence[int], until: datetime, why: str) -> None:
    """Not now (quiet hours, already written to today): again later."""
    if chat_ids:
        tx.execute(update(letter).where(letter.c.broadcast_id == sending_id, letter.c.chat_id.in_(chat_ids))
                   .values(not_before=until, held=why))


_LATE = (
    select(letter.c.chat_id, outbox.c.id, outbox.c.key).join(outbox, outbox.c.id == letter.c.outbox_id)
    .where(letter.c.broadcast_id == bindparam("of"), letter.c.skipped.is_(None), outbox.c.state == "failed",
           outbox.c.problem == TOO_LATE)
)


def owe_again(tx: Connection, sending_id: int, now: datetime) -> None:
    """Messages that did not leave before the quiet hours (the channel was down): their recipients' turn comes again."""
    for row in tx.execute(_LATE, {"of": sending_id}).all():
        tx.execute(update(outbox).where(outbox.c.id == row.id).values(key=f"{row.key}:late:{row.id}"))
        tx.execute(update(letter).where(letter.c.broadcast_id == sending_id, letter.c.chat_id == row.chat_id)
                   .values(outbox_id=None, posted_at=None, not_before=now, held="channel_down"))


@dataclass(frozen=True, slots=True)
class Figures:
    """How a broadcast stands, counted from the rows themselves."""

    sent: int = 0
    waiting: int = 0
    unknown: int = 0
    failed: int = 0
    skipped: Mapping[str, int] | None = None
    held: Mapping[str, int] | None = None
    """Why those wait who have to wait."""

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.unknown + self.failed


_FATES = Prepared(
    select(letter.c.skipped, outbox.c.state, letter.c.held, func.count().label("n"))
    .outerjoin(outbox, outbox.c.id == letter.c.outbox_id).where(letter.c.broadcast_id == bindparam("of"))
    .group_by(letter.c.skipped, outbox.c.state, letter.c.held))


def figures(rows: Reading, sending_id: int) -> Figures:
    """What became of each message, from the outbox; nothing is counted along the way."""
    found = rows.all(_FATES, {"of": sending_id})
    held = _summed((row.held, row.n) for row in found if row.skipped is None and row.state is None and row.held)
    skipped = _summed((row.skipped, row.n) for row in found if row.skipped is not None and row.state in (None, "failed"))
    by_state: dict[str, int] = {}
    for row in found:
        if row.skipped is None or row.state not in (None, "failed"):  # what left before it could be taken back did go
            by_state[row.state or "new"] = by_state.get(row.state or "new", 0) + row.n
    return Figures(by_state.get("sent", 0), by_state.get("new", 0) + by_state.get("sending", 0), by_state.get("unknown", 0),
                   by_state.get("failed", 0), skipped, held)


def _summed(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, n in counts:
        found[name] = found.get(name, 0) + n
    return found


def finish(tx: Connection, sending_id: int, state: State, now: datetime) -> None:
    tx.execute(update(broadcast).where(broadcast.c.id == sending_id).values(state=state.value, ended_at=now))


def shown(tx: Connection, sending_id: int, times: int, now: datetime) -> None:
    """Its progress was shown once more."""
    tx.execute(update(broadcast).where(broadcast.c.id == sending_id).values(shown=times, shown_at=now))


def progress_message(tx: Connection, sending_id: int, times: int) -> tuple[str, str, str] | None:
    """The state of the last progress message, the channel's name for the first one, which is edited, and what it said last."""
    keys = [f"bp:{sending_id}:0:0", f"bp:{sending_id}:{times - 1}:0"]
    rows = {row.key: row for row in tx.execute(select(outbox.c.id, outbox.c.key, outbox.c.state, outbox.c.external_id,
                                                      outbox.c.parcel).where(outbox.c.key.in_(keys)))}
    first, last = rows.get(keys[0]), rows.get(keys[1])
    if first is None or last is None:
        return None
    return last.state, first.external_id or str(first.id), str((last.parcel or {}).get("text", ""))


# --- records ----------------------------------------------------------------------------------------------------------------


class ChangedMeanwhile(Exception):
    """Somebody else did something with the broadcast in the same moment."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text with its recipients, not yet sent."""

    id: int
    kind: str
    words: str
    place_id: int
    audience: str
    urgent: bool
    expires_at: datetime
    total: int


@dataclass(frozen=True, slots=True)
class Becomes:
    """A broadcast goes from one state to another, once."""

    id: int
    was: State
    state: State


@dataclass(frozen=True, slots=True)
class Wants:
    """Whether this chat wants announcements."""

    yes: bool


@record.register
def _draft(thing: Draft, tx: Connection, context: Context) -> None:
    tx.execute(insert(broadcast), {
        "id": thing.id, "kind": thing.kind, "words": thing.words, "place_id": thing.place_id, "audience": thing.audience,
        "person_id": context.person_id, "chat_id": context.chat_id, "state": State.DRAFT.value, "urgent": thing.urgent,
        "made_at": context.now, "expires_at": thing.expires_at, "shown": 0, "total": thing.total})


@record.register
def _becomes(thing: Becomes, tx: Connection, context: Context) -> None:
    approved = {"approved_by": context.person_id} if thing.state is State.APPROVED else {}
    changed = tx.execute(update(broadcast).where(broadcast.c.id == thing.id, broadcast.c.state == thing.was.value)
                         .values(state=thing.state.value, **approved))
    if changed.rowcount != 1:
        raise ChangedMeanwhile
    if thing.state is State.STOPPED:
        skip_rest(tx, thing.id, "stopped")
    note(tx, context, f"broadcast_{thing.state}", f"broadcast:{thing.id}")


@record.register
def _wants(thing: Wants, tx: Connection, context: Context) -> None:
    if thing.yes:  # as asking for any reminder does, it takes back a general "stop"
        preferences.change(tx, context, stopped=False)
    insert_new(tx, subscription, [{"chat_id": context.chat_id, "wants": thing.yes, "changed_at": context.now}])
    tx.execute(update(subscription).where(subscription.c.chat_id == context.chat_id)
               .values(wants=thing.yes, changed_at=context.now))
