"""What was recorded about households, read from the tables as the facts that the rules of standing work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, null, or_, select, union_all

from storage.areas.former_homes import lived_elsewhere
from storage.households.standing import AttainmentFact, CampaignFact, EntryFact, VisitFact
from storage.models import Attainment, Household, HouseholdMerge, RegisterEntry, Visit, table
from storage.outcomes import OUTCOMES, Barrier, Mode, Verification
from storage.prepared import Prepared, among
from storage.reading import Reading, Wanted

household, entry, visit, attainment = table(Household), table(RegisterEntry), table(Visit), table(Attainment)
merged = table(HouseholdMerge)
later, _one_of = visit.alias("later"), household.alias()
BARRIERS = {each.value: each for each in Barrier}
MODES = {each.value: each for each in Mode}
VERIFICATIONS = {each.value: each for each in Verification}


@dataclass(frozen=True, slots=True)
class Joined:
    """What another household brings along from the day it was merged into this one."""

    on: date
    visits: Sequence[VisitFact]
    attainments: Sequence[AttainmentFact]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a campaign's register with everything recorded about that household."""

    household_id: int
    hamlet_id: int
    entry: EntryFact
    visits: Sequence[VisitFact]
    attainments: Sequence[AttainmentFact]
    adults: int | None = None
    farm: bool | None = None
    kept_on: date | None = None
    joined: tuple[Joined, ...] = ()

    def visits_on(self, day: date) -> Sequence[VisitFact]:
        """Its visits as they are counted on a day: with those of the households merged into it by then."""
        there = [each.visits for each in self.joined if each.on <= day]
        return [*self.visits, *(visit for visits in there for visit in visits)] if there else self.visits

    def attainments_on(self, day: date) -> Sequence[AttainmentFact]:
        there = [each.attainments for each in self.joined if each.on <= day]
        return [*self.attainments, *(fact for facts in there for fact in facts)] if there else self.attainments

    def adults_achieved(self, campaign: CampaignFact, as_of: date) -> int:
        return self.persons(campaign.goals, as_of)

    def persons(self, services: Collection[str], day: date) -> int:
        """An attainment is one person's, however often it was confirmed: so many have one of these services."""
        stand = [each for each in self.attainments_on(day) if each.service in services and each.stands(day)]
        return len({each.visit for each in stand if each.visit is not None}) + sum(each.visit is None for each in stand)


LINE = (
    entry.c.campaign_id, entry.c.household_id, entry.c.added_on, entry.c.excluded_on, entry.c.excluded_by, entry.c.confirmed_by,
    entry.c.kept_on, household.c.hamlet_id, household.c.adult_count, household.c.farm, household.c.merged_into_id,
)
_WHO = or_(among(household.c.id, "ids"), among(household.c.merged_into_id, "ids"))
_WHERE = or_(among(household.c.hamlet_id, "hamlets"), among(household.c.id, "also"))
_SINGLE = or_(household.c.id == bindparam("id"), household.c.merged_into_id == bindparam("id"))


def _facts(which: ColumnElement[bool]) -> Prepared:
    """Visits and, without an instant, attainments: what is on record of these households, asked for at once."""
    visits = (
        select(visit.c.household_id, visit.c.occurred_at, visit.c.outcome, visit.c.barrier, visit.c.mode, visit.c.person_id,
               visit.c.id.label("visit_id"), visit.c.away_until, visit.c.next_on, visit.c.occurred_on)
        .join(household, household.c.id == visit.c.household_id)
        .outerjoin(later, later.c.supersedes_id == visit.c.id)
        .where(which, visit.c.void.is_(False), later.c.id.is_(None))
    )
    attainments = (
        select(attainment.c.household_id, null(), attainment.c.service, attainment.c.assisted_by, attainment.c.verification,
               attainment.c.recorded_by, attainment.c.visit_id, attainment.c.achieved_on, attainment.c.revoked_on, null())
        .join(household, household.c.id == attainment.c.household_id).where(which)
    )
    return Prepared(union_all(visits, attainments))


def _merges(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(household.c.id, household.c.merged_into_id, merged.c.kept_id, merged.c.on)
        .outerjoin(merged, (merged.c.gone_id == household.c.id) & merged.c.undone_at.is_(None))
        .where(which, household.c.merged_into_id.is_not(None))
    )


SINGLE = _facts(_SINGLE)
"""What is on record of one household."""
_ONE = SINGLE, Prepared(_merges(_SINGLE))
_BY_ID = _facts(_WHO), Prepared(_merges(_WHO))
_BY_HAMLET = _facts(_WHERE), Prepared(_merges(_WHERE))
_LINES = Prepared(
    select(*LINE).join(household, household.c.id == entry.c.household_id)
    .where(entry.c.campaign_id == bindparam("campaign"), entry.c.household_id.in_(select(_one_of.c.id).where(
        or_(among(_one_of.c.hamlet_id, "hamlets"), among(_one_of.c.id, "also")))))
)
"""By a list of households: joined, SQLite would rather read the register of a whole campaign."""
_kept, _mid = household.alias("kept"), household.alias("mid")
_ASTRAY = Prepared(
    select(household.c.id).join(_kept, _kept.c.id == household.c.merged_into_id)
    .where(household.c.merged_into_id.is_not(None), or_(
        among(_kept.c.id, "also"), and_(among(_kept.c.hamlet_id, "hamlets"), household.c.hamlet_id != _kept.c.hamlet_id),
        household.c.merged_into_id.in_(select(_mid.c.merged_into_id).where(
            _mid.c.merged_into_id.is_not(None), or_(among(_mid.c.hamlet_id, "hamlets"), among(_mid.c.id, "also"))))))
)
"""Households that live on in one that is, or was, of another hamlet, merged while two hamlets were one, before these parted; and
those that lived on in one of these for a time, before this one came to live on in a third."""


_BESIDE = Prepared(
    select(household.c.id).where(household.c.merged_into_id.in_(select(_mid.c.merged_into_id).where(
        _mid.c.merged_into_id.is_not(None), among(_mid.c.id, "ids"))), ~among(household.c.id, "ids"))
)
"""Households that live on where some of these do: one may have lived on in another of them for a time."""


@dataclass(slots=True)
class Recorded:
    """What is on record of some households, each by itself, and which of them live on in which from what day."""

    visits: dict[int, list[VisitFact]] = field(default_factory=lambda: defaultdict(list))
    attainments: dict[int, list[AttainmentFact]] = field(default_factory=lambda: defaultdict(list))
    into: dict[int, tuple[int, date | None]] = field(default_factory=dict)
    brought: dict[int, list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    """By household: who came along with it, and from when on."""

    def lived_on_in(self, ids: Collection[int]) -> set[int]:
        """The households in which some of these live on, or lived on for a time."""
        return {home for home, others in self.brought.items() if any(other in ids for _, other in others)}


def recorded(rows: Reading, ids: Sequence[int], *, merged_away: bool = True) -> Recorded:
    """What is known of these households and of those merged into them; `merged_away`: some of them may be gone themselves."""
    return with_merges(rows, ids, rows.ask(wanted(ids)), merged_away=merged_away)


def wanted(ids: Sequence[int]) -> Wanted[Recorded]:
    """The visits and the attainments of these households and of those merged into them, to be read with other things."""
    queries, values = _asking(ids)
    return Wanted(queries[0], values, as_facts)


def with_merges(rows: Reading, ids: Sequence[int], found: Recorded, *, merged_away: bool) -> Recorded:
    """The same with who lives on in whom, which hardly ever has to be asked for."""
    queries, values = _asking(ids)
    others = (found.visits.keys() | found.attainments.keys()) - set(ids)
    if merged_away and (beside := [int(row.id) for row in rows.all(_BESIDE, {"ids": list(ids)})]):
        more = as_facts(rows.all(_BY_ID[0], {"ids": beside}))
        found.visits.update(more.visits)
        found.attainments.update(more.attainments)
        return _merged(rows, found, _BY_ID[1], {"ids": [*ids, *beside]})
    return _merged(rows, found, queries[1], values) if others or merged_away else found


def _asking(ids: Sequence[int]) -> tuple[tuple[Prepared, Prepared], dict[str, Any]]:
    return (_ONE, {"id": ids[0]}) if len(ids) == 1 else (_BY_ID, {"ids": list(ids)})


def as_facts(rows: Iterable[Any]) -> Recorded:
    """Rows of visits and attainments as the rules know them."""
    found = Recorded()
    for home, at, what, more, how, person, visit_id, first, second, _ in rows:
        if at is None:
            fact = AttainmentFact(what, first, VERIFICATIONS[how], second, person, more or None, visit_id)
            found.attainments[home].append(fact)
        else:
            found.visits[home].append(VisitFact(at, OUTCOMES[what], BARRIERS[more] if more else None, MODES[how], person, first,
                                                second))
    return found


def _merged(rows: Reading, found: Recorded, query: Prepared, values: dict[str, Any]) -> Recorded:
    for home, last, kept, on in rows.all(query, values):
        found.into[home] = (kept if kept is not None else last, on)
    for home in found.into:
        _brought(found, home)
    return found


def _brought(found: Recorded, home: int) -> None:
    """A household lives on in another, and with it perhaps in a third: there from the day of the later merge."""
    since, here = date.min, home
    while here in found.into and len(found.brought) <= len(found.into):
        here, on = found.into[here]
        since = max(since, on or date.min)
        found.brought[here].append((since, home))
        if here == home:
            return


def line(row: Row[*tuple[Any, ...]], known: Recorded) -> Line:
    """A row of the register, with what was recorded. Who reported an exclusion cannot be who confirms it."""
    home = row.household_id
    confirmed = row.confirmed_by is not None and row.confirmed_by != row.excluded_by
    into, on = known.into.get(home, (row.merged_into_id, None))
    joined = tuple(Joined(since, known.visits.get(other, ()), known.attainments.get(other, ()))
                   for since, other in known.brought.get(home, ()))
    return Line(home, row.hamlet_id, EntryFact(row.added_on, row.excluded_on, confirmed, into, on), known.visits.get(home, ()),
                known.attainments.get(home, ()), row.adult_count, row.farm, row.kept_on, joined)


def lines(rows: Reading, campaign_id: int, hamlet_ids: Sequence[int], as_of: date) -> list[Line]:
    """The register of these hamlets, household by household, where each lived on that day."""
    elsewhere = lived_elsewhere(rows, hamlet_ids, as_of)
    astray = [int(row.id) for row in rows.all(_ASTRAY, {"hamlets": list(hamlet_ids), "also": list(elsewhere)})]
    values = {"hamlets": list(hamlet_ids), "campaign": campaign_id, "also": [*elsewhere, *astray]}
    own = {"hamlets": values["hamlets"], "also": values["also"]}
    known = _merged(rows, as_facts(rows.all(_BY_HAMLET[0], own)), _BY_HAMLET[1], own)
    found = [line(row, known) for row in rows.all(_LINES, values)]
    there = [replace(each, hamlet_id=elsewhere.get(each.household_id, each.hamlet_id)) for each in found] if elsewhere else found
    return [each for each in there if each.hamlet_id in set(hamlet_ids)] if elsewhere or astray else there
