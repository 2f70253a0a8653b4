"""Signing in to an Official Account and renewing its keys: the two calls of OAuth, and what their answers mean."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.channels.exchange import Unanswered, Unsent
from bot.channels.zalo_http import Http
from storage import json_text

CROWDED = -32
HOURS = 25
"""How long an access key lives where the answer does not say."""


class Refused(Exception):
    """The platform gives no keys: somebody has to sign in again."""


class Unreached(Exception):
    """Nobody knows the keys now, but they may be asked for again."""


@dataclass(frozen=True, slots=True)
class Pair:
    """New keys."""

    access: str
    refresh: str
    lasts: timedelta

    def __repr__(self) -> str:
        return "Pair()"


@dataclass(frozen=True, slots=True)
class App:
    """The application that an Official Account trusts."""

    id: str
    secret: str
    base: str

    def __repr__(self) -> str:
        return f"App({self.id!r})"


class Consent:
    """One sign-in, from the address to open to the keys."""

    def __init__(self, app: App, returns_to: str) -> None:
        self._app, self._returns_to = app, returns_to
        self._verifier = secrets.token_urlsafe(32)
        self._state = secrets.token_urlsafe(16)

    @property
    def address(self) -> str:
        """Where an administrator of the account agrees."""
        digest = hashlib.sha256(self._verifier.encode()).digest()
        asked = {"app_id": self._app.id, "redirect_uri": self._returns_to, "state": self._state,
                 "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode()}
        return f"{self._app.base}/v4/oa/permission?{urlencode(asked)}"

    async def keys(self, http: Http, pasted: str) -> Mapping[str, Any]:
        """The answer that holds the keys, for the address of the page that followed (or the code in it)."""
        given = parse_qs(urlsplit(pasted.strip()).query)
        code = given.get("code", [pasted.strip()])[0]
        if given.get("state", [self._state])[0] != self._state:
            raise Refused("the page belongs to another sign-in")
        return await _ask(http, self._app, {"grant_type": "authorization_code", "app_id": self._app.id, "code": code,
                                            "code_verifier": self._verifier})


async def renewal(http: Http, app: App, refresh: str) -> Mapping[str, Any]:
    """The answer to a refresh key, which works once."""
    return await _ask(http, app, {"grant_type": "refresh_token", "app_id": app.id, "refresh_token": refresh})


async def _ask(http: Http, app: App, fields: Mapping[str, str]) -> Mapping[str, Any]:
    problem = ""
    try:
        status, body = await http.call("POST", f"{app.base}/v4/oa/access_token", body=dict(fields),
                                       headers={"secret_key": app.secret}, deadline=20.0)
    except (Unsent, Unanswered) as error:
        problem = str(error)
    if problem:
        raise Unreached(problem)
    try:
        answer = json_text.read(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise Unreached(f"HTTP {status} without an answer of the platform")
    if pair(answer) is None:
        code = answer.get("error")
        said = f"{code} {answer.get('error_name') or answer.get('message') or ''}".strip()[:100]
        raise (Unreached if code == CROWDED or status >= 500 else Refused)(said)
    return answer


def pair(answer: Mapping[str, Any]) -> Pair | None:
    """The keys in an answer; None where it holds none. Seconds come as a number or as text."""
    access, refresh, lasts = answer.get("access_token"), answer.get("refresh_token"), str(answer.get("expires_in", ""))
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        return None
    return Pair(access, refresh, timedelta(seconds=int(lasts)) if lasts.isdecimal() and int(lasts) else timedelta(hours=HOURS))


def expiry(found: Pair, at: datetime | None = None) -> datetime:
    return (at or datetime.now(UTC)) + found.lasts
