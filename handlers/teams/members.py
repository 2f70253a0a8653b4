"""The people of a team, for its leader: a new telephone in two taps, leaving, handing over the lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.access import Action, Role
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, pick
from handlers.talk import Choice, NotAllowed, Refused
from handlers.teams.link import once
from handlers.teams.member_notice import handed_over, removed, resigned
from storage.teams import links, people
from storage.teams.members import EndService, HandOver, Member, is_last_leader, services, serving

PHONE, REMOVE, LEAD = "phone", "remove", "lead"


def members(ask: Ask, look: Look) -> Done:
    """Whom it is about, then what is to be done."""
    mine = [hamlet.id for hamlet in look.hamlets(Action.MANAGE_MEMBERS)]
    others = [each for each in serving(look.rows, mine, look.today) if look.person and each.person_id != look.person.id]
    if not others:
        raise Refused("members.nobody")
    member = ask(_whom("who", others, look))
    own = _own_lead(look, member)
    deeds = (PHONE, REMOVE, LEAD) if own else (PHONE, REMOVE)
    words, name, place = look.words, member.label, member.place_name
    deed = ask(pick("deed", *deeds), name=name, role=words.say(f"role.{member.role}"), place=place)
    menu = (Choice(words.say("way.menu"), "/menu"),)
    if deed == PHONE:
        code = people.new_code()
        made = words.say("members.phone_made", name=name, code=code, minutes=links.MINUTES)
        return Done((links.OfferLink(code, member.person_id, replaces=True),), message=once(look, made))
    if deed == LEAD and own is not None:
        ask(pick("sure_lead", "yes"), name=name, place=place)
        over = HandOver(own.membership_id, member.membership_id)
        return Done((over,), "members.handed_over", blanks={"name": name, "place": place}, choices=menu,
                    notices=handed_over(look, member))
    ask(pick("sure_remove", "yes"), name=name, place=place)
    return Done((EndService(member.membership_id),), "members.removed", blanks={"name": name, "place": place}, choices=menu,
                notices=removed(look, member))


def _own_lead(look: Look, member: Member) -> Member | None:
    """The lead that somebody could hand over to this volunteer."""
    if look.person is None or member.role != Role.VOLUNTEER:
        return None
    mine = services(look.rows, look.person.id, look.today)
    return next((each for each in mine if each.role == Role.LEADER and each.place_id == member.place_id), None)


def _whom(key: str, among: Sequence[Member], look: Look) -> Question[Member]:
    """One of these people; a number of somebody else's is no slip of the finger."""
    known = {str(each.membership_id): each for each in among}

    def read(raw: str) -> Member:
        if raw in known:
            return known[raw]
        if raw.isdecimal():
            raise NotAllowed(Action.MANAGE_MEMBERS.value)
        raise Refused("refused.choice")

    def offer() -> list[Option]:
        several = len({each.place_id for each in among}) > 1
        return [Option(id_, label=f"{each.label} · {look.words.say(f'role.{each.role}')}"
                       + (f" · {each.place_name}" if several else "")) for id_, each in known.items()]

    return Question(key, read, offer=offer)


MEMBERS = Dialogue("members", members, Action.MANAGE_MEMBERS)


def resign(ask: Ask, look: Look) -> Done:
    """Leave a team of one's own free will. What was recorded stays; who led others hands over first."""
    mine = services(look.rows, look.person.id, look.today) if look.person else []
    if not mine:
        raise Refused("resign.nowhere")
    member = mine[0] if len(mine) == 1 else ask(replace(_whom("where", mine, look), offer=lambda: [
        Option(str(each.membership_id), label=f"{look.words.say(f'role.{each.role}')} · {each.place_name}") for each in mine]))
    if is_last_leader(look.rows, member, look.today):
        raise Refused("resign.hand_over_first")
    ask(pick("sure", "yes"), role=look.words.say(f"role.{member.role}"), place=member.place_name)
    return Done((EndService(member.membership_id),), "resign.done", blanks={"place": member.place_name},
                choices=(Choice(look.words.say("way.menu"), "/menu"),), notices=resigned(look, member))


RESIGN = Dialogue("resign", resign, Action.RESIGN)
