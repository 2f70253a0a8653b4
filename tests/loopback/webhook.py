"""Webhook delivery: one update in flight per chat, resent until 2xx, Retry-After honoured."""

import asyncio
import contextlib
import random
import time
from collections import deque

import aiohttp

from tests.loopback.refusal import Json
from tests.loopback.updates import Pending, Updates


class Webhook:
    """Delivers one bot's updates to one address."""

    def __init__(self, updates: Updates, url: str, secret: str, connections: int) -> None:
        self.url = url
        self.secret = secret
        self.connections = connections
        self.first_wait = 0.05
        self.longest_wait = 1.0
        self.answer_seconds = 60.0
        self.attempts: list[tuple[float, int, int]] = []  # when, update id, status (0: no answer)
        self.last_error = ""
        self.last_error_date = 0
        self._updates = updates
        self._slots = asyncio.Semaphore(connections)
        self._lanes: dict[int, deque[Pending]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None

    def offer(self, pending: Pending) -> None:
        """Queue an update behind the others of its chat."""
        lane = self._lanes.get(pending.lane)
        if lane is not None:
            lane.append(pending)
            return
        self._lanes[pending.lane] = deque([pending])
        task = asyncio.get_running_loop().create_task(self._drain(pending.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, key: int) -> None:
        lane = self._lanes[key]
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        del self._lanes[key]

    async def _deliver(self, pending: Pending) -> None:
        wait = self.first_wait
        while pending.number in self._updates.pending:
            if pending.expires <= self._updates.clock.now():
                self._updates.expire(pending.number)
                return
            async with self._slots:
                status, asked = await self.post(pending.number, pending.data)
            if 200 <= status < 300:
                self._updates.confirm(pending.number)
                if self._updates.repeats():
                    await self.post(pending.number, pending.data)
                return
            self.last_error = f"Wrong response from the webhook: {status}" if status else "Connection failed"
            self.last_error_date = int(self._updates.clock.now())
            await asyncio.sleep(asked or wait * (0.75 + random.random() / 2))
            wait = min(wait * 2, self.longest_wait)

    async def post(self, number: int, data: bytes) -> tuple[int, float]:
        """One attempt: the status (0 without an answer) and the seconds of Retry-After."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.answer_seconds)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        status, asked = 0, 0.0
        with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
            async with self._session.post(self.url, data=data, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                status = answer.status
                with contextlib.suppress(ValueError):
                    asked = min(float(answer.headers.get("Retry-After", 0)), 3600.0)
        self.attempts.append((time.monotonic(), number, status))
        self._updates.handed_out[number] = self._updates.handed_out.get(number, 0) + 1
        return status, asked

    def info(self) -> Json:
        found: Json = {"max_connections": self.connections}
        if self.last_error:
            found |= {"last_error_date": self.last_error_date, "last_error_message": self.last_error}
        return found

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
