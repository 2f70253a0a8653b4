"""The pages of the web chat: shells that the page's own script fills, and the files they load."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from content.words import LANGUAGES, Words, words

LANGUAGE = "lang"
"""The cookie in which somebody's choice of language is kept for the pages."""
A_YEAR = "public, max-age=31536000, immutable"
FILES = {"chat.js": "text/javascript", "style.css": "text/css", "door.svg": "image/svg+xml"}
SPOKEN = ("sending", "sent", "failed", "retry", "waiting", "offline", "reconnecting", "too_long", "refused", "removed", "you",
          "bot", "choices", "quiet", "picture", "document", "no_cookies")
"""Phrases that the script says (`web.*`)."""


@cache
def file(name: str) -> tuple[bytes, str]:
    """A file's bytes and its version."""
    body = (files("bot.web") / "static" / name).read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:12]


def static(request: web.Request) -> web.Response:
    """A file that pages load, kept by browsers as long as its version stays."""
    name = request.match_info["name"]
    if name not in FILES:
        raise web.HTTPNotFound
    body, version = file(name)
    keeps = A_YEAR if request.query.get("v") == version else "public, max-age=300"
    response = web.Response(body=body, content_type=FILES[name], charset="utf-8", headers={"Cache-Control": keeps})
    response.enable_compression()
    return response


def _address(name: str) -> str:
    return f"/static/{name}?v={file(name)[1]}"


@cache
def _shells() -> Environment:
    shells = Environment(loader=PackageLoader("bot.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                         lstrip_blocks=True)
    shells.globals["address"] = _address
    return shells


class Pages:
    """Draws pages in the reader's language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def language(self, request: web.Request) -> str:
        """What somebody chose, on this page or earlier; otherwise the server's own."""
        return self.chosen(request) or self._language

    def chosen(self, request: web.Request) -> str:
        for language in (request.query.get(LANGUAGE, ""), request.cookies.get(LANGUAGE, "")):
            if language in LANGUAGES:
                return language
        return ""

    def words(self, request: web.Request) -> Words:
        return words(self.language(request))

    def parts(self, request: web.Request, parts: tuple[str, ...], start: str) -> web.Response:
        """The demonstration's first page: one of three parts, in one tap."""
        return self._page(request, "parts.html", parts=parts, start=start)

    def chat(self, request: web.Request, part: str, *, demo: bool, start: str | None, longest: int) -> web.Response:
        """The conversation itself."""
        say = self.words(request).say
        spoken = {name: say(f"web.{name}", units=longest, title="{title}") for name in SPOKEN}
        return self._page(request, "chat.html", part=part, demo=demo, start=start, longest=longest, spoken=spoken)

    def trouble(self, request: web.Request, status: int) -> web.Response:
        """A page for what went wrong."""
        kind = {404: "missing", 403: "closed"}.get(status, "broken" if status >= 500 else "refused")
        return self._page(request, "trouble.html", status=status, kind=kind)

    def _page(self, request: web.Request, name: str, status: int = 200, **values: object) -> web.Response:
        spoken = self.words(request)
        text = _shells().get_template(name).render(say=spoken.say, language=spoken.language, **values)
        response = web.Response(text=text, content_type="text/html", status=status)
        response.enable_compression()
        if (asked := request.query.get(LANGUAGE)) in LANGUAGES:
            remember(response, asked or "", https=request.scheme == "https")
        return response


def remember(response: web.StreamResponse, language: str, *, https: bool) -> None:
    """Keep a choice of language for the pages."""
    response.set_cookie(LANGUAGE, language, max_age=31_536_000, path="/", httponly=True, samesite="Lax", secure=https)
