"""The wire to the Zalo Bot Platform: one call, and what every answer means. It never lets the token out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.channels import Fate
from bot.channels.exchange import Unanswered, Unsent
from bot.channels.zalo_http import DEADLINE, Http
from storage import json_text

IDLE, FORBIDDEN, FULL = 408, 403, 429
_JSON = {"Content-Type": "application/json"}
_PRIVATE = re.compile(r"\"[^\"]*\"|\d{5,}|bot\d+\S*")
_FATES = {401: Fate.STOPPED, FORBIDDEN: Fate.NOT_SENT, IDLE: Fate.UNKNOWN, FULL: Fate.NOT_SENT}
"""403 is documented as an error of the server; a 408 to a send leaves open whether it arrived."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one call. `code` is 0 where no answer of the platform came."""

    fate: Fate
    result: Any = None
    code: int = 0
    problem: str = ""

    @property
    def ok(self) -> bool:
        return self.fate is Fate.SENT

    @property
    def idle(self) -> bool:
        """An empty poll came to its end: the ordinary case, told as an error."""
        return self.code == IDLE

    @property
    def message_id(self) -> str:
        found = self.result.get("message_id") if isinstance(self.result, dict) else None
        return str(found) if isinstance(found, str | int) else ""


class Wire:
    """Calls of one bot."""

    def __init__(self, token: str, api_base: str) -> None:
        self._token = token.strip()
        # the address holds the token, so nothing but `call` ever sees it
        self._address = f"{api_base.rstrip('/')}/bot{quote(self._token, safe=':')}/"
        self._http = Http()

    async def call(self, method: str, fields: Mapping[str, Any], *, deadline: float = DEADLINE) -> Reply:
        """One call. Never raises."""
        try:
            status, body = await self._http.call(
                "POST", self._address + method, body=json_text.write(fields), headers=_JSON, deadline=deadline)
        except Unsent as error:
            return Reply(Fate.NOT_SENT, problem=str(error))
        except Unanswered as error:
            return Reply(Fate.UNKNOWN, problem=str(error))
        return understood(status, body, self._token.rpartition(":")[2])

    async def close(self) -> None:
        await self._http.close()


def understood(status: int, body: bytes, secret: str = "") -> Reply:
    """What an answer means, whether errors come as a status, in the body, or as both."""
    try:
        answer = json_text.read(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        return Reply(_without_answer(status), code=status if status != 200 else 0,
                     problem=f"HTTP {status} without an answer of the platform")
    given = _number(answer.get("error_code", answer.get("errorCode")))
    if answer["ok"] and not given and status < 400:
        return Reply(Fate.SENT, result=answer.get("result"), code=status)
    code = given or status
    problem = str(answer.get("description") or "")
    if secret:
        problem = problem.replace(secret, "…")
    return Reply(_fate(code), code=code, problem=f"{code} {_PRIVATE.sub('…', problem)[:150]}".strip())


def _without_answer(status: int) -> Fate:
    """A page of something that stands before the platform: it says nothing about the call but that it failed there."""
    if status >= 500 or status in (FORBIDDEN, FULL):
        return Fate.NOT_SENT
    return Fate.STOPPED if status == 401 else Fate.UNKNOWN if status < 400 or status == IDLE else Fate.REFUSED


def _fate(code: int) -> Fate:
    if code in _FATES:
        return _FATES[code]
    if code >= 500:
        return Fate.NOT_SENT
    return Fate.REFUSED if 400 <= code < 500 else Fate.UNKNOWN


def _number(value: object) -> int:
    return value if type(value) is int else int(value) if isinstance(value, str) and value.isdecimal() else 0
