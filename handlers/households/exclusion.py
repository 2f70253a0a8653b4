"""A household is gone, somebody said: a second person decides whether it leaves the count."""

from __future__ import annotations

from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import pick
from handlers.reports.summary import hamlets_of, place_of
from handlers.talk import Choice, Refused
from storage.counting import behind, campaigns
from storage.counting.campaigns import Exclude, KeepListed
from storage.households import house_numbers

SHOWN = 20


def gone(desk: Desk, subject: str) -> None:
    """The households that wait for a decision, each a button."""
    look = desk.look
    look.require(Action.CONFIRM_EXCLUSION)
    place_id = place_of(look, subject)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if running is None or place_id is None:
        desk.say("summary.no_campaign", menu)
        return
    inside = hamlets_of(look, Action.CONFIRM_EXCLUSION, place_id)
    hamlets = {hamlet.id: hamlet.name for hamlet in inside}
    found = behind.reported_out(look.rows, running.goal, inside, SHOWN)
    if not found:
        desk.say("exclude.none", menu)
        return
    choices = [Choice(_named(look, each.number, hamlets[each.hamlet_id]), f"/exclude:{each.hamlet_id}.{each.number}")
               for each in found]
    desk.say("exclude.waiting", *choices, menu)


def _named(look: Look, number: int, hamlet: str) -> str:
    return f"{look.words.say('visit.household.number', number=number)} · {hamlet}"


def exclude(ask: Ask, look: Look) -> Done:
    """Decide about one household, `hamlet.number`. Whoever made the report leaves the decision to somebody else."""
    place, _, number = look.subject.partition(".")
    hamlet = next((each for each in look.hamlets(Action.CONFIRM_EXCLUSION) if str(each.id) == place), None)
    home = house_numbers.home(look.rows, hamlet.id, int(number)) if hamlet and number.isdecimal() and len(number) <= 9 else None
    running = campaigns.of_place(look.rows, hamlet.id, look.today) if hamlet else None
    told = campaigns.report(look.rows, home.id) if home else None
    if hamlet is None or home is None or running is None or told is None:
        raise Refused("exclude.unknown")
    if look.person is None or told.reported_by == look.person.id:
        raise Refused("exclude.own_report")
    words = look.words
    decided = ask(pick("decide", "gone", "stays"),
        household=_named(look, home.number, hamlet.name), report=words.say(f"visit.outcome.{told.outcome}"),
        day=words.day(told.on))
    decision = Exclude(running.id, home.id) if decided == "gone" else KeepListed(running.id, home.id)
    return Done((decision,), "exclude.done" if decided == "gone" else "exclude.kept", blanks={"number": home.number},
                then=f"/gone:{hamlet.id}")


EXCLUDE = Dialogue("exclude", exclude, Action.CONFIRM_EXCLUSION)
