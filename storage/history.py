"""What was recorded about households, read from the tables as the facts that the rules of standing work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, or_, select

from storage.models import Attainment, Household, HouseholdMerge, RegisterEntry, Visit, table
from storage.outcomes import OUTCOMES, Barrier, Mode, Verification
from storage.prepared import Prepared
from storage.reading import Query, Reading
from storage.standing import AttainmentFact, CampaignFact, EntryFact, VisitFact

household, entry, visit, attainment = table(Household), table(RegisterEntry), table(Visit), table(Attainment)
merged = table(HouseholdMerge)
later = visit.alias("later")
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
_WHO = or_(household.c.id.in_(bindparam("ids", expanding=True)), household.c.merged_into_id.in_(bindparam("ids", expanding=True)))
_WHERE = or_(household.c.hamlet_id.in_(bindparam("hamlets", expanding=True)),
             household.c.id.in_(bindparam("also", expanding=True)))
_SINGLE = or_(household.c.id == bindparam("id"), household.c.merged_into_id == bindparam("id"))


def _visits(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(visit.c.household_id, visit.c.occurred_at, visit.c.outcome, visit.c.barrier, visit.c.mode, visit.c.person_id,
               visit.c.away_until, visit.c.next_on)
        .join(household, household.c.id == visit.c.household_id)
        .outerjoin(later, later.c.supersedes_id == visit.c.id)
        .where(which, visit.c.void.is_(False), later.c.id.is_(None))
    )


def _attainments(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(attainment.c.household_id, attainment.c.service, attainment.c.achieved_on, attainment.c.verification,
               attainment.c.revoked_on, attainment.c.recorded_by, attainment.c.assisted_by, attainment.c.visit_id)
        .join(household, household.c.id == attainment.c.household_id).where(which)
    )


def _merges(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(household.c.id, household.c.merged_into_id, merged.c.kept_id, merged.c.on)
        .outerjoin(merged, (merged.c.gone_id == household.c.id) & merged.c.undone_at.is_(None))
        .where(which, household.c.merged_into_id.is_not(None))
    )


_ONE = Prepared(_visits(_SINGLE)), Prepared(_attainments(_SINGLE)), Prepared(_merges(_SINGLE))
_BY_ID = _visits(_WHO), _attainments(_WHO), _merges(_WHO)
_BY_HAMLET = _visits(_WHERE), _attainments(_WHERE), _merges(_WHERE)
_LINES = (
    select(*LINE).join(household, household.c.id == entry.c.household_id)
    .where(entry.c.campaign_id == bindparam("campaign"), _WHERE)
)


@dataclass(slots=True)
class Recorded:
    """What is on record of some households, each by itself, and which of them live on in which from what day."""

    visits: dict[int, list[VisitFact]] = field(default_factory=lambda: defaultdict(list))
    attainments: dict[int, list[AttainmentFact]] = field(default_factory=lambda: defaultdict(list))
    into: dict[int, tuple[int, date | None]] = field(default_factory=dict)
    brought: dict[int, list[tuple[date, int]]] = field(default_factory=lambda: defaultdict(list))
    """By household: who came along with it, and from when on."""


def recorded(rows: Reading, ids: Sequence[int], *, merged_away: bool = True) -> Recorded:
    """What is known of these households and of those merged into them; `merged_away`: some of them may be gone themselves."""
    queries, values = (_ONE, {"id": ids[0]}) if len(ids) == 1 else (_BY_ID, {"ids": list(ids)})
    found = _facts(rows, queries, values)
    others = (found.visits.keys() | found.attainments.keys()) - set(ids)
    return _merged(rows, found, queries[2], values) if others or merged_away else found


def _facts(rows: Reading, queries: tuple[Query, Query, Query], values: dict[str, Any]) -> Recorded:
    found = Recorded()
    for home, at, outcome, barrier, mode, person, until, next_on in rows.all(queries[0], values):
        found.visits[home].append(VisitFact(at, OUTCOMES[outcome], BARRIERS[barrier] if barrier else None, MODES[mode], person,
                                            until, next_on))
    for home, service, on, verification, revoked, person, assisted, visit_id in rows.all(queries[1], values):
        found.attainments[home].append(AttainmentFact(service, on, VERIFICATIONS[verification], revoked, person,
                                                      assisted or None, visit_id))
    return found


def _merged(rows: Reading, found: Recorded, query: Query, values: dict[str, Any]) -> Recorded:
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
    from storage.hamlets import lived_elsewhere  # which in turn settles the ledger, and that reads here

    elsewhere = lived_elsewhere(rows, hamlet_ids, as_of)
    values = {"hamlets": list(hamlet_ids), "campaign": campaign_id, "also": list(elsewhere)}
    known = _merged(rows, _facts(rows, _BY_HAMLET, values), _BY_HAMLET[2], values)
    found = [line(row, known) for row in rows.all(_LINES, values)]
    there = [replace(each, hamlet_id=elsewhere.get(each.household_id, each.hamlet_id)) for each in found] if elsewhere else found
    return [each for each in there if each.hamlet_id in set(hamlet_ids)] if elsewhere else there
