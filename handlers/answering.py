"""Routing one letter: commands and choices first, then the open question, then the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers import heard, meant, welcome
from handlers.catalogue import ACTIONS, DIALOGUES, EARS
from handlers.desk import Desk
from handlers.dialogue import BACK, CANCEL, EDIT, Dialogue, Done, Standing, hear, steers
from handlers.guides import searching
from handlers.help import help_talk, reaching
from handlers.questions import SOMEBODYS
from handlers.screens import DIGITS, corrections, short
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
        return  # it went to the person they are talking with
    elif incoming.kind is Kind.START:
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
    if data := heard.choice(text, desk.shown, spoken=True):
        press(desk, data)
    elif heard.is_number(text):  # of a list that is not there: never a guess
        welcome.menu(desk, "")
    else:
        searching.search(desk, text)


def _typed_answer(desk: Desk, kept: Kept, text: str) -> None:
    dialogue = DIALOGUES[kept.dialogue]
    here = desk.stand(dialogue, kept)
    question = here.question
    desk.private = desk.private or (question is not None and question.telephone == SOMEBODYS)
    if question is None:
        finish(desk, dialogue, kept, here)
    elif data := heard.choice(text, desk.shown, numbers=not question.numbers or not meant.asked_here(kept, question.key, desk),
                                spoken=not question.free):
        press(desk, data)
    elif value := meant.in_other_words(dialogue, question, text):
        take(desk, dialogue, kept, question.key, value)
    elif question.free and not meant.names_a_button(question, text):
        take(desk, dialogue, kept, question.key, text, may_be_aside=True)
    elif question.many and (several := meant.several(text, desk, question.key)):
        take(desk, dialogue, kept, question.key, several)
    elif not searching.aside(desk, text):
        desk.ask(dialogue, kept, here, Refused("refused.choice"))






def press(desk: Desk, data: str) -> None:
    """A button, whoever pressed it and however old it is."""
    if data.startswith("/"):
        perform(desk, data)
        return
    number, _, rest = data.partition(":")
    key, _, raw = rest.partition(":")
    known = number.strip(DIGITS) == "" and 0 < len(number) <= 12
    kept = desk.fetch(int(number, 36)) if known else None
    if kept is None or kept.state != "open" or kept.dialogue not in DIALOGUES:
        _stale(desk, kept)
        return
    dialogue = DIALOGUES[kept.dialogue]
    desk.look.require(dialogue.action)
    desk.enter(kept)
    if raw == CANCEL:
        kept.state, kept.answers = "cancelled", {}
        desk.say("way.cancelled")
        welcome.menu(desk, "")
    elif raw == EDIT:
        desk.send(corrections(dialogue, kept, desk.stand(dialogue, kept), desk.look.words))
    else:
        take(desk, dialogue, kept, key, raw)


def _stale(desk: Desk, kept: Kept | None) -> None:
    """A button of something that is over: say so kindly and show where the person is."""
    if desk.incoming.ack and not desk.is_last_message():
        desk.incoming = replace(desk.incoming, message="")
    desk.say("stale.done" if kept and kept.state == "done" else "stale.closed")
    again(desk)


def take(desk: Desk, dialogue: Dialogue, kept: Kept, key: str, raw: str, *, may_be_aside: bool = False) -> None:
    """Take an answer and show what follows."""
    desk.enter(kept)
    here, trouble, meant = _hear(desk, dialogue, kept, key, raw)
    _progress(desk, dialogue, kept, here, key)
    if trouble is not None:
        if not (may_be_aside and searching.aside(desk, raw)):
            desk.ask(dialogue, kept, here, trouble)
        return
    if not meant and desk.incoming.ack and not desk.is_last_message():
        desk.incoming = replace(desk.incoming, message="")  # an old screen stays as it was; the current one comes below
    if here.done is not None:
        finish(desk, dialogue, kept, here)
    else:
        desk.ask(dialogue, kept, here, None if meant else dialogue.lost(here, desk.look, key))


def _hear(desk: Desk, dialogue: Dialogue, kept: Kept, key: str, raw: str) -> tuple[Standing, Refused | None, bool]:
    """Where the conversation stands after an answer, why it was refused, and whether it meant anything."""
    if not steers(raw) and (key not in kept.answers or key == kept.asking_again):
        here = desk.stand(dialogue, kept, (key, raw))  # the ordinary case: one replay
        if here.refused or key in kept.answers:
            return here, here.refused, True
    here = desk.stand(dialogue, kept)
    try:
        meant = hear(kept, here, key, raw)
    except Refused as trouble:
        return here, trouble, True
    return desk.stand(dialogue, kept), None, meant


def _progress(desk: Desk, dialogue: Dialogue, kept: Kept, here: Standing, key: str) -> None:
    if dialogue.progress is not None:
        desk.answer.records += dialogue.progress(kept, here, desk.look, key)


def finish(desk: Desk, dialogue: Dialogue, kept: Kept, here: Standing) -> None:
    done = here.done or Done()
    kept.state, kept.answers, kept.asking_again = "done", {}, None
    desk.keep(kept)
    desk.leave()
    desk.answer.records += done.records
    desk.answer.notices += done.notices
    if done.message is not None:
        desk.send(done.message)
    elif done.say:
        desk.say(done.say, *done.choices, **done.blanks)
    if done.then:
        perform(desk, done.then)


def perform(desk: Desk, data: str) -> None:
    """What a menu button, a command or a link asks for: `/name` or `/name:subject`."""
    name, _, subject = data.removeprefix("/").partition(":")
    if name in DIALOGUES:
        start(desk, DIALOGUES[name], subject)
    elif name == "again":
        _go_on_with_last(desk)
    elif name == "back":
        _back(desk)
    elif name == "resume":
        _resume(desk, subject)
    elif name in ACTIONS:
        ACTIONS[name](desk, subject)
        then, desk.then = desk.then, ""
        if then:
            perform(desk, then)
    else:
        _stale(desk, None)


def _back(desk: Desk) -> None:
    """One step back, asked for in words."""
    if desk.talk is None or desk.talk.dialogue not in DIALOGUES:
        welcome.menu(desk, "")
        return
    dialogue = DIALOGUES[desk.talk.dialogue]
    here = desk.stand(dialogue, desk.talk)
    if not here.asked and desk.talk.asking_again is None:
        desk.leave()
        welcome.menu(desk, "")  # before the first question there is nothing of this: it leads out
        return
    take(desk, dialogue, desk.talk, here.question.key if here.question else "", BACK)


def start(desk: Desk, dialogue: Dialogue, subject: str) -> None:
    """Begin a dialogue, or go on with the same one where it was left."""
    desk.look.require(dialogue.action)
    left = next((kept for kept in desk.unfinished() if (kept.dialogue, kept.subject) == (dialogue.name, subject)), None)
    kept = left or desk.begin(dialogue, subject)
    desk.enter(kept)
    _go_on(desk, dialogue, kept)


def _go_on_with_last(desk: Desk) -> None:
    """“Tiếp tục”: with the open question, or with what was left last."""
    left = desk.unfinished(1) if desk.talk is None else []
    if left:
        _resume(desk, short(left[0].id))
    else:
        again(desk)


def _resume(desk: Desk, subject: str) -> None:
    kept = desk.fetch(int(subject, 36)) if subject.strip(DIGITS) == "" and subject else None
    if kept is None or kept.state != "open" or kept.dialogue not in DIALOGUES:
        _stale(desk, kept)
        return
    desk.look.require(DIALOGUES[kept.dialogue].action)
    desk.enter(kept)
    _go_on(desk, DIALOGUES[kept.dialogue], kept)


def _go_on(desk: Desk, dialogue: Dialogue, kept: Kept) -> None:
    here = desk.stand(dialogue, kept)
    _progress(desk, dialogue, kept, here, "")
    if here.done is not None:
        finish(desk, dialogue, kept, here)
    else:
        desk.ask(dialogue, kept, here)


def again(desk: Desk) -> None:
    """Show where somebody is: the open question, or the menu."""
    if desk.talk is None or desk.talk.dialogue not in DIALOGUES:
        welcome.menu(desk, "")
        return
    _go_on(desk, DIALOGUES[desk.talk.dialogue], desk.talk)
