"""“Vì sao không nhắc?”: every reminder that did not come, or still waits, with its reason in words."""

from __future__ import annotations

from datetime import timedelta

from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.look import Look
from storage import people, preferences, reminders
from storage.reminders import Fate

LATELY = timedelta(days=30)
SHOWN = 10


def why(desk: Desk, _subject: str) -> None:
    """Somebody's own reminders, and for a leader those of their team."""
    look = desk.look
    words = look.words
    mine = people.chats(look.rows, [look.person.id]) if look.person else {look.chat_id: ""}
    team = _team(look) if look.may(Action.SEE_REMINDERS) > Scope.OWN else {}
    found = reminders.fates(look.rows, [look.chat_id, *mine], {chat: label for chat, label in team.items() if chat not in mine},
                            look.now - LATELY, SHOWN)
    menu = desk.choice("way.menu", "/menu")
    stopped = preferences.own(look.rows, look.chat_id).wishes.stopped
    again = (desk.choice("reminder.again", "/unquiet"),) if stopped else ()
    if not found:
        desk.say("why.stopped" if stopped else "why.nothing", *again, menu)
        return
    desk.say("why.list", *again, menu, lines="\n".join(_line(look, fate) for fate in found),
             more=words.say("why.stopped") if stopped else "")


def _team(look: Look) -> dict[int, str]:
    """The chats of those who serve where this person leads."""
    places = [service.place_id for service in look.services(Action.SEE_REMINDERS)]
    return people.chats_serving(look.rows, places, look.today)


def _line(look: Look, fate: Fate) -> str:
    words = look.words
    reason = words.say(f"why.reason.{fate.reason or 'waiting'}")
    what = words.say(f"reminder.kind.{fate.kind}")
    whose = "" if fate.own else f" ({fate.person})"
    return words.say("why.line", day=words.day(fate.due_on), what=what, whose=whose, state=words.say(f"why.state.{fate.state}"),
                     reason=reason)
