"""The address Zalo calls for an Official Account: the signature over the bytes as they came, then a commit, then 200."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web

from bot.channels.zalo_bot_webhook import whole
from bot.channels.zalo_oa_incoming import Json, text_of, too_old
from storage import json_text

LOG = logging.getLogger(__name__)
SIGNATURE, TIMESTAMP = "X-ZEvent-Signature", "X-ZEvent-Timestamp"
BODY_LIMIT = 64 * 1024
OLDEST = timedelta(hours=25)
"""Zalo tries again for up to a day; what is handed in twice is kept once, so age alone is no reason to lose a message."""
Keep = Callable[[Json], Awaitable[None]]


class Webhook:
    """Takes one event with each call."""

    def __init__(self, app_id: str, secret_key: str, keep: Keep) -> None:
        self._app_id, self._secret, self._keep = app_id, secret_key, keep
        self.closed = False

    async def take(self, request: web.Request) -> web.Response:
        body = await whole(request, BODY_LIMIT)
        if body is None:
            return web.Response(status=413)
        if body.strip() in (b"", b"{}"):
            return web.Response()  # the address is tried when it is saved: unsigned, and nothing follows from it
        event = _read(body)
        if event is None:
            return web.Response(status=400)
        if not self._is_zalo(request, body, event):
            return web.Response(status=401)
        if self.closed:
            return web.Response(status=503)
        if too_old(event, OLDEST):
            return web.Response(status=403)
        try:
            await self._keep(event)
        except Exception as error:  # not committed, for whatever reason: Zalo keeps it and calls again
            LOG.warning("%s: an event could not be kept (%s); Zalo sends it again", request.path, type(error).__name__)
            return web.Response(status=500)
        return web.Response()

    def _is_zalo(self, request: web.Request, body: bytes, event: Json) -> bool:
        """Whether whoever sent these bytes knows our secret key; compared in constant time."""
        given = request.headers.get(SIGNATURE, "").strip().lower().removeprefix("mac=")
        if not self._secret or not given or text_of(event.get("app_id", self._app_id)) != self._app_id:
            return False
        times = [text_of(event.get("timestamp")), request.headers.get(TIMESTAMP, "")]
        made = [signature(self._app_id, body, at, self._secret) for at in dict.fromkeys(times) if at]
        return any([hmac.compare_digest(given.encode("utf-8", "replace"), each.encode()) for each in made])


def signature(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """Zalo's own: a plain SHA-256 over application, body, time and secret, in this order."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret.encode()).hexdigest()


def _read(body: bytes) -> Json | None:
    try:
        event = json_text.read(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
