"""What a day that passes does to a team's work: tasks become ready or fail, houses nobody goes to return to the pool."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot import notices
from bot.mind import Mind
from content.vietnam_time import local_day
from content.words import words
from handlers.look import Look
from handlers.visits.work_notice import returned
from storage import mail
from storage.hours.quiet_hours import opening
from storage.households import assignments, tasks
from storage.reading import Reading
from storage.reminding.reminder_kinds import Audience
from storage.reminding.reminder_rules import closing


def ripen(tx: Connection, now: datetime, after: int = 0) -> int:
    """A page of tasks as they stand today; where the next page begins, 0 at the end."""
    return tasks.pass_the_day(tx, now, local_day(now), after)


def take_back(tx: Connection, mind: Mind, now: datetime) -> int:
    """Houses nobody went to go back to the pool, at an hour when it may be told; how many members are told."""
    if opening(now, "member") > now:
        return 0
    idle = assignments.return_idle(tx, now, local_day(now))
    look = Look(Reading(tx), words(mind.language), mind.library, now, local_day(now), now, 0, hours=mind.hours,
                accounts=mind.limits, house=mind.language)
    for place, each in enumerate(idle):
        notices.post(tx, mind.limits, returned(look, each), f"idle:{each.person_id}:{int(now.timestamp())}:{place}:", now,
                     mail.REMINDER, closing(now, Audience.VOLUNTEER))
    return len(idle)
