"""People: inviting somebody into a team."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.commands.ground import fail, settings_from
from storage.database import Database

app = typer.Typer()


@app.command()
def invite(role: Annotated[str, typer.Argument(help="volunteer, leader or commune_officer")],
           place: Annotated[str, typer.Argument(help="Code of the hamlet (or, for an officer, the commune)")]) -> None:
    """Make an invitation: a link to send and a code to read aloud. Shown once, kept only hashed."""
    from bot.build import doors
    from storage import people, places

    settings = settings_from()
    database = Database(settings.database_url)
    database.inspect()
    link, code = people.new_link(), people.new_code()
    with database.write() as tx:
        where = places.by_code(tx, place)
        if where is None:
            fail(f"no place has the code {place}; `gocua doctor` lists the hamlets")
        people.invite(tx, people.Invite(link, code, role, where.team_id, where.id), None, datetime.now(UTC))
    database.close()
    for door in asyncio.run(doors(settings)):
        typer.echo(door.format(f"j-{link}"))
    typer.echo(f"{code}  ({int(people.CODE_LIVES.total_seconds() // 60)} min)")
