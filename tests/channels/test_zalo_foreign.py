"""The loopback Zalo platforms judged by clients that somebody else wrote, so that ours is not tested against its own ideas."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_bot.bot import event
from tests.loopback.zalo_oa import LoopbackZaloOa

TOKEN = "1001:loopback-zalo-token-for-tests-only"


@pytest.fixture
async def api() -> AsyncIterator[LoopbackZaloBot]:
    async with LoopbackZaloBot(TOKEN) as platform:
        yield platform


# --- python-zalo-bot ---------------------------------------------------------------------------------------------------


async def test_python_zalo_bot_drives_the_loopback_bot(api: LoopbackZaloBot) -> None:
    from zalo_bot import Bot

    async with Bot(TOKEN, base_url=api.url) as bot:
        assert (await bot.get_me()).id == "1001"
        api.say("u1", "chào bác")
        update = await bot.get_update(timeout=2)
        assert update.message.text == "chào bác" and update.message.chat.id == "u1"
        sent = await bot.send_message("u1", "Chào *bác*")
        assert sent.message_id == api.posts("u1")[0].message_id
        await bot.send_photo("u1", "Bước 1", "https://gocua.example/x.png")
        await bot.send_chat_action("u1", "typing")
    assert [(post.method, post.words) for post in api.posts("u1")] == [("sendMessage", "Chào *bác*"), ("sendPhoto", "Bước 1")]
    assert api.posts("u1")[1].fields["photo"] == "https://gocua.example/x.png"


@pytest.mark.parametrize("image", ["photo", "photo_url"])
async def test_python_zalo_bot_reads_a_picture_by_either_name(api: LoopbackZaloBot, image: str) -> None:
    from zalo_bot import Bot

    api.switches.image = image  # type: ignore[assignment]
    async with Bot(TOKEN, base_url=api.url) as bot:
        api.send("u1", "image", caption="giấy tờ")
        update = await bot.get_update(timeout=2)
    shown = update.message.to_dict()
    assert "https://photo.zdn.vn/x.jpg" in shown.values()


async def test_python_zalo_bot_takes_the_idle_end_for_an_error(api: LoopbackZaloBot) -> None:
    """A fault of that client that we must not have; it tells that ours is the same 408."""
    from zalo_bot import Bot
    from zalo_bot.error import ZaloError

    api.switches.hold = 0.05
    async with Bot(TOKEN, base_url=api.url) as bot:
        with pytest.raises(ZaloError):
            await bot.get_update(timeout=1)


async def test_python_zalo_bot_sets_and_takes_away_a_webhook(api: LoopbackZaloBot) -> None:
    from zalo_bot import Bot

    async with Bot(TOKEN, base_url=api.url) as bot:
        assert await bot._set_webhook_async("https://gocua.example/zalo-bot/main", "mot-hai-ba")
        assert api.bot().webhook["secret_token"] == "mot-hai-ba"
        assert (await bot._get_webhook_info_async()).url == "https://gocua.example/zalo-bot/main"
        assert await bot._delete_webhook_async()
    assert not api.bot().webhook


# --- zalo-bot-mcp ------------------------------------------------------------------------------------------------------


async def test_zalo_bot_mcp_polls_the_loopback_bot(
    api: LoopbackZaloBot, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from zalo_bot_mcp import zalo_api

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(zalo_api, "BASE_URL", api.url)
    async with zalo_api.ZaloBotApi(TOKEN) as client:
        assert (await client.get_me())["id"] == "1001"
        api.switches.hold = 0.05
        assert await client.get_updates(timeout=1) is None, "an idle poll is silence"
        for made in (event(api.bot(), "u1", "text", text="một"), event(api.bot(), "u1", "sticker")):
            api.hand_in(made)
            found = zalo_api.parse_update(await client.get_updates(timeout=1))
            assert (found.text if found else None) == made["message"].get("text")
        api.switches.no_webhook = "404"
        assert not await client.get_webhook_info()
        await client.send_message("u1", "hai")
    assert [post.words for post in api.posts("u1")] == ["hai"] and TOKEN not in caplog.text


# --- zalo-sdk ----------------------------------------------------------------------------------------------------------


def of_sdk(oa: LoopbackZaloOa, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The foreign client, its fixed sign-in address led to the loopback."""
    import requests
    from zalo_sdk.oa import Client

    there = requests.post

    def post(url: str, **more: Any) -> Any:
        return there(url.replace("https://oauth.zaloapp.com", oa.url), **more)

    monkeypatch.setattr(requests, "post", post)
    keys = oa.oauth.new_keys()
    return Client(oa.app_id, oa.app_secret, access_token=keys["access_token"], refresh_token=keys["refresh_token"],
                               endpoint_prefix=oa.url)


async def test_zalo_sdk_drives_the_loopback_account(monkeypatch: pytest.MonkeyPatch) -> None:
    from zalo_sdk import ZaloOAAuthTokenExpiredException, ZaloOAException
    from zalo_sdk.oa import ZaloMessageBody, ZaloRecipient

    def said(text: str) -> Any:
        return asyncio.to_thread(client.send_message, ZaloRecipient(user_id="U"), ZaloMessageBody(text=text))

    async with LoopbackZaloOa() as oa:
        client = of_sdk(oa, monkeypatch)
        answer = await said("chào bác")
        assert answer["error"] == 0 and answer["data"]["message_id"] == oa.posts[0].message_id
        detail = await asyncio.to_thread(client.get_user_detail, "U")
        assert detail["data"]["user_id"] == "U"
        made = await asyncio.to_thread(client.upload_file, b"%PDF", "file", "mau.pdf", "application/pdf")
        assert made["data"]["attachment_id"] in oa.uploads
        oa.oauth.access.clear()
        with pytest.raises(ZaloOAAuthTokenExpiredException):
            await said("hai")
        first = client.refresh_token
        await asyncio.to_thread(client.refresh_acccess_token)
        assert (await said("hai"))["error"] == 0
        client.refresh_token = first  # a refresh key works once
        with pytest.raises(ZaloOAException, match="14014"):
            await asyncio.to_thread(client.refresh_acccess_token)


@pytest.mark.parametrize("key", ["attachment_id", "token"])
async def test_zalo_sdk_sends_a_file_as_we_do(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    from zalo_sdk.oa import ZaloMessageBody, ZaloRecipient
    from zalo_sdk.oa.ZaloMessage import ZaloAttachment

    async with LoopbackZaloOa() as oa:
        oa.switches.attachment = key  # type: ignore[assignment]
        client = of_sdk(oa, monkeypatch)
        made = await asyncio.to_thread(client.upload_file, b"%PDF", "file", "mau.pdf", "application/pdf")
        body = ZaloMessageBody(attachment=ZaloAttachment("file", {"token": made["data"][key]}))
        assert (await asyncio.to_thread(client.send_message, ZaloRecipient(user_id="U"), body))["error"] == 0
        theirs = oa.posts[0].body
    assert theirs["message"]["attachment"] == {"type": "file", "payload": {"token": made["data"][key]}}
