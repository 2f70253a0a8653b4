"""Today's list "Hôm nay đi đâu": a page of houses on the phone, each one tap from its log, and the same list on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.access import Action, Scope
from handlers.days import ask_day, both
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, pick
from handlers.rounds.promised import promised_choice, promised_lines
from handlers.screens import short
from handlers.talk import Choice, Message, Refused
from handlers.visits.visit import which_hamlet
from storage.areas.places import Hamlet
from storage.counting import campaign_goals
from storage.outcomes import Barrier
from storage.work import promised
from storage.work import today as lists
from storage.work.promised import Promised
from storage.work.today import Stop, Why

PAGE = 8
FROM_LIST = "~"
"""Before a household's number in `/visit:`: after the log the list comes back."""


def today(desk: Desk, subject: str) -> None:
    """A page of the list (`<hamlet>.<page>`, and the house just logged); without a hamlet, the only one or a choice."""
    look = desk.look
    look.require(Action.SEE_HOUSEHOLDS)
    hamlets = look.hamlets(Action.SEE_HOUSEHOLDS)
    wanted, page, logged = (*subject.split("."), "", "", "")[:3]
    here = next((hamlet for hamlet in hamlets if str(hamlet.id) == wanted), hamlets[0] if len(hamlets) == 1 else None)
    if not hamlets:
        raise Refused("visit.no_hamlet")
    if here is None:
        desk.say("today.hamlet", *(Choice(hamlet.name, f"/today:{hamlet.id}") for hamlet in hamlets),
                 desk.choice("way.menu", "/menu", quiet=True))
        return
    stops = [stop for stop in stops_of(look, here) if str(stop.number) != logged]  # its visit is written after this is shown
    waiting = [each for each in promised.promised(look.rows, here.id, look.today, alone(look))
               if f"p{short(each.request_id)}" != logged]
    desk.send(_page(look, here, waiting, stops, int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 0))


def stops_of(look: Look, hamlet: Hamlet) -> list[Stop]:
    """The list as somebody sees it: a leader's holds every house, a member's those of others not."""
    goal = campaign_goals.goal(look.rows, [hamlet.id, hamlet.commune_id], look.today)
    return lists.plan(look.rows, hamlet.id, goal, look.today, alone(look))


def alone(look: Look) -> int | None:
    """The member whose own list it is; None for whoever sees the whole hamlet's."""
    return look.person.id if look.person is not None and look.may(Action.HAND_OUT) is Scope.NOWHERE else None


def _page(look: Look, hamlet: Hamlet, waiting: Sequence[Promised], stops: list[Stop], page: int) -> Message:
    """The promised visits stand before everything else, on the first page."""
    words = look.words
    menu = Choice(words.say("way.menu"), "/menu", quiet=True)
    first = waiting if page == 0 else ()
    if not stops and not first:
        return Message(title=words.say("today.title", hamlet=hamlet.name), text=words.say("today.nothing"), choices=(menu,))
    page = min(page, max(0, len(stops) - 1) // PAGE)
    shown = stops[page * PAGE:(page + 1) * PAGE]
    ways = [Choice(words.say("today.more"), f"/today:{hamlet.id}.{page + 1}")] if (page + 1) * PAGE < len(stops) else []
    ways += [Choice(words.say("today.paper"), f"/paper:{hamlet.id}"), menu]
    lines = [*(promised_lines(look, each) for each in first), *(_line(look, stop) for stop in shown)]
    count = words.say("today.count", shown=len(shown), count=len(stops)) if stops else words.say("today.only_promised")
    houses = (*(promised_choice(look, each) for each in first), *(_house(look, hamlet, stop) for stop in shown))
    return Message(title=words.say("today.title", hamlet=hamlet.name), text="\n".join((count, "", *lines)),
                   choices=(*houses, *ways),
                   note=words.say("today.note"))


def _line(look: Look, stop: Stop) -> str:
    words = look.words
    parts = [words.say("visit.household.number", number=stop.number), words.say(f"today.why.{stop.why}")]
    if stop.barrier:
        parts.append(words.say(f"visit.barrier.{stop.barrier}"))
    elif stop.outcome and stop.why is Why.OVERDUE:
        parts.append(words.say(f"visit.outcome.{stop.outcome}"))
    return " · ".join([*parts, *([stop.lane] if stop.lane else [])])


def _house(look: Look, hamlet: Hamlet, stop: Stop) -> Choice:
    """One tap to its log, and back to the list afterwards."""
    number = look.words.say("visit.household.number", number=stop.number)
    return Choice(f"{number} · {stop.label}" if stop.label else number, f"/visit:{hamlet.id}.{FROM_LIST}{stop.number}")


def paper(desk: Desk, subject: str) -> None:
    """The list to print: drawn when it is sent, for a hamlet somebody may see."""
    desk.look.require(Action.SEE_HOUSEHOLDS)
    here = next((each for each in desk.look.hamlets(Action.SEE_HOUSEHOLDS) if str(each.id) == subject), None)
    if here is None:
        today(desk, "")
        return
    words = desk.look.words
    desk.send(Message(text=words.say("today.printed", hamlet=here.name),
                      document=f"list:{words.language}:{here.id}:{alone(desk.look) or 0}:{desk.look.today.isoformat()}",
                      choices=(desk.choice("today.back", f"/today:{here.id}"), desk.choice("way.menu", "/menu", quiet=True))))


# --- a barrier that can be solved -------------------------------------------------------------------------------------------


def announce(ask: Ask, look: Look) -> Done:
    """A leader says from which day a barrier can be solved; the houses it holds up come on the list then."""
    hamlet = which_hamlet(ask, look, Action.HAND_OUT)
    labelled = tuple(Option(each.value, say=f"visit.barrier.{each}") for each in Barrier)
    chosen = Barrier(ask(replace(pick("barrier", *(each.value for each in Barrier)), offer=lambda: labelled)))
    on = ask_day(ask, look, "day", "announce.day", confirm=False).on
    return Done((lists.Announce(hamlet.id, chosen, on),), "announce.saved", then=f"/today:{hamlet.id}", blanks={
        "barrier": look.words.say(f"visit.barrier.{chosen}"), "day": both(look.words, on, look.today)})


ANNOUNCE = Dialogue("announce", announce, Action.HAND_OUT)
