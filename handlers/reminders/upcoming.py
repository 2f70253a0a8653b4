"""“Lời nhắc của tôi”: what somebody will be reminded of, when, and in which words; each may be dropped or put on another day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from content.vietnam_time import local_day
from handlers.access import Action
from handlers.calendar import calendar
from handlers.days import ask_day, both
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.reminders.reminder import worded
from handlers.screens import numbered, short
from handlers.talk import Choice, Message, Refused
from storage.reminding import preferences, reminders
from storage.reminding.reminder_kinds import DOSSIER, FOLLOW_UP, UNFINISHED_GUIDE
from storage.reminding.reminder_rules import Item, rolled
from storage.teams import people

SHOWN = 8
LATEST = 90


@dataclass(frozen=True, slots=True)
class Coming:
    """Something somebody will be told: on which day at the earliest, and as it reads now."""

    item: Item
    on: date
    says: Message


def listed(desk: Desk, _subject: str) -> None:
    """The next reminders, each a button; what will not be said after all is not among them."""
    look, menu = desk.look, desk.choice("way.menu", "/menu", quiet=True)
    settings = desk.choice("upcoming.settings", "/settings")
    wishes = preferences.own(look.rows, look.chat_id).wishes
    found = [] if wishes.stopped else coming(look)
    if not found:
        again = (desk.choice("reminder.again", "/unquiet"),) if wishes.stopped else ()
        desk.say("why.stopped" if wishes.stopped else "upcoming.none", *again, settings, menu)
        return
    lines = "\n".join(look.words.say("upcoming.line", number=n, day=both(look.words, each.on, look.today), what=each.says.title,
                                     kind=look.words.say(f"reminder.kind.{each.item.kind.name}"))
                      for n, each in enumerate(found, start=1))
    paused = wishes.paused_until if wishes.paused_until and wishes.paused_until > look.today else None
    rest = "\n\n" + look.words.say("settings.now_paused", day=both(look.words, paused, look.today)) if paused else ""
    choices = [desk.choice("upcoming.look", f"/reminder:{short(each.item.id)}", number=n)
               for n, each in enumerate(found, start=1)]
    desk.say("upcoming.list", *choices, settings, menu, lines=lines, more=rest)


def coming(look: Look) -> list[Coming]:
    """What is owed to somebody in any chat of theirs, the first of each subject, as it would be said."""
    chats = sorted({look.chat_id, *(people.chats(look.rows, [look.person.id]) if look.person else ())})
    firsts: dict[tuple[str, str], Item] = {}
    for item in reminders.owed(look.rows, chats):
        firsts.setdefault((item.kind.name, item.subject), item)
    found: list[Coming] = []
    for item in firsts.values():
        if len(found) < SHOWN and (says := worded(item, look)) is not None:
            found.append(Coming(item, _day(look, item), says))
    return sorted(found, key=lambda each: (each.on, each.item.id))


def _day(look: Look, item: Item) -> date:
    """The day on which it may be said: a holiday is no day for it."""
    on, days = max(local_day(item.due_at), look.today), calendar(look.rows)
    kept = item.agreed and item.due_on == on and not days.is_tet(on)
    return on if kept or not days.forbidden(on) else local_day(rolled(item, on, days))


def one(desk: Desk, subject: str) -> None:
    """One reminder as it will read, and what may be done about it."""
    look = desk.look
    number = numbered(subject)
    found = next((each for each in coming(look) if each.item.id == number), None)
    if found is None:
        listed(desk, "")
        return
    item, says = found.item, found.says
    choices = [desk.choice("reminder.enough", f"/quiet:{item.kind.name}~{item.subject}")]
    if way := _another_day(item):
        choices.insert(0, desk.choice("upcoming.move", way))
    desk.say("upcoming.one", *choices, desk.choice("upcoming.all", "/reminders"), desk.choice("way.menu", "/menu", quiet=True),
             day=both(look.words, found.on, look.today), says="\n".join(filter(None, (says.title, says.text))))


def _another_day(item: Item) -> str:
    """The conversation in which somebody chooses another day, where that is theirs to choose."""
    if item.kind.name == FOLLOW_UP:
        return f"/postpone:{item.subject}"
    if item.kind.name == DOSSIER:
        return f"/redate:{short(int(item.subject.rpartition(':')[2]))}"
    return f"/later:{item.subject.removeprefix('run:')}" if item.kind.name == UNFINISHED_GUIDE else ""


def another_day(ask: Ask, look: Look) -> Done:
    """A guide that was left, on a day of somebody's choice."""
    subject = f"run:{look.subject}"
    mine = {each.item.subject for each in coming(look) if each.item.kind.name == UNFINISHED_GUIDE}
    if subject not in mine:
        raise Refused("reminder.nothing")
    on = ask_day(ask, look, "day", "later.day", least=1, most=LATEST).on
    return Done((reminders.PutOff(UNFINISHED_GUIDE, subject, on, agreed=False),), "later.done",
                blanks={"day": both(look.words, on, look.today)},
                choices=(Choice(look.words.say("upcoming.all"), "/reminders"),
                         Choice(look.words.say("way.menu"), "/menu", quiet=True)))


LATER = Dialogue("later", another_day, Action.SETTINGS)
