"""The long way to a Bot API server, over aiohttp: files, and all that goes through a proxy. Loaded when first needed."""

from __future__ import annotations

import json

import aiohttp

from bot.channels.exchange import CONNECT, JSON, Form, Unanswered, Unsent

_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError, aiohttp.InvalidURL)


class Session:
    """One bot's connections. What it raises names only the kind of failure: the library's own errors hold the address."""

    def __init__(self, proxy: str | None) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=100, ttl_dns_cache=300), cookie_jar=aiohttp.DummyCookieJar(), proxy=proxy)

    async def post(self, address: str, body: bytes | Form, deadline: float) -> tuple[int, bytes]:
        failure: Exception
        headers = {"Content-Type": JSON} if isinstance(body, bytes) else None
        data = body if isinstance(body, bytes) else _multipart(body)
        try:
            async with self._session.post(address, data=data, headers=headers, timeout=_within(deadline),
                                          allow_redirects=False) as answer:
                return answer.status, await answer.read()
        except _NOT_SENT as error:
            failure = Unsent(type(error).__name__)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            failure = Unanswered(type(error).__name__)
        raise failure  # outside the handler, so that it carries no context

    async def get(self, address: str, most: int, deadline: float) -> bytes | None:
        """At most so many bytes; None where there are more or they cannot be had. Never raises."""
        data = bytearray()
        try:
            async with self._session.get(address, timeout=_within(deadline), allow_redirects=False) as answer:
                async for piece in answer.content.iter_any():
                    data += piece
                    if len(data) > most:
                        return None
                return bytes(data) if answer.status == 200 else None
        except (aiohttp.ClientError, OSError, TimeoutError):
            return None

    async def close(self) -> None:
        await self._session.close()


def _within(deadline: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=deadline, connect=min(CONNECT, deadline))


def _multipart(form: Form) -> aiohttp.FormData:
    """Fields and files as one multipart body; what is not text is written as JSON."""
    made = aiohttp.FormData(quote_fields=False, default_to_multipart=True)  # file names in plain UTF-8
    for name, value in form.fields.items():
        made.add_field(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    for name, (filename, content, kind) in form.files.items():
        made.add_field(name, content, filename=filename.replace('"', ""), content_type=kind)
    return made
