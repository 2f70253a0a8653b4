"""A household says itself whether it was guided: by a code the volunteer shows, or when it is asked after a visit."""

from __future__ import annotations

import re
from dataclasses import replace

from content.fold import folded
from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done, Standing
from handlers.help.help_notice import notice
from handlers.look import Look
from handlers.questions import Question, pick
from handlers.screens import numbered, short
from handlers.talk import Choice, Kept, Notice, Refused, said
from handlers.typed_code import typed_code
from storage.areas.places import Hamlet
from storage.helping import duty
from storage.households import house_numbers
from storage.teams import people
from storage.work import confirmations
from storage.work.confirmations import GUIDED, NOT_YET, Shown

WORDING = "household-2026-11"
"""Which wording of the consent somebody saw; a new one when the words change."""
_TYPED = re.compile(r"(?:ma ho|household code)(?: so)? ?(\d[\d ]*)")


def ear(desk: Desk, text: str) -> str | None:
    """"mã hộ 4821-7305" is a household's answer; "mã hộ 12" from a member asks for that household's code."""
    found = _TYPED.fullmatch(folded(text)) if len(text) <= 40 else None
    if found is None:
        return None
    digits = found[1].replace(" ", "")
    if len(digits) <= 5 and desk.look.may(Action.SHOW_CODE) > Scope.NOWHERE:
        return f"/showcode:{int(digits)}"
    secret = people.hashed(confirmations.tidy(digits) or "-")
    rows, now = desk.look.rows, desk.look.now
    known = people.guesses_left(rows, desk.look.chat_id, now, confirmations.GUESS) > 0 and confirmations.shown(rows, secret, now)
    return f"/confirm:{secret}" if known else "/wrongcode"


# --- the volunteer's side -----------------------------------------------------------------------------------------------------


def show_code(desk: Desk, subject: str) -> None:
    """A fresh code and link for a household (`number`, or `hamlet.number`): shown once, kept only hashed."""
    look = desk.look
    look.require(Action.SHOW_CODE)
    hamlet, number = _hamlet(desk, subject)
    home = house_numbers.home(look.rows, hamlet.id, number) if hamlet else None
    if home is None:
        desk.say("vouch.unknown", desk.choice("way.menu", "/menu"))
        return
    link, code = people.new_link(), confirmations.new_code()
    desk.answer.records.append(confirmations.ShowCode(home.id, link, code))
    text = look.words.say("vouch.shown", number=home.number, code=code, hours=int(confirmations.LIVES.total_seconds() // 3600),
                          links="\n".join(door.format(f"h-{link}") for door in look.doors))
    desk.send(replace(said(text), secret=True, choices=(Choice(look.words.say("way.menu"), "/menu", quiet=True),)))


def _hamlet(desk: Desk, subject: str) -> tuple[Hamlet | None, int]:
    place, _, number = subject.rpartition(".")
    mine = {str(hamlet.id): hamlet for hamlet in desk.look.hamlets(Action.SHOW_CODE)}
    hamlet = mine.get(place) if place else next(iter(mine.values()), None) if len(mine) == 1 else None
    return hamlet, int(number) if number.isdecimal() and len(number) <= 5 else 0


# --- the household's side -----------------------------------------------------------------------------------------------------


def wrong_code(desk: Desk, _subject: str) -> None:
    """A typed code that is none: counted, so that guessing stays slow."""
    look = desk.look
    left = people.guesses_left(look.rows, look.chat_id, look.now, confirmations.GUESS)
    desk.answer.records.append(people.Guess(confirmations.GUESS))
    desk.say("confirm.unknown" if left > 0 else "confirm.too_many", desk.choice("way.menu", "/menu"))


def confirm(ask: Ask, look: Look) -> Done:
    """The subject is the hash of a code or link; without one, the code is asked for."""
    shown = confirmations.shown(look.rows, look.subject, look.now) if look.subject else ask(_code(look))
    if shown is None:
        raise Refused("confirm.expired")
    answer = ask(pick("guided", GUIDED, NOT_YET), number=shown.number, hamlet=shown.hamlet)
    wording = WORDING if ask(pick("link", "yes", "no"), number=shown.number) == "yes" else ""
    record = confirmations.Answered(shown.id, shown.household_id, answer, wording)
    return Done((record,), "confirm.thanks" if answer == GUIDED else "confirm.not_yet",
                choices=(Choice(look.words.say("way.menu"), "/menu"),), notices=_told(look, shown, answer))


def _code(look: Look) -> Question[Shown]:
    return typed_code(look, confirmations.shown, too_many="confirm.too_many", not_a_code="confirm.not_a_code",
                      unknown="confirm.unknown", tidy=confirmations.tidy, what=confirmations.GUESS)


def _told(look: Look, shown: Shown, answer: str) -> tuple[Notice, ...]:
    """Whoever showed the code hears that somebody should come again."""
    helper = confirmations.shown_by(look.rows, shown.id) if answer == NOT_YET else None
    to = duty.address(look.rows, helper) if helper else None
    return (notice(to, look, "vouch.not_yet", number=shown.number),) if to and to.state == "active" else ()


def _guessed(kept: Kept, here: Standing, look: Look, key: str) -> tuple[object, ...]:
    return (people.Guess(confirmations.GUESS),) if key == "code" else ()


def guided(desk: Desk, subject: str) -> None:
    """The answer to the question after a visit: `y` or `n` and its number."""
    number = numbered(subject[1:])
    asked = confirmations.asked(desk.look.rows, number, desk.look.chat_id)
    if asked is None or asked.said:
        desk.say("confirm.over", desk.choice("way.menu", "/menu"))
        return
    answer = GUIDED if subject.startswith("y") else NOT_YET
    helper = duty.address_of(desk.look.rows, asked.person_id, desk.look.accounts)
    desk.answer.records.append(confirmations.AnsweredLater(
        asked.id, asked.household_id, asked.visit_id, answer, helper.chat_id if helper else None))
    desk.say("confirm.thanks" if answer == GUIDED else "confirm.not_yet", desk.choice("way.menu", "/menu"))
    if answer == NOT_YET and helper is not None:
        desk.answer.notices.append(notice(helper, desk.look, "vouch.not_yet", number=asked.number))


def unlink(desk: Desk, _subject: str) -> None:
    """No more questions after visits."""
    desk.answer.records.append(confirmations.Unlink())
    desk.say("confirm.unlinked", desk.choice("way.menu", "/menu"))


def question(look: Look, whom: confirmations.ToAsk, number: int) -> Notice:
    """What a household is asked after a visit."""
    to = duty.Address(whom.chat_id, whom.account, whom.ref, whom.language)
    return notice(to, look, "confirm.asked", ("confirm.guided.guided", f"/guided:y{short(number)}"),
                  ("confirm.guided.not_yet", f"/guided:n{short(number)}"), ("confirm.no_more", "/unlink"), number=whom.number)


CONFIRM = Dialogue("confirm", confirm, Action.CONFIRM_HOUSEHOLD, _guessed)
