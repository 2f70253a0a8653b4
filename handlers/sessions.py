"""Mobile sessions near somebody: when the police, a telephone company or the commune come, and a note of it on request."""

from __future__ import annotations

from datetime import timedelta

from handlers.desk import Desk
from handlers.gathering import text
from handlers.look import Look
from handlers.screens import DIGITS, short
from handlers.talk import Choice
from storage import gatherings, preferences, residence
from storage.gatherings import GatheringKind, Meeting, RemindOfSession

AHEAD = timedelta(days=60)
SHOWN = 4


def near(look: Look, place_id: int | None = None) -> list[Meeting]:
    """The sessions to come in the commune (and hamlet) somebody told us of, or in the one asked about."""
    home = residence.home_of(look.rows, look.chat_id)
    place = place_id or (home.id if home else preferences.own(look.rows, look.chat_id).place_id)
    if place is None:
        return []
    hamlets = residence.served(look.rows, look.today)
    commune = next((hamlet.commune_id for hamlet in hamlets if hamlet.id == place), place)
    inside = [hamlet.id for hamlet in hamlets if hamlet.commune_id == commune]
    found = gatherings.between(look.rows, sorted({commune, *inside}), look.today, look.today + AHEAD)
    return [each for each in found if each.kind is GatheringKind.SESSION and each.begins > look.now]


def listed(desk: Desk, subject: str) -> None:
    """What comes, with a button to be told of each."""
    look, menu = desk.look, desk.choice("way.menu", "/menu", quiet=True)
    found = near(look, int(subject) if subject.isdigit() and len(subject) <= 9 else None)[:SHOWN]
    if not found:
        desk.say("sessions.none", desk.choice("menu.hours", "/hours"), desk.choice("menu.news", "/news"), menu)
        return
    lines = "\n\n".join(text(look, each) for each in found)
    desk.say("sessions.list", *(Choice(look.words.say("sessions.remind", day=f"{each.on.day}/{each.on.month}"),
                                       f"/session:{short(each.id)}") for each in found), menu, lines=lines)


def remind(desk: Desk, subject: str) -> None:
    """Somebody wants to be told of one of them."""
    known = bool(subject) and len(subject) <= 10 and subject.strip(DIGITS) == ""
    found = gatherings.meeting(desk.look.rows, int(subject, 36)) if known else None
    if found is None or found.kind is not GatheringKind.SESSION or found.state != "planned" or found.begins <= desk.look.now:
        desk.say("sessions.over", desk.choice("sessions.all", "/sessions"), desk.choice("way.menu", "/menu", quiet=True))
        return
    desk.answer.records.append(RemindOfSession(found.id))
    desk.say("sessions.will", desk.choice("upcoming.all", "/reminders"), desk.choice("way.menu", "/menu", quiet=True),
             venue=found.venue)
