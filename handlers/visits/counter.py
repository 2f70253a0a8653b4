"""The one-stop counter: a household that came to us is logged where it came. It is help, but no visit at a door."""

from __future__ import annotations

from dataclasses import replace

from content.vietnam_time import local_day
from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import check
from handlers.screens import short
from handlers.talk import Choice
from handlers.visits.results import told
from handlers.visits.visit import household, which_hamlet
from storage.outcomes import Mode
from storage.work.visits import LogVisit


def at_the_counter(ask: Ask, look: Look) -> Done:
    hamlet = which_hamlet(ask, look, Action.LOG_AT_COUNTER)
    home = ask(replace(household(look, hamlet), words="counter.household"))
    on = local_day(look.said_at)
    result = told(ask, look, hamlet, home.number, on)
    outcome = look.words.say(f"visit.outcome.{result.outcome}")
    ask(check(number=home.number, hamlet=hamlet.name, outcome=outcome))
    kept = LogVisit(f"talk:{look.conversation}", home.id, look.said_at, on, Mode.OFFICE, result.outcome, result.barrier,
                    result.next_on, result.until, result.services, "")
    undo = Choice(look.words.say("visit.undo"), f"/undo:{short(look.conversation)}")
    return Done((kept,), "visit.saved", blanks={"number": home.number, "outcome": outcome}, choices=(undo,),
                then=f"/counter:{hamlet.id}.{home.number}")


COUNTER = Dialogue("counter", at_the_counter, Action.LOG_AT_COUNTER)
