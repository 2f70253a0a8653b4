"""Calls to Zalo's servers over aiohttp: what was surely not sent is told from what nobody knows, and no address gets out."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import aiohttp

from bot.channels.exchange import Unanswered, Unsent

DEADLINE = 35.0
CONNECT = 10.0


class Http:
    """One account's connections. What it raises names only the kind of failure: the library's own errors hold the address."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def call(
        self, method: str, address: str, *, body: bytes | aiohttp.FormData | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, deadline: float = DEADLINE
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Raises Unsent or Unanswered."""
        if self._closed:
            raise Unsent("Closed")
        failure: Exception
        seen = SimpleNamespace(sent=False)
        try:
            timeout = aiohttp.ClientTimeout(total=deadline, connect=min(CONNECT, deadline))
            async with self._open().request(method, address, data=body, headers=headers, timeout=timeout, allow_redirects=False,
                                            trace_request_ctx=seen) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError,
                aiohttp.InvalidURL) as error:
            failure = Unsent(type(error).__name__)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failure = (Unanswered if seen.sent else Unsent)(type(error).__name__)
        raise failure  # outside the handler, so that it carries no context

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            watch = aiohttp.TraceConfig()
            watch.on_request_headers_sent.append(_left)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=100, ttl_dns_cache=300), cookie_jar=aiohttp.DummyCookieJar(), trust_env=True,
                trace_configs=[watch])
        return self._session

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()


async def _left(_session: object, context: SimpleNamespace, _params: Any) -> None:
    """From here on the server may have the call."""
    if context.trace_request_ctx is not None:
        context.trace_request_ctx.sent = True
