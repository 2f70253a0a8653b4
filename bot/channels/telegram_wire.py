"""The wire to a Bot API server: one call, and what every answer means. It never lets the token out."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bot.channels import Fate
from bot.channels.exchange import CONNECT, JSON, Exchange, Form, Unanswered, Unsent, is_loopback
from storage import json_text
from storage.value import value

if TYPE_CHECKING:
    from bot.channels.telegram_session import Session

DEADLINE = 35.0
GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid", "bot was blocked", "bot was kicked")
"""What a 400 says when nobody is there to read; a 403 always means that."""
_FILE = re.compile(r"[\w][\w ./()-]{0,250}")
_PRIVATE = re.compile(r"\"[^\"]*\"|\d{5,}|@\w+")


@value
class Reply:
    """What became of one call. `code` is 0 where no answer of the Bot API came."""

    fate: Fate
    result: Any = None
    code: int = 0
    problem: str = ""
    retry_after: float = 0.0
    moved_to: str = ""

    @property
    def ok(self) -> bool:
        return self.fate is Fate.SENT

    @property
    def message_id(self) -> str:
        """The message that was made, where there is one."""
        found = self.result.get("message_id") if isinstance(self.result, dict) else None
        return str(found) if type(found) is int else ""


class Wire:
    """Calls of one bot. Plain JSON goes the short way; files, and everything where a proxy stands between, the long one."""

    def __init__(self, token: str, api_base: str) -> None:
        # the address holds the token, so nothing but the exchange ever sees it
        self._address = f"{api_base.rstrip('/')}/bot{quote(token.strip(), safe=':')}/"
        self._files = f"{api_base.rstrip('/')}/file/bot{quote(token.strip(), safe=':')}/"
        self._proxy = _proxy(self._address)
        self._exchange: Exchange | None = None
        self._session: Session | None = None
        self._closed = False

    async def call(self, method: str, fields: Mapping[str, Any], *, deadline: float = DEADLINE) -> Reply:
        """One call with plain fields. Never raises."""
        return await self.reply(method, json_text.write(fields), deadline=deadline)

    async def upload(self, method: str, fields: Mapping[str, Any], field: str, file: tuple[str, bytes, str]) -> Reply:
        """One call with a file: its name, its bytes and what it is. Never raises."""
        return await self.reply(method, Form(fields, {field: file}))

    async def reply(self, method: str, body: bytes | Form, *, deadline: float = DEADLINE) -> Reply:
        try:
            status, answer = await self.post(method, body, deadline=deadline)
        except Unsent as error:
            return Reply(Fate.NOT_SENT, problem=str(error))
        except Unanswered as error:
            return Reply(Fate.UNKNOWN, problem=str(error))
        return understood(status, answer)

    async def post(self, method: str, body: bytes | Form, *, deadline: float = DEADLINE) -> tuple[int, bytes]:
        """The bare exchange. Raises Unsent or Unanswered, which never hold the address."""
        if self._closed:
            raise Unsent
        if isinstance(body, bytes) and self._proxy is None:
            if self._exchange is None:
                self._exchange = Exchange(self._address)
            return await self._exchange.post(method, body, JSON, deadline, CONNECT)
        return await self._open().post(self._address + method, body, deadline)

    async def fetch(self, file_id: str, most: int) -> bytes | None:
        """A file that somebody sent, at most so many bytes of it; None where it is larger or cannot be had. Never raises."""
        reply = await self.call("getFile", {"file_id": file_id}, deadline=CONNECT)
        path = reply.result.get("file_path") if reply.ok and isinstance(reply.result, dict) else None
        if not isinstance(path, str) or not _FILE.fullmatch(path) or ".." in path or self._closed:
            return None
        return await self._open().get(self._files + quote(path), most, DEADLINE)

    def _open(self) -> Session:
        if self._session is None:
            from bot.channels.telegram_session import Session

            self._session = Session(self._proxy)
        return self._session

    async def close(self) -> None:
        self._closed = True
        if self._exchange is not None:
            await self._exchange.close()
        if self._session is not None:
            await self._session.close()


def _proxy(address: str) -> str | None:
    """The proxy the environment asks for, looked up once and not with every call."""
    if is_loopback(address) or not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass  # it brings half the mail library along

    parts = urlsplit(address)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def understood(status: int, body: bytes) -> Reply:
    """What an answer means. Only the Bot API's own JSON counts: a proxy's page says nothing about the call."""
    try:
        answer = json_text.read(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
        return Reply(Fate.UNKNOWN, problem=f"HTTP {status} without an answer of the Bot API")
    if answer["ok"]:
        return Reply(Fate.SENT, result=answer.get("result"), code=status)
    given = answer.get("error_code")
    code = given if type(given) is int else status
    return _refusal(code, str(answer.get("description") or f"HTTP {code}"), answer.get("parameters"))


def _refusal(code: int, description: str, parameters: object) -> Reply:
    more = parameters if isinstance(parameters, dict) else {}
    problem = _PRIVATE.sub("…", description)[:200]
    moved = more.get("migrate_to_chat_id")
    if type(moved) is int:
        return Reply(Fate.NOT_SENT, code=code, problem=problem, moved_to=str(moved))
    if code == 429:
        return Reply(Fate.NOT_SENT, code=code, problem=problem, retry_after=_seconds(more.get("retry_after")))
    return Reply(_fate(code, description.lower()), code=code, problem=problem)


def _fate(code: int, description: str) -> Fate:
    if code == 401 or (code == 404 and "method" not in description):
        return Fate.STOPPED
    if code == 403 or (code == 400 and any(gone in description for gone in GONE)):
        return Fate.BLOCKED
    if code == 409:
        return Fate.NOT_SENT
    return Fate.REFUSED if 400 <= code < 500 else Fate.UNKNOWN


def _seconds(value: object) -> float:
    return min(float(value), 86_400.0) if isinstance(value, int | float) and value > 0 else 1.0
