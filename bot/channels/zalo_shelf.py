"""What our own web server holds out to Zalo and its readers: pictures and documents at addresses that nobody can guess."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.channels import Papers, no_papers

LOCAL = ("localhost", "local", "internal", "lan", "home", "localdomain")


def is_public(address: str) -> bool:
    """Whether an address is one that Zalo's servers may fetch: http(s), with a host of the public internet."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host or parts.username:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and host.rpartition(".")[2].lower() not in LOCAL


class Shelf:
    """One account's shelf. The mark in an address is made from a secret of the account and from what lies there."""

    def __init__(self, path: str, public_url: str, secret: str, papers: Papers = no_papers) -> None:
        self._path, self._base = path, public_url.rstrip("/") if secret else ""  # without a secret anybody could guess
        self._key = hashlib.sha256(b"shelf\0" + secret.encode()).digest()
        self.papers = papers

    @property
    def is_open(self) -> bool:
        """Whether somebody outside can reach it."""
        return is_public(self._base)

    def picture(self, name: str) -> str:
        """The address of a picture; nothing where nobody outside could fetch it."""
        return self._address("picture", name, ".png") if name and self.is_open else ""

    def document(self, name: str) -> str:
        return self._address("paper", name, "") if name and self.is_open else ""

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        if not self._base:
            return ()
        return (web.get(f"{self._path}/picture/{{mark}}/{{name}}", self._picture),
                web.get(f"{self._path}/paper/{{mark}}/{{name}}", self._paper))

    def _address(self, kind: str, name: str, ending: str) -> str:
        return f"{self._base}{self._path}/{kind}/{self._mark(kind, name)}/{quote(name, safe='')}{ending}"

    def _mark(self, kind: str, name: str) -> str:
        made = hmac.new(self._key, f"{kind}\0{name}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(made[:18]).decode()

    def _asked(self, request: web.Request, kind: str, ending: str) -> str:
        name = request.match_info["name"]
        name = name.removesuffix(ending) if ending else name
        given = request.match_info["mark"].encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._mark(kind, name).encode()):
            raise web.HTTPNotFound
        return name

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        drawing = await self.papers(self._asked(request, "picture", ".png"))
        if drawing is None or not drawing.is_picture:
            raise web.HTTPNotFound
        return web.Response(body=drawing.content, content_type=drawing.mime, headers={"Cache-Control": "private, max-age=86400"})

    async def _paper(self, request: web.Request) -> web.StreamResponse:
        paper = await self.papers(self._asked(request, "paper", ""))
        if paper is None:
            raise web.HTTPNotFound
        shown = f"inline; filename*=UTF-8''{quote(paper.name, safe='')}"
        return web.Response(body=paper.content, content_type=paper.mime,
                            headers={"Content-Disposition": shown, "Cache-Control": "private, no-store"})
