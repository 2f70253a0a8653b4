"""HTTP/1.1 on a bare asyncio protocol: a framework would cost more than the bots this server measures."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 60 * 1024 * 1024
_REASONS = {status.value: status.phrase.encode() for status in HTTPStatus}


class Malformed(Exception):
    """The bytes are not a request this server reads."""


@dataclass(slots=True)
class Request:
    """One request: what a Bot API server needs and nothing else."""

    method: str
    path: str
    query: str
    content_type: str
    body: bytes


def _header(head: bytes, lowered: bytes, name: bytes) -> bytes:
    at = lowered.find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    start = at + len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()


def _chunked(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    """The joined chunks and where they end, or None while bytes are missing."""
    parts: list[bytes] = []
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        try:
            size = int(bytes(buffer[at:line]).partition(b";")[0], 16)
        except ValueError as error:
            raise Malformed("chunk size") from error
        end = line + 2 + size
        if len(buffer) < end + 2:
            return None
        if size == 0:
            return b"".join(parts), end + 2
        parts.append(bytes(buffer[line + 2 : end]))
        at = end + 2


class Connection(asyncio.Protocol):
    """One client connection; `serve` must answer (or cut) every request it is given, once."""

    def __init__(self, serve: Callable[[Request, "Connection"], None], everyone: set["Connection"]) -> None:
        self._serve = serve
        self._everyone = everyone
        self._buffer = bytearray()
        self._busy = False
        self._pumping = False
        self._keep = True
        self._transport: asyncio.Transport | None = None
        self.on_lost: Callable[[], None] | None = None

    @property
    def closed(self) -> bool:
        return self._transport is None or self._transport.is_closing()

    @property
    def idle(self) -> bool:
        return not self._busy and not self._buffer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._everyone.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._everyone.discard(self)
        if self.on_lost is not None:
            self.on_lost()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._busy:
            self._pump()

    def _pump(self) -> None:
        if self._pumping:
            return
        self._pumping = True
        try:
            while self._buffer and not self._busy:
                request = self._take()
                if request is None:
                    break
                self._busy = True
                self._serve(request, self)
        except Malformed:
            self._keep = False
            self.answer(400, b'{"ok":false,"error_code":400,"description":"Bad Request: malformed HTTP"}')
        finally:
            self._pumping = False

    def _take(self) -> Request | None:
        buffer = self._buffer
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > HEAD_LIMIT:
                raise Malformed("head")
            return None
        head = bytes(buffer[:end])
        lowered = head.lower()
        body = self._body(head, lowered, end + 4)
        if body is None:
            return None
        try:
            method, target, _ = head[: head.find(b"\r\n")].decode("latin-1").split(" ")
        except ValueError as error:
            raise Malformed("request line") from error
        self._keep = b"\r\nconnection: close" not in lowered
        path, _, query = target.partition("?")
        return Request(method, path, query, _header(head, lowered, b"content-type").decode("latin-1"), body)

    def _body(self, head: bytes, lowered: bytes, start: int) -> bytes | None:
        buffer = self._buffer
        if b"\r\nexpect: 100-continue" in lowered and len(buffer) == start and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if b"\r\ntransfer-encoding: chunked" in lowered:
            joined = _chunked(buffer, start)
            if joined is None:
                return None
            body, end = joined
        else:
            length = _header(head, lowered, b"content-length") or b"0"
            if not length.isdigit() or int(length) > BODY_LIMIT:
                raise Malformed("length")
            end = start + int(length)
            if len(buffer) < end:
                return None
            body = bytes(buffer[start:end])
        del buffer[:end]
        return body

    def answer(self, status: int, body: bytes, content_type: bytes = b"application/json", extra: bytes = b"") -> bool:
        """Write one response; False when the client is gone already."""
        if self.closed:
            return False
        assert self._transport is not None
        self._transport.write(self._message(status, body, content_type, extra))
        self._done()
        return True

    def _message(self, status: int, body: bytes, content_type: bytes, extra: bytes) -> bytes:
        return b"HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s%s\r\n%s" % (
            status,
            _REASONS.get(status, b"Unknown"),
            content_type,
            len(body),
            extra,
            b"" if self._keep else b"Connection: close\r\n",
            body,
        )

    def _done(self) -> None:
        self._busy = False
        self.on_lost = None
        if not self._keep and self._transport is not None:
            self._transport.close()
        elif self._buffer:
            self._pump()

    def cut(self) -> None:
        """Reset the connection without an answer."""
        if self._transport is not None:
            self._transport.abort()

    def drip(self, status: int, body: bytes, bytes_per_second: float, left: Callable[[], None]) -> None:
        """Answer one byte at a time; `left` is called when the client does not wait for the last one."""
        data = self._message(status, body, b"application/json", b"")
        loop = asyncio.get_running_loop()

        def step(at: int) -> None:
            if self.closed:
                left()
                return
            assert self._transport is not None
            self._transport.write(data[at : at + 1])
            if at + 1 == len(data):
                self._done()
            else:
                loop.call_later(1 / bytes_per_second, step, at + 1)

        step(0)
