"""A household's card: where it stands, its last visits, what is to be done. One screen, for those who serve there."""

from __future__ import annotations

import re
from dataclasses import replace

from content.fold import folded
from content.vietnam_time import local_day
from handlers import heard
from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, check, note
from handlers.screens import numbered
from handlers.talk import Choice, Message, Refused
from handlers.visits.results import told
from handlers.visits.work_notice import corrected
from storage.areas.places import Hamlet
from storage.households import assignments, house_numbers
from storage.households.house_numbers import Home
from storage.households.past_visits import Seen, last_seen, open_task
from storage.work import visits
from storage.work.visits import CorrectVisit, LogVisit, WentAlong

SHOWN = 5
CORRECTED_WITHIN = 10
"""Visits back that may still be corrected."""
_ASKED = re.compile(r"(?:(?:sua|xem|correct|show)(?: luot| visit)? )?(?:ho|household)(?: so)? ?(\d{1,5})")


def ear(desk: Desk, text: str) -> str | None:
    """"hộ 12" or "sửa hộ 12" and nothing else, outside a conversation, where no shown choice begins so."""
    found = _ASKED.fullmatch(folded(text)) if desk.talk is None and len(text) <= 20 else None
    if found is None or heard.choice(text, desk.shown, numbers=False) is not None:
        return None
    hamlets = desk.look.hamlets(Action.SEE_HOUSEHOLDS)
    return f"/card:{hamlets[0].id}.{found[1]}" if hamlets else None


def card(desk: Desk, subject: str) -> None:
    look = desk.look
    look.require(Action.SEE_HOUSEHOLDS)
    if not subject:
        desk.say("card.how", desk.choice("menu.log", "/visit"), desk.choice("way.menu", "/menu", quiet=True))
        return
    hamlet, home = _found(look, subject, Action.SEE_HOUSEHOLDS)
    words = look.words
    number = words.say("visit.household.number", number=home.number)
    task = open_task(look.rows, home.id)
    lines = [_line(look, each) for each in last_seen(look.rows, home.id, SHOWN)] or [words.say("card.never")]
    if task is not None:
        lines.append(words.say("card.task", day=words.day(task.due_on), outcome=words.say(f"visit.outcome.{task.outcome}")))
    holders = assignments.held(look.rows, hamlet.id).get(home.id, [])
    names = {each.id: each.label for each in assignments.team_of(look.rows, hamlet.id, look.today)}
    if holders:
        lines.append(words.say("card.held", members=", ".join(names.get(id_, "?") for id_ in holders)))
    ways = [Choice(words.say("way.log"), f"/visit:{hamlet.id}.={home.number}")]
    if look.may(Action.CORRECT_VISIT) > Scope.NOWHERE:
        ways.append(Choice(words.say("card.correct"), f"/correct:{hamlet.id}.{home.number}"))
    desk.send(Message(title=" · ".join(filter(None, (number, home.label, hamlet.name))), text="\n".join(lines),
                      choices=(*ways, Choice(words.say("way.menu"), "/menu", quiet=True))))


def _found(look: Look, subject: str, action: Action) -> tuple[Hamlet, Home]:
    """The household a button speaks of; somebody else's hamlet is as unknown as one that is not there."""
    id_, _, number = subject.partition(".")
    hamlet = next((each for each in look.hamlets(action) if str(each.id) == id_), None)
    if hamlet is None:
        raise Refused("visit.other_hamlet")
    is_number = number.isascii() and number.isdigit() and len(number) < 6
    home = house_numbers.home(look.rows, hamlet.id, int(number)) if is_number else None
    if home is None:
        raise Refused("visit.household.unknown", number=number, hamlet=hamlet.name)
    return hamlet, home


def _line(look: Look, each: Seen) -> str:
    words = look.words
    parts = [words.moment(each.occurred_at), words.say(f"visit.outcome.{each.outcome}"), each.member]
    if each.barrier:
        parts.insert(2, words.say(f"visit.barrier.{each.barrier}"))
    if each.reason:
        parts.append(words.say("card.corrected", reason=each.reason))
    return "• " + " · ".join(parts)


# --- corrections ----------------------------------------------------------------------------------------------------------------


def correct(ask: Ask, look: Look) -> Done:
    """A visit told otherwise: which one, what it was, why. The old row stays, the new one supersedes it."""
    hamlet, home = _found(look, look.subject, Action.CORRECT_VISIT)
    mine = None if look.may(Action.CORRECT_VISIT) > Scope.OWN else (look.person.id if look.person else 0)
    seen = [each for each in last_seen(look.rows, home.id, CORRECTED_WITHIN) if mine in (None, each.person_id)]
    if not seen:
        raise Refused("correct.none", number=home.number)
    which = ask(_which(look, seen))
    on = local_day(which.occurred_at)
    result = told(ask, look, hamlet, home.number, on)
    why = ask(_reason())
    ask(check(summary="\n".join((f"{_line(look, which)} →", look.words.say(f"visit.outcome.{result.outcome}"), f"“{why}”"))))
    kept = LogVisit(f"correct:{look.conversation}", home.id, which.occurred_at, on, which.mode, result.outcome, result.barrier,
                    result.next_on, result.until, result.services, which.note)
    return Done((CorrectVisit(which.id, kept, why),), "correct.saved", blanks={"number": home.number},
                notices=tuple(corrected(look, hamlet.id, home.number, why)),
                then=f"/card:{hamlet.id}.{home.number}")


def _which(look: Look, seen: list[Seen]) -> Question[Seen]:
    by_id = {str(each.id): each for each in seen}

    def known(raw: str) -> Seen:
        if raw not in by_id:
            raise Refused("refused.choice")
        return by_id[raw]

    labels = [Option(id_, label=f"{look.words.moment(each.occurred_at)} {look.words.say(f'visit.outcome.{each.outcome}')}")
              for id_, each in by_id.items()]
    return Question("which", known, offer=lambda: labels)


def _reason() -> Question[str]:
    """Why: a few words; nothing is no reason."""
    free = note("why")

    def known(raw: str) -> str:
        said = free.read(raw)
        if len(said) < 3:
            raise Refused("correct.why.needed")
        return said

    return replace(free, read=known, offer=tuple)


CORRECT = Dialogue("correct", correct, Action.CORRECT_VISIT)


# --- who went along -----------------------------------------------------------------------------------------------------------


def along(ask: Ask, look: Look) -> Done:
    """Who else was at the visit just logged (its key is the subject)."""
    number = numbered(look.subject)
    found = visits.logged(look.rows, look.person.id, f"talk:{number}") if look.person and number else []
    if not found or look.person is None:
        raise Refused("along.gone")
    team = assignments.team_of(look.rows, found[0].hamlet_id, look.today)
    others = {str(each.id): each.label for each in team if each.id != look.person.id}
    if not others:
        raise Refused("along.nobody")

    def known(raw: str) -> int:
        if raw not in others:
            raise Refused("refused.choice")
        return int(raw)

    chosen = ask(Question("who", known, offer=lambda: [Option(id_, label=label) for id_, label in others.items()]))
    return Done((WentAlong(found[0].id, chosen),), "along.saved", blanks={"member": others[str(chosen)]}, then="/visit")


ALONG = Dialogue("along", along, Action.LOG_VISIT)
