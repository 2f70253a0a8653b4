"""The address of a picture or document in the web chat: sealed, and open to that chat's own browser alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web

from handlers.papers import Paper
from storage.transcript import Line

KINDS = ("picture", "document")


def seal(chat: str, row: int, kind: str) -> str:
    """What makes an address impossible to guess: nobody but us and the browser knows what the chat is called."""
    return hmac.new(chat.encode(), f"{kind}:{row}".encode(), hashlib.sha256).hexdigest()[:32]


def addressed(shown: dict[str, Any], chat: str, row: int) -> None:
    """Put addresses in the place of names."""
    for kind in KINDS:
        if kind in shown:
            shown[kind] = f"{kind}/{row}/{seal(chat, row, kind)}"


def named(lines: Iterable[Line], kept: Mapping[int, Mapping[str, Any]], row: int, kind: str) -> str:
    """The name of the paper that goes with a line of ours; nothing where there is none (any more)."""
    body = next((line.body or kept.get(line.id, {}) for line in lines if line.ours and line.id == row), {})
    return str(body.get(kind, ""))


def handed_out(paper: Paper, kind: str) -> web.Response:
    """A picture to be looked at, or a file to be kept."""
    headers = {"Cache-Control": "private, max-age=86400" if paper.lasts else "private, no-store"}
    if kind == "document" or not paper.is_picture:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(paper.name)}"
    return web.Response(body=paper.content, content_type=paper.mime, headers=headers)
