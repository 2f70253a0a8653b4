"""What every channel must do, whichever it is."""

from collections.abc import Callable, Iterator

import pytest

from bot.channels import Channel, Fate
from bot.channels.fitting import fit, units
from bot.channels.telegram import Telegram
from bot.channels.terminal import Terminal
from bot.channels.webchat import WebChat
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOfficial
from bot.house import open_store
from bot.store import Store
from handlers.talk import Choice, Message
from storage import transcript
from tests.houses import settings
from tests.loopback.bot_api import LoopbackBotApi
from tests.loopback.zalo_bot import LoopbackZaloBot
from tests.loopback.zalo_oa import LoopbackZaloOa
from tests.zalo import app_of, sign_in

TOKEN = "1001:loopback-token-for-tests-only"


class Platforms:
    """Every platform on this machine."""

    def __init__(self, store: Store) -> None:
        self.telegram, self.zalo_bot, self.zalo_oa = LoopbackBotApi(TOKEN), LoopbackZaloBot(TOKEN), LoopbackZaloOa()
        self.store = store

    async def __aenter__(self) -> "Platforms":
        await self.telegram.start()
        await self.zalo_bot.start()
        await self.zalo_oa.start()
        await sign_in(self.zalo_oa, self.store)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.telegram.stop()
        await self.zalo_bot.stop()
        await self.zalo_oa.stop()


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(settings(sqlite_url))
    yield opened
    opened.close()


async def nothing(account: str, chat: str, limit: int, after: int) -> list[transcript.Line]:
    return []


CHANNELS: dict[str, Callable[[Platforms], Channel]] = {
    "terminal": lambda platforms: Terminal("7", out=lambda text: None, colours=False),
    "telegram": lambda platforms: Telegram("main", TOKEN, api_base=platforms.telegram.url),
    "webchat": lambda platforms: WebChat(transcript=nothing, demo=True, public_url=""),
    "zalo-bot": lambda platforms: ZaloBot("main", TOKEN, api_base=platforms.zalo_bot.url),
    "zalo-oa": lambda platforms: ZaloOfficial(
        "main", app_of(platforms.zalo_oa), "x", platforms.store, api_base=platforms.zalo_oa.url),
}
LONG = "Một câu dài vừa phải để thử xem có bị cắt giữa chừng hay không. " * 300
MESSAGES = {
    "plain": Message(text="Chào bác"),
    "everything": Message(title="Tiêu đề <b>", text="a & b < c > d\n\n* _ ` [x](y)", note="ghi chú", choices=(
        Choice("Một", "1:k:a"), Choice("Hai & ba", "1:k:b"), Choice("Quay lại", "1:k:<", quiet=True))),
    "emoji": Message(text="👨‍👩‍👧‍👦" * 40, choices=tuple(Choice(f"Lựa chọn {n}", f"1:k:{n}") for n in range(9))),
    "long": Message(title="Dài", text=LONG, choices=(Choice("Xong", "1:k:a"),)),
}


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize("kind", MESSAGES)
async def test_every_message_fits_and_is_sent(store: Store, name: str, kind: str) -> None:
    async with Platforms(store) as platforms:
        platforms.telegram.user(7, token=TOKEN).say("chào")
        channel = CHANNELS[name](platforms)
        assert channel.account.split(":")[0] == name.replace("webchat", "web")
        parts = fit(MESSAGES[kind], channel.limits)
        assert parts[-1].choices == MESSAGES[kind].choices and all(not part.choices for part in parts[:-1])
        assert "".join("".join(part.text.split()) for part in parts) == "".join(MESSAGES[kind].text.split())
        for part in parts:
            assert units(part.title + part.text + part.note) <= channel.limits.characters
            sent = await channel.send("7", part)
            assert sent.fate is Fate.SENT, sent
        await channel.close()


@pytest.mark.parametrize("name", CHANNELS)
async def test_starting_and_stopping_may_be_repeated(store: Store, name: str) -> None:
    async def receive(account: str, things: object) -> None:
        return

    async with Platforms(store) as platforms:
        channel = CHANNELS[name](platforms)
        for _ in range(2):
            await channel.start(receive)
            await channel.stop()
        await channel.close()
