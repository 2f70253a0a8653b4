"""Who is visiting: which chat a browser speaks for, and whether the call comes from a page of ours."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from collections import OrderedDict
from urllib.parse import urlsplit

from aiohttp import web

PARTS = ("citizen", "volunteer", "leader")
"""The parts of the demonstration, each one chat. Otherwise there is only `me`."""
ME = "me"
CALL = "X-Gocua"
"""A header of our own page's calls: another site cannot send it without being asked first, and we never answer yes."""
LIVES = 400 * 24 * 3600
ISSUED = 50_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_HERE = {"localhost", "127.0.0.1", "[::1]"}


class Visitors:
    """Cookies, parts and origins."""

    def __init__(self, *, demo: bool, public_url: str) -> None:
        self.demo = demo
        self.https = public_url.startswith("https://")
        self.cookie = "__Host-chat" if self.https else "chat"
        self._public = public_url
        parts = urlsplit(public_url)
        self._origin = f"{parts.scheme}://{parts.netloc}" if public_url else ""
        self._issued: OrderedDict[str, None] = OrderedDict()

    @property
    def parts(self) -> tuple[str, ...]:
        return PARTS if self.demo else (ME,)

    def part(self, request: web.Request) -> str:
        """The part of the address. Raises 404 for one that there is not, and 403 for a demonstration from elsewhere."""
        part = request.match_info.get("part", ME)
        if part not in self.parts:
            raise web.HTTPNotFound
        self.at_home(request)
        return part

    def at_home(self, request: web.Request) -> None:
        """The demonstration has no keys: it opens to this machine alone, under this machine's own names."""
        if not self.demo:
            return
        socket = request.transport.get_extra_info("sockname") if request.transport else None
        host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        if not socket or not _loopback(socket[0]) or not _loopback(request.remote or "") or host not in _HERE:
            raise web.HTTPForbidden

    # --- chats ----------------------------------------------------------------------------------------------------

    def chat(self, request: web.Request) -> str | None:
        """The chat that this browser speaks for; None where it has not been given one."""
        part = self.part(request)
        if part != ME:
            return f"demo-{part}"
        token = request.cookies.get(self.cookie, "")
        return _reference(token) if _TOKEN.fullmatch(token) else None

    def issue(self) -> tuple[str, str]:
        """A new chat: what its browser keeps, and what we call it. Nobody can guess the first from the second."""
        token = secrets.token_urlsafe(16)
        chat = _reference(token)
        self._issued[chat] = None
        if len(self._issued) > ISSUED:
            self._issued.popitem(last=False)
        return token, chat

    def issued(self, chat: str) -> bool:
        """Whether we gave out this chat lately: it may not have said anything yet."""
        return chat in self._issued

    def keep(self, response: web.StreamResponse, token: str) -> None:
        """Let the browser keep its token (again: it stays as long as somebody comes back)."""
        response.set_cookie(self.cookie, token, max_age=LIVES, path="/", httponly=True, samesite="Lax", secure=self.https)

    # --- calls ----------------------------------------------------------------------------------------------------

    def from_our_page(self, request: web.Request) -> bool:
        """Whether a call was made by a page of this very origin."""
        expected = self._origin or f"{request.scheme}://{request.host}"
        return request.headers.get("Origin") == expected and request.headers.get(CALL) == "1"

    def address(self, request: web.Request) -> str:
        """Where the call came from: behind a proxy of ours, the address that the proxy saw."""
        remote = request.remote or ""
        if self._public and _private(remote):
            seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
            return seen if _is_address(seen) else remote
        return remote


def _reference(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _loopback(text: str) -> bool:
    return _is_address(text) and ipaddress.ip_address(text).is_loopback


def _private(text: str) -> bool:
    return _is_address(text) and ipaddress.ip_address(text).is_private
