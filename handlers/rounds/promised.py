"""A visit promised in a talk to somebody on no list yet: first on today's list, and one tap from becoming a household."""

from __future__ import annotations

from content.vietnam_time import local_day
from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done
from handlers.help.help_answer import asked_about
from handlers.help.help_notice import Case, about
from handlers.look import Look
from handlers.questions import Option, Question, check
from handlers.screens import short
from handlers.talk import Choice, Refused
from handlers.visits.results import told
from handlers.visits.visit import household
from storage.areas.places import Hamlet
from storage.helping.help_requests import Request
from storage.households import house_numbers
from storage.outcomes import Mode
from storage.work import promised, visits
from storage.work.promised import KeepPromise, Promised

NEW = "new"
LABEL = 60


def promised_lines(look: Look, each: Promised) -> str:
    """When, and what the person who asked agreed to share."""
    words = look.words
    when = f"{each.at:%H:%M}" if each.on == look.today else f"{words.day(each.on)}, {each.at:%H:%M}"
    shared = [each.whereabouts, *about(Case(each.request_id, "", each.about, each.words, look.now), look, words).splitlines()]
    return "\n".join((words.say("today.promised", at=when), *(f"   {line}" for line in shared if line)))


def promised_choice(look: Look, each: Promised) -> Choice:
    return Choice(look.words.say("today.promised.one", at=f"{each.at:%H:%M}"), f"/promised:{short(each.request_id)}")


def at_the_promised(ask: Ask, look: Look) -> Done:
    """Which number the house has on the list, or none yet; then how it ended, as at any door."""
    request, hamlet = _here(look)
    waits = next((each for each in promised.promised(look.rows, hamlet.id, look.today) if each.request_id == request.id), None)
    if waits is None:
        raise Refused("helper.over")
    home = ask(_which(look, hamlet))
    number = home.number if home else promised.next_number(look.rows, hamlet.id)
    on = local_day(look.said_at)
    result = told(ask, look, hamlet, number, on)
    outcome = look.words.say(f"visit.outcome.{result.outcome}")
    ask(check(number=number, hamlet=hamlet.name, outcome=outcome))
    kept = visits.LogVisit(f"talk:{look.conversation}", home.id if home else 0, look.said_at, on, Mode.DOOR, result.outcome,
                           result.barrier, result.next_on, result.until, result.services, "")
    undo = Choice(look.words.say("visit.undo"), f"/undo:{short(look.conversation)}")
    done = Choice(look.words.say("helper.close"), f"/closehelp:{short(request.id)}")
    return Done((KeepPromise(request.id, hamlet.id, kept, waits.whereabouts[:LABEL]),), "visit.saved", choices=(done, undo),
                blanks={"number": number, "outcome": outcome}, then=f"/today:{hamlet.id}.0.p{short(request.id)}")


def _here(look: Look) -> tuple[Request, Hamlet]:
    """The request a button is about, in a hamlet where somebody logs visits."""
    request = asked_about(look, look.subject)
    hamlet = next((each for each in look.hamlets(Action.LOG_VISIT) if request and each.id == request.hamlet_id), None)
    if request is None or hamlet is None:
        raise Refused("helper.over")
    return request, hamlet


def _which(look: Look, hamlet: Hamlet) -> Question[house_numbers.Home | None]:
    """A number of the list, or a household that is new on it."""
    known = household(look, hamlet)

    def hear(raw: str) -> str:
        return raw if raw == NEW else known.take(raw)

    def read(raw: str) -> house_numbers.Home | None:
        return None if raw == NEW else known.read(raw)

    new = Option(NEW, say="promised.household.new")
    return Question(known.key, read, hear, lambda: (new,), free=True, numbers=True, blanks=known.blanks,
                    words="promised.household")


PROMISED = Dialogue("promised", at_the_promised, Action.LOG_VISIT)
