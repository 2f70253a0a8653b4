"""Faults, limits, expiry, webhook resends and the remote control of the loopback platform."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.limits import Limits
from tests.loopback.remote import RemoteBotApi


@pytest.fixture
async def api() -> AsyncIterator[LoopbackBotApi]:
    async with LoopbackBotApi(seed=5) as started:
        yield started


@pytest.fixture(autouse=True)
def _coming_type_of_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def bot(api: LoopbackBotApi) -> AsyncIterator[Bot]:
    api.user(7)
    request = HTTPXRequest(read_timeout=1)
    async with Bot(api.bot().token, base_url=api.base_url, request=request) as client:
        yield client


async def test_a_lost_response_is_done_but_not_answered(api: LoopbackBotApi, bot: Bot) -> None:
    api.faults.once("sendMessage", "lost_response")
    with pytest.raises(NetworkError):
        await bot.send_message(7, "một")
    await bot.send_message(7, "một")
    first, second = api.bot().sends
    assert (first.answered, second.answered) == (False, True)
    assert first.text_hash == second.text_hash
    assert [m["text"] for m in api.user(7).transcript()] == ["một", "một"]


@pytest.mark.parametrize("kind", ["lost_request", "unavailable", "flood"])
async def test_faults_before_the_call_leave_nothing(api: LoopbackBotApi, bot: Bot, kind: str) -> None:
    api.faults.set(retry_after=17)
    api.faults.once("sendMessage", kind)
    with pytest.raises(RetryAfter if kind == "flood" else NetworkError):
        await bot.send_message(7, "một")
    assert api.bot().sends == [] and api.faults.counts[kind] == 1
    assert (await bot.send_message(7, "hai")).text == "hai"


async def test_garbage_and_slow_drip(api: LoopbackBotApi, bot: Bot) -> None:
    api.faults.once("sendMessage", "invalid_json")
    with pytest.raises(TelegramError, match=r"(?i)json|invalid"):
        await bot.send_message(7, "một")
    api.faults.set(drip_rate=2000.0)
    api.faults.once("sendMessage", "drip")
    started = time.monotonic()
    assert (await bot.send_message(7, "hai")).text == "hai"
    assert time.monotonic() - started > 0.1
    assert [send.answered for send in api.bot().sends] == [False, True]


async def test_latency_jitter_and_forbidden(api: LoopbackBotApi, bot: Bot) -> None:
    api.faults.set(latency=0.2, only=("sendMessage",))
    started = time.monotonic()
    await asyncio.gather(*(bot.send_message(7, f"tin {n}") for n in range(5)))
    assert 0.2 <= time.monotonic() - started < 1.0
    api.faults.set(latency=1.5, only=())
    api.user(7).say("một")
    started = time.monotonic()
    assert len(await bot.get_updates(timeout=5)) == 1
    assert time.monotonic() - started < 1.0  # a long poll that waits anyway costs no round trip
    with pytest.raises(TimedOut):
        await bot.send_message(7, "muộn")
    api.faults.clear()
    api.faults.set(forbidden_chats=[7])
    with pytest.raises(Forbidden):
        await bot.send_message(7, "a")


async def test_fractions_follow_the_seed() -> None:
    drawn = []
    for seed in (1, 1, 2):
        api = LoopbackBotApi(seed=seed)
        api.faults.set(lost_response=0.1, unavailable=0.1, only=("sendMessage",))
        drawn.append([api.faults.plan("sendmessage").kind for _ in range(2000)])
        assert all(api.faults.plan("getupdates").kind == "" for _ in range(50))
    assert drawn[0] == drawn[1] != drawn[2]
    assert 150 < drawn[0].count("lost_response") < 250 and 150 < drawn[0].count("unavailable") < 250


async def test_real_limits(api: LoopbackBotApi, bot: Bot) -> None:
    now = 100.0
    api.limits = Limits(lambda: now)  # a clock of its own: the counts are exact however slow the machine is
    api.limits.on = True
    group = api.user(7, chat_id=-100500)
    for n in range(3):
        await bot.send_message(7, f"tin {n}")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(7, "thừa")
    assert caught.value.retry_after == timedelta(seconds=1)
    for n in range(20):
        await bot.send_message(group.chat.id, f"tin {n}")
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(group.chat.id, "thừa")
    assert caught.value.retry_after == timedelta(seconds=3)
    users = [api.user(100 + n) for n in range(20)]
    answers = await asyncio.gather(*(bot.send_message(u.id, "tin") for u in users), return_exceptions=True)
    assert sum(isinstance(answer, RetryAfter) for answer in answers) == 20 - 7  # 30 a second, 23 were used
    assert api.limits.refused == 2 + 13
    now += 1.0
    assert await bot.send_message(7, "một giây sau")


async def test_presses_and_texts_expire(api: LoopbackBotApi, bot: Bot) -> None:
    user = api.user(7)
    await bot.send_message(7, "a", reply_markup={"inline_keyboard": [[{"text": "Lưu", "callback_data": "s"}]]})  # type: ignore[arg-type]
    said, pressed = user.say("giữ"), user.press(None, "Lưu")
    api.clock.skip(149)
    assert [u.update_id for u in await bot.get_updates()] == [said, pressed]
    api.clock.skip(2)
    assert [u.update_id for u in await bot.get_updates()] == [said]
    api.clock.skip(86_400)
    assert await bot.get_updates() == ()
    assert api.bot().updates.expired == [pressed, said]


async def test_repeated_updates_and_dropped_connections(api: LoopbackBotApi, bot: Bot) -> None:
    ids = [api.user(7).say(f"tin {n}") for n in range(20)]
    api.faults.set(repeated=0.5)
    assert len(await bot.get_updates()) == 20
    again = [u.update_id for u in await bot.get_updates(offset=ids[-1] + 1)]
    assert 4 < len(again) < 16 and set(again) < set(ids)
    assert api.drop_connections() >= 1
    with pytest.raises(NetworkError):
        await bot.get_me()
    assert await bot.get_me()


async def test_a_group_that_moves(api: LoopbackBotApi, bot: Bot) -> None:
    api.user(7, chat_id=-5).move_group(-1005)
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(-5, "a")
    assert caught.value.new_chat_id == -1005
    assert await bot.send_message(-1005, "a")


class Receiver:
    """A webhook that answers what the test tells it to."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, int, int]] = []
        self.busy: dict[int, int] = {}
        self.most_per_chat = 0
        self.answers: list[web.Response] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        update: dict[str, Any] = await request.json()
        chat = (update.get("message") or update["callback_query"]["message"])["chat"]["id"]
        self.busy[chat] = self.busy.get(chat, 0) + 1
        self.most_per_chat = max(self.most_per_chat, self.busy[chat])
        self.seen.append((time.monotonic(), chat, update["update_id"]))
        await asyncio.sleep(0.01)
        self.busy[chat] -= 1
        return self.answers.pop(0) if self.answers else web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    seen = Receiver()
    site = web.Application()
    site.router.add_post("/hook", seen.take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    seen.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield seen
    await runner.cleanup()


async def _drained(api: LoopbackBotApi) -> None:
    async with asyncio.timeout(10):
        while api.bot().updates.pending:
            await asyncio.sleep(0.01)


async def test_webhook_keeps_order_and_resends(api: LoopbackBotApi, bot: Bot, receiver: Receiver) -> None:
    users = [api.user(n) for n in (1, 2, 3)]
    waiting = users[0].say("từ trước")
    receiver.answers = [web.Response(status=500), web.Response(status=503, headers={"Retry-After": "0.4"})]
    await bot.set_webhook(receiver.url, secret_token="s")
    sent = {user.id: [user.say(f"tin {n}") for n in range(6)] for user in users}
    await _drained(api)
    assert receiver.most_per_chat == 1
    for chat, ids in sent.items():
        arrived = [n for _, where, n in receiver.seen if where == chat]
        assert list(dict.fromkeys(arrived)) == ([waiting] if chat == 1 else []) + ids
    assert len(receiver.seen) == 19 + 2
    webhook = api.bot().webhook
    assert webhook and sorted(status for _, _, status in webhook.attempts)[-2:] == [500, 503]
    unavailable = next(n for _, n, status in webhook.attempts if status == 503)
    times = [at for at, n, _ in webhook.attempts if n == unavailable]
    assert times[-1] - times[-2] >= 0.4
    await api.deliver_again(sent[2][0])
    assert receiver.seen[-1][2] == sent[2][0]
    info = await bot.get_webhook_info()
    assert info.url == receiver.url and info.pending_update_count == 0 and info.last_error_message


async def test_presses_may_overtake_messages(api: LoopbackBotApi, bot: Bot, receiver: Receiver) -> None:
    user = api.user(7)
    await bot.send_message(7, "a", reply_markup={"inline_keyboard": [[{"text": "Lưu", "callback_data": "s"}]]})  # type: ignore[arg-type]
    await bot.set_webhook(receiver.url)
    for apart, order in ((False, [0, 0, 1]), (True, [0, 1, 0])):
        api.bot().presses_apart = apart
        receiver.answers, receiver.seen = [web.Response(status=500)], []
        said = user.say("trước")
        pressed = user.press(None, "Lưu")
        await _drained(api)
        assert [n for _, _, n in receiver.seen] == [(said, pressed)[at] for at in order]


async def test_bodies_of_every_kind(api: LoopbackBotApi, bot: Bot) -> None:
    address = f"{api.base_url}{api.bot().token}/sendMessage"
    markup = '{"inline_keyboard": [[{"text": "Có", "callback_data": "y"}]]}'
    form = aiohttp.FormData({"chat_id": "7", "text": "bác ạ", "reply_markup": markup, "unknown": "bỏ qua"})
    multipart = aiohttp.FormData(default_to_multipart=True)
    for name, value in (("chat_id", "7"), ("text", "bác ạ"), ("reply_markup", markup)):
        multipart.add_field(name, value)

    async def chunks() -> AsyncIterator[bytes]:
        for part in ('{"chat_id": 7, "text": "bác', ' ạ", "reply_markup": ', markup, "}"):
            yield part.encode()
            await asyncio.sleep(0)

    async with aiohttp.ClientSession() as session:
        json_type = {"Content-Type": "application/json"}
        for extra in ({"data": form}, {"data": multipart}, {"data": chunks(), "headers": json_type}):
            async with session.post(address, **extra) as answer:
                found = await answer.json()
                assert found["ok"] and found["result"]["text"] == "bác ạ"
                assert found["result"]["reply_markup"]["inline_keyboard"][0][0]["text"] == "Có"
        async with session.get(address, params={"chat_id": "7", "text": "bác ạ"}) as answer:
            assert (await answer.json())["ok"]
        async with session.post(address, data=b"{", headers=json_type) as answer:
            assert answer.status == 400
        async with session.post(f"{api.base_url}{api.bot().token}/noSuchThing") as answer:
            assert answer.status == 404


async def test_another_process_is_driven_over_http() -> None:
    async with RemoteBotApi("11:aa", "12:bb", seed=3) as api, Bot("12:bb", base_url=api.base_url) as bot:
        update_id = await api.say(5, "/start", token="12:bb")
        (update,) = await bot.get_updates(timeout=5)
        assert update.update_id == update_id
        await api.do("faults", once=[["sendMessage", "lost_response", 1]])
        with pytest.raises(NetworkError):
            await bot.send_message(5, "Chào bác")
        shown = await api.wait(5, token="12:bb")
        assert shown["message"]["text"] == "Chào bác"
        with pytest.raises(TimeoutError):
            await api.wait(5, after=shown["event"]["number"], timeout=0.1, token="12:bb")
        with pytest.raises(ValueError, match="NoSuchButton"):
            await api.press(5, "Lưu", token="12:bb")
        log = await api.do("log", token="12:bb")
        assert [send["answered"] for send in log["sends"]] == [False]
        assert log["pending"] == [update_id]
        await api.do("clock", skip=86_401)
        assert await bot.get_updates() == ()
