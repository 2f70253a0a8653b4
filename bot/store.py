"""The threads in which the database is used: one that writes, one that reads. Async code waits for them, never blocks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.database import Database
from storage.reading import Reading

T = TypeVar("T")
log = logging.getLogger(__name__)
RETRIES = 5
SERIALIZATION = {"40001", "40P01"}


class Store:
    """Runs work in transactions of their own. A write that another process got in the way of is run again."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._writer = ThreadPoolExecutor(1, "store-write")
        self._reader = ThreadPoolExecutor(1, "store-read")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction and return once it is committed. `work` may be run more than once."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._write, work)

    async def read(self, work: Callable[[Reading], T]) -> T:
        """Run `work` on a snapshot of what is committed."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._read, work)

    def _write(self, work: Callable[[Connection], T]) -> T:
        for attempt in range(RETRIES):
            try:
                with self.database.write() as tx:
                    return work(tx)
            except DBAPIError as error:
                if attempt == RETRIES - 1 or not passing(error):
                    raise
                log.info("a write is run again after %s", type(error.orig).__name__)
        raise AssertionError  # the last attempt returns or raises

    def _read(self, work: Callable[[Reading], T]) -> T:
        with self.database.read() as tx:
            return work(Reading(tx))

    def close(self) -> None:
        self._writer.shutdown()
        self._reader.shutdown()
        self.database.close()


def passing(error: DBAPIError) -> bool:
    """Whether trying again at once may help: a deadlock, a serialization failure, a connection that is gone."""
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) in SERIALIZATION


def out_of_reach(error: BaseException) -> bool:
    """Whether the database itself is the trouble (full, locked, gone), not what was asked of it, and may be back soon."""
    if not isinstance(error, DBAPIError) or _disk_failed(error):
        return False
    return isinstance(error, OperationalError) or error.connection_invalidated


def _disk_failed(error: DBAPIError) -> bool:
    """Whether SQLite could not read or write its file.

    Tried again, a write may then seem to succeed that never reached the disk: so the program ends, and a new one begins from
    what is really there.
    """
    return str(getattr(error.orig, "sqlite_errorname", "")).startswith("SQLITE_IOERR")
