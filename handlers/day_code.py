"""Trust at the door: a member shows today's four digits, and anybody may ask whether they are right."""

from __future__ import annotations

import re
import secrets

from content.fold import fold
from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.home import home
from handlers.look import Look
from handlers.questions import Question
from handlers.talk import Choice, Refused
from storage import day_codes
from storage.people import Guess, guesses_left

WHAT = "day_code"
_SAID = re.compile(r"(?:xin )?(?:kiem tra|ktra|check|verify)(?: giup)?(?: toi)?(?: ma| nguoi| to vien| code)?(?: so)? (\d{4})")


def heard(_desk: Desk, text: str) -> str | None:
    """ "Kiểm tra 4821", by anybody."""
    found = _SAID.fullmatch(fold(text))
    return f"/daycode:{found[1]}" if found else None


def show(desk: Desk, _subject: str) -> None:
    """A member's own code for today; drawn when it is first asked for."""
    look = desk.look
    look.require(Action.SHOW_DAY_CODE)
    hamlets = look.hamlets(Action.SHOW_DAY_CODE)
    if look.person is None or not hamlets:
        raise Refused("visit.no_hamlet")
    code = day_codes.own(look.rows, look.person.id, look.today)
    if code is None:
        ids = tuple(hamlet.id for hamlet in hamlets)
        code = _draw(day_codes.taken(look.rows, ids, look.today))
        desk.answer.records.append(day_codes.TakeCode(code, ids))
    desk.say("daycode.yours", desk.choice("way.menu", "/menu", quiet=True), code=code, day=look.words.day(look.today))


def _draw(taken: frozenset[str]) -> str:
    free = [code for code in (f"{number:04d}" for number in range(10_000)) if code not in taken]
    return secrets.choice(free)


def check(ask: Ask, look: Look) -> Done:
    """The subject is the code, where it was typed together with the question."""
    if guesses_left(look.rows, look.chat_id, look.now, WHAT) <= 0:
        return Done(say="daycode.too_many", choices=_ways(look))
    code = look.subject or ask(_code())
    hamlet, kept = home(ask, look)
    found = day_codes.holder(look.rows, hamlet.id, code, look.today)
    records = (*kept, Guess(WHAT))
    if found is None:
        return Done(records, "daycode.wrong", blanks={"code": code, "hamlet": hamlet.name}, choices=_ways(look))
    label, day = found
    if day != look.today:
        return Done(records, "daycode.old", blanks={"code": code, "day": look.words.day(day), "hamlet": hamlet.name},
                    choices=_ways(look))
    return Done(records, "daycode.right", blanks={"name": first_name(label), "hamlet": hamlet.name},
                choices=(Choice(look.words.say("way.menu"), "/menu", quiet=True),))


def _ways(look: Look) -> tuple[Choice, ...]:
    guides = (look.library.guide(id_, look.words.language) for id_ in ("scam-urgent", "who-to-call"))
    return (*(Choice(guide.title, f"/guide:{guide.id}") for guide in guides if guide),
            Choice(look.words.say("way.menu"), "/menu", quiet=True))


def _code() -> Question[str]:
    def read(raw: str) -> str:
        digits = re.sub(r"\D", "", raw)
        if len(digits) != 4:
            raise Refused("daycode.not_a_code")
        return digits

    return Question("code", read, free=True)


def first_name(label: str) -> str:
    """How somebody may be called before strangers: the given name, with the form of address they chose ("Chị Lan")."""
    words = label.split()
    address = words[:1] if len(words) > 1 and fold(words[0]) in ("anh", "chi", "co", "chu", "bac", "ong", "ba", "em") else []
    return " ".join([*address, *words[-1:]])


CHECK = Dialogue("daycode", check, Action.CHECK_MEMBER)
