"""Who serves together: listed for their leader, leaving, and handing over the lead. Nothing is deleted: service ends on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from storage.models import Chat, Invitation, Membership, Person, Place, table
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import note

person, membership, place, invitation = table(Person), table(Membership), table(Place), table(Invitation)
chat = table(Chat)
VOLUNTEER, LEADER = "volunteer", "leader"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody's service in one place."""

    membership_id: int
    person_id: int
    label: str
    role: str
    place_id: int
    place_name: str


_SERVING = (
    select(membership.c.id, person.c.id, person.c.label, membership.c.role, membership.c.place_id, place.c.name)
    .join(person, person.c.id == membership.c.person_id)
    .join(place, place.c.id == membership.c.place_id)
    .where(membership.c.valid_from <= bindparam("today"),
           or_(membership.c.valid_to.is_(None), membership.c.valid_to > bindparam("today")))
    .order_by(membership.c.place_id, membership.c.role, person.c.label, membership.c.id)
)
_IN = _SERVING.where(membership.c.place_id.in_(bindparam("places", expanding=True)))
_OF = _SERVING.where(membership.c.person_id == bindparam("person"))


def serving(rows: Reading, places: Sequence[int], today: date) -> list[Member]:
    """Everybody who serves in these places."""
    return [Member(*row) for row in rows.all(_IN, {"places": list(places), "today": today})] if places else []


def served(rows: Reading, places: Sequence[int]) -> list[Member]:
    """Everybody who serves or has served in these places: a log may be of somebody who left."""
    found = rows.all(select(membership.c.id, person.c.id, person.c.label, membership.c.role, membership.c.place_id, place.c.name)
                     .join(person, person.c.id == membership.c.person_id).join(place, place.c.id == membership.c.place_id)
                     .where(membership.c.place_id.in_(places)).order_by(membership.c.id))
    return [Member(*row) for row in found]


def services(rows: Reading, person_id: int, today: date) -> list[Member]:
    """Where one person serves."""
    return [Member(*row) for row in rows.all(_OF, {"person": person_id, "today": today})]


def roles_of_chat(rows: Reading, account: str, ref: str, today: date) -> frozenset[str]:
    """What the person of a chat serves as today."""
    found = rows.all(_SERVING.join(chat, chat.c.person_id == membership.c.person_id)
                     .where(chat.c.account == account, chat.c.ref == ref), {"today": today})
    return frozenset(str(row.role) for row in found)


def is_last_leader(rows: Reading, member: Member, today: date) -> bool:
    """Whether others serve there who would be left without anybody to lead them."""
    there = [each for each in serving(rows, [member.place_id], today) if each.person_id != member.person_id]
    return member.role == LEADER and bool(there) and all(each.role != LEADER for each in there)


# --- records ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EndService:
    """Somebody no longer serves there, from today."""

    membership_id: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """A leader and a volunteer of one place change roles, from today."""

    leader_id: int
    volunteer_id: int


@record.register
def _end(thing: EndService, tx: Connection, context: Context) -> None:
    row = tx.execute(select(membership).where(membership.c.id == thing.membership_id)).one()
    _close(tx, row.id, context.today)
    tx.execute(update(invitation).where(
        invitation.c.invited_by == row.person_id, invitation.c.place_id == row.place_id, invitation.c.used_at.is_(None),
        invitation.c.revoked_at.is_(None)).values(revoked_at=context.now))
    note(tx, context, "service.ended", f"person:{row.person_id}", f"{row.role} place:{row.place_id}")


@record.register
def _hand_over(thing: HandOver, tx: Connection, context: Context) -> None:
    pair = [tx.execute(select(membership).where(membership.c.id == id_)).one() for id_ in (thing.leader_id, thing.volunteer_id)]
    for row, role in zip(pair, (VOLUNTEER, LEADER), strict=True):
        _close(tx, row.id, context.today)
        already = tx.scalar(select(func.count()).select_from(membership).where(
            membership.c.person_id == row.person_id, membership.c.place_id == row.place_id, membership.c.role == role,
            or_(membership.c.valid_to.is_(None), membership.c.valid_to > context.today)))
        if not already:
            tx.execute(insert(membership), {"person_id": row.person_id, "role": role, "team_id": row.team_id,
                                            "place_id": row.place_id, "valid_from": context.today})
    note(tx, context, "lead.handed_over", f"person:{pair[1].person_id}", f"place:{pair[0].place_id}")


def _close(tx: Connection, membership_id: int, today: date) -> None:
    tx.execute(update(membership).where(membership.c.id == membership_id).values(valid_to=today))
