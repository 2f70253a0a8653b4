"""The web chat's addresses: who may say and read what, what is refused, and what browsers are told."""

import asyncio
import hashlib
import json
import time
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Fate, Received
from bot.web.lines import drawn
from bot.web.listeners import SECRETS_LIVE, Full, Listeners, Unforgotten
from bot.web.pace import Pace
from bot.web.said import Unreadable, read
from content.words import keys, words
from handlers.talk import Choice, Incoming, Kind, Message
from storage import mail, transcript
from storage.database import Database
from storage.reading import Reading
from storage.transcript import Line
from tests.e2e.echo import Echo, serving

OURS = {"X-Gocua": "1"}
HTML = {"Accept": "text/html"}


@pytest.fixture
async def demo() -> AsyncIterator[Echo]:
    async with serving(demo=True) as echo:
        yield echo


@pytest.fixture
async def real() -> AsyncIterator[Echo]:
    async with serving(demo=False) as echo:
        yield echo


@pytest.fixture
async def browser() -> AsyncIterator[Callable[[], aiohttp.ClientSession]]:
    """Opens browsers, each with a cookie jar of its own."""
    opened = []

    def new() -> aiohttp.ClientSession:
        opened.append(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        return opened[-1]

    yield new
    for each in opened:
        await each.close()


New = Callable[[], aiohttp.ClientSession]


async def say(session: aiohttp.ClientSession, house: Echo, part: str = "citizen", headers: dict[str, str] | None = None,
              **fields: Any) -> tuple[int, dict[str, Any]]:
    sent = {"id": str(uuid4()), **fields}
    async with session.post(f"{house.address}/chat/{part}/say", json=sent,
                            headers={"Origin": house.address, **OURS, **(headers or {})}) as answer:
        return answer.status, await answer.json()


async def lines(session: aiohttp.ClientSession, house: Echo, part: str = "citizen", after: int = 0) -> list[dict[str, Any]]:
    async with session.get(f"{house.address}/chat/{part}/lines?after={after}") as answer:
        assert answer.status == 200
        found: list[dict[str, Any]] = (await answer.json())["lines"]
        return found


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(5):
        while not await true():
            await asyncio.sleep(0.01)


# --- headers and pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/chat/citizen", "/chat/citizen/lines", "/chat/citizen/events", "/static/chat.js",
                                  "/static/nothing", "/health", "/nowhere", "/chat/nobody", "/chat/citizen/picture/1/0"])
async def test_every_answer_is_protected(demo: Echo, browser: New, path: str) -> None:
    async with browser().get(demo.address + path, headers=HTML) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers
        if not path.startswith("/static/chat"):
            assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "PATCH"])
async def test_other_methods_are_refused_with_the_same_headers(demo: Echo, browser: New, method: str) -> None:
    async with browser().request(method, demo.address + "/chat/citizen/say") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_pages_of_what_is_not_there_are_pages_of_ours(demo: Echo, browser: New) -> None:
    session = browser()
    for path in ("/nowhere", "/chat/me", "/chat/..%2f..%2fetc%2fpasswd", "/static/..%2fpages.py", "/static/%2e%2e%2f%2e%2e"):
        async with session.get(demo.address + path, headers=HTML) as answer:
            assert answer.status == 404
            assert words("vi").say("web.missing.title") in await answer.text()


async def test_what_breaks_is_said_kindly_and_without_details(demo: Echo, browser: New) -> None:
    session = browser()
    demo.broken = True
    async with session.get(f"{demo.address}/chat/citizen/lines", headers=HTML) as answer:
        text = await answer.text()
        assert answer.status == 503
        assert words("vi").say("web.broken.title") in text and "database" not in text
    status, _ = await say_raw(session, demo)
    assert status == 503
    assert not demo.heard


async def say_raw(session: aiohttp.ClientSession, house: Echo) -> tuple[int, str]:
    async with session.post(f"{house.address}/chat/citizen/say", json={"id": str(uuid4()), "text": "a"},
                            headers={"Origin": house.address, **OURS}) as answer:
        return answer.status, await answer.text()


async def test_files_are_kept_by_version(demo: Echo, browser: New) -> None:
    session = browser()
    async with session.get(f"{demo.address}/chat/citizen") as answer:
        page = await answer.text()
    address = page.split('script src="')[1].split('"')[0]
    async with session.get(demo.address + address) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.content_type == "text/javascript"


async def test_everything_a_first_visit_loads_is_small(demo: Echo, browser: New) -> None:
    session, weight = browser(), 0
    for path in ("/chat/citizen", "/static/chat.js", "/static/style.css", "/static/door.svg"):
        async with session.get(demo.address + path) as answer:
            weight += len(await answer.read())  # as unpacked; on the wire it is a third of this
    assert weight < 40_000


async def test_a_demonstration_opens_only_under_this_machines_names(demo: Echo, browser: New) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "[::", ""):
        for path in ("/", "/chat/leader", "/chat/leader/lines"):
            async with browser().get(demo.address + path, headers={"Host": host, **HTML}) as answer:
                assert answer.status in (400, 403), (host, path)


async def test_the_first_page_carries_a_links_word_on(demo: Echo, browser: New) -> None:
    async with browser().get(demo.address + "/?start=j-abc_DEF-1") as answer:
        page = await answer.text()
    assert all(f'/chat/{part}?start=j-abc_DEF-1"' in page for part in ("citizen", "volunteer", "leader"))
    for bad in ('"><script>', "a b", "x" * 65, "%00"):
        async with browser().get(demo.address + "/", params={"start": bad}) as answer:
            assert "start=" not in await answer.text()


async def test_pages_speak_the_language_that_was_chosen(demo: Echo, browser: New) -> None:
    session = browser()
    async with session.get(demo.address + "/?lang=en") as answer:
        assert '<html lang="en">' in await answer.text()
    async with session.get(demo.address + "/chat/citizen") as answer:
        assert '<html lang="en">' in await answer.text()
    await say(session, demo, text="hello")
    assert demo.heard[-1].incoming.language == "en"
    _, answered = await say(session, demo, press="/language:vi", line="1")
    assert answered["reload"] is True
    async with session.get(demo.address + "/chat/citizen") as answer:
        assert '<html lang="vi">' in await answer.text()


def test_the_pages_words_are_complete_in_both_languages() -> None:
    vietnamese = {key for key in keys("vi") if key.startswith("web.")}
    assert vietnamese and vietnamese == {key for key in keys("en") if key.startswith("web.")}


# --- chats and cookies --------------------------------------------------------------------------------------------------


def token(session: aiohttp.ClientSession) -> str:
    return next(cookie.value for cookie in session.cookie_jar if cookie.key.endswith("chat"))


async def test_each_browser_has_a_chat_of_its_own_under_a_name_that_gives_nothing_away(real: Echo, browser: New) -> None:
    one, two = browser(), browser()
    for session in (one, two):
        async with session.get(real.address + "/") as answer:
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    await say(one, real, "me", text="của tôi")
    await until(lambda: has(one, real, 2))
    assert [line.get("text") for line in await lines(two, real, "me")] == []
    chat = real.heard[0].chat
    assert chat == hashlib.sha256(token(one).encode()).hexdigest()
    assert token(one) not in str(real.heard)


async def has(session: aiohttp.ClientSession, house: Echo, number: int, part: str = "me") -> bool:
    return len(await lines(session, house, part)) >= number


async def test_a_known_cookie_stays_and_an_unknown_or_malformed_one_is_replaced(real: Echo, browser: New) -> None:
    session = browser()
    async with session.get(real.address + "/"):
        first = token(session)
    await say(session, real, "me", text="xin chào")
    await real.close()
    await real.open()  # nothing but the transcript says who is known
    async with session.get(real.address + "/"):
        assert token(session) == first
    for strange in ("A" * 22, "short", "../../etc", "x" * 5000):
        async with browser().get(real.address + "/", headers={"Cookie": f"chat={strange}"}) as answer:
            assert answer.cookies["chat"].value != strange


async def test_without_a_cookie_nothing_is_taken_or_shown(real: Echo, browser: New) -> None:
    status, answer = await say(browser(), real, "me", text="a")
    assert (status, answer["problem"]) == (401, words("vi").say("web.no_cookies"))
    for path in ("lines", "events"):
        async with browser().get(f"{real.address}/chat/me/{path}") as refused:
            assert refused.status == 401
    assert not real.asked


async def test_demonstration_parts_are_not_there_in_earnest(real: Echo, browser: New) -> None:
    session = browser()
    async with session.get(real.address + "/chat/leader", headers=HTML) as answer:
        assert answer.status == 404
    async with session.get(real.address + "/chat/leader/lines") as answer:
        assert answer.status == 404


async def test_over_https_the_cookie_cannot_be_set_from_elsewhere(browser: New) -> None:
    async with serving(demo=False, public_url="https://xa.example.vn") as house:
        session = browser()
        async with session.get(house.address + "/") as answer:
            cookie = answer.headers["Set-Cookie"]
            assert cookie.startswith("__Host-chat=") and "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
            assert answer.headers["Strict-Transport-Security"]
            key = cookie.split(";")[0]
        right = "https://xa.example.vn"
        for origin, expected in ((right, 200), (house.address, 403), (right + ".evil.example", 403)):
            async with session.post(f"{house.address}/chat/me/say", json={"id": str(uuid4()), "text": "a"},
                                    headers={"Origin": origin, "Cookie": key, **OURS}) as answer:
                assert answer.status == expected


# --- saying -------------------------------------------------------------------------------------------------------------


async def test_the_three_parts_talk_at_once_and_apart(demo: Echo, browser: New) -> None:
    session = browser()
    for part in ("citizen", "volunteer", "leader"):
        assert (await say(session, demo, part, text=f"tôi là {part}"))[0] == 200
    assert {thing.chat: thing.incoming.text for thing in demo.heard} == {
        f"demo-{part}": f"tôi là {part}" for part in ("citizen", "volunteer", "leader")}


async def test_what_is_sent_twice_is_one_and_the_same_id_of_somebody_else_is_another(demo: Echo, browser: New) -> None:
    session, same = browser(), str(uuid4())
    for part in ("citizen", "citizen", "leader"):
        assert (await say(session, demo, part, id=same, text="một lần"))[0] == 200
    assert [thing.external_id for thing in demo.heard] == [f"demo-citizen:{same}", f"demo-leader:{same}"]


async def test_texts_presses_and_starts_arrive_as_what_they_are(demo: Echo, browser: New) -> None:
    session, same = browser(), str(uuid4())
    await say(session, demo, id=same, text="  Hoà\u0301 bình \u0000\u0007\ud800 ", ago=90)
    await say(session, demo, id=same[:-4] + "abcd", press="1:k:v", line="17")
    await say(session, demo, start="g-vneid")
    text, press, start = (thing.incoming for thing in demo.heard)
    assert text.kind is Kind.TEXT and text.message == same and not text.ack
    assert text.text == unicodedata.normalize("NFC", "Hoà\u0301 bình \ufffd")
    assert timedelta(seconds=89) < datetime.now(UTC) - text.sent_at < timedelta(seconds=95)
    assert (press.kind, press.data, press.message, press.ack) == (Kind.PRESS, "1:k:v", "17", same[:-4] + "abcd")
    assert (start.kind, start.data) == (Kind.START, "g-vneid")


@pytest.mark.parametrize("headers", [
    {"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": ""}, {"X-Gocua": ""}, {"X-Gocua": "0"},
    {"Origin": "https://127.0.0.1"}])
async def test_only_pages_of_ours_may_say_something(demo: Echo, browser: New, headers: dict[str, str]) -> None:
    assert (await say(browser(), demo, text="a", headers=headers))[0] == 403
    assert not demo.asked


async def test_a_form_of_another_site_is_refused(demo: Echo, browser: New) -> None:
    for content in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
        async with browser().post(f"{demo.address}/chat/citizen/say", data=b'{"id":"x","text":"a"}',
                                  headers={"Origin": demo.address, **OURS, "Content-Type": content}) as answer:
            assert answer.status == 415
    assert not demo.asked


ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize("body", [
    b"", b"[]", b"null", b"{", b"\xff", b"[" * 50_000,
    json.dumps({"id": ID}), json.dumps({"text": "a"}), json.dumps({"id": ID, "text": ""}), json.dumps({"id": ID, "text": 1}),
    json.dumps({"id": ID, "text": "a", "press": "b"}), json.dumps({"id": ID, "text": "a", "person": "1"}),
    json.dumps({"id": "x", "text": "a"}), json.dumps({"id": ID + "\n", "text": "a"}), json.dumps({"id": ID, "text": "\u0000"}),
    json.dumps({"id": ID, "press": "a" * 65}), json.dumps({"id": ID, "press": "đ" * 33}), json.dumps({"id": ID, "press": ""}),
    json.dumps({"id": ID, "start": "a b"}), json.dumps({"id": ID, "text": "a", "line": "x"}),
    json.dumps({"id": ID, "text": "a", "line": "1" * 20}), json.dumps({"id": ID, "text": "a", "ago": True}),
    json.dumps({"id": ID, "text": "a", "ago": 1.5}), json.dumps({"id": None, "text": "a"}), json.dumps({"id": ID, "text": ["a"]}),
])
def test_what_no_page_of_ours_would_post_is_refused(body: str | bytes) -> None:
    with pytest.raises(Unreadable):
        read(body.encode() if isinstance(body, str) else body)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["id", "text", "press", "start", "line", "ago", "x"]), inner)))
def test_reading_a_post_ends_in_something_sayable_or_a_refusal(thing: Any) -> None:
    try:
        said = read(json.dumps({"id": ID, **thing} if isinstance(thing, dict) else thing).encode())
    except Unreadable:
        return
    packed = said.incoming(datetime.now(UTC), "").pack()
    assert said.kind in (Kind.TEXT, Kind.PRESS, Kind.START)
    json.dumps(packed, ensure_ascii=False).encode()  # a database can hold it
    assert "\x00" not in said.words and timedelta(0) <= said.ago <= timedelta(days=7)


def test_length_is_counted_as_on_the_other_channels() -> None:
    assert read(json.dumps({"id": ID, "text": "😀" * 2048}).encode()).words
    with pytest.raises(Unreadable) as refused:
        read(json.dumps({"id": ID, "text": "😀" * 2048 + "a"}).encode())
    assert refused.value.phrase == "web.too_long"


async def test_what_is_too_long_is_refused_kindly_however_it_comes(demo: Echo, browser: New) -> None:
    session = browser()
    status, answer = await say(session, demo, text="a" * 5000)
    assert (status, answer["problem"]) == (413, words("vi").say("web.too_long", units=4096))

    async def endless() -> AsyncIterator[bytes]:
        yield b'{"id": "'
        for _ in range(100):
            yield b"a" * 1024

    async with session.post(f"{demo.address}/chat/citizen/say", data=endless(), headers={
            "Origin": demo.address, **OURS, "Content-Type": "application/json"}) as refused:
        assert refused.status == 413
    assert not demo.asked


async def test_a_flood_is_slowed_kindly_and_only_for_whoever_floods(demo: Echo, browser: New) -> None:
    session = browser()
    answers = [await say(session, demo, text=str(n)) for n in range(14)]
    refused = [answer for status, answer in answers if status == 429]
    assert 2 <= len(refused) <= 4
    assert refused[0]["problem"] == words("vi").say("web.too_fast")
    assert (await say(session, demo, "leader", text="tôi thì không"))[0] == 200
    async with session.post(f"{demo.address}/chat/citizen/say", json={"id": str(uuid4()), "text": "a"},
                            headers={"Origin": demo.address, **OURS}) as answer:
        assert answer.status == 200 or int(answer.headers["Retry-After"]) >= 1


async def test_an_address_with_many_chats_is_slowed_too(real: Echo, browser: New) -> None:
    async with aiohttp.ClientSession() as session:
        statuses = []
        for number in range(90):
            async with session.post(f"{real.address}/chat/me/say", json={"id": str(uuid4()), "text": "a"}, headers={
                    "Origin": real.address, **OURS, "Cookie": f"chat={number:022d}"}) as answer:
                statuses.append(answer.status)
    assert statuses[:60] == [200] * 60
    assert 429 in statuses


def test_pace_gives_a_burst_and_then_a_rate_and_forgets_names() -> None:
    now = [0.0]
    pace = Pace(3, 2, lambda: now[0])
    assert [pace.wait("a") for _ in range(4)] == [0, 0, 0, 0.5]
    now[0] = 0.5
    assert [pace.wait("a"), pace.wait("a")] == [0, 0.5]
    for number in range(30_000):
        now[0] += 0.01
        pace.wait(str(number))
    assert len(pace._buckets) <= 20_000


# --- reading ------------------------------------------------------------------------------------------------------------


async def test_a_correction_stands_where_what_it_corrects_stood(demo: Echo, browser: New) -> None:
    session = browser()
    demo.answer = lambda incoming: []
    first = await demo.say("demo-citizen", Message(text="một", choices=(Choice("a", "b"),)))
    second = await demo.say("demo-citizen", Message(text="hai"))
    edit = await demo.say("demo-citizen", Message(text="một, sửa", edits=str(first)))
    found = await lines(session, demo)
    assert [(line["id"], line["v"], line["text"]) for line in found] == [
        (str(first), edit, "một, sửa"), (str(second), second, "hai")]
    assert "choices" not in found[0]
    assert [line["id"] for line in await lines(session, demo, after=second)] == [str(first)]


async def test_what_was_removed_is_not_shown_again(demo: Echo, browser: New) -> None:
    session, same = browser(), str(uuid4())
    demo.answer = lambda incoming: [Message(text="xóa rồi", removes=incoming.message)]
    await say(session, demo, id=same, text="mã OTP là …")
    await until(lambda: has(session, demo, 2, "citizen"))
    theirs, ours = await lines(session, demo)
    assert (theirs["id"], theirs["text"], theirs["removed"]) == (same, "", True)
    assert ours["removes"] == same


async def test_a_secret_is_read_once_it_was_sent_though_storage_has_forgotten_it(demo: Echo, browser: New) -> None:
    line = await demo.say("demo-leader", Message(text="http://127.0.0.1/?start=j-abc", secret=True))
    assert demo.lines["demo-leader"][-1].body == {}
    assert [found["text"] for found in await lines(browser(), demo, "leader")] == ["http://127.0.0.1/?start=j-abc"]
    assert await lines(browser(), demo, "citizen") == []
    assert list(demo.chat._unforgotten.of("demo-leader")) == [line]


def test_a_secret_does_not_stay_in_memory() -> None:
    now = [0.0]
    held = Unforgotten(lambda: now[0])
    held.hold("a", 1, {"text": "bí mật"})
    now[0] = SECRETS_LIVE - 1
    assert held.of("a")
    now[0] = SECRETS_LIVE + 1
    assert not held.of("a") and not held._bodies


ROWS = st.lists(st.tuples(st.booleans(), st.integers(0, 8), st.text(max_size=3)), max_size=25)


@given(ROWS)
def test_a_transcript_is_drawn_like_a_board_on_which_corrections_overwrite(rows: list[tuple[bool, int, str]]) -> None:
    at, board, order = datetime.now(UTC), {}, []
    given_lines = []
    for number, (ours, edits, text) in enumerate(rows, start=1):
        body = {"text": text or "x", **({"edits": str(edits)} if edits else {})} if ours else {"k": "text", "text": text}
        given_lines.append(Line(number, ours, at, body))
        name = (str(edits) if edits else str(number)) if ours else f"t{number}"
        if name not in board:
            order.append(name)
        board[name] = body["text"]
    assert [(line["id"], line["text"]) for line in drawn(given_lines, {}, "a")] == [(name, board[name]) for name in order]


# --- being told ---------------------------------------------------------------------------------------------------------


async def event(response: aiohttp.ClientResponse) -> dict[str, str]:
    """The next event that is not a beat."""
    while True:
        fields: dict[str, str] = {}
        while line := (await response.content.readline()).decode().rstrip("\n"):
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        if fields.get("event") == "wake":
            return fields
        if response.content.at_eof():
            raise EOFError


async def test_an_open_page_is_woken_with_the_lines_number(demo: Echo, browser: New) -> None:
    session = browser()
    async with asyncio.timeout(5), session.get(f"{demo.address}/chat/citizen/events") as stream:
        assert stream.content_type == "text/event-stream"
        line = await demo.say("demo-citizen", Message(text="mới"))
        assert await event(stream) == {"id": str(line), "event": "wake", "data": str(line)}


async def test_a_page_that_comes_back_is_told_only_of_what_it_missed(demo: Echo, browser: New) -> None:
    session = browser()
    first = await demo.say("demo-citizen", Message(text="đã thấy"))
    async with asyncio.timeout(5), session.get(f"{demo.address}/chat/citizen/events",
                                               headers={"Last-Event-ID": str(first)}) as stream:
        second = await demo.say("demo-citizen", Message(text="mới"))
        assert (await event(stream))["id"] == str(second)
    async with asyncio.timeout(5), session.get(f"{demo.address}/chat/citizen/events?after={first}") as stream:
        assert (await event(stream))["id"] == str(second)


async def test_nobody_is_told_of_another_chat(demo: Echo, browser: New) -> None:
    async with browser().get(f"{demo.address}/chat/citizen/events") as stream:
        await demo.say("demo-leader", Message(text="không phải cho bác"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(event(stream), 0.3)


@pytest.mark.alone
async def test_stopping_lets_every_page_go_at_once(demo: Echo, browser: New) -> None:
    async with browser().get(f"{demo.address}/chat/citizen/events") as stream:
        await stream.content.readline()
        began = time.monotonic()
        await demo.chat.stop()
        with pytest.raises(EOFError):
            await asyncio.wait_for(event(stream), 5)
        assert time.monotonic() - began < 1
    assert not demo.chat._listeners._by_chat


def test_listeners_are_bounded_and_let_go_of() -> None:
    listeners, open_ = Listeners(), []
    with pytest.raises(Full):
        for _ in range(100):
            open_.append(listeners.listening("a"))
            open_[-1].__enter__()
    assert len(open_) < 20
    for each in open_[:-1]:
        each.__exit__(None, None, None)
    assert not listeners._by_chat and not listeners._count


# --- sending ------------------------------------------------------------------------------------------------------------


async def test_a_message_is_named_after_its_row_and_a_correction_after_what_it_corrects(demo: Echo) -> None:
    message = Message(text="a")
    line = await demo.say("demo-citizen", message)
    sent = await demo.chat.send("demo-citizen", message)
    assert (sent.fate, sent.external_id) == (Fate.SENT, str(line))
    correction = Message(text="b", edits=str(line))
    await demo.say("demo-citizen", correction)
    assert (await demo.chat.send("demo-citizen", correction)).external_id == str(line)


async def test_sending_while_the_database_is_away_is_tried_again(demo: Echo) -> None:
    demo.broken = True
    sent = await demo.chat.send("demo-citizen", Message(text="a"))
    assert sent.fate is Fate.NOT_SENT and sent.retry_after > 0


async def test_over_the_real_tables_a_conversation_reads_the_same(browser: New, tmp_path: Path) -> None:
    """Inbox and outbox as they are stored, read back through the page's own address."""
    database, now = Database(f"sqlite:///{tmp_path / 'chat.db'}"), datetime.now(UTC)
    database.upgrade()

    async def receive(account: str, things: Sequence[Received]) -> None:
        with database.write() as tx:
            letters = [mail.Letter(each.external_id, each.chat, each.incoming.pack()) for each in things]
            if mail.receive(tx, account, letters, now, {}) == 0:
                return
            chat_id = mail.claim(tx, now, 1)[0].chat_id
            for number, message in enumerate((Message(text="một", choices=(Choice("Hai", "2"),)), Message(text="ba", edits="1"))):
                mail.post(tx, [{"key": f"{chat_id}:{number}", "account": account, "chat_id": chat_id, "lane": 0,
                                "policy": "drop", "parcel": message.pack(), "created_at": now + timedelta(seconds=1)}])

    async def read(account: str, chat: str, limit: int, after: int) -> list[Line]:
        with database.read() as tx:
            return transcript.lines(Reading(tx), account, chat, limit, after)

    async with serving(demo=True) as house:
        house.receive, house.transcript = receive, read  # type: ignore[method-assign]
        await house.close()
        await house.open()
        session, same = browser(), str(uuid4())
        for _ in range(2):
            assert (await say(session, house, id=same, text="chào"))[0] == 200
        found = await lines(session, house)
        assert [(line["id"], line["text"]) for line in found] == [(same, "chào"), ("1", "ba")]
        assert (await house.chat.send("demo-citizen", Message(text="ba", edits="1"))).external_id == "1"
        assert (await house.chat.send("demo-citizen", Message(text="một", choices=(Choice("Hai", "2"),)))).external_id == "1"
    database.close()


def test_the_log_holds_no_word_of_anybody(caplog: pytest.LogCaptureFixture) -> None:
    async def talk() -> None:
        async with serving(demo=False) as house, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            async with session.get(house.address + "/?start=j-CANARYlink"):
                key = token(session)
            await say(session, house, "me", text="CANARYtext")
            house.broken = True
            with pytest.raises(aiohttp.ContentTypeError):
                await say(session, house, "me", text="CANARYtext")
            assert key not in caplog.text

    with caplog.at_level("INFO"):
        asyncio.run(talk())
    assert "CANARY" not in caplog.text and "OSError" in caplog.text


def test_a_press_of_ours_can_be_packed_and_unpacked() -> None:
    said = read(json.dumps({"id": ID, "press": "1:k:v", "line": "3"}).encode()).incoming(datetime.now(UTC), "vi")
    assert Incoming.unpack(said.pack()) == said
