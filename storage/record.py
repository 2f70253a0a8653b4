"""Recording what a handler decided: each kind of record says, in the file of its noun, how it is written."""

from __future__ import annotations

from datetime import date, datetime
from functools import singledispatch

from sqlalchemy import Connection

from storage.value import value


@value
class Context:
    """Where a record comes from: the moment, Vietnam's day, the chat and (where known) the person."""

    now: datetime
    today: date
    chat_id: int
    person_id: int | None
    channel: str


@singledispatch
def record(thing: object, tx: Connection, context: Context) -> None:
    """Write one record inside the turn's transaction."""
    raise TypeError(f"nothing says how to record {type(thing).__name__}")
