"""Coverage of a campaign by place: from the sums that are kept, or counted from the record where a day lies in the past.

Both ways ask the same rules (`coverage_rules.household_fact`), and a test holds them equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from storage.areas.places import COMMUNE, HAMLET, PROVINCE
from storage.counting import tallies
from storage.counting.campaign_goals import Goal
from storage.counting.course import fact_on
from storage.counting.coverage_rules import Coverage, HouseholdFact
from storage.counting.ledger import kept_fact
from storage.households.history import LINE, entry, household, line, lines, recorded
from storage.households.look_over import FACT
from storage.households.standing import CampaignFact
from storage.models import COUNTS, TALLY, Campaign, Place, Standing, table
from storage.prepared import Prepared, among
from storage.reading import Reading, Wanted

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


_CAMPAIGN = Prepared(select(campaign.c.kept, campaign.c.closed_on).where(campaign.c.id == bindparam("campaign")))


def state(rows: Reading, goal: Goal, as_of: date) -> tuple[bool, date]:
    """Whether sums are kept, and the day meant: a closed campaign stands as it was closed."""
    rows.settle()
    row = rows.once((_CAMPAIGN, goal.campaign_id), lambda: rows.first(_CAMPAIGN, {"campaign": goal.campaign_id}), lasting=True)
    if row is None:
        return False, as_of
    return row.kept, min(as_of, row.closed_on or as_of)


# --- hamlets --------------------------------------------------------------------------------------------------------------

_SUMS = [TALLY.c[name] for name in COUNTS]
_TALLIES = Prepared(select(TALLY.c.place_id, TALLY.c.settled_on, *_SUMS).where(
    TALLY.c.campaign_id == bindparam("campaign"), among(TALLY.c.place_id, "hamlets")))
_SETTLED = Prepared(select(TALLY.c.settled_on).where(
    TALLY.c.campaign_id == bindparam("campaign"), among(TALLY.c.place_id, "hamlets")))


def by_hamlet(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], as_of: date) -> dict[int, Coverage]:
    """Coverage of each hamlet at the local end of a day."""
    kept, day = state(rows, goal, as_of)
    if not kept:
        return from_record(rows, goal, hamlet_ids, day)
    found = dict.fromkeys(hamlet_ids, Coverage())  # nobody there is on the register unless sums are kept
    later = []
    for row in rows.all(_TALLIES, {"campaign": goal.campaign_id, "hamlets": list(hamlet_ids)}):
        if row.settled_on <= day:
            found[row.place_id] = tallies.of_values(row[2:])
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
_TURNED_IN = Prepared(_TURNED.where(among(standing.c.hamlet_id, "hamlets")))
Turned = tuple[int, HouseholdFact | None, HouseholdFact | None]


def turned(rows: Reading, goal: Goal, as_of: date, hamlet_ids: Sequence[int]) -> list[Turned]:
    """Households whose kept standing is over by that day (an absence that ended): the hamlet, before and after."""
    if not hamlet_ids:
        return []
    return _turned(rows, goal, as_of, rows.all(
        _TURNED_IN, {"campaign": goal.campaign_id, "on": as_of, "hamlets": list(hamlet_ids)}))


def _turned(rows: Reading, goal: Goal, as_of: date, found: Sequence[Any]) -> list[Turned]:
    if not found:
        return []
    known = recorded(rows, [row.household_id for row in found])
    return [(row.counted_in, kept_fact(row), fact_on(line(row, known), fact(goal), as_of)) for row in found]


def _moved(before: Coverage, out: HouseholdFact | None, into: HouseholdFact | None) -> Coverage:
    return tallies.moved(before, tallies.difference([into], [out]))


# --- places above ---------------------------------------------------------------------------------------------------------

_ABOVE = {
    HAMLET: (place.c.id == bindparam("place"), place.c.id, False),
    COMMUNE: (place.c.parent_id == bindparam("place"), place.c.id, False),
    PROVINCE: (commune.c.parent_id == bindparam("place"), place.c.parent_id, True),
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


INSIDE = {level: _ids_inside(level) for level in _ABOVE}
HAMLETS = {level: Prepared(_hamlets_inside(level)) for level in _ABOVE}
TURNED = {level: Prepared(_TURNED.where(standing.c.hamlet_id.in_(inside))) for level, inside in INSIDE.items()}
_PLACE = Prepared(select(place.c.id, place.c.level, place.c.code, place.c.name, place.c.parent_id).where(
    place.c.id == bindparam("place")))


def where(rows: Reading, place_id: int) -> Any:
    """A place: its level, code, name and what it lies in."""
    return rows.once((_PLACE, place_id), lambda: rows.first(_PLACE, {"place": place_id}), lasting=True)


def hamlets_in(rows: Reading, place_id: int) -> dict[int, int]:
    """The hamlets of a place, each with the part of the place that it belongs to."""
    here = where(rows, place_id)
    return {row.id: row.part for row in rows.all(HAMLETS[here.level], {"place": place_id})} if here else {}


def kept_for(column: ColumnElement[int]) -> dict[str, ColumnElement[bool]]:
    """By the level of a place: whether this column names one of the places whose sums make up its own."""
    itself = column == bindparam("place")
    communes = column.in_(select(place.c.id).where(place.c.parent_id == bindparam("place")))
    return {HAMLET: itself, COMMUNE: itself, PROVINCE: communes}


_KEPT = (select(TALLY.c.settled_on, place.c.id, place.c.code, place.c.name, *_SUMS)
         .select_from(TALLY.join(place, place.c.id == TALLY.c.place_id)).where(TALLY.c.campaign_id == bindparam("campaign")))
_ITSELF = Prepared(_KEPT.where(TALLY.c.place_id == bindparam("place")))
_inner = place.alias()
_PARTS = Prepared(_KEPT.where(TALLY.c.place_id.in_(select(_inner.c.id).where(_inner.c.parent_id == bindparam("place"))))
                  .order_by(place.c.code))
"""By a list of places: joined, SQLite would rather read the sums of a whole campaign."""
_FIGURES = 4
"""The column of the first sum in these."""
_NAMES = Prepared(select(place.c.id, place.c.code, place.c.name).where(among(place.c.id, "ids")).order_by(place.c.code))


@dataclass(frozen=True, slots=True)
class Whole:
    """A place and the places inside it; parts with nobody listed are left out."""

    total: Coverage
    parts: list[Part]


def whole(rows: Reading, goal: Goal, place_id: int, as_of: date) -> Whole:
    """Coverage of a hamlet, a commune or a province, and of its parts: numerators and denominators summed."""
    kept, day = state(rows, goal, as_of)
    here = where(rows, place_id)
    if here is None:
        return Whole(Coverage(), [])
    if not kept:
        return counted_whole(rows, goal, place_id, day)
    return summed(rows, goal, place_id, day, rows.together(*kept_sums(goal, here, day)))


def kept_sums(goal: Goal, here: Any, day: date) -> tuple[Wanted[Any], Wanted[Any]]:
    """The sums that are kept of a place, and the households that the calendar has changed there by a day."""
    query = _ITSELF if here.level == HAMLET else _PARTS
    return (Wanted(query, {"campaign": goal.campaign_id, "place": here.id}, list),
            Wanted(TURNED[here.level], {"campaign": goal.campaign_id, "on": day, "place": here.id}, list))


def summed(rows: Reading, goal: Goal, place_id: int, day: date, found: Sequence[Sequence[Any]]) -> Whole:
    """What was found of a place, put together; counted from the record where what is kept is of a later day already."""
    kept, late = found
    if any(row.settled_on > day for row in kept):
        return counted_whole(rows, goal, place_id, day)
    parts = {row.id: Part(row.id, row.code, row.name, tallies.of_values(row[_FIGURES:])) for row in kept}
    total = tallies.together([row[_FIGURES:] for row in kept])
    part_of = hamlets_in(rows, place_id) if late else {}
    for hamlet_id, before, after in _turned(rows, goal, day, late):
        part = parts[part_of[hamlet_id]]
        parts[part.id] = replace(part, coverage=_moved(part.coverage, before, after))
        total = _moved(total, before, after)
    return Whole(total, [part for part in parts.values() if part.coverage.register])


def counted_whole(rows: Reading, goal: Goal, place_id: int, day: date) -> Whole:
    """The same hamlet by hamlet, from the record where it must be."""
    part_of = hamlets_in(rows, place_id)
    sums: dict[int, Coverage] = defaultdict(Coverage)
    for hamlet_id, each in by_hamlet(rows, goal, list(part_of), day).items():
        sums[part_of[hamlet_id]] += each
    named = rows.all(_NAMES, {"ids": [id_ for id_, each in sums.items() if each.register]})
    return Whole(sum(sums.values(), Coverage()), [Part(row.id, row.code, row.name, sums[row.id]) for row in named])


def total(rows: Reading, goal: Goal, place_id: int, as_of: date) -> Coverage:
    """Coverage of a hamlet, a commune or a province."""
    return whole(rows, goal, place_id, as_of).total


def by_part(rows: Reading, goal: Goal, place_id: int, as_of: date) -> list[Part]:
    """Coverage of the parts of a place: a province's communes, a commune's hamlets, or the hamlet itself."""
    return whole(rows, goal, place_id, as_of).parts


def add(parts: Iterable[Coverage]) -> Coverage:
    """Sums of several places."""
    return sum(parts, Coverage())
