"""Databases with the demonstration in it, loaded once for each day and kind, and copied for every journey."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine

from content.vietnam_time import local_day
from tests.conftest import named, new_database, run
from tests.houses import furnish
from tests.journeys.chats import bind_chats
from tests.journeys.script import Journey


@pytest.fixture(scope="session")
def loaded() -> dict[tuple[str, date], str]:
    """What was loaded so far, by kind and day: a file, or a database of the server."""
    return {}


@pytest.fixture
def ground(
    request: pytest.FixtureRequest, loaded: dict[tuple[str, date], str], journey: Journey, database_kind: str, tmp_path: Path,
) -> Iterator[str]:
    """The address of a copy of its own, for this journey, as of its day."""
    with time_machine.travel(journey.at) if journey.at else contextlib.nullcontext():
        key = (database_kind, local_day(datetime.now(UTC)))
        if key not in loaded:
            loaded[key] = LOAD[database_kind](request)
    if database_kind == "sqlite":
        shutil.copy(loaded[key], tmp_path / "gocua.db")
        yield f"sqlite:///{tmp_path / 'gocua.db'}"
    else:
        server = request.getfixturevalue("postgres")
        name = new_database(server, loaded[key])
        yield named(server, name)
        run(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _load(url: str) -> None:
    furnish(url)
    bind_chats(url)


def _sqlite(request: pytest.FixtureRequest) -> str:
    path = request.getfixturevalue("tmp_path_factory").mktemp("loaded") / "gocua.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    _load(f"sqlite:///{path}")
    return str(path)


def _postgres(request: pytest.FixtureRequest) -> str:
    server = request.getfixturevalue("postgres")
    name = new_database(server, "template_gocua")
    _load(named(server, name))
    return name


LOAD: dict[str, Callable[[pytest.FixtureRequest], str]] = {"sqlite": _sqlite, "postgres": _postgres}
