"""Every minute: looking after requests for help, telling leaders what people say, asking households after a visit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot import notices
from bot.mind import Mind
from content.vietnam_time import local_day
from content.words import words
from handlers.calendar import calendar
from handlers.help.feedback import told
from handlers.help.help_care import care
from handlers.help.help_request import awake
from handlers.look import Look
from handlers.visits.confirm import question
from storage import erasure, mail
from storage.helping import feedback, help_requests
from storage.hours.quiet_hours import opening
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import unasked
from storage.reminding.reminder_kinds import Audience
from storage.reminding.reminder_rules import closing
from storage.work import confirmations

AT_ONCE = 50


def tend(tx: Connection, mind: Mind, now: datetime, after: int = 0) -> int:
    """Look after a page of live requests, from the one after `after`; the last one's id, 0 at the end."""
    look = _look(tx, mind, now)
    rows = look.rows
    page = help_requests.live(rows, after, AT_ONCE)
    for request in page:
        done = care(look, request)
        for thing in done.records:
            record(thing, tx, Context(now, look.today, request.citizen.chat_id, None, "clock"))
            rows.forget()
        notices.post(tx, mind.limits, done.notices, f"help:{request.id}:{int(now.timestamp())}:", now)
    return page[-1].id if len(page) == AT_ONCE else 0


def pass_on(tx: Connection, mind: Mind, now: datetime) -> None:
    """What waits to be told, at an hour when it is welcome: feedback to leaders, the question after a visit to households.

    And who asked to be forgotten is, once the last answer has left."""
    erasure.finish(tx, now)
    look = _look(tx, mind, now)
    if awake(look):
        _tell_leaders(tx, mind, look)
    if opening(now, "citizen") <= now and not calendar(look.rows).forbidden(look.today):
        waiting = confirmations.to_ask(look.rows, now, look.today, AT_ONCE)
        full = unasked.had_enough(tx, [whom.chat_id for whom in waiting], now)
        for whom in waiting:
            if whom.account in mind.limits and whom.chat_id not in full:
                full[whom.chat_id] = "cap_day"
                number = confirmations.ask(tx, whom, now)
                notices.post(tx, mind.limits, [question(look, whom, number)], f"hw:{number}:", now, mail.REMINDER,
                             closing(now, Audience.CITIZEN))


def _tell_leaders(tx: Connection, mind: Mind, look: Look) -> None:
    until = closing(look.now, Audience.VOLUNTEER)
    feedback.tell_again(tx, look.now)
    said = feedback.untold(look.rows, AT_ONCE)
    for each in said:
        notices.post(tx, mind.limits, told(look, each), feedback.notice(each.id, look.now), look.now, mail.REMINDER, until)
    feedback.told(tx, [each.id for each in said], look.now)


def _look(tx: Connection, mind: Mind, now: datetime) -> Look:
    return Look(Reading(tx), words(mind.language), mind.library, now, local_day(now), now, 0, hours=mind.hours,
                accounts=mind.limits, house=mind.language)
