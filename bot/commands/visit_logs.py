"""Visits that were written down elsewhere: the log a team kept on paper or in a spreadsheet."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.ground import fail, language, reading, writing
from bot.commands.listing import at_the_desk, opened, tell_problems
from content.vietnam_time import local_day
from content.words import words
from storage.reading import Reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from content.lists.visits import VisitList
    from storage.work.visit_lists import Past

app = typer.Typer()
visit = typer.Typer(help="Visits that were written down elsewhere.")
app.add_typer(visit, name="visit")


@visit.command("import")
def visit_import(file: Annotated[Path, typer.Argument(help="A .csv, .txt or .xlsx file: household number, day, outcome ...")],
                 place: Annotated[str, typer.Argument(help="Code of the hamlet.")],
                 by: Annotated[str, typer.Option(help="Whose visits they are, where no column says so.")] = "",
                 write: Annotated[bool, typer.Option("--write", help="Write it; else only show it.")] = False) -> None:
    """Bring a log of visits in: shown first, all of it or nothing, the same log again changes nothing."""
    from content.lists.visits import visits
    from storage.teams.people import note
    from storage.work import visit_lists

    now = datetime.now(UTC)
    listed = opened(file, lambda rows: visits(rows, local_day(now)))
    tell_problems(listed.problems)
    say = words(language()).say

    def bring(tx: Connection) -> None:
        past = _past(Reading(tx), place, by, listed, now)
        new = visit_lists.unknown(Reading(tx), past)
        typer.echo(say("household.visits", new=len(new), there=len(past) - len(new)))
        if listed.private:
            typer.echo(say("list.private", columns=", ".join(listed.private)))
        if listed.unknown:
            typer.echo(say("list.unknown", columns=", ".join(listed.unknown)))
        if write:
            visit_lists.keep(tx, new, now, local_day(now))
            note(tx, at_the_desk(), "visits.imported", f"place:{place}", f"new:{len(new)}")
        typer.echo(say("household.written" if write else "household.dry"))

    (writing if write else reading)(bring)


def _past(rows: Reading, place: str, by: str, listed: VisitList, now: datetime) -> list[Past]:
    from handlers.households import visit_list
    from storage.areas import places
    from storage.teams import members

    say = words(language()).say
    standing = places.with_code(rows, place)
    if standing is None or standing.level != places.HAMLET:
        fail(say("place.not_in_database", code=place))
    serving = members.served(rows, [standing.id])
    doing = visit_list.whose(by, serving) if by else None
    if by and doing is None:
        fail(say("household.who", name=by, names=", ".join(sorted({each.label for each in serving}))))
    hamlet = places.Hamlet(standing.id, standing.name, standing.parent_id or 0)
    past, problems = visit_list.understood(rows, listed.lines, visit_list.known(rows, hamlet, serving, doing))
    tell_problems(problems)
    return past
