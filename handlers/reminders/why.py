"""“Vì sao không nhắc?”: whatever did not come, or still waits, with its reason in words; for those who lead, of their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from content.vietnam_time import local_day
from handlers.access import Action, Scope
from handlers.calendar import calendar
from handlers.desk import Desk
from handlers.help.help_request import awake
from handlers.look import Look
from storage.announcing import unsaid
from storage.announcing.unsaid import Tally, Unsaid
from storage.reminding import preferences, reminders
from storage.reminding.reminder_kinds import KINDS
from storage.reminding.reminders import Fate
from storage.teams import people

LATELY = timedelta(days=30)
SHOWN, COUNTED = 10, 8


def why(desk: Desk, _subject: str) -> None:
    """What somebody did not get; for a leader also what their team did not, and how many of the people living there."""
    look = desk.look
    words = look.words
    mine = {look.chat_id, *(people.chats(look.rows, [look.person.id]) if look.person else ())}
    leads = look.may(Action.SEE_REMINDERS) > Scope.OWN
    team = {chat: label for chat, label in (_team(look) if leads else {}).items() if chat not in mine}
    told = dict.fromkeys(_lines(look, mine, team))  # the evening and the morning of one gathering are told in one line
    lines = [line for _, line in sorted(told, key=lambda each: each[0], reverse=True)[:SHOWN]]
    counted = [_counted(look, tally) for tally in (_around(look, {*mine, *team}) if leads else [])[:COUNTED]]
    menu = desk.choice("way.menu", "/menu")
    stopped = preferences.own(look.rows, look.chat_id).wishes.stopped
    again = (desk.choice("reminder.again", "/unquiet"),) if stopped else ()
    if not lines and not counted:
        desk.say("why.stopped" if stopped else "why.nothing", *again, menu)
        return
    around = words.say("why.around", lines="\n".join(counted)) if counted else ""
    more = [words.say("why.stopped")] if stopped else []
    desk.say("why.list", *again, menu, lines="\n".join(lines or [words.say("why.nothing")]),
             more="\n".join(part for part in (around, *more) if part))


def _team(look: Look) -> dict[int, str]:
    """The chats of those who serve where this person leads."""
    places = [service.place_id for service in look.services(Action.SEE_REMINDERS)]
    return people.chats_serving(look.rows, places, look.today)


def _lines(look: Look, mine: set[int], team: Mapping[int, str]) -> list[tuple[date, str]]:
    """Reminders, announcements and notices that did not come, each with its day."""
    since, chats = look.now - LATELY, [*mine, *team]
    fates = reminders.fates(look.rows, sorted(mine), team, since, 2 * SHOWN)
    others = [*unsaid.announcements(look.rows, chats, since, SHOWN), *unsaid.notices(look.rows, chats, since, SHOWN)]
    return [*((fate.due_on, _line(look, fate)) for fate in fates),
            *((local_day(each.at), _other(look, each, team.get(each.chat_id, ""))) for each in others)]


def _line(look: Look, fate: Fate) -> str:
    return _told(look, fate.due_on, look.words.say(f"reminder.kind.{fate.kind}"), "" if fate.own else fate.person, fate.state,
                 fate.reason or "waiting")


def _other(look: Look, each: Unsaid, whose: str) -> str:
    return _told(look, local_day(each.at), look.words.say(f"why.what.{each.what}"), whose, each.state, each.reason)


def _told(look: Look, on: date, what: str, whose: str, state: str, reason: str) -> str:
    words = look.words
    return words.say("why.line", day=words.day(on), what=what, whose=f" ({whose})" if whose else "",
                     state=words.say(f"why.state.{state}"), reason=words.say(f"why.reason.{reason}"))


def _around(look: Look, without: set[int]) -> list[Tally]:
    """What the people of somebody's hamlets did not get, and requests that wait; counted, nobody named."""
    hamlets = [hamlet.id for hamlet in look.hamlets(Action.SEE_REMINDERS)]
    since = look.now - LATELY
    asleep = "" if awake(look) else "holiday" if calendar(look.rows).forbidden(look.today) else "quiet"
    waiting = [replace(each, reason=asleep) if asleep and each.reason == "nobody" else each
               for each in unsaid.requests(look.rows, hamlets, since)]
    return [*waiting, *unsaid.citizens(look.rows, hamlets, sorted(without), since)] if hamlets else []


def _counted(look: Look, tally: Tally) -> str:
    words = look.words
    what = words.say(f"reminder.kind.{tally.what}" if tally.what in KINDS else f"why.what.{tally.what}")
    return words.say("why.counted", what=what, count=words.number(tally.count), state=words.say(f"why.state.{tally.state}"),
                     reason=words.say(f"why.reason.{tally.reason}"))
