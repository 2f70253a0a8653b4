"""Building the program that settings describe: which channels, with which accounts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot import zalo
from bot.channels import Channel, Papers, no_papers
from bot.house import House, open_store
from bot.papers import Printer
from bot.settings import Settings
from bot.store import Store
from storage import transcript

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram
    from bot.channels.webchat import WebChat


def build(settings: Settings, *, create: bool = False, demo: bool = False) -> House:
    """The house of these settings, over a database that was looked over."""
    store = open_store(settings, create=create)
    house: House

    def open_door(name: str) -> None:
        house.open_door(f"https://t.me/{name}?start={{}}")
        found_at(f"https://t.me/{name}")

    def found_at(address: str) -> None:
        house.found_at(address)

    papers = Printer(store.database, lambda: house.mind)
    channels: list[Channel] = list(telegram_bots(settings, papers, open_door))
    middlewares: list[object] = []
    channels += [*zalo.bots(settings, store, papers), *zalo.officials(settings, store, papers, found_at)]
    if settings.web_chat:
        chat = web_chat(settings, store, papers, demo=demo)
        channels.append(chat)
        middlewares += chat.middlewares()
    house = House(settings, store, channels, doors=_own_doors(settings), middlewares=middlewares)
    return house


def telegram_bots(settings: Settings, papers: Papers = no_papers,
                  named: Callable[[str], None] = lambda name: None) -> list[Telegram]:
    """One Telegram channel for each token."""
    bots = settings.telegram_bots()
    if not bots:
        return []
    from bot.channels.telegram import Telegram

    return [
        Telegram(name, token, api_base=settings.telegram_api_base, mode=settings.telegram_mode,
                 webhook_secret=settings.telegram_webhook_secret.get_secret_value(), public_url=settings.public_url,
                 per_second=settings.telegram_per_second, chat_per_second=settings.telegram_chat_per_second,
                 commands=_commands, papers=papers, named=named, marks=settings.marks)
        for name, token in bots.items()
    ]


def _commands() -> dict[str, list[tuple[str, str]]]:
    """Telegram's command menu, by language ("" is everybody else's)."""
    from content.words import LANGUAGES, words

    names = ("start", "menu", "huongdan", "tham", "solieu", "dulieucuatoi")
    listed = {language: [(name, words(language).say(f"command.{name}")) for name in names] for language in LANGUAGES}
    return {**listed, "": listed["vi"]}


def web_chat(settings: Settings, store: Store, papers: Papers, *, demo: bool) -> WebChat:
    from bot.channels.webchat import WebChat

    async def read(account: str, chat: str, limit: int, after: int) -> list[transcript.Line]:
        return await store.read(lambda rows: transcript.lines(rows, account, chat, limit, after))

    return WebChat(transcript=read, demo=demo, public_url=settings.public_url, language=settings.locale, papers=papers)


def _own_doors(settings: Settings) -> list[str]:
    if not settings.web_chat:
        return []
    return [f"{settings.public_url or f'http://{settings.listen}'}/?start={{}}"]


async def doors(settings: Settings) -> list[str]:
    """Every address that opens the bot with a word, Telegram's included where it answers."""
    found = []
    for bot in telegram_bots(settings):
        with contextlib.suppress(Exception):
            found.append(f"https://t.me/{(await bot.me())['username']}?start={{}}")
        await bot.close()
    return found + _own_doors(settings)


async def talk_in_terminal(settings: Settings, part: str) -> None:
    """One person at the keyboard, over the same database as every other channel."""
    from bot.channels.terminal import Terminal
    from bot.keyboard import talk

    house: House
    store = open_store(settings)
    terminal = Terminal(part, papers=Printer(store.database, lambda: house.mind), shared=True)
    house = House(settings, store, [terminal], doors=_own_doors(settings), listen=False)
    await talk(house, store, terminal)
