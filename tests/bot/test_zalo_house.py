"""The whole program over the loopback Zalo platforms. Numbers are those of the conformance cases."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_ledger import Ledger
from bot.house import House, open_store
from bot.reminding import send_due
from content.vietnam_time import instant, local_day
from storage import mail, zalo
from storage.database import Database
from storage.models import Chat, Conversation, GuideRun, Inbox, Outbox, Place, Reminder, Visit, table
from storage.reminding import reminders
from storage.reminding.ways import why_not_unasked
from storage.teams import people
from tests.drawings import drawn
from tests.houses import furnish, living, quiet, settings
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_bot.bot import event

TOKEN = "1001:loopback-zalo-token-for-tests-only"
ACCOUNT = "zalo-bot:main"


@pytest.fixture
async def api() -> AsyncIterator[LoopbackZaloBot]:
    async with LoopbackZaloBot(TOKEN) as platform:
        yield platform


def channel_of(api: LoopbackZaloBot, url: str, tmp_path: Path, **more: Any) -> ZaloBot:
    more.setdefault("per_second", 1_000.0)
    more.setdefault("chat_per_second", 1_000.0)
    return ZaloBot("main", TOKEN, api_base=api.url, spool=tmp_path, **more)


def volunteer(url: str, ref: str) -> None:
    """Somebody who serves writes from this chat."""
    furnish(url)
    database, chat = Database(url), table(Chat)
    with database.write() as tx:
        row = tx.execute(select(chat).where(chat.c.account == "terminal", chat.c.ref == "volunteer")).one()
        copied = {name: value for name, value in row._mapping.items() if name != "id"}
        tx.execute(insert(chat), {**copied, "account": ACCOUNT, "ref": ref})
    database.close()


async def says(api: LoopbackZaloBot, house: House, chat: str, text: str) -> str:
    """What is answered to this."""
    before = len(api.posts(chat))
    made = api.say(chat, text)
    for _ in range(600):
        if made["message"]["message_id"] in api.bot().taken:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    await quiet(house.store)
    return "\n".join(post.words for post in api.posts(chat)[before:])


async def test_37_a_choice_is_understood_however_it_is_typed(api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path) -> None:
    volunteer(sqlite_url, "v1")
    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path)]) as house:
        answers = set()
        label = "lam dinh danh dien tu muc 2"
        for typed in ("1", " 1. ", "1)", "số 1", "chọn 1", "Chon 1", "１", "1️⃣", label, "Làm định danh"):
            menu = await says(api, house, f"u{typed}", "menu")
            assert "1. Làm định danh điện tử mức 2" in menu
            answers.add((await says(api, house, f"u{typed}", typed)).splitlines()[0])
        assert len(answers) == 1 and answers != {menu.splitlines()[0]}
        await says(api, house, "v1", "ghi lượt")
        asked = await says(api, house, "v1", "18")
        again = await says(api, house, "v1", "99")
        assert asked.splitlines()[-4] in again, "out of range: the menu is repeated"


async def test_37_a_number_without_a_menu_is_never_guessed(api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path) -> None:
    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path)]) as house:
        for who, typed in (("u1", "3"), ("u1", "99"), ("u2", "số 7")):
            await says(api, house, who, "xyzzy qwerty")  # whatever was shown last offers less than that
            await house.store.write(lambda tx: tx.execute(update(table(Chat)).values(shown=[])))
            answered = await says(api, house, who, typed)
            assert "Bác muốn làm gì?" in answered and "1. Làm định danh điện tử mức 2" in answered, "the main menu"


async def test_37_a_line_of_a_list_that_is_over_shows_the_main_menu(
    api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path
) -> None:
    volunteer(sqlite_url, "v1")
    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path)]) as house:
        await says(api, house, "v1", "ghi lượt")
        assert "1. ✅ Xong" in await says(api, house, "v1", "18")

        def ends(tx: Any) -> int:
            tx.execute(update(table(Conversation)).values(state="cancelled"))
            return len(tx.execute(select(table(Visit).c.id)).all())

        before = await house.store.write(ends)
        answered = await says(api, house, "v1", "1")
        assert "Hôm nay mình làm gì?" in answered and "1." in answered
        assert len(await house.store.read(lambda rows: rows.all(select(table(Visit).c.id)))) == before


async def test_37_a_number_below_a_greeting_is_of_the_list_above_it(
    api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path
) -> None:
    store = open_store(settings(sqlite_url))

    async def known(account: str, chat: str) -> bool:
        return await store.read(lambda rows: zalo.is_known(rows, account, chat))

    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path, known=known)]) as house:
        assert "1. Làm định danh điện tử mức 2" in await says(api, house, "u1", "chào")
        assert (await says(api, house, "u1", "1.")).startswith("Làm định danh điện tử mức 2")
    store.close()


async def test_37_what_was_left_empty_is_not_offered_again(api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path) -> None:
    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path)]) as house:
        await says(api, house, "u1", "menu")
        await says(api, house, "u1", "1")
        assert "1. Làm định danh" in await says(api, house, "u1", "menu")
        assert (await says(api, house, "u1", "1")).startswith("Làm định danh điện tử mức 2")


@pytest.mark.parametrize(("typed", "means"), [
    ("menu", "Hôm nay mình làm gì?"), ("MENU", "Hôm nay mình làm gì?"), ("/menu", "Hôm nay mình làm gì?"),
    ("/start", "1."), ("trợ giúp", ""), ("tro giup", ""), ("dừng", "không tự nhắn nữa"),
    ("dung", "không tự nhắn nữa")])
async def test_38_words_that_work_everywhere(
    api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path, typed: str, means: str
) -> None:
    volunteer(sqlite_url, "v1")
    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path)]) as house:
        await says(api, house, "v1", "ghi lượt")
        await says(api, house, "v1", "18")
        answered = await says(api, house, "v1", typed)
        assert answered and "Mình chưa hiểu" not in answered and means in answered


async def test_35_a_group_hears_one_polite_answer(api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(settings(sqlite_url))

    async def known(account: str, chat: str) -> bool:
        return await store.read(lambda rows: zalo.is_known(rows, account, chat))

    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path, known=known)]) as house:
        for text in ("hộ 12 xong", "menu", "1"):
            api.hand_in(event(api.bot(), "g1", "text", text=text, sender="u1", group=True))
        for _ in range(300):
            if len(api.bot().taken) == 3 and len(api.posts("g1")) >= 1:
                break
            await asyncio.sleep(0.01)
        await quiet(house.store)
    store.close()
    (post,) = api.posts("g1")
    assert "riêng" in post.words and "12" not in post.words


async def test_30_the_same_event_ten_times_at_once(api: LoopbackZaloBot, url: str, tmp_path: Path) -> None:
    volunteer(url, "v1")
    bot = channel_of(api, url, tmp_path, mode="webhook", webhook_secret="loopback-secret")
    async with living(url, [bot], listen=True) as house:
        api.bot().webhook = {"url": f"{house.address}{bot.path}", "secret_token": "loopback-secret"}
        for text in ("ghi lượt", "hộ 18", "vắng"):
            made = event(api.bot(), "v1", "text", text=text)
            assert await asyncio.gather(*(api.post(made) for _ in range(10))) == [200] * 10
            await quiet(house.store)
    database = Database(url)
    with database.read() as tx:
        assert len(tx.execute(select(table(Inbox).c.id)).all()) == 3
        mine = tx.scalar(select(table(Chat).c.person_id).where(table(Chat).c.ref == "v1"))
        today = tx.execute(select(table(Visit)).where(
            table(Visit).c.person_id == mine, table(Visit).c.occurred_on == local_day(datetime.now(UTC)),
            table(Visit).c.recorded_at > datetime.now(UTC) - timedelta(minutes=2))).all()
        assert len(today) == 1
    database.close()


async def test_36_a_slow_handler_does_not_keep_zalo_waiting(
    api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handlers import answering

    answered = answering.answer

    def slow(desk: Any) -> Any:
        time.sleep(2.5)
        return answered(desk)

    monkeypatch.setattr(answering, "answer", slow)
    bot = channel_of(api, sqlite_url, tmp_path, mode="webhook", webhook_secret="loopback-secret")
    async with living(sqlite_url, [bot], listen=True) as house:
        api.bot().webhook = {"url": f"{house.address}{bot.path}", "secret_token": "loopback-secret"}
        begun = time.monotonic()
        assert await asyncio.gather(*(api.post(event(api.bot(), f"u{n}", "text", text="menu")) for n in range(3))) == [200] * 3
        assert time.monotonic() - begun < 1.5
        async with asyncio.timeout(20):
            while not all(api.posts(f"u{n}") for n in range(3)) or list(tmp_path.glob("*.json")):
                await asyncio.sleep(0.05)
        await quiet(house.store, 30)


def reply(tx: Any, chat_id: int, number: int, lane: int = mail.REPLY) -> None:
    mail.post(tx, [{"key": f"t:{chat_id}:{number}:{lane}", "account": ACCOUNT, "chat_id": chat_id, "lane": lane, "policy": "drop",
                    "parcel": {"text": f"{'nhắc' if lane else 'tin'} {number}"}, "created_at": datetime.now(UTC)}])


def chat_of(tx: Any, ref: str, person: int | None = None, heard: datetime | None = None) -> int:
    now = heard or datetime.now(UTC)
    return int(tx.execute(insert(table(Chat)).returning(table(Chat).c.id), {
        "account": ACCOUNT, "ref": ref, "state": "active", "shown": [], "created_at": now, "heard_at": now,
        "person_id": person}).scalar_one())


async def test_10_order_is_kept_and_replies_go_first(
    api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo_patience.random.uniform", lambda low, high: 0.01)  # 30 s are 0.3 s
    api.switches.fail = [{"method": "sendMessage", "code": 429} for _ in range(2)]
    store = open_store(settings(sqlite_url))

    def write(tx: Any) -> None:
        one, two = chat_of(tx, "u1"), chat_of(tx, "u2")
        for number in range(3):
            reply(tx, two, number, mail.REMINDER)
        for number in range(3):
            reply(tx, one, number)

    await store.write(write)
    store.close()
    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path)]) as house:
        await quiet(house.store, 30)
    said = [post.words for post in api.bot().posts]
    assert [words for words in said if words.startswith("tin")] == ["tin 0", "tin 1", "tin 2"]
    assert [words for words in said if words.startswith("nhắc")] == ["nhắc 0", "nhắc 1", "nhắc 2"]
    assert said.index("tin 0") < said.index("nhắc 1"), "whoever waits for an answer comes first"


async def test_11_12_13_what_becomes_of_a_row(
    api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo_bot_sending.FORBIDDEN_TRIES", 2)
    store = open_store(settings(sqlite_url))
    for at, plan in enumerate(([{"method": "sendMessage", "code": 400}], [{"method": "sendMessage", "code": 403}] * 2, None)):
        await store.write(lambda tx, at=at: reply(tx, chat_of(tx, f"u{at}"), at))  # type: ignore[misc]
        api.switches.fail, api.switches.drop_after_send = plan or [], 0.0 if plan else 1.0
        async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path)]) as house:
            await quiet(house.store, 30)
    rows = await store.read(lambda rows: rows.all(select(table(Outbox).c.state).order_by(table(Outbox).c.id)))
    store.close()
    assert [row.state for row in rows] == ["failed", "failed", "unknown"]
    assert len(api.posts("u2")) == 1, "nobody knows whether it arrived: it is not sent again"


async def test_13_an_answer_of_which_nobody_knows_is_not_sent_again(
    api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path
) -> None:
    api.switches.drop_after_send = 1.0
    async with living(sqlite_url, [channel_of(api, sqlite_url, tmp_path)]) as house:
        await says(api, house, "u1", "menu")
        await asyncio.sleep(1.5)
    assert len(api.posts("u1")) == len({post.words for post in api.posts("u1")})


async def test_18_the_month_is_counted_and_reminders_go_first(api: LoopbackZaloBot, url: str, tmp_path: Path) -> None:
    store = open_store(settings(url))
    carer = await store.write(_officer)
    ledger = Ledger(store, ACCOUNT, 20)
    channel = channel_of(api, url, tmp_path, monthly=20, ledger=ledger)
    now = datetime.now(UTC)
    reasons = []
    for number in range(20):
        await channel.send("u1", _message(f"tin {number}"))
        await ledger.flush()
        reasons.append(await store.read(lambda rows: why_not_unasked(rows, ACCOUNT, channel.limits, now, now)))
    assert [bool(reason) for reason in reasons] == [False] * 17 + [True] * 3
    told = await store.read(lambda rows: rows.all(select(table(Outbox)).order_by(table(Outbox).c.id)))
    assert [(row.chat_id, row.policy) for row in told] == [(carer, "drop")] * 3
    counts = [row.parcel["text"].split(" đã gửi ")[1].split(" tin")[0] for row in told]
    assert counts == ["14 trên 20", "18 trên 20", "20 trên 20"]
    again = Ledger(store, ACCOUNT, 20)  # another process, or the same after a restart
    again.sent()
    await again.close()
    assert len(await store.read(lambda rows: rows.all(select(table(Outbox).c.id)))) == 3
    month = zalo.month_of(local_day(now))
    assert await store.read(lambda rows: zalo.sent_in(rows, ACCOUNT, month)) == 21
    await channel.close()
    store.close()


def _message(text: str) -> Any:
    from handlers.talk import Message

    return Message(text=text)


def _officer(tx: Any) -> int:
    """A commune officer who can be reached, a leader who is not asked, and one who left."""
    from bot import demo

    demo.load(tx, datetime.now(UTC))
    chat, person = table(Chat), people.add_person(tx, "Cán bộ", "vi", datetime.now(UTC))
    place = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "commune"))
    people.serve(tx, person, "commune_officer", None, place, local_day(datetime.now(UTC)) - timedelta(days=1))
    tx.execute(update(chat).where(chat.c.person_id == person).values(state="blocked"))
    return chat_of(tx, "officer", person)


@pytest.mark.parametrize(("hours", "reason"), [(1, ""), (49, "no_way")])
def test_44_a_reminder_outside_the_window_ends_with_its_reason(sqlite_url: str, hours: int, reason: str) -> None:
    from bot.mind import Mind
    from content.library import Library
    from tests.bot.test_poison import LIMITS

    limits = type(LIMITS)(**{name: getattr(LIMITS, name) for name in LIMITS.__slots__} | {"proactive": timedelta(hours=48)})
    mind = Mind(Library.load(), lambda text: None, "vi", {ACCOUNT: limits}, lambda: ())  # type: ignore[arg-type, return-value]
    now = instant(date(2026, 11, 25), 9)  # no holiday
    database = Database(sqlite_url)
    with database.write() as tx:
        chat_id = chat_of(tx, "u1", heard=now - timedelta(hours=hours))
        tx.execute(insert(table(GuideRun)), {
            "conversation_id": 101, "chat_id": chat_id, "guide": "vneid-level2", "revision": 1, "state": "active", "step": "go",
            "stuck_at": "", "started_at": now - timedelta(days=3), "touched_at": now - timedelta(days=3)})
        reminders.remind(tx, reminders.UNFINISHED_GUIDE, "101", chat_id, local_day(now))
        send_due(tx, mind, now)
        found = tx.execute(select(table(Reminder).c.state, table(Reminder).c.reason).order_by(table(Reminder).c.id)).first()
    database.close()
    assert found is not None and found.reason == reason and (found.state == "cleared") == bool(reason)


@pytest.mark.parametrize("state", ["quota", "billing", "token"])
async def test_trouble_is_a_state_that_somebody_sees(sqlite_url: str, state: str) -> None:
    store = open_store(settings(sqlite_url))
    carer = await store.write(_officer)
    ledger = Ledger(store, "zalo-oa:main", 0)
    for _ in range(3):
        ledger.stands(state, "-320 no package")
        await ledger.flush()
    ledger.sent()
    await ledger.flush()
    if state != "billing":
        ledger.stands(state, "-320 no package")
        await ledger.flush()
    stands = await store.read(lambda rows: zalo.standing(rows, "zalo-oa:main"))
    assert stands is not None and stands[:2] == (state, "-320 no package")
    told = await store.read(lambda rows: rows.all(select(table(Outbox).c.chat_id)))
    assert [row.chat_id for row in told] == [carer]
    await ledger.close()
    store.close()


async def test_27_two_processes_and_one_token(api: LoopbackZaloBot, url: str, tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as both:
        for _ in range(2):
            await both.enter_async_context(living(url, [channel_of(api, url, tmp_path)]))
        async with asyncio.timeout(20):  # a busy machine takes a while to begin
            while not api.bot().open_polls:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        assert api.bot().open_polls == 1
        assert len(api.bot().called("getUpdates")) == 1


async def test_pictures_lie_where_nobody_can_guess(api: LoopbackZaloBot, sqlite_url: str, tmp_path: Path) -> None:
    import aiohttp

    bot = channel_of(api, sqlite_url, tmp_path, public_url="https://gocua.example", papers=drawn)
    async with living(sqlite_url, [bot], listen=True) as house, aiohttp.ClientSession() as session:
        address = bot._shelf.picture("buoc-1").replace("https://gocua.example", house.address)
        async with session.get(address) as answer:
            assert (answer.status, await answer.read(), answer.content_type) == (200, b"png-buoc-1", "image/png")
        mark = address.split("/")[-2]
        for wrong in (address.replace("buoc-1", "buoc-2"), address.replace(mark, "A" * 24), address.replace(mark, mark[:-1]),
                      address.replace("/picture/", "/paper/")):
            async with session.get(wrong) as answer:
                assert answer.status == 404
    assert len(mark) == 24 and mark not in bot._shelf.picture("buoc-2")
