"""Telegram: the address at which it calls us."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from bot.amiss import Amiss
from bot.commands.ground import settings_from

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram

app = typer.Typer()
telegram = typer.Typer(help="Telegram.")
webhook = typer.Typer(help="The address at which Telegram calls us.")
app.add_typer(telegram, name="telegram")
telegram.add_typer(webhook, name="webhook")


@webhook.command("set")
def webhook_set() -> None:
    """Ask Telegram to call GOCUA_PUBLIC_URL."""
    _each_bot("set")


@webhook.command("delete")
def webhook_delete() -> None:
    """Ask Telegram to call nobody, so that polling works."""
    _each_bot("delete")


@webhook.command("info")
def webhook_info() -> None:
    """What Telegram says about the address it calls."""
    _each_bot("info")


def _each_bot(what: str) -> None:
    from bot.build import telegram_bots

    settings = settings_from()
    if not settings.telegram_bots():
        raise Amiss("telegram.no_token")
    if what == "set" and not settings.public_url:
        raise Amiss("telegram.no_address")

    async def ask() -> None:
        for bot in telegram_bots(settings):
            try:
                await _ask(bot, what)
            finally:
                await bot.close()

    asyncio.run(ask())


async def _ask(bot: Telegram, what: str) -> None:
    from bot.channels.telegram_bot import TelegramTrouble

    try:
        if what == "set":
            await bot.webhook_set()
        elif what == "delete":
            await bot.webhook_delete()
        typer.echo(f"{bot.account}: {await bot.webhook_info()}")
    except TelegramTrouble as why:
        raise Amiss("telegram.trouble", account=bot.account, why=why) from None
