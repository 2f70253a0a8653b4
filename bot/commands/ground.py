"""What every command stands on: the settings, the language, and a kind end where something is amiss."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from bot.settings import Settings
from content.words import words

if TYPE_CHECKING:
    from sqlalchemy import Connection

T = TypeVar("T")


class Spoken(StrEnum):
    """The languages something can be written in."""

    VI = "vi"
    EN = "en"


def fail(message: str) -> NoReturn:
    """Say what is wrong and end."""
    typer.echo(message, err=True)
    raise SystemExit(2)


def language() -> str:
    """The language a command speaks, also where the settings are what is wrong."""
    try:
        return Settings().locale  # type: ignore[call-arg]
    except (ValidationError, ValueError, OSError):
        return os.environ.get("GOCUA_LOCALE", "vi")


def settings_from(**over: object) -> Settings:
    """The settings of this environment, and a log that says no more than it should."""
    try:
        settings = Settings(**over)  # type: ignore[arg-type]
    except UnicodeDecodeError:
        fail(words(language()).say("file.not_text", file=".env"))
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s",
                        stream=sys.stderr)
    for noisy in ("httpx", "httpcore", "telegram", "apscheduler", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return settings


def writing(write: Callable[[Connection], T]) -> T:
    """Do something in one transaction of this environment's database: all of it or nothing."""
    from storage.database import Database

    database = Database(settings_from().database_url)
    database.inspect()
    try:
        with database.write() as tx:
            return write(tx)
    finally:
        database.close()


def reading(read: Callable[[Connection], T]) -> T:
    """Look something up in this environment's database."""
    from storage.database import Database

    database = Database(settings_from().database_url)
    database.inspect()
    try:
        with database.read() as tx:
            return read(tx)
    finally:
        database.close()
