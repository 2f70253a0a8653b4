"""Reminders that are due become messages: looked up, judged by the rules, worded, claimed and posted in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import Connection

from bot.channels.fitting import fit
from bot.mind import Mind
from bot.peace import peace
from content.words import words
from handlers.calendar import calendar
from handlers.look import Look
from handlers.reminders import reminder as wording
from handlers.talk import Message
from storage import mail
from storage.areas import residence
from storage.hours.calendar import DAY, Calendar
from storage.local_time import instant, local_day
from storage.reading import Reading
from storage.reminding import handover, preferences, reminders, unasked
from storage.reminding.doors import doors_of
from storage.reminding.reminder_kinds import Audience, Slot
from storage.reminding.reminder_rules import (
    TOGETHER,
    Bundle,
    End,
    Item,
    Recipient,
    Sent,
    Verdict,
    Wait,
    choose,
    closing,
    timing,
)
from storage.reminding.reminders import Carried, Door
from storage.reminding.ways import another_way, way_to, why_not_unasked
from storage.teams import people

AT_ONCE = 25
"""People looked at in one transaction: replies to others wait no longer than that takes."""
SETTLED = 100
"""Reminders whose fate is written down in one transaction."""
Who = tuple[str, int]
LEADS = {"leader", "commune_officer", "admin"}


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody who is owed something, with all that the rules and the words need."""

    doors: Sequence[Door]
    door: Door
    to: Recipient
    owed: Sequence[Item]
    who: people.Who | None


@dataclass(frozen=True, slots=True)
class Round:
    """One look at what is due."""

    tx: Connection
    rows: Reading
    mind: Mind
    now: datetime
    calendar: Calendar


def send_due(tx: Connection, mind: Mind, now: datetime, *, settle: bool = True) -> int:
    """Turn reminders whose hour has come into messages; how many chats were looked at. First what became of earlier ones."""
    if not reminders.alone(tx):
        return 0
    rows = Reading(tx)
    this = Round(tx, rows, mind, now, calendar(rows))
    if settle:
        settle_sent(tx, mind, now)
    looked_at, due = reminders.due_people(tx, now, AT_ONCE)
    for case in _cases(this, due):
        _remind(this, case)
    return looked_at


def settle_sent(tx: Connection, mind: Mind, now: datetime) -> int:
    """Write down what became of messages that carried reminders; how many."""
    if not reminders.alone(tx):
        return 0
    rows = Reading(tx)
    this = Round(tx, rows, mind, now, calendar(rows))
    found = reminders.carried(rows, SETTLED)
    for each in found:
        if each.fate != "failed":
            _went(this, each)
        elif each.problem == reminders.TOO_LATE and each.item.expires_at > this.now:
            reminders.owe_again(this.tx, each.item.id, Wait(this.now, "channel_down"))
        elif each.problem == reminders.TOO_LATE:
            reminders.finish(this.tx, each.item.id, "expired", "channel_down", this.now)
        elif _another(this, each):  # surely not said, and somebody can be reached elsewhere
            reminders.owe_again(this.tx, each.item.id, Wait(this.now, "other_way"))
        else:
            reminders.finish(this.tx, each.item.id, "failed", "blocked" if each.problem == "blocked" else "refused", this.now)
            handover.hand_over(this.tx, [each.item], this.now, local_day(this.now))
    return len(found)


def _another(this: Round, each: Carried) -> bool:
    """Whether the chat it went to is closed to us now (blocked, its window over, its account in trouble) and another is open."""
    doors = doors_of(this.rows, [each.chat_id]).get(each.chat_id, [])
    closed = any(door.chat_id == each.chat_id and _is_closed(this, door) for door in doors)
    return (closed and each.item.expires_at > this.now
            and another_way(this.rows, this.mind.limits, doors, each.chat_id, this.now) is not None)


def _is_closed(this: Round, door: Door) -> bool:
    allowed = this.mind.limits.get(door.account)
    return door.state != "active" or (
        allowed is not None and bool(why_not_unasked(this.rows, door.account, allowed, door.heard_at, this.now)))


def _went(this: Round, each: Carried) -> None:
    """It was said (as far as anybody can know): the next one of its subject is owed, or people go on."""
    reminders.finish(this.tx, each.item.id, "sent", "" if each.fate == "sent" else "unknown", each.at)
    if not reminders.repeat(this.tx, each.item, this.calendar):
        handover.given_up(this.tx, each.item, this.now, local_day(this.now))


def _cases(this: Round, groups: Mapping[Who, Sequence[Door]]) -> list[Case]:
    """Everything about these people in a handful of statements."""
    chats = [door.chat_id for doors in groups.values() for door in doors]
    today = local_day(this.now)
    owed: dict[int, list[Item]] = {}
    for item in reminders.owed(this.rows, chats, instant(today + DAY, time(0))):
        owed.setdefault(item.chat_id, []).append(item)
    subjects = {item.subject for items in owed.values() for item in items}
    lately = this.now - timedelta(days=8)
    said = reminders.sent(this.rows, chats, sorted(subjects), lately)
    others = unasked.others(this.rows, chats, lately)
    wished = preferences.settings(this.rows, chats)
    lived_in = residence.homes(this.rows, chats)
    known = people.who(this.rows, [id_ for kind, id_ in groups if kind == "person"], today)
    cases = []
    for (kind, id_), doors in groups.items():
        who = known.get(id_) if kind == "person" else None
        door, trouble = way_to(this.rows, this.mind.limits, doors, this.now)
        mine = [door.chat_id for door in doors]
        settings = [wished[chat] for chat in mine if chat in wished]
        roles = {service.role for service in who.serves} if who else set()
        audience = Audience.LEADER if roles & LEADS else Audience.VOLUNTEER if roles else Audience.CITIZEN
        chosen = [*(lived_in[chat] for chat in mine if chat in lived_in), *(each.place_id for each in settings if each.place_id)]
        places = [service.place_id for service in who.serves] if roles and who else chosen
        to = Recipient(audience, max(door.heard_at for door in doors), "volunteer" in roles, trouble,
                       preferences.together(settings), _said(mine, said, others if audience is Audience.CITIZEN else {}),
                       peace(this.rows, places, today))
        cases.append(Case(doors, door, to, [item for chat in mine for item in owed.get(chat, ())], who))
    return cases


def _said(chats: Sequence[int], *several: Mapping[int, Sequence[Sent]]) -> list[Sent]:
    """All that counts as said to somebody; what a team is told by its leader does not count against its work."""
    return [one for said in several for chat in chats for one in said.get(chat, ())]


def _remind(this: Round, case: Case) -> None:
    """All that is owed to one person: judged, worded and sent together."""
    due = [item for item in case.owed if item.due_at <= this.now]
    ready, waiting = _judged(this, case, due)
    _keep(this, case, waiting)
    look = Look(this.rows, words(case.door.language or this.mind.language), this.mind.library, this.now, local_day(this.now),
                this.now, case.door.chat_id, case.who)
    worded = _worded(this, look, ready)
    bundles, others = choose([item for item in ready if item.id in worded], case.to, this.now)
    _keep(this, case, others)
    for bundle in bundles:
        _send(this, case, look, _with_later_today(this, case, look, bundle, worded), worded)


def _judged(this: Round, case: Case, items: Sequence[Item]) -> tuple[list[Item], list[tuple[Item, Verdict]]]:
    judged = [(item, timing(item, case.to, this.calendar, this.now)) for item in items]
    return ([item for item, verdict in judged if verdict is None],
            [(item, verdict) for item, verdict in judged if verdict is not None])


def _worded(this: Round, look: Look, items: Sequence[Item]) -> dict[int, Message]:
    """The words of what still holds; what does not is cleared."""
    worded: dict[int, Message] = {}
    for item in items:
        message = wording.worded(item, look)
        if message is None:
            reminders.finish(this.tx, item.id, "cleared", "nothing_left", this.now)
        else:
            worded[item.id] = message
    return worded


def _with_later_today(this: Round, case: Case, look: Look, bundle: Bundle, worded: dict[int, Message]) -> Bundle:
    """The day's one message also says what would have come later in the day."""
    room = TOGETHER[case.to.audience] - len(bundle.items)
    if bundle.slot is not Slot.DIGEST:
        return bundle
    later = [item for item in case.owed if item.due_at > this.now and item.kind.slot is Slot.DIGEST]
    ready, _ = _judged(this, case, later[:max(0, room)])
    worded |= _worded(this, look, ready)
    return replace(bundle, items=(*bundle.items, *(item for item in ready if item.id in worded)))


def _keep(this: Round, case: Case, verdicts: Sequence[tuple[Item, Verdict]]) -> None:
    for item, verdict in verdicts:
        if isinstance(verdict, End):
            reminders.finish(this.tx, item.id, verdict.state, verdict.why, this.now)
        else:
            reminders.put_off(this.tx, item.id, verdict)
    lost = [item for item, verdict in verdicts if isinstance(verdict, End) and verdict.why in ("blocked", "no_way")]
    if lost:
        handover.hand_over(this.tx, lost, this.now, local_day(this.now))


def _send(this: Round, case: Case, look: Look, bundle: Bundle, worded: dict[int, Message]) -> None:
    key = f"re:{bundle.slot[0]}:{bundle.items[0].id}:{bundle.items[0].ordinal}:{this.now.timestamp():.0f}"
    mine = [item for item in bundle.items if reminders.claim(this.tx, item.id, key, this.now)]
    if not mine:
        return
    until = min([closing(this.now, case.to.audience), *(item.expires_at for item in mine)])
    message = wording.together([worded[item.id] for item in mine], look)
    parts = fit(message, this.mind.limits[case.door.account]) if case.door.account in this.mind.limits else [message]
    if message.choices:  # where choices are typed, a number means this list from now on
        mail.add_shown(this.tx, case.door.chat_id, [choice.shown() for choice in message.choices])
    keys = [*(f"{key}:{n}" for n in range(1, len(parts))), key]  # the last part, with the buttons, tells the fate of all
    mail.post(this.tx, [{"key": key, "account": case.door.account, "chat_id": case.door.chat_id, "lane": mail.REMINDER,
                         "policy": part.policy.value,
                         "parcel": replace(part, since=this.now.timestamp(), until=until.timestamp()).pack(),
                         "created_at": this.now} for key, part in zip(keys, parts, strict=True)])
