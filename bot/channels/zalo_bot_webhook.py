"""The address the Zalo Bot Platform calls: the secret first, then a commit, then 200."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from bot.channels.zalo_bot_incoming import Json, events
from storage import json_text

LOG = logging.getLogger(__name__)
HEADER = "X-Bot-Api-Secret-Token"
BODY_LIMIT = 64 * 1024
Keep = Callable[[Sequence[Json]], Awaitable[None]]


class Webhook:
    """Takes one event with each call."""

    def __init__(self, secret: str, keep: Keep) -> None:
        self._secret, self._keep = secret.encode(), keep
        self.closed = False

    async def take(self, request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        # without a secret of our own nobody can be told from Zalo, so nobody is let in
        if not self._secret or not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        if self.closed:
            return web.Response(status=503)
        body = await whole(request, BODY_LIMIT)
        if body is None:
            return web.Response(status=413)
        found = read(body)
        if found is None:
            return web.Response(status=400)
        try:
            await self._keep(found)
        except Exception as error:  # not committed, for whatever reason: Zalo must not believe that we have it
            LOG.warning("%s: an event could not be kept (%s)", request.path, type(error).__name__)
            return web.Response(status=500)
        return web.Response()


def read(body: bytes) -> list[Json] | None:
    """The events of a posted body; None where it is nothing that could hold one. An empty one only tries the address."""
    if not body.strip():
        return []
    try:
        given = json_text.read(body)
    except (ValueError, RecursionError):
        return None
    return events(given) if isinstance(given, dict) else None


async def whole(request: web.Request, limit: int) -> bytes | None:
    """The body as it came, byte for byte; None where it is too large."""
    if (request.content_length or 0) > limit:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)
