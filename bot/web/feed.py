"""Coverage for machines: the same numbers as JSON, for whoever brings the token. Off until a token is set."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime

from aiohttp import web
from sqlalchemy import select

from bot.settings import SHORTEST_FEED_TOKEN
from bot.store import Store
from content.vietnam_time import local_day
from handlers.calendar import calendar
from handlers.reports.report_files import open_data
from storage.counting import campaigns
from storage.counting.overview import overview
from storage.models import Place, table
from storage.reading import Reading

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def routes(store: Store, token: str) -> list[web.RouteDef]:
    """The feed's address, or none where nobody may read it."""
    return [web.get("/feed/coverage.json", _coverage(store, token))] if len(token) >= SHORTEST_FEED_TOKEN else []


def _coverage(store: Store, token: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token.encode()):
            return _plain(401, {"WWW-Authenticate": "Bearer"})
        try:
            on = date.fromisoformat(request.query.get("on") or local_day(datetime.now(UTC)).isoformat())
            campaign = int(request.query.get("campaign") or 0)
        except ValueError:
            return _plain(400)
        code = request.query.get("place", "")
        found = await store.read(lambda rows: told(rows, code, campaign, on))
        return _plain(404) if found is None else web.json_response(found, headers={"Cache-Control": "no-store"})

    return answer


def _plain(status: int, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": status}, status=status, headers={"Cache-Control": "no-store", **(headers or {})})


def told(rows: Reading, code: str, campaign_id: int, on: date) -> dict[str, object] | None:
    """What the feed says of a place: shared, so places with very few households are left out."""
    place = table(Place)
    id_ = rows.scalar(select(place.c.id).where(place.c.code == code, place.c.valid_to.is_(None)).limit(1)) if code else None
    if id_ is None:
        return None
    running = campaigns.find(rows, campaign_id) if campaign_id else campaigns.of_place(rows, id_, on)
    whole = overview(rows, running, id_, on, calendar(rows)) if running else None
    return open_data(whole, shared=True) if whole else None
