"""The printer: makes the picture or document that a message names, off the loop, and keeps what lasts for a while."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from bot.mind import Mind
from content.vietnam_time import local_day
from content.words import LANGUAGES, words
from handlers.look import Look
from handlers.papers import Make, Paper
from storage.database import Database
from storage.reading import Reading

log = logging.getLogger(__name__)
KEPT_BYTES = 8 * 1024 * 1024
"""What may be kept in memory, all papers together."""
KEPT_SECONDS = 20.0
"""How long a paper is kept that may look different tomorrow: enough for a send that is tried again."""
_KIND = re.compile(r"[a-z][a-z-]{0,31}")


def _all() -> Mapping[str, Make]:
    from handlers.catalogue import PAPERS  # loaded with the first paper: a start is short

    return PAPERS


class Printer:
    """Makes papers from names (`kind:language:rest`), one at a time; whoever asks for one in the making waits for the same."""

    def __init__(self, database: Database, mind: Callable[[], Mind], makers: Mapping[str, Make] | None = None) -> None:
        self._database, self._mind, self._makers = database, mind, makers
        self._one = asyncio.Semaphore(1)
        self._making: dict[str, asyncio.Task[Paper | None]] = {}
        self._kept: OrderedDict[str, tuple[Paper, float]] = OrderedDict()

    async def __call__(self, name: str) -> Paper | None:
        found = self._kept.get(name)
        if found is not None and found[1] > time.monotonic():
            self._kept.move_to_end(name)
            return found[0]
        making = self._making.get(name)
        if making is None:
            making = self._making[name] = asyncio.create_task(self._print(name))
            making.add_done_callback(lambda _: self._making.pop(name, None))
        return await asyncio.shield(making)

    async def _print(self, name: str) -> Paper | None:
        kind = name.partition(":")[0]
        try:
            async with self._one:
                paper = await asyncio.to_thread(self._make, name)
        except Exception as error:  # whatever goes wrong, the words are still sent; names and messages may be private
            log.error("a paper of the kind %s was not made: %s", kind if _KIND.fullmatch(kind) else "?", type(error).__name__,
                      exc_info=log.isEnabledFor(logging.DEBUG))
            return None
        if paper is not None:
            self._keep(name, paper)
        return paper

    def _make(self, name: str) -> Paper | None:
        kind, _, rest = name.partition(":")
        language, _, rest = rest.partition(":")
        maker, mind, now = (self._makers or _all()).get(kind), self._mind(), datetime.now(UTC)
        if maker is None:
            return None
        if language not in LANGUAGES:  # a name without one: the house's own
            language, rest = mind.language, name.partition(":")[2]
        with self._database.read() as tx:
            return maker(Look(Reading(tx), words(language), mind.library, now, local_day(now), now, chat_id=0, doors=mind.doors(),
                              hours=mind.hours, house=mind.language, accounts=mind.limits), rest)

    def _keep(self, name: str, paper: Paper) -> None:
        self._kept[name] = paper, float("inf") if paper.lasts else time.monotonic() + KEPT_SECONDS
        self._kept.move_to_end(name)
        size = sum(len(kept.content) for kept, _ in self._kept.values())
        while size > KEPT_BYTES:
            _, (gone, _) = self._kept.popitem(last=False)
            size -= len(gone.content)
