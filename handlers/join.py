"""Joining a team by an invitation: a link, or a code read aloud."""

from __future__ import annotations

from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done, Standing
from handlers.look import Look
from handlers.questions import Question, pick
from handlers.talk import Choice, Kept, Refused
from storage import people

WORDING = "team-2026-11"
"""Which wording of the consent somebody saw; a new one when the words change."""
NAME_LENGTH = 40


def join(ask: Ask, look: Look) -> Done:
    """The subject is the hash of an invitation link; without one, the code is asked for."""
    offer = people.offer(look.rows, look.subject, look.now) if look.subject else ask(_code(look))
    if offer is None:
        raise Refused("join.expired")
    role = look.words.say(f"role.{offer.role}")
    if ask(pick("agree", "yes", "no").saying(role=role, place=offer.place_name)) == "no":
        return Done(say="join.declined", then="/menu")
    name = look.person.label if look.person else ask(_name())
    return Done((people.Join(offer.id, name, WORDING, look.words.language),), "join.welcome",
                blanks={"name": name, "role": role, "place": offer.place_name},
                choices=(Choice(look.words.say("way.menu"), "/menu"),))


def _code(look: Look) -> Question[people.Offer]:
    def hear(raw: str) -> str:
        if people.guesses_left(look.rows, look.chat_id, look.now) <= 0:
            raise Refused("join.too_many")
        code = people.tidy_code(raw)
        if not code:
            raise Refused("join.not_a_code")
        return people.hashed(code)

    def read(stored: str) -> people.Offer:
        found = people.offer(look.rows, stored, look.now)
        if found is None:
            raise Refused("join.unknown_code")
        return found

    return Question("code", read, hear, free=True)


def _name() -> Question[str]:
    def read(raw: str) -> str:
        name = " ".join(raw.split())
        if not name or len(name) > NAME_LENGTH or any(letter.isdigit() for letter in name):
            raise Refused("join.name.unclear", most=NAME_LENGTH)
        return name

    return Question("name", read, free=True)


def _guessed(kept: Kept, here: Standing, look: Look, key: str) -> tuple[object, ...]:
    return (people.Guess(),) if key == "code" else ()


JOIN = Dialogue("join", join, Action.JOIN, _guessed)
