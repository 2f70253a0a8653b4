"""The Telegram channel against the loopback platform: what comes in, what goes out, and every way it can fail."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence

import pytest
from aiohttp import web

from bot.amiss import Amiss
from bot.channels import Fate, Received
from bot.channels.fitting import fit, units
from bot.channels.telegram import Telegram
from bot.channels.telegram_bot import TelegramTrouble
from handlers.papers import Paper
from handlers.talk import Choice, Kind, Message
from tests.drawings import png
from tests.loopback.bot_api import LoopbackBotApi

SECRET = "kho-doan_1"
PICTURE = png(72, 96)
MENU = (Choice("Ghi lượt", "/visit"), Choice("Số liệu", "/summary"), Choice("Hướng dẫn làm định danh điện tử", "g:1"),
        Choice("Quay lại", "/back", quiet=True), Choice("Trang chủ", "/menu", quiet=True))


PAPERS = {
    "cover": Paper("cover.png", "image/png", PICTURE),
    "drawing": Paper("drawing.png", "image/png", PICTURE, lasts=True),
    "report": Paper("báo cáo.pdf", "application/pdf", b"%PDF-1.4 report"),
    "broken": Paper("broken.png", "image/png", b"no picture"),
}


async def shelf(name: str) -> Paper | None:
    return PAPERS.get(name)


class Inbox:
    """Stands for the committed inbox; `broken` makes it refuse."""

    def __init__(self) -> None:
        self.kept: list[Received] = []
        self.batches = 0
        self.broken = 0
        self._more = asyncio.Event()

    async def __call__(self, account: str, things: Sequence[Received]) -> None:
        assert account == "telegram:xa"
        self.batches += 1
        if self.broken:
            self.broken -= 1
            raise OSError("no disk")
        self.kept += things
        self._more.set()

    async def has(self, count: int, seconds: float = 10) -> list[Received]:
        await until(lambda: len(self.kept) >= count, seconds)
        return self.kept


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


@pytest.fixture
async def api() -> AsyncIterator[LoopbackBotApi]:
    async with LoopbackBotApi() as started:
        yield started


@pytest.fixture
async def bot(api: LoopbackBotApi) -> AsyncIterator[Telegram]:
    api.user(7)
    channel = made(api)
    yield channel
    await channel.close()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def made(api: LoopbackBotApi, **more: object) -> Telegram:
    return Telegram("xa", api.bot().token, api_base=api.url, papers=shelf, **more)  # type: ignore[arg-type]


def calls(api: LoopbackBotApi, method: str) -> int:
    return sum(call.method == method for call in api.bot().calls)


# -- what comes in


async def test_polling_keeps_before_the_offset_moves(api: LoopbackBotApi, bot: Telegram, inbox: Inbox) -> None:
    user = api.user(7)
    inbox.broken = 2
    numbers = [user.say(f"tin {n}") for n in range(150)]
    await bot.start(inbox)
    await until(lambda: inbox.batches >= 1)
    assert not api.bot().updates.confirmed and not inbox.kept
    kept = await inbox.has(150)
    assert [one.external_id for one in kept] == [str(n) for n in numbers]
    assert [one.incoming.text for one in kept[:2]] == ["tin 0", "tin 1"] and kept[0].chat == "7"
    await until(lambda: len(api.bot().updates.confirmed) == 150)
    assert max(api.bot().updates.handed_out.values()) <= 3


async def test_the_kinds_of_things_people_send(api: LoopbackBotApi, bot: Telegram, inbox: Inbox) -> None:
    user = api.user(7, language_code="en-GB")
    sent = await bot.send("7", Message("Chọn việc", choices=MENU))
    for what in ("/start lop7", "/start@loopback_1000001_bot", "/huongdan@loopback_1000001_bot", "xin cha\u0300o"):
        user.say(what)
    for what in ("photo", "sticker", "document", "voice", "location", "contact"):
        user.send(what)
    user.press(int(sent.external_id), "Ghi lượt")
    user.block()
    user.unblock()
    user.say("vẫn đây")
    await bot.start(inbox)
    found = [one.incoming for one in await inbox.has(13)]
    assert [(i.kind, i.text, i.data) for i in found[:4]] == [
        (Kind.START, "", "lop7"), (Kind.START, "", ""), (Kind.TEXT, "/huongdan", ""), (Kind.TEXT, "xin chào", "")]
    assert [i.kind for i in found[4:10]] == [
        Kind.PHOTO, Kind.STICKER, Kind.FILE, Kind.VOICE, Kind.LOCATION, Kind.CONTACT]
    assert all((i.text, i.data) == ("", "") for i in found[4:10])
    press = found[10]
    assert (press.kind, press.data, press.message, press.language) == (Kind.PRESS, "/visit", sent.external_id, "en")
    assert press.ack in api.bot().presses
    assert [i.kind for i in found[11:]] == [Kind.BLOCKED, Kind.TEXT]
    assert "84000" not in repr(found) and "21.02" not in repr(found)


async def test_a_group_is_heard_only_when_it_speaks_to_us(api: LoopbackBotApi, bot: Telegram, inbox: Inbox) -> None:
    group = api.user(7, chat_id=-100500)
    for what in ("chuyện riêng", "/lich", "/lich@khac_bot", "/lich@loopback_1000001_bot mai", "@Loopback_1000001_bot số liệu"):
        group.say(what)
    group.send("photo")
    ours = (await bot.send("-100500", Message("Bác ở thôn nào ạ?"))).external_id
    group.say("Thôn Đoài", reply_to_message=group.chat.messages[int(ours)].raw)
    await bot.start(inbox)
    found = [one.incoming for one in await inbox.has(4)]
    assert [i.text for i in found] == ["/lich", "/lich mai", "số liệu", "Thôn Đoài"] and all(i.group for i in found)


@pytest.mark.alone
async def test_stopping_ends_an_open_poll_at_once_and_starting_again_works(
        api: LoopbackBotApi, bot: Telegram, inbox: Inbox) -> None:
    await bot.start(inbox)
    await until(lambda: api.bot().updates.polls == 1)
    asked = time.monotonic()
    await bot.stop()
    assert time.monotonic() - asked < 0.5
    assert (await bot.send("7", Message("Vẫn gửi được"))).fate is Fate.SENT
    await bot.start(inbox)
    api.user(7).say("chào")
    await inbox.has(1)


async def test_stopping_lets_a_commit_finish(api: LoopbackBotApi, bot: Telegram, inbox: Inbox) -> None:
    begun = asyncio.Event()

    async def slow(account: str, things: Sequence[Received]) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        await inbox(account, things)

    api.user(7).say("chào")
    await bot.start(slow)
    await begun.wait()
    await bot.stop()
    assert len(inbox.kept) == 1


async def test_a_server_that_does_not_hold_polls_open_is_not_hammered(inbox: Inbox) -> None:
    asked = []

    async def empty(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.json_response({"ok": True, "result": [{"no": "number"}] if len(asked) == 2 else []})

    site = web.Application()
    site.router.add_post("/bot12:aa/getUpdates", empty)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    channel = Telegram("xa", "12:aa", api_base=f"http://127.0.0.1:{runner.addresses[0][1]}")
    await channel.start(inbox)
    await asyncio.sleep(1.3)
    await channel.close()
    await runner.cleanup()
    assert 2 <= len(asked) <= 4 and "offset" not in asked[0] and asked[0]["timeout"] == 25


async def test_trouble_backs_off_and_is_logged_once(
        api: LoopbackBotApi, bot: Telegram, inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    api.faults.set(unavailable=1.0, only=("getUpdates",))
    await bot.start(inbox)
    await asyncio.sleep(2.2)
    assert 2 <= calls(api, "getUpdates") <= 6
    api.faults.clear()
    api.user(7).say("chào")
    await inbox.has(1)
    lines = [record.message for record in caplog.records if record.name.startswith("bot.")]
    assert sum("502" in line for line in lines) == 1 and sum("again" in line for line in lines) == 1


async def test_a_second_poller_makes_us_stand_by(
        api: LoopbackBotApi, bot: Telegram, inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    other = made(api, webhook_secret=SECRET)
    await other.webhook_set("http://127.0.0.1:9")
    await bot.start(inbox)
    await asyncio.sleep(1.5)
    assert sum("stands by" in record.message for record in caplog.records) == 1
    assert calls(api, "getUpdates") <= 4
    await other.webhook_delete()
    await other.close()
    api.user(7).say("chào")
    await inbox.has(1)


async def test_a_wrong_token_stops_the_account_once(
        api: LoopbackBotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    channel = Telegram("xa", "12:sai", api_base=api.url)
    await channel.start(inbox)
    await asyncio.sleep(1.2)
    assert [record.levelname for record in caplog.records if "stopped" in record.message] == ["ERROR"]
    sent = await channel.send("7", Message("a"))
    assert sent.fate is Fate.STOPPED
    await channel.close()


# -- the webhook


class Site:
    """The product's web server with one channel in it."""

    def __init__(self, channel: Telegram, inbox: Inbox) -> None:
        self._site = web.Application()
        self._site.router.add_routes(channel.routes(inbox))
        self._runner = web.AppRunner(self._site)
        self.url = ""

    async def __aenter__(self) -> "Site":
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


async def test_webhook_keeps_then_says_200(api: LoopbackBotApi, inbox: Inbox) -> None:
    bot = made(api, mode="webhook", webhook_secret=SECRET)
    user = api.user(7)
    async with Site(bot, inbox) as site:
        await bot.webhook_set(site.url)
        info = await bot.webhook_info()
        assert info["url"] == f"{site.url}/telegram/xa"
        hook = api.bot().webhook
        assert hook
        user.say("một")
        await inbox.has(1)
        inbox.broken = 1
        real, waits = hook.post, []

        async def fast(number: int, data: bytes) -> tuple[int, float]:
            status, asked = await real(number, data)
            waits.append((status, asked))
            return status, min(asked, 0.1)

        hook.post = fast  # type: ignore[method-assign]
        user.say("hai")
        await inbox.has(2)
        await until(lambda: not api.bot().updates.pending)
        assert waits == [(503, 5.0), (200, 0.0)]
        assert [one.incoming.text for one in inbox.kept] == ["một", "hai"]
        await bot.webhook_delete()
        assert not (await bot.webhook_info()).get("url")
    await bot.close()


async def test_webhook_lets_nobody_else_in(api: LoopbackBotApi, inbox: Inbox) -> None:
    import aiohttp

    bot = made(api, mode="webhook", webhook_secret=SECRET)
    bare = made(api, mode="webhook")
    header = "X-Telegram-Bot-Api-Secret-Token"
    good = {header: SECRET}
    ok = b'{"update_id":5,"message":{"message_id":1,"date":1700000000,"chat":{"id":7},"text":"a"}}'
    tries: list[tuple[dict[str, str], bytes, int]] = [
        ({}, ok, 403), ({header: "sai"}, ok, 403), ({header: "sái"}, ok, 403), (good, b"{", 400), (good, b"\xff\xfe", 400),
        (good, b"[" * 60_000, 400), (good, b"[]", 200), (good, b'{"update_id":6,"poll":{}}', 200),
        (good, b"{}" + b" " * 65_536, 413),
        (good, b'{"update_id":' + b"9" * 5000 + b"}", 400), (good, ok, 200), (good, ok, 200)]
    async with Site(bot, inbox) as site, aiohttp.ClientSession() as session:
        for headers, body, expected in tries:
            async with session.post(f"{site.url}/telegram/xa", data=body, headers=headers) as answer:
                assert answer.status == expected, body[:40]

        async def drops() -> AsyncIterator[bytes]:
            for _ in range(80):
                yield b" " * 1024

        async with session.post(f"{site.url}/telegram/xa", data=drops(), headers=good) as answer:
            assert answer.status == 413
        assert [one.external_id for one in inbox.kept] == ["5", "5"]
        await bot.close()
        async with session.post(f"{site.url}/telegram/xa", data=ok, headers=good) as answer:
            assert answer.status == 503 and answer.headers["Retry-After"]
    async with Site(bare, inbox) as site, aiohttp.ClientSession() as session, session.post(
            f"{site.url}/telegram/xa", data=ok, headers={header: ""}) as answer:
        assert answer.status == 403
    with pytest.raises(Amiss, match="no_secret"):
        await bare.webhook_set("https://example.org")
    with pytest.raises(Amiss, match="not_https"):
        await bot.webhook_set("http://example.org")


# -- what goes out


async def test_a_message_looks_right(api: LoopbackBotApi, bot: Telegram) -> None:
    sent = await bot.send("7", Message("Nhà <b>số 5</b> & ngõ", title="Thôn <Đoài>", note="chưa lưu", choices=MENU))
    shown = api.user(7).last
    assert shown and sent.fate is Fate.SENT and sent.external_id == str(shown.raw["message_id"])
    assert shown.text == "Thôn <Đoài>\nNhà <b>số 5</b> & ngõ\n\nchưa lưu"
    assert [(e["type"], e["offset"], e["length"]) for e in shown.raw["entities"]] == [("bold", 0, 11), ("italic", 35, 8)]
    assert [[button["text"] for button in row] for row in shown.buttons] == [
        ["Ghi lượt", "Số liệu"], ["Hướng dẫn làm định danh điện tử"], ["Quay lại", "Trang chủ"]]


async def test_long_texts_fit_after_fitting(api: LoopbackBotApi, bot: Telegram) -> None:
    text = "Bác 🏡 & cháu <đi> thăm. " * 500
    parts = fit(Message(text, title="Tiêu đề", note="ghi chú", choices=MENU), bot.limits)
    for part in parts:
        assert (await bot.send("7", part)).fate is Fate.SENT
    shown = [message for message in api.user(7).transcript() if message["from"] == "bot"]
    assert len(shown) == len(parts) > 2 and all(units(message["text"]) <= 4096 for message in shown)
    assert (await bot.send("7", Message("x" * 4097))).fate is Fate.REFUSED


@pytest.mark.alone
async def test_an_edit_and_its_answer_leave_together(api: LoopbackBotApi, bot: Telegram, inbox: Inbox) -> None:
    user = api.user(7)
    first = await bot.send("7", Message("Chọn", choices=MENU))
    user.press(int(first.external_id), "Ghi lượt")
    await bot.start(inbox)
    press = (await inbox.has(1))[0].incoming
    await bot.stop()
    api.faults.set(latency=0.3, only=("editMessageText", "answerCallbackQuery"))
    asked = time.monotonic()
    sent = await bot.send("7", Message("Bác ở thôn nào?", edits=press.message, ack=press.ack))
    assert time.monotonic() - asked < 0.55
    assert (sent.fate, sent.external_id) == (Fate.SENT, first.external_id)
    assert user.last and user.last.text == "Bác ở thôn nào?" and api.bot().presses[press.ack].answers == 1
    again = await bot.send("7", Message("Bác ở thôn nào?", edits=press.message, ack="999"))
    assert (again.fate, again.external_id) == (Fate.SENT, first.external_id)
    assert calls(api, "sendMessage") == 1


async def test_what_cannot_be_edited_is_said_anew(api: LoopbackBotApi, bot: Telegram) -> None:
    user = api.user(7)
    user.say("của tôi")
    photo = await bot.send("7", Message("Ảnh", picture="cover"))
    for target in ("987654", "²", str(user.chat.transcript()[0]["message_id"]), photo.external_id):
        sent = await bot.send("7", Message(f"thay {target}", edits=target))
        assert sent.fate is Fate.SENT and sent.external_id not in ("", target)
    assert [m["text"] for m in user.transcript() if m["from"] == "bot"][1:] == [
        f"thay {t}" for t in ("987654", "²", "1", photo.external_id)]


async def test_a_secret_of_theirs_is_deleted_and_nothing_to_say_is_fine(api: LoopbackBotApi, bot: Telegram) -> None:
    user = api.user(7)
    user.say("mật khẩu 1234")
    theirs = user.transcript()[0]["message_id"]
    assert (await bot.send("7", Message("Đã xoá giúp bác", removes=str(theirs)))).fate is Fate.SENT
    assert user.transcript()[0]["deleted"]
    assert (await bot.send("7", Message("Lần nữa", removes=str(theirs)))).fate is Fate.SENT
    before = calls(api, "sendMessage")
    assert (await bot.send("7", Message(ack="1"))).fate is Fate.SENT
    assert calls(api, "sendMessage") == before


async def test_pictures(api: LoopbackBotApi, bot: Telegram) -> None:
    user = api.user(7)
    await bot.send("7", Message("Lời <dưới> ảnh", title="Tên", picture="cover", choices=MENU))
    shown = user.transcript()[-1]
    assert (shown["kind"], shown["text"]) == ("photo", "Tên\nLời <dưới> ảnh") and len(shown["keyboard"]) == 3
    await bot.send("7", Message("dài " * 300, picture="cover", choices=MENU))
    photo, words = user.transcript()[-2:]
    assert (photo["kind"], photo["text"], words["kind"]) == ("photo", "", "text") and len(words["keyboard"]) == 3
    await bot.send("7", Message("Không có ảnh", picture="missing"))
    assert user.transcript()[-1]["kind"] == "text"
    assert {bytes(file) for file in api.bot().files.values()} == {PICTURE}
    api.faults.once("sendMessage", "flood")
    long = Message("dài hơn " * 300, picture="cover")
    assert (await bot.send("7", long)).fate is Fate.NOT_SENT
    assert (await bot.send("7", long)).fate is Fate.SENT
    assert [m["kind"] for m in user.transcript()[-2:]] == ["photo", "text"] and len(api.bot().files) == 3


async def test_documents(api: LoopbackBotApi, bot: Telegram) -> None:
    user = api.user(7)
    sent = await bot.send("7", Message("Trong tệp <này>", title="Báo cáo", document="report", choices=MENU))
    shown = user.transcript()[-1]
    assert (shown["kind"], shown["text"], sent.external_id) == ("document", "Báo cáo\nTrong tệp <này>", str(shown["message_id"]))
    (file,) = api.bot().files.values()
    assert (file.name, bytes(file)) == ("báo cáo.pdf", b"%PDF-1.4 report") and len(shown["keyboard"]) == 3
    await bot.send("7", Message("dài " * 300, document="report"))
    assert [m["kind"] for m in user.transcript()[-2:]] == ["document", "text"]
    await bot.send("7", Message("Cả hai", picture="cover", document="report"))
    assert [(m["kind"], m["text"]) for m in user.transcript()[-2:]] == [("photo", ""), ("document", "Cả hai")]
    assert (await bot.send("7", Message(document="report"))).fate is Fate.SENT
    assert (await bot.send("7", Message(document="missing"))).fate is Fate.SENT
    assert (await bot.send("7", Message("Chữ vẫn đến", picture="broken"))).fate is Fate.SENT
    assert (user.transcript()[-1]["kind"], user.transcript()[-1]["text"]) == ("text", "Chữ vẫn đến")
    api.faults.once("sendDocument", "flood")
    both = Message("Cả hai", picture="cover", document="report")
    assert [(await bot.send("7", both)).fate for _ in range(2)] == [Fate.NOT_SENT, Fate.SENT]
    assert [m["kind"] for m in user.transcript()[-3:]] == ["text", "photo", "document"]


async def test_a_picture_that_lasts_is_uploaded_once(api: LoopbackBotApi, bot: Telegram) -> None:
    user = api.user(7)
    for text in ("một", "hai"):
        assert (await bot.send("7", Message(text, picture="drawing"))).fate is Fate.SENT
    assert len(api.bot().files) == 1 and calls(api, "sendPhoto") == 2
    api.bot().files.clear()  # a platform that has forgotten it
    assert (await bot.send("7", Message("ba", picture="drawing"))).fate is Fate.SENT
    assert len(api.bot().files) == 1 and [m["text"] for m in user.transcript() if m["kind"] == "photo"] == ["một", "hai", "ba"]


# -- how sends fail


@pytest.mark.parametrize(("kind", "fate"), [
    ("lost_request", Fate.UNKNOWN), ("lost_response", Fate.UNKNOWN), ("unavailable", Fate.UNKNOWN),
    ("invalid_json", Fate.UNKNOWN), ("flood", Fate.NOT_SENT)])
async def test_faults_are_told_apart(api: LoopbackBotApi, bot: Telegram, kind: str, fate: Fate) -> None:
    api.faults.set(retry_after=17)
    api.faults.once("sendMessage", kind)
    sent = await bot.send("7", Message("a"))
    assert sent.fate is fate and sent.problem
    assert (sent.retry_after, sent.whole_account) == ((17.0, True) if kind == "flood" else (0.0, False))
    assert (await bot.send("7", Message("b"))).fate is Fate.SENT


async def test_a_drip_ends_at_the_deadline(api: LoopbackBotApi, bot: Telegram) -> None:
    api.faults.set(drip_rate=5.0)
    api.faults.once("sendMessage", "drip")
    asked = time.monotonic()
    reply = await bot._wire.call("sendMessage", {"chat_id": "7", "text": "a"}, deadline=0.6)
    assert reply.fate is Fate.UNKNOWN and 0.5 < time.monotonic() - asked < 1.5


async def test_a_slow_answer_to_a_press_holds_nothing_up(api: LoopbackBotApi, bot: Telegram) -> None:
    api.faults.set(latency=5.0, only=("answerCallbackQuery",))
    asked = time.monotonic()
    assert (await bot.send("7", Message("a", ack="1"))).fate is Fate.SENT
    assert time.monotonic() - asked < 1.6


async def test_refusals(api: LoopbackBotApi, bot: Telegram) -> None:
    user = api.user(8)
    user.block()
    assert (await bot.send("8", Message("a"))).fate is Fate.BLOCKED
    assert (await bot.send("404404", Message("a"))).fate is Fate.BLOCKED
    refused = await bot.send("7", Message("a", choices=(Choice("Nút", ""),)))
    assert refused.fate is Fate.REFUSED and "BUTTON_DATA_INVALID" in refused.problem
    half = await bot.send("7", Message("nửa \ud83d chữ"))
    assert half.fate is Fate.SENT


async def test_a_429_for_one_chat_is_told_from_the_whole_account(api: LoopbackBotApi, bot: Telegram) -> None:
    api.limits.on = True
    api.limits.private_burst = 5.0
    sent = [await bot.send("7", Message(f"tin {n}")) for n in range(6)]
    assert [one.fate for one in sent] == [Fate.SENT] * 5 + [Fate.NOT_SENT]
    assert sent[5].retry_after >= 1 and not sent[5].whole_account
    for number in range(100, 160):
        api.user(number)
    many = await asyncio.gather(*(bot.send(str(number), Message("tin")) for number in range(100, 160)))
    late = [one for one in many if one.fate is Fate.NOT_SENT]
    assert late and all(one.whole_account for one in late)


async def test_a_proxy_is_for_the_world_and_not_for_this_machine(monkeypatch: pytest.MonkeyPatch, api: LoopbackBotApi) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
    api.user(7)
    for base, fate in ((api.url, Fate.SENT), ("https://khong-co.invalid", Fate.NOT_SENT)):
        channel = Telegram("xa", api.bot().token, api_base=base)
        sent = await channel.send("7", Message("a"))
        assert sent.fate is fate and (sent.problem == "ClientHttpProxyError") is (fate is Fate.NOT_SENT)
        await channel.close()
    proxy.close()
    await proxy.wait_closed()


async def test_nobody_there(inbox: Inbox) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for base in (f"http://127.0.0.1:{port}", "http://khong-co.invalid", "nonsense"):
        channel = Telegram("xa", "12:aa", api_base=base)
        sent = await channel.send("7", Message("a"))
        assert sent.fate is Fate.NOT_SENT and sent.problem
        await channel.close()
        assert (await channel.send("7", Message("a"))).fate is Fate.NOT_SENT


async def test_a_server_that_takes_the_call_and_never_answers() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.5)
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    channel = Telegram("xa", "12:aa", api_base=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert (await channel._wire.call("sendMessage", {}, deadline=0.2)).fate is Fate.UNKNOWN
    assert (await channel.send("7", Message("a"))).fate is Fate.UNKNOWN
    await channel.close()
    server.close()
    await server.wait_closed()


# -- the ordinary calls and the token


async def test_commands_go_up_in_each_language_and_failing_is_not_fatal(
        api: LoopbackBotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    menu = {"": [("menu", "Trang chủ")], "en": [("menu", "Home")]}
    api.faults.once("setMyCommands", "unavailable")
    channel = made(api, commands=lambda: menu)
    await channel.start(inbox)
    api.user(7).say("chào")
    await inbox.has(1)
    await until(lambda: any("menu was not set" in record.message for record in caplog.records))
    await channel.stop()
    await channel.start(inbox)
    await until(lambda: len(api.bot().commands) == 2)
    await channel.close()
    assert [c["description"] for commands in api.bot().commands.values() for c in commands] == ["Trang chủ", "Home"]


async def test_me(api: LoopbackBotApi, bot: Telegram) -> None:
    assert (await bot.me())["username"] == api.bot().username


async def test_the_token_never_gets_out(
        api: LoopbackBotApi, inbox: Inbox, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    import traceback

    caplog.set_level(logging.DEBUG)
    for name in ("telegram", "httpx", "aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    asyncio.get_running_loop().set_debug(True)
    seen: list[str] = []
    secret = "99:canary-of-a-token"
    api.add_bot(secret)
    for base in (api.url, "http://127.0.0.1:1", "http://khong-co.invalid", "nonsense"):
        for token in (secret, f"{secret}-wrong"):
            channel = Telegram("xa", token, api_base=base, webhook_secret=SECRET, commands=lambda: {"": [("menu", "a")]})
            await channel.start(inbox)
            seen.append(repr(await channel.send("7", Message("a", ack="1"))))
            for call in (channel.me, channel.webhook_info, channel.webhook_delete, lambda c=channel: c.webhook_set("https://a.vn")):
                api.faults.once("getMe", "invalid_json")
                try:
                    seen.append(repr(await call()))
                except TelegramTrouble as error:
                    seen.append("".join(traceback.format_exception(error)) + repr(error.__context__))
            seen += [repr(channel), str(channel), repr(channel._wire), repr(channel._ordinary)]
            seen += [repr(task) for task in asyncio.all_tasks()]
            await channel.close()
    asyncio.get_running_loop().set_debug(False)
    out = capsys.readouterr()
    said = "\n".join([*seen, caplog.text, out.out, out.err])
    assert "canary" not in said and "not reached" in said and "InvalidToken" in said
