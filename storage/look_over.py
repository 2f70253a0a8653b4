"""A household that was written to is looked over once, with one wait, for its tasks and for the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from storage.history import LINE, SINGLE, entry, household
from storage.models import Campaign, CampaignTarget, Place, Standing, table
from storage.prepared import Asked, Prepared, among, together

campaign, target, standing, place = table(Campaign), table(CampaignTarget), table(Standing), table(Place)
FACT = ("status", "disposition", "reached", "contacted", "baseline", "verified", "barrier", "adults", "adults_achieved")
_KEPT = tuple(standing.c[name].label(f"kept_{name}")
              for name in (*FACT, "hamlet_id", "commune_id", "settled_on", "changes_on", "reported_out", "course", "targets"))
_EVERY = (
    select(*LINE, place.c.parent_id.label("commune_id"), campaign.c.starts_on, campaign.c.ends_on, campaign.c.goal_service,
           target.c.id.label("target_id"), target.c.service, target.c.denominator, *_KEPT)
    .join(household, household.c.id == entry.c.household_id)
    .join(place, place.c.id == household.c.hamlet_id)
    .join(campaign, campaign.c.id == entry.c.campaign_id)
    .outerjoin(target, target.c.campaign_id == entry.c.campaign_id)
    .outerjoin(standing, (standing.c.campaign_id == entry.c.campaign_id) & (standing.c.household_id == entry.c.household_id))
    .where(campaign.c.kept.is_(True), campaign.c.closed_on.is_(None))
)
LINES_OF = Prepared(_EVERY.where(among(entry.c.household_id, "ids")).order_by(entry.c.household_id, target.c.id))
LINES_OF_ONE = Prepared(_EVERY.where(entry.c.household_id == bindparam("id")).order_by(target.c.id))
"""The lines of the register with their campaigns' targets and what is kept; one household is the commonest case by far."""
_HERE = Prepared(select(household.c.merged_into_id).where(household.c.id == bindparam("household"))
                 .with_for_update(key_share=True))
"""Two who record at once wait here, and inserts that refer to it do not (SQLite has one writer anyway). What is asked for
behind it holds what the other one wrote: each statement sees what was there when it began."""
TOUCHED = "ledger.touched"
READ = "history.read"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a household in this transaction, while nothing was written to it since."""

    facts: Sequence[Any]
    lines: Sequence[Any] | None
    """None where the ledger has nothing to do with it."""


def look_over(tx: Connection, household_id: int, *more: tuple[Prepared, Mapping[str, Any]]
              ) -> tuple[int | None, Seen, list[Sequence[Any]]]:
    """In which household it lives on, what is on record of it, and whatever else is asked of it, read behind a lock."""
    asked: Asked = [(_HERE, {"household": household_id}), (SINGLE, {"id": household_id}), *more]
    touched = household_id in tx.info.get(TOUCHED, ({}, None))[0]
    if touched:
        asked = [*asked, (LINES_OF_ONE, {"id": household_id})]
    (here, *_), facts, *found = together(tx, asked)
    seen = Seen(facts, found.pop() if touched else None)
    tx.info.setdefault(READ, {})[household_id] = seen
    return here.merged_into_id, seen, found


def forget(tx: Connection, household_id: int) -> None:
    """Something was written: what was read before is not all."""
    tx.info.get(READ, {}).pop(household_id, None)
