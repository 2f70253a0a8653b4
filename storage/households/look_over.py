"""A household that was written to is looked over once, with one wait, for its tasks and for the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, literal_column, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from storage.households.history import LINE, SINGLE, Recorded, as_facts, entry, household
from storage.households.task_rules import Told
from storage.models import Campaign, CampaignTarget, Place, Standing, table
from storage.prepared import Asked, Prepared, among, together

campaign, target, standing, place = table(Campaign), table(CampaignTarget), table(Standing), table(Place)
FACT = ("status", "disposition", "reached", "contacted", "baseline", "verified", "barrier", "adults", "adults_achieved")
_KEPT = tuple(standing.c[name].label(f"kept_{name}")
              for name in (*FACT, "hamlet_id", "commune_id", "settled_on", "changes_on", "reported_out", "course", "targets"))


class _in_one(FunctionElement[str]):
    """The texts of several rows in one, a line each."""

    type = Text()
    inherit_cache = True


@compiles(_in_one)
def _in_sqlite(element: _in_one, compiler: SQLCompiler, **more: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **more)}, '\n')"


@compiles(_in_one, "postgresql")
def _in_postgres(element: _in_one, compiler: SQLCompiler, **more: Any) -> str:
    return f"string_agg({compiler.process(element.clauses, **more)}, '\n')"


_AIMS = (
    select(_in_one(cast(target.c.id, Text) + literal_column("' '") + target.c.denominator + literal_column("' '")
                   + target.c.service))
    .where(target.c.campaign_id == entry.c.campaign_id).correlate(entry).scalar_subquery().label("aims")
)
"""A campaign's targets in one value: a line of them for each would bring everything else along again."""
_COMMUNE = (select(place.c.parent_id).where(place.c.id == household.c.hamlet_id).correlate(household).scalar_subquery()
            .label("commune_id"))
"""By itself: joined, PostgreSQL would rather read every place there is."""
_EVERY = (
    select(*LINE, _COMMUNE, campaign.c.starts_on, campaign.c.ends_on, campaign.c.goal_service,
           (campaign.c.kept & campaign.c.closed_on.is_(None)).label("stands"), _AIMS, *_KEPT)
    .join(household, household.c.id == entry.c.household_id)
    .join(campaign, campaign.c.id == entry.c.campaign_id)
    .outerjoin(standing, (standing.c.campaign_id == entry.c.campaign_id) & (standing.c.household_id == entry.c.household_id))
)
LINES_OF = Prepared(_EVERY.where(among(entry.c.household_id, "ids"), campaign.c.kept, campaign.c.closed_on.is_(None))
                    .order_by(entry.c.household_id, entry.c.campaign_id))
LINES_OF_ONE = Prepared(_EVERY.where(entry.c.household_id == bindparam("id")))
"""The lines of the register with their campaigns' targets and what is kept; one household is the commonest case by far, and of
that its tasks ask for the lines of every campaign."""
_LISTED = Prepared(
    select(campaign.c.id.label("campaign_id"), campaign.c.starts_on, campaign.c.ends_on, campaign.c.goal_service,
           entry.c.excluded_on, entry.c.confirmed_by)
    .join(campaign, campaign.c.id == entry.c.campaign_id)
    .where(entry.c.household_id == bindparam("id"))
)
"""What tasks alone need of these lines."""
_HERE = Prepared(select(household.c.merged_into_id).where(household.c.id == bindparam("household"))
                 .with_for_update(key_share=True))
"""Two who record at once wait here, and inserts that refer to it do not (SQLite has one writer anyway). What is asked for
behind it holds what the other one wrote: each statement sees what was there when it began."""
TOUCHED = "ledger.touched"
READ = "history.read"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a household in this transaction, while nothing was written to it since."""

    rows: Sequence[Any]
    facts: Recorded
    lines: Sequence[Any] | None
    """None where the ledger has nothing to do with it."""
    told: Told | None = None
    """What its visits leave to be done."""


def look_over(tx: Connection, household_id: int, today: date, *more: tuple[Prepared, Mapping[str, Any]]
              ) -> tuple[int | None, Any, Seen, list[Sequence[Any]]]:
    """In which household it lives on, its line on the register of the campaign that runs, what is on record of it, and
    whatever else is asked of it, read behind a lock.
    """
    touched = household_id in tx.info.get(TOUCHED, ({}, None))[0]
    asked: Asked = [(_HERE, {"household": household_id}), (SINGLE, {"id": household_id}),
                    (LINES_OF_ONE if touched else _LISTED, {"id": household_id}), *more]
    (here, *_), rows, listed, *found = together(tx, asked)
    seen = Seen(rows, as_facts(rows), listed if touched else None)
    tx.info.setdefault(READ, {})[household_id] = seen
    return here.merged_into_id, _running(listed, today), seen, found


def _running(listed: Iterable[Any], today: date) -> Any:
    """The line of the newest campaign that runs, or None."""
    return max((row for row in listed if row.starts_on <= today <= row.ends_on),
               key=lambda row: (row.starts_on, row.campaign_id), default=None)


def tell(tx: Connection, household_id: int, told: Told) -> None:
    """What was made of it, for whoever asks the same."""
    tx.info[READ][household_id] = replace(tx.info[READ][household_id], told=told)


def forget(tx: Connection, household_id: int) -> None:
    """Something was written: what was read before is not all."""
    tx.info.get(READ, {}).pop(household_id, None)
