"""The program's own web server: the addresses of its channels and of the feed, on one port."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Sequence

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.amiss import Amiss, where

BODY_LIMIT = 64 * 1024
log = logging.getLogger(__name__)


def _without_the_request(record: logging.LogRecord) -> bool:
    """aiohttp quotes what it could not read: somebody's cookie, an invitation. What is no HTTP is not worth a line at all."""
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        record.msg, record.args = "a request failed: %s at %s", (type(error).__name__, where(error))
        record.exc_info = record.exc_text = None
    return not isinstance(error, HttpProcessingError)


log.addFilter(_without_the_request)


class Server:
    def __init__(self, routes: Iterable[web.AbstractRouteDef], middlewares: Sequence[object]) -> None:
        app = web.Application(client_max_size=BODY_LIMIT, middlewares=middlewares)  # type: ignore[arg-type]
        app.router.add_routes(routes)
        self._runner = web.AppRunner(app, access_log=None, logger=log, shutdown_timeout=2.0)

    async def start(self, host: str, port: int) -> str:
        """Listen; the address that was taken."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise Amiss("serve.port", listen=f"{host}:{port}", reason=os.strerror(error.errno or 0)) from None
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def stop(self) -> None:
        await self._runner.cleanup()
