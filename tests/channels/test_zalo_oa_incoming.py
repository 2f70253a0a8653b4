"""The Official Account channel against the loopback platform: what comes in. Numbers are those of the conformance cases."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.channels.zalo_oa import ZaloOfficial
from bot.channels.zalo_oa_incoming import phone, place, received
from bot.channels.zalo_oa_login import App
from bot.channels.zalo_oa_webhook import signature
from bot.house import open_store
from handlers.talk import Kind
from tests.channels.test_zalo_bot_incoming import Inbox
from tests.houses import settings
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.loopback.zalo_oa.events import follow, written


@pytest.fixture
async def oa() -> AsyncIterator[LoopbackZaloOa]:
    async with LoopbackZaloOa() as platform:
        yield platform


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@contextlib.asynccontextmanager
async def hooked(oa: LoopbackZaloOa, inbox: Inbox, url: str, spool: Path, **more: Any) -> AsyncIterator[ZaloOfficial]:
    store = open_store(settings(url))
    trusted = App(oa.app_id, oa.app_secret, oa.url)
    channel = ZaloOfficial("main", trusted, oa.secret_key, store, api_base=oa.url, spool=spool, **more)
    app = web.Application()
    app.router.add_routes(channel.routes(inbox.receive))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    oa.webhook = f"http://127.0.0.1:{runner.addresses[0][1]}{channel.path}"
    try:
        yield channel
    finally:
        await runner.cleanup()
        await channel.close()
        store.close()


async def test_47_a_button_comes_as_its_payload(oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path) -> None:
    async with hooked(oa, inbox, sqlite_url, tmp_path):
        assert await oa.post(oa.text("U", "#m:1a:outcome:absent")) == 200
        assert await oa.post(oa.text("U", "#m:" + "x" * 200)) == 200
    pressed, typed = inbox.things.values()
    assert (pressed.incoming.kind, pressed.incoming.data, pressed.incoming.text) == (Kind.PRESS, "1a:outcome:absent", "")
    assert typed.incoming.kind is Kind.TEXT


@pytest.mark.parametrize("way", ["mac=", "", "upper"])
async def test_48_a_right_signature_is_let_in(
    oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path, way: str
) -> None:
    oa.switches.signature = way  # type: ignore[assignment]
    async with hooked(oa, inbox, sqlite_url, tmp_path):
        assert await oa.post(oa.text("U", "Chào bác, em ở thôn Đoài ạ")) == 200
    (one,) = inbox.things.values()
    assert one.incoming.text == "Chào bác, em ở thôn Đoài ạ"


async def test_48_a_wrong_one_is_not(oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path) -> None:
    made = oa.text("U", "tiếng Việt")
    body, at = written(made), made["timestamp"]
    told = oa.app_id.encode() + body + at.encode()
    wrong = {
        "HMAC": hmac.new(oa.secret_key.encode(), told, hashlib.sha256).hexdigest(),
        "the body written anew": signature(oa.app_id, json.dumps(made).encode(), at, oa.secret_key),
        "another application": signature("9999", body, at, oa.secret_key),
        "another secret": signature(oa.app_id, body, at, "x"), "the app's secret": signature(oa.app_id, body, at, oa.app_secret),
        "another time": signature(oa.app_id, body, "1", oa.secret_key), "nothing": "", "half": "mac=", "no hex": "mac=ăâ",
    }
    async with hooked(oa, inbox, sqlite_url, tmp_path):
        for name, each in wrong.items():
            assert await oa.post(made, signature=each.encode().decode("latin-1")) == 401, name
        other = {**made, "app_id": "9999"}
        assert await oa.post(other) == 401
        at_head = oa.text("U", "giờ ở đầu thư")
        del at_head["timestamp"]
        raw = written(at_head)
        assert await oa.post(at_head, body=raw, signature=signature(oa.app_id, raw, "17", oa.secret_key),
                             headers={"X-ZEvent-Timestamp": "17"}) == 200
    assert [one.incoming.text for one in inbox.things.values()] == ["giờ ở đầu thư"]


async def test_49_the_address_may_be_tried_without_a_signature(
    oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path
) -> None:
    async with hooked(oa, inbox, sqlite_url, tmp_path):
        assert await oa.post({}, body=b"{}", signature="") == 200
        assert await oa.post(oa.text("U", "chào"), signature="") == 401
        assert await oa.post({}, body=b"{", signature="") == 400
        assert await oa.post({}, body=b"[1]", signature="") == 400
        assert await oa.post({}, body=b" " * 100_000, signature="") == 413
    assert not inbox.things


async def test_50_what_is_tried_again_is_taken_however_late(
    oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path
) -> None:
    async with hooked(oa, inbox, sqlite_url, tmp_path):
        for minutes, status in ((70, 200), (180, 200), (30 * 60, 403)):
            made = oa.text("U", f"{minutes} phút")
            made["timestamp"] = str(int((time.time() - minutes * 60) * 1000))
            for attempt in ("1", "2"):
                assert await oa.post(made, headers={"num_retry": attempt}) == status
    found = list(inbox.things.values())
    assert [one.incoming.text for one in found] == ["70 phút", "180 phút"]
    assert time.time() - found[1].incoming.sent_at.timestamp() > 3 * 3600 - 60


async def test_51_our_own_words_are_not_heard(oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path) -> None:
    async with hooked(oa, inbox, sqlite_url, tmp_path):
        for made in (oa.event(oa.oa, "oa_send_text", {"text": "x"}), oa.event(oa.oa, "user_send_text", {"text": "x"}),
                     oa.event("U", "user_seen_message", {"msg_ids": ["a"]}), oa.event("U", "user_received_message"),
                     {"app_id": oa.app_id, "timestamp": "1795395832834"}):
            assert await oa.post({**made, "timestamp": str(int(time.time() * 1000))}) == 200
    assert not inbox.things


async def test_52_following_and_leaving(oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path) -> None:
    async def known(account: str, chat: str) -> bool:
        return False

    async with hooked(oa, inbox, sqlite_url, tmp_path, known=known):
        came = follow(oa.app_id, oa.oa, "U")
        for made in (came, came, follow(oa.app_id, oa.oa, "U", "unfollow")):
            assert await oa.post(made) == 200
    assert [(one.chat, one.incoming.kind) for one in inbox.things.values()] == [("U", Kind.START), ("U", Kind.BLOCKED)]


@pytest.mark.parametrize("given", ["84912345678", "+84 912 345 678", "0912345678"])
def test_53_a_number_in_any_of_three_places(oa: LoopbackZaloOa, given: str) -> None:
    shapes = [{"info": {"phone": given}}, {"user_info": {"phone": given}}]
    events = [oa.event("U", "user_submit_info", None, **shape) for shape in shapes]
    events.append(oa.event("U", "user_submit_info", {"text": json.dumps({"phone": given})}))
    for made in events:
        assert phone(made) == "0912345678"
        one = received(made)
        assert one is not None and one.incoming.kind is Kind.CONTACT
        assert "912345678" not in json.dumps(one.incoming.pack()), "the number is kept"


@pytest.mark.parametrize("given", ["", "12", "84 abc", "1" * 30, 5, None])
def test_53_what_is_no_number_is_nothing(oa: LoopbackZaloOa, given: object) -> None:
    assert received(oa.event("U", "user_submit_info", None, info={"phone": given})) is None


def test_54_a_place_comes_as_text(oa: LoopbackZaloOa) -> None:
    def at(**coordinates: str) -> dict[str, Any]:
        return oa.event("U", "user_send_location", {"text": "nhà", "attachments": [
            {"type": "location", "payload": {"coordinates": coordinates}}]})

    assert place(at(latitude="10.79", longitude="106.78")) == (10.79, 106.78)
    there = received(at(latitude="10.79", longitude="106.78"))
    assert there is not None and there.incoming.kind is Kind.LOCATION and "10.79" not in json.dumps(there.incoming.pack())
    for made in (at(latitude="10.79"), at(latitude="x", longitude="y"), at(latitude="nan", longitude="1"),
                 oa.event("U", "user_send_location", {"attachments": []}), oa.event("U", "user_send_location")):
        nowhere = received(made)
        assert nowhere is not None and nowhere.incoming.kind is Kind.UNSUPPORTED


@pytest.mark.parametrize(("name", "kind"), [
    ("user_send_image", Kind.PHOTO), ("user_send_gif", Kind.PHOTO), ("user_send_video", Kind.PHOTO),
    ("user_send_audio", Kind.VOICE), ("user_send_sticker", Kind.STICKER),
    ("user_send_file", Kind.FILE), ("user_send_business_card", Kind.CONTACT),
    ("user_send_link", Kind.UNSUPPORTED)])
def test_other_things(oa: LoopbackZaloOa, name: str, kind: Kind) -> None:
    one = received(oa.event("U", name, {"attachments": [{"payload": {"url": "https://x.example/secret"}}]}))
    assert one is not None and one.incoming.kind is kind and "secret" not in json.dumps(one.incoming.pack())


async def test_56_a_database_that_is_away_is_no_200(oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path) -> None:
    inbox.fails = 1
    async with hooked(oa, inbox, sqlite_url, tmp_path):
        made = oa.text("U", "chào")
        assert await oa.post(made) == 500
        assert await oa.post(made) == 200
    assert len(inbox.things) == 1


async def test_zalo_is_answered_within_two_seconds(oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path) -> None:
    inbox.slow = 3.0

    async def known(account: str, chat: str) -> bool:
        await asyncio.sleep(3)
        return True

    async with hooked(oa, inbox, sqlite_url, tmp_path, known=known):
        begun = time.monotonic()
        assert await oa.post(oa.text("U", "chào")) == 200
        assert time.monotonic() - begun < 1.6
        await inbox.holds(1)


async def test_nobody_is_greeted_again_while_the_database_is_slow(
    oa: LoopbackZaloOa, inbox: Inbox, sqlite_url: str, tmp_path: Path
) -> None:
    """Their first words wait in a file, so they stand nowhere yet; but a greeting that was never kept is said the next time."""
    async def known(account: str, chat: str) -> bool:
        return False

    inbox.fails = 1
    async with hooked(oa, inbox, sqlite_url, tmp_path, known=known):
        first = oa.text("U", "một")
        assert await oa.post(first) == 500 and not inbox.things
        assert await oa.post(first) == 200
        inbox.slow = 1.5
        for words in ("hai", "ba"):
            assert await oa.post(oa.text("U", words)) == 200
        await inbox.holds(4)
    assert [one.incoming.kind for one in inbox.things.values()].count(Kind.START) == 1
