"""The loopback Zalo Bot Platform: start it, point a bot at it, and be its users."""

import asyncio
import json
import time
from typing import Any

import aiohttp
from aiohttp import web

from tests.loopback.zalo_bot import methods
from tests.loopback.zalo_bot.bot import Bot, Post, event
from tests.loopback.zalo_bot.switches import Switches

SIGN = {400: "Bad Request", 401: "Unauthorized", 403: "Internal Server Error", 404: "Not Found", 408: "Request timeout",
        429: "Quota exceeded"}


class LoopbackZaloBot:
    """Several bots, one address."""

    def __init__(self, *tokens: str) -> None:
        self.switches = Switches()
        self.bots = {token: Bot(token) for token in tokens}
        self.url = ""
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._client = aiohttp.ClientSession()
        return self.url

    async def stop(self) -> None:
        if self._client is not None:
            await self._client.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> "LoopbackZaloBot":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def bot(self, token: str = "") -> Bot:
        return self.bots[token] if token else next(iter(self.bots.values()))

    # --- people ---------------------------------------------------------------------------------------------------

    def say(self, chat: str, text: str, **more: Any) -> dict[str, Any]:
        """Somebody writes; the event waits to be fetched."""
        return self.hand_in(event(self.bot(), chat, "text", text=text, **more))

    def send(self, chat: str, kind: str, **more: Any) -> dict[str, Any]:
        """Somebody sends something else: image, sticker, voice, unsupported."""
        if kind == "image":
            more = {self.switches.image: "https://photo.zdn.vn/x.jpg", "message_type": "CHAT_PHOTO", **more}
        return self.hand_in(event(self.bot(), chat, kind, **more))

    def hand_in(self, made: dict[str, Any]) -> dict[str, Any]:
        self.bot().add(made)
        return made

    def posts(self, chat: str) -> list[Post]:
        return [post for post in self.bot().posts if post.chat == chat]

    async def post(self, made: dict[str, Any], *, secret: str | None = None, body: bytes | None = None) -> int:
        """Call the bot's webhook with an event; the status it answers with."""
        bot = self.bot()
        wrapped = {"ok": True, "result": made} if self.switches.envelope == "wrapped" else made
        given = bot.webhook.get("secret_token", "") if secret is None else secret
        assert self._client is not None
        async with self._client.post(bot.webhook["url"], data=json.dumps(wrapped).encode() if body is None else body, headers={
                "Content-Type": "application/json", "X-Bot-Api-Secret-Token": given}) as answer:
            return answer.status

    # --- the platform ---------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        bot = self.bots.get(request.match_info["token"])
        fields = await methods.fields_of(request)
        if self.switches.latency or self.switches.jitter:
            await asyncio.sleep(self.switches.latency + self.switches.chance.random() * self.switches.jitter)
        if bot is None:
            return self.error(401)
        bot.calls.append((time.monotonic(), method, fields))
        planned = self.switches.failing(method)
        if planned is not None:
            if "drop" in planned:
                return self.drop(request)
            if "body" in planned:
                return web.Response(status=planned["status"], text=planned["body"], content_type="text/html")
            return self.error(planned["code"], planned.get("description", ""))
        work = methods.METHODS.get(method)
        return await work(self, bot, fields, request) if work else self.error(404)

    def error(self, code: int, description: str = "") -> web.Response:
        """An error in the style that was chosen."""
        told = {"ok": False, "description": description or SIGN.get(code, "error"), "error_code": code}
        if self.switches.errors == "status":
            del told["error_code"]
        return web.json_response(told, status=200 if self.switches.errors == "body" else code)

    @staticmethod
    def well(result: Any = None) -> web.Response:
        return web.json_response({"ok": True} if result is None else {"ok": True, "result": result})

    @staticmethod
    def drop(request: web.Request) -> web.Response:
        """Cut the line without an answer."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
