"""What a letter means: commands and choices first, then the open question, then the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers import heard, meant, repeating, welcome
from handlers.catalogue import DIALOGUES, EARS
from handlers.conversation import again, finish, perform, press, take
from handlers.desk import Desk
from handlers.dialogue import Dialogue
from handlers.guides import searching
from handlers.help import help_talk, reaching
from handlers.questions import SOMEBODYS, Question
from handlers.talk import Answer, Kept, Kind, NotAllowed, Refused, said
from handlers.teams.join import by_number
from storage.teams import telephones
from storage.teams.people import Refusal


def answer(desk: Desk) -> Answer:
    """What follows from one letter. Writes nothing: whatever is to be kept is in the answer."""
    try:
        route(desk)
    except Refused as trouble:
        _cannot_go_on(desk, trouble)
    except NotAllowed as refused:
        desk.answer = Answer(records=[Refusal(str(refused))])
        desk.leave()
        desk.say("refused.not_allowed", desk.choice("way.menu", "/menu"))
    result = desk.answer
    if result.messages and not desk.acted:
        repeating.calm(desk)
    if result.notices:
        reaching.see_to(desk.look, result)
    result.forgets = desk.private
    result.current = desk.talk.id if desk.talk and desk.talk.state == "open" else None
    result.shown = _shown(result, desk.shown) if result.messages and not desk.incoming.group else desk.shown
    return result


def _cannot_go_on(desk: Desk, trouble: Refused) -> None:
    """A dialogue that cannot even be asked: its guide is gone, there is no household list yet."""
    desk.answer = Answer()
    if desk.talk is not None:
        desk.talk.state = "cancelled"
        desk.keep(desk.talk)
        desk.leave()
    others = (desk.choice("menu.guides", "/guides"),) if trouble.phrase == "guide.gone" else ()
    desk.say(trouble.phrase, *others, desk.choice("way.menu", "/menu"), **trouble.values)


def _shown(result: Answer, before: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """What may be pressed by typing: the choices of the list shown last by number or words, all others by their words.

    What is said below a list without offering another leaves that one to be chosen from, unless a question is open.
    """
    asks = result.current is not None
    last = next((message for message in reversed(result.messages) if asks or any(c.numbered for c in message.choices)), None)
    shown = [choice.shown() for choice in last.choices] if last else []
    shown += [[c.data, c.label, "q"] for message in result.messages if message is not last for c in message.choices]
    if last is None:
        shown += [list(entry) for entry in before if len(entry) < 3]
    return shown


def route(desk: Desk) -> None:
    incoming = desk.incoming
    desk.private = incoming.kind is Kind.CONTACT
    if incoming.kind is Kind.BLOCKED:
        desk.answer.blocked = True
    elif incoming.group:
        _group(desk)
    elif help_talk.passed_on(desk):
        desk.acted = True  # it went to the person they are talking with
    elif incoming.kind is Kind.START:
        desk.acted = True
        _start(desk)
    elif incoming.secrets:
        _secret(desk)
    elif incoming.kind is Kind.PRESS:
        press(desk, incoming.data)
    elif incoming.kind is Kind.TEXT:
        _typed(desk, incoming.text.strip())
    else:
        _sent(desk)


def _sent(desk: Desk) -> None:
    """Something that is not words. What cannot even be seen (some people's words are withheld) is a person's to answer."""
    if desk.incoming.kind is Kind.UNSUPPORTED:
        choices = (desk.choice("help.ask", "/help"), desk.choice("way.go_on", "/again"),
                   desk.choice("way.menu", "/menu", quiet=True))
        if desk.look.telephone:  # whoever's every word is withheld cannot choose either
            desk.say("sent.withheld", *choices, telephone=desk.look.telephone)
        else:
            desk.say("sent.unsupported", *choices)
        return
    if desk.incoming.kind is Kind.CONTACT and desk.incoming.data and desk.look.mark:
        _number(desk)
        return
    desk.say(f"sent.{desk.incoming.kind.value}")
    again(desk)


def _number(desk: Desk) -> None:
    """A telephone number: the answer to a question that asks for somebody's, or what opens the invitation addressed to it."""
    if (asked := _asks_number(desk)) is not None:
        take(desk, *asked, desk.incoming.data.partition(":")[2])
    elif data := by_number(desk):
        perform(desk, data)
    else:
        again(desk)


def _asks_number(desk: Desk) -> tuple[Dialogue, Kept, str] | None:
    """The open question where it is one that somebody's number answers."""
    if desk.talk is None or desk.talk.dialogue not in DIALOGUES:
        return None
    question = desk.stand(DIALOGUES[desk.talk.dialogue], desk.talk).question
    asked = question is not None and question.telephone == SOMEBODYS
    return (DIALOGUES[desk.talk.dialogue], desk.talk, question.key) if question is not None and asked else None


def _secret(desk: Desk) -> None:
    """Why it was taken out; who gave a code away often writes it here as well, and is helped at once.

    A telephone number with a digit too few looks like one of these: where one is asked for, only that is said.
    """
    if (asked := _asks_number(desk)) is not None:
        desk.private = True
        take(desk, *asked, desk.incoming.text)
        return
    desk.send(replace(said(desk.look.words.say("secret.seen")), removes=desk.incoming.message))
    if not searching.alarm(desk, desk.incoming.text):
        again(desk)


def _group(desk: Desk) -> None:
    """One polite answer in a group, then silence: what households did is nobody's to read there."""
    if not desk.shown:
        desk.send(said(desk.look.words.say("group.write_alone"), choices=()))
        desk.shown = [["/menu", "group", "q"]]


def _start(desk: Desk) -> None:
    payload = desk.incoming.data
    if payload.startswith("j-"):
        perform(desk, f"/join:{payload[2:]}")
    elif payload.startswith("q-"):
        perform(desk, f"/quick:{payload[2:]}")
    elif payload.startswith("h-"):
        perform(desk, f"/confirm:{payload[2:]}")
    elif payload.startswith("t-"):
        perform(desk, f"/arrive:{payload[2:]}")
    elif payload.startswith("g-"):
        perform(desk, f"/guide:{payload[2:]}")
    else:
        desk.leave()
        welcome.start(desk)


def _typed(desk: Desk, text: str) -> None:
    if data := heard.label(text, desk.shown):
        press(desk, data)
    elif telephones.dialled(text) and (asked := _asks_number(desk)) is not None:
        desk.private = True
        take(desk, *asked, text)
    elif data := heard.command(text, asked=desk.talk is not None):
        perform(desk, data)
    elif not text:
        desk.say("refused.empty")
        again(desk)
    elif data := heard.choice(text, desk.shown, numbers=False):  # what is shown wins over what words may mean by their form
        press(desk, data)
    elif data := next(filter(None, (ear(desk, text) for ear in EARS)), None):
        perform(desk, data)
    elif desk.talk is not None and desk.talk.dialogue in DIALOGUES:
        _typed_answer(desk, desk.talk, text)
    else:
        _said_anywhere(desk, text)


def _said_anywhere(desk: Desk, text: str) -> None:
    """Where no question is open: a line of the list shown last, or else something to be searched for."""
    if data := heard.choice(text, desk.shown, spoken=True) or heard.politely(text, desk.shown, asked=False):
        press(desk, data)
    elif heard.is_number(text):  # of a list that is not there: never a guess
        welcome.menu(desk, "")
    else:
        searching.search(desk, text)


def _chosen(desk: Desk, kept: Kept, question: Question[Any], text: str) -> str | None:
    """What is shown, or a command, that somebody names at an open question."""
    numbers = not question.numbers or not meant.asked_here(kept, question.key, desk)
    found = heard.choice(text, desk.shown, numbers=numbers, spoken=not question.free)
    return found if found or question.free else heard.politely(text, desk.shown, asked=True)


def _typed_answer(desk: Desk, kept: Kept, text: str) -> None:
    dialogue = DIALOGUES[kept.dialogue]
    here = desk.stand(dialogue, kept)
    question = here.question
    desk.private = desk.private or (question is not None and question.telephone == SOMEBODYS)
    if question is None:
        finish(desk, dialogue, kept, here)
    elif data := _chosen(desk, kept, question, text):
        press(desk, data)
    elif value := meant.in_other_words(dialogue, question, text):
        take(desk, dialogue, kept, question.key, value)
    elif question.free and not meant.names_a_button(question, text):
        take(desk, dialogue, kept, question.key, text, may_be_aside=True)
    elif question.many and (several := meant.several(text, desk, question.key)):
        take(desk, dialogue, kept, question.key, several)
    elif not searching.aside(desk, text):
        desk.ask(dialogue, kept, here, Refused("refused.choice"))
