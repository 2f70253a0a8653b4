"""What the work of a team makes others learn: houses that went back to the pool, visits that were told otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from content.words import words
from handlers.look import Look
from handlers.talk import Choice, Notice, said
from handlers.visits.meeting import spans
from storage.areas import places
from storage.helping import duty
from storage.helping.duty import Address
from storage.households.assignments import Returned


def returned(look: Look, each: Returned) -> list[Notice]:
    """To the member whose houses they were, and to the leaders."""
    name = places.name(look.rows, each.hamlet_id)
    whom = [*_leaders(look, each.hamlet_id)]
    own = duty.address_of(look.rows, each.person_id, look.accounts)
    if own is not None and own.chat_id not in {one.chat_id for one in whom}:
        whom.append(own)
    numbers = spans(each.numbers)
    return [_notice(look, to, "allot.returned", f"/today:{each.hamlet_id}", numbers=numbers, hamlet=name) for to in whom]


def corrected(look: Look, hamlet_id: int, number: int, reason: str) -> list[Notice]:
    """To the leaders, unless it was one of them."""
    me = look.person.id if look.person else 0
    return [_notice(look, to, "correct.told", f"/card:{hamlet_id}.{number}", number=number, reason=reason)
            for to in _leaders(look, hamlet_id) if to.person_id != me]


def _leaders(look: Look, hamlet_id: int) -> Sequence[Address]:
    return duty.members(look.rows, hamlet_id, look.today, look.accounts, (duty.LEADER,))


def _notice(look: Look, to: Address, key: str, data: str, **blanks: object) -> Notice:
    phrases = words(to.language or look.house)
    message = said(phrases.say(key, **blanks), choices=(Choice(phrases.say("correct.look"), data),))
    return Notice(to.chat_id, to.account, to.ref, message)
