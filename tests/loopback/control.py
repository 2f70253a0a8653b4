"""The same users, faults and logs over HTTP, for when the server is another process: POST /control/<verb>, JSON."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.loopback.people import NoSuchButton, User
from tests.loopback.refusal import Json
from tests.loopback.wire import Connection, Request

if TYPE_CHECKING:
    from tests.loopback.bot_api import LoopbackBotApi


class Control:
    """Verbs of the inspector; each is a method taking the JSON given."""

    def __init__(self, api: "LoopbackBotApi") -> None:
        self._api = api
        self._tasks: set[asyncio.Task[None]] = set()

    def serve(self, verb: str, request: Request, connection: Connection) -> None:
        task = asyncio.get_running_loop().create_task(self._run(verb, request, connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, verb: str, request: Request, connection: Connection) -> None:
        run: Callable[[Json], Awaitable[Any]] | None = getattr(self, f"do_{verb}", None)
        status, answer = 200, None
        try:
            if run is None:
                raise LookupError(f"no such verb: {verb}")
            answer = await run(json.loads(request.body or b"{}"))
        except TimeoutError:
            status, answer = 408, {"error": "nothing came in time"}
        except (LookupError, ValueError, TypeError, NoSuchButton) as error:
            status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
        connection.answer(status, json.dumps(answer).encode())

    def _user(self, given: Json) -> User:
        more = {"language_code": given["language_code"]} if "language_code" in given else {}
        return self._api.user(given["user_id"], given.get("chat_id"), given.get("token"), **more)

    async def do_say(self, given: Json) -> Json:
        return {"update_id": self._user(given).say(given["text"])}

    async def do_send(self, given: Json) -> Json:
        return {"update_id": self._user(given).send(given["kind"], **given.get("more", {}))}

    async def do_forward(self, given: Json) -> Json:
        return {"update_id": self._user(given).forward(given["text"], given.get("from_user", 0))}

    async def do_edit(self, given: Json) -> Json:
        return {"update_id": self._user(given).edit(given["message_id"], given["text"])}

    async def do_press(self, given: Json) -> Json:
        user = self._user(given)
        return {"update_id": user.press(given.get("message_id"), given["wanted"], given.get("stale", False))}

    async def do_block(self, given: Json) -> Json:
        return {"update_id": self._user(given).block()}

    async def do_unblock(self, given: Json) -> Json:
        return {"update_id": self._user(given).unblock()}

    async def do_transcript(self, given: Json) -> Json:
        user = self._user(given)
        events = user.chat.event_views(given.get("after", 0))
        return {"messages": user.transcript(), "events": events, "reply_keyboard": user.chat.reply_keyboard}

    async def do_wait(self, given: Json) -> Json:
        user = self._user(given)
        kinds = tuple(given.get("kinds", ("sent", "edited")))
        event = await user.chat.wait(given.get("after", 0), given.get("timeout", 5.0), kinds)
        return {"event": asdict(event), "message": user.chat.messages[event.message_id].view()}

    async def do_move_group(self, given: Json) -> Json:
        return {"update_id": self._user(given).move_group(given["new_id"])}

    async def do_drop_connections(self, given: Json) -> Json:
        return {"dropped": self._api.drop_connections()}

    async def do_delivery(self, given: Json) -> Json:
        """`presses_apart`: presses in a queue of their own; `first_wait`, `longest_wait`: webhook resends."""
        bot = self._api.bot(given.get("token"))
        bot.presses_apart = given.get("presses_apart", bot.presses_apart)
        for name in ("first_wait", "longest_wait"):
            if name in given and bot.webhook is not None:
                setattr(bot.webhook, name, given[name])
        return {"webhook": bot.webhook.url if bot.webhook is not None else ""}

    async def do_deliver_again(self, given: Json) -> Json:
        await self._api.deliver_again(given["update_id"], token=given.get("token"))
        return {}

    async def do_faults(self, given: Json) -> Json:
        """Set faults; `clear` first, `once` = [[method, kind, times], ...] for single ones."""
        faults = self._api.faults
        if given.pop("clear", False):
            faults.clear()
        for method, kind, times in given.pop("once", []):
            faults.once(method, kind, times)
        faults.set(**given)
        return dict(faults.counts)

    async def do_limits(self, given: Json) -> Json:
        limits = self._api.limits
        for name in ("on", "per_second", "private_per_second", "private_burst", "group_per_minute"):
            if name in given:
                setattr(limits, name, given[name])
        limits.forget()
        return {"refused": limits.refused}

    async def do_clock(self, given: Json) -> Json:
        clock = self._api.clock
        clock.skip(given.get("skip", 0.0))
        if "scale" in given:
            clock.scale = given["scale"]
        return {"now": clock.now(), "scale": clock.scale}

    async def do_log(self, given: Json) -> Json:
        return self._api.bot(given.get("token")).log()

    async def do_calls(self, given: Json) -> Json:
        calls = self._api.bot(given.get("token")).calls
        return {"calls": [asdict(call) for call in calls[given.get("after", 0) :]], "total": len(calls)}

    async def do_add_bot(self, given: Json) -> Json:
        return self._api.add_bot(given["token"]).me
