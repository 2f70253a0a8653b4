"""The Official Account channel against the loopback platform: what goes out, and its keys. Numbers are the conformance cases'."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels import Fate
from bot.channels.fitting import fit, units
from bot.channels.zalo_http import Http
from bot.channels.zalo_oa import ZaloOfficial
from bot.channels.zalo_oa_login import Consent, Refused, expiry, pair
from bot.house import open_store
from bot.store import Store
from handlers.papers import Paper
from handlers.talk import Choice, Message
from storage import zalo_tokens
from storage.zalo import FREE, PAID
from tests.drawings import drawn
from tests.houses import settings
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import ACCOUNT, app_of, sign_in

OPTIONS = tuple(Choice(f"Lựa chọn {letter}", f"1:k:{letter}") for letter in "abcdef")


@pytest.fixture
async def oa() -> AsyncIterator[LoopbackZaloOa]:
    async with LoopbackZaloOa() as platform:
        yield platform


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(settings(url))
    yield opened
    opened.close()


def official(oa: LoopbackZaloOa, store: Store, **more: object) -> ZaloOfficial:
    more.setdefault("public_url", "https://gocua.example")
    return ZaloOfficial("main", app_of(oa), oa.secret_key, store, api_base=oa.url, **more)  # type: ignore[arg-type]


@pytest.fixture
async def channel(oa: LoopbackZaloOa, store: Store) -> AsyncIterator[ZaloOfficial]:
    await sign_in(oa, store)
    made = official(oa, store, papers=drawn)
    yield made
    await made.close()


async def kept(store: Store) -> zalo_tokens.Token:
    found = await store.read(lambda rows: zalo_tokens.read(rows, ACCOUNT))
    assert found is not None
    return found


async def test_39_words_go_out(oa: LoopbackZaloOa, channel: ZaloOfficial) -> None:
    sent = await channel.send("U", Message(text="chào *bác* <b>"))
    assert oa.posts[0].body == {"recipient": {"user_id": "U"}, "message": {"text": "chào *bác* <b>"}}
    assert oa.calls[0][1]["access_token"] == "AT1-loopback-access" and "Authorization" not in oa.calls[0][1]
    assert sent.fate is Fate.SENT and sent.external_id == oa.posts[0].message_id


@pytest.mark.parametrize("code", [-216, -220, 401])
async def test_40_a_key_that_is_not_taken_is_renewed_once(oa: LoopbackZaloOa, channel: ZaloOfficial, code: int) -> None:
    oa.switches.fail = [{"path": "/cs", "error": code}]
    assert (await channel.send("U", Message(text="một"))).fate is Fate.SENT
    assert oa.oauth.calls == ["refresh_token"] and len(oa.posts) == 1


async def test_40_a_second_time_is_for_an_operator(oa: LoopbackZaloOa, channel: ZaloOfficial, store: Store) -> None:
    oa.switches.fail = [{"path": "/cs", "error": -216}] * 2
    assert (await channel.send("U", Message(text="một"))).fate is Fate.STOPPED
    assert (await channel.send("U", Message(text="một"))).fate is Fate.STOPPED
    assert oa.oauth.calls == ["refresh_token"] and (await kept(store)).lost


async def test_40_a_key_that_somebody_else_renewed_is_read_again(oa: LoopbackZaloOa, channel: ZaloOfficial, store: Store) -> None:
    await channel.send("U", Message(text="một"))
    other = official(oa, store)
    await other.keys.instead_of("AT1-loopback-access")
    await other.close()
    assert (await channel.send("U", Message(text="hai"))).fate is Fate.SENT
    assert oa.oauth.calls == ["refresh_token"]


async def test_41_twenty_at_once_renew_the_keys_once(oa: LoopbackZaloOa, store: Store) -> None:
    oa.switches.oauth_latency = 0.1
    await sign_in(oa, store, expired=True)
    channel = official(oa, store)
    sent = await asyncio.gather(*(channel.send(f"U{number}", Message(text="chào")) for number in range(20)))
    await channel.close()
    assert [one.fate for one in sent] == [Fate.SENT] * 20
    assert oa.oauth.calls == ["refresh_token"]
    assert (await kept(store)).generation == 2


async def test_41_the_same_over_several_processes(oa: LoopbackZaloOa, store: Store, url: str) -> None:
    """Four stores over one database stand for four processes: nothing is shared between them but the row."""
    oa.switches.oauth_latency = 0.15
    await sign_in(oa, store, expired=True)
    stores = [open_store(settings(url)) for _ in range(4)]
    channels = [official(oa, each) for each in stores]
    sent = await asyncio.gather(*(
        channels[number % 4].send(f"U{number}", Message(text="chào")) for number in range(20)))
    for each, one in zip(stores, channels, strict=True):
        await one.close()
        each.close()
    assert [one.fate for one in sent] == [Fate.SENT] * 20
    assert oa.oauth.calls == ["refresh_token"]


async def test_keys_are_renewed_before_they_end(oa: LoopbackZaloOa, store: Store) -> None:
    found = pair(oa.oauth.new_keys())
    assert found is not None
    began = datetime.now(UTC) - timedelta(hours=21)  # of twenty-five
    await store.write(lambda tx: zalo_tokens.begin(tx, ACCOUNT, found.access, found.refresh, began, expiry(found, began)))
    channel = official(oa, store)
    await channel.start(lambda account, things: None)  # type: ignore[arg-type, return-value]
    async with asyncio.timeout(15):
        while (await kept(store)).generation == 1:
            await asyncio.sleep(0.01)
    await channel.close()
    assert oa.oauth.calls == ["refresh_token"] and (await kept(store)).generation == 2


class Killed(BaseException):
    """The process ends here."""


async def test_42_what_the_platform_answered_outlives_a_crash(
    oa: LoopbackZaloOa, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_in(oa, store, expired=True)

    def die(point: str) -> None:
        if point == "after_oa_answer":
            raise Killed

    monkeypatch.setattr("bot.channels.zalo_oa_keys.reach", die)
    first = official(oa, store)
    with pytest.raises(Killed):
        await first.keys.current()
    await first.close()
    assert (await kept(store)).generation == 1
    monkeypatch.undo()
    second = official(oa, store)
    assert (await second.send("U", Message(text="chào"))).fate is Fate.SENT
    await second.close()
    assert oa.oauth.calls == ["refresh_token"] and (await kept(store)).generation == 2


async def test_42_a_lost_answer_ends_in_one_alert_and_no_loop(
    oa: LoopbackZaloOa, store: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.zalo_patience.random.uniform", lambda low, high: 0.05)
    await sign_in(oa, store, expired=True)
    oa.switches.drop_oauth_answer = True
    channel = official(oa, store)
    assert (await channel.send("U", Message(text="chào"))).fate is Fate.NOT_SENT  # nobody knows: it may be asked again
    oa.switches.drop_oauth_answer = False
    await asyncio.sleep(0.1)
    fates = [(await channel.send("U", Message(text="chào"))).fate for _ in range(5)]
    await channel.close()
    assert fates == [Fate.STOPPED] * 5 and len(oa.oauth.calls) == 2
    assert caplog.text.count("gocua zalo-oa login") == 1


@pytest.mark.parametrize("kind", ["text", "number"])
async def test_43_a_refused_refresh_is_for_an_operator(oa: LoopbackZaloOa, store: Store, kind: str) -> None:
    oa.switches.expires_as = kind  # type: ignore[assignment]
    await sign_in(oa, store, expired=True)
    assert abs((await kept(store)).expires_at - datetime.now(UTC) - timedelta(hours=-1)) < timedelta(minutes=1)
    oa.oauth.refresh.clear()
    channel = official(oa, store)
    assert [(await channel.send("U", Message(text="x"))).fate for _ in range(3)] == [Fate.STOPPED] * 3
    assert oa.oauth.calls == ["refresh_token"] and "-14014" in (await kept(store)).lost
    await channel.close()
    http = Http()  # the way back: somebody signs in again, and a running program goes on with the new keys
    consent = Consent(app_of(oa), "https://gocua.example/zalo-oa/main/callback")
    status, _ = await http.call("GET", consent.address)
    assert status == 302
    answer = pair(await consent.keys(http, f"https://gocua.example/zalo-oa/main/callback?code=code-1&oa_id={oa.oa}"))
    assert answer is not None and answer.lasts == timedelta(hours=25)
    await store.write(lambda tx: zalo_tokens.begin(tx, ACCOUNT, answer.access, answer.refresh, datetime.now(UTC), expiry(answer)))
    again = official(oa, store)
    assert (await again.send("U", Message(text="x"))).fate is Fate.SENT
    await again.close()
    with pytest.raises(Refused):
        await consent.keys(http, "https://gocua.example/?code=code-1&state=of-somebody-else")
    await http.close()


@pytest.mark.parametrize("code", [-230, -232, -305])
async def test_44_a_closed_window_is_not_tried_again(oa: LoopbackZaloOa, channel: ZaloOfficial, code: int) -> None:
    oa.switches.fail = [{"path": "/cs", "error": code}]
    sent = await channel.send("U", Message(text="nhắc"))
    assert sent.fate is Fate.BLOCKED and sent.problem.startswith("window closed")


def test_44_the_windows_are_known_to_whoever_reminds(oa: LoopbackZaloOa, store: Store) -> None:
    assert official(oa, store).limits.proactive == FREE == timedelta(hours=48)
    assert official(oa, store, paid=True).limits.proactive == PAID == timedelta(days=7)


async def test_45_too_fast_waits(oa: LoopbackZaloOa, channel: ZaloOfficial) -> None:
    oa.switches.fail = [{"path": "/cs", "error": -32}, {"path": "/cs", "status": 502, "body": "<html>"}]
    for _ in range(2):
        sent = await channel.send("U", Message(text="một"))
        assert sent.fate is Fate.NOT_SENT and sent.whole_account and 0 < sent.retry_after < 5
    assert (await channel.send("U", Message(text="một"))).fate is Fate.SENT


@pytest.mark.parametrize(("code", "fate"), [
    (-201, Fate.REFUSED), (-213, Fate.BLOCKED), (-222, Fate.BLOCKED), (-214, Fate.NOT_SENT), (-221, Fate.NOT_SENT),
    (-211, Fate.NOT_SENT), (-320, Fate.REFUSED), (-999, Fate.REFUSED)])
async def test_errors_and_what_they_are(oa: LoopbackZaloOa, channel: ZaloOfficial, code: int, fate: Fate) -> None:
    oa.switches.fail = [{"path": "/cs", "error": code}]
    assert (await channel.send("U", Message(text="một"))).fate is fate


async def test_46_few_choices_are_buttons_too(oa: LoopbackZaloOa, channel: ZaloOfficial) -> None:
    await channel.send("U", Message(text="Chọn", choices=OPTIONS[:4]))
    await channel.send("U", Message(text="Chọn", choices=OPTIONS))
    few, many = oa.posts
    assert [(each["title"], each["type"], each["payload"]) for each in few.buttons] == [
        (choice.label, "oa.query.hide", f"#m:{choice.data}") for choice in OPTIONS[:4]]
    assert few.words.endswith("4. Lựa chọn d") and not many.buttons and many.words.endswith("6. Lựa chọn f")


async def test_46_a_long_label_is_cut_between_letters(oa: LoopbackZaloOa, channel: ZaloOfficial) -> None:
    await channel.send("U", Message(text="Chọn", choices=(Choice("👨‍👩‍👧‍👦" * 30, "1:k:a"),)))
    title = oa.posts[0].buttons[0]["title"]
    assert units(title) <= 100 and title.removesuffix("…").replace("👨‍👩‍👧‍👦", "") == ""


async def test_long_texts_come_in_parts_with_the_buttons_in_the_last(oa: LoopbackZaloOa, channel: ZaloOfficial) -> None:
    for part in fit(Message(text="Một câu vừa phải. " * 250, choices=OPTIONS[:2]), channel.limits):
        assert (await channel.send("U", part)).fate is Fate.SENT
    assert len(oa.posts) > 2 and all(units(post.words) <= 1_900 for post in oa.posts)
    assert [bool(post.buttons) for post in oa.posts] == [False] * (len(oa.posts) - 1) + [True]


async def test_a_picture_is_uploaded_once_and_again_when_forgotten(oa: LoopbackZaloOa, channel: ZaloOfficial) -> None:
    for chat in ("U1", "U2"):
        await channel.send(chat, Message(text="Bước 1", picture="buoc-1"))
    assert len(oa.uploads) == 1 and [bool(post.words) for post in oa.posts] == [False, True] * 2
    oa.uploads.clear()
    assert (await channel.send("U3", Message(text="Bước 1", picture="buoc-1"))).fate is Fate.SENT
    assert len(oa.uploads) == 1 and [bool(post.words) for post in oa.said_to("U3")] == [False, True]


@pytest.mark.parametrize("key", ["attachment_id", "token"])
@pytest.mark.parametrize(("name", "size", "as_file"), [
    ("mau.pdf", 4 << 20, True), ("mau.docx", 9_000, True), ("mau.pdf", 6 << 20, False), ("so-lieu.xlsx", 9_000, False)])
async def test_55_documents_as_file_or_link(
    oa: LoopbackZaloOa, store: Store, key: str, name: str, size: int, as_file: bool
) -> None:
    oa.switches.attachment = key  # type: ignore[assignment]

    async def documents(asked: str) -> Paper | None:
        return Paper(name, "application/octet-stream", b"x" * size)

    await sign_in(oa, store)
    channel = official(oa, store, papers=documents)
    assert (await channel.send("U", Message(text="Mẫu đơn", document="form:01"))).fate is Fate.SENT
    await channel.close()
    files = [post for post in oa.posts if post.body["message"].get("attachment", {}).get("type") == "file"]
    assert (len(files) == 1) == as_file
    assert ("https://gocua.example/zalo-oa/main/paper/" in oa.posts[0].words) == (not as_file)


@pytest.mark.parametrize("refused", ["/upload/file", "/cs"])
async def test_55_a_file_that_is_not_taken_is_a_link_after_all(oa: LoopbackZaloOa, store: Store, refused: str) -> None:
    async def documents(asked: str) -> Paper | None:
        return Paper("mau.pdf", "application/pdf", b"%PDF")

    await sign_in(oa, store)
    channel = official(oa, store, papers=documents)
    await channel.send("U", Message(text="lời chào"))
    if refused == "/cs":
        oa.switches.unsent_files = True
    else:
        oa.switches.fail = [{"path": refused, "error": -201}]
    assert (await channel.send("U", Message(text="Mẫu đơn", document="form:01"))).fate is Fate.SENT
    await channel.close()
    assert [post.words.partition("/paper/")[0] for post in oa.posts[1:]] == ["Mẫu đơn", "https://gocua.example/zalo-oa/main"]


async def test_what_may_have_arrived_is_not_sent_again(oa: LoopbackZaloOa, channel: ZaloOfficial) -> None:
    oa.switches.drop_after_send = 1.0
    assert (await channel.send("U", Message(text="một"))).fate is Fate.UNKNOWN
    assert len(oa.posts) == 1 and not channel.limits.resends


async def test_no_key_is_ever_shown(
    oa: LoopbackZaloOa, store: Store, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    await sign_in(oa, store, expired=True)
    channel = official(oa, store)
    token = await kept(store)
    await channel.send("U", Message(text="một"))
    oa.switches.fail = [{"path": "/cs", "error": -216}] * 2
    sent = await channel.send("U", Message(text="một"))
    await channel.close()
    shown = caplog.text + "".join(capsys.readouterr()) + repr((channel, token, sent, app_of(oa), pair(oa.oauth.new_keys())))
    assert not [word for word in ("loopback-access", "loopback-refresh", oa.app_secret, oa.secret_key) if word in shown]
