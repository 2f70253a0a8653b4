"""Which messages to many have left, noted beside the database without waiting for the disk: what a kill leaves behind tells.

The notes survive a killed program (they are with the operating system by then), not a machine that lost its power: then
the machine has started anew since, and they are not believed. Nor are they while another program still holds them.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from storage.mail import Left

BOOT = Path("/proc/sys/kernel/random/boot_id")
LONG = 256 * 1024


class Departed:
    """The notes of one account. Without a file, or where nobody can tell one start of the machine from the next: none."""

    def __init__(self, database: Path | None, account: str) -> None:
        ours = re.sub(r"[^A-Za-z0-9-]", "-", account)
        self._path = database.with_name(f"{database.name}.left-{ours}") if database and BOOT.exists() else None
        self._file = -1
        self._size = 0

    def take_over(self) -> Left | None:
        """What the last one who held them noted; None where nobody can know."""
        if self._path is None:
            return None
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            boot, since, *ids = self._path.read_text("ascii").split() or ("", "0")
            self._new_page()
        except OSError:  # somebody else is still at it, or the folder is not ours
            self._spoil()
            return None
        return Left(datetime.fromtimestamp(float(since), UTC), frozenset(map(int, ids))) if boot == _boot() else None

    def note(self, id_: int) -> None:
        """This one leaves now."""
        if self._file >= 0:
            try:
                self._size += os.write(self._file, b"%d\n" % id_)
            except OSError:  # a full disk must not keep a message from leaving
                self._spoil()

    def forget(self) -> None:
        """Everything noted is written down by now: begin a new page where the old one is long."""
        if self._size > LONG:
            self._new_page()

    def _new_page(self) -> None:
        os.ftruncate(self._file, 0)
        self._size = os.write(self._file, f"{_boot()} {time.time():.3f}\n".encode())

    def _spoil(self) -> None:
        """From here on nothing is noted: nobody may believe a page that does not tell all."""
        self.close()
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink()

    def close(self) -> None:
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.close(self._file)
        self._file = -1


def _boot() -> str:
    return BOOT.read_text("ascii").strip()
