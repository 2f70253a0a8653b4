"""What is wrong with the Zalo accounts and how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

from bot.channels.zalo_bot import ZaloBot
from bot.settings import Settings
from bot.zalo import bots
from content.vietnam_time import local_day
from content.words import words
from storage import zalo
from storage.database import Database, Unusable
from storage.reading import Reading

GOOD, NOTE, BAD = "✓", "·", "✗"
Finding = tuple[str, str]


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding about a Zalo account."""
    for bot in bots(settings):
        try:
            async for finding in _bot(settings, bot):
                yield finding
        finally:
            await bot.close()
    accounts = [f"zalo-bot:{name}" for name in settings.zalo_bots()]
    for finding in _kept(settings, accounts):
        yield finding


async def _bot(settings: Settings, bot: ZaloBot) -> AsyncIterator[Finding]:
    say = words(settings.locale).say
    hooked = settings.zalo_bot_mode == "webhook"
    if hooked and not (settings.public_url and len(settings.zalo_bot_webhook_secret.get_secret_value()) >= 8):
        yield BAD, say("zalo.needs", account=bot.account)
    if not bot.limits.pictures:
        yield NOTE, say("zalo.no_pictures", account=bot.account)
    try:
        me = await bot.me()
        yield GOOD, say("zalo.bot", account=bot.account, name=me.get("account_name") or me.get("display_name") or "?")
        if bool((await bot.webhook_info()).get("url")) != hooked:
            yield BAD, say("zalo.differs", account=bot.account, mode=settings.zalo_bot_mode)
    except Exception as error:
        yield BAD, say("zalo.silent", account=bot.account, why=str(error) or type(error).__name__)


def _kept(settings: Settings, accounts: list[str]) -> Iterator[Finding]:
    """What the program itself noted: the month's messages, and what Zalo complained of."""
    say, now = words(settings.locale), datetime.now(UTC)
    if not accounts:
        return
    try:
        database = Database(settings.database_url)
        with database.read() as tx:
            rows = Reading(tx)
            month = zalo.month_of(local_day(now))
            found = [(account, zalo.sent_in(rows, account, month), zalo.standing(rows, account)) for account in accounts]
        database.close()
    except Unusable:
        return  # said already
    for account, sent, stands in found:
        limit = settings.zalo_bot_monthly if account.startswith("zalo-bot:") else 0
        if limit:
            yield (BAD if sent * 100 >= limit * 90 else GOOD), say.say("zalo.month", account=account, sent=sent, limit=limit)
        if stands and stands[0] != zalo.WELL:
            yield BAD, say.say("zalo.stands", account=account, state=stands[0], problem=stands[1], since=say.moment(stands[2]))
