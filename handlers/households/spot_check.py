"""The households a leader asks again this week: drawn by lot, each a button to its card, where a wrong entry is corrected."""

from __future__ import annotations

from handlers.access import Action
from handlers.desk import Desk
from handlers.reports.summary import hamlets_of, place_of
from handlers.talk import Choice, Message, said
from storage.counting import campaigns
from storage.counting.behind import Behind
from storage.work import spot_checks


def spot_check(desk: Desk, subject: str) -> None:
    """This week's draw in a place where somebody leads."""
    look = desk.look
    look.require(Action.HAND_OUT)
    place_id = place_of(look, subject, Action.HAND_OUT)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if running is None or place_id is None:
        desk.say("summary.no_campaign", menu)
        return
    hamlets = {hamlet.id: hamlet.name for hamlet in hamlets_of(look, Action.HAND_OUT, place_id)}
    found = spot_checks.drawn(look.rows, running.goal, list(hamlets), look.today)
    ways = (desk.choice("way.back", f"/numbers:{place_id}", quiet=True), menu)
    if not found:
        desk.say("spot.nobody", *ways)
        return
    monday = spot_checks.week_of(look.today)
    screen = said(look.words.say("spot.check", count=len(found), since=look.words.day(monday)))
    names = hamlets if len(hamlets) > 1 else {}
    desk.send(Message(title=screen.title, text=screen.text, note=look.words.say("spot.fair"),
                      choices=(*(_home(desk, each, names.get(each.hamlet_id, "")) for each in found), *ways)))


def _home(desk: Desk, each: Behind, hamlet: str) -> Choice:
    number = desk.look.words.say("visit.household.number", number=each.number)
    return Choice(" · ".join(filter(None, (number, each.label, hamlet))), f"/card:{each.hamlet_id}.{each.number}")
