"""How a conversation goes on: a button is pressed, an answer taken, a command performed; one begins, ends, is taken up again."""

from __future__ import annotations

from dataclasses import replace

from handlers import welcome
from handlers.catalogue import ACTIONS, DIALOGUES
from handlers.desk import Desk
from handlers.dialogue import BACK, CANCEL, EDIT, Dialogue, Done, Standing, hear, steers
from handlers.guides import searching
from handlers.screens import corrections, numbered, short
from handlers.talk import Kept, Refused


def press(desk: Desk, data: str) -> None:
    """A button, whoever pressed it and however old it is."""
    desk.acted = True
    if data.startswith("/"):
        perform(desk, data)
        return
    number, _, rest = data.partition(":")
    key, _, raw = rest.partition(":")
    kept = desk.fetch(numbered(number))
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
    desk.acted = True
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
    desk.acted = True
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
    kept = desk.fetch(numbered(subject))
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
