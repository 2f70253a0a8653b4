"""What is aimed at where and when: the campaign that runs, and the service that is its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from storage.models import Campaign, table
from storage.prepared import Prepared, among
from storage.reading import Reading

campaign = table(Campaign)


@dataclass(frozen=True, slots=True)
class Goal:
    """The campaign that runs on a day, and the service that is its goal."""

    campaign_id: int
    name: str
    starts_on: date
    ends_on: date
    service: str


_GOAL = Prepared(
    select(campaign.c.id, campaign.c.name, campaign.c.starts_on, campaign.c.ends_on, campaign.c.goal_service)
    .where(among(campaign.c.place_id, "places"), campaign.c.starts_on <= bindparam("on"),
           campaign.c.ends_on >= bindparam("on"))
    .order_by(campaign.c.starts_on.desc(), campaign.c.id.desc()).limit(1)
)


def goal(rows: Reading, places: Sequence[int], on: date) -> Goal | None:
    """The newest campaign that runs in any of these places on that day."""
    row = rows.once((_GOAL, tuple(places), on), lambda: rows.first(_GOAL, {"places": list(places), "on": on}), lasting=True)
    return Goal(*row) if row else None
