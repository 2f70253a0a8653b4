"""Several real processes over one database: keys are renewed once, and one of them polls."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.house import open_store
from storage import zalo_tokens
from tests.chaos.zalo import Platform, ZaloProgram
from tests.houses import furnish, settings
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import ACCOUNT, sign_in

ROOT = Path(__file__).parents[2]
SENDER = """
import asyncio, sys
from bot.channels.zalo_oa import ZaloOfficial
from bot.channels.zalo_oa_login import App
from bot.house import open_store
from handlers.talk import Message
from tests.houses import settings

async def main(url, base, app_id, app_secret, name):
    store = open_store(settings(url))
    channel = ZaloOfficial("main", App(app_id, app_secret, base), "key", store, api_base=base)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    sent = await asyncio.gather(*(channel.send(f"{name}{n}", Message(text="chào")) for n in range(10)))
    print(*(one.fate.value for one in sent), flush=True)
    await channel.close()
    store.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def oa() -> AsyncIterator[LoopbackZaloOa]:
    async with LoopbackZaloOa() as platform:
        yield platform


@pytest.mark.timeout(120)
async def test_41_two_processes_renew_the_keys_once(oa: LoopbackZaloOa, url: str) -> None:
    oa.switches.oauth_latency = 0.3
    store = open_store(settings(url))
    await sign_in(oa, store, expired=True)
    processes = [await asyncio.create_subprocess_exec(
        sys.executable, "-c", SENDER, url, oa.url, oa.app_id, oa.app_secret, name, cwd=ROOT, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}) for name in "AB"]
    try:
        for process in processes:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
    assert [out.split() for out, _ in said] == [[b"sent"] * 10] * 2
    assert oa.oauth.calls == ["refresh_token"] and len(oa.posts) == 20
    token = await store.read(lambda rows: zalo_tokens.read(rows, ACCOUNT))
    assert token is not None and token.generation == 2
    store.close()


async def until(true: object, seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.05)


@pytest.mark.timeout(120)
async def test_27_one_process_polls_and_the_other_follows_it(url: str, tmp_path: Path) -> None:
    furnish(url)
    platform, other = Platform("polling"), Platform("polling")
    await platform.start()
    bot = platform.bot.bot()
    other.bot.url = platform.bot.url  # another address to listen at, the same platform
    programs = [ZaloProgram(url, each, tmp_path / f"{number}.log") for number, each in enumerate((platform, other))]
    try:
        await programs[0].start()
        await programs[0].listens()
        await programs[1].start()
        await asyncio.sleep(6.0)
        assert not programs[1].is_dead
        assert bot.open_polls == 1 and len(bot.called("getUpdates")) == 1, "the second leaves the token alone"
        platform.says("u1", "menu")
        await until(lambda: platform.bot.posts("u1"))
        await asyncio.sleep(0.3)
        polled = len(bot.called("getUpdates"))
        await programs[0].kill()
        await until(lambda: len(bot.called("getUpdates")) > polled)
        platform.says("u2", "menu")
        await until(lambda: platform.bot.posts("u2"))
        assert not programs[1].is_dead
    finally:
        for program in programs:
            await program.kill()
        await platform.stop()


@pytest.mark.timeout(120)
async def test_26_told_to_stop_in_a_long_poll_the_program_is_gone_within_two_seconds(url: str, tmp_path: Path) -> None:
    furnish(url)
    platform = Platform("polling")
    await platform.start()
    program = ZaloProgram(url, platform, tmp_path / "log.txt")
    try:
        await program.start()
        await program.listens()
        await asyncio.sleep(1.0)  # in the middle of a poll that would last 25
        assert platform.bot.bot().open_polls == 1
        begun = time.monotonic()
        assert await program.kill(signal.SIGTERM) == 0
        assert time.monotonic() - begun < 2.0
    finally:
        await program.kill()
        await platform.stop()
