"""The web server under what comes from the internet: half requests, floods, rubbish. Nobody is held up, nothing is quoted."""

import asyncio
import contextlib
import logging
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.build import build
from bot.house import House
from tests.houses import settings

SECRET, FEED = "s" * 40, "f" * 40
SIGNED = f"POST /telegram/xa HTTP/1.1\r\nHost: x\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n".encode()


@pytest.fixture
async def house(sqlite_url: str) -> AsyncIterator[House]:
    built = build(settings(sqlite_url, telegram_token="xa=1:a", telegram_mode="webhook", telegram_webhook_secret=SECRET,
                           telegram_api_base="http://127.0.0.1:1", feed_token=FEED, web_chat=True))
    await built.start()
    yield built
    await built.stop()


async def told(house: House, request: bytes) -> bytes:
    """The first line of the answer to bytes as they are."""
    coming, going = await asyncio.open_connection("127.0.0.1", int(house.address.rpartition(":")[2]))
    going.write(request)
    try:
        return (await asyncio.wait_for(coming.readline(), 30)).strip()
    finally:
        going.close()
        with contextlib.suppress(OSError):
            await going.wait_closed()


@pytest.mark.parametrize("request_", [
    b"GET /?start=j-canary HTTP/1.1\r\nHost: x\r\nCookie: web=canary\x00\r\n\r\n",
    b"GET /?start=canary\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nCookie: web=" + b"canary" * 2_000 + b"\r\n\r\n",
    SIGNED.replace(b"s" * 40, b"canary") + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"\x16\x03\x01canary\r\n\r\n",
], ids=["cookie", "address", "long", "smuggled", "tls"])
async def test_what_is_no_request_is_refused_and_never_quoted(
    house: House, request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert b" 400 " in await told(house, request_)
    assert "canary" not in caplog.text


async def test_a_token_that_is_no_text_opens_nothing(house: House) -> None:
    request = b"GET /feed/coverage.json?place=01933 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n"
    assert b" 401 " in await told(house, request)


async def test_half_requests_hold_nobody_else_up(house: House) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for number in range(200):
            _coming, going = await asyncio.open_connection("127.0.0.1", int(house.address.rpartition(":")[2]))
            stack.callback(going.close)
            going.write(SIGNED + b"Content-Length: 50\r\n\r\n{" if number % 2 else b"GET / HTTP/1.1\r\nHost: x\r\nX-slow: ")
        async with aiohttp.ClientSession() as visitor, visitor.get(f"{house.address}/health") as answer:
            assert answer.status == 200
        async with asyncio.timeout(10):
            await house.stop()


async def test_a_body_without_end_is_cut_off_early_also_when_it_is_packed(house: House) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(bytes(50_000_000)) + packer.flush()
    assert len(bomb) < 64 * 1024
    tracemalloc.start()
    flood = await told(house, SIGNED + b"Transfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + (b"x" * 1024 + b"\r\n400\r\n") * 200)
    packed = await told(house, SIGNED + f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n".encode() + bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert b" 413 " in flood and b" 413 " in packed
    assert most < 8_000_000
