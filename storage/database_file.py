"""The file of an SQLite database: whether it is there, whole and ours to write, before anything is opened."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

BUSY_MS = 15_000
SMALL_ENOUGH_TO_CHECK = 256 * 1024 * 1024
"""Bytes up to which a file is checked at every start; larger ones by `gocua doctor`."""


class Unusable(Exception):
    """The database cannot be used as it is. `phrase` names the words that say what to do."""

    def __init__(self, phrase: str, **values: str) -> None:
        super().__init__(phrase, values)
        self.phrase, self.values = phrase, values


def look_at(path: Path) -> None:
    """Raise Unusable unless there is a whole database that we may write to."""
    try:
        _look_at(path)
    except PermissionError:
        raise Unusable("database.no_right", path=str(path)) from None


def _look_at(path: Path) -> None:
    if not path.parent.is_dir():
        raise Unusable("database.no_folder", path=str(path.parent))
    if path.is_dir():
        raise Unusable("database.is_folder", path=str(path))
    if not path.exists() or path.stat().st_size == 0:  # an emptied file is a lost one
        raise Unusable("database.lost" if _marker(path).exists() else "database.missing", path=str(path))
    if not (os.access(path, os.R_OK | os.W_OK) and os.access(path.parent, os.W_OK)):  # SQLite keeps two files beside it
        raise PermissionError
    if path.stat().st_size <= SMALL_ENOUGH_TO_CHECK and not _whole(path):
        raise Unusable("database.corrupt", path=str(path))


def make_room(path: Path, *, anew: bool) -> None:
    """Raise Unusable unless there is a database, or may be one: a new file is nobody else's to read.

    It holds names, and keys of accounts. What SQLite puts beside it is like it.
    """
    try:
        look_at(path)
    except Unusable as trouble:
        if trouble.phrase != "database.missing" and not (trouble.phrase == "database.lost" and anew):
            raise
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return
    except OSError:
        raise Unusable("database.no_right", path=str(path)) from None


def mark(path: Path) -> None:
    """Leave word that a database was made here, so that its loss is noticed."""
    _marker(path).write_text("A Gõ Cửa database lives here. If it is missing, restore a backup.\n", "utf-8")


def _marker(path: Path) -> Path:
    return path.with_name(path.name + ".exists")


def _whole(path: Path) -> bool:
    try:
        # opened apart from the engine: a file that is no database must not be touched by its pragmas
        with sqlite3.connect(path, timeout=BUSY_MS / 1000) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
        connection.close()
    except sqlite3.OperationalError as error:  # locked, or out of reach: that says nothing about the file
        raise Unusable("database.unreachable", reason=str(error)) from None
    except sqlite3.DatabaseError:
        return False
    return bool(found == ("ok",))
