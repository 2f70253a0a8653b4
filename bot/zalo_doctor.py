"""What is wrong with the Zalo accounts and how to mend it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_bot_watch import host
from bot.channels.zalo_shelf import is_public
from bot.settings import Settings
from bot.zalo import bots
from content.vietnam_time import local_day
from content.words import words
from storage import zalo, zalo_tokens
from storage.database import Database, Unusable
from storage.reading import Reading
from storage.reminding.ways import REMINDERS
from storage.zalo_tokens import Token

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
    for finding in _told(settings):
        yield finding
    accounts = [f"zalo-bot:{name}" for name in settings.zalo_bots()]
    accounts += [f"zalo-oa:{name}" for name in settings.zalo_accounts()]
    for finding in kept(settings, accounts):
        yield finding


def _told(settings: Settings) -> Iterator[Finding]:
    """What the settings alone tell."""
    say = words(settings.locale).say
    for name, parts in settings.zalo_accounts().items():
        if not all(parts):
            yield BAD, say("zalo.oa_needs", account=f"zalo-oa:{name}")
        if not is_public(settings.public_url):
            yield NOTE, say("zalo.no_links", account=f"zalo-oa:{name}")
    if settings.zalo_accounts() and settings.marks is None:
        yield NOTE, say("zalo.no_number_key")
    if not settings.telephone.strip():
        yield NOTE, say("zalo.no_telephone")


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
        url = str((await bot.webhook_info()).get("url") or "")
        if bool(url) != hooked:
            yield BAD, say("zalo.differs", account=bot.account, mode=settings.zalo_bot_mode)
        elif hooked and bot.address and url.rstrip("/") != bot.address:
            yield BAD, say("zalo.elsewhere", account=bot.account, host=host(url))
    except Exception as error:
        yield BAD, say("zalo.silent", account=bot.account, why=str(error) or type(error).__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database says of one account."""

    account: str
    sent: int
    stands: tuple[str, str, datetime] | None
    token: Token | None


def kept(settings: Settings, accounts: Sequence[str]) -> Iterator[Finding]:
    """What the program itself noted: keys, the month's messages, and what Zalo complained of."""
    if not accounts:
        return
    try:
        seen = _look(settings, accounts)
    except Unusable:
        return  # said already
    for each in seen:
        yield from _judged(settings, each)


def _look(settings: Settings, accounts: Sequence[str]) -> list[Seen]:
    now = datetime.now(UTC)
    month = zalo.month_of(local_day(now))
    database = Database(settings.database_url)
    try:
        database.inspect()
        with database.read() as tx:
            rows = Reading(tx)
            return [Seen(account, zalo.sent_in(rows, account, month), zalo.trouble(rows, account, now),
                         zalo_tokens.read(rows, account)) for account in accounts]
    finally:
        database.close()


def _judged(settings: Settings, seen: Seen) -> Iterator[Finding]:
    spoken = words(settings.locale)
    say, limit = spoken.say, settings.zalo_bot_monthly
    if seen.account.startswith("zalo-bot:"):
        if limit:
            full = seen.sent * 100 >= limit * REMINDERS
            yield (BAD if full else GOOD), say("zalo.month", account=seen.account, sent=seen.sent, limit=limit)
    elif seen.token is None:
        yield BAD, say("zalo.login_first", account=seen.account)
    elif seen.token.lost:
        yield BAD, say("zalo.login_needed", account=seen.account, why=seen.token.lost)
    else:
        yield GOOD, say("zalo.oa", account=seen.account, until=spoken.moment(seen.token.expires_at))
    if seen.stands:
        state, problem, since = seen.stands
        yield BAD, say("zalo.stands", account=seen.account, state=state, problem=problem, since=spoken.moment(since))
