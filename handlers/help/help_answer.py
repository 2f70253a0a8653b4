"""Answering a request for help: accept, pass on, come back to it, agree a visit, close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time

from content.hours import USUAL
from content.vietnam_time import local_day
from handlers.access import Action, Scope
from handlers.days import ask_day, both
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.help.help_notice import Case, asker_name, first_name, helper_name, notice, spoken, told
from handlers.help.help_request import offer
from handlers.help.help_talk import is_helper, other_side
from handlers.help.office_hours import due
from handlers.help.reaching import open_to
from handlers.look import Look
from handlers.questions import Option, Question, note, pick
from handlers.screens import numbered, short
from handlers.talk import Choice, NotAllowed, Notice, Refused
from storage.helping import duty, help_requests
from storage.helping.duty import Address
from storage.helping.help_requests import Happened, OfferEnded, Request, TakeSeat, TalkMoves
from storage.helping.help_rules import ANSWER_WITHIN, Event, State, after
from storage.households import appointments, house_numbers
from storage.outcomes import Mode, Outcome
from storage.reminding import reminders
from storage.teams.people import Refusal
from storage.work import visits

WHERE = note("where")


def given_back(look: Look, request: Request) -> Mapping[str, object]:
    """What a request is like again when it has no helper any more: the promise begins anew."""
    return {"helper_id": None, "helper_chat_id": None, "chat_here": False, "helper_here": False, "accepted_at": None,
            "answered_at": None, "visit_on": None, "answer_by": due(look, request.commune_id, ANSWER_WITHIN)}


def asked_about(look: Look, subject: str) -> Request | None:
    """The request a button is about; None where there is none (any more)."""
    number = numbered(subject)
    return help_requests.by_id(look.rows, number) if number else None


def mine_to_answer(desk: Desk, subject: str, action: Action = Action.ANSWER_HELP) -> Request | None:
    """A live request of a hamlet in which somebody may do this; otherwise they are told, and None."""
    desk.look.require(action)
    request = asked_about(desk.look, subject)
    if request is not None and not may_here(desk.look, request, action):
        desk.answer.records.append(Refusal(action.value))
        request = None  # somebody else's is as unknown as one that never was
    if request is None or not request.state.live:
        desk.say("helper.over", desk.choice("way.menu", "/menu"))
        return None
    return request


def may_here(look: Look, request: Request, action: Action) -> bool:
    """Whether somebody may do this where the request comes from."""
    return look.may(action) is Scope.EVERYWHERE or request.hamlet_id in {hamlet.id for hamlet in look.hamlets(action)}


def accept(desk: Desk, subject: str) -> None:
    """Take a request; whoever presses first has it."""
    request = mine_to_answer(desk, subject)
    if request is None:
        return
    if request.citizen.chat_id == desk.look.chat_id:
        desk.say("helper.own", desk.choice("way.menu", "/menu"))
    elif is_helper(desk, request) and request.state.has_helper:
        talk_on(desk, subject)
    elif after(request.state, Event.ACCEPT) is None:
        desk.say("helper.taken", desk.choice("way.menu", "/menu"))
    else:
        _take(desk, request, request.state)


def _take(desk: Desk, request: Request, state: State) -> None:
    """This person helps from now on, and both sides are in the talk."""
    look = desk.look
    person = look.person
    if person is None:
        raise NotAllowed(Action.ANSWER_HELP.value)
    desk.leave()
    desk.answer.records += [
        Happened(request.id, state, Event.ACCEPT, {
            "helper_id": person.id, "helper_chat_id": look.chat_id, "accepted_at": look.now, "chat_here": True,
            "helper_here": True}),
        OfferEnded(request.id, person.id, "accepted"), TakeSeat(request.id)]
    number = short(request.id)
    desk.say("helper.accepted", desk.choice("helper.meet", f"/meet:{number}"),
             desk.choice("helper.close", f"/closehelp:{number}"),
             desk.choice("helper.give_back", f"/passon:{number}", quiet=True))
    name = spoken(request.citizen, look).say("help.helper", name=first_name(person.label), hamlet=request.hamlet)
    desk.answer.notices.append(notice(request.citizen, look, "help.accepted", ("help.close", f"/closehelp:{number}"), name=name))


def pass_on(desk: Desk, subject: str) -> None:
    """Not this time: the next one on duty is asked, or the leader where there is nobody left."""
    request = mine_to_answer(desk, subject)
    person = desk.look.person
    if request is None or person is None:
        return
    held = is_helper(desk, request) and request.state.has_helper
    if request.state.has_helper and not held:
        desk.say("helper.taken", desk.choice("way.menu", "/menu"))
        return
    desk.answer.records.append(OfferEnded(request.id, person.id, "passed"))
    asked = help_requests.asked(desk.look.rows, request.id)
    waiting = any(each.state == "asked" for id_, each in asked.items() if id_ != person.id)
    if held or (request.state is State.OFFERED and not waiting):
        sets = given_back(desk.look, request) if held else {}
        desk.answer.records.append(Happened(request.id, request.state, Event.PASS_ON, sets))
        ask_next(desk, request, {id_ for id_, each in asked.items() if each.state == "passed"} | {person.id})
    if held:
        desk.answer.notices.append(notice(request.citizen, desk.look, "help.passed_on"))
    desk.say("helper.passed", desk.choice("way.menu", "/menu"))


def ask_next(desk: Desk, request: Request, without: set[int]) -> None:
    """A request that is open again goes to whoever is next, or to the leader."""
    look = desk.look
    records, notices = next_in_line(look, request, without)
    desk.answer.records += records
    desk.answer.notices += notices


def next_in_line(look: Look, request: Request, without: set[int]) -> tuple[list[object], list[Notice]]:
    """What follows when an open request needs somebody else (`without` these people)."""
    case = Case.of(request)
    able = [each for each in open_to(look, duty.on_duty(look.rows, request.hamlet_id, look.today, look.accounts))
            if each.person_id not in without and each.chat_id != request.citizen.chat_id]
    if able:
        made, notices = offer(look, case, able[0])
        return [Happened(request.id, State.OPEN, Event.OFFER), *made], list(notices)
    chiefs = _chiefs(look, request)
    if not chiefs:
        return [], []
    return [Happened(request.id, State.OPEN, Event.ESCALATE)], told(chiefs, look, case, key="helper.nobody_left")


def _chiefs(look: Look, request: Request) -> list[Address]:
    return open_to(look, duty.leaders(look.rows, request.hamlet_id, request.commune_id, look.today, look.accounts))


def talk_on(desk: Desk, subject: str) -> None:
    """Back into the talk: what is typed goes to the other side again."""
    request = _here(desk, asked_about(desk.look, subject))
    if request is None or desk.look.chat_id not in (request.citizen.chat_id, request.helper.chat_id if request.helper else 0):
        desk.say("help.over", desk.choice("way.menu", "/menu"))
        return
    if not request.state.has_helper:
        desk.say("help.over" if not request.state.live else "help.nobody_yet", desk.choice("way.menu", "/menu"))
        return
    desk.leave()
    mine = is_helper(desk, request)
    desk.answer.records.append(TakeSeat(request.id))
    number = short(request.id)
    name = asker_name(request, desk.look.words) if mine else helper_name(request, desk.look.words)
    close = desk.choice("helper.close" if mine else "help.close", f"/closehelp:{number}")
    choices = (desk.choice("helper.meet", f"/meet:{number}"), close) if mine else (close,)
    desk.say("helper.back" if mine else "help.back", *choices, name=name)


def _here(desk: Desk, request: Request | None) -> Request | None:
    """The request as it is where somebody comes back to it from another chat of theirs."""
    me, chat_id = desk.look.person, desk.look.chat_id
    if request is None or me is None or chat_id in (request.citizen.chat_id, request.helper.chat_id if request.helper else 0):
        return request
    if request.helper is not None and request.helper.person_id == me.id:
        desk.answer.records.append(TalkMoves(request.helper.chat_id, chat_id))
        return replace(request, helper=replace(request.helper, chat_id=chat_id))
    if request.citizen.person_id == me.id and help_requests.live_of(desk.look.rows, chat_id) is None:
        desk.answer.records.append(TalkMoves(request.citizen.chat_id, chat_id))
        return replace(request, citizen=replace(request.citizen, chat_id=chat_id))
    return request


def close(desk: Desk, subject: str) -> None:
    """Either side ends it, with thanks; before anybody answered, the citizen takes it back."""
    request = _here(desk, asked_about(desk.look, subject))
    mine = request is not None and is_helper(desk, request)
    if request is None or not (mine or request.citizen.chat_id == desk.look.chat_id) or not request.state.live:
        desk.say("help.over", desk.choice("way.menu", "/menu"))
        return
    desk.answer.records.append(Happened(request.id, request.state, Event.CLOSE, {
        "closed_at": desk.look.now, "closed_by": "helper" if mine else "citizen", "chat_here": False, "helper_here": False}))
    _farewell(desk, request, mine)


def _farewell(desk: Desk, request: Request, mine: bool) -> None:
    look, other = desk.look, other_side(desk, request)
    feedback = ("help.feedback", f"/feedback:{request.hamlet_id}")
    if mine:
        desk.say("helper.closed", desk.choice("way.menu", "/menu"))
        name = helper_name(request, spoken(request.citizen, look))
        desk.answer.notices.append(notice(request.citizen, look, "help.closed_by_helper", feedback, name=name))
    elif request.state.has_helper:
        desk.say("help.closed", desk.choice(*feedback), desk.choice("way.menu", "/menu", quiet=True))
        if other is not None and other.state == "active":
            desk.answer.notices.append(notice(other, look, "helper.closed_by_citizen", hamlet=request.hamlet))
    else:
        desk.say("help.taken_back", desk.choice("way.menu", "/menu"))


# --- agreeing a visit -----------------------------------------------------------------------------------------------------


def meet(ask: Ask, look: Look) -> Done:
    """A day to come by; where the household is known, it stands in the day's list like any other appointment."""
    request = asked_about(look, look.subject)
    if request is None or not request.state.has_helper or request.helper is None or request.helper.chat_id != look.chat_id:
        raise Refused("helper.over")
    when = ask_day(ask, look, "day", "meet.day")
    at = when.at or USUAL[ask(pick("part", "morning", "afternoon", "evening"))]
    home = ask(_household(look, request))
    where = "" if home else ask(WHERE)
    on, said = when.on, both(look.words, when.on, look.today)
    records: list[object] = [Happened(request.id, request.state, Event.AGREE, {
        "visit_on": on, "chat_here": False, "helper_here": False, "answered_at": request.answered_at or look.now})]
    records.append(appointments.Appoint(f"help:{request.id}:{look.conversation}", request.citizen.chat_id,
                                        request.helper.person_id or 0, on, at, home.id if home else None, whereabouts=where))
    if home is None:
        records.append(appointments.RemindOfVisit(f"help:{request.id}", on))
    else:
        records.append(visits.LogVisit(f"talk:{look.conversation}", home.id, look.said_at, local_day(look.said_at), Mode.PHONE,
                                       Outcome.APPOINTMENT, None, on, None, (), ""))
        if when.at:
            records.append(reminders.ComeAt(f"household:{home.id}", on, at))
    return Done(tuple(records), "meet.saved", blanks={"day": said, "at": f"{at:%H:%M}"},
                choices=(Choice(look.words.say("help.go_on"), f"/talkon:{short(request.id)}"),
                         Choice(look.words.say("way.menu"), "/menu", quiet=True)),
                notices=(_invited(look, request, on, at, where),))


def _invited(look: Look, request: Request, on: date, at: time, where: str) -> Notice:
    """Whoever asked is told, and sees what was noted about where they live."""
    phrases = spoken(request.citizen, look)
    noted = "\n" + phrases.say("help.visit_where", where=where) if where else ""
    return notice(request.citizen, look, "help.visit", ("help.go_on", f"/talkon:{short(request.id)}"),
                  ("help.close", f"/closehelp:{short(request.id)}"), name=helper_name(request, phrases),
                  day=both(phrases, on, look.today), at=f"{at:%H:%M}", where=noted)


def _household(look: Look, request: Request) -> Question[house_numbers.Home | None]:
    """The household's number on the hamlet's list, if the helper knows it."""
    def read(raw: str) -> house_numbers.Home | None:
        if raw == "-":
            return None
        home = house_numbers.home(look.rows, request.hamlet_id, int(raw)) if raw.isdecimal() and len(raw) <= 5 else None
        if home is None:
            raise Refused("meet.household.unknown")
        return home

    def hear(raw: str) -> str:
        return raw.lower().removeprefix("hộ").strip() or raw

    return Question("household", read, hear, lambda: (Option("-"),), free=True, numbers=True)


MEET = Dialogue("meet", meet, Action.ANSWER_HELP)
