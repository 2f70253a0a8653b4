"""Households walked through a guide by a member: the progress is the household's, whoever helps next."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from storage.mail import insert_new
from storage.models import HouseholdGuide, table
from storage.reading import Reading
from storage.record import Context, record

progress = table(HouseholdGuide)
ACTIVE, FINISHED = "active", "completed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a household is in a guide."""

    guide: str
    revision: int
    step: str
    stuck: bool
    state: str


_OF = (
    select(progress.c.guide, progress.c.revision, progress.c.step, progress.c.stuck, progress.c.state)
    .where(progress.c.household_id == bindparam("household")).order_by(progress.c.touched_at.desc())
)


def of(rows: Reading, household_id: int) -> list[Progress]:
    """Every guide a household was walked through, last touched first."""
    return [Progress(*row) for row in rows.all(_OF, {"household": household_id})]


@dataclass(frozen=True, slots=True)
class Assisted:
    """A household moved in a guide with somebody's help."""

    household_id: int
    guide: str
    revision: int
    step: str
    stuck: bool
    state: str = ACTIVE


@record.register
def _assisted(thing: Assisted, tx: Connection, context: Context) -> None:
    mine = {"step": thing.step, "stuck": thing.stuck, "state": thing.state, "revision": thing.revision,
            "person_id": context.person_id, "touched_at": context.now}
    insert_new(tx, progress, [{"household_id": thing.household_id, "guide": thing.guide, "started_at": context.now, **mine}])
    tx.execute(update(progress).where(
        progress.c.household_id == thing.household_id, progress.c.guide == thing.guide).values(**mine))
