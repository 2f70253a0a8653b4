"""On PostgreSQL statements are sent one behind the other: only who needs an answer waits, and what was written is answered for
together. The server works while we think. SQLite answers at once; nothing here touches it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

_LINE = "line"


def line(tx: Connection) -> None:
    """From now on answers are waited for where somebody needs them."""
    if _LINE not in tx.info:
        connection: Any = tx.connection.driver_connection
        opened = connection.pipeline()
        tx.info[_LINE] = opened, opened.__enter__()


def wait(tx: Connection) -> None:
    """Everything sent so far is done; what went wrong with it is raised here. The line is closed."""
    if _LINE not in tx.info:
        return
    opened, _ = tx.info.pop(_LINE)
    try:
        opened.__exit__(None, None, None)
    except drivers_error(tx) as error:
        raise told_alike("", error, drivers_error(tx)) from error


def answered(tx: Connection) -> None:
    """The same, and the line stays open; the driver's own error."""
    if _LINE in tx.info:
        tx.info[_LINE][1].sync()


def drop(tx: Connection) -> None:
    """The transaction is taken back: whatever was sent no longer matters, nor what became of it."""
    if _LINE not in tx.info:
        return
    opened, answers = tx.info.pop(_LINE)
    with suppress(drivers_error(tx)):
        answers.sync()
    with suppress(drivers_error(tx)):
        opened.__exit__(None, None, None)


def drivers_error(tx: Connection) -> type[Exception]:
    found: type[Exception] = tx.dialect.loaded_dbapi.Error
    return found


def told_alike(text: str, error: Exception, kind: type[Exception]) -> BaseException:
    """What the driver raises, told as SQLAlchemy tells it, without the values."""
    return DBAPIError.instance(text, None, error, kind, hide_parameters=True)


def keep_in_line(engine: Engine) -> None:
    """SQLAlchemy's own statements wait for each answer: before one of them, and before the transaction ends, so do we."""

    @event.listens_for(engine, "before_cursor_execute")
    def _before(tx: Connection, *_: Any) -> None:
        wait(tx)

    @event.listens_for(engine, "commit")
    def _commit(tx: Connection) -> None:
        wait(tx)

    @event.listens_for(engine, "rollback")
    def _rollback(tx: Connection) -> None:
        drop(tx)

    @event.listens_for(engine, "rollback_savepoint")
    def _back(tx: Connection, *_: Any) -> None:
        drop(tx)
