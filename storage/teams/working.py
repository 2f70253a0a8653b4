"""In which hamlet somebody said to be working: asked once a day of a member of several, good from the moment they said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from storage.models import WorkingHamlet, table
from storage.prepared import Prepared
from storage.reading import Reading
from storage.record import Context, record

working = table(WorkingHamlet)

_SAID = Prepared(
    select(working.c.hamlet_id)
    .where(working.c.person_id == bindparam("person"), working.c.said_at > bindparam("since"),
           working.c.said_at <= bindparam("at"))
    .order_by(working.c.said_at.desc(), working.c.id.desc()).limit(1)
)


def working_in(rows: Reading, person_id: int, since: datetime, at: datetime) -> int | None:
    """The hamlet somebody named last between these instants: a late message asks what held when it was written."""
    found: int | None = rows.scalar(_SAID, {"person": person_id, "since": since, "at": at})
    return found


@dataclass(frozen=True, slots=True)
class WorksIn:
    """Somebody said in which hamlet they are."""

    hamlet_id: int
    said_at: datetime


@record.register
def _works_in(thing: WorksIn, tx: Connection, context: Context) -> None:
    tx.execute(insert(working), {"person_id": context.person_id, "hamlet_id": thing.hamlet_id, "said_at": thing.said_at})
