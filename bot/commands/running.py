"""Running the bot: for good, as a demonstration, in a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.amiss import Amiss
from bot.commands.ground import settings_from
from bot.settings import DEFAULT_DATABASE
from content.words import words
from storage.database import Database

if TYPE_CHECKING:
    from bot.house import House

app = typer.Typer()
DEMO_DATABASE = "sqlite:///demo.db"
DEMO_PORTS = range(8080, 8100)


@app.command()
def serve() -> None:
    """Run the bot: every channel that is set up, and the web chat. The default."""
    from bot.build import build

    settings = settings_from()
    create = settings.database_url == DEFAULT_DATABASE  # with no setting at all, a first start makes the file
    run(build(settings, create=create).run(_begun))


@app.command()
def demo(reset: Annotated[bool, typer.Option(help="Begin again with fresh demonstration data.")] = False,
         port: Annotated[int, typer.Option(help="Port on this machine; by default the first free one from 8080.")] = 0) -> None:
    """Start the demonstration commune on this machine and print the address of its web chat."""
    from bot.build import build

    listen = f"127.0.0.1:{port or _free_port()}"
    settings = settings_from(database_url=os.environ.get("GOCUA_DATABASE_URL", DEMO_DATABASE), listen=listen,
                         log_level=os.environ.get("GOCUA_LOG_LEVEL", "warning"))
    if reset:
        _remove(settings.database_url)
    kept = _furnish(settings.database_url, anew=reset)
    say = words(settings.locale).say
    typer.echo(say("demo.kept" if kept else "demo.fresh"))
    run(build(settings, demo=True).run(lambda house: typer.echo(say("demo.address", address=house.address))))


def _furnish(url: str, *, anew: bool = False) -> bool:
    """The demonstration commune in its database; whether it was there before. A database in earnest is left alone."""
    from bot import demo as data

    database = Database(url)
    if (database.path is None or database.path.exists()) and database.version() is not None:
        with database.read() as tx:
            if data.is_in_earnest(tx):
                raise Amiss("serve.in_earnest")
    database.upgrade(anew=anew)
    with database.write() as tx:
        kept = data.is_loaded(tx)
        if not kept:
            data.load(tx, datetime.now(UTC))
    database.close()
    return kept


def _begun(house: House) -> None:
    """What runs, and where it can be seen: said once the port is open."""
    say = words(house.settings.locale).say
    typer.echo(say("serve.begun", accounts=", ".join(each.account for each in house.channels)))
    if house.settings.web_chat:
        typer.echo(say("serve.web", address=house.settings.public_url or house.address))


def _remove(url: str) -> None:
    if not url.startswith("sqlite:///"):
        raise Amiss("serve.no_reset")
    path = Path(url.removeprefix("sqlite:///"))
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _free_port() -> int:
    import socket

    for port in DEMO_PORTS:
        with contextlib.suppress(OSError), socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            return port
    return 0


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run to its end, on uvloop where the system has it; Ctrl-C is an end like any other."""
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(work)


def _loop() -> asyncio.AbstractEventLoop:
    try:
        from uvloop import new_event_loop
    except ImportError:  # Windows
        return asyncio.new_event_loop()
    return new_event_loop()


@app.command()
def chat(as_: Annotated[str, typer.Option("--as", help="citizen, volunteer or leader")] = "citizen",
         database: Annotated[str, typer.Option(help="Database; by default the demonstration's.")] = DEMO_DATABASE) -> None:
    """Hold the same conversations in this terminal. An empty line or Ctrl-D ends it."""
    from bot import demo as data
    from bot.build import talk_in_terminal

    if as_ not in data.PARTS:
        raise Amiss("serve.no_part", known=", ".join(data.PARTS))
    settings = settings_from(database_url=os.environ.get("GOCUA_DATABASE_URL", database), log_level="error")
    if settings.database_url == DEMO_DATABASE:
        _furnish(settings.database_url)
    run(talk_in_terminal(settings, as_))
