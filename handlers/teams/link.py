"""One person, several channels: a code made where somebody is known, typed where they are not yet."""

from __future__ import annotations

from dataclasses import replace

from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done, Standing
from handlers.look import Look
from handlers.questions import Question, pick
from handlers.talk import Choice, Kept, Message, said
from handlers.typed_code import typed_code
from storage.teams import links, people


def link(ask: Ask, look: Look) -> Done:
    """Make a code, where we know who writes; take one, where we do not."""
    if look.person is not None:
        code = people.new_code()
        made = look.words.say("link.made", code=code, minutes=links.MINUTES)
        return Done((links.OfferLink(code, look.person.id, replaces=False),), message=once(look, made))
    known = ask(_code(look))
    if ask(pick("agree", "yes", "no"), name=known.label) == "no":
        return Done(say="link.declined", then="/menu")
    menu = Choice(look.words.say("way.menu"), "/menu")
    return Done((links.TakeLink(known.id),), "link.done", blanks={"name": known.label}, choices=(menu,))


def once(look: Look, text: str) -> Message:
    """Words with a code in them, said once and then forgotten by the outbox."""
    return replace(said(text), secret=True, choices=(Choice(look.words.say("way.menu"), "/menu", quiet=True),))


def _code(look: Look) -> Question[links.Known]:
    return typed_code(look, links.known, too_many="link.too_many", not_a_code="link.not_a_code", unknown="link.unknown_code",
                      what=links.GUESS)


def _guessed(kept: Kept, here: Standing, look: Look, key: str) -> tuple[object, ...]:
    return (people.Guess(links.GUESS),) if key == "code" else ()


LINK = Dialogue("link", link, Action.LINK, _guessed)
