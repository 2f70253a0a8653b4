"""Opening the database: where it is, whether it is whole, and the two ways to use it (one writer, many readers)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from storage import json_text

BUSY_MS = 15_000
CACHE_KB = 500
"""Pages each connection keeps to itself; the system keeps the rest of the file in its own cache."""
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_MS}",
           f"cache_size = -{CACHE_KB}")
JSON: dict[str, Any] = {"json_serializer": json_text.write_text, "json_deserializer": json_text.read}
SMALL_ENOUGH_TO_CHECK = 256 * 1024 * 1024
"""Bytes up to which a SQLite file is checked at every start; larger ones by `gocua doctor`."""


class Unusable(Exception):
    """The database cannot be used as it is. `phrase` names the words that say what to do."""

    def __init__(self, phrase: str, **values: str) -> None:
        super().__init__(phrase, values)
        self.phrase, self.values = phrase, values


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
            _look_at_file(self.path)
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
            raise Unusable("database.unreachable", reason=type(error.orig).__name__) from None
        except DatabaseError as error:
            if "alembic_version" in str(error):
                return None
            raise Unusable("database.corrupt", path=str(self.path or "")) from None

    def upgrade(self, *, anew: bool = False) -> None:
        """Create the database or bring it to this program's schema. `anew` allows a new file where one was lost."""
        if self.path is not None:
            _make_room(self.path, anew=anew)
            _for_us_alone(self.path)
        version = self.version()
        if version is not None and version not in revisions():
            raise Unusable("database.newer", version=version)
        if version != revisions()[-1]:
            _migrate(self.writer)
        if self.path is not None:
            _marker(self.path).write_text("A Gõ Cửa database lives here. If it is missing, restore a backup.\n", "utf-8")

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
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite"):
        return None
    if parsed.database in (None, "", ":memory:"):
        raise Unusable("database.memory")
    return Path(parsed.database or "").absolute()


def _engine(url: str, begin: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=2, max_overflow=2, pool_pre_ping=True, connect_args={"connect_timeout": 5}, **JSON)
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}, pool_size=2, **JSON)

    @event.listens_for(engine, "connect")
    def _durable(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `begin` below says so
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _marker(path: Path) -> Path:
    return path.with_name(path.name + ".exists")


def _look_at_file(path: Path) -> None:
    if not path.parent.is_dir():
        raise Unusable("database.no_folder", path=str(path.parent))
    if not path.exists() or path.stat().st_size == 0:  # an emptied file is a lost one
        raise Unusable("database.lost" if _marker(path).exists() else "database.missing", path=str(path))
    if path.stat().st_size <= SMALL_ENOUGH_TO_CHECK:
        try:
            # opened apart from the engine: a file that is no database must not be touched by its pragmas
            with sqlite3.connect(path, timeout=BUSY_MS / 1000) as connection:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()
            connection.close()
        except sqlite3.DatabaseError:
            found = ("unreadable",)
        if found != ("ok",):
            raise Unusable("database.corrupt", path=str(path))


def _make_room(path: Path, *, anew: bool) -> None:
    try:
        _look_at_file(path)
    except Unusable as trouble:
        if trouble.phrase == "database.missing" or (trouble.phrase == "database.lost" and anew):
            return
        raise


def _for_us_alone(path: Path) -> None:
    """A new file is nobody else's to read: it holds names, and keys of accounts. What SQLite puts beside it is like it."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _migrate(engine: Engine) -> None:
    from alembic import command  # here: only an upgrade pays for the import
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    target = create_engine(engine.url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        target.dispose()
        target = engine
    with target.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
