"""Coverage of a campaign by place: from the sums that are kept, or counted from the record where a day lies in the past.

Both ways ask the same rules (`coverage_rules.household_fact`), and a test holds them equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select

from storage import tallies
from storage.course import fact_on
from storage.coverage_rules import Coverage, HouseholdFact
from storage.history import LINE, entry, household, line, lines, recorded
from storage.ledger import FACT, kept_fact
from storage.models import TALLY, Campaign, Place, Standing, table
from storage.places import COMMUNE, HAMLET
from storage.reading import Reading
from storage.standing import CampaignFact
from storage.visits import Goal

campaign, place, standing = table(Campaign), table(Place), table(Standing)
commune = place.alias("commune")
AT_ONCE = 100
"""Hamlets read at once where coverage is counted from the record: memory stays bounded."""
Under = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """A place inside another, with its coverage."""

    id: int
    code: str
    name: str
    coverage: Coverage


def fact(goal: Goal) -> CampaignFact:
    return CampaignFact(goal.starts_on, goal.ends_on, frozenset({goal.service}))


_CAMPAIGN = select(campaign.c.kept, campaign.c.closed_on).where(campaign.c.id == bindparam("campaign"))


def state(rows: Reading, goal: Goal, as_of: date) -> tuple[bool, date]:
    """Whether sums are kept, and the day meant: a closed campaign stands as it was closed."""
    rows.settle()
    row = rows.once((_CAMPAIGN, goal.campaign_id), lambda: rows.first(_CAMPAIGN, {"campaign": goal.campaign_id}), lasting=True)
    if row is None:
        return False, as_of
    return row.kept, min(as_of, row.closed_on or as_of)


# --- hamlets --------------------------------------------------------------------------------------------------------------

_TALLIES = select(TALLY).where(TALLY.c.campaign_id == bindparam("campaign"),
                               TALLY.c.place_id.in_(bindparam("hamlets", expanding=True)))

_SETTLED = select(TALLY.c.settled_on).where(TALLY.c.campaign_id == bindparam("campaign"),
                                            TALLY.c.place_id.in_(bindparam("hamlets", expanding=True)))


def by_hamlet(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], as_of: date) -> dict[int, Coverage]:
    """Coverage of each hamlet at the local end of a day."""
    kept, day = state(rows, goal, as_of)
    if not kept:
        return from_record(rows, goal, hamlet_ids, day)
    found = dict.fromkeys(hamlet_ids, Coverage())  # nobody there is on the register unless sums are kept
    later = []
    for row in rows.all(_TALLIES, {"campaign": goal.campaign_id, "hamlets": list(hamlet_ids)}):
        if row.settled_on <= day:
            found[row.place_id] = tallies.of_row(row)
        else:
            later.append(row.place_id)
    current = [id_ for id_ in hamlet_ids if id_ not in set(later)]
    for hamlet_id, before, after in turned(rows, goal, day, current):
        found[hamlet_id] = _moved(found[hamlet_id], before, after)
    return found | from_record(rows, goal, later, day)


def is_past(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], day: date) -> bool:
    """Whether what is kept of one of these hamlets is of a later day already."""
    found = rows.all(_SETTLED, {"campaign": goal.campaign_id, "hamlets": list(hamlet_ids)})
    return any(row.settled_on > day for row in found)


def from_record(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], as_of: date) -> dict[int, Coverage]:
    """The same, counted from what was recorded: any day, however long ago, as it is known now."""
    found: dict[int, Coverage] = {}
    for start in range(0, len(hamlet_ids), AT_ONCE):
        some = hamlet_ids[start:start + AT_ONCE]
        facts: dict[int, list[HouseholdFact | None]] = {id_: [] for id_ in some}
        for each in lines(rows, goal.campaign_id, some, as_of):
            facts[each.hamlet_id].append(fact_on(each, fact(goal), as_of))
        found |= {id_: Coverage.of(each) for id_, each in facts.items()}
    return found


# --- what the calendar alone has changed ----------------------------------------------------------------------------------

_TURNED = (
    select(*LINE, standing.c.hamlet_id.label("counted_in"), *(standing.c[name] for name in FACT))
    .join(household, household.c.id == standing.c.household_id)
    .join(entry, (entry.c.campaign_id == standing.c.campaign_id) & (entry.c.household_id == standing.c.household_id))
    .where(standing.c.campaign_id == bindparam("campaign"), standing.c.changes_on <= bindparam("on"))
)
_TURNED_IN = _TURNED.where(standing.c.hamlet_id.in_(bindparam("hamlets", expanding=True)))
Turned = tuple[int, HouseholdFact | None, HouseholdFact | None]


def turned(rows: Reading, goal: Goal, as_of: date, hamlet_ids: Sequence[int]) -> list[Turned]:
    """Households whose kept standing is over by that day (an absence that ended): the hamlet, before and after."""
    if not hamlet_ids:
        return []
    return _turned(rows, goal, as_of, rows.all(
        _TURNED_IN, {"campaign": goal.campaign_id, "on": as_of, "hamlets": list(hamlet_ids)}))


def _turned(rows: Reading, goal: Goal, as_of: date, found: Sequence[Row[*tuple[Any, ...]]]) -> list[Turned]:
    if not found:
        return []
    known = recorded(rows, [row.household_id for row in found])
    return [(row.counted_in, kept_fact(row), fact_on(line(row, known), fact(goal), as_of)) for row in found]


def _moved(before: Coverage, out: HouseholdFact | None, into: HouseholdFact | None) -> Coverage:
    change = tallies.difference([Coverage.of([into])], [Coverage.of([out])])
    return tallies.coverage({name: value + change[name] for name, value in tallies.columns(before).items()})


# --- places above ---------------------------------------------------------------------------------------------------------

_ABOVE = {
    HAMLET: (place.c.id == bindparam("place"), place.c.id, False),
    COMMUNE: (place.c.parent_id == bindparam("place"), place.c.id, False),
    "province": (commune.c.parent_id == bindparam("place"), place.c.parent_id, True),
}
"""By the level of a place: which hamlets lie in it, and which column tells its parts apart."""


def _inside(level: str) -> tuple[Any, Any, Any]:
    """Hamlets of a place of that level: where they come from, the condition, and the column of the parts."""
    condition, part, above = _ABOVE[level]
    source = place.join(commune, commune.c.id == place.c.parent_id) if above else place
    return source, (place.c.level == HAMLET) & condition, part


def _ids_inside(level: str) -> Under:
    source, condition, _ = _inside(level)
    return select(place.c.id).select_from(source).where(condition)


def _hamlets_inside(level: str) -> Under:
    source, condition, part = _inside(level)
    return select(place.c.id, part.label("part")).select_from(source).where(condition)


INSIDE, HAMLETS = {level: _ids_inside(level) for level in _ABOVE}, {level: _hamlets_inside(level) for level in _ABOVE}
TURNED = {level: _TURNED.where(standing.c.hamlet_id.in_(inside)) for level, inside in INSIDE.items()}
_PLACE = select(place.c.id, place.c.level, place.c.code, place.c.name, place.c.parent_id).where(
    place.c.id == bindparam("place"))
_NAMES = (select(place.c.id, place.c.code, place.c.name).where(place.c.id.in_(bindparam("ids", expanding=True)))
          .order_by(place.c.code))


def where(rows: Reading, place_id: int) -> Row[*tuple[Any, ...]] | None:
    """A place: its level, code, name and what it lies in."""
    found: Row[*tuple[Any, ...]] | None = rows.once(
        (_PLACE, place_id), lambda: rows.first(_PLACE, {"place": place_id}), lasting=True)
    return found


def hamlets_in(rows: Reading, place_id: int) -> dict[int, int]:
    """The hamlets of a place, each with the part of the place that it belongs to."""
    here = where(rows, place_id)
    return {row.id: row.part for row in rows.all(HAMLETS[here.level], {"place": place_id})} if here else {}


def kept_for(rows: Reading, place_id: int) -> list[int]:
    """The places whose sums make up those of a place: itself, or the communes of a province."""
    here = where(rows, place_id)
    if here is None or here.level in (HAMLET, COMMUNE):
        return [place_id]
    return list(rows.once((place, place_id), lambda: [row.id for row in rows.all(
        select(place.c.id).where(place.c.parent_id == place_id))], lasting=True))


_TOTAL = select(*tallies.SUMS, func.max(TALLY.c.settled_on).label("settled_on")).where(
    TALLY.c.campaign_id == bindparam("campaign"), TALLY.c.place_id.in_(bindparam("places", expanding=True)))
_PARTS = (select(TALLY, place.c.id.label("part")).join(place, place.c.id == TALLY.c.place_id)
          .where(TALLY.c.campaign_id == bindparam("campaign"), place.c.parent_id == bindparam("place")))


def total(rows: Reading, goal: Goal, place_id: int, as_of: date) -> Coverage:
    """Coverage of a hamlet, a commune or a province: numerators and denominators summed."""
    kept, day = state(rows, goal, as_of)
    here = where(rows, place_id)
    if here is None:
        return Coverage()
    values = {"campaign": goal.campaign_id, "place": place_id, "on": day}
    row = rows.first(_TOTAL, {**values, "places": kept_for(rows, place_id)}) if kept else None
    if row is None or (row.settled_on is not None and row.settled_on > day):
        return sum(by_hamlet(rows, goal, list(hamlets_in(rows, place_id)), day).values(), Coverage())
    found = tallies.of_row(row)
    for _, before, after in _turned(rows, goal, day, rows.all(TURNED[here.level], values)):
        found = _moved(found, before, after)
    return found


def by_part(rows: Reading, goal: Goal, place_id: int, as_of: date) -> list[Part]:
    """Coverage of the parts of a place: a province's communes, a commune's hamlets. Parts with nobody listed are left out."""
    kept, day = state(rows, goal, as_of)
    here = where(rows, place_id)
    if here is None or here.level == HAMLET:
        return _named(rows, {place_id: total(rows, goal, place_id, as_of)} if here else {})
    values = {"campaign": goal.campaign_id, "place": place_id, "on": day}
    found = rows.all(_PARTS, values) if kept else []
    if not kept or any(row.settled_on > day for row in found):
        sums = _gathered(rows, goal, place_id, day)
    else:
        sums = {row.part: tallies.of_row(row) for row in found}
        if changed := _turned(rows, goal, day, rows.all(TURNED[here.level], values)):
            part_of = hamlets_in(rows, place_id)
            for hamlet_id, before, after in changed:
                sums[part_of[hamlet_id]] = _moved(sums[part_of[hamlet_id]], before, after)
    return _named(rows, sums)


def _gathered(rows: Reading, goal: Goal, place_id: int, day: date) -> dict[int, Coverage]:
    part_of = hamlets_in(rows, place_id)
    sums: dict[int, Coverage] = defaultdict(Coverage)
    for hamlet_id, each in by_hamlet(rows, goal, list(part_of), day).items():
        sums[part_of[hamlet_id]] += each
    return sums


def _named(rows: Reading, sums: dict[int, Coverage]) -> list[Part]:
    named = rows.all(_NAMES, {"ids": [id_ for id_, each in sums.items() if each.register]})
    return [Part(row.id, row.code, row.name, sums[row.id]) for row in named]


def add(parts: Iterable[Coverage]) -> Coverage:
    """Sums of several places."""
    return sum(parts, Coverage())
