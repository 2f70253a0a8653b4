"""Feeding broadcasts into the outbox, a few seconds' worth at a time, and showing how far they are in one edited message."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bot import notices
from bot.mind import Mind
from bot.peace import peace
from bot.store import Store, out_of_reach
from content.vietnam_time import local_day
from content.words import words
from handlers.announcements.broadcast import as_received, progress
from handlers.calendar import calendar
from handlers.help.reaching import open_to
from handlers.look import Look
from handlers.talk import Notice
from storage import mail, talks
from storage.announcing import broadcasts
from storage.announcing.broadcast_rules import News, Reader, leaves_before, verdict
from storage.announcing.broadcasts import Kind, Next, Sending, State
from storage.areas import residence
from storage.helping import duty
from storage.helping.duty import Address
from storage.reading import Reading
from storage.reminding import preferences, rhythms, unasked
from storage.reminding.doors import doors_of
from storage.reminding.reminder_rules import BUSY, End, Verdict, Wait
from storage.reminding.reminders import Door
from storage.reminding.ways import ANNOUNCEMENTS, another_way, why_not_unasked

log = logging.getLogger(__name__)
EVERY = 1.0
"""Seconds between two looks while something is being sent."""
IDLE = 5.0
AHEAD = 3.0
"""Seconds' worth of messages that stand in the outbox: enough that sending never pauses, few enough that a stop is soon felt."""
MOST = 500
SHOW_EVERY = timedelta(seconds=4)


class Broadcasting:
    """Looks for broadcasts to send, and keeps the outbox supplied."""

    def __init__(self, store: Store, mind: Mind, posted: Callable[[], None]) -> None:
        self._store, self._mind, self._posted = store, mind, posted
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Until `stop`."""
        while not self._stopping.is_set():
            pause = IDLE
            try:
                if await self._store.read(broadcasts.any_running):
                    if await self._store.write(lambda tx: feed(tx, self._mind, datetime.now(UTC))):
                        self._posted()
                    pause = EVERY
            except Exception as error:
                if not out_of_reach(error):
                    raise
                log.error("the database is out of reach: %s", type(error).__name__)
            try:
                await asyncio.wait_for(self._stopping.wait(), pause)
            except TimeoutError:
                continue

    def stop(self) -> None:
        self._stopping.set()


def feed(tx: Connection, mind: Mind, now: datetime) -> int:
    """Put what may go now into the outbox; how many messages."""
    made = 0
    for sending in broadcasts.running(tx):
        if sending.state is State.APPROVED:
            broadcasts.begin(tx, sending, local_day(now), list(mind.limits), now)
        if sending.state is not State.STOPPED:
            broadcasts.owe_again(tx, sending.id, now)
            if sending.expires_at <= now:
                broadcasts.skip_rest(tx, sending.id, "expired")
            else:
                _refused(tx, mind, sending, now)
                made += sum(_supply(tx, mind, sending, account, now) for account in mind.limits)
        made += _show(tx, mind, sending, now)
    return made


def _supply(tx: Connection, mind: Mind, sending: Sending, account: str, now: datetime) -> int:
    """The next recipients of an account, as many as there is room for."""
    ahead = min(MOST, int(mind.limits[account].per_second * AHEAD) + 1)
    room = ahead - broadcasts.on_their_way(tx, account, mail.BROADCAST)
    if room <= 0:
        return 0
    turn = broadcasts.upcoming(tx, sending.id, account, now, room)
    if not turn:
        return 0
    news = News(sending.kind is Kind.SCAM, sending.urgent, sending.started_at or now)
    welcome = _welcome(tx, mind, sending, news, account, turn, now)
    said = {language: as_received(_look(tx, mind, language, now), sending.kind, sending.words, sending.place)
            for language in {each.language or mind.language for each in welcome}}
    until = {member: leaves_before(news, member, sending.expires_at, now).timestamp() for member in (True, False)}
    broadcasts.post(tx, sending.id, [
        {"account": account, "chat_id": each.chat_id, "lane": mail.BROADCAST, "policy": message.policy.value,
         "parcel": replace(message, since=now.timestamp(), until=until[each.member]).pack(), "created_at": now}
        for each in welcome for message in (said[each.language or mind.language],)], now)
    return len(turn)


def _welcome(tx: Connection, mind: Mind, sending: Sending, news: News, account: str, turn: Sequence[Next], now: datetime
             ) -> list[Next]:
    """Who may be written to now. The others are left out for good or wait, with the reason kept."""
    rows, days = Reading(tx), calendar(Reading(tx))
    readers = _readers(tx, rows, mind, news, account, turn, now)
    judged = {each.chat_id: verdict(news, readers[each.chat_id], days, now) for each in turn}
    gone = [each for each in turn if isinstance(judged[each.chat_id], End) and each.member and readers[each.chat_id].unreachable]
    elsewhere = _elsewhere(rows, mind, sending, [each.chat_id for each in gone], now)
    broadcasts.reroute(tx, sending.id, elsewhere)
    for found, chats in _alike({id_: found for id_, found in judged.items() if found and id_ not in elsewhere}).items():
        if isinstance(found, Wait):
            broadcasts.wait(tx, sending.id, chats, found.until, found.why)
        else:
            broadcasts.skip(tx, sending.id, chats, found.why)
    return [each for each in turn if judged[each.chat_id] is None]


def _alike(judged: Mapping[int, Verdict]) -> dict[Verdict, list[int]]:
    """Those of whom the same holds, together."""
    found: dict[Verdict, list[int]] = {}
    for chat_id, each in judged.items():
        found.setdefault(each, []).append(chat_id)
    return found


def _readers(tx: Connection, rows: Reading, mind: Mind, news: News, account: str, turn: Sequence[Next], now: datetime
             ) -> dict[int, Reader]:
    """Everybody whose turn it is as the rules see them, in a handful of statements."""
    today, chats = local_day(now), [each.chat_id for each in turn]
    theirs = {id_: [door.chat_id for door in doors] for id_, doors in doors_of(rows, chats).items()}
    wished = preferences.settings(rows, sorted({id_ for ids in theirs.values() for id_ in ids}))
    lived_in = residence.homes(rows, chats)
    served = rhythms.places_served(rows, [each.person_id for each in turn if each.person_id is not None], today)
    citizens = [each.chat_id for each in turn if not each.member]
    full = {} if news.warning else unasked.had_enough(tx, citizens, now, yielding=True)
    talking = talks.touched_since(rows, chats, now - BUSY)
    limits = mind.limits[account]
    found = {}
    for each in turn:
        own = [wished[id_] for id_ in theirs[each.chat_id] if id_ in wished]
        places = served.get(each.person_id or 0, []) if each.member else [
            *([lived_in[each.chat_id]] if each.chat_id in lived_in else []), *(one.place_id for one in own if one.place_id)]
        closed = "window" if why_not_unasked(rows, account, limits, each.heard_at, now, ANNOUNCEMENTS) else ""
        found[each.chat_id] = Reader(
            each.member, "blocked" if each.state != "active" else closed, each.wants is False, preferences.together(own),
            peace(rows, places, today), full.get(each.chat_id, ""), each.chat_id in talking)
    return found


def _elsewhere(rows: Reading, mind: Mind, sending: Sending, members: Sequence[int], now: datetime) -> dict[int, Door]:
    """Where members can be written to instead. A citizen asked to be told in one chat, and is told there or not at all."""
    doors = doors_of(rows, members)
    asked = {id_: [door for door in found if not broadcasts.has(rows, sending.id, door.chat_id)] for id_, found in doors.items()}
    ways = {id_: another_way(rows, mind.limits, found, id_, now, ANNOUNCEMENTS) for id_, found in asked.items()}
    return {id_: door for id_, door in ways.items() if door is not None}


def _refused(tx: Connection, mind: Mind, sending: Sending, now: datetime) -> int:
    """What a platform would not take (a window over, a quota, a block) goes to another chat of the same member, if there is one.

    Only what surely was not said: where nobody knows, it is never said again. How many took another way.
    """
    failed = broadcasts.refused(tx, sending.id, now, MOST)
    if not failed:
        return 0
    elsewhere = _elsewhere(Reading(tx), mind, sending, failed, now)
    broadcasts.reroute(tx, sending.id, elsewhere)
    broadcasts.wait(tx, sending.id, [chat_id for chat_id in failed if chat_id not in elsewhere], sending.expires_at, "refused")
    return len(elsewhere)


def _look(tx: Connection, mind: Mind, language: str, now: datetime) -> Look:
    return Look(Reading(tx), words(language), mind.library, now, local_day(now), now, 0, hours=mind.hours, accounts=mind.limits)


def _author(tx: Connection, mind: Mind, sending: Sending, now: datetime) -> tuple[Look, Address | None]:
    """Whoever wrote it, in a chat of theirs that may be written to, and how they look at it."""
    author = duty.address(Reading(tx), sending.chat_id)
    look = _look(tx, mind, author.language if author and author.language else mind.language, now)
    if author is None or author.state != "active" or author.account not in mind.limits:
        return look, None
    return look, next(iter(open_to(look, [author])), None)


def _show(tx: Connection, mind: Mind, sending: Sending, now: datetime) -> int:
    """Its progress, to whoever wrote it: one message, edited while it changes; the end of it is told in any case."""
    figures = broadcasts.figures(Reading(tx), sending.id)
    pending = figures.waiting > 0
    before = broadcasts.progress_message(tx, sending.id, sending.shown) if sending.shown else None
    under_way = before is not None and before[0] in ("new", "sending")
    fresh = sending.shown_at is not None and now - sending.shown_at < SHOW_EVERY
    if under_way or (pending and fresh):
        return 0
    state = sending.state if sending.state is State.STOPPED else State.SENDING if pending else State.DONE
    if not pending:
        if state is State.DONE and sending.expires_at > now and _refused(tx, mind, sending, now):
            return 0
        broadcasts.finish(tx, sending.id, state, now)
    look, author = _author(tx, mind, sending, now)
    same = author is not None and author.chat_id == sending.chat_id
    if author is None or (pending and not same):
        return 0  # where it was written is closed to us by now: elsewhere only the end of it is told
    may_edit = same and mind.limits[author.account].edits
    if before is not None and pending and not may_edit:
        return 0
    message = progress(look, replace(sending, state=state), figures)
    if before is not None and pending and message.text == before[2]:
        return 0  # nobody new got it: those who wait may wait for days
    if before is not None and may_edit:
        message = replace(message, edits=before[1])
    broadcasts.shown(tx, sending.id, sending.shown + 1, now)
    told = Notice(author.chat_id, author.account, author.ref, message)
    notices.show(tx, [told])
    mail.post(tx, notices.rows(mind.limits, [told], f"bp:{sending.id}:{sending.shown}:", now)[:1])
    return 1
