"""Zalo wants its answer within two seconds: what the database has not taken by then is kept in a file first."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path

from bot.channels import Receive, Received
from bot.receive import guard
from handlers.talk import Incoming

LOG = logging.getLogger(__name__)
PATIENCE = 0.7
"""Seconds the database has before the file is written."""
AGAIN = 2.0


class Spool:
    """One account's letters on their way into the database. A file is gone only once its letters are committed."""

    def __init__(self, folder: Path, account: str, receive: Receive, *, patience: float = PATIENCE) -> None:
        self._folder, self._account, self._receive, self._patience = folder, account, receive, patience
        self._name = hashlib.sha256(account.encode()).hexdigest()[:12]
        self._under_way: set[asyncio.Task[None]] = set()
        self._draining: asyncio.Task[None] | None = None
        self._more = False
        """Whether a file was written since the drain looked for files."""

    async def keep(self, things: Sequence[Received]) -> None:
        """Returns once the letters are committed, or stand in a file. Raises where neither can be had."""
        if self._draining is not None and not self._draining.done():  # what came before them still stands in files
            await asyncio.to_thread(self._write, things)
            self._more = True
            self.drain()
            return
        commit = asyncio.ensure_future(self._receive(self._account, things))
        done, _ = await asyncio.wait([commit], timeout=self._patience)
        if done:
            commit.result()
            return
        file = await asyncio.to_thread(self._write, things)
        LOG.warning("%s: the database is slow; %d letters wait in a file", self._account, len(things))
        self._later(self._finish(commit, file))

    def drain(self) -> None:
        """Hand in what stands in files, until there are none."""
        if (self._draining is None or self._draining.done()) and self._files():
            self._draining = asyncio.get_running_loop().create_task(self._drain())

    async def close(self) -> None:
        tasks = [*self._under_way, *([self._draining] if self._draining else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _later(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)  # type: ignore[arg-type]
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _finish(self, commit: asyncio.Future[None], file: Path) -> None:
        try:
            await asyncio.shield(commit)
        except Exception as error:
            LOG.warning("%s: letters stay in a file (%s); they are handed in again", self._account, type(error).__name__)
            self.drain()
        else:
            await asyncio.to_thread(file.unlink, missing_ok=True)

    async def _drain(self) -> None:
        while True:
            self._more = False
            files = await asyncio.to_thread(self._files)
            if not files and not self._more:
                return
            for file in files:
                if not await self._hand_in(file):
                    await asyncio.sleep(AGAIN)
                    break

    async def _hand_in(self, file: Path) -> bool:
        try:
            things = await asyncio.to_thread(_read, file)
        except FileNotFoundError:  # its letters were committed after all
            return True
        except (OSError, ValueError, KeyError, TypeError):
            LOG.exception("%s: %s cannot be read and is set aside", self._account, file.name)
            with contextlib.suppress(OSError):
                await asyncio.to_thread(file.rename, file.with_suffix(".unreadable"))
                return True
            return False
        try:
            await self._receive(self._account, things)
        except Exception as error:  # whatever the reason: it is tried again
            LOG.warning("%s: letters still wait in a file (%s)", self._account, type(error).__name__)
            return False
        await asyncio.to_thread(file.unlink, missing_ok=True)
        return True

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._name}-*.json")) if self._folder.is_dir() else []

    def _write(self, things: Sequence[Received]) -> Path:
        """To the disk for good, without what must never be written down."""
        rows = [[thing.external_id, thing.chat, guard(thing.incoming).pack()] for thing in things]
        body = json.dumps(rows).encode()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        at = int(things[0].incoming.sent_at.timestamp() * 1000)
        file = self._folder / f"{self._name}-{at:015d}-{hashlib.sha256(body).hexdigest()[:16]}.json"
        beside = file.with_suffix(".part")
        with beside.open("wb") as opened:
            opened.write(body)
            opened.flush()
            os.fsync(opened.fileno())
        beside.rename(file)
        _sync(self._folder)
        return file


def _read(file: Path) -> list[Received]:
    return [Received(external_id, chat, Incoming.unpack(packed)) for external_id, chat, packed in json.loads(file.read_bytes())]


def _sync(folder: Path) -> None:
    """The name of a new file too must outlive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
