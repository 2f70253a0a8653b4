"""The Zalo Bot channel against the loopback platform: what goes out. Numbers are those of the conformance cases."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from aiohttp import web

from bot.channels import Fate, Received
from bot.channels.fitting import fit, units
from bot.channels.zalo_bot import ZaloBot, ZaloTrouble
from bot.channels.zalo_bot_sending import photo_fields, text_fields
from bot.channels.zalo_bot_wire import Wire, understood
from bot.channels.zalo_patience import Patience
from bot.channels.zalo_words import MOST, pieces
from handlers.papers import Paper
from handlers.talk import Choice, Message
from tests.drawings import drawn
from tests.loopback.zalo_bot import LoopbackZaloBot, methods
from tests.loopback.zalo_bot.bot import event

TOKEN = "1001:loopback-zalo-token-for-tests-only"
PUBLIC = "https://gocua.example"


@pytest.fixture
async def api() -> AsyncIterator[LoopbackZaloBot]:
    async with LoopbackZaloBot(TOKEN) as platform:
        yield platform


@pytest.fixture
async def bot(api: LoopbackZaloBot) -> AsyncIterator[ZaloBot]:
    channel = ZaloBot("main", TOKEN, api_base=api.url, public_url=PUBLIC, papers=drawn)
    yield channel
    await channel.close()


async def test_1_who_we_are(bot: ZaloBot) -> None:
    me = await bot.me()
    assert me["id"] == "1001" and me["can_join_groups"] is False


async def test_1_who_we_are_is_learned_at_the_start(api: LoopbackZaloBot) -> None:
    """Our own words come back to us under the name the platform gives us, whatever the token begins with."""
    async def receive(account: str, things: Sequence[Received]) -> None:
        heard.extend(thing.chat for thing in things)

    heard: list[str] = []
    bot = ZaloBot("main", TOKEN, api_base=api.url)
    api.bot().name = "7007"
    await bot.start(receive)
    async with asyncio.timeout(5):
        while not api.bot().called("getMe"):
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    for sender in ("7007", "1001", "u1"):
        api.hand_in(event(api.bot(), "u1", "text", text="x", sender=sender))
    async with asyncio.timeout(5):
        while len(api.bot().taken) < 3:
            await asyncio.sleep(0.01)
    await bot.close()
    assert heard == ["u1"]


@pytest.mark.parametrize("style", ["status", "body", "both"])
async def test_2_3_a_wrong_token_stops_the_account_and_is_never_shown(
    api: LoopbackZaloBot, style: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.switches.errors = style  # type: ignore[assignment]
    wrong = "999:" + "x" * 30
    bot = ZaloBot("main", wrong, api_base=api.url)
    with pytest.raises(ZaloTrouble) as trouble:
        await bot.me()
    assert (await bot.send("u1", Message(text="chào"))).fate is Fate.STOPPED

    async def receive(account: str, things: object) -> None:
        raise AssertionError

    await bot.start(receive)
    await asyncio.sleep(0.3)
    await bot.close()
    assert "xxxxx" not in caplog.text + repr(trouble.value) + repr(bot)
    assert sum(record.levelno >= logging.ERROR for record in caplog.records if record.name.startswith("bot.")) == 1


async def test_4_words_go_out_as_they_are(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    sent = await bot.send("u1", Message(text="chào"))
    assert api.bot().called("sendMessage") == [{"chat_id": "u1", "text": "chào"}]
    assert sent.fate is Fate.SENT and sent.external_id == api.posts("u1")[0].message_id


@pytest.mark.parametrize("filling", ["Một đoạn vừa phải.\n\n", "👨‍👩‍👧‍👦", "e\u0301", "𝒳"])
async def test_5_long_texts_are_cut_between_letters_and_the_choices_come_last(
    api: LoopbackZaloBot, bot: ZaloBot, filling: str
) -> None:
    text = (filling * (2_500 // len(filling) + 1))[:2_500].strip()
    message = Message(text=text, choices=(Choice("Một", "1:k:a"), Choice("Quay lại", "1:k:<", quiet=True)))
    for part in fit(message, bot.limits):
        assert (await bot.send("u1", part)).fate is Fate.SENT
    posts = [post.words for post in api.posts("u1")]
    assert len(posts) >= 2 and all(units(words) <= MOST for words in posts)
    assert posts[-1].endswith("1. Một\n0. Quay lại") and all("1. Một" not in words for words in posts[:-1])
    joined = "".join("".join(posts).split())
    assert joined.startswith("".join(text.split()))
    assert not any(words[0] in "\u0301\u200d" for words in posts)


@pytest.mark.parametrize(("letters", "links", "parts"), [(2_500, 0, 2), (1_880, 0, 2), (1_780, 1, 2), (1_700, 0, 1), (0, 0, 1)])
def test_5_whatever_comes_with_the_words_the_choices_stand_together_at_the_end(letters: int, links: int, parts: int) -> None:
    message = Message(text=("lời " * letters)[:letters].strip(), choices=(
        *(Choice(f"Việc {number}", f"1:k:{number}") for number in range(1, 4)), Choice("Quay lại", "1:k:<", quiet=True)))
    link = "https://gocua.example/zalo-bot/main/paper/" + "x" * 80
    said = pieces(message, [link] * links)
    assert len(said) == parts and all(units(words) <= MOST for words in said)
    assert said[-1].endswith("1. Việc 1\n2. Việc 2\n3. Việc 3\n0. Quay lại")
    assert not any("Việc" in words for words in said[:-1]) and "".join(said).count(link) == links


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_6_nothing_is_not_said(blank: str) -> None:
    with pytest.raises(ValueError):
        text_fields("u1", blank)


async def test_7_a_name_with_signs_stays_what_it_is(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    name = "Hộ *Ba_Bé* <b>đậm</b> & `x`"
    await bot.send("u1", Message(text=name))
    assert api.bot().called("sendMessage") == [{"chat_id": "u1", "text": name}]


@pytest.mark.parametrize("address", ["/x.png", "file:///etc/passwd", "http://127.0.0.1/x.png", "http://192.168.1.4/x", "http://10.1.1.1/",
                                     "https://localhost/x", "https://may-tinh/x", "ftp://a.example/x", "https://[::1]/x",
                                     "https://box.local/x", "https://a@b.example/x"])
def test_8_pictures_only_from_where_zalo_can_fetch_them(address: str) -> None:
    with pytest.raises(ValueError):
        photo_fields("u1", address)


async def test_8_without_a_public_address_the_words_go_alone(api: LoopbackZaloBot) -> None:
    bot = ZaloBot("main", TOKEN, api_base=api.url, papers=drawn)
    assert not bot.limits.pictures
    assert (await bot.send("u1", Message(text="Bước 1", picture="buoc-1"))).fate is Fate.SENT
    assert [post.method for post in api.posts("u1")] == ["sendMessage"]
    await bot.close()


async def test_9_a_long_caption_follows_the_picture(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    await bot.send("u1", Message(text="Bước 1", picture="buoc-1"))
    await bot.send("u2", Message(text="a " * 1_000 + "b", picture="buoc-1"))
    assert [(post.method, bool(post.words)) for post in api.posts("u1")] == [("sendPhoto", True)]
    assert [(post.method, bool(post.words)) for post in api.posts("u2")] == [
        ("sendPhoto", False), ("sendMessage", True), ("sendMessage", True)]
    address = api.posts("u1")[0].fields["photo"]
    assert address.startswith(f"{PUBLIC}/zalo-bot/main/picture/") and address.endswith("/buoc-1.png")


async def test_a_refused_picture_keeps_no_words_back(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    api.switches.fail = [{"method": "sendPhoto", "code": 400}]
    assert (await bot.send("u1", Message(text="Bước 1", picture="buoc-1"))).fate is Fate.SENT
    assert [post.words for post in api.posts("u1")] == ["Bước 1"]


@pytest.mark.parametrize("style", ["status", "body", "both"])
async def test_10_too_much_waits_longer_each_time(api: LoopbackZaloBot, bot: ZaloBot, style: str) -> None:
    api.switches.errors = style  # type: ignore[assignment]
    api.switches.monthly = 0
    first = await bot.send("u1", Message(text="một"))
    assert first.fate is Fate.NOT_SENT and first.whole_account and 24 <= first.retry_after <= 36


def test_10_pauses_grow_with_jitter_and_end_with_success(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("bot.channels.zalo_patience.time.monotonic", lambda: now[0])
    patience = Patience(30.0, 900.0)
    waits = []
    for _ in range(7):
        now[0] += 1 + patience.failed()
        waits.append(patience.failed())
        assert patience.failed() <= waits[-1]  # another failure within the same pause is the same trouble
    assert all(later > earlier * 1.2 for earlier, later in pairwise(waits[:5])) and max(waits) <= 900 * 1.2
    assert patience.lasted > 900
    patience.well()
    assert patience.lasted == 0 and patience.failed() <= 36


async def test_11_the_403_three_times_is_for_good(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    api.switches.fail = [{"method": "sendMessage", "code": 403} for _ in range(3)]
    fates = [(await bot.send("u1", Message(text="một"))).fate for _ in range(4)]
    assert fates == [Fate.NOT_SENT, Fate.NOT_SENT, Fate.REFUSED, Fate.SENT]


async def test_12_a_400_is_for_good(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    api.switches.fail = [{"method": "sendMessage", "code": 400}]
    assert (await bot.send("u1", Message(text="một"))).fate is Fate.REFUSED


async def test_13_what_never_left_is_told_from_what_may_have_arrived(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        silent = ZaloBot("main", TOKEN, api_base=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        assert (await silent.send("u1", Message(text="một"))).fate is Fate.NOT_SENT
        await silent.close()
    api.switches.drop_after_send = 1.0
    assert (await bot.send("u1", Message(text="hai"))).fate is Fate.UNKNOWN
    assert len(api.posts("u1")) == 1
    assert not bot.limits.resends


async def test_13_a_timeout_after_the_call_left_is_unknown(api: LoopbackZaloBot) -> None:
    api.switches.latency = 1.0
    wire = Wire(TOKEN, api.url)
    reply = await wire.call("sendMessage", {"chat_id": "u1", "text": "một"}, deadline=0.3)
    await wire.close()
    assert reply.fate is Fate.UNKNOWN


async def test_14_a_page_of_something_in_between(api: LoopbackZaloBot, bot: ZaloBot, caplog: pytest.LogCaptureFixture) -> None:
    page = f"<html>502 /bot{TOKEN}/sendMessage {'x' * 5_000}</html>"
    api.switches.fail = [{"method": "sendMessage", "status": 502, "body": page}]
    sent = await bot.send("u1", Message(text="một"))
    assert sent.fate is Fate.NOT_SENT and 0 < sent.retry_after < 2
    assert len(sent.problem) < 200 and "loopback-zalo-token" not in sent.problem + caplog.text


def test_14_the_token_is_taken_out_of_what_the_platform_says() -> None:
    body = b'{"ok":false,"error_code":400,"description":"bad path /bot1001:AAsecret/sendMessage for AAsecret"}'
    assert "AAsecret" not in understood(200, body, "AAsecret").problem


async def test_15_typing_is_answered_without_a_result(api: LoopbackZaloBot) -> None:
    wire = Wire(TOKEN, api.url)
    reply = await wire.call("sendChatAction", {"chat_id": "u1", "action": "typing"})
    await wire.close()
    assert reply.ok and reply.result is None


async def signs(api: LoopbackZaloBot) -> list[dict[str, str]]:
    """The signs that an answer is coming; they travel beside it."""
    await asyncio.sleep(0.2)
    return api.bot().called("sendChatAction")


async def test_15_whoever_waits_for_a_picture_sees_that_it_comes(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    for text in ("Bước 1", "Bước 2"):
        assert (await bot.send("u1", Message(text=text, picture="buoc-1"))).fate is Fate.SENT
    assert await signs(api) == [{"chat_id": "u1", "action": "typing"}], "once for both"
    await bot.send("u2", Message(text="a " * 1_800))
    assert (await signs(api))[1:] == [{"chat_id": "u2", "action": "typing"}]


async def test_15_words_need_no_sign_and_nobody_waits_for_what_they_did_not_ask_for(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    await bot.send("u1", Message(text="chào"))
    await bot.send("u2", Message(text="nhắc bác", picture="buoc-1", since=1.0, until=9e9))
    await bot.send("-g1", Message(text="Chào cả nhà", picture="buoc-1"))
    assert not await signs(api) and len(api.bot().posts) == 3


@pytest.mark.parametrize("trouble", ["code", "drop", "hang"])
async def test_15_a_sign_never_holds_an_answer_up(
    api: LoopbackZaloBot, bot: ZaloBot, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    async def hangs(*_: object) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError

    if trouble == "hang":
        monkeypatch.setitem(methods.METHODS, "sendChatAction", hangs)
    else:
        api.switches.fail = [{"method": "sendChatAction", trouble: 401}]
    begun = time.monotonic()
    assert (await bot.send("u1", Message(text="Bước 1", picture="buoc-1"))).fate is Fate.SENT
    assert time.monotonic() - begun < 2 and len(api.posts("u1")) == 1
    await bot.close()
    assert time.monotonic() - begun < 4, "nor the end of the program"


async def test_16_a_document_is_a_link(api: LoopbackZaloBot) -> None:
    async def documents(name: str) -> Paper | None:
        return Paper("mau.pdf", "application/pdf", b"%PDF")

    bot = ZaloBot("main", TOKEN, api_base=api.url, public_url=PUBLIC, papers=documents)
    await bot.send("u1", Message(text="Mẫu đơn", document="form:01"))
    posts = api.posts("u1")
    assert [post.method for post in posts] == ["sendMessage"]
    assert posts[0].words.splitlines()[-1].startswith(f"{PUBLIC}/zalo-bot/main/paper/")
    await bot.close()


async def test_17_choices_are_numbered_lines_at_the_end(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    await bot.send("u1", Message(title="Kết quả", text="Chọn nhé", choices=(
        Choice("Xong", "1:k:a"), Choice("Vắng", "1:k:b"), Choice("Từ chối", "1:k:c"), Choice("Sửa lại", "1:k:^", quiet=True),
        Choice("Quay lại", "1:k:<", quiet=True), Choice("Trang chủ", "/menu", quiet=True))))
    assert api.posts("u1")[0].words == (
        "Kết quả\nChọn nhé\n\n1. Xong\n2. Vắng\n3. Từ chối\n0. Quay lại\n⌨️ Sửa lại · Trang chủ")


async def test_what_was_said_before_a_pause_is_not_said_again(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    message = Message(text="a " * 1_800)
    api.switches.fail = [{"method": "none", "code": 0}]
    first, *_ = bot._sending.steps("u1", message)
    assert len(bot._sending.steps("u1", message)) == 2
    api.switches.monthly = 1
    assert (await bot.send("u1", message)).fate is Fate.NOT_SENT
    api.switches.monthly = None
    assert (await bot.send("u1", message)).fate is Fate.SENT
    assert [post.words for post in api.posts("u1")].count(first.fields["text"]) == 1 and len(api.posts("u1")) == 2


async def test_many_choices_never_burst_a_message(api: LoopbackZaloBot, bot: ZaloBot) -> None:
    choices = tuple(Choice(f"Hướng dẫn số {number} có một cái tên khá là dài để thử", f"/g:{number}") for number in range(60))
    for part in fit(Message(title="Chọn", text="x " * 700, choices=choices), bot.limits):
        assert (await bot.send("u1", part)).fate is Fate.SENT
    posts = [post.words for post in api.posts("u1")]
    assert all(units(words) <= MOST for words in posts)
    assert [f"\n{number}. " in "\n" + "\n".join(posts) for number in range(1, 61)] == [True] * 60
