"""Logging a visit at the door: which household, how it ended, what was done, when to come back."""

from __future__ import annotations

import re
from datetime import date, timedelta

from content.fold import fold
from content.hours import hour_in
from content.vietnam_time import local_day
from handlers.access import Action, Scope
from handlers.days import ask_day, both
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, check, many_of, note, one_of
from handlers.screens import DIGITS, short
from handlers.talk import Choice, Refused
from storage.areas.places import Hamlet
from storage.counting import campaign_goals
from storage.households import house_numbers
from storage.outcomes import Barrier, FirstChoice, Mode, Outcome
from storage.reminding.reminders import ComeAt
from storage.work import visits

SERVICES = ("vneid_level2", "dvc_account", "online_dossier", "online_payment", "digital_signature", "health_record")
SUGGESTED = 4
FIRST = one_of("first", FirstChoice)
_DAY = re.compile(r"\b(ngay|mung|mong|thang|thu)\s*\d")
"""A day, not a household: “mùng 6”, “thứ 7”."""
BARRIER = one_of("barrier", Barrier)
NOTE = note("note")


def log_visit(ask: Ask, look: Look) -> Done:
    hamlet = which_hamlet(ask, look, Action.LOG_VISIT)
    home = _home(ask, look, hamlet)
    outcome = _outcome(ask, home.number)
    barrier = ask(BARRIER) if outcome.needs_barrier else None
    services = ask(_services(look, hamlet)) if outcome.needs_attainment else ()
    back = ask_day(ask, look, "next", "visit.next", confirm=False) if outcome.needs_date else None
    next_on = back.on if back else None
    until = ask_day(ask, look, "until", "visit.until", least=1, most=730).on if outcome.needs_until else None
    said = ask(NOTE) if outcome.contact else ""
    if outcome.contact or outcome.excludes:  # nobody at home is saved at once: it is the commonest result
        ask(check(summary=_summary(look, home, outcome, barrier, services, next_on, said)))
    kept = visits.LogVisit(
        f"talk:{look.conversation}", home.id, look.said_at, local_day(look.said_at), Mode.DOOR, outcome, barrier, next_on, until,
        services, said)
    undo = Choice(look.words.say("visit.undo"), f"/undo:{short(look.conversation)}")
    at = (ComeAt(f"household:{home.id}", back.on, back.at),) if back and back.at else ()
    return Done((kept, *at), "visit.saved", blanks={"number": home.number, "outcome": look.words.say(f"visit.outcome.{outcome}")},
                choices=(undo, *_code(look, hamlet, home, outcome), *_along(look, outcome)), then=_next(look, hamlet, home))


def _next(look: Look, hamlet: Hamlet, home: house_numbers.Home) -> str:
    """Back to today's list for whoever came from it, else the houses after this one."""
    return f"/today:{hamlet.id}.0.{home.number}" if ".~" in look.subject else f"/visit:{hamlet.id}.{home.number}"


def _code(look: Look, hamlet: Hamlet, home: house_numbers.Home, outcome: Outcome) -> tuple[Choice, ...]:
    """The household may say itself that it was guided."""
    return (Choice(look.words.say("vouch.show"), f"/showcode:{hamlet.id}.{home.number}"),) if outcome.needs_attainment else ()


def _along(look: Look, outcome: Outcome) -> tuple[Choice, ...]:
    """Somebody of the team may have been there too."""
    return (Choice(look.words.say("along.offer"), f"/along:{short(look.conversation)}"),) if outcome.needs_attainment else ()


def which_hamlet(ask: Ask, look: Look, action: Action) -> Hamlet:
    """The hamlet it is about; asked only of somebody who serves several."""
    hamlets = {str(hamlet.id): hamlet for hamlet in look.hamlets(action)}
    if not hamlets:
        raise Refused("visit.no_hamlet")
    began_in, _, _ = look.subject.partition(".")
    if began_in in hamlets:
        return hamlets[began_in]
    if began_in.isdecimal():  # of a hamlet that is theirs no more: the same number in another one is another house
        raise Refused("visit.other_hamlet")
    if len(hamlets) == 1:
        return next(iter(hamlets.values()))

    def read(raw: str) -> Hamlet:
        if raw not in hamlets:
            raise Refused("refused.choice")
        return hamlets[raw]

    return ask(Question("hamlet", read, words="visit.hamlet",
                        offer=lambda: [Option(id_, label=hamlet.name) for id_, hamlet in hamlets.items()]))


def _home(ask: Ask, look: Look, hamlet: Hamlet) -> house_numbers.Home:
    """The household: asked for, unless a reminder (`=` and its number) or today's list (`~`) led straight to it."""
    _, _, number = look.subject.replace(".~", ".=").partition(".=")
    question = household(look, hamlet)
    return question.read(number) if number else ask(question)


def household(look: Look, hamlet: Hamlet) -> Question[house_numbers.Home]:
    """A household by the number on its hamlet's list; the next ones nobody has been to are offered."""

    def hear(raw: str) -> str:
        found = None if hour_in(raw.lower())[0] or _DAY.search(fold(raw)) else re.search(r"\d{1,5}", raw)
        if found is None:
            raise Refused("visit.household.not_a_number")
        return str(int(found[0]))

    def read(stored: str) -> house_numbers.Home:
        home = house_numbers.home(look.rows, hamlet.id, int(stored)) if stored.isdecimal() else None
        if home is None:
            raise Refused("visit.household.unknown", number=stored, hamlet=hamlet.name)
        return home

    def offer() -> list[Option]:
        after = look.subject.partition(".")[2]
        homes = house_numbers.next_homes(look.rows, hamlet.id, int(after) if after.isdecimal() else 0, SUGGESTED)
        return [Option(str(home.number), label=_named(look, home)) for home in homes]

    return Question("household", read, hear, offer, free=True, numbers=True, blanks={"hamlet": hamlet.name})


def _named(look: Look, home: house_numbers.Home) -> str:
    """By number; what it is called is for those who go there, not for an officer at the counter."""
    number = look.words.say("visit.household.number", number=home.number)
    return f"{number} · {home.label}" if home.label and look.may(Action.SEE_HOUSEHOLDS) > Scope.NOWHERE else number


def _outcome(ask: Ask, number: int) -> Outcome:
    first = ask(FIRST, number=number)
    if len(first.outcomes) == 1:
        return first.outcomes[0]
    return ask(one_of("outcome", Outcome, first.outcomes))


def _services(look: Look, hamlet: Hamlet) -> Question[tuple[str, ...]]:
    """What the household now has; the running campaign's goal is ticked already."""
    goal = campaign_goals.goal(look.rows, [hamlet.id, hamlet.commune_id], look.today)
    return many_of("services", *SERVICES, at_least=1, ticked=(goal.service,) if goal else ())


def _summary(look: Look, home: house_numbers.Home, outcome: Outcome, barrier: Barrier | None, services: tuple[str, ...],
             next_on: date | None, said: str) -> str:
    """What is about to be kept, a line each."""
    words = look.words
    lines = [_named(look, home), words.say(f"visit.outcome.{outcome}")]
    if barrier:
        lines.append(words.say(f"visit.barrier.{barrier}"))
    lines += [f"✓ {words.say(f'visit.services.{service}')}" for service in services]
    if next_on:
        lines.append(words.say("visit.check.next", day=both(words, next_on, look.today)))
    if said:
        lines.append(f"“{said}”")
    return "\n".join(lines)


VISIT = Dialogue("visit", log_visit, Action.LOG_VISIT)


def undo(desk: Desk, subject: str) -> None:
    """Take back a visit, or all visits of one letter (by default what was last recorded), within ten minutes, by whoever did."""
    look = desk.look
    look.require(Action.UNDO_VISIT)
    found = _recorded(look, subject)
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if not found:
        desk.say("visit.undo.nothing", menu)
    elif look.now - found[0].recorded_at > visits.UNDO_FOR:
        desk.say("visit.undo.late", menu, minutes=visits.UNDO_FOR // timedelta(minutes=1))
    else:
        desk.answer.records += [visits.UndoVisit(each.id) for each in found]
        if desk.talk is not None and desk.talk.dialogue == "along":
            desk.leave()  # nobody goes along to what was taken back
        again = desk.choice("way.log_again", "/visit")
        if len(found) == 1:
            desk.say("visit.undone", again, menu)
        else:
            numbers = ", ".join(str(number) for number in sorted(each.number for each in found))
            desk.say("visit.undone_several", again, menu, count=len(found), numbers=numbers)


def _recorded(look: Look, subject: str) -> list[visits.Logged]:
    """What a button takes back: a conversation's visit (`12a`), a letter's (`=12a`), or what was recorded last."""
    if look.person is None:
        return []
    bare = subject.removeprefix("=")
    if not bare or bare.strip(DIGITS):
        key = visits.last_key(look.rows, look.person.id)
    else:
        key = f"letter:{int(bare, 36)}/" if subject.startswith("=") else f"talk:{int(bare, 36)}"
    return visits.logged(look.rows, look.person.id, key) if key else []
