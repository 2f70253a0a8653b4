"""What an account sent this month and how it stands with Zalo, written where every process and the operator see it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.store import Store, out_of_reach
from content.vietnam_time import local_day
from content.words import words
from handlers.talk import said
from storage import mail, zalo

LOG = logging.getLogger(__name__)
WARN_AT = (70, 90, 100)
"""Per cent of the month's messages at which those who look after the bot are told, once each."""
FLUSH = 1.0
MANY = 50


class Ledger:
    """One account's book. Counting costs a send nothing: it is written down together, a second later at most."""

    def __init__(self, store: Store, account: str, monthly: int, language: str = "vi") -> None:
        self._store, self._account = store, account
        self._monthly, self._language = monthly, language
        self._unwritten = 0
        self._proved = False
        self._last = ""
        self._noted: tuple[str, str] | None = None
        self._writing: asyncio.Task[None] | None = None

    def sent(self, *, unasked: bool = False) -> None:
        """One more message left, so whatever kept messages back is over: here, and where another process noted it."""
        self._unwritten += 1
        self._proved = self._proved or unasked
        if self._noted is not None and self._noted[0] in self._disproved():
            self._noted = None
        self._soon(0.0 if self._unwritten >= MANY else FLUSH)

    def stands(self, state: str, problem: str = "") -> None:
        """How the account stands with the platform now."""
        if (state, problem) == self._noted:
            return
        if state != self._last:
            LOG.error("%s: %s (%s)", self._account, state, problem)
        self._last, self._noted = state, (state, problem)
        self._soon(0.0)

    async def mended(self, *states: str) -> bool:
        """These troubles are over, whoever noted them; False where the database could not be told."""
        await self.flush()
        try:
            await self._store.write(lambda tx: zalo.mend(tx, self._account, states, datetime.now(UTC)))
        except Exception as error:
            if not out_of_reach(error):
                raise
            return False
        self._last = "" if self._last in states else self._last
        return True

    def _disproved(self) -> tuple[str, ...]:
        """What cannot be since a message has left; that paid ones do, only what nobody asked for can tell."""
        return (*zalo.DISPROVED, zalo.BILLING) if self._proved else zalo.DISPROVED

    async def flush(self) -> None:
        """Write down what is not written yet."""
        count, noted, over = self._unwritten, self._noted, self._disproved()
        if not count and noted is None:
            return
        now = datetime.now(UTC)
        try:
            await self._store.write(lambda tx: self._write(tx, count, noted, over, now))
        except Exception as error:  # the count is kept for the next time
            LOG.warning("%s: the month's count could not be written (%s)", self._account, type(error).__name__)
            return
        self._unwritten -= count
        self._proved = False
        self._last = "" if count and noted is None and self._last in over else self._last
        self._noted = None if self._noted is noted else self._noted

    async def close(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self.flush()

    def _soon(self, seconds: float) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._flush_in(seconds))

    async def _flush_in(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await asyncio.shield(self.flush())
        while self._unwritten or self._noted is not None:  # what came meanwhile, or could not be written
            await asyncio.sleep(FLUSH)
            await asyncio.shield(self.flush())

    def _write(self, tx: Connection, count: int, noted: tuple[str, str] | None, over: Sequence[str], now: datetime) -> None:
        today = local_day(now)
        if noted is not None and zalo.stand(tx, self._account, *noted, now):
            self._tell(tx, f"zalo-{noted[0]}:{self._account}:{today:%Y%m%d}", "zalo.standing", now,
                       account=self._account, problem=noted[1])
        if not count:
            return
        if noted is None:  # a trouble that came after the last success stays
            zalo.mend(tx, self._account, over, now)
        month = zalo.month_of(today)
        total = zalo.add_sent(tx, self._account, month, count)
        reached = max((percent for percent in WARN_AT if self._monthly and total * 100 >= percent * self._monthly), default=0)
        if reached and zalo.tell_once(tx, self._account, month, reached):
            LOG.warning("%s: %d of %d messages of the month are sent", self._account, total, self._monthly)
            key = "zalo.quota_over" if reached >= 100 else "zalo.quota"  # both are phrases
            self._tell(tx, f"zalo-quota:{self._account}:{month}:{reached}", key, now,
                       account=self._account, sent=total, limit=self._monthly)

    def _tell(self, tx: Connection, key: str, phrase: str, now: datetime, **values: object) -> None:
        """Those who look after the bot hear of it, each once for a key, on another account than this wherever they can."""
        for carer in zalo.carers(tx, now, self._account):
            message = said(words(carer.language or self._language).say(phrase, **values))
            mail.insert_new(tx, mail.outbox, [{
                "key": f"{key}:{carer.chat_id}", "account": carer.account, "chat_id": carer.chat_id, "lane": mail.REMINDER,
                "policy": mail.DROP, "parcel": message.pack(), "created_at": now, "state": "new", "attempts": 0}])
