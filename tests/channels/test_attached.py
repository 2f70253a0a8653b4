"""A file that somebody sends: named by the channel, fetched only when asked for, never more than is wanted."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import aiohttp
import pytest

from bot import demo
from bot.channels import Received
from bot.channels.telegram import Telegram
from bot.channels.telegram_incoming import document
from bot.channels.webchat import WebChat
from handlers.talk import Incoming, Kind
from storage import transcript
from storage.database import Database
from storage.reading import Reading
from tests.channels.test_telegram import Inbox, calls, made
from tests.houses import furnish, living, quiet
from tests.loopback.bot_api import LoopbackBotApi

LIST = "STT;Chủ hộ;SĐT\n30;bà Bống;0912345678\n".encode("utf-16")


@pytest.fixture
async def api() -> AsyncIterator[LoopbackBotApi]:
    async with LoopbackBotApi() as started:
        yield started


async def sent(api: LoopbackBotApi, name: str, content: bytes) -> tuple[Telegram, Received]:
    channel, inbox = made(api), Inbox()
    await channel.start(inbox)
    api.user(7).send_file(name, content)
    thing = (await inbox.has(1))[0]
    await channel.stop()
    return channel, thing


async def test_telegram_names_a_file_and_fetches_it_only_when_asked(api: LoopbackBotApi) -> None:
    channel, thing = await sent(api, "danh sách.csv", LIST)
    assert thing.incoming.kind is Kind.FILE and thing.attached is not None
    assert (thing.attached.name, thing.attached.size) == ("danh sách.csv", len(LIST))
    assert calls(api, "getFile") == 0 and "file-0" not in str(thing.incoming.pack())
    assert await thing.attached.fetch(1_000) == LIST
    assert await thing.attached.fetch(len(LIST) - 1) is None
    api.bot().documents.clear()
    assert await thing.attached.fetch(1_000) is None
    await channel.close()
    assert await thing.attached.fetch(1_000) is None


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "http://elsewhere/x", "", None, 7, "a\nb", "documents/../x"])
async def test_a_path_that_leads_elsewhere_is_not_followed(
    api: LoopbackBotApi, monkeypatch: pytest.MonkeyPatch, path: object
) -> None:
    channel, thing = await sent(api, "a.csv", LIST)
    from tests.loopback import bot_api

    monkeypatch.setitem(bot_api.METHODS, "getfile", lambda bot, params: {"file_id": "x", "file_path": path})
    assert thing.attached is not None and await thing.attached.fetch(1_000) is None
    await channel.close()


@pytest.mark.parametrize("update", [
    None, {}, {"message": None}, {"message": {"document": "x"}}, {"message": {"document": {"file_id": 7, "file_name": "a"}}},
    {"message": {"document": {"file_id": "x"}}}, {"message": {"document": {"file_id": "x", "file_name": ["a"], "file_size": -1}}},
])
def test_whatever_a_document_looks_like_nothing_breaks(update: object) -> None:
    assert document(update) is None


async def test_a_leaders_list_on_telegram(url: str, api: LoopbackBotApi) -> None:
    from tests.journeys.chats import bind_chats
    from tests.journeys.drivers import CHATS, TOKEN

    furnish(url)
    bind_chats(url)
    api.add_bot(TOKEN)
    channel = Telegram("main", TOKEN, api_base=api.url, per_second=1_000, chat_per_second=1_000)
    people = {part: api.user(number, token=TOKEN) for part, number in CHATS.items()}
    async with living(url, [channel]) as house:
        for part in ("citizen", "volunteer", "leader"):
            update = people[part].send_file("danh sách.csv", LIST)
            await api.deliver_again(update, token=TOKEN)
            await until_confirmed(api, TOKEN, update)
            await quiet(house.store)
    said = {part: "\n".join(str(line["text"]) for line in people[part].transcript()) for part in people}
    assert "Thêm 1 hộ, sửa 0" in said["leader"] and "Cột không lưu: SĐT" in said["leader"]
    assert "không nhận tệp" in said["citizen"] and "không nhận tệp" in said["volunteer"]
    assert 1 <= sum(call.method == "getFile" for call in api.bot(TOKEN).calls) <= 2


async def until_confirmed(api: LoopbackBotApi, token: str, update: int) -> None:
    from tests.channels.test_telegram import until

    await until(lambda: update in api.bot(token).updates.confirmed)


async def upload(house_address: str, part: str, name: str, content: bytes, **more: str) -> int:
    headers = {"Origin": house_address, "X-Gocua": "1", "Content-Type": "application/octet-stream", **more}
    async with aiohttp.ClientSession() as session:
        url, named = f"{house_address}/chat/{part}/file", {"id": str(uuid4()), "name": name}
        async with session.post(url, params=named, data=io.BytesIO(content), headers=headers) as answer:
            return answer.status


async def test_a_leaders_list_on_the_web_chat(url: str) -> None:
    furnish(url)
    database = Database(url)

    async def read(account: str, chat: str, limit: int, after: int) -> list[transcript.Line]:
        with database.read() as tx:
            return transcript.lines(Reading(tx), account, chat, limit, after)

    async def said(part: str) -> str:
        return str([line.body for line in await read("web", demo.ACCOUNTS["web"].format(part), 50, 0) if line.ours])

    async with living(url, [WebChat(transcript=read, demo=True, public_url="")], listen=True) as house:
        assert await upload(house.address, "leader", "danh sách.csv", LIST) == 200
        assert await upload(house.address, "citizen", "danh sách.csv", LIST) == 200
        assert await upload(house.address, "leader", "ảnh.jpg", b"x") == 200
        assert await upload(house.address, "leader", "to.csv", b"a" * 2_100_000) == 200
        await quiet(house.store)
        told = await said("leader")
        assert "Thêm 1 hộ, sửa 0" in told and ".xlsx, .csv" in told and "lớn quá 2 MB" in told
        assert "không nhận tệp" in await said("citizen")
        assert await upload(house.address, "leader", "", LIST) == 400
        assert await upload(house.address, "leader", "a" * 200, LIST) == 400
        assert await upload(house.address, "leader", "a.csv", LIST, **{"X-Gocua": "0"}) == 403
    database.close()


def test_a_file_is_no_part_of_a_letter() -> None:
    assert Incoming(Kind.FILE, datetime.now(UTC)).pack().keys() == {"k", "at"}
