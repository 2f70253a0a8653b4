"""An invitation addressed to a telephone number: one press lets its owner in, once, and the number stands nowhere."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from bot.amiss import Amiss
from bot.build import build
from bot.channels import Channel
from bot.channels.telegram import Telegram
from bot.channels.telegram_sending import PUT_AWAY
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOfficial
from bot.cli import app
from bot.house import House, open_store
from bot.settings import Settings
from content.words import words
from storage.database import Database
from storage.models import METADATA, Attempt, AuditEvent, Inbox, Invitation, Membership, table
from storage.reading import Reading
from storage.teams import people, telephones
from tests.houses import furnish, quiet, settings
from tests.journeys.chats import bind_chats
from tests.journeys.drivers import CHATS, TOKEN
from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.people import User
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_bot.bot import event
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import app_of, sign_in

KEY = "thirty-two letters for the tests"
NUMBER = "912345678"
SAY = words("vi").say
SHARE, AGREE, MENU = SAY("join.share"), SAY("join.agree.yes"), SAY("way.menu")
TOLD = words("vi").phrases["join.told"].splitlines()[0]
LEADER = f"z{CHATS['leader']}"
invitation, membership, attempt = table(Invitation), table(Membership), table(Attempt)


def keyed(url: str, **more: object) -> Settings:
    return settings(url, **{"number_key": KEY, **more})


@contextlib.asynccontextmanager
async def house_of(conf: Settings, channels: Sequence[Channel]) -> AsyncIterator[House]:
    house = House(conf, open_store(conf), channels, backoff=(0.05,))
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


class Official:
    """The demonstration commune on a loopback Official Account."""

    def __init__(self, oa: LoopbackZaloOa, house: House) -> None:
        self.oa, self.house = oa, house

    async def happens(self, user: str, made: dict[str, Any]) -> str:
        """What everybody is told meanwhile, with the titles of cards that ask for a number."""
        before, mine = len(self.oa.posts), len(self.oa.said_to(user))
        assert await self.oa.post(made) == 200
        async with asyncio.timeout(20):  # by way of a file it takes a moment
            while len(self.oa.said_to(user)) == mine:
                await asyncio.sleep(0.01)
        await quiet(self.house.store)
        return "\n".join(f"{post.chat}: {post.words}{post.asks_number}" for post in self.oa.posts[before:])

    async def says(self, user: str, text: str) -> str:
        return await self.happens(user, self.oa.text(user, text))

    async def hands_over(self, user: str, number: str, place: str = "info") -> str:
        return await self.happens(user, self.oa.submits(user, number, place))


@contextlib.asynccontextmanager
async def official(url: str, spool: Path, **more: object) -> AsyncIterator[Official]:
    furnish(url)
    bind_chats(url)
    conf = keyed(url, **more)
    async with LoopbackZaloOa(oa="4021") as oa:
        store = open_store(conf)
        await sign_in(oa, store)
        found: list[str] = []
        channel = ZaloOfficial("main", app_of(oa), oa.secret_key, store, api_base=oa.url, per_second=1_000, spool=spool,
                               marks=conf.marks, found=found.append)
        async with house_of(conf, [channel]) as house:
            async with asyncio.timeout(20):
                while conf.marks and not found:
                    await asyncio.sleep(0.01)
            for address in found:
                house.found_at(address)
            oa.webhook = f"{house.address}{channel.path}"
            yield Official(oa, house)
        store.close()


def rows(url: str, statement: Any) -> list[Any]:
    database = Database(url)
    with database.read() as tx:
        found = list(tx.execute(statement).all())
    database.close()
    return found


def everything(url: str) -> str:
    return "\n".join(repr(row) for each in METADATA.sorted_tables for row in rows(url, select(each)))


@pytest.mark.parametrize(("place", "patience"), [("info", 60.0), ("user_info", 0.0), ("text", 60.0)],
                         ids=["info", "user_info, by way of a file", "text"])
async def test_53_one_press_lets_the_owner_of_an_invited_number_in(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, patience: float, place: str
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("bot.channels.zalo_spool.Spool.__init__.__kwdefaults__", {"patience": patience})
    written: list[bytes] = []
    monkeypatch.setattr("bot.channels.zalo_spool._sync", lambda folder: written.extend(
        file.read_bytes() for file in folder.glob("*.json")))
    async with official(url, tmp_path) as there:
        assert SAY("invite.number").splitlines()[0] in await there.says(LEADER, "mời")
        made = await there.says(LEADER, f"0{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}")
        assert f"số …{NUMBER[-3:]}" in made and NUMBER[:6] not in made
        assert made.count("https://zalo.me/4021") == 1, "where the account is found"
        assert SHARE in await there.says("U1", "tôi được mời vào tổ")
        assert AGREE in await there.hands_over("U1", f"84{NUMBER}", place)
        assert SAY("join.name").splitlines()[0] in await there.says("U1", "1")
        told = await there.says("U1", "Bác Sáu")
        assert "Chào mừng Bác Sáu" in told
        assert f"{LEADER}: {TOLD}" in told and f"số …{NUMBER[-3:]}" in told
        assert SAY("join.no_number") in await there.hands_over("U2", f"84{NUMBER}", place), "it works once"
    digest = telephones.mark(KEY, f"0{NUMBER}").partition(":")[2]
    kept, spooled = everything(url), b"".join(written)
    assert NUMBER not in caplog.text and bool(written) == (patience == 0.0)
    assert NUMBER not in kept and digest not in kept and digest not in caplog.text
    assert NUMBER.encode() not in spooled and b"Lan" not in spooled
    assert rows(url, select(AuditEvent.detail).where(AuditEvent.action == "invited"))[-1] == ("addressed",)


async def test_53_what_came_in_with_a_number_is_empty_once_it_is_answered(sqlite_url: str, tmp_path: Path) -> None:
    async with official(sqlite_url, tmp_path) as there:
        for said in ("mời", "0912 345 67", "0912345678"):
            await there.says(LEADER, said)
        await there.hands_over("U1", f"84{NUMBER}")
        card = there.oa.event("U2", "user_send_business_card", {"attachments": [{"payload": {"phone": f"0{NUMBER}"}}]})
        assert SAY("join.others_number") in await there.happens("U2", card), "a card lets nobody in"
        await there.says("U2", "hướng dẫn")
    letters = [letter for (letter,) in rows(sqlite_url, select(table(Inbox).c.letter).order_by(table(Inbox).c.id))]
    assert [letter is None for letter in letters] == [False, True, True, True, True, False]


async def test_a_number_that_is_mistyped_is_asked_for_again(sqlite_url: str, tmp_path: Path) -> None:
    async with official(sqlite_url, tmp_path) as there:
        await there.says(LEADER, "mời")
        for wrong in ("0912 345 67", "số bác Sáu", "12", "113"):
            told = await there.says(LEADER, wrong)
            assert SAY("invite.number.unclear") in told and SAY("secret.seen").splitlines()[0] not in told, wrong
        made = await there.says(LEADER, "không cần số")
        assert SAY("join.share") not in made and "số …" not in made and "đọc mã này" in made
    assert rows(sqlite_url, select(invitation.c.number_digest, invitation.c.number_ends)) == [(None, None)]


async def test_guessing_by_number_is_as_slow_as_by_code(sqlite_url: str, tmp_path: Path) -> None:
    async with official(sqlite_url, tmp_path) as there:
        await there.says(LEADER, "mời")
        await there.says(LEADER, f"0{NUMBER}")
        for last in range(people.GUESSES):
            assert SAY("join.no_number") in await there.hands_over("U1", f"8490000000{last}")
        assert SAY("join.too_many") in await there.hands_over("U1", f"84{NUMBER}")
        assert AGREE in await there.hands_over("U2", f"84{NUMBER}")
    assert rows(sqlite_url, select(func.count()).select_from(attempt)) == [(people.GUESSES + 1,)]


async def test_an_invitation_to_a_number_ends_with_its_link(sqlite_url: str, tmp_path: Path) -> None:
    async with official(sqlite_url, tmp_path) as there:
        await there.says(LEADER, "mời")
        await there.says(LEADER, f"0{NUMBER}")
        assert AGREE in await there.hands_over("U1", f"84{NUMBER}")
        await there.house.store.write(lambda tx: tx.execute(update(invitation).values(link_expires_at=datetime.now(UTC))))
        assert SAY("join.no_number") in await there.hands_over("U2", f"84{NUMBER}")
        assert SAY("join.expired") in await there.says("U1", "1"), "also where it was opened in time"
        await there.house.clock.tidy()
    assert rows(sqlite_url, select(invitation.c.number_digest, invitation.c.number_ends)) == [(None, None)]


def test_a_live_number_is_not_forgotten_early(url: str) -> None:
    furnish(url)
    now, mark = datetime.now(UTC), telephones.mark(KEY, f"0{NUMBER}")
    database = Database(url)
    with database.write() as tx:
        for place in (3, 4):
            people.invite(tx, people.Invite(f"link{place}", f"code{place}", "volunteer", None, place, mark), None, now)
        people.forget_numbers(tx, now + people.LINK_LIVES - timedelta(seconds=1))
        newest = people.addressed(Reading(tx), mark.partition(":")[2], now)
        assert newest == people.hashed("link4"), "the newest of several"
        other = telephones.mark("another key of some length", f"0{NUMBER}")
        assert people.addressed(Reading(tx), other.partition(":")[2], now) == ""
        people.forget_numbers(tx, now + people.LINK_LIVES)
        assert people.addressed(Reading(tx), mark.partition(":")[2], now) == ""
    database.close()


async def test_where_the_card_is_refused_the_code_is_typed(sqlite_url: str, tmp_path: Path) -> None:
    async with official(sqlite_url, tmp_path) as there:
        there.oa.switches.asks_nothing = True
        told = await there.says("U1", "tôi được mời vào tổ")
        assert SAY("join.code_or_number").splitlines()[-1] in told and SHARE not in told.splitlines()[-1]
        assert SAY("join.not_a_code") in await there.says("U1", "KM4T")


async def test_the_program_says_where_each_account_is_found(sqlite_url: str) -> None:
    more = {"telegram_token": TOKEN, "zalo_oa_app_id": "xa=1", "zalo_bot_token": TOKEN}
    for key, asks in ((KEY, True), ("", False)):
        house = build(settings(sqlite_url, number_key=key, **more))
        for channel in house.channels:
            if isinstance(channel, ZaloOfficial):
                channel._found("https://zalo.me/4021")
            elif isinstance(channel, Telegram):
                channel._named("gocua_bot")
        assert set(house.mind.addresses()) == {"https://zalo.me/4021", "https://t.me/gocua_bot"}
        assert (house.mind.mark is not None) == asks
        assert [each.account for each in house.channels if each.limits.asks_number] == ["telegram:main", "zalo-oa:xa"]
        house.store.close()


class Chatting:
    """The demonstration commune on the loopback Bot API."""

    def __init__(self, api: LoopbackBotApi, house: House) -> None:
        self.api, self.house = api, house

    def user(self, number: int) -> User:
        return self.api.user(number, token=TOKEN)

    async def told(self, number: int, update_id: int) -> str:
        async with asyncio.timeout(20):
            while update_id not in self.api.bot(TOKEN).updates.confirmed:
                await asyncio.sleep(0.01)
        await quiet(self.house.store)
        last = self.user(number).last
        assert last is not None
        return last.text


async def gone(guest: User) -> None:
    """Nothing stands under the input field any more, and nothing is left of what took it away."""
    async with asyncio.timeout(10):
        while guest._reply_buttons() or any(m.text == PUT_AWAY and not m.deleted for m in guest.chat.messages.values()):
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def chatting(url: str) -> AsyncIterator[Chatting]:
    furnish(url)
    bind_chats(url)
    conf, api = keyed(url), LoopbackBotApi(TOKEN)
    channel = Telegram("main", TOKEN, api_base=await api.start(), per_second=1_000, chat_per_second=1_000, marks=conf.marks)
    async with house_of(conf, [channel]) as house:
        yield Chatting(api, house)
    await api.stop()


async def test_on_telegram_a_card_addresses_it_and_ones_own_contact_opens_it(url: str) -> None:
    async with chatting(url) as there:
        leader, guest = there.user(CHATS["leader"]), there.user(900)
        await there.told(leader.id, leader.say("mời"))
        made = await there.told(leader.id, leader.send("contact", phone_number=f"+84{NUMBER}", user_id=0))
        assert f"số …{NUMBER[-3:]}" in made
        await there.told(900, guest.say("tôi được mời vào tổ"))
        assert [button["text"] for button in guest._reply_buttons()] == [SHARE, MENU]
        for whose in ({"user_id": 901}, {"user_id": 0}):  # somebody else's, and a card that nobody's account stands behind
            assert SAY("join.code_or_number").splitlines()[0] in await there.told(
                900, guest.send("contact", phone_number=f"+84{NUMBER}", **whose))
            assert SAY("join.others_number") in [message.text for message in guest.chat.messages.values()][-2]
        assert guest._reply_buttons(), "the button stays while it is needed"
        assert "Tham gia làm" in await there.told(900, guest.send("contact", phone_number=f"84{NUMBER}"))
        await gone(guest)
        await there.told(900, guest.press(None, AGREE))
        assert "Chào mừng Chị Bảy" in await there.told(900, guest.say("Chị Bảy"))
        assert leader.last is not None and TOLD in leader.last.text
    assert NUMBER not in everything(url)


async def test_the_other_buttons_beside_the_one_for_a_number_are_pressed_as_words(sqlite_url: str) -> None:
    async with chatting(sqlite_url) as there:
        guest = there.user(900)
        await there.told(900, guest.say("/start"))
        before = len(guest.transcript())
        await there.told(900, guest.press(None, SAY("menu.join")))
        assert len(guest.transcript()) == before + 1, "below what was pressed: such a button cannot take its place"
        assert SAY("menu.citizen").splitlines()[0] in await there.told(900, guest.press(None, MENU))


@pytest.mark.parametrize("instead", ["menu", "KM4T-7XQ2", "code"])
async def test_the_button_for_a_number_goes_whatever_is_said_instead(sqlite_url: str, instead: str) -> None:
    async with chatting(sqlite_url) as there:
        leader, guest = there.user(CHATS["leader"]), there.user(900)
        await there.told(leader.id, leader.say("mời"))
        made = await there.told(leader.id, leader.press(None, SAY("invite.number.-")))
        await there.told(900, guest.say("tôi được mời vào tổ"))
        told = await there.told(900, guest.say(made.split("phút:")[1].split()[0] if instead == "code" else instead))
        if instead == "KM4T-7XQ2":
            assert SAY("join.unknown_code") in told and guest._reply_buttons(), "still asked"
            return
        await gone(guest)


async def test_where_no_button_asks_for_a_number_the_code_is_typed_as_ever(sqlite_url: str) -> None:
    furnish(sqlite_url)
    bind_chats(sqlite_url)
    conf, api = keyed(sqlite_url), LoopbackZaloBot(TOKEN)
    channel = ZaloBot("main", TOKEN, api_base=await api.start(), mode="webhook", webhook_secret="loopback-secret",
                      per_second=1_000)
    async with house_of(conf, [channel]) as house:
        api.bot().webhook = {"url": f"{house.address}/zalo-bot/main", "secret_token": "loopback-secret"}
        for chat, said in ((LEADER, "mời"), ("z1", "tôi được mời vào tổ")):
            assert await api.post(event(api.bot(), chat, "text", text=said)) == 200
            await quiet(house.store)
        assert "đọc mã này" in api.posts(LEADER)[-1].words, "no channel could ask for it, so no number is asked for"
        assert SAY("join.code").splitlines()[1] in api.posts("z1")[-1].words and SHARE not in api.posts("z1")[-1].words
    await api.stop()


async def test_without_a_key_nobody_is_asked_for_a_number(sqlite_url: str, tmp_path: Path) -> None:
    async with official(sqlite_url, tmp_path, number_key="") as there:
        assert "đọc mã này" in await there.says(LEADER, "mời")
        assert SHARE not in await there.says("U1", "tôi được mời vào tổ")
        assert SAY("sent.contact") in await there.hands_over("U1", f"84{NUMBER}")


def amiss(ended: Result) -> str:
    """The phrase with which a command ended."""
    assert isinstance(ended.exception, Amiss)
    return ended.exception.phrase


def test_an_operator_addresses_one_and_no_shell_remembers_the_number(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    furnish(sqlite_url)
    place = rows(sqlite_url, select(METADATA.tables["place"].c.code).where(METADATA.tables["place"].c.level == "hamlet"))[0][0]
    monkeypatch.setenv("GOCUA_DATABASE_URL", sqlite_url)
    asked = ["invite", "leader", place, "--phone"]
    assert amiss(CliRunner().invoke(app, asked)) == "zalo.no_number_key"
    monkeypatch.setenv("GOCUA_NUMBER_KEY", KEY)
    assert amiss(CliRunner().invoke(app, asked, input="12\n")) == "invite.number.unclear"
    done = CliRunner().invoke(app, asked, input=f"+84 {NUMBER}\n")
    assert done.exit_code == 0, done.output
    mark = telephones.mark(KEY, NUMBER.rjust(10, "0"))
    assert rows(sqlite_url, select(invitation.c.number_ends, invitation.c.number_digest)) == [tuple(mark.split(":"))]
