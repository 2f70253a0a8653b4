"""The address of a picture or document in the web chat: sealed, and open to that chat's own browser alone."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from aiohttp import web

from handlers.papers import SOUND_ENDING, Paper
from storage.transcript import Line

KINDS = ("picture", "document")


def seal(chat: str, row: int, kind: str) -> str:
    """What makes an address impossible to guess: nobody but us and the browser knows what the chat is called."""
    return hmac.new(chat.encode(), f"{kind}:{row}".encode(), hashlib.sha256).hexdigest()[:32]


def addressed(shown: dict[str, Any], chat: str, row: int) -> None:
    """Put addresses in the place of names."""
    for kind in KINDS:
        if kind in shown:
            if str(shown[kind]).endswith(SOUND_ENDING):
                shown["sound"] = True
            shown[kind] = f"{kind}/{row}/{seal(chat, row, kind)}"


def named(lines: Iterable[Line], kept: Mapping[int, Mapping[str, Any]], row: int, kind: str) -> str:
    """The name of the paper that goes with a line of ours; nothing where there is none (any more)."""
    body = next((line.body or kept.get(line.id, {}) for line in lines if line.ours and line.id == row), {})
    return str(body.get(kind, ""))


def handed_out(paper: Paper, kind: str, asked: slice | None = None) -> web.Response:
    """A picture to be looked at, a sound to be heard (some players only fetch it in parts), or a file to be kept."""
    headers = {"Cache-Control": "private, max-age=86400" if paper.lasts else "private, no-store"}
    if kind == "document" or not paper.is_picture:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(paper.name)}"
    if paper.is_sound:
        headers["Accept-Ranges"] = "bytes"
        if asked is not None and (asked.start, asked.stop) != (None, None):
            return _part(paper, headers, asked)
    return web.Response(body=paper.content, content_type=paper.mime, headers=headers)


def _part(paper: Paper, headers: dict[str, str], asked: slice) -> web.Response:
    size = len(paper.content)
    begin, end, _ = asked.indices(size)
    if begin >= end:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return web.Response(status=206, body=paper.content[begin:end], content_type=paper.mime, headers=headers)
