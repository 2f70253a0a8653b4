"""Talking through the bot: what one side types goes to the other, the bot keeps silent, and nobody's number is shown."""

from __future__ import annotations

from dataclasses import replace

from handlers import heard
from handlers.desk import Desk
from handlers.help.help_notice import asker_name, helper_name, spoken
from handlers.help.reaching import open_to
from handlers.screens import short
from handlers.talk import Choice, Kind, Message, Notice, said
from storage import transcript
from storage.helping import help_requests
from storage.helping.duty import Address
from storage.helping.help_requests import Happened, Marked, Request
from storage.helping.help_rules import Event, State

WAYS_OUT = frozenset({"/menu", "/leave"})


def passed_on(desk: Desk) -> bool:
    """Whether this letter belongs to a talk with a person; if so, it is on its way to them."""
    incoming = desk.incoming
    if incoming.kind is Kind.PRESS and incoming.data not in WAYS_OUT:
        return False
    request = _seat(desk)
    if request is None or (desk.talk is not None and desk.talk.dialogue != "guide"):
        return False  # whoever is asked something by the bot answers the bot
    if _leaves(desk):
        _step_aside(desk, request)
        return False
    if incoming.kind is not Kind.TEXT:
        desk.say("help.only_words")
    elif heard.label(incoming.text, desk.shown) or _chooses(desk):
        return False
    elif incoming.text.strip():
        _pass_on(desk, request)
    return True


def _seat(desk: Desk) -> Request | None:
    number = help_requests.seats(desk.look.rows).get(desk.look.chat_id)
    return help_requests.by_id(desk.look.rows, number) if number else None


def is_helper(desk: Desk, request: Request) -> bool:
    return request.helper is not None and request.helper.chat_id == desk.look.chat_id


def other_side(desk: Desk, request: Request) -> Address | None:
    return request.citizen if is_helper(desk, request) else request.helper


def _leaves(desk: Desk) -> bool:
    """menu, thoát and /start are for the bot, wherever somebody is."""
    incoming = desk.incoming
    if incoming.kind is Kind.TEXT:
        return heard.command(incoming.text.strip()) in WAYS_OUT
    return incoming.kind in (Kind.START, Kind.PRESS)


def _chooses(desk: Desk) -> bool:
    """A number is for the other side, unless what this chat was shown last was a list of choices."""
    typed = desk.incoming.text
    return (heard.is_number(typed) and heard.choice(typed, desk.shown) is not None
            and transcript.last_offers(desk.look.rows, desk.look.chat_id))


def _step_aside(desk: Desk, request: Request) -> None:
    mine = is_helper(desk, request)
    desk.answer.records.append(Marked(request.id, {"helper_here" if mine else "chat_here": False}))
    name = asker_name(request, desk.look.words) if mine else helper_name(request, desk.look.words)
    desk.say("helper.aside" if mine else "help.aside", desk.choice("help.go_on", f"/talkon:{short(request.id)}"), name=name)


def _pass_on(desk: Desk, request: Request) -> None:
    """To the other side, masked where it held a secret, with the sender's first name and role."""
    look, mine = desk.look, is_helper(desk, request)
    other = other_side(desk, request)
    if desk.incoming.secrets:
        desk.send(replace(said(look.words.say("secret.seen")), removes=desk.incoming.message))
    if other is None or other.state != "active" or not open_to(look, [other]):
        desk.say("helper.out_of_reach" if mine else "help.visit_stands" if request.state is State.AGREED else "help.out_of_reach")
        return
    desk.answer.notices.append(_line(desk, request, other, mine))
    first = mine and request.answered_at is None
    sets = {"answered_at": look.now} if first else {}
    if mine and request.state is State.ACCEPTED:
        desk.answer.records.append(Happened(request.id, request.state, Event.SAY, sets))
    else:
        desk.answer.records.append(Marked(request.id, {"touched_at": look.now, **sets}))


def _line(desk: Desk, request: Request, other: Address, mine: bool) -> Notice:
    phrases = spoken(other, desk.look)
    name = helper_name(request, phrases) if mine else asker_name(request, phrases)
    listens = request.chat_here if mine else request.helper_here
    back = () if listens else (Choice(phrases.say("help.answer"), f"/talkon:{short(request.id)}"),)
    return Notice(other.chat_id, other.account, other.ref, Message(title=f"💬 {name}", text=desk.incoming.text, choices=back))
