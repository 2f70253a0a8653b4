"""The loopback server in a process of its own, and its users and faults reached over HTTP."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import aiohttp

from tests.loopback.refusal import Json

ROOT = Path(__file__).resolve().parents[2]


class RemoteBotApi:
    """`async with RemoteBotApi() as api: await api.say(7, "/start")`; `do` reaches every other verb."""

    def __init__(self, *tokens: str, seed: int = 0, port: int = 0) -> None:
        self._arguments = ["--seed", str(seed), "--port", str(port)]
        for token in tokens:
            self._arguments += ["--token", token]
        self.url = ""
        self.base_url = ""
        self.tokens: list[str] = []
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> "RemoteBotApi":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.loopback.bot_api", *self._arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        assert self._process.stdout is not None
        line = json.loads(await asyncio.wait_for(self._process.stdout.readline(), 20))
        self.url, self.base_url, self.tokens = line["url"], line["base_url"], line["tokens"]
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def do(self, verb: str, **given: Any) -> Json:
        """One verb of the control interface; TimeoutError when a wait ran out, ValueError when refused."""
        assert self._session is not None
        async with self._session.post(f"{self.url}/control/{verb}", json=given) as answer:
            found: Json = await answer.json()
            if answer.status == 408:
                raise TimeoutError(found["error"])
            if answer.status != 200:
                raise ValueError(found["error"])
            return found

    async def say(self, user_id: int, text: str, **more: Any) -> int:
        return int((await self.do("say", user_id=user_id, text=text, **more))["update_id"])

    async def press(self, user_id: int, wanted: str | int, message_id: int | None = None, **more: Any) -> int:
        return int((await self.do("press", user_id=user_id, wanted=wanted, message_id=message_id, **more))["update_id"])

    async def transcript(self, user_id: int, **more: Any) -> list[Json]:
        messages: list[Json] = (await self.do("transcript", user_id=user_id, **more))["messages"]
        return messages

    async def wait(self, user_id: int, after: int = 0, timeout: float = 5.0, **more: Any) -> Json:
        """{"event": ..., "message": ...} of the first send or edit after that many changes."""
        return await self.do("wait", user_id=user_id, after=after, timeout=timeout, **more)
