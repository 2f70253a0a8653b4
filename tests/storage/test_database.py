"""Opening a database: one that is lost, broken, of another time or out of reach is refused with words, never replaced."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database, Unusable, revisions
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
