"""Asking for a person: from a step of a guide or in one's own words; who is asked, and what is honestly promised."""

from __future__ import annotations

from handlers.access import Action
from handlers.calendar import calendar
from handlers.dialogue import Ask, Dialogue, Done
from handlers.help.help_notice import Case, asked, helper_name, told
from handlers.help.office_hours import desk_lines, due
from handlers.help.reaching import open_to
from handlers.home import home
from handlers.look import Look
from handlers.questions import note
from handlers.screens import numbered, short
from handlers.talk import Choice, Notice
from storage import talks
from storage.areas.places import Hamlet
from storage.guiding import guide_runs
from storage.helping import duty, help_requests
from storage.helping.duty import Address
from storage.helping.help_requests import Happened, Offered, Request
from storage.helping.help_rules import ANSWER_WITHIN, Event, State
from storage.hours.quiet_hours import opening

WORDS = note("words")


def ask_for_help(ask: Ask, look: Look) -> Done:
    mine = help_requests.live_of(look.rows, look.chat_id)
    if mine is not None:
        return standing(look, mine)
    hamlet, kept = home(ask, look)
    words = ask(WORDS)
    case = Case(look.conversation, hamlet.name, _about(look), words, due(look, hamlet.commune_id, ANSWER_WITHIN))
    record = help_requests.Ask(case.id, hamlet.id, case.about, words, look.words.language, case.answer_by)
    return _sent(look, case, hamlet, (*kept, record))


def _about(look: Look) -> str:
    """The guide and the step somebody came from."""
    number = numbered(look.subject)
    if not number or talks.talk(look.rows, look.chat_id, number) is None:
        return ""
    return "/".join(guide_runs.unfinished(look.rows, number) or ())


def _sent(look: Look, case: Case, hamlet: Hamlet, records: tuple[object, ...]) -> Done:
    """Who is asked, and what the citizen is told about it."""
    able = [each for each in open_to(look, duty.on_duty(look.rows, hamlet.id, look.today, look.accounts))
            if each.chat_id != look.chat_id]
    chiefs = open_to(look, duty.leaders(look.rows, hamlet.id, hamlet.commune_id, look.today, look.accounts))
    by = look.words.moment(case.answer_by)
    choices = (Choice(look.words.say("help.never_mind"), f"/closehelp:{short(case.id)}"),
               Choice(look.words.say("way.menu"), "/menu", quiet=True))
    if not able and not chiefs:
        return Done(records, "help.nobody", choices=choices,
                    blanks={"hamlet": hamlet.name, "desk": desk_lines(look, hamlet.commune_id)})
    if not able:
        late = Happened(case.id, State.OPEN, Event.ESCALATE)
        return Done((*records, late), "help.nobody_but_leader", choices=choices,
                    blanks={"hamlet": hamlet.name, "by": by, "desk": desk_lines(look, hamlet.commune_id)},
                    notices=tuple(told(chiefs, look, case, key="helper.nobody_on_duty")))
    if not awake(look):
        key = "help.sent_on_holiday" if calendar(look.rows).forbidden(look.today) else "help.sent_by_night"
        return Done(records, key, blanks={"hamlet": hamlet.name, "by": by}, choices=choices)
    made, notices = offer(look, case, able[0])
    return Done((*records, Happened(case.id, State.OPEN, Event.OFFER), *made), "help.sent",
                blanks={"hamlet": hamlet.name, "by": by}, choices=choices, notices=notices)


def awake(look: Look) -> bool:
    """Whether a member may be written to unasked now: not at night, not on a public holiday."""
    return opening(look.now, "member") <= look.now and not calendar(look.rows).forbidden(look.today)


def offer(look: Look, case: Case, to: Address) -> tuple[tuple[object, ...], tuple[Notice, ...]]:
    """Ask one of those on duty."""
    return (Offered(case.id, to.person_id or 0, to.chat_id),), (asked(to, look, case),)


def standing(look: Look, mine: Request) -> Done:
    """There is a request already: how it stands, and the way back to it."""
    words = look.words
    never_mind = Choice(words.say("help.never_mind"), f"/closehelp:{short(mine.id)}")
    menu = Choice(words.say("way.menu"), "/menu", quiet=True)
    if mine.state.has_helper:
        go_on = Choice(words.say("help.go_on"), f"/talkon:{short(mine.id)}")
        return Done(say="help.has_helper", blanks={"name": helper_name(mine, words)}, choices=(go_on, never_mind, menu))
    late = mine.state is State.ESCALATED
    return Done(say="help.with_leader" if late else "help.waits", choices=(never_mind, menu),
                blanks={"hamlet": mine.hamlet, "by": words.moment(mine.answer_by)})


HELP = Dialogue("help", ask_for_help, Action.ASK_PERSON)
