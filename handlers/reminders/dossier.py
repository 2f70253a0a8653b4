"""Waiting for a dossier: a nickname and the promised day; reminded on that day and two working days later."""

from __future__ import annotations

import re

from handlers.access import Action
from handlers.calendar import calendar
from handlers.days import ask_day, both
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Question
from handlers.screens import numbered, short
from handlers.talk import Choice, Refused
from storage.reminding import dossiers
from storage.reminding.dossiers import Dossier, DossierDue, DossierIs, DossierState, WatchDossier
from storage.reminding.reminder_kinds import DOSSIER, KINDS

NAME_LENGTH = 40
AHEAD = 365
MOST = 8
LATE_GUIDE = "dossier-overdue"


def watch(ask: Ask, look: Look) -> Done:
    """Nothing of what is in the dossier is asked, and no code of it is taken."""
    if len(dossiers.waiting(look.rows, look.chat_id)) >= MOST:
        raise Refused("dossier.enough", most=MOST)
    nickname = ask(_nickname())
    when = ask_day(ask, look, "expected", "dossier.expected", most=AHEAD)
    again = calendar(look.rows).after(when.on, KINDS[DOSSIER].gaps[0])
    return Done((WatchDossier(f"talk:{look.conversation}", nickname, when.on),), "dossier.will",
                blanks={"nickname": nickname, "day": both(look.words, when.on, look.today), "again": look.words.day(again)},
                choices=(Choice(look.words.say("dossier.all"), "/dossiers"),
                         Choice(look.words.say("way.menu"), "/menu", quiet=True)))


def _nickname() -> Question[str]:
    def read(raw: str) -> str:
        name = " ".join(raw.split())
        if not name:
            raise Refused("refused.empty")
        if len(name) > NAME_LENGTH:
            raise Refused("dossier.name.long", most=NAME_LENGTH)
        if re.search(r"\d[\d.\- ]{4,}\d", name):
            raise Refused("dossier.name.no_codes")
        return name

    return Question("name", read, free=True)


DOSSIER_WATCH = Dialogue("dossier", watch, Action.WATCH_DOSSIER)


def another_day(ask: Ask, look: Look) -> Done:
    """The office promised another day: reminded of that one, and again two working days later."""
    found = _of_chat(look, look.subject)
    if found is None:
        raise Refused("dossier.none")
    when = ask_day(ask, look, "day", "redate.day", most=AHEAD)
    again = calendar(look.rows).after(when.on, KINDS[DOSSIER].gaps[0])
    return Done((DossierDue(found.id, when.on),), "dossier.will",
                blanks={"nickname": found.nickname, "day": both(look.words, when.on, look.today), "again": look.words.day(again)},
                choices=(Choice(look.words.say("dossier.all"), "/dossiers"),
                         Choice(look.words.say("way.menu"), "/menu", quiet=True)))


REDATE = Dialogue("redate", another_day, Action.WATCH_DOSSIER)


def listed(desk: Desk, _subject: str) -> None:
    """What somebody waits for, with a button for each."""
    look = desk.look
    found = dossiers.waiting(look.rows, look.chat_id)
    new, menu = desk.choice("dossier.new", "/dossier"), desk.choice("way.menu", "/menu", quiet=True)
    if not found:
        desk.say("dossier.none", new, menu)
        return
    lines = "\n".join(f"• {_line(look, each)}" for each in found)
    desk.say("dossier.list", *(Choice(each.nickname, f"/dossier_one:{short(each.id)}") for each in found), new, menu, lines=lines)


def _line(look: Look, each: Dossier) -> str:
    late = look.words.say("dossier.late_mark") if each.state is DossierState.LATE else ""
    return look.words.say("dossier.line", nickname=each.nickname, day=both(look.words, each.expected_on, look.today), late=late)


def one(desk: Desk, subject: str) -> None:
    """One dossier: has it come?"""
    found = _mine(desk, subject)
    if found is None:
        listed(desk, "")
        return
    states = (DossierState.RECEIVED, DossierState.WAITING, DossierState.LATE)
    desk.say("dossier.one", *(desk.choice(f"dossier.is.{state}", f"/dossier_is:{found.id}.{state}") for state in states),
             desk.choice("dossier.redate", f"/redate:{short(found.id)}"),
             desk.choice("dossier.delete", f"/dossier_is:{found.id}.deleted"), desk.choice("way.menu", "/menu", quiet=True),
             nickname=found.nickname, day=both(desk.look.words, found.expected_on, desk.look.today))


def answered(desk: Desk, subject: str) -> None:
    """Whoever waits says how it stands: received, not yet, late, or forget it."""
    number, _, state = subject.partition(".")
    found = _mine(desk, short(int(number)) if number.isdecimal() and len(number) <= 12 else "")
    if found is None or state not in set(DossierState):
        listed(desk, "")
        return
    desk.answer.records.append(DossierIs(found.id, DossierState(state)))
    look, menu = desk.look, desk.choice("way.menu", "/menu", quiet=True)
    if state == DossierState.LATE:
        guide = look.library.guide(LATE_GUIDE, look.words.language)
        desk.say("dossier.late", *([Choice(guide.title, f"/guide:{guide.id}")] if guide else []),
                 desk.choice("dossier.redate", f"/redate:{short(found.id)}"), menu, nickname=found.nickname)
    elif state == DossierState.WAITING:
        again = calendar(look.rows).after(found.expected_on, KINDS[DOSSIER].gaps[0])
        key = "dossier.wait" if again > look.today else "dossier.wait_over"
        desk.say(key, desk.choice("dossier.is.late", f"/dossier_is:{found.id}.late"),
                 desk.choice("dossier.redate", f"/redate:{short(found.id)}"), menu, day=look.words.day(again))
    else:
        desk.say(f"dossier.{state}", desk.choice("dossier.all", "/dossiers"), menu, nickname=found.nickname)


def _mine(desk: Desk, subject: str) -> Dossier | None:
    return _of_chat(desk.look, subject)


def _of_chat(look: Look, subject: str) -> Dossier | None:
    """A dossier of this very chat that has not come yet."""
    found = dossiers.dossier(look.rows, numbered(subject))
    return found if found and found.chat_id == look.chat_id and found.state in dossiers.OPEN else None
