"""Inviting somebody into a team: a link to send, and a code to read aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from handlers.access import Action, Role, Scope
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import SOMEBODYS, Option, Question
from handlers.talk import Choice, Refused, said
from storage.teams import people, telephones

MAY = {Role.VOLUNTEER: Action.INVITE_VOLUNTEER, Role.LEADER: Action.INVITE_LEADER}

NONE = "-"


def invite(ask: Ask, look: Look) -> Done:
    roles = [role for role, action in MAY.items() if look.may(action) > Scope.NOWHERE]
    role = ask(_role(roles)) if len(roles) > 1 else roles[0]
    services = look.services(MAY[role])
    service = ask(_where(services)) if len(services) > 1 else services[0]
    number = ask(_number(look.mark)) if look.mark else ""
    link, code = people.new_link(), people.new_code()
    words = look.words
    text = words.say("invite.made", role=words.say(f"role.{role}"), place=service.place_name,
                     ways="\n\n".join(_ways(look, link, code, number)))
    message = replace(said(text), secret=True, choices=(Choice(words.say("way.menu"), "/menu", quiet=True),))
    return Done((people.Invite(link, code, role.value, service.team_id, service.place_id, number),), message=message)


def _ways(look: Look, link: str, code: str, number: str) -> Iterator[str]:
    """What lets somebody in, the easiest for them first; a link only where there is an address that it can lead to."""
    say, days = look.words.say, people.LINK_LIVES.days
    if number:
        yield say("invite.by_number", ends=number[:3], days=days)
    if number and look.addresses:
        yield say("invite.at", addresses="\n".join(look.addresses))
    if look.doors:
        yield say("invite.by_link", links="\n".join(door.format(f"j-{link}") for door in look.doors), days=days)
    yield say("invite.by_code", code=code, minutes=int(people.CODE_LIVES.total_seconds() // 60))


def _role(roles: list[Role]) -> Question[Role]:
    def read(raw: str) -> Role:
        if raw not in roles:
            raise Refused("refused.choice")
        return Role(raw)

    return Question("role", read, offer=lambda: [Option(role.value, say=f"role.{role}") for role in roles])


def _where(services: Sequence[people.Service]) -> Question[people.Service]:
    places = {f"{service.place_id}": service for service in services}

    def read(raw: str) -> people.Service:
        if raw not in places:
            raise Refused("refused.choice")
        return places[raw]

    return Question("where", read, offer=lambda: [Option(id_, label=s.team_name or s.place_name) for id_, s in places.items()])


def _number(mark: Callable[[str], str]) -> Question[str]:
    """The telephone number of whoever is invited, made into its mark before it is kept; or none."""

    def hear(raw: str) -> str:
        return raw if raw == NONE or telephones.parts(raw) else mark(raw)

    def read(stored: str) -> str:
        if stored != NONE and telephones.parts(stored) is None:
            raise Refused("invite.number.unclear")
        return stored.removeprefix(NONE)

    return Question("number", read, hear, offer=lambda: (Option(NONE),), free=True, numbers=True, telephone=SOMEBODYS)


INVITE = Dialogue("invite", invite, Action.INVITE_VOLUNTEER)
