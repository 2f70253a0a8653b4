"""Who polls and sends for an account: one process at a time, and the next one soon after it is gone."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from bot.store import Store
from storage import leases

LASTS = timedelta(seconds=15)
RENEW = 4.0
"""Seconds between two renewals."""


class Leases:
    """This process's claim to work that only one may do."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._others: dict[str, str] = {}
        self.holder = f"{socket.gethostname()}|{os.getpid()}|{_started(os.getpid())}|{uuid.uuid4().hex[:8]}"

    async def take(self, name: str) -> bool:
        """Take or renew a lease. One whose process has died on this machine is taken over at once."""

        def work(tx: Connection) -> bool:
            now = datetime.now(UTC)
            if leases.lease(tx, name, self.holder, now, LASTS):
                return True
            other = leases.lease_holder(tx, name)
            self._others[name] = other or ""
            if other is None or not _gone(other):
                return False
            leases.release(tx, other)
            return leases.lease(tx, name, self.holder, now, LASTS)

        return await self._store.write(work)

    def is_orphaned(self, name: str) -> bool:
        """Whether the process that kept us from a lease has died on this machine: a glance that asks no database."""
        other = self._others.get(name, "")
        return other != "" and _gone(other)

    async def release(self) -> None:
        await self._store.write(lambda tx: leases.release(tx, self.holder))


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks: tells it from a later one with the same number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _gone(holder: str) -> bool:
    host, pid, started, _ = holder.split("|")
    if host != socket.gethostname() or not started:
        return False
    return _started(int(pid)) != started
