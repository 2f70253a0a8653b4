"""What is wrong and how to mend it: settings, database, content, channels, clock."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.build import telegram_bots
from bot.settings import SHORTEST_FEED_TOKEN, Settings
from content import speech
from content.library import Library
from content.vietnam_time import local_day
from content.words import Words, words
from handlers.calendar import table
from storage.database import Database, Unusable

GOOD, NOTE, BAD = "✓", "·", "✗"
Finding = tuple[str, str]
FIRST_YEAR = 2026
ENV = Path(".env")


async def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which somebody would mend them."""
    say = words(settings.locale)
    found = [*_settings(settings), *_database(settings), *_content(say), *_voice(say), *_calendar(say), *_clock(say)]
    async for finding in _telegram(settings):
        found.append(finding)
    if settings.zalo_bots() or settings.zalo_accounts():
        from bot import zalo_doctor

        found += [finding async for finding in zalo_doctor.examine(settings)]
    return found


def _settings(settings: Settings) -> Iterator[Finding]:
    say = words(settings.locale).say
    yield GOOD, say("doctor.settings", listen=settings.listen, locale=settings.locale)
    if settings.public_url and not settings.public_url.startswith("https://") and "127.0.0.1" not in settings.public_url:
        yield BAD, say("doctor.not_https")
    if settings.telegram_mode == "webhook" and not (settings.public_url and settings.telegram_webhook_secret.get_secret_value()):
        yield BAD, say("doctor.webhook_needs")
    if 0 < len(settings.feed_token.get_secret_value()) < SHORTEST_FEED_TOKEN:
        yield BAD, say("doctor.feed_token", least=SHORTEST_FEED_TOKEN)
    if ENV.is_file() and ENV.stat().st_mode & 0o077:
        yield NOTE, say("doctor.env_open", path=ENV)


def _database(settings: Settings) -> Iterator[Finding]:
    say = words(settings.locale).say
    try:
        database = Database(settings.database_url)
        database.inspect()
        damage, is_open = database.damage(), database.is_open_to_others
        database.close()
    except Unusable as trouble:
        yield BAD, say(trouble.phrase, **trouble.values)
        return
    yield (BAD, say("doctor.damaged", damage=damage)) if damage else (GOOD, say("doctor.database"))
    if is_open:
        yield NOTE, say("doctor.open_to_others", path=str(database.path))


def _content(spoken: Words) -> Iterator[Finding]:
    say = spoken.say
    library = Library.load()
    guides = library.guides("vi")
    yield GOOD, say("doctor.content", count=len(guides))
    for guide in guides:
        if library.overdue(guide, local_day(datetime.now(UTC))):
            yield NOTE, say("doctor.overdue", guide=guide.id, day=guide.review_again_on.isoformat())


def _voice(spoken: Words) -> Iterator[Finding]:
    """Whether steps can be read aloud. Where the voice is installed it has to speak."""
    say = spoken.say
    if not speech.installed():
        yield NOTE, say("doctor.no_voice")
        return
    try:
        speech.ogg(words("vi").say("guide.begin.go"), "vi")
        yield GOOD, say("doctor.voice")
    except speech.Mute as why:
        yield BAD, say("doctor.voice_silent", why=why)


def _calendar(spoken: Words) -> Iterator[Finding]:
    """The table of public holidays must be renewed in time: nobody wants to be reminded on a holiday."""
    known, today = table(), local_day(datetime.now(UTC))
    level = BAD if today > known.until else NOTE if known.ends_soon(today) else GOOD
    key = "doctor.holidays" if level == GOOD else "doctor.holidays_end"
    yield level, spoken.say(key, day=spoken.day(known.until))


def _clock(spoken: Words) -> Iterator[Finding]:
    say = spoken.say
    now = datetime.now(UTC)
    good = now.year >= FIRST_YEAR and abs(time.time() - now.timestamp()) < 1
    if good:
        yield GOOD, say("doctor.clock", now=spoken.moment(now))
    else:
        yield BAD, say("doctor.clock_wrong", now=now.isoformat())


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    say = words(settings.locale).say
    bots = telegram_bots(settings)
    if not bots:
        yield NOTE, say("doctor.no_telegram")
    for bot in bots:
        try:
            me = await bot.me()
            yield GOOD, say("doctor.telegram", account=bot.account, name=me.get("username", "?"))
            info = await bot.webhook_info()
            if bool(info.get("url")) != (settings.telegram_mode == "webhook"):
                yield BAD, say("doctor.webhook_differs", account=bot.account, mode=settings.telegram_mode)
        except Exception as error:
            yield BAD, say("doctor.telegram_silent", account=bot.account, why=str(error) or type(error).__name__)
        finally:
            await bot.close()
