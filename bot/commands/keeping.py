"""What the bot keeps: the database, and whether everything is in order."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.commands.ground import fail, settings_from
from storage.database import Database

app = typer.Typer()
db = typer.Typer(help="The database: create or bring up to date, check.")
app.add_typer(db, name="db")


@app.command()
def doctor() -> None:
    """Look at settings, database, content, channels and clock; say what is wrong and how to mend it."""
    from bot.doctor import examine

    troubles = 0
    for mark, line in asyncio.run(examine(settings_from())):
        troubles += mark == "✗"
        typer.echo(f"{mark} {line}")
    raise SystemExit(1 if troubles else 0)


@db.command("upgrade")
def db_upgrade(anew: Annotated[bool, typer.Option(help="Make a new, empty file where one was lost.")] = False) -> None:
    """Create the database, or bring it to this version's schema."""
    database = Database(settings_from().database_url)
    database.upgrade(anew=anew)
    typer.echo(f"schema {database.version()}")
    database.close()


@db.command("check")
def db_check() -> None:
    """Check that the database is whole and of this version's schema."""
    database = Database(settings_from().database_url)
    database.inspect()
    damage = database.damage()
    database.close()
    if damage:
        fail(damage)
    typer.echo("ok")
