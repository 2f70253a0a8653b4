"""The living keys of an Official Account: renewed by one at a time among all processes, and written before they are used."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.zalo_http import Http
from bot.channels.zalo_oa_login import App, Refused, Unreached, expiry, pair, renewal
from bot.channels.zalo_patience import Patience
from bot.points import reach
from bot.store import Store, out_of_reach
from storage import zalo_tokens
from storage.zalo_tokens import Token

LOG = logging.getLogger(__name__)
CLAIM = timedelta(seconds=30)
"""How long a refresh may take before somebody else may try."""
LOOK = 0.1
WAITS = 250


class Lost(Exception):
    """No key opens this account: an administrator has to sign in."""


class Keys:
    """One account's keys, in this process."""

    def __init__(self, store: Store, account: str, app: App, http: Http) -> None:
        self._store, self._account, self._app, self._http = store, account, app, http
        self._holder = uuid.uuid4().hex
        self._alone = asyncio.Lock()
        self._token: Token | None = None
        self._patience = Patience(1.0, 60.0)
        self._not_before = 0.0

    async def current(self) -> str:
        """A key that works as far as we know. Raises Lost, or Unreached."""
        token = self._token
        if token is not None and datetime.now(UTC) < token.renew_at:
            return token.access
        return await self._renewed("")

    async def instead_of(self, refused: str) -> str:
        """Another key than this one, which the platform did not take."""
        return await self._renewed(refused)

    async def useless(self, refused: str, why: str) -> None:
        """Even a new key is not taken."""
        token = await self._read()
        if token is not None and token.access == refused:
            await self._lose(token, why)

    async def _renewed(self, refused: str) -> str:
        async with self._alone:
            for _ in range(WAITS):
                token = await self._read()
                if token is None:
                    raise Lost("nobody has signed in yet")
                if token.answer:
                    await self._take_over(token)
                elif token.lost:
                    raise Lost(token.lost)
                elif token.access != refused and datetime.now(UTC) < token.renew_at:
                    self._token = token
                    return token.access
                elif time.monotonic() < self._not_before:
                    raise Unreached("the keys could not be renewed just now")
                elif await self._claim(token):
                    await self._refresh(token)
                else:
                    await asyncio.sleep(LOOK)  # somebody else is at it
            raise Unreached("another process does not finish renewing the keys")

    async def _read(self) -> Token | None:
        return await self._store.read(lambda rows: zalo_tokens.read(rows, self._account))

    async def _claim(self, token: Token) -> bool:
        now = datetime.now(UTC)
        return await self._store.write(
            lambda tx: zalo_tokens.claim(tx, self._account, token.generation, self._holder, now, now + CLAIM))

    async def _refresh(self, token: Token) -> None:
        """Use the refresh key, once. Its answer is on disk before anything else happens, whoever stops waiting for it."""
        await asyncio.shield(asyncio.ensure_future(self._exchange(token)))

    async def _exchange(self, token: Token) -> None:
        try:
            answer = await renewal(self._http, self._app, token.refresh)
        except Refused as error:
            await self._lose(token, str(error))
            return
        except Unreached:
            self._not_before = time.monotonic() + self._patience.failed()
            await self._store.write(lambda tx: zalo_tokens.unclaim(tx, self._account, self._holder))
            raise
        self._patience.well()
        await self._journal(token, answer)
        reach("after_oa_answer")
        found = await self._read()
        if found is not None and found.answer:
            await self._take_over(found)

    async def _journal(self, token: Token, answer: Mapping[str, Any]) -> None:
        now, patience = datetime.now(UTC), Patience(0.1, 5.0)
        while True:
            try:
                await self._store.write(
                    lambda tx: zalo_tokens.journal(tx, self._account, token.generation, dict(answer), now))
                return
            except Exception as error:
                if not out_of_reach(error):
                    raise
                LOG.error("%s: new keys cannot be written yet (%s)", self._account, type(error).__name__)
            await asyncio.sleep(patience.failed())

    async def _take_over(self, token: Token) -> None:
        """Make the kept answer the keys."""
        kept = json.loads(token.answer or "{}")
        found, at = pair(kept["answer"]), datetime.fromtimestamp(kept["at"], UTC)
        if found is None:
            raise Lost("the kept answer holds no keys")
        renewed = found
        await self._store.write(lambda tx: zalo_tokens.renew(
            tx, self._account, token.generation, renewed.access, renewed.refresh, at, expiry(renewed, at)))
        LOG.info("%s: keys renewed", self._account)

    async def _lose(self, token: Token, why: str) -> None:
        self._token = None
        if await self._store.write(lambda tx: zalo_tokens.lose(tx, self._account, token.generation, why)):
            LOG.error("%s: its keys open nothing any more (%s); run `gocua zalo-oa login`", self._account, why)
