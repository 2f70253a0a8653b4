"""Work that only one process may do at a time: who holds the right to it, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from storage.mail import insert_new
from storage.models import Lease, table
from storage.prepared import Prepared

leases = table(Lease)
AWAKE = "awake"
"""The row that says when the program was seen running last; nobody holds it."""
_TAKE = Prepared(
    update(leases)
    .where(leases.c.name == bindparam("what"), or_(leases.c.holder == bindparam("who"), leases.c.until <= bindparam("now")))
    .values(holder=bindparam("who"), until=bindparam("end")))
_HOLDER = Prepared(select(leases.c.holder).where(leases.c.name == bindparam("what")))
_GIVE_BACK = Prepared(delete(leases).where(leases.c.holder == bindparam("who")))
_AWAKE = Prepared(select(leases.c.until).where(leases.c.name == AWAKE))
_SEEN = Prepared(update(leases).where(leases.c.name == AWAKE, leases.c.until < bindparam("now")).values(until=bindparam("now")))


def lease(tx: Connection, name: str, holder: str, now: datetime, for_: timedelta) -> bool:
    """Take or renew the right to do this work alone; False while another process holds it."""
    insert_new(tx, leases, [{"name": name, "holder": holder, "until": now + for_}])
    return _TAKE.each(tx, [{"what": name, "who": holder, "now": now, "end": now + for_}]) == 1


def lease_holder(tx: Connection, name: str) -> str | None:
    found: str | None = _HOLDER.scalar(tx, {"what": name})
    return found


def release(tx: Connection, holder: str) -> None:
    """Give back every lease of this holder."""
    _GIVE_BACK.each(tx, [{"who": holder}])


def awake(tx: Connection, now: datetime) -> datetime | None:
    """Note that the program runs now; when it was seen running before, None at its very first look."""
    before: datetime | None = _AWAKE.scalar(tx, {})
    if before is None:
        insert_new(tx, leases, [{"name": AWAKE, "holder": "", "until": now}])
    _SEEN.each(tx, [{"now": now}])
    return before
