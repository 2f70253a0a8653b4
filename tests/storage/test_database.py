"""Opening a database: one that is lost, broken, of another time or out of reach is refused with words, never replaced."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import event, text

from storage.database import LONGEST_LOG, Database, Unusable, revisions
from storage.models import METADATA


def refused(database: Database) -> str:
    with pytest.raises(Unusable) as caught:
        database.inspect()
    database.close()
    return caught.value.phrase


def test_a_good_database_is_accepted(database: Database) -> None:
    database.inspect()
    assert database.version() == revisions()[-1]


def test_the_schema_is_that_of_the_models(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), METADATA) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    database.upgrade()
    database.inspect()


def test_a_newer_schema_is_refused(database: Database) -> None:
    with database.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unusable, match="newer"):
        database.upgrade()
    assert refused(database) == "database.newer"


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert refused(Database(f"sqlite:///{tmp_path}/nowhere/gocua.db")) == "database.no_folder"


def test_a_file_that_never_was_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "gocua.db"
    assert refused(Database(f"sqlite:///{path}")) == "database.missing"
    assert not path.exists()


def test_a_lost_file_is_never_replaced_by_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "gocua.db"
    first = Database(f"sqlite:///{path}")
    first.upgrade()
    first.close()
    path.unlink()
    again = Database(f"sqlite:///{path}")
    with pytest.raises(Unusable, match="lost"):
        again.upgrade()
    assert refused(again) == "database.lost"
    assert not path.exists()
    again.upgrade(anew=True)
    again.inspect()
    again.close()


@pytest.mark.parametrize("damage", [b"this is no database at all, whatever its name says" * 100, b""])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "gocua.db"
    path.write_bytes(damage)
    assert refused(Database(f"sqlite:///{path}")) in ("database.corrupt", "database.missing")
    assert path.read_bytes() == damage


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE theirs (x)")
    theirs.close()
    database = Database(f"sqlite:///{path}")
    with pytest.raises(Unusable, match="foreign"):
        database.upgrade()
    with database.read() as tx:
        assert tx.execute(text("SELECT name FROM sqlite_master")).scalars().all() == ["theirs"]
    database.close()


def test_tables_of_another_program_on_postgres_are_left_alone(postgres_empty: str) -> None:
    database = Database(postgres_empty)
    with database.write() as tx:
        tx.execute(text("CREATE TABLE theirs (x INTEGER)"))
    with pytest.raises(Unusable, match="foreign"):
        database.upgrade()
    database.close()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}")
    with pytest.raises(Unusable, match="is_folder"):
        database.upgrade()
    assert refused(database) == "database.is_folder"


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("closed", ["file", "folder", "way"])
def test_without_the_right_to_write_it_says_so(sqlite_template: Path, closed: str) -> None:
    """As a user who is not root, who may write everywhere."""
    with tempfile.TemporaryDirectory(prefix="gocua-rights-") as way:
        folder = Path(way) / "data"
        folder.mkdir()
        path = Path(shutil.copy(sqlite_template, folder / "gocua.db"))
        path.chmod(0o444 if closed == "file" else 0o666)
        folder.chmod(0o777 if closed == "file" else 0o555)
        Path(way).chmod(0o700 if closed == "way" else 0o755)
        child = os.fork()
        if child == 0:
            _end_with(refused, Database(f"sqlite:///{path}"))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        Path(way).chmod(0o700)
        folder.chmod(0o700)


def _end_with(work: Callable[[Database], str], database: Database) -> NoReturn:
    """In a process of its own and as nobody: 0 where the answer is the right one."""
    code = 1
    try:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
        code = 0 if work(database) == "database.no_right" else 2
    finally:
        os._exit(code)


def test_a_disk_that_is_full_while_upgrading_changes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/gocua.db")
    full = [True]

    def small(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {40 if full[0] else 1_000_000}")

    event.listen(database.writer, "connect", small)
    with pytest.raises(Unusable) as caught:
        database.upgrade()
    assert caught.value.phrase == "database.not_upgraded" and "full" in caught.value.values["reason"]
    assert database.version() is None
    full[0] = False
    database.writer.dispose()
    database.upgrade()
    database.inspect()
    database.close()


HALF = """
import os, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from storage.database import Database

done = 0

@event.listens_for(Engine, "after_cursor_execute")
def _count(connection, cursor, statement, *more):
    global done
    done += statement.lstrip().startswith(("CREATE", "ALTER", "DROP", "UPDATE", "INSERT"))
    if done == int(sys.argv[2]):
        os.kill(os.getpid(), 9)

Database(sys.argv[1]).upgrade()
"""


@pytest.mark.parametrize("statement", [1, 40, 130])
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_upgrade_killed_half_way_is_begun_again(kind: str, statement: int, tmp_path: Path,
                                                   request: pytest.FixtureRequest) -> None:
    url = f"sqlite:///{tmp_path}/gocua.db" if kind == "sqlite" else str(request.getfixturevalue("postgres_empty"))
    killed = subprocess.run([sys.executable, "-c", HALF, url, str(statement)], timeout=60, check=False)
    assert killed.returncode == -9
    database = Database(url)
    assert database.version() is None, "nothing of it is left"
    database.upgrade()
    database.inspect()
    database.close()


def test_flipped_bytes_are_noticed(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)
    assert refused(Database(sqlite_url)) == "database.corrupt"


def test_a_postgres_that_does_not_answer_is_out_of_reach() -> None:
    assert refused(Database("postgresql://nobody@127.0.0.1:1/none")) == "database.unreachable"


def test_an_empty_postgres_is_not_taken_for_ours(postgres: str) -> None:
    assert refused(Database(postgres)) == "database.empty"


def test_sqlite_writes_are_durable(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        assert tx.scalar(text("PRAGMA synchronous")) == 2
        assert tx.scalar(text("PRAGMA journal_mode")) == "wal"
        assert tx.scalar(text("PRAGMA foreign_keys")) == 1
    database.close()


def test_after_a_long_reader_the_second_file_is_small_again(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    log = Path(f"{database.path}-wal")

    def write(times: int) -> None:
        for _ in range(times):
            with database.write() as tx:
                tx.execute(text("INSERT INTO filler VALUES (zeroblob(1000000))"))

    with database.write() as tx:
        tx.execute(text("CREATE TABLE filler (x BLOB)"))
    with database.read() as reader:
        assert reader.scalar(text("SELECT count(*) FROM filler")) == 0
        write(12)
        assert log.stat().st_size > LONGEST_LOG
    write(2)
    assert log.stat().st_size <= LONGEST_LOG
    assert database.damage() == ""
    database.close()


def test_a_new_file_is_nobody_elses_to_read(tmp_path: Path) -> None:
    before = os.umask(0o022)
    database = Database(f"sqlite:///{tmp_path}/new.db")
    try:
        database.upgrade()
        with database.write() as tx:
            tx.execute(text("CREATE TABLE trial (x INTEGER)"))
            files = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.glob("new.db*") if file.name != "new.db.exists"}
        assert len(files) > 1 and set(files.values()) == {0} and not database.is_open_to_others
        (tmp_path / "new.db").chmod(0o644)
        assert database.is_open_to_others
    finally:
        os.umask(before)
        database.close()
