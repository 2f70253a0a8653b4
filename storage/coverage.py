"""Coverage of a campaign by place: from the sums that are kept, or counted from the record where a day lies in the past.

Both ways ask the same rules (`coverage_rules.household_fact`), and a test holds them equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select

from storage import hamlets, household_merges
from storage.coverage_rules import Coverage, HouseholdFact, household_fact
from storage.models import Attainment, Household, RegisterEntry, Visit, table
from storage.outcomes import OUTCOMES, Barrier, Mode, Verification
from storage.reading import Reading
from storage.standing import CampaignFact
from storage.visits import Goal

campaign, place, standing = table(Campaign), table(Place), table(Standing)
commune = place.alias("commune")
AT_ONCE = 100
"""Hamlets read at once where coverage is counted from the record: memory stays bounded."""
Under = Select[*tuple[Any, ...]]

_ENTRIES = (
    select(entry, household.c.hamlet_id, household.c.adult_count)
    .join(household, household.c.id == entry.c.household_id)
    .where(entry.c.campaign_id == bindparam("campaign"),
           or_(household.c.hamlet_id.in_(bindparam("hamlets", expanding=True)),
               household.c.id.in_(bindparam("also", expanding=True))))
)
_IN_HAMLETS = select(household.c.id).where(or_(household.c.hamlet_id.in_(bindparam("hamlets", expanding=True)),
                                               household.c.id.in_(bindparam("also", expanding=True))))
_VISITS = (
    select(visit)
    .outerjoin(later, later.c.supersedes_id == visit.c.id)
    .where(visit.c.household_id.in_(_IN_HAMLETS), visit.c.void.is_(False), later.c.id.is_(None))
)
_ATTAINMENTS = select(attainment).where(attainment.c.household_id.in_(_IN_HAMLETS))

_SETTLED = select(TALLY.c.settled_on).where(TALLY.c.campaign_id == bindparam("campaign"),
                                            TALLY.c.place_id.in_(bindparam("hamlets", expanding=True)))


def by_hamlet(rows: Reading, goal: Goal, hamlet_ids: Sequence[int], as_of: date) -> dict[int, Coverage]:
    """Coverage of each hamlet at the local end of a day: households where they lived then, merged ones as the one they are."""
    elsewhere = hamlets.lived_elsewhere(rows, hamlet_ids, as_of)
    values = {"hamlets": list(hamlet_ids), "campaign": goal.campaign_id, "also": list(elsewhere)}
    campaign = CampaignFact(goal.starts_on, goal.ends_on, frozenset({goal.service}))
    into = household_merges.lives_in(rows, [*hamlet_ids, *elsewhere.values()], as_of)
    seen, reached = _visits(rows, values, into), _attainments(rows, values, into)
    facts: dict[int, list[HouseholdFact]] = {id_: [] for id_ in hamlet_ids}
    for row in rows.all(_ENTRIES, values):
        hamlet_id = elsewhere.get(row.household_id, row.hamlet_id)
        if row.household_id in into or hamlet_id not in facts:
            continue
        on_register = EntryFact(row.added_on, row.excluded_on, row.confirmed_by is not None)
        fact = household_fact(on_register, seen[row.household_id], reached[row.household_id], as_of, campaign,
                              adults=row.adult_count)
        if fact is not None:
            facts[hamlet_id].append(fact)
    return {id_: Coverage.of(each) for id_, each in facts.items()}


def _visits(rows: Reading, values: Mapping[str, object], into: Mapping[int, int]) -> dict[int, list[VisitFact]]:
    seen: dict[int, list[VisitFact]] = defaultdict(list)
    for row in rows.all(_VISITS, values):
        barrier = Barrier(row.barrier) if row.barrier else None
        seen[into.get(row.household_id, row.household_id)].append(VisitFact(
            row.occurred_at, OUTCOMES[row.outcome], barrier, Mode(row.mode), row.person_id, row.away_until, row.next_on))
    return seen


def _attainments(rows: Reading, values: Mapping[str, object], into: Mapping[int, int]) -> dict[int, list[AttainmentFact]]:
    reached: dict[int, list[AttainmentFact]] = defaultdict(list)
    for row in rows.all(_ATTAINMENTS, values):
        reached[into.get(row.household_id, row.household_id)].append(AttainmentFact(
            row.service, row.achieved_on, Verification(row.verification), row.revoked_on, row.recorded_by,
            row.assisted_by or None))
    return reached
