"""Looking after requests for help every minute: each in a transaction of its own, so that one waits for no other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot import notices
from bot.turn import Mind
from content.vietnam_time import local_day
from content.words import words
from handlers.help_care import care
from handlers.look import Look
from storage import help_requests
from storage.reading import Reading
from storage.record import Context, record

AT_ONCE = 50


def tend(tx: Connection, mind: Mind, now: datetime, after: int = 0) -> int:
    """Look after a page of live requests, from the one after `after`; the last one's id, 0 at the end."""
    rows = Reading(tx)
    look = Look(rows, words(mind.language), mind.library, now, local_day(now), now, 0, hours=mind.hours, accounts=mind.limits)
    page = help_requests.live(rows, after, AT_ONCE)
    for request in page:
        done = care(look, request)
        for thing in done.records:
            record(thing, tx, Context(now, look.today, request.citizen.chat_id, None, "clock"))
            rows.forget()
        notices.post(tx, mind.limits, done.notices, f"help:{request.id}:{int(now.timestamp())}:", now)
    return page[-1].id if len(page) == AT_ONCE else 0
