"""People: inviting somebody into a team."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.amiss import Amiss
from bot.commands.ground import language, settings_from, writing
from bot.settings import Settings
from content.words import words

app = typer.Typer()


class Invited(StrEnum):
    """As what somebody can be invited from here: the first of a place are, and these invite the others."""

    VOLUNTEER = "volunteer"
    LEADER = "leader"
    OFFICER = "commune_officer"
    ADMIN = "admin"


@app.command()
def invite(role: Annotated[Invited, typer.Argument(help="As what.")],
           place: Annotated[str, typer.Argument(help="Code of the hamlet (for an officer or administrator: of the commune).")],
           phone: Annotated[bool, typer.Option(help="Address it to a telephone number, which is asked for.")] = False
           ) -> None:
    """Make an invitation: a link to send and a code to read aloud. Shown once, kept only hashed."""
    from bot.build import doors
    from storage.areas import places
    from storage.teams import people

    settings = settings_from()
    say = words(language()).say
    number = _number(settings) if phone else ""
    link, code = people.new_link(), people.new_code()

    def write(tx: Connection) -> None:
        where = places.by_code(tx, place)
        if where is None:
            raise Amiss("place.not_in_database", code=place)
        if (where.team_id is None) is (role in (Invited.VOLUNTEER, Invited.LEADER)):
            raise Amiss("invite.not_there", role=say(f"role.{role}"), place=where.name)
        people.invite(tx, people.Invite(link, code, role, where.team_id, where.id, number), None, datetime.now(UTC))

    writing(write)
    typer.echo(say("invite.cli", days=people.LINK_LIVES.days))
    for door in asyncio.run(doors(settings)):
        typer.echo(door.format(f"j-{link}"))
    typer.echo(say("invite.cli_code", code=code, minutes=int(people.CODE_LIVES.total_seconds() // 60)))


def _number(settings: Settings) -> str:
    """The mark of a number that is asked for here: on the command line it would stay in the shell's memory."""
    say = words(settings.locale).say
    if settings.marks is None:
        raise Amiss("zalo.no_number_key")
    number = settings.marks(typer.prompt(say("invite.number").partition("\n")[0]))
    if not number:
        raise Amiss("invite.number.unclear")
    return number
