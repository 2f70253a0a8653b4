"""What people look at: posters to print, and every screen on one page for those who review."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.ground import Spoken, fail, language, settings_from
from bot.settings import Settings
from content.vietnam_time import local_day
from content.words import Words, words

if TYPE_CHECKING:
    from content.poster import Poster

app = typer.Typer()


class Of(StrEnum):
    GUIDE = "guide"
    HAMLET = "hamlet"


class Format(StrEnum):
    PNG = "png"
    PDF = "pdf"


@app.command()
def poster(of: Annotated[Of, typer.Argument(help="What it opens the bot at.")],
           name: Annotated[str, typer.Argument(help="The guide's id, or the hamlet's code.")],
           out: Annotated[Path, typer.Option(help="The file to write.")],
           format_: Annotated[Format | None, typer.Option(
               "--format", help="A picture to pass on, or A4 to print; by default as the file is called, else pdf.")] = None,
           address: Annotated[str, typer.Option(help="What opens the bot, {} for the word; by default the bot's own.")] = "",
           in_: Annotated[Spoken | None, typer.Option("--language", help="By default the house's own.")] = None) -> None:
    """Make a poster with a QR code that opens the bot at a guide or a hamlet."""
    from bot.build import doors
    from content.library import Library
    from handlers.guides import poster as posters

    settings = settings_from(log_level="error")
    door = address or posters.best_door(asyncio.run(doors(settings)))
    spoken = words(in_ or language())
    if of is Of.GUIDE:
        made = posters.of_guide(Library.load(), name, door, spoken) if door else None
    else:
        made = _of_hamlet(settings, name, door, spoken) if door else None
    if made is None:
        fail(words(language()).say("poster.gone"))
    kind = format_ or (Format.PNG if out.suffix.lower() == ".png" else Format.PDF)
    out.write_bytes(posters.FORMATS[kind.value][1](made))
    typer.echo(str(out))


@app.command()
def speak(guide: Annotated[str, typer.Argument(help="The guide's id.")],
          folder: Annotated[Path, typer.Argument(help="Where the sound files are written, one a step.")],
          in_: Annotated[Spoken | None, typer.Option("--language", help="By default the house's own.")] = None) -> None:
    """Write a guide's steps as they are read aloud, so that somebody can listen to them before people do."""
    from content.library import Library
    from content.speech import Mute
    from handlers.guides import speech
    from handlers.papers import SOUND_ENDING

    spoken, say = in_ or language(), words(language()).say
    found = Library.load().guide(guide, spoken)
    if found is None:
        fail(say("speak.gone"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for number, step in enumerate(found.steps, start=1):
            file = folder / f"{number:02}-{step.id}{SOUND_ENDING}"
            file.write_bytes(speech.sound(found, [step]))
            typer.echo(str(file))
    except Mute:
        fail(say("speak.no_voice"))


def _of_hamlet(settings: Settings, code: str, door: str, spoken: Words) -> Poster | None:
    from handlers.guides import poster as posters
    from storage.database import Database
    from storage.reading import Reading

    database = Database(settings.database_url)
    database.inspect()
    with database.read() as tx:
        found = posters.of_hamlet(Reading(tx), code, door, spoken)
    database.close()
    return found


@app.command()
def screens(folder: Annotated[Path, typer.Argument(help="The folder to write index.html into.")],
            in_: Annotated[Spoken | None, typer.Option("--language", help="Language of the page's own words.")] = None) -> None:
    """Write every screen of every guide and dialogue, in both languages, as one page for reviewers."""
    from bot.review.ground import ground
    from bot.review.page import chapters, page
    from content.library import Library

    now, library, spoken = datetime.now(UTC), Library.load(), in_ or language()
    with ground(library, now) as walked:
        guides, dialogues = chapters(library, walked, local_day(now))
        text = page(guides, dialogues, local_day(now), spoken)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "index.html"
    file.write_text(text, "utf-8")
    count = sum(len(chapter.screens) for chapter in (*guides, *dialogues))
    typer.echo(words(spoken).say("screens.written", screens=count, guides=len(guides), dialogues=len(dialogues), file=file))
