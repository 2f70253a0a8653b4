"""Lists that were read and shown: kept until somebody says yes or no, through any restart, and then forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, null, select, update

from storage.models import Proposal, table
from storage.reading import Reading
from storage.record import Context, record
from storage.teams.people import AlreadyUsed

proposal = table(Proposal)
LIVES = timedelta(hours=24)
OPEN, KEPT, DROPPED, EXPIRED = "open", "kept", "dropped", "expired"
HOUSEHOLDS = "households"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A list that waits for a yes."""

    id: int
    kind: str
    hamlet_id: int
    lines: Sequence[Any]
    state: str


_ONE = (
    select(proposal.c.id, proposal.c.kind, proposal.c.hamlet_id, proposal.c.lines, proposal.c.state, proposal.c.expires_at)
    .where(proposal.c.id == bindparam("id"), proposal.c.person_id == bindparam("person"))
)


def proposed(rows: Reading, id_: int, person_id: int, now: datetime) -> Proposed | None:
    """A list by its number, for whoever sent it; too old ones are over."""
    row = rows.first(_ONE, {"id": id_, "person": person_id})
    if row is None:
        return None
    late = row.state == OPEN and row.expires_at <= now
    return Proposed(row.id, row.kind, row.hamlet_id, row.lines or (), EXPIRED if late else row.state)


@dataclass(frozen=True, slots=True)
class Propose:
    """A list as it would be written."""

    id: int
    kind: str
    hamlet_id: int
    lines: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class CloseProposal:
    """It was written, or put aside; its lines are forgotten."""

    id: int
    state: str


@record.register
def _propose(thing: Propose, tx: Connection, context: Context) -> None:
    # whatever the same person sent before is over: there is one list on the table
    tx.execute(update(proposal).where(proposal.c.person_id == context.person_id, proposal.c.state == OPEN)
               .values(state=DROPPED, lines=null()))
    forget_late(tx, context.now)
    tx.execute(insert(proposal), {
        "id": thing.id, "kind": thing.kind, "chat_id": context.chat_id, "person_id": context.person_id,
        "hamlet_id": thing.hamlet_id, "lines": list(thing.lines), "made_at": context.now, "expires_at": context.now + LIVES,
        "state": OPEN})


@record.register
def _close(thing: CloseProposal, tx: Connection, context: Context) -> None:
    closed = tx.execute(update(proposal).where(proposal.c.id == thing.id, proposal.c.state == OPEN)
                        .values(state=thing.state, lines=null()))
    if closed.rowcount != 1:
        raise AlreadyUsed  # in the same moment, from another of their chats: asked again, the letter is told so


def forget_late(tx: Connection, now: datetime) -> int:
    """Lists nobody said yes to in time are forgotten; how many."""
    return tx.execute(update(proposal).where(proposal.c.state == OPEN, proposal.c.expires_at <= now)
                      .values(state=EXPIRED, lines=null())).rowcount
