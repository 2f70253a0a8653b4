"""Zalo: the address at which a Zalo Bot is called."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from bot.commands.ground import fail, settings_from

if TYPE_CHECKING:
    from bot.channels.zalo_bot import ZaloBot

app = typer.Typer()
zalo_bot = typer.Typer(help="Zalo Bot.")
webhook = typer.Typer(help="The address at which Zalo calls a Zalo Bot.")
app.add_typer(zalo_bot, name="zalo-bot")
zalo_bot.add_typer(webhook, name="webhook")


@webhook.command("set")
def webhook_set() -> None:
    """Ask Zalo to call GOCUA_PUBLIC_URL."""
    _each_bot("set")


@webhook.command("delete")
def webhook_delete() -> None:
    """Ask Zalo to call nobody, so that polling works."""
    _each_bot("delete")


@webhook.command("info")
def webhook_info() -> None:
    """What Zalo says about the address it calls."""
    _each_bot("info")


def _each_bot(what: str) -> None:
    from bot.zalo import bots

    settings = settings_from()

    async def ask() -> bool:
        return all([await _ask(bot, what) for bot in bots(settings)])

    if not settings.zalo_bots():
        fail("GOCUA_ZALO_BOT_TOKEN is not set")
    if what == "set" and not settings.public_url:
        fail("GOCUA_PUBLIC_URL is not set: the https address under which this server is reached")
    if not asyncio.run(ask()):
        raise SystemExit(1)


async def _ask(bot: ZaloBot, what: str) -> bool:
    from bot.channels.zalo_bot import ZaloTrouble

    try:
        if what == "set":
            await bot.webhook_set()
        elif what == "delete":
            await bot.webhook_delete()
        typer.echo(f"{bot.account}: {await bot.webhook_info()}")
    except ZaloTrouble as trouble:
        typer.echo(f"{bot.account}: {trouble}", err=True)
        return False
    finally:
        await bot.close()
    return True
