"""What people are told, kindly, when somebody's service in a team ends or a team gets another leader."""

from __future__ import annotations

from handlers.access import Role
from handlers.help.help_notice import notice, spoken
from handlers.look import Look
from handlers.talk import Notice
from storage.helping import duty
from storage.teams.members import Member

EVERYBODY = (duty.VOLUNTEER, duty.LEADER)


def removed(look: Look, member: Member) -> tuple[Notice, ...]:
    """To whoever no longer serves; and to the team, where it was one who led it."""
    told = _one(look, member, "members.you_left", place=member.place_name)
    return told + _lead_left(look, member) if member.role == Role.LEADER else told


def resigned(look: Look, member: Member) -> tuple[Notice, ...]:
    """To the leaders; of a leader to the whole team."""
    if member.role == Role.LEADER:
        return _lead_left(look, member)
    return _team(look, member, (duty.LEADER,), "members.somebody_left", name=member.label, place=member.place_name)


def handed_over(look: Look, member: Member) -> tuple[Notice, ...]:
    """To whoever leads from today, and to everybody else of the team but the one who did it."""
    return (*_one(look, member, "members.you_lead", place=member.place_name),
            *_team(look, member, EVERYBODY, "members.new_lead", name=member.label, place=member.place_name))


def _lead_left(look: Look, member: Member) -> tuple[Notice, ...]:
    return _team(look, member, EVERYBODY, "members.lead_left", name=member.label, place=member.place_name)


def _one(look: Look, member: Member, key: str, **blanks: str) -> tuple[Notice, ...]:
    to = duty.address_of(look.rows, member.person_id, look.accounts)
    return (notice(to, look, key, ("way.menu", "/menu"), **blanks),) if to else ()


def _team(look: Look, about: Member, roles: tuple[str, ...], key: str, *, name: str, place: str) -> tuple[Notice, ...]:
    """Whoever serves there in these roles, without the one it is about and the one who did it."""
    done_by = look.person.id if look.person else 0
    there = duty.members(look.rows, about.place_id, look.today, look.accounts, roles)
    return tuple(notice(to, look, key, ("way.menu", "/menu"), name=name or spoken(to, look).say("members.somebody"), place=place)
                 for to in there if to.person_id not in (about.person_id, done_by))
