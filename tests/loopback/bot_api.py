"""The loopback Bot API server: `python -m tests.loopback.bot_api --port 0` prints its address as one JSON line."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from tests.loopback.body import parameters
from tests.loopback.bot import Bot, Call
from tests.loopback.clock import Clock
from tests.loopback.control import Control
from tests.loopback.faults import Faults, Plan
from tests.loopback.limits import Limits
from tests.loopback.methods import METHODS
from tests.loopback.people import User
from tests.loopback.refusal import Json, Refusal, bad
from tests.loopback.wire import Connection, Request

DEFAULT_TOKEN = "1000001:loopback-token-for-tests-0000000001"
_GARBAGE = b'{"ok":true,"result":{"message_id":'
_BROKEN_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></body></html>"


class LoopbackBotApi:
    """The platform: start it, point a bot at `base_url`, and be its users."""

    def __init__(self, *tokens: str, seed: int = 0) -> None:
        self.clock = Clock()
        self.faults = Faults(seed=seed)
        self.limits = Limits(time.monotonic)
        self.bots = {token: Bot(token, self.clock, self.faults) for token in tokens or (DEFAULT_TOKEN,)}
        self.url = ""
        self._control = Control(self)
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1; returns the address."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Connection(self._serve, self._connections), "127.0.0.1", port, backlog=1024
        )
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self.url

    async def stop(self) -> None:
        for bot in self.bots.values():
            await bot.close()
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.cut()
        await asyncio.sleep(0)

    async def __aenter__(self) -> "LoopbackBotApi":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def base_url(self) -> str:
        """What a bot takes as its API base (the token follows directly)."""
        return self.url + "/bot"

    def bot(self, token: str | None = None) -> Bot:
        return self.bots[token] if token else next(iter(self.bots.values()))

    def add_bot(self, token: str) -> Bot:
        return self.bots.setdefault(token, Bot(token, self.clock, self.faults))

    def user(self, user_id: int, chat_id: int | None = None, token: str | None = None, **profile: Any) -> User:
        return User(self.bot(token), user_id, chat_id, **profile)

    async def deliver_again(self, update_id: int, token: str | None = None) -> None:
        """Hand an update out once more, confirmed or not, as a real platform does after a lost acknowledgement."""
        bot = self.bot(token)
        if bot.webhook is not None:
            await bot.webhook.post(update_id, bot.updates.kept[update_id])
        else:
            bot.updates.repeat(update_id)

    def drop_connections(self) -> int:
        """Reset every idle connection, as a platform or a middlebox does; returns how many."""
        idle = [connection for connection in self._connections if connection.idle]
        for connection in idle:
            connection.cut()
        return len(idle)

    def _serve(self, request: Request, connection: Connection) -> None:
        path = request.path
        if path.startswith("/bot"):
            token, _, method = path[4:].partition("/")
            self._call(unquote(token), method, request, connection)
        elif path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/documents/")
            bot = self.bots.get(unquote(token))
            file = bot.documents.get(unquote(name).removesuffix(".bin")) if bot else None
            connection.answer(200 if file is not None else 404, file or b"", b"application/octet-stream")
        elif path.startswith("/control/"):
            self._control.serve(path[9:], request, connection)
        else:
            connection.answer(404, Refusal(404, "Not Found").body())

    def _call(self, token: str, method: str, request: Request, connection: Connection) -> None:
        bot = self.bots.get(token)
        if bot is None:
            connection.answer(401, Refusal(401, "Unauthorized").body())
            return
        plan = self.faults.plan(method.lower())
        if plan.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(plan.delay, self._perform, bot, method, request, connection, plan)
        else:
            self._perform(bot, method, request, connection, plan)

    def _perform(self, bot: Bot, method: str, request: Request, connection: Connection, plan: Plan) -> None:
        call = Call(time.monotonic(), method, 0, 200, plan.kind)
        bot.calls.append(call)
        before, sent = len(bot.sends), None

        def unseen() -> None:
            if sent is not None:
                sent.answered = False

        def reply(status: int, body: bytes) -> None:
            call.status = status
            if not self._reply(connection, plan, status, body, unseen):
                unseen()

        if self._refused_by_fault(plan, reply, connection):
            return
        status = 200
        try:
            params = parameters(request)
            if method.lower() == "getupdates":
                bot.updates.poll(connection, params, reply)
                return
            body = self._result(bot, method, params, call)
            sent = bot.sends[-1] if len(bot.sends) > before else None
        except Refusal as refusal:
            status, body = refusal.code, refusal.body()
        reply(status, body)

    def _refused_by_fault(self, plan: Plan, reply: Any, connection: Connection) -> bool:
        if plan.kind == "unavailable":
            connection.answer(self.faults.unavailable_status, _BROKEN_PAGE, b"text/html")
        elif plan.kind == "flood":
            seconds = self.faults.retry_after
            reply(429, Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds).body())
        elif plan.kind == "lost_request":
            connection.cut()
        else:
            return False
        return True

    def _result(self, bot: Bot, method: str, params: Json, call: Call) -> bytes:
        name = method.lower()
        run = METHODS.get(name)
        if run is None:
            raise Refusal(404, "Not Found: method not found")
        if "chat_id" in params:
            with contextlib.suppress(TypeError, ValueError):
                call.chat_id = int(params["chat_id"])
            if call.chat_id in self.faults.forbidden_chats:
                raise Refusal(403, "Forbidden: bot was blocked by the user")
            if name.startswith(("send", "edit")) and name != "sendchataction":
                self.limits.check(bot.token, call.chat_id, name.startswith("send"))
        try:
            result = run(bot, params)
        except (AttributeError, TypeError, KeyError) as error:
            raise bad(f"can't parse parameters of {method}") from error
        return b'{"ok":true,"result":' + json.dumps(result).encode() + b"}"

    def _reply(self, connection: Connection, plan: Plan, status: int, body: bytes, unseen: Callable[[], None]) -> bool:
        """Write the answer as the plan says; False when the bot cannot have seen it."""
        if plan.kind == "lost_response":
            connection.cut()
            return False
        if plan.kind == "invalid_json":
            connection.answer(200, _GARBAGE)
            return False
        if plan.kind == "drip":
            connection.drip(status, body, self.faults.drip_rate, unseen)
            return True
        return connection.answer(status, body)


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", action="append", default=[])
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    api = LoopbackBotApi(*chosen.token, seed=chosen.seed)
    await api.start(chosen.port)
    sys.stdout.write(json.dumps({"url": api.url, "base_url": api.base_url, "tokens": list(api.bots)}) + "\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()
    await api.stop()


if __name__ == "__main__":
    asyncio.run(_main())
