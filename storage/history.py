"""What was recorded about households, read from the tables as the facts that the rules of standing work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select

from storage.models import Attainment, Household, RegisterEntry, Visit, table
from storage.outcomes import OUTCOMES, Barrier, Mode, Verification
from storage.prepared import Prepared
from storage.reading import Query, Reading
from storage.standing import AttainmentFact, CampaignFact, EntryFact, VisitFact

household, entry, visit, attainment = table(Household), table(RegisterEntry), table(Visit), table(Attainment)
later = visit.alias("later")
BARRIERS = {each.value: each for each in Barrier}
MODES = {each.value: each for each in Mode}
VERIFICATIONS = {each.value: each for each in Verification}


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

    def adults_achieved(self, campaign: CampaignFact, as_of: date) -> int:
        """An attainment is one person's: so many of the goal stand."""
        return sum(each.service in campaign.goals and each.stands(as_of) for each in self.attainments)


LINE = (
    entry.c.campaign_id, entry.c.household_id, entry.c.added_on, entry.c.excluded_on, entry.c.excluded_by, entry.c.confirmed_by,
    entry.c.kept_on, household.c.hamlet_id, household.c.adult_count, household.c.farm, household.c.merged_into_id,
)
_owner = func.coalesce(household.c.merged_into_id, household.c.id).label("owner")
_WHO = or_(household.c.id.in_(bindparam("ids", expanding=True)), household.c.merged_into_id.in_(bindparam("ids", expanding=True)))
_WHERE = household.c.hamlet_id.in_(bindparam("hamlets", expanding=True))


def _visits(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(_owner, visit.c.occurred_at, visit.c.outcome, visit.c.barrier, visit.c.mode, visit.c.person_id, visit.c.away_until,
               visit.c.next_on)
        .join(household, household.c.id == visit.c.household_id)
        .outerjoin(later, later.c.supersedes_id == visit.c.id)
        .where(which, visit.c.void.is_(False), later.c.id.is_(None))
    )


def _attainments(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(_owner, attainment.c.service, attainment.c.achieved_on, attainment.c.verification, attainment.c.revoked_on,
               attainment.c.recorded_by, attainment.c.assisted_by)
        .join(household, household.c.id == attainment.c.household_id).where(which)
    )


_SINGLE = or_(household.c.id == bindparam("id"), household.c.merged_into_id == bindparam("id"))
_ONE = Prepared(_visits(_SINGLE)), Prepared(_attainments(_SINGLE))
_BY_ID = _visits(_WHO), _attainments(_WHO)
_BY_HAMLET = _visits(_WHERE), _attainments(_WHERE)
_LINES = (
    select(*LINE).join(household, household.c.id == entry.c.household_id)
    .where(entry.c.campaign_id == bindparam("campaign"), _WHERE)
)


def fact_of_entry(row: Row[*tuple[Any, ...]]) -> EntryFact:
    """Who reported an exclusion cannot be who confirms it."""
    confirmed = row.confirmed_by is not None and row.confirmed_by != row.excluded_by
    return EntryFact(row.added_on, row.excluded_on, confirmed, row.merged_into_id)


Recorded = tuple[dict[int, list[VisitFact]], dict[int, list[AttainmentFact]]]


def recorded(rows: Reading, ids: Sequence[int]) -> Recorded:
    """The visits and attainments of these households; one that others were merged into has theirs too."""
    return _facts(rows, _ONE, {"id": ids[0]}) if len(ids) == 1 else _facts(rows, _BY_ID, {"ids": list(ids)})


def _facts(rows: Reading, queries: tuple[Query, Query], values: dict[str, Any]) -> Recorded:
    visits: dict[int, list[VisitFact]] = defaultdict(list)
    attainments: dict[int, list[AttainmentFact]] = defaultdict(list)
    for owner, at, outcome, barrier, mode, person, until, next_on in rows.all(queries[0], values):
        visits[owner].append(VisitFact(at, OUTCOMES[outcome], BARRIERS[barrier] if barrier else None, MODES[mode], person, until,
                                       next_on))
    for owner, service, on, verification, revoked, person, assisted in rows.all(queries[1], values):
        attainments[owner].append(AttainmentFact(service, on, VERIFICATIONS[verification], revoked, person, assisted or None))
    return visits, attainments


def line(row: Row[*tuple[Any, ...]], known: Recorded) -> Line:
    """A row of the register, with what was recorded."""
    return Line(row.household_id, row.hamlet_id, fact_of_entry(row), known[0].get(row.household_id, ()),
                known[1].get(row.household_id, ()), row.adult_count, row.farm, row.kept_on)


def lines(rows: Reading, campaign_id: int, hamlet_ids: Sequence[int]) -> list[Line]:
    """The register of these hamlets, household by household."""
    values = {"hamlets": list(hamlet_ids), "campaign": campaign_id}
    known = _facts(rows, _BY_HAMLET, values)
    return [line(row, known) for row in rows.all(_LINES, values)]
