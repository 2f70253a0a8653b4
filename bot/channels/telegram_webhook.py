"""The address Telegram calls: the secret first, then a commit, then 200."""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from storage import json_text

LOG = logging.getLogger(__name__)
HEADER = "X-Telegram-Bot-Api-Secret-Token"
BODY_LIMIT = 64 * 1024
RETRY_AFTER = "5"
PATIENCE = 1.0
"""Seconds a commit may take, with the database locked or gone: then Telegram keeps the update and its connection is free."""
Keep = Callable[[Sequence[object]], Awaitable[None]]


class Webhook:
    """Takes one update with each call; whatever is not 200 is sent again by Telegram."""

    def __init__(self, secret: str, keep: Keep) -> None:
        self._secret, self._keep = secret.encode(), keep
        self.closed = False

    async def take(self, request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        # without a secret of our own nobody can be told from Telegram, so nobody is let in
        if not self._secret or not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        if self.closed:
            return _later()
        body = await _body(request)
        if body is None:
            return web.Response(status=413)
        try:
            update = json_text.read(body)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._keep([update])
        except Exception as error:  # not committed so far, for whatever reason: Telegram keeps it and calls again
            LOG.warning("%s: an update could not be kept (%s); Telegram sends it again", request.path, type(error).__name__)
            return _later()
        return web.Response()


def _later() -> web.Response:
    return web.Response(status=503, headers={"Retry-After": RETRY_AFTER})


async def _body(request: web.Request) -> bytes | None:
    if (request.content_length or 0) > BODY_LIMIT:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > BODY_LIMIT:
            return None
    return bytes(body)
