"""A hamlet meeting, or the counter: many households ticked in one go, each once, or one logged where it came to us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from content.vietnam_time import local_day
from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, check, many_of, one_of
from handlers.screens import short
from handlers.talk import Choice, Refused
from handlers.visits.quick_doubts import default_services
from handlers.visits.quick_lines import read
from handlers.visits.visit import SERVICES, which_hamlet
from storage.areas.places import Hamlet
from storage.households import house_numbers
from storage.households.house_numbers import Home
from storage.outcomes import Mode, Outcome
from storage.work import visits
from storage.work.visits import LogVisit

PAGE = 12
ENOUGH = "enough"
OUTCOMES = (Outcome.COMPLETED, Outcome.ALREADY_DONE, Outcome.PARTIAL)
"""What a meeting may come to for a household; whatever else there is to say is said at its door."""


def meeting(ask: Ask, look: Look) -> Done:
    """Who was there, typed as a list or ticked page by page. Whoever was ticked today already is left out and named."""
    hamlet = which_hamlet(ask, look, Action.LOG_VISIT)
    came = tuple(Option(each.value, say=f"visit.outcome.{each}") for each in OUTCOMES)
    outcome = ask(replace(one_of("outcome", Outcome, OUTCOMES), offer=lambda: came))
    on = local_day(look.said_at)
    services: tuple[str, ...] = ()
    if outcome.needs_attainment:
        ticked = default_services(look, hamlet, outcome, on)
        services = ask(replace(many_of("services", *SERVICES, at_least=1, ticked=ticked), words="visit.services"))
    homes = _who(ask, look, hamlet)
    if not homes:
        return Done(say="meeting.nobody", then="/menu")
    there = visits.met_on(look.rows, hamlet.id, on, Mode.MEETING, outcome)
    new = [home for home in homes if home.id not in there]
    if not new:
        return Done(say="meeting.all_there", then="/menu")
    ask(check(outcome=look.words.say(f"visit.outcome.{outcome}"), numbers=spans([home.number for home in new]), count=len(new)))
    bare = (None, None, None)
    kept = tuple(LogVisit(f"letter:{look.conversation}/{home.number}", home.id, look.said_at, on, Mode.MEETING, outcome, *bare,
                          services, "") for home in new)
    undo = Choice(look.words.say("visit.undo"), f"/undo:={short(look.conversation)}")
    return Done(kept, "meeting.saved", choices=(undo,), then="/menu",
                blanks={"count": len(new), "left_out": len(homes) - len(new)})


def _who(ask: Ask, look: Look, hamlet: Hamlet) -> list[Home]:
    listed = house_numbers.homes(look.rows, hamlet.id)
    if not listed:
        raise Refused("meeting.no_houses")
    typed = ask(_typed(listed))
    if typed:
        return typed
    pages = [listed[start:start + PAGE] for start in range(0, len(listed), PAGE)]
    chosen: list[Home] = []
    for number, part in enumerate(pages):
        ticked, enough = _ticked(ask, part, number, len(pages))
        chosen += ticked
        if enough:
            break
    return chosen


def _ticked(ask: Ask, part: Sequence[Home], number: int, pages: int) -> tuple[list[Home], bool]:
    """One page of the list, to be ticked, and whether the pages behind it may be left out."""
    by_value = {str(home.number): home for home in part}
    options = tuple(Option(value, label=f"{value} · {home.label}" if home.label else value) for value, home in by_value.items())
    if number + 1 < pages:
        options = (*options, Option(ENOUGH, say="meeting.enough"))
    question = replace(many_of("page", *by_value, ENOUGH).at(number), words="meeting.page", offer=lambda: options)
    ticked = ask(question, page=number + 1, pages=pages)
    return [by_value[value] for value in ticked if value != ENOUGH], ENOUGH in ticked


def _typed(listed: Sequence[Home]) -> Question[list[Home]]:
    """"1-30 trừ 4 9", or nothing where they are to be ticked."""
    by_number = {home.number: home for home in listed}

    def known(stored: str) -> list[Home]:
        if stored == "ticks":
            return []
        return [by_number[int(each)] for each in stored.split(",") if each.isdecimal() and int(each) in by_number]

    def hear(raw: str) -> str:
        if raw == "ticks":
            return raw
        lines = read(f"họp {raw} dở", date.min.replace(year=2026), {})
        if len(lines) != 1 or not lines[0].certain:
            raise Refused("meeting.not_understood")
        strange = [number for number in lines[0].numbers if number not in by_number]
        if strange:
            raise Refused("meeting.unknown", numbers=", ".join(map(str, strange[:10])))
        return ",".join(map(str, lines[0].numbers))

    return Question("who", known, hear, lambda: (Option("ticks"),), free=True, numbers=True)


def spans(numbers: Sequence[int]) -> str:
    """1–3, 5, 7–9."""
    out: list[list[int]] = []
    for number in sorted(numbers):
        if out and number == out[-1][-1] + 1:
            out[-1].append(number)
        else:
            out.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in out)


MEETING = Dialogue("meeting", meeting, Action.LOG_VISIT)
