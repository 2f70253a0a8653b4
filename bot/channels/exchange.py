"""Many small calls to one server over connections that stay open: a fifth of what a general HTTP client costs a call."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import httptools

CONNECT = 10.0
"""Seconds that opening a connection may take."""
CONNECTIONS = 100
IDLE = 15.0
"""Seconds after which an idle connection is not used again: the server may be closing it just then."""
JSON = "application/json"
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Form:
    """Fields, and files by field: a name, the bytes and what they are."""

    fields: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes, str]]


class Unsent(Exception):
    """The call surely did not reach the server."""


class Unanswered(Exception):
    """The call may have reached the server; no answer came back."""


def is_loopback(address: str) -> bool:
    """Whether this is this very machine: no proxy is asked, and plain http will do."""
    host = urlsplit(address).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


class Exchange:
    """POSTs to one server. What it raises names only the kind of failure, never the address: that may hold a token."""

    def __init__(self, base: str, connections: int = CONNECTIONS) -> None:
        parts = urlsplit(base)
        self._host, self._path = parts.hostname or "", parts.path
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._named = parts.netloc.rpartition("@")[2]
        self._encrypted = parts.scheme == "https"
        self._tls: ssl.SSLContext | None = None
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()
        self._room = asyncio.Semaphore(connections)

    async def post(self, path: str, body: bytes, kind: str, deadline: float, connect: float) -> tuple[int, bytes]:
        """Status and body of the answer. Raises Unsent or Unanswered."""
        head = (f"POST {self._path}{path} HTTP/1.1\r\nHost: {self._named}\r\nContent-Type: {kind}\r\n"
                f"Content-Length: {len(body)}\r\nAccept: */*\r\n\r\n").encode("ascii")
        ends = asyncio.get_running_loop().time() + deadline
        async with self._room:
            connection = self._waiting() or await self._connected(min(connect, deadline))
            try:
                return await connection.ask(head + body, ends)
            finally:
                self._put_back(connection)

    async def close(self) -> None:
        for connection in list(self._open):
            connection.end()
        self._idle.clear()
        await asyncio.sleep(0)  # let the sockets hear of it

    def _waiting(self) -> _Connection | None:
        """An open connection nobody uses, the one used last."""
        now = time.monotonic()
        while self._idle:
            connection = self._idle.pop()
            if connection.ready and now - connection.used < IDLE:
                return connection
            connection.end()
        return None

    async def _connected(self, seconds: float) -> _Connection:
        if self._encrypted and self._tls is None:
            self._tls = ssl.create_default_context()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop, self._open), self._host, self._port, ssl=self._tls)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise Unsent(type(error).__name__) from None
        return connection

    def _put_back(self, connection: _Connection) -> None:
        if connection.ready:
            connection.used = time.monotonic()
            self._idle.append(connection)
        else:
            connection.end()


class _Connection(asyncio.Protocol):
    """One connection; one call at a time. httptools calls the `on_` methods as an answer comes in."""

    def __init__(self, loop: asyncio.AbstractEventLoop, register: set[_Connection]) -> None:
        self._loop, self._register = loop, register
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._stays = True
        self.used = 0.0

    @property
    def ready(self) -> bool:
        """Whether another call may be made on it."""
        return self._stays and self._answer is None and self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, ends: float) -> tuple[int, bytes]:
        """The answer, if it comes before the loop's clock says `ends`."""
        if self._transport is None or self._transport.is_closing():
            raise Unsent("ConnectionClosed")
        self._parser = httptools.HttpResponseParser(self)
        self._parts.clear()
        self._size = 0
        self._answer = self._loop.create_future()
        self._stays = False  # until the answer is whole
        self._transport.write(request)
        too_late = self._loop.call_at(ends, self._fail, TimeoutError.__name__)
        try:
            return await self._answer
        finally:
            too_late.cancel()
            self._answer = None

    def end(self) -> None:
        self._stays = False
        if self._transport is not None:
            self._transport.abort()

    # --- what the event loop tells ---------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._register.add(self)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._parser is None:
            self.end()  # an answer to nothing
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(type(error).__name__)
            self.end()

    def eof_received(self) -> None:
        """The server will say no more; `connection_lost` follows."""

    def connection_lost(self, _exc: Exception | None) -> None:
        self._register.discard(self)
        self._stays = False
        self._fail("ConnectionLost")

    def _fail(self, kind: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Unanswered(kind))

    # --- what the parser tells -------------------------------------------------------------------------------------

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > LARGEST:
            self._fail("AnswerTooLarge")
            self.end()
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._parser is None or self._answer is None or self._answer.done():
            return
        status = self._parser.get_status_code()
        if status >= 200:  # anything lower only announces the answer
            self._stays = self._parser.should_keep_alive()
            self._answer.set_result((status, b"".join(self._parts)))
