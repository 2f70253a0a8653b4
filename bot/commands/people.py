"""People: inviting somebody into a team."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.commands.ground import fail, settings_from
from bot.settings import Settings
from content.words import words
from storage.database import Database

app = typer.Typer()


@app.command()
def invite(role: Annotated[str, typer.Argument(help="volunteer, leader or commune_officer")],
           place: Annotated[str, typer.Argument(help="Code of the hamlet (or, for an officer, the commune)")],
           phone: Annotated[bool, typer.Option(help="Address it to a telephone number, which is asked for")] = False
           ) -> None:
    """Make an invitation: a link to send and a code to read aloud. Shown once, kept only hashed."""
    from bot.build import doors
    from storage import people, places

    settings = settings_from()
    number = _number(settings) if phone else ""
    database = Database(settings.database_url)
    database.inspect()
    link, code = people.new_link(), people.new_code()
    with database.write() as tx:
        where = places.by_code(tx, place)
        if where is None:
            fail(f"no place has the code {place}; `gocua place list COMMUNE` lists the hamlets of a commune")
        people.invite(tx, people.Invite(link, code, role, where.team_id, where.id, number), None, datetime.now(UTC))
    database.close()
    for door in asyncio.run(doors(settings)):
        typer.echo(door.format(f"j-{link}"))
    typer.echo(f"{code}  ({int(people.CODE_LIVES.total_seconds() // 60)} min)")


def _number(settings: Settings) -> str:
    """The mark of a number that is asked for here: on the command line it would stay in the shell's memory."""
    say = words(settings.locale).say
    marks = settings.marks or fail(say("zalo.no_number_key"))
    return marks(typer.prompt(say("invite.number").partition("\n")[0])) or fail(say("invite.number.unclear"))
