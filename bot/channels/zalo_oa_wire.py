"""The wire to the Official Account API: one call with a living key, and what every answer means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import aiohttp

from bot.channels import Fate
from bot.channels.exchange import Unanswered, Unsent
from bot.channels.zalo_http import Http
from bot.channels.zalo_oa_keys import Keys, Lost
from bot.channels.zalo_oa_login import Unreached
from storage import json_text, zalo

SIGNED_OUT = frozenset({-216, 216, -220, -401, 401})
CROWDED, BUSY, SHAPE = -32, -214, -201
WINDOW = frozenset({-230, -232, -305})
GONE = frozenset({-213, -217, -222, -227})
DOWN = frozenset({-204, -205, -207, -208, -209, -212, -215, -219, -221, -224})
BILLING = frozenset({-320, -321})
QUOTA = -211
_PRIVATE = re.compile(r"\"[^\"]*\"|\d{5,}")
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one call. `state` is how the account stands, where that is the trouble."""

    fate: Fate
    data: Mapping[str, Any] = field(default_factory=dict)
    code: int = 0
    problem: str = ""
    state: str = ""

    @property
    def ok(self) -> bool:
        return self.fate is Fate.SENT

    @property
    def message_id(self) -> str:
        return str(self.data.get("message_id") or "")

    @property
    def attachment(self) -> str:
        """What was uploaded, by either of the names it comes under."""
        return str(self.data.get("attachment_id") or self.data.get("token") or "")


class Wire:
    """Calls of one account."""

    def __init__(self, http: Http, keys: Keys, api_base: str) -> None:
        self._http, self._keys, self._base = http, keys, api_base.rstrip("/")

    async def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """One call with JSON. Never raises."""
        return await self._call("POST", path, json_text.write(body))

    async def get(self, path: str) -> Reply:
        return await self._call("GET", path, None)

    async def upload(self, path: str, name: str, content: bytes, mime: str) -> Reply:
        """One call with a file."""
        return await self._call("POST", path, (name, content, mime))

    async def _call(self, method: str, path: str, body: bytes | tuple[str, bytes, str] | None) -> Reply:
        """With another key, once, where the first is not taken."""
        refused = ""
        for last in (False, True):
            try:
                access = await self._keys.instead_of(refused) if refused else await self._keys.current()
            except Lost as error:
                return Reply(Fate.STOPPED, problem=str(error), state=zalo.LOGIN)
            except Unreached as error:
                return Reply(Fate.NOT_SENT, problem=str(error))
            reply = await self._once(method, path, body, access)
            if reply.code not in SIGNED_OUT:
                return reply
            if last:
                await self._keys.useless(access, reply.problem)
            refused = access
        return Reply(Fate.STOPPED, code=reply.code, problem=reply.problem, state=zalo.LOGIN)

    async def _once(self, method: str, path: str, body: bytes | tuple[str, bytes, str] | None, access: str) -> Reply:
        headers = {"access_token": access} | (_JSON if isinstance(body, bytes) else {})
        try:
            status, answer = await self._http.call(method, self._base + path, body=_form(body), headers=headers)
        except Unsent as error:
            return Reply(Fate.NOT_SENT, problem=str(error))
        except Unanswered as error:
            return Reply(Fate.UNKNOWN, problem=str(error))
        return understood(status, answer)


def _form(body: bytes | tuple[str, bytes, str] | None) -> bytes | aiohttp.FormData | None:
    if not isinstance(body, tuple):
        return body
    made = aiohttp.FormData()
    made.add_field("file", BytesIO(body[1]), filename=body[0], content_type=body[2])
    return made


def understood(status: int, body: bytes) -> Reply:
    """What an answer means. Errors come in a 200 too."""
    try:
        answer = json_text.read(body)
    except (ValueError, RecursionError):
        answer = None
    code = _number(answer.get("error")) if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or code is None:
        away = status >= 500 or status == 429
        return Reply(Fate.NOT_SENT if away else Fate.UNKNOWN if status < 400 else Fate.REFUSED,
                     problem=f"HTTP {status} without an answer of the platform")
    data = answer.get("data")
    problem = f"{code} {_PRIVATE.sub('…', str(answer.get('message') or ''))[:120]}".strip()
    if code == 0:
        return Reply(Fate.SENT, data if isinstance(data, dict) else {})
    fate, state = _meaning(code)
    if code in WINDOW:
        problem = f"window closed: {problem}"
    return Reply(fate, code=code, problem=problem, state=state)


def _meaning(code: int) -> tuple[Fate, str]:
    """What a refusal is for the message, and for the account."""
    if code in WINDOW or code in GONE:
        return Fate.BLOCKED, ""  # nothing is sent there until they write again
    if code in DOWN:
        return Fate.NOT_SENT, zalo.DOWN
    if code in (CROWDED, BUSY):
        return Fate.NOT_SENT, ""
    if code == QUOTA:
        return Fate.NOT_SENT, zalo.QUOTA
    return Fate.REFUSED, zalo.BILLING if code in BILLING else ""


def _number(value: object) -> int | None:
    if type(value) is int:
        return value
    return int(value) if isinstance(value, str) and value.lstrip("-").isdecimal() else None
