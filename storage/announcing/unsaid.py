"""What did not reach people besides reminders, and why: announcements, notices of help; of citizens only how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from storage.announcing.broadcast_rules import HELD
from storage.announcing.broadcasts import EXPIRED, REROUTED
from storage.helping.help_rules import State
from storage.models import Broadcast, BroadcastLetter, HelpRequest, Outbox, Reminder, Residence, table
from storage.reading import Reading
from storage.reminding.reminders import TOO_LATE

broadcast, letter, outbox = table(Broadcast), table(BroadcastLetter), table(Outbox)
reminder, residence, request = table(Reminder), table(Residence), table(HelpRequest)

ANNOUNCEMENT, NOTICE = "announcement", "notice"
_STATES = {"opted_out": "muted", "blocked": "cleared", "window": "cleared", "no_channel": "cleared", "taken_back": "suppressed"}
_NOTICES = ("help:%", "in:%:to%", "hw:%", "fb:%")
"""How the keys of what is said to others about help, visits and complaints look."""
REASONS = frozenset({"opted_out", "window", "no_channel", "taken_back", EXPIRED, "nobody", "escalated", "nobody_came"}) | HELD
"""Every reason this gives, beside those of reminders."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """Something that one chat did not get, or does not have yet."""

    what: str
    chat_id: int
    at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people of some places something did not reach, for one reason; `what` is a kind of reminder or an announcement."""

    what: str
    state: str
    reason: str
    count: int


_NOT_SENT = or_(
    and_(letter.c.skipped.is_not(None), letter.c.skipped != REROUTED),
    and_(letter.c.skipped.is_(None), letter.c.outbox_id.is_(None), letter.c.held.is_not(None)),
    and_(letter.c.skipped.is_(None), outbox.c.state == "failed"),
)
_LETTERS = (
    select(letter.c.chat_id, letter.c.skipped, letter.c.held, outbox.c.problem, letter.c.outbox_id, broadcast.c.started_at)
    .join(broadcast, broadcast.c.id == letter.c.broadcast_id).outerjoin(outbox, outbox.c.id == letter.c.outbox_id)
    .where(_NOT_SENT)
)


def _fate(row: Any) -> tuple[str, str]:
    """State and reason of a row of an announcement that was not sent."""
    if row.skipped is not None:
        reason = "taken_back" if row.skipped == "stopped" else str(row.skipped)
        return _STATES.get(reason, "expired"), reason
    if row.outbox_id is None:
        return "scheduled", str(row.held)
    return "failed", _refusal(row.problem)


def _refusal(problem: str | None) -> str:
    return "blocked" if problem == "blocked" else "channel_down" if problem == TOO_LATE else "refused"


def announcements(rows: Reading, chats: Sequence[int], since: datetime, limit: int) -> list[Unsaid]:
    """Announcements that these chats did not get, the newest first."""
    query = _LETTERS.where(letter.c.chat_id.in_(list(chats)), broadcast.c.started_at > since)
    found = rows.all(query.order_by(broadcast.c.started_at.desc(), letter.c.chat_id).limit(limit))
    return [Unsaid(ANNOUNCEMENT, row.chat_id, row.started_at, *_fate(row)) for row in found]


def notices(rows: Reading, chats: Sequence[int], since: datetime, limit: int) -> list[Unsaid]:
    """What was to be said to these chats because somebody else wrote (help, a complaint, a visit), and was refused."""
    query = select(outbox.c.chat_id, outbox.c.finished_at, outbox.c.problem).where(
        outbox.c.chat_id.in_(list(chats)), outbox.c.state == "failed", outbox.c.finished_at > since,
        or_(*(outbox.c.key.like(form) for form in _NOTICES)))
    return [Unsaid(NOTICE, row.chat_id, row.finished_at, "failed", _refusal(row.problem))
            for row in rows.all(query.order_by(outbox.c.finished_at.desc()).limit(limit))]


def citizens(rows: Reading, hamlets: Sequence[int], without: Sequence[int], since: datetime) -> list[Tally]:
    """How many who live in these hamlets were not told, by what and why; the most first. Nobody is named."""
    live_here = and_(residence.c.hamlet_id.in_(list(hamlets)), residence.c.chat_id.not_in(list(without)))
    people: dict[tuple[str, str, str], set[int]] = {}
    for row in rows.all(_of(_LETTERS, letter, live_here).where(broadcast.c.started_at > since)):
        people.setdefault((ANNOUNCEMENT, *_fate(row)), set()).add(row.chat_id)
    owed = select(reminder.c.kind, reminder.c.state, reminder.c.reason, reminder.c.chat_id).where(
        reminder.c.reason != "", reminder.c.state.not_in(("sent", "claimed")),
        or_(reminder.c.finished_at > since, reminder.c.finished_at.is_(None)))
    for row in rows.all(_of(owed, reminder, live_here)):
        people.setdefault((row.kind, row.state, row.reason), set()).add(row.chat_id)
    found = [Tally(*what, len(chats)) for what, chats in people.items()]
    return sorted(found, key=lambda tally: (-tally.count, tally.what, tally.reason))


def _of(query: Select[Any], rows_of: Any, live_here: Any) -> Select[Any]:
    return query.join(residence, residence.c.chat_id == rows_of.c.chat_id).where(live_here)


def requests(rows: Reading, hamlets: Sequence[int], since: datetime) -> list[Tally]:
    """Requests for help of these hamlets that nobody was asked about, or that nobody answered."""
    waits = request.c.state.in_((State.OPEN.value, State.ESCALATED.value))
    given_up = and_(request.c.state == State.EXPIRED.value, request.c.accepted_at.is_(None), request.c.closed_at > since)
    found = rows.all(select(request.c.state, func.count().label("n")).where(
        request.c.hamlet_id.in_(list(hamlets)), or_(waits, given_up)).group_by(request.c.state))
    said = {State.OPEN.value: ("scheduled", "nobody"), State.ESCALATED.value: ("scheduled", "escalated"),
            State.EXPIRED.value: ("expired", "nobody_came")}
    return [Tally("help", *said[row.state], row.n) for row in found]
