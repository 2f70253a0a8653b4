"""What the bot knows: checking the guides, asking the search."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.ground import language
from content.vietnam_time import local_day
from content.words import words

app = typer.Typer()


@app.command()
def check(on: Annotated[str, typer.Option(help="The day to check for, YYYY-MM-DD; by default today.")] = "") -> None:
    """Check every guide: sources, review days, facts, both languages, length, plain and safe words, allowed links."""
    from content.check import check as look_over
    from content.library import Library

    day = date.fromisoformat(on) if on else local_day(datetime.now(UTC))
    found = look_over(Library.load(), day)
    for each in found:
        typer.echo(f"{each.locale}/{each.guide}: {each.problem}: {each.detail}")
    typer.echo(words(language()).say("check.clean" if not found else "check.found", count=len(found), day=day.isoformat()))
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
