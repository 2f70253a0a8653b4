"""A file that a page sends: named and weighed, and read only if somebody fetches it."""

from __future__ import annotations

import unicodedata
from functools import partial

from aiohttp import web

from bot.channels import Attached
from bot.web.said import ID, Unreadable

NAME = 120


def attached(request: web.Request) -> tuple[str, Attached]:
    """The browser's own name for the sending, and the file. Raises Unreadable."""
    id_, name = request.query.get("id", ""), unicodedata.normalize("NFC", request.query.get("name", ""))
    if not ID.fullmatch(id_) or not name or len(name) > NAME or not name.isprintable():
        raise Unreadable
    return id_, Attached(name, request.content_length or 0, partial(_fetch, request))


async def _fetch(request: web.Request, most: int) -> bytes | None:
    """The file's bytes as they come in, no more than are wanted."""
    data = bytearray()
    async for piece in request.content.iter_any():
        data += piece
        if len(data) > most:
            return None
    return bytes(data)
