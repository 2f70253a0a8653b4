"""Zalo: the address at which a Zalo Bot is called, and signing in to an Official Account."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.ground import fail, settings_from
from content.words import Words, words
from storage.database import Database

if TYPE_CHECKING:
    from bot.channels.zalo_bot import ZaloBot
    from bot.settings import Settings

app = typer.Typer()
zalo_bot = typer.Typer(help="Zalo Bot.")
webhook = typer.Typer(help="The address at which Zalo calls a Zalo Bot.")
app.add_typer(zalo_bot, name="zalo-bot")
zalo_bot.add_typer(webhook, name="webhook")
zalo_oa = typer.Typer(help="Zalo Official Account.")
app.add_typer(zalo_oa, name="zalo-oa")


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
        return all([await _ask(bot, what, words(settings.locale)) for bot in bots(settings)])

    if not settings.zalo_bots():
        fail(words(settings.locale).say("zalo.no_token"))
    if what == "set" and not settings.public_url:
        fail(words(settings.locale).say("telegram.no_address"))
    if not asyncio.run(ask()):
        raise SystemExit(1)


async def _ask(bot: ZaloBot, what: str, say: Words) -> bool:
    from bot.channels.zalo_bot import ZaloTrouble

    tried = ""
    try:
        if what == "set":
            tried = failed_try(await bot.webhook_set())
        elif what == "delete":
            await bot.webhook_delete()
        url = str((await bot.webhook_info()).get("url") or "")
        typer.echo(say.say("zalo.webhook_at" if url else "zalo.webhook_none", account=bot.account, url=url))
        if tried:
            typer.echo(say.say("zalo.not_reached", account=bot.account, why=tried), err=True)
    except ZaloTrouble as trouble:
        typer.echo(f"{bot.account}: {trouble}", err=True)
        return False
    finally:
        await bot.close()
    return not tried


def failed_try(answer: Mapping[str, Any]) -> str:
    """Zalo calls an address when it is set, and keeps it even where nobody answers: why it did not work, as far as it says."""
    told = answer.get("verification")
    if not isinstance(told, dict) or told.get("ok") is not False:
        return ""
    return " ".join(str(told[name]) for name in ("outcome", "status_code", "hint") if told.get(name))[:200] or "?"


# --- Official Account ---------------------------------------------------------------------------------------------------


@zalo_oa.command()
def login(name: Annotated[str, typer.Option(help="Name of the account, where there are several.")] = "") -> None:
    """Sign in as an administrator of the account, so that the bot has its keys."""
    settings = settings_from()
    wanted = name or next(iter(settings.zalo_accounts()), "")
    if wanted not in settings.zalo_accounts():
        fail(words(settings.locale).say("zalo.no_account" if wanted else "zalo.no_app", name=wanted))
    if not all(settings.zalo_accounts()[wanted][:2]):
        fail(words(settings.locale).say("zalo.oa_needs", account=f"zalo-oa:{wanted}"))
    asyncio.run(_login(settings, wanted))


async def _login(settings: Settings, name: str) -> None:
    from bot.channels.zalo_http import Http
    from bot.channels.zalo_oa_login import App, Consent, Refused, Unreached, expiry, pair
    from storage import zalo, zalo_tokens

    say = words(settings.locale)
    app_id, app_secret, _ = settings.zalo_accounts()[name]
    consent = Consent(App(app_id, app_secret, settings.zalo_oa_login_base), f"{settings.public_url}/zalo-oa/{name}/callback")
    typer.echo(say.say("zalo.open_this") + f"\n\n{consent.address}\n")
    pasted = typer.prompt(say.say("zalo.paste"), hide_input=True)
    http, problem = Http(), ""
    try:
        found = pair(await consent.keys(http, pasted))
    except (Refused, Unreached) as error:
        found, problem = None, str(error)
    finally:
        await http.close()
    if found is None:
        fail(say.say("zalo.login_needed", account=f"zalo-oa:{name}", why=problem))
    now = datetime.now(UTC)
    database = Database(settings.database_url)
    database.inspect()
    with database.write() as tx:
        zalo_tokens.begin(tx, f"zalo-oa:{name}", found.access, found.refresh, now, expiry(found, now))
        zalo.mend(tx, f"zalo-oa:{name}", [zalo.LOGIN], now)
    database.close()
    typer.echo(say.say("zalo.signed_in", account=f"zalo-oa:{name}", until=say.moment(expiry(found, now))))


@zalo_oa.command()
def status() -> None:
    """How the keys and the account stand. Keys are never shown."""
    from bot.zalo_doctor import BAD, kept

    settings = settings_from()
    if not settings.zalo_accounts():
        fail(words(settings.locale).say("zalo.no_app"))
    found = list(kept(settings, [f"zalo-oa:{name}" for name in settings.zalo_accounts()]))
    for mark, told in found:
        typer.echo(f"{mark} {told}")
    if any(mark == BAD for mark, _ in found):
        raise SystemExit(1)
