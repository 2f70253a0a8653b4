"""Work that only one process may do at a time: who holds the right to it, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from storage.mail import insert_new
from storage.models import Lease, table

leases = table(Lease)
AWAKE = "awake"
"""The row that says when the program was seen running last; nobody holds it."""


def lease(tx: Connection, name: str, holder: str, now: datetime, for_: timedelta) -> bool:
    """Take or renew the right to do this work alone; False while another process holds it."""
    insert_new(tx, leases, [{"name": name, "holder": holder, "until": now + for_}])
    return tx.execute(update(leases).where(leases.c.name == name, or_(leases.c.holder == holder, leases.c.until <= now))
                      .values(holder=holder, until=now + for_)).rowcount == 1


def lease_holder(tx: Connection, name: str) -> str | None:
    found: str | None = tx.scalar(select(leases.c.holder).where(leases.c.name == name))
    return found


def release(tx: Connection, holder: str) -> None:
    """Give back every lease of this holder."""
    tx.execute(leases.delete().where(leases.c.holder == holder))


def awake(tx: Connection, now: datetime) -> datetime | None:
    """Note that the program runs now; when it was seen running before, None at its very first look."""
    before: datetime | None = tx.scalar(select(leases.c.until).where(leases.c.name == AWAKE))
    insert_new(tx, leases, [{"name": AWAKE, "holder": "", "until": now}])
    tx.execute(update(leases).where(leases.c.name == AWAKE, leases.c.until < now).values(until=now))
    return before
