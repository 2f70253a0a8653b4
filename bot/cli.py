"""The command line: `gocua` and its commands."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from bot.settings import DEFAULT_DATABASE, Settings, variables
from content.vietnam_time import local_day
from content.words import words
from storage.database import Database, Unusable

app = typer.Typer(help="Gõ Cửa: a chatbot for Vietnam's community digital-technology teams.", no_args_is_help=False,
                  add_completion=False, pretty_exceptions_enable=False,
                  epilog="Settings (environment or .env): " + "; ".join(f"{name}: {what}" for name, what in variables().items()))
db = typer.Typer(help="The database: create or bring up to date, check.")
telegram = typer.Typer(help="Telegram.")
webhook = typer.Typer(help="The address at which Telegram calls us.")
app.add_typer(db, name="db")
app.add_typer(telegram, name="telegram")
telegram.add_typer(webhook, name="webhook")

DEMO_DATABASE = "sqlite:///demo.db"
DEMO_PORTS = range(8080, 8100)


def main() -> None:
    """The console script. Whatever an operator can mend is said in words, without a traceback."""
    try:
        app()
    except Unusable as trouble:
        _fail(words(_language()).say(trouble.phrase, **trouble.values))
    except ValidationError as error:
        for each in error.errors():
            name = "GOCUA_" + "_".join(str(part) for part in each["loc"]).upper()
            typer.echo(f"{name}: {each['msg']}", err=True)  # never the value: it may be a token
        raise SystemExit(2) from None


def _fail(message: str) -> None:
    typer.echo(message, err=True)
    raise SystemExit(2)


def _language() -> str:
    return os.environ.get("GOCUA_LOCALE", "vi")


def _settings(**over: object) -> Settings:
    settings = Settings(**over)  # type: ignore[arg-type]
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s",
                        stream=sys.stderr)
    for noisy in ("httpx", "httpcore", "telegram", "apscheduler", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return settings


@app.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        serve()


@app.command()
def serve() -> None:
    """Run the bot: every channel that is set up, and the web chat. The default."""
    from bot.build import build

    settings = _settings()
    create = settings.database_url == DEFAULT_DATABASE  # with no setting at all, a first start makes the file
    with _stopping_well():
        asyncio.run(build(settings, create=create).run())


@app.command()
def demo(reset: Annotated[bool, typer.Option(help="Begin again with fresh demonstration data.")] = False,
         port: Annotated[int, typer.Option(help="Port on this machine; by default the first free one from 8080.")] = 0) -> None:
    """Start the demonstration commune on this machine and print the address of its web chat."""
    from bot import demo as data
    from bot.build import build

    listen = f"127.0.0.1:{port or _free_port()}"
    settings = _settings(database_url=os.environ.get("GOCUA_DATABASE_URL", DEMO_DATABASE), listen=listen,
                         log_level=os.environ.get("GOCUA_LOG_LEVEL", "warning"))
    if reset:
        _remove(settings.database_url)
    database = Database(settings.database_url)
    database.upgrade(anew=reset)
    with database.write() as tx:
        kept = data.is_loaded(tx)
        if not kept:
            data.load(tx, datetime.now(UTC))
    database.close()
    say = words(settings.locale).say
    typer.echo(say("demo.kept" if kept else "demo.fresh"))
    typer.echo(say("demo.address", address=f"http://{listen}"))
    with _stopping_well():
        asyncio.run(build(settings, demo=True).run())


def _remove(url: str) -> None:
    if not url.startswith("sqlite:///"):
        _fail("--reset is for the demonstration's SQLite file only")
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


@contextlib.contextmanager
def _stopping_well() -> Iterator[None]:
    with contextlib.suppress(KeyboardInterrupt):
        yield


@app.command()
def chat(as_: Annotated[str, typer.Option("--as", help="citizen, volunteer or leader")] = "citizen",
         database: Annotated[str, typer.Option(help="Database; by default the demonstration's.")] = DEMO_DATABASE) -> None:
    """Hold the same conversations in this terminal. An empty line or Ctrl-D ends it."""
    from bot import demo as data
    from bot.build import talk_in_terminal

    if as_ not in data.PARTS:
        _fail(f"--as takes one of: {', '.join(data.PARTS)}")
    settings = _settings(database_url=os.environ.get("GOCUA_DATABASE_URL", database), log_level="error")
    store = Database(settings.database_url)
    store.upgrade()
    with store.write() as tx:
        if database == DEMO_DATABASE and not data.is_loaded(tx):
            data.load(tx, datetime.now(UTC))
    store.close()
    with _stopping_well():
        asyncio.run(talk_in_terminal(settings, as_))


@app.command()
def invite(role: Annotated[str, typer.Argument(help="volunteer, leader or commune_officer")],
           place: Annotated[str, typer.Argument(help="Code of the hamlet (or, for an officer, the commune)")]) -> None:
    """Make an invitation: a link to send and a code to read aloud. Shown once, kept only hashed."""
    from bot.build import doors
    from storage import people, places

    settings = _settings()
    database = Database(settings.database_url)
    database.inspect()
    link, code = people.new_link(), people.new_code()
    with database.write() as tx:
        where = places.by_code(tx, place)
        if where is None:
            _fail(f"no place has the code {place}; `gocua doctor` lists the hamlets")
            return
        people.invite(tx, people.Invite(link, code, role, where.team_id, where.id), None, datetime.now(UTC))
    database.close()
    for door in asyncio.run(doors(settings)):
        typer.echo(door.format(f"j-{link}"))
    typer.echo(f"{code}  ({int(people.CODE_LIVES.total_seconds() // 60)} min)")


@app.command()
def doctor() -> None:
    """Look at settings, database, content, channels and clock; say what is wrong and how to mend it."""
    from bot.doctor import examine

    troubles = 0
    for mark, line in asyncio.run(examine(_settings())):
        troubles += mark == "✗"
        typer.echo(f"{mark} {line}")
    raise SystemExit(1 if troubles else 0)


@app.command()
def check(on: Annotated[str, typer.Option(help="The day to check for, YYYY-MM-DD; by default today.")] = "") -> None:
    """Check every guide: sources, review days, facts, both languages, length, plain and safe words, allowed links."""
    from content.check import check as look_over
    from content.library import Library

    day = date.fromisoformat(on) if on else local_day(datetime.now(UTC))
    found = look_over(Library.load(), day)
    for each in found:
        typer.echo(f"{each.locale}/{each.guide}: {each.problem}: {each.detail}")
    typer.echo(words(_language()).say("check.clean" if not found else "check.found", count=len(found), day=day.isoformat()))
    raise SystemExit(1 if found else 0)


@app.command()
def ask(text: Annotated[str, typer.Argument(help="A question in somebody's own words.")] = "",
        file: Annotated[Path | None, typer.Option(help="A file of JSON lines with a field `text`.")] = None,
        as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """Ask the search what it makes of a question: what it would do, and the topics, best first."""
    import json

    from content.search import Finder

    finder = Finder.load()
    asked = [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines() if line.strip()] if file else [text]
    for question in asked:
        found = finder.find(question)
        answer = {"text": question, "action": str(found.action), "topics": list(found.topics)}
        typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else f"{found.action}: {', '.join(found.topics)}")


@db.command("upgrade")
def db_upgrade(anew: Annotated[bool, typer.Option(help="Make a new, empty file where one was lost.")] = False) -> None:
    """Create the database, or bring it to this version's schema."""
    database = Database(_settings().database_url)
    database.upgrade(anew=anew)
    typer.echo(f"schema {database.version()}")
    database.close()


@db.command("check")
def db_check() -> None:
    """Check that the database is whole and of this version's schema."""
    database = Database(_settings().database_url)
    database.inspect()
    damage = database.damage()
    database.close()
    if damage:
        _fail(damage)
    typer.echo("ok")


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

    settings = _settings()

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
        _fail("GOCUA_TELEGRAM_TOKEN is not set")
    if what == "set" and not settings.public_url:
        _fail("GOCUA_PUBLIC_URL is not set: the https address under which this server is reached")
    asyncio.run(ask())
