"""The methods of the loopback Zalo Bot Platform."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from tests.loopback.zalo_bot.bot import Bot, Post

if TYPE_CHECKING:
    from tests.loopback.zalo_bot.platform import LoopbackZaloBot as Platform

TEXT = 2_000


async def fields_of(request: web.Request) -> dict[str, Any]:
    """Query, form or JSON: all are documented."""
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        return found | (await request.json() if body else {})
    if request.can_read_body:
        found |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return found


async def get_me(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    return platform.well({"id": bot.id, "account_name": "bot.test", "account_type": "BASIC", "can_join_groups": False})


async def get_updates(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    if bot.webhook.get("url"):
        return platform.error(400, "can't use getUpdates while webhook is active")
    bot.polls += 1
    if bot.open_polls and platform.switches.queue == "asked":
        return platform.error(409, "terminated by other getUpdates request")
    held, line = platform.switches, request.transport
    _asked_for_more(bot, line, held.replays)
    ends = time.monotonic() + (float(fields.get("timeout", 30)) if held.hold is None else held.hold)
    bot.open_polls += 1
    try:
        while not (bot.waiting or bot.replaying):
            bot.news.clear()
            try:
                await asyncio.wait_for(bot.news.wait(), max(0.0, ends - time.monotonic()))
            except TimeoutError:
                return platform.error(408)
    finally:
        bot.open_polls -= 1
    found = bot.replaying.popleft() if bot.replaying else bot.waiting[0]
    bot.handed_out.append(found["message"]["message_id"])
    if held.queue == "once" and bot.waiting and found is bot.waiting[0]:
        _taken(bot, held.replays)
    bot.last = (line, found)
    return platform.well([found] if held.listed else found)


def _asked_for_more(bot: Bot, line: object, replays: int) -> None:
    """Who asks again on the same connection has what was handed out on it."""
    last, found = bot.last or (None, None)
    if last is line and line is not None and bot.waiting and bot.waiting[0] is found:
        _taken(bot, replays)


def _taken(bot: Bot, replays: int) -> None:
    found = bot.waiting.popleft()
    bot.taken.add(found["message"]["message_id"])
    bot.replaying.extend([found] * replays)


async def set_webhook(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    url, secret = str(fields.get("url", "")), str(fields.get("secret_token", ""))
    if not url.startswith(("https://", "http://127.0.0.1")) or not urlsplit(url).hostname or not 8 <= len(secret) <= 256:
        return platform.error(400)
    bot.webhook = {"url": url, "secret_token": secret, "updated_at": int(time.time() * 1000)}
    tried = {} if platform.switches.tried is None else {"verification": platform.switches.tried}
    return platform.well({"url": url, "updated_at": bot.webhook["updated_at"], **tried})


async def delete_webhook(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    bot.webhook = {}
    return platform.well({"url": "", "updated_at": int(time.time() * 1000)})


async def get_webhook_info(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    if not bot.webhook:
        return platform.error(404) if platform.switches.no_webhook == "404" else platform.well(
            {"url": "", "updated_at": int(time.time() * 1000)})
    return platform.well({name: bot.webhook[name] for name in ("url", "updated_at")})


async def _say(platform: "Platform", bot: Bot, method: str, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    monthly = platform.switches.monthly
    if monthly is not None and len(bot.posts) >= monthly:
        return platform.error(429)
    post = Post(method, fields, f"s{len(bot.posts) + 1:06d}", time.monotonic())
    bot.posts.append(post)
    if platform.switches.chance.random() < platform.switches.drop_after_send:
        post.answered = False
        return platform.drop(request)
    return platform.well({"message_id": post.message_id, "date": int(time.time() * 1000)})


async def send_message(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    text = fields.get("text")
    if not fields.get("chat_id") or not isinstance(text, str) or not text.strip() or len(text) > TEXT:
        return platform.error(400)
    return await _say(platform, bot, "sendMessage", fields, request)


async def send_photo(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    photo = str(fields.get("photo", ""))
    if urlsplit(photo).scheme not in ("http", "https") or len(str(fields.get("caption", ""))) > TEXT:
        return platform.error(400)
    return await _say(platform, bot, "sendPhoto", fields, request)


async def send_chat_action(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    return platform.well() if fields.get("action") == "typing" else platform.error(400)


async def send_sticker(platform: "Platform", bot: Bot, fields: dict[str, Any], request: web.Request) -> web.StreamResponse:
    return await _say(platform, bot, "sendSticker", fields, request)


Method = Callable[["Platform", Bot, dict[str, Any], web.Request], Awaitable[web.StreamResponse]]
METHODS: dict[str, Method] = {
    "getMe": get_me, "getUpdates": get_updates, "setWebhook": set_webhook, "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info, "sendMessage": send_message, "sendPhoto": send_photo, "sendSticker": send_sticker,
    "sendChatAction": send_chat_action,
}
