"""Joining a team by an invitation: a link, or a code read aloud."""

from __future__ import annotations

from dataclasses import replace

from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done, Standing
from handlers.help.help_notice import notice, spoken
from handlers.look import Look
from handlers.questions import OWN, Question, pick
from handlers.talk import Choice, Kept, Notice, Refused
from handlers.typed_code import typed_code
from storage.helping import duty
from storage.teams import people, telephones

WORDING = "team-2026-11"
"""Which wording of the consent somebody saw; a new one when the words change."""
NAME_LENGTH = 40


def join(ask: Ask, look: Look) -> Done:
    """The subject is the hash of an invitation link; without one, the code is asked for."""
    offer = people.offer(look.rows, look.subject, look.now) if look.subject else ask(_code(look))
    if offer is None:
        raise Refused("join.expired")
    role = look.words.say(f"role.{offer.role}")
    if ask(pick("agree", "yes", "no"), role=role, place=offer.place_name) == "no":
        return Done(say="join.declined", then="/menu")
    name = look.person.label if look.person else ask(_name())
    return Done((people.Join(offer.id, name, WORDING, look.words.language),), "join.welcome",
                blanks={"name": name, "role": role, "place": offer.place_name},
                choices=(Choice(look.words.say("way.menu"), "/menu"),), notices=_told(look, offer, name))


def _told(look: Look, offer: people.Offer, name: str) -> tuple[Notice, ...]:
    """To whoever addressed it to a number: a number is known to more people than a code."""
    to = duty.address_of(look.rows, offer.invited_by, look.accounts) if offer.invited_by and offer.number_ends else None
    if to is None:
        return ()
    role = spoken(to, look).say(f"role.{offer.role}")
    return (notice(to, look, "join.told", ("menu.members", "/members"), ("way.menu", "/menu"), name=name, role=role,
                   place=offer.place_name, ends=offer.number_ends),)


def by_number(desk: Desk) -> str:
    """What a number that was handed over opens, as a button would carry it; nothing where it opens nothing, which is said."""
    whose, _, marked = desk.incoming.data.partition(":")
    found = telephones.parts(marked)
    look, link = desk.look, ""
    if whose != "own":
        trouble = "join.others_number"
    elif people.guesses_left(look.rows, look.chat_id, look.now) <= 0:
        trouble = "join.too_many"
    else:
        trouble = "join.no_number"
        desk.answer.records.append(people.Guess())
        link = people.addressed(look.rows, found[1], look.now) if found else ""
    desk.say("join.number_known" if link else trouble)
    return f"/join:{link}" if link else ""


def _code(look: Look) -> Question[people.Offer]:
    code = typed_code(look, people.offer, too_many="join.too_many", not_a_code="join.not_a_code", unknown="join.unknown_code")
    return replace(code, telephone=OWN, words="join.code_or_number") if look.asks_number else code


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
