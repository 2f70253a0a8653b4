"""Inviting somebody into a team: a link to send, and a code to read aloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.access import Action, Role, Scope
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question
from handlers.talk import Choice, Refused, said
from storage import people

MAY = {Role.VOLUNTEER: Action.INVITE_VOLUNTEER, Role.LEADER: Action.INVITE_LEADER}


def invite(ask: Ask, look: Look) -> Done:
    roles = [role for role, action in MAY.items() if look.may(action) > Scope.NOWHERE]
    role = ask(_role(roles)) if len(roles) > 1 else roles[0]
    services = look.services(MAY[role])
    service = ask(_where(services)) if len(services) > 1 else services[0]
    link, code = people.new_link(), people.new_code()
    words = look.words
    text = words.say("invite.made", role=words.say(f"role.{role}"), place=service.place_name, code=code,
                     links="\n".join(door.format(f"j-{link}") for door in look.doors),
                     minutes=int(people.CODE_LIVES.total_seconds() // 60), days=people.LINK_LIVES.days)
    message = replace(said(text), secret=True, choices=(Choice(words.say("way.menu"), "/menu", quiet=True),))
    return Done((people.Invite(link, code, role.value, service.team_id, service.place_id),), message=message)


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


INVITE = Dialogue("invite", invite, Action.INVITE_VOLUNTEER)
