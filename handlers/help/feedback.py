"""A complaint, an idea or thanks: to the leader, unsigned if one wishes; and what leaders do with it."""

from __future__ import annotations

from dataclasses import replace

from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.help.help_notice import notice
from handlers.home import home
from handlers.look import Look
from handlers.questions import NOTE_LENGTH, Question, pick
from handlers.screens import numbered, short
from handlers.talk import Choice, Message, NotAllowed, Notice, Refused
from storage.areas import residence
from storage.areas.places import Hamlet
from storage.helping import duty, feedback
from storage.helping.feedback import Said

KINDS = ("complaint", "idea", "thanks")
KIND = pick("kind", *KINDS)
SIGN = pick("sign", "yes", "no")
SHOWN = 6


def give(ask: Ask, look: Look) -> Done:
    kind = ask(KIND)
    hamlet, kept = _about(ask, look)
    text = ask(_words())
    anonymous = ask(SIGN) == "no"
    said = feedback.Say(kind, hamlet.id, text, anonymous)
    return Done((*kept, said), "feedback.sent_unsigned" if anonymous else "feedback.sent",
                choices=(Choice(look.words.say("way.menu"), "/menu"),))


def _about(ask: Ask, look: Look) -> tuple[Hamlet, tuple[object, ...]]:
    """The hamlet it is about: where the help came from, or where somebody lives."""
    found = residence.hamlet(look.rows, int(look.subject)) if look.subject.isdecimal() and len(look.subject) < 12 else None
    return (found, ()) if found else home(ask, look)


def _words() -> Question[str]:
    def read(raw: str) -> str:
        if len(raw) > NOTE_LENGTH:
            raise Refused("refused.too_long", most=NOTE_LENGTH)
        if not raw.strip():
            raise Refused("refused.empty")
        return raw.strip()

    return Question("words", read, free=True)


def thanks(desk: Desk, _subject: str) -> None:
    """Somebody is polite to a machine; perhaps they mean a person."""
    desk.say("feedback.welcome", desk.choice("feedback.to_team", "/feedback"), desk.choice("way.go_on", "/again", quiet=True))


# --- the leader's side --------------------------------------------------------------------------------------------------------


def told(look: Look, said: Said) -> list[Notice]:
    """The leader (or the commune's officer) is told of it."""
    chiefs = duty.leaders(look.rows, said.hamlet_id, said.commune_id, look.today, look.accounts)
    return [notice(to, look, f"mailbag.{said.kind}", ("mailbag.handled", f"/handled:{short(said.id)}"),
                   ("mailbag.all", "/mailbag"), hamlet=said.hamlet, text=said.words) for to in chiefs]


def mailbag(desk: Desk, _subject: str) -> None:
    """What nobody has dealt with yet, with a button for each."""
    look = desk.look
    look.require(Action.READ_FEEDBACK)
    hamlets = [hamlet.id for hamlet in look.hamlets(Action.READ_FEEDBACK)]
    found = feedback.open_in(look.rows, hamlets, SHOWN) if hamlets else []
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if not found:
        desk.say("mailbag.empty", menu)
        return
    lines = [f"{n}. {look.words.say(f'mailbag.{said.kind}', hamlet=said.hamlet, text=said.words)}"
             for n, said in enumerate(found, start=1)]
    choices = tuple(desk.choice("mailbag.handled_one", f"/handled:{short(said.id)}", number=n)
                    for n, said in enumerate(found, start=1))
    desk.send(Message(title=look.words.say("mailbag.open"), text="\n\n".join(lines), choices=(*choices, menu)))


def handled(desk: Desk, subject: str) -> None:
    """The leader has dealt with it; whoever signed is told."""
    look = desk.look
    look.require(Action.READ_FEEDBACK)
    number = numbered(subject)
    said = feedback.by_id(look.rows, number)
    if said is None or (look.may(Action.READ_FEEDBACK) is not Scope.EVERYWHERE
                        and said.hamlet_id not in {hamlet.id for hamlet in look.hamlets(Action.READ_FEEDBACK)}):
        raise NotAllowed(Action.READ_FEEDBACK.value)
    if said.handled_at is None:
        desk.answer.records.append(feedback.Handled(said.id))
        writer = duty.address(look.rows, said.chat_id) if said.chat_id else None
        if writer is not None and writer.state == "active":
            desk.answer.notices.append(notice(writer, look, f"feedback.handled.{said.kind}"))
    desk.incoming = replace(desk.incoming, message="") if desk.incoming.ack else desk.incoming
    desk.say("mailbag.done", desk.choice("mailbag.all", "/mailbag"), desk.choice("way.menu", "/menu", quiet=True))


FEEDBACK = Dialogue("feedback", give, Action.GIVE_FEEDBACK)
