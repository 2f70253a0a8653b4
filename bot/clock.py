"""The clock: every minute it looks for reminders whose hour has come. It only wakes us; what is owed stands in rows."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from bot.store import Store, out_of_reach
from bot.turn import Mind
from content.vietnam_time import instant, local_day
from content.words import words
from handlers import reminder as wording
from handlers.look import Look
from storage import coverage_snapshots, mail, people, proposals, reminders
from storage.reading import Reading
from storage.reminders import Due

log = logging.getLogger(__name__)
AT_ONCE = 200
BUSY = timedelta(minutes=10)
"""Somebody who wrote so recently is in the middle of something."""
LATER = timedelta(minutes=30)
KEEP_LETTERS = timedelta(days=7)


class Clock:
    """Ticks."""

    def __init__(self, store: Store, mind: Mind, posted: Callable[[], None]) -> None:
        self._store, self._mind, self._posted = store, mind, posted
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        for job, every in ((self.tick, {"minutes": 1}), (self._tidy, {"hours": 6}), (self.count_days, {"minutes": 20})):
            self._scheduler.add_job(job, "interval", **every, misfire_grace_time=None, coalesce=True, max_instances=1,
                                    next_run_time=datetime.now(UTC) + timedelta(seconds=2))
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def tick(self) -> None:
        """Send what is due now."""
        try:
            while await self._store.write(lambda tx: send_due(tx, self._mind, datetime.now(UTC))) >= AT_ONCE:
                self._posted()
        except Exception as error:
            if not out_of_reach(error):
                raise
            log.error("the database is out of reach: %s", type(error).__name__)
        self._posted()

    async def count_days(self) -> None:
        """Keep what is known of the days that have ended: soon after midnight, or whenever we are back."""
        today = local_day(datetime.now(UTC))
        while await self._store.write(lambda tx: coverage_snapshots.catch_up(tx, today)):
            pass

    async def _tidy(self) -> None:
        """What people wrote is not kept longer than it is needed."""
        await self._store.write(lambda tx: mail.forget_old_letters(tx, datetime.now(UTC) - KEEP_LETTERS))
        await self._store.write(lambda tx: proposals.forget_late(tx, datetime.now(UTC)))


def send_due(tx: Connection, mind: Mind, now: datetime) -> int:
    """Turn reminders whose hour has come into messages, one a chat; how many were looked at."""
    due = reminders.due(tx, now, AT_ONCE)
    by_chat: dict[int, list[Due]] = defaultdict(list)
    for each in due:
        by_chat[each.chat_id].append(each)
    known = people.who(Reading(tx), [each.person_id for each in due if each.person_id], local_day(now))
    for chat_id, owed in by_chat.items():
        _remind(tx, mind, now, chat_id, owed, known.get(owed[0].person_id or 0))
    return len(due)


def _remind(tx: Connection, mind: Mind, now: datetime, chat_id: int, owed: Sequence[Due], who: people.Who | None) -> None:
    """All that is owed to one chat: one message at most, at an hour when it is welcome."""
    expired = [each.id for each in owed if each.expires_at <= now]
    reminders.finish(tx, expired, "expired", "its time was over", now)
    owed = [each for each in owed if each.id not in expired]
    if not owed:
        return
    if owed[0].chat_state != "active":
        reminders.finish(tx, [each.id for each in owed], "cleared", f"the chat is {owed[0].chat_state}", now)
        return
    wait = _wait(tx, now, chat_id, owed[0], "member" if who and who.serves else "citizen")
    if wait is not None:
        for each in owed:
            reminders.put_off(tx, each.id, wait)
        return
    rows = Reading(tx)
    look = Look(rows, words(owed[0].language or mind.language), mind.library, now, local_day(now), now, chat_id, who)
    worded = [(each, wording.worded(each, look)) for each in owed]
    reminders.finish(tx, [each.id for each, message in worded if message is None], "cleared", "nothing left to do", now)
    said = [(each, message) for each, message in worded if message is not None]
    if not said:
        return
    reminders.finish(tx, [each.id for each, _ in said], "sent", "", now)
    message = wording.together([message for _, message in said], look)
    mail.post(tx, [{"key": f"re:{said[0][0].id}", "account": owed[0].account, "chat_id": chat_id, "lane": mail.REMINDER,
                    "policy": message.policy.value, "parcel": message.pack(), "created_at": now}])
    for each, _ in said:
        _next(tx, each)


def _wait(tx: Connection, now: datetime, chat_id: int, due: Due, audience: str) -> datetime | None:
    """Until when to put it off: quiet hours, somebody in the middle of something, one message a day."""
    opens = reminders.opening(now, audience)
    if opens > now:
        return opens
    if now - due.heard_at < BUSY:
        return now + LATER
    today = local_day(now)
    if reminders.sent_since(Reading(tx), chat_id, instant(today, 0)):
        return instant(today + timedelta(days=1), 7, 30)
    return None


def _next(tx: Connection, sent: Due) -> None:
    """A guide left unfinished is recalled three times, further and further apart, and then never again."""
    if sent.kind == reminders.UNFINISHED_GUIDE and sent.ordinal < len(reminders.GUIDE_AFTER):
        days = reminders.GUIDE_AFTER[sent.ordinal] - reminders.GUIDE_AFTER[sent.ordinal - 1]
        on = local_day(sent.due_at) + timedelta(days=days)
        reminders.remind(tx, sent.kind, sent.subject, sent.chat_id, on, sent.ordinal + 1)
