"""How fresh what is known of a place is: how many of those who serve there entered something in the last seven days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, case, exists, false, func, or_, select, true

from storage.areas.places import COMMUNE, HAMLET, PROVINCE
from storage.counting import coverage
from storage.counting.shares import FRESH_DAYS, Share
from storage.local_time import LOCAL
from storage.models import Membership, Person, Place, Visit, table
from storage.prepared import Prepared
from storage.reading import Reading, Wanted

member, person, place, visit = table(Membership), table(Person), table(Place), table(Visit)
_PLACES = select(place.c.id)
_IN = {
    HAMLET: member.c.place_id == bindparam("place"),
    COMMUNE: member.c.place_id.in_(_PLACES.where(place.c.parent_id == bindparam("place"))),
    PROVINCE: member.c.place_id.in_(_PLACES.where(place.c.parent_id.in_(
        _PLACES.where(place.c.parent_id == bindparam("place"))))),
}
_MEMBERS = {level: (
    select(member.c.person_id).distinct()
    .where(inside, member.c.team_id.is_not(None), member.c.valid_from <= bindparam("on"),
           or_(member.c.valid_to.is_(None), member.c.valid_to > bindparam("on"))).subquery()) for level, inside in _IN.items()}
_ENTERED = exists().where(visit.c.person_id == person.c.id, visit.c.recorded_at >= bindparam("since"),
                          visit.c.recorded_at < bindparam("until"))
_LATELY = case((person.c.entered_on.between(bindparam("first"), bindparam("on")), true()),
               (person.c.entered_on > bindparam("on"), _ENTERED), else_=false())
"""Their last entry is in these days; only for a day in the past, after which they went on, is there anything to look up."""
_FRESH = {level: Prepared(
    select(func.count().filter(_LATELY).label("fresh"), func.count().label("members"))
    .select_from(members.join(person, person.c.id == members.c.person_id))) for level, members in _MEMBERS.items()}


def freshness(rows: Reading, place_id: int, on: date) -> Share:
    """Of the members of the teams of a place, those who entered a visit in the seven days up to a day."""
    return rows.ask(freshness_of(coverage.where(rows, place_id), on))


def freshness_of(here: Any, on: date) -> Wanted[Share]:
    """The same, to be read with other things."""
    def read(found: Sequence[Any]) -> Share:
        return Share(int(found[0].fresh), int(found[0].members))

    first = on - timedelta(days=FRESH_DAYS - 1)
    return Wanted(_FRESH[here.level], {"place": here.id, "on": on, "first": first, "since": _midnight(first),
                                       "until": _midnight(on + timedelta(days=1))}, read)


def _midnight(on: date) -> datetime:
    """When a day begins in Vietnam."""
    return datetime.combine(on, time(), LOCAL).astimezone(UTC)
