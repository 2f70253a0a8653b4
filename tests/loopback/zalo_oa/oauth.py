"""The loopback OAuth: consent with PKCE, keys that live for a while, refresh keys that work once."""

import asyncio
import base64
import hashlib
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import web

from tests.loopback.zalo_oa.switches import Switches


@dataclass
class OAuth:
    """`calls` are the grants asked for, in order."""

    app_id: str
    app_secret: str
    oa: str
    switches: Switches
    access: dict[str, float] = field(default_factory=dict)
    refresh: set[str] = field(default_factory=set)
    codes: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    made: int = 0

    def new_keys(self) -> dict[str, object]:
        self.made += 1
        access, refresh = f"AT{self.made}-loopback-access", f"RT{self.made}-loopback-refresh"
        self.access = {access: time.monotonic() + self.switches.lasts}
        self.refresh = {refresh}
        lasts = self.switches.lasts
        return {"access_token": access, "refresh_token": refresh,
                "expires_in": str(lasts) if self.switches.expires_as == "text" else lasts}

    def takes(self, access: str) -> bool:
        return self.access.get(access, 0.0) > time.monotonic()

    async def permission(self, request: web.Request) -> web.StreamResponse:
        """An administrator who agrees at once."""
        asked = request.query
        if asked.get("app_id") != self.app_id or not asked.get("code_challenge"):
            return web.json_response({"error": -14003})
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked["code_challenge"]
        told = {"code": code, "oa_id": self.oa, "state": asked.get("state", "")}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(told)}")

    async def token(self, request: web.Request) -> web.StreamResponse:
        fields = await request.post()
        grant = str(fields.get("grant_type"))
        self.calls.append(grant)
        await asyncio.sleep(self.switches.oauth_latency)
        if request.headers.get("secret_key") != self.app_secret or fields.get("app_id") != self.app_id:
            return _error(-14004, "Invalid app")
        if planned := self.switches.failing(request.path):
            return web.Response(status=planned["status"], text=planned["body"]) if "status" in planned else _error(
                planned["error"], "planned")
        if grant == "authorization_code" and not self._proved(str(fields.get("code")), str(fields.get("code_verifier"))):
            return _error(-118, "invalid_grant")
        if grant == "refresh_token" and str(fields.get("refresh_token")) not in self.refresh:
            return _error(-14014, "Invalid refresh token")
        answer = self.new_keys()
        if self.switches.drop_oauth_answer and request.transport is not None:
            request.transport.abort()
        return web.json_response(answer)

    def _proved(self, code: str, verifier: str) -> bool:
        made = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return self.codes.pop(code, "") == made and len(verifier) == 43


def _error(code: int, name: str) -> web.Response:
    return web.json_response({"error": code, "error_name": name, "error_description": name})
