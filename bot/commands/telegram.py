"""Telegram: the address at which it calls us."""

from __future__ import annotations

import asyncio

import typer

from bot.commands.ground import fail, settings_from

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

    async def ask() -> None:
        for bot in telegram_bots(settings):
            try:
                if what == "set":
                    await bot.webhook_set(f"{settings.public_url}/telegram/{bot.name}")
                elif what == "delete":
                    await bot.webhook_delete()
                typer.echo(f"{bot.account}: {await bot.webhook_info()}")
            finally:
                await bot.close()

    if not settings.telegram_bots():
        fail("GOCUA_TELEGRAM_TOKEN is not set")
    if what == "set" and not settings.public_url:
        fail("GOCUA_PUBLIC_URL is not set: the https address under which this server is reached")
    asyncio.run(ask())
