"""The work of a team at the command line: the list to print."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.ground import fail, language, settings_from
from content.vietnam_time import local_day
from content.words import words

app = typer.Typer()


@app.command("list")
def print_list(
    hamlet: Annotated[str, typer.Argument(help="The code of a hamlet.")],
    out: Annotated[Path, typer.Option(help="Where to write the PDF.")] = Path("danh-sach.pdf"),
) -> None:
    """Today's list of a hamlet on paper: numbers, boxes to tick, a QR code that opens the quick log."""
    from bot.build import doors
    from content.library import Library
    from handlers.look import Look
    from handlers.rounds.list_paper import for_hamlet
    from handlers.talk import Refused
    from storage.database import Database
    from storage.reading import Reading

    settings, say, now = settings_from(), words(language()), datetime.now(UTC)
    addresses = tuple(asyncio.run(doors(settings)))
    database = Database(settings.database_url)
    database.inspect()
    try:
        with database.read() as tx:
            look = Look(Reading(tx), say, Library.load(), now, local_day(now), now, 0, doors=addresses)
            paper = for_hamlet(look, hamlet)
    except Refused as trouble:
        fail(say.say(trouble.phrase, **trouble.values))
    finally:
        database.close()
    out.write_bytes(paper.content)
    typer.echo(say.say("paper.written", file=out))
