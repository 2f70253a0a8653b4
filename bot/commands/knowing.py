"""What the bot knows: checking the guides, asking the search."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.ground import fail, language, settings_from
from content.vietnam_time import local_day
from content.words import words

app = typer.Typer()


@app.command()
def check(on: Annotated[str, typer.Option(help="The day to check for, YYYY-MM-DD; by default today.")] = "") -> None:
    """Check every guide: sources, review days, facts, both languages, length, plain and safe words, allowed links."""
    from content.check import check as look_over
    from content.library import Library

    try:
        day = date.fromisoformat(on) if on else local_day(datetime.now(UTC))
    except ValueError:
        fail(words(language()).say("campaign.no_day", day=on))
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

    asked = _asked(file) if file else [text]
    if asked == [""]:
        fail(words(language()).say("search.nothing_asked"))
    finder = Finder.load()
    for question in asked:
        found = finder.find(question)
        answer = {"text": question, "action": str(found.action), "topics": list(found.topics)}
        typer.echo(json.dumps(answer, ensure_ascii=False) if as_json else f"{found.action}: {', '.join(found.topics)}")


def _asked(file: Path) -> list[str]:
    import json

    asked = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            if line.strip():
                asked.append(str(json.loads(line)["text"]))
        except (ValueError, KeyError, TypeError):
            fail(words(language()).say("search.no_line", file=file, number=number))
    return asked


@app.command()
def missed(days: Annotated[int, typer.Option(min=1, help="How far back to look.")] = 30,
           as_json: Annotated[bool, typer.Option("--json", help="One JSON object a group.")] = False) -> None:
    """List the questions that found no guide, grouped by the topic that came nearest; digits are already taken out."""
    import json
    from collections import Counter, defaultdict
    from datetime import timedelta

    from content.fold import fold
    from storage.database import Database
    from storage.guiding import missed as questions
    from storage.reading import Reading

    database = Database(settings_from().database_url)
    database.inspect()
    with database.read() as tx:
        found = questions.since(Reading(tx), datetime.now(UTC) - timedelta(days=days))
    database.close()
    if not found and not as_json:
        typer.echo(words(language()).say("search.missed_none", days=days))
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    written: dict[str, str] = {}
    for question in found:
        groups[question.guess or "-"][written.setdefault(fold(question.words), question.words)] += 1
    for guess, asked in sorted(groups.items(), key=lambda group: -group[1].total()):
        if as_json:
            group = {"topic": guess, "times": asked.total(), "asked": dict(asked.most_common())}
            typer.echo(json.dumps(group, ensure_ascii=False))
            continue
        typer.echo(f"{guess}  {asked.total()}")
        for said, times in asked.most_common():
            typer.echo(f"  {times:4d}  {said}")


@app.command()
def usage(guide: Annotated[str, typer.Argument(help="A guide's id; without one, every guide.")] = "",
          days: Annotated[int, typer.Option(min=1, help="How far back to look.")] = 30) -> None:
    """Guides in numbers: begun, finished, under way, given up; for one guide, step by step. Fewer than five are not shown."""
    from datetime import timedelta

    from content.library import Library
    from storage.database import Database
    from storage.guiding import usage as figures
    from storage.reading import Reading

    now, locale = datetime.now(UTC), language()
    known = Library.load().guide(guide, locale) if guide else None
    if guide and known is None:
        fail(words(locale).say("speak.gone"))
    database = Database(settings_from().database_url)
    database.inspect()
    with database.read() as tx:
        rows = Reading(tx)
        if known is None:
            used = [use for use in figures.uses(rows, now - timedelta(days=days), now) if use.started >= figures.SMALL]
            if not used:
                typer.echo(words(locale).say("usage.nothing", days=days, least=figures.SMALL))
            else:
                typer.echo(words(locale).say("usage.columns"))
            for use in used:
                finished, active, abandoned = figures.parts(use)
                typer.echo(f"{use.guide:28} {figures.shown(use.started):>6} {finished:>6} {active:>6} {abandoned:>6}")
        else:
            typer.echo(words(locale).say("usage.step_columns"))
            for step in figures.steps_shown(rows, known.id, [step.id for step in known.steps], now - timedelta(days=days), now):
                why = ", ".join(f"{reason} {count}" for reason, count in step.reasons)
                typer.echo(f"{step.step:28} {step.reached:>6} {step.stuck:>6}  {why}")
    database.close()
