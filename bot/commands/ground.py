"""What every command stands on: the settings, the language, and a kind end where something is amiss."""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn

import typer

from bot.settings import Settings


def fail(message: str) -> NoReturn:
    """Say what is wrong and end."""
    typer.echo(message, err=True)
    raise SystemExit(2)


def language() -> str:
    """The language a command speaks."""
    return os.environ.get("GOCUA_LOCALE", "vi")


def settings_from(**over: object) -> Settings:
    """The settings of this environment, and a log that says no more than it should."""
    settings = Settings(**over)  # type: ignore[arg-type]
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s",
                        stream=sys.stderr)
    for noisy in ("httpx", "httpcore", "telegram", "apscheduler", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return settings
