"""The built-in web chat: pages on this very server, with nothing between a person and the bot but a browser."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.channels import Fate, Limits, Papers, Receive, Received, Sent, no_papers
from bot.web.headers import protect
from bot.web.lines import drawn
from bot.web.listeners import Full, Listener, Listeners, Unforgotten
from bot.web.pace import Pace
from bot.web.pages import Pages, remember, static
from bot.web.said import LONGEST, PAYLOAD, Said, Unreadable, read
from bot.web.shelf import KINDS, handed_out, named, seal
from bot.web.upload import attached
from bot.web.visitors import Visitors
from content.words import LANGUAGES
from handlers.talk import Incoming, Kind, Message
from storage.transcript import Line

log = logging.getLogger(__name__)
_plainly = partial(json.dumps, ensure_ascii=False)  # Vietnamese is a third of the size as it is
Transcript = Callable[[str, str, int, int], Awaitable[list[Line]]]
"""(account, chat, limit, after): the last lines of a chat, oldest first; only ours with ids above `after` where it is given."""

LIMITS = Limits(characters=10_000, buttons=100, edits=True, pictures=True, per_second=1_000, chat_per_second=100,
                chat_burst=100, group_per_minute=6_000, sounds=True)
BODY = 64 * 1024
WINDOW = 150
"""Rows of the transcript that a page shows."""
LOOKED_BACK = 50
HEARTBEAT = 15.0
LANGUAGE = "/language:"


class WebChat:
    """One channel for every browser. The outbox is the transcript: a browser that was away reads it when it comes back."""

    account = "web"
    limits = LIMITS

    def __init__(self, *, transcript: Transcript, demo: bool, public_url: str, language: str = "vi",
                 papers: Papers = no_papers) -> None:
        self._transcript = transcript
        self._visitors = Visitors(demo=demo, public_url=public_url)
        self._pages = Pages(language)
        self._papers = papers
        self._listeners = Listeners()
        self._unforgotten = Unforgotten()
        self._said = {"chat": Pace(10, 2), "address": Pace(60, 20)}
        self._asked = {"chat": Pace(30, 5), "address": Pace(200, 50)}
        self._receive: Receive | None = None

    # --- the channel ----------------------------------------------------------------------------------------------

    def routes(self, receive: Receive) -> Sequence[web.AbstractRouteDef]:
        self._receive = receive
        return [
            web.get("/", self._front), web.get("/health", _health),
            web.get("/static/{name}", _static), web.get("/favicon.ico", _icon),
            web.get(f"/chat/{{part}}/{{kind:{'|'.join(KINDS)}}}/{{row:[0-9]{{1,18}}}}/{{seal:[0-9a-f]{{32}}}}", self._paper),
            web.get("/chat/{part}", self._chat), web.get("/chat/{part}/lines", self._lines),
            web.get("/chat/{part}/events", self._events), web.post("/chat/{part}/say", self._say),
            web.post("/chat/{part}/file", self._file),
        ]

    def middlewares(self) -> list[Middleware]:
        """What surrounds every address of the server: its headers, and pages for what goes wrong."""
        return [self._surround]

    async def start(self, receive: Receive) -> None:
        return

    async def stop(self) -> None:
        self._listeners.end()

    async def close(self) -> None:
        return

    async def send(self, chat: str, message: Message) -> Sent:
        """Wake the browsers of this chat: what is said already stands in the outbox, whose row gives it its name."""
        body = message.pack()
        found = (await asyncio.gather(self._transcript(self.account, chat, LOOKED_BACK, 0), return_exceptions=True))[0]
        if isinstance(found, BaseException):
            return Sent(Fate.NOT_SENT, problem=type(found).__name__, retry_after=1.0)
        line = next((line.id for line in reversed(found) if line.ours and line.body == body), 0)
        if message.secret and line:
            self._unforgotten.hold(chat, line, body)
        self._listeners.wake(chat, line)
        return Sent(Fate.SENT, external_id=message.edits or (str(line) if line else ""))

    # --- pages ----------------------------------------------------------------------------------------------------

    async def _front(self, request: web.Request) -> web.StreamResponse:
        if not self._visitors.demo:
            return await self._chat(request)
        self._visitors.at_home(request)
        return self._pages.parts(request, self._visitors.parts, _payload(request) or "")

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        part = self._visitors.part(request)
        if wait := self._asked["address"].wait(self._visitors.address(request)):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(math.ceil(wait))})
        page = self._pages.chat(request, part, demo=self._visitors.demo, start=_payload(request), longest=LONGEST)
        if not self._visitors.demo:
            await self._know(request, page)
        return page

    async def _know(self, request: web.Request, page: web.Response) -> None:
        """Give the browser a chat of its own, unless it brings one that is known."""
        chat = self._visitors.chat(request)
        known = chat is not None and (
            self._visitors.issued(chat) or bool(await self._transcript(self.account, chat, 1, 0)))
        token = request.cookies[self._visitors.cookie] if known else self._visitors.issue()[0]
        self._visitors.keep(page, token)

    async def _paper(self, request: web.Request) -> web.StreamResponse:
        """A picture or document of this browser's own chat."""
        chat, kind, row = self._visitors.chat(request), request.match_info["kind"], int(request.match_info["row"])
        if chat is None or not hmac.compare_digest(seal(chat, row, kind), request.match_info["seal"]):
            raise web.HTTPNotFound
        if wait := self._asked["address"].wait(self._visitors.address(request)):
            raise web.HTTPTooManyRequests(headers={"Retry-After": str(math.ceil(wait))})
        lines = await self._transcript(self.account, chat, WINDOW, row - 1)
        name = named(lines, self._unforgotten.of(chat), row, kind)
        paper = await self._papers(name) if name else None
        if paper is None:
            raise web.HTTPNotFound
        try:
            asked = request.http_range
        except ValueError:  # not a range that we know: the whole
            asked = None
        return handed_out(paper, kind, asked)

    # --- what the page's script calls -----------------------------------------------------------------------------

    def _kept_out(self, request: web.Request) -> tuple[str, web.Response | None]:
        """The chat of whoever sends something, or why they may not."""
        chat = self._visitors.chat(request)
        if not self._visitors.from_our_page(request):
            return "", self._refuse(request, 403, "web.refused")
        if chat is None:
            return "", self._refuse(request, 401, "web.no_cookies")
        wait = self._too_often(request, chat, self._said)
        return chat, self._refuse(request, 429, "web.too_fast", wait) if wait else None

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Take a file in: whether it is read at all is decided by who sends it."""
        chat, refusal = self._kept_out(request)
        if refusal is not None or self._receive is None:
            return refusal or self._refuse(request, 503, "web.refused")
        try:
            id_, file = attached(request)
        except Unreadable:
            return self._refuse(request, 400, "web.refused")
        incoming = Incoming(Kind.FILE, datetime.now(UTC), language=self._pages.chosen(request))
        await self._receive(self.account, [Received(f"{chat}:{id_}", chat, incoming, file)])
        return web.json_response({"ok": True, "reload": False})

    async def _say(self, request: web.Request) -> web.StreamResponse:
        """Take one thing in. It is answered only once it is committed."""
        (chat, refusal), problem = self._kept_out(request), None
        if refusal is not None:
            return refusal
        if request.content_type != "application/json":
            return self._refuse(request, 415, "web.refused")
        try:
            said = read(await self._body(request))
        except Unreadable as error:
            problem = error.phrase
        if problem:
            return self._refuse(request, 413 if problem == "web.too_long" else 400, problem)
        return await self._take(request, chat, said)

    async def _body(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > BODY:
            raise Unreadable("web.too_long")
        body = bytearray()
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > BODY:
                raise Unreadable("web.too_long")
        return bytes(body)

    async def _take(self, request: web.Request, chat: str, said: Said) -> web.StreamResponse:
        incoming = said.incoming(datetime.now(UTC), self._pages.chosen(request))
        if self._receive is None:
            raise web.HTTPServiceUnavailable
        await self._receive(self.account, [Received(f"{chat}:{said.id}", chat, incoming)])
        language = said.words.removeprefix(LANGUAGE) if said.kind is Kind.PRESS else ""
        changes = language in LANGUAGES and language != self._pages.language(request)
        response = web.json_response({"ok": True, "reload": changes})
        if changes:
            remember(response, language, https=self._visitors.https)
        return response

    async def _lines(self, request: web.Request) -> web.StreamResponse:
        chat = self._visitors.chat(request)
        if chat is None:
            return self._refuse(request, 401, "web.no_cookies")
        if wait := self._too_often(request, chat, self._asked):
            return self._refuse(request, 429, "web.too_fast", wait)
        after = _number(request.query.get("after", ""))
        lines = await self._transcript(self.account, chat, WINDOW, after)
        last = max((line.id for line in lines if line.ours), default=after)
        response = web.json_response({"lines": drawn(lines, self._unforgotten.of(chat), chat), "last": last}, dumps=_plainly)
        response.enable_compression()
        return response

    async def _events(self, request: web.Request) -> web.StreamResponse:
        chat = self._visitors.chat(request)
        if chat is None:
            return self._refuse(request, 401, "web.no_cookies")
        if wait := self._too_often(request, chat, self._asked):
            return self._refuse(request, 429, "web.too_fast", wait)
        after = max(_number(request.headers.get("Last-Event-ID", "")), _number(request.query.get("after", "")))
        try:
            with self._listeners.listening(chat) as listener:
                for missed in await self._transcript(self.account, chat, 1, after):
                    if missed.ours:
                        listener.wake(missed.id)
                return await self._stream(request, listener)
        except Full:
            return self._refuse(request, 503, "web.too_fast", 30)

    async def _stream(self, request: web.Request, listener: Listener) -> web.StreamResponse:
        """A wake-up for whatever is new, and a beat so that a page notices when the line is dead."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        protect(response.headers, https=self._visitors.https)
        await response.prepare(request)
        with suppress(ConnectionResetError):
            await response.write(b"retry: 2000\nevent: beat\ndata:\n\n")
            while (news := await _next(listener)) and not listener.ended:
                await response.write(news)
        return response

    def _too_often(self, request: web.Request, chat: str, paces: dict[str, Pace]) -> float:
        return paces["address"].wait(self._visitors.address(request)) or paces["chat"].wait(chat)

    def _refuse(self, request: web.Request, status: int, phrase: str, wait: float = 0) -> web.Response:
        """A refusal that the page can show as it is."""
        problem = self._pages.words(request).say(phrase, units=LONGEST)
        headers = {"Retry-After": str(math.ceil(wait))} if wait else None
        return web.json_response({"problem": problem}, status=status, headers=headers)

    # --- around everything ----------------------------------------------------------------------------------------

    @property
    def _surround(self) -> Middleware:
        @web.middleware
        async def surround(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                response = await handler(request)
            except web.HTTPException as error:
                response = self._trouble(request, error)
            except Exception as error:  # the outermost edge: whoever called gets an answer, the log no personal data
                log.error("%s failed: %s", request.path, type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG))
                response = self._trouble(request, web.HTTPServiceUnavailable(headers={"Retry-After": "5"}))
            if not response.prepared:
                protect(response.headers, https=self._visitors.https)
            return response

        return surround

    def _trouble(self, request: web.Request, error: web.HTTPException) -> web.StreamResponse:
        """A page where somebody looks; a bare answer where a program calls."""
        if error.status >= 400 and "text/html" in request.headers.get("Accept", ""):
            return self._pages.trouble(request, error.status)
        return web.Response(status=error.status, text=error.reason, headers=_kept(error))


def _kept(error: web.HTTPException) -> dict[str, str]:
    return {name: error.headers[name] for name in ("Allow", "Location", "Retry-After") if name in error.headers}


async def _next(listener: Listener) -> bytes:
    """What to tell a page next: that there is something new, or that we are still here."""
    try:
        await asyncio.wait_for(listener.woken.wait(), HEARTBEAT)
    except TimeoutError:
        return b"event: beat\ndata:\n\n"
    listener.woken.clear()
    name = f"id: {listener.newest}\n" if listener.newest else ""
    return f"{name}event: wake\ndata: {listener.newest}\n\n".encode()


def _payload(request: web.Request) -> str | None:
    """What a link brought along, None where it brought nothing that could be a payload."""
    payload = request.query.get("start")
    return payload if payload is not None and PAYLOAD.fullmatch(payload) else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


async def _health(request: web.Request) -> web.Response:
    return web.Response(text="ok")


async def _static(request: web.Request) -> web.Response:
    return static(request)


async def _icon(request: web.Request) -> web.Response:
    raise web.HTTPPermanentRedirect("/static/door.svg")
