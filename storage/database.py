"""Opening the database: where it is, whether it is whole, and the two ways to use it (one writer, many readers)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from storage import database_file, json_text, sent
from storage.database_file import BUSY_MS, Unusable
from storage.prepared import Prepared

__all__ = ["Database", "Unusable", "reason", "revisions"]
CACHE_KB = 500
"""Pages each connection keeps to itself; the system keeps the rest of the file in its own cache."""
LONGEST_LOG = 8_000_000
"""Bytes to which SQLite's second file shrinks again after a long reader (a backup, say) let it grow."""
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_MS}",
           f"cache_size = -{CACHE_KB}", f"journal_size_limit = {LONGEST_LOG}")
OPENED: dict[str, Any] = {"json_serializer": json_text.write_text, "json_deserializer": json_text.read,
                          "hide_parameters": True}
"""Values never stand in an error: they are what somebody wrote."""


class Database:
    """One database, SQLite or PostgreSQL. `write()` and `read()` are transactions, each on a connection of its own."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(url)
        self.path = _sqlite_path(self.url)
        self.writer = _engine(self.url, begin="BEGIN IMMEDIATE")
        self.reader = _engine(self.url, begin="BEGIN")

    @property
    def is_sqlite(self) -> bool:
        return self.path is not None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.writer.begin() as tx:
            for told in ("ledger.touched", "ledger.settle", "tasks.settled", "history.read"):
                tx.info.pop(told, None)  # of a transaction that was taken back
            yield tx
            if settle := tx.info.get("ledger.settle"):  # whoever touched the ledger left word how it is settled
                settle(tx)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.reader.begin() as tx:
            yield tx

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()

    # --- is it there, whole, and of our time? --------------------------------------------------------------------

    def inspect(self) -> None:
        """Raise Unusable unless the database exists, is whole and has exactly this program's schema."""
        if self.path is not None:
            database_file.look_at(self.path)
        version = self.version()
        if version is None:
            raise Unusable("database.empty")
        if version not in revisions():
            raise Unusable("database.newer", version=version)
        if version != revisions()[-1]:
            raise Unusable("database.older", version=version)

    def version(self) -> str | None:
        """The schema's revision, or None where nothing was ever created."""
        try:
            with self.read() as tx:
                found: str | None = tx.scalar(text("SELECT version_num FROM alembic_version"))
                return found
        except OperationalError as error:
            if "no such table" in str(error):
                return None
            raise Unusable("database.unreachable", reason=reason(error)) from None
        except DatabaseError as error:
            if "alembic_version" in str(error):
                return None
            raise Unusable("database.corrupt", path=str(self.path or "")) from None

    def upgrade(self, *, anew: bool = False) -> None:
        """Create the database or bring it to this program's schema. `anew` allows a new file where one was lost."""
        if self.path is not None:
            database_file.make_room(self.path, anew=anew)
        version = self.version()
        if version is not None and version not in revisions():
            raise Unusable("database.newer", version=version)
        if version is None and self._holds_something():
            raise Unusable("database.foreign", name=str(self.path or make_url(self.url).database))
        if version != revisions()[-1]:
            _migrate(self.writer)
        if self.path is not None:
            database_file.mark(self.path)

    def _holds_something(self) -> bool:
        """Whether there are tables, which without a revision of ours are somebody else's."""
        with self.read() as tx:
            return bool(inspect(tx).get_table_names())

    @property
    def is_open_to_others(self) -> bool:
        """Whether other accounts of this machine may read the file (PostgreSQL has rights of its own)."""
        return self.path is not None and self.path.exists() and bool(self.path.stat().st_mode & 0o077)

    def damage(self) -> str:
        """What a full check finds wrong, or nothing (SQLite only; PostgreSQL has pg_amcheck)."""
        if not self.is_sqlite:
            return ""
        with self.read() as tx:
            found = tx.execute(text("PRAGMA integrity_check")).scalars().all()
        return "" if found == ["ok"] else "; ".join(str(row) for row in found[:5])


def revisions() -> list[str]:
    """The schema revisions this program knows, oldest first (the first part of each migration's file name)."""
    names = [entry.name for entry in (files("storage") / "migrations" / "versions").iterdir()]
    return sorted(name.split("_", 1)[0] for name in names if name.endswith(".py") and name[0].isdigit())


def _with_driver(url: str) -> str:
    for short in ("postgresql://", "postgres://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


def _sqlite_path(url: str) -> Path | None:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise Unusable("database.no_address") from None  # nothing of it is repeated: it may hold a password
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise Unusable("database.no_address")
    if parsed.drivername == "postgresql+psycopg":
        return None
    if parsed.database in (None, "", ":memory:"):
        raise Unusable("database.memory")
    return Path(parsed.database or "").absolute()


def _engine(url: str, begin: str) -> Engine:
    if not url.startswith("sqlite"):
        server = create_engine(url, pool_size=2, max_overflow=2, pool_pre_ping=True,
                               connect_args={"connect_timeout": 5}, **OPENED)
        sent.keep_in_line(server)
        return server
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}, pool_size=2, **OPENED)

    @event.listens_for(engine, "connect")
    def _durable(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `begin` below says so
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    beginning = Prepared(text(begin))

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        beginning.first(connection, {})

    return engine


def reason(error: OperationalError) -> str:
    """What the database says, in one line: full, locked, refused; it never names a password."""
    return str(error.orig).strip().partition("\n")[0]


def _migrate(engine: Engine) -> None:
    from alembic import command  # here: only an upgrade pays for the import
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    target = create_engine(engine.url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        target.dispose()
        target = engine
    try:
        with target.begin() as connection:  # all of it or nothing, on both databases
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        raise Unusable("database.not_upgraded", reason=reason(error)) from None
