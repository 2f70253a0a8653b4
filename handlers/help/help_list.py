"""What leaders see of requests for help: what is open, who may take it, and who is on duty."""

from __future__ import annotations

from dataclasses import replace

from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.help.help_answer import accept as take
from handlers.help.help_answer import asked_about, given_back, may_here, mine_to_answer
from handlers.help.help_notice import Case, about, asked, first_name, notice
from handlers.help.office_hours import due
from handlers.help.reaching import open_to
from handlers.look import Look
from handlers.questions import Option, Question
from handlers.screens import short
from handlers.talk import Choice, Message, NotAllowed, Notice, Refused, said
from storage.areas.places import Hamlet
from storage.helping import duty, help_requests
from storage.helping.duty import Address
from storage.helping.help_requests import Happened, Offered, Request
from storage.helping.help_rules import ANSWER_WITHIN, Event, State

SHOWN = 8


def requests(desk: Desk, _subject: str) -> None:
    """What is open in the hamlets somebody looks after; a member sees what they themselves answer."""
    look = desk.look
    look.require(Action.ANSWER_HELP)
    leads = look.may(Action.ASSIGN_HELP) > Scope.NOWHERE
    hamlets = [hamlet.id for hamlet in look.hamlets(Action.ASSIGN_HELP)]
    found = help_requests.in_places(look.rows, hamlets) if leads else help_requests.helped_by(look.rows, look.chat_id)
    menu = desk.choice("way.menu", "/menu", quiet=True)
    duty = (desk.choice("helper.duty", "/duty"),) if look.may(Action.SET_DUTY) > Scope.NOWHERE else ()
    if not found:
        desk.say("helper.none_open", *duty, menu)
        return
    lines = [_line(look, request) for request in found[:SHOWN]]
    title = look.words.say("helper.open", count=len(found))
    choices = tuple(desk.choice("helper.look_at", f"/request:{short(request.id)}", number=number, hamlet=request.hamlet)
                    for number, request in enumerate(found[:SHOWN], start=1))
    desk.send(Message(title=title, text="\n\n".join(f"{n}. {line}" for n, line in enumerate(lines, start=1)),
                      choices=(*choices, *duty, menu)))


def _line(look: Look, request: Request) -> str:
    words = look.words
    name = first_name(request.helper.label) if request.helper and request.state.has_helper else words.say("helper.nobody")
    lines = [f"{request.hamlet} · {words.say(f'helper.state.{request.state}')} · {name}", about(Case.of(request), look, words)]
    if request.state.waits:
        late = look.now >= request.answer_by
        lines.append(words.say("helper.late" if late else "helper.due", by=words.moment(request.answer_by)))
    elif request.visit_on:
        lines.append(words.say("helper.visit_on", day=words.day(request.visit_on)))
    return "\n".join(lines)


def one_request(desk: Desk, subject: str) -> None:
    """One request and what may be done about it."""
    request = mine_to_answer(desk, subject)
    if request is None:
        return
    number = short(request.id)
    mine = request.helper is not None and request.helper.chat_id == desk.look.chat_id and request.state.has_helper
    choices = [desk.choice("help.go_on", f"/talkon:{number}")] if mine else []
    if not mine:
        choices.append(desk.choice("helper.take_over", f"/takeover:{number}"))
    if may_here(desk.look, request, Action.ASSIGN_HELP):
        choices.append(desk.choice("helper.assign", f"/assign:{number}"))
    back = desk.choice("helper.all_open", "/requests", quiet=True)
    desk.send(replace(said(_line(desk.look, request)), choices=(*choices, back, desk.choice("way.menu", "/menu", quiet=True))))


def take_over(desk: Desk, subject: str) -> None:
    """Take a request oneself: a member one that waits, a leader also one that somebody else holds."""
    request = asked_about(desk.look, subject)
    held_elsewhere = (request is not None and request.state.has_helper and request.helper is not None
                      and request.helper.chat_id != desk.look.chat_id)
    if request is None or not held_elsewhere or not may_here(desk.look, request, Action.ASSIGN_HELP):
        take(desk, subject)
        return
    look, person = desk.look, desk.look.person
    if person is None:
        raise NotAllowed(Action.ASSIGN_HELP.value)
    desk.answer.records += [Happened(request.id, request.state, Event.REASSIGN, given_back(look, request)),
                            Offered(request.id, person.id, look.chat_id)]
    _released(desk.look, request, desk.answer.notices)
    desk.say("helper.released", desk.choice("helper.accept", f"/accept:{short(request.id)}"),
             desk.choice("way.menu", "/menu", quiet=True))


def _released(look: Look, request: Request, notices: list[Notice]) -> None:
    """Whoever held it is told that somebody else does now."""
    helper = request.helper
    if helper is not None and request.state.has_helper and helper.state == "active" and helper.chat_id != look.chat_id:
        notices.append(notice(helper, look, "helper.taken_over", hamlet=request.hamlet))


# --- giving it to somebody --------------------------------------------------------------------------------------------------


def assign(ask: Ask, look: Look) -> Done:
    """The leader gives a request to a member of the team."""
    request = asked_about(look, look.subject)
    if request is None or not request.state.live or not may_here(look, request, Action.ASSIGN_HELP):
        raise Refused("helper.over")
    able = [each for each in open_to(look, duty.members(look.rows, request.hamlet_id, look.today, look.accounts))
            if each.chat_id != request.citizen.chat_id]
    if not able:
        raise Refused("assign.nobody")
    chosen = ask(_member(able))
    case = replace(Case.of(request), answer_by=due(look, request.commune_id, ANSWER_WITHIN))
    notices: list[Notice] = [asked(chosen, look, case, key="helper.assigned")]
    _released(look, request, notices)
    records = (Happened(request.id, request.state, Event.REASSIGN, given_back(look, request)),
               Offered(request.id, chosen.person_id or 0, chosen.chat_id))
    return Done(records, "assign.done", blanks={"name": first_name(chosen.label)}, notices=tuple(notices),
                choices=(Choice(look.words.say("helper.all_open"), "/requests"),))


def _member(able: list[Address]) -> Question[Address]:
    by_id = {str(each.person_id): each for each in able}

    def read(raw: str) -> Address:
        if raw not in by_id:
            raise Refused("refused.choice")
        return by_id[raw]

    return Question("member", read, offer=lambda: [Option(id_, label=each.label) for id_, each in by_id.items()])


# --- who is on duty ---------------------------------------------------------------------------------------------------------


def choose_duty(ask: Ask, look: Look) -> Done:
    """The leader ticks who answers; nobody ticked means the whole team."""
    hamlets = list(look.hamlets(Action.SET_DUTY))
    if not hamlets:
        raise Refused("duty.no_hamlet")
    hamlet = ask(_hamlet(hamlets)) if len(hamlets) > 1 else hamlets[0]
    team = duty.members(look.rows, hamlet.id, look.today, look.accounts)
    if not team:
        raise Refused("duty.nobody")
    chosen = ask(_ticked(team, duty.roster(look.rows, hamlet.id)), hamlet=hamlet.name)
    names = ", ".join(first_name(each.label) for each in team if str(each.person_id) in chosen)
    record = duty.SetDuty(hamlet.id, tuple(int(id_) for id_ in chosen))
    return Done((record,), "duty.saved" if names else "duty.all", blanks={"names": names, "hamlet": hamlet.name},
                choices=(Choice(look.words.say("way.menu"), "/menu"),))


def _hamlet(hamlets: list[Hamlet]) -> Question[Hamlet]:
    by_id = {str(hamlet.id): hamlet for hamlet in hamlets}

    def read(raw: str) -> Hamlet:
        if raw not in by_id:
            raise Refused("refused.choice")
        return by_id[raw]

    return Question("hamlet", read, offer=lambda: [Option(id_, label=hamlet.name) for id_, hamlet in by_id.items()])


def _ticked(team: list[Address], listed: frozenset[int]) -> Question[tuple[str, ...]]:
    by_id = {str(each.person_id): each for each in team}

    def read(raw: str) -> tuple[str, ...]:
        return tuple(id_ for id_ in by_id if id_ in raw.split(","))

    return Question("who", read, offer=lambda: [Option(id_, label=each.label) for id_, each in by_id.items()], many=True,
                    ticked=tuple(id_ for id_ in by_id if int(id_) in listed))


ASSIGN = Dialogue("assign", assign, Action.ASSIGN_HELP)
DUTY = Dialogue("duty", choose_duty, Action.SET_DUTY)


def unanswered(_item: object, look: Look) -> Message | None:
    """The reminder `help_unanswered`: what still waits past its promised hour in the leader's hamlets."""
    hamlets = [hamlet.id for hamlet in look.hamlets(Action.ASSIGN_HELP)]
    late = [each for each in help_requests.in_places(look.rows, hamlets)
            if each.state is State.ESCALATED or (each.state.waits and each.answer_by <= look.now)]
    if not late:
        return None
    return replace(said(look.words.say("helper.unanswered", count=len(late))),
                   choices=(Choice(look.words.say("helper.all_open"), "/requests"),))
