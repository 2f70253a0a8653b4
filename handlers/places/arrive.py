"""Somebody scanned the poster of a hamlet: a greeting with that hamlet's team in mind, kept only if they agree."""

from __future__ import annotations

from handlers import home
from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Question, pick
from handlers.talk import Message, Refused, said
from storage.areas import places, residence


def arrive(ask: Ask, look: Look) -> Done:
    """The subject is the hamlet's code, as it stands on the poster."""
    place = places.with_code(look.rows, look.subject) if look.subject else None
    if place is None or place.level != places.HAMLET:
        raise Refused("arrive.unknown")
    known = residence.home_of(look.rows, look.chat_id)
    if known is not None and known.id == place.id:
        return Done(say="arrive.hello", blanks={"hamlet": place.name}, then="/menu")
    if ask(_keep(look, place.name)) == "no":
        return Done(then="/menu")
    return Done((residence.LiveIn(place.id, home.WORDING),), then="/menu")


def _keep(look: Look, hamlet: str) -> Question[str]:
    """The greeting, and the same question in the same words as wherever a hamlet is kept."""
    hello = said(look.words.say("arrive.hello", hamlet=hamlet))
    screen = Message(title=hello.title, text=f"{hello.text}\n\n{look.words.say('home.keep', place=hamlet)}")
    ready = pick("keep", "yes", "no")
    return Question("keep", ready.read, offer=ready.offer, words="home.keep", screen=screen)


ARRIVE = Dialogue("arrive", arrive, Action.ASK_PERSON)
