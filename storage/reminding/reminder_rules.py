"""The rules of reminding, pure: what is owed to somebody now is sent, waits until an instant, or ends with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from storage.hours.calendar import Calendar
from storage.local_time import LOCAL, instant, local_day
from storage.reminding.reminder_kinds import Audience, Kind, Slot

BUSY = timedelta(minutes=10)
"""Somebody who wrote so recently is in the middle of something."""
BUSY_WAIT, BUSY_WAITS = timedelta(minutes=30), 2
OUTAGE = timedelta(hours=2)
"""Something so much overdue was held up by a stop of the program: it joins the one message that catches up."""
A_DAY, A_WEEK, A_SUBJECT, PINGS = 1, 3, 3, 3
"""Messages to a citizen in a day and in seven days, reminders of one subject, and short notes to a volunteer in a day."""
TOGETHER = {Audience.CITIZEN: 4, Audience.VOLUNTEER: 10, Audience.LEADER: 10}
"""How many things one message may hold."""
QUIET = {
    Audience.CITIZEN: ((time(20), time(7)), (time(11, 30), time(13, 30))),
    Audience.VOLUNTEER: ((time(21), time(6, 30)),),
    Audience.LEADER: ((time(21), time(6, 30)),),
}
"""Local hours in which nothing is sent unasked."""
HOURS = {"": (), "morning": ((time(11, 30), time(6, 30)),), "afternoon": ((time(17, 30), time(13, 30)),),
         "evening": ((time(21), time(17, 30)),)}
"""The hours somebody wishes, as further quiet hours."""
MARKET = ((time(0), time(13, 30)),)
"""On a market day the house is empty in the morning."""
MORNING = {Audience.CITIZEN: time(8), Audience.VOLUNTEER: time(7), Audience.LEADER: time(7)}
ROLLED = time(8)
"""The hour to which what fell on a holiday is moved, on a working day."""
SPREAD = 3
"""Working days after Tết over which what gathered is spread."""
FINAL = {"busy": "suppressed", "cap_day": "suppressed", "cap_week": "suppressed", "cap_ping": "suppressed",
         "cap_subject": "suppressed", "more_urgent": "suppressed", "paused": "muted", "place_muted": "muted", "stopped": "muted",
         "kind_muted": "muted", "blocked": "cleared", "no_way": "cleared", "nothing_left": "cleared"}
"""The final state of a reason; what only came too late is expired."""
REASONS = frozenset(FINAL) | {"late", "quiet", "holiday", "harvest", "outage", "channel_down", "refused", "unknown", "answered",
                              "called_off", "finished", "visited", "undone", "put_off", "one_stopped", "waiting", "other_way",
                              "passed_to", "other_hamlet"}
"""Every reason that stands beside a reminder, for whoever asks why it did not come."""


@dataclass(frozen=True, slots=True)
class Item:
    """A reminder that is owed."""

    id: int
    kind: Kind
    subject: str
    ordinal: int
    chat_id: int
    due_at: datetime
    due_on: date
    expires_at: datetime
    asked_at: datetime | None = None
    agreed: bool = False
    deferred: int = 0
    held: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants of reminders."""

    stopped: bool = False
    muted: frozenset[str] = frozenset()
    paused_until: date | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A reminder that went out (or is on its way), and the message it was in."""

    at: datetime
    kind: str
    subject: str
    message: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class Peace:
    """The rhythm of the place somebody lives or serves in."""

    muted_until: date | None = None
    harvest_until: date | None = None
    market: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom it is owed to, as the rules see them."""

    audience: Audience
    heard_at: datetime
    volunteer: bool = False
    reachable: str = ""
    """Why nobody can be written to at all; nothing where somebody can."""
    wishes: Wishes = field(default_factory=Wishes)
    sent: Sequence[Sent] = ()
    peace: Peace = field(default_factory=Peace)


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again at that instant."""

    until: datetime
    why: str
    deferred: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """The one final state."""

    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes out as one message."""

    slot: Slot
    items: tuple[Item, ...]


Verdict = Wait | End


# --- when ---------------------------------------------------------------------------------------------------------------


def timing(item: Item, to: Recipient, calendar: Calendar, now: datetime) -> Verdict | None:
    """Whether this one may be said now; if not, until when it waits or why it ends."""
    for rule in (_wanted, _alive, _often_enough, _paused, _day, _harvest, _hours, _busy):
        verdict = rule(item, to, calendar, now)
        if verdict is not None:
            return verdict
    return None


def later(item: Item, until: datetime, why: str, deferred: int | None = None) -> Verdict:
    """Wait, if it will still be worth saying then."""
    if until >= item.expires_at:
        return End(FINAL.get(why, "expired"), why)
    return Wait(until, why, item.deferred if deferred is None else deferred)


def _wanted(item: Item, to: Recipient, _calendar: Calendar, _now: datetime) -> Verdict | None:
    if to.reachable:
        return End(FINAL.get(to.reachable, "cleared"), to.reachable)
    if to.wishes.stopped:
        return End("muted", "stopped")
    return End("muted", "kind_muted") if item.kind.name in to.wishes.muted else None


def _alive(item: Item, _to: Recipient, _calendar: Calendar, now: datetime) -> Verdict | None:
    if now < item.expires_at:
        return None
    why = item.held or "late"
    return End(FINAL.get(why, "expired"), why)


def _often_enough(item: Item, to: Recipient, _calendar: Calendar, _now: datetime) -> Verdict | None:
    """Nobody is reminded of one thing more than three times without having asked again."""
    if to.audience is not Audience.CITIZEN:
        return None
    times = sum(1 for sent in to.sent if (sent.kind, sent.subject) == (item.kind.name, item.subject)
                and (item.asked_at is None or sent.at >= item.asked_at))
    return End("suppressed", "cap_subject") if times >= A_SUBJECT else None


def _paused(item: Item, to: Recipient, _calendar: Calendar, now: datetime) -> Verdict | None:
    today = local_day(now)
    for until, why in ((to.wishes.paused_until, "paused"), (to.peace.muted_until, "place_muted")):
        if until is not None and today < until:
            return later(item, instant(until, MORNING[to.audience]), why)
    return None


def _day(item: Item, to: Recipient, calendar: Calendar, now: datetime) -> Verdict | None:
    """Nothing on holidays but appointments made for that day; at Tết nothing at all, and afterwards not all at once."""
    today = local_day(now)
    if item.agreed and item.due_on == today and not calendar.is_tet(today):
        return None
    earliest = [rolled(item, on, calendar) for on in (local_day(item.due_at), today) if calendar.forbidden(on)]
    if not earliest or max(earliest) <= now:
        return None
    return later(item, max(earliest), "holiday")


def rolled(item: Item, on: date, calendar: Calendar) -> datetime:
    """When something due on a day off may be said."""
    first = calendar.next_working(on)
    if item.agreed and on < item.due_on < first and not calendar.is_tet(item.due_on):
        return instant(item.due_on, ROLLED)
    place = min(item.kind.urgency // 2, SPREAD - 1) if calendar.around_tet(on) else 0
    at = instant(calendar.after(first, place), ROLLED)
    return at if at < item.expires_at else instant(first, ROLLED)


def _harvest(item: Item, to: Recipient, _calendar: Calendar, now: datetime) -> Verdict | None:
    until = to.peace.harvest_until
    if until is None or not item.kind.leisurely or local_day(now) > until:
        return None
    return later(item, instant(until + timedelta(days=1), MORNING[to.audience]), "harvest")


def _hours(item: Item, to: Recipient, _calendar: Calendar, now: datetime) -> Verdict | None:
    """Quiet hours, the hours somebody wishes, and mornings of market days; wishes yield where it would be too late."""
    quiet = QUIET[to.audience]
    opens = opening(now, quiet)
    if item.kind.slot is not Slot.PING:
        market = MARKET if to.peace.market and not item.agreed else ()
        wished = opening(now, (*quiet, *HOURS.get(to.wishes.hours, ()), *(market if opens == now else ())))
        opens = wished if wished < item.expires_at else opens
    return later(item, opens, "quiet") if opens > now else None


def _busy(item: Item, to: Recipient, _calendar: Calendar, now: datetime) -> Verdict | None:
    """Never interrupt: half an hour later, at most twice, then with the next day's message."""
    if now - to.heard_at >= BUSY:
        return None
    if item.deferred < BUSY_WAITS:
        return later(item, now + BUSY_WAIT, "busy", item.deferred + 1)
    return later(item, tomorrow(now, to.audience), "busy", 0)


def opening(now: datetime, quiet: Iterable[tuple[time, time]]) -> datetime:
    """`now`, or the end of the quiet hours it falls into."""
    spans = tuple(quiet)
    moved = True
    while moved:
        moved = False
        for start, end in spans:
            if (after := _past(now, start, end)) > now:
                now, moved = after, True
    return now


def _past(now: datetime, start: time, end: time) -> datetime:
    local = now.astimezone(LOCAL)
    overnight = start > end
    if overnight and local.time() >= start:
        return instant(local.date() + timedelta(days=1), end)
    inside = local.time() < end if overnight else start <= local.time() < end
    return instant(local.date(), end) if inside else now


def closing(now: datetime, audience: Audience) -> datetime:
    """When the quiet hours begin next: a message that did not leave by then is too late today."""
    today = local_day(now)
    starts = [instant(today + timedelta(days=days), start) for start, _ in QUIET[audience] for days in (0, 1)]
    return min(start for start in starts if start > now)


def tomorrow(now: datetime, audience: Audience) -> datetime:
    return instant(local_day(now) + timedelta(days=1), MORNING[audience])


# --- how much -----------------------------------------------------------------------------------------------------------


def choose(items: Sequence[Item], to: Recipient, now: datetime) -> tuple[list[Bundle], list[tuple[Item, Verdict]]]:
    """Of all that may be said now: what goes out together, and what has to wait or ends."""
    ordered = sorted(items, key=lambda item: (item.kind.urgency, item.due_at, item.id))
    late = any(now - item.due_at >= OUTAGE for item in ordered)
    apart = () if late or to.audience is Audience.CITIZEN else (Slot.PING, Slot.WEEKLY)
    bundles: list[Bundle] = []
    others: list[tuple[Item, Verdict]] = []
    for item in (item for item in ordered if item.kind.slot in apart):
        if _full(item.kind.slot, to, now, sum(1 for bundle in bundles if bundle.slot is item.kind.slot)):
            others.append((item, End("suppressed", "cap_ping" if item.kind.slot is Slot.PING else "cap_week")))
        else:
            bundles.append(Bundle(item.kind.slot, (item,)))
    digest = [item for item in ordered if item.kind.slot not in apart]
    wait = _digest_wait(to, now) if digest else None
    if wait is not None:
        others += [(item, later(item, *wait)) for item in digest]
    elif digest:
        most = TOGETHER[to.audience]
        bundles.append(Bundle(Slot.DIGEST, tuple(digest[:most])))
        others += [(item, End("suppressed", "outage") if late else later(item, tomorrow(now, to.audience), "more_urgent"))
                   for item in digest[most:]]
    return bundles, others


def _full(slot: Slot, to: Recipient, now: datetime, more: int) -> bool:
    if slot is Slot.WEEKLY:
        return more + _messages(to, slot, now - timedelta(days=6)) >= 1
    allowed = PINGS if to.volunteer else 0
    return more + _messages(to, slot, instant(local_day(now), time(0))) >= allowed


def _digest_wait(to: Recipient, now: datetime) -> tuple[datetime, str] | None:
    """Until when no further message may go to somebody, and which limit says so."""
    midnight = instant(local_day(now), time(0))
    if _messages(to, Slot.DIGEST, midnight) >= A_DAY:
        return tomorrow(now, to.audience), "cap_day"
    if to.audience is Audience.CITIZEN:
        week = sorted({sent.message: sent.at for sent in to.sent if sent.at > now - timedelta(days=7)}.values())
        if len(week) >= A_WEEK:
            return opening(week[-A_WEEK] + timedelta(days=7, minutes=1), QUIET[to.audience]), "cap_week"
    return None


def _messages(to: Recipient, slot: Slot, since: datetime) -> int:
    return len({sent.message for sent in to.sent if sent.slot is slot and sent.at >= since})
