"""The loopback Official Account: start it, point a channel at it, and be its followers."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.loopback.zalo_oa.events import event, signed, written
from tests.loopback.zalo_oa.oauth import OAuth
from tests.loopback.zalo_oa.switches import Switches

SIGN = {-216: "Access token has expired", -32: "Rate limit", -230: "No interaction in 7 days", -305: "Out of 48 hours"}
TEXT = 2_000


@dataclass
class Post:
    """Something the account said. `answered` is whether it was told so."""

    body: dict[str, Any]
    message_id: str
    answered: bool = True

    @property
    def chat(self) -> str:
        return str(self.body["recipient"]["user_id"])

    @property
    def words(self) -> str:
        return str(self.body["message"].get("text", ""))

    @property
    def buttons(self) -> list[dict[str, Any]]:
        found = self.body["message"].get("attachment", {}).get("payload", {}).get("buttons", [])
        return list(found)

    @property
    def asks_number(self) -> str:
        """The title of the card by which somebody hands over their number."""
        payload = self.body["message"].get("attachment", {}).get("payload", {})
        return str(payload["elements"][0]["title"]) if payload.get("template_type") == "request_user_info" else ""


@dataclass
class LoopbackZaloOa:
    """One account and its application."""

    app_id: str = "4001"
    app_secret: str = "loopback-app-secret"
    secret_key: str = "loopback-oa-secret-key"
    oa: str = "OA1"
    switches: Switches = field(default_factory=Switches)
    posts: list[Post] = field(default_factory=list)
    uploads: dict[str, tuple[str, int]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    created: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    webhook: str = ""
    url: str = ""

    def __post_init__(self) -> None:
        self.oauth = OAuth(self.app_id, self.app_secret, self.oa, self.switches)
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    async def start(self) -> str:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_get("/v4/oa/permission", self.oauth.permission)
        app.router.add_post("/v4/oa/access_token", self.oauth.token)
        app.router.add_route("*", "/{path:v[23].*}", self._serve)
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

    async def __aenter__(self) -> "LoopbackZaloOa":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # --- people ---------------------------------------------------------------------------------------------------

    def event(self, user: str, name: str, message: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        return event(self.app_id, self.oa, user, name, message, **more)

    def text(self, user: str, words: str) -> dict[str, Any]:
        return self.event(user, "user_send_text", {"text": words})

    def submits(self, user: str, phone: str, place: str = "info") -> dict[str, Any]:
        """What comes when somebody agrees to hand over their number: in one of three places."""
        told = {"name": "Lan", "phone": phone, "address": "", "city": "", "district": ""}
        if place == "text":
            return self.event(user, "user_submit_info", {"text": json.dumps(told)})
        return self.event(user, "user_submit_info", None, **{place: told})

    async def post(self, made: dict[str, Any], *, body: bytes | None = None, signature: str | None = None,
                   headers: dict[str, str] | None = None) -> int:
        """Call the webhook with an event; the status it answers with."""
        raw = written(made) if body is None else body
        mac = signed(self.app_id, raw, str(made.get("timestamp", "")), self.secret_key)
        mac = {"mac=": f"mac={mac}", "": mac, "upper": mac.upper()}[self.switches.signature] if signature is None else signature
        sent = {"Content-Type": "application/json", **(headers or {})} | ({"X-ZEvent-Signature": mac} if mac else {})
        assert self._client is not None
        async with self._client.post(self.webhook, data=raw, headers=sent) as answer:
            return answer.status

    def said_to(self, user: str) -> list[Post]:
        return [post for post in self.posts if post.chat == user]

    # --- the platform ---------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.calls.append((request.path, dict(request.headers)))
        if self.switches.latency or self.switches.jitter:
            await asyncio.sleep(self.switches.latency + self.switches.chance.random() * self.switches.jitter)
        planned = self.switches.failing(request.path)
        if planned is not None:
            if "error" in planned:
                return self.error(planned["error"])
            return web.Response(status=planned["status"], text=planned["body"], content_type="text/html")
        if not self.oauth.takes(request.headers.get("access_token", "")):
            return self.error(-216)
        return await self._answer(request)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if "/upload/" in request.path:
            return await self._upload(request)
        if request.path == "/v3.0/oa/message/cs":
            return await self._message(request)
        if request.path == "/v2.0/oa/getoa":
            return self.well({"oa_id": self.oa, "name": "OA thử"})
        if request.path == "/v3.0/oa/user/detail":
            return self.well({"user_id": json.loads(request.query["data"])["user_id"], "display_name": "Lan"})
        return self.error(-209)

    async def _message(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        message = body.get("message", {})
        attachment = message.get("attachment")
        if not body.get("recipient", {}).get("user_id") or not (message.get("text") or attachment):
            return self.error(-201)
        if len(message.get("text", "")) > TEXT:
            return self.error(-210)
        if attachment is not None and not self._well_made(attachment):
            return self.error(-201)
        post = Post(body, f"o{len(self.posts) + 1:06d}")
        self.posts.append(post)
        if self.switches.chance.random() < self.switches.drop_after_send and request.transport is not None:
            post.answered = False
            request.transport.abort()
        return self.well({"message_id": post.message_id, "user_id": post.chat, "sent_time": str(int(time.time() * 1000))})

    def _well_made(self, attachment: dict[str, Any]) -> bool:
        payload = attachment.get("payload", {})
        if attachment.get("type") == "file":
            return payload.get("token") in self.uploads and not self.switches.unsent_files
        if attachment.get("type") != "template":
            return False
        if payload.get("template_type") == "media":
            return all(each.get("attachment_id") in self.uploads for each in payload["elements"])
        if payload.get("template_type") == "request_user_info":
            return not self.switches.asks_nothing and all(
                0 < len(each["title"]) <= 100 and 0 < len(each["subtitle"]) <= 500 for each in payload["elements"])
        buttons = payload.get("buttons", [])
        return 0 < len(buttons) <= 5 and all(
            0 < len(each["title"]) <= 100 and len(str(each["payload"])) <= 1_000 for each in buttons)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        given = form.get("file")
        kind = request.path.rpartition("/")[2]
        if not isinstance(given, web.FileField) or "." not in given.filename:
            return self.error(-201)
        content = given.file.read()
        allowed = {"image": (("png", "jpg", "jpeg"), 1 << 20), "file": (("pdf", "doc", "docx"), 5 << 20)}[kind]
        if given.filename.rpartition(".")[2].lower() not in allowed[0]:
            return self.error(-201)
        if len(content) > allowed[1]:
            return self.error(-210)
        name = f"up{len(self.uploads) + 1}"
        self.uploads[name] = (given.filename, len(content))
        return self.well({self.switches.attachment: name})

    @staticmethod
    def error(code: int) -> web.Response:
        return web.json_response({"error": code, "message": SIGN.get(code, "error")})

    @staticmethod
    def well(data: dict[str, Any]) -> web.Response:
        return web.json_response({"error": 0, "message": "Success", "data": data})
