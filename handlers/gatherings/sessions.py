"""Mobile sessions near somebody: when the police, a telephone company or the commune come, and a note of it on request."""

from __future__ import annotations

from handlers.desk import Desk
from handlers.gatherings.gathering import text
from handlers.places import nearby
from handlers.screens import numbered, short
from handlers.talk import Choice
from storage.reminding import gatherings
from storage.reminding.gatherings import GatheringKind, RemindOfSession

SHOWN = 4


def listed(desk: Desk, subject: str) -> None:
    """What comes, with a button to be told of each."""
    look, menu = desk.look, desk.choice("way.menu", "/menu", quiet=True)
    found = nearby.sessions(look, int(subject) if subject.isdecimal() and len(subject) <= 9 else None)[:SHOWN]
    if not found:
        desk.say("sessions.none", desk.choice("menu.hours", "/hours"), desk.choice("menu.news", "/news"), menu)
        return
    lines = "\n\n".join(text(look, each) for each in found)
    desk.say("sessions.list", *(Choice(look.words.say("sessions.remind", day=f"{each.on.day}/{each.on.month}"),
                                       f"/session:{short(each.id)}") for each in found), menu, lines=lines)


def remind(desk: Desk, subject: str) -> None:
    """Somebody wants to be told of one of them."""
    found = gatherings.meeting(desk.look.rows, numbered(subject))
    if found is None or found.kind is not GatheringKind.SESSION or found.state != "planned" or found.begins <= desk.look.now:
        desk.say("sessions.over", desk.choice("sessions.all", "/sessions"), desk.choice("way.menu", "/menu", quiet=True))
        return
    desk.answer.records.append(RemindOfSession(found.id))
    desk.say("sessions.will", desk.choice("upcoming.all", "/reminders"), desk.choice("way.menu", "/menu", quiet=True),
             venue=found.venue)
