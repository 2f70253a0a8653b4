"""The household register: bringing lists in, finding and merging doubles. Everything is shown before it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.commands.ground import fail, language, reading, writing
from bot.commands.listing import at_the_desk, opened, tell_problems
from content.words import words
from storage.reading import Reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from content.lists.households import HouseholdList, Line
    from content.lists.trouble import Problem
    from handlers.households.household_list import Diff
    from storage.areas.places import Standing

T = TypeVar("T")
app = typer.Typer()
household = typer.Typer(help="The households of a hamlet: import a list, find and merge doubles.")
app.add_typer(household, name="household")
Code = Annotated[str, typer.Argument(help="Code of the hamlet; for an import, of a commune if the list has a column of hamlets.")]


@household.command("import")
def household_import(file: Annotated[Path, typer.Argument(help="A .csv, .txt or .xlsx file.")], place: Code,
                     write: Annotated[bool, typer.Option("--write", help="Write it; else only show it.")] = False) -> None:
    """Bring a list of households in: shown first, all of it or nothing, the same list again changes nothing."""
    from content.lists.households import households
    from handlers.households.household_list import details
    from storage.record import record

    listed = opened(file, households)
    tell_problems(listed.problems)
    say = words(language()).say

    def bring(tx: Connection) -> None:
        diffs = _diffs(Reading(tx), place, listed)
        for standing, diff in diffs:
            typer.echo(say("household.added", hamlet=f"{standing.code} {standing.name}", new=len(diff.keep.new),
                           changed=len(diff.keep.changed), unchanged=diff.unchanged, missing=len(diff.missing)))
            if told := details(diff, listed, words(language()), most=20):
                typer.echo(told)
        if write:
            for _, diff in diffs:
                record(diff.keep, tx, at_the_desk())
        typer.echo(say("household.written" if write else "household.dry"))

    (writing if write else reading)(bring)


def _diffs(rows: Reading, place: str, listed: HouseholdList) -> list[tuple[Standing, Diff]]:
    """What the list would do, hamlet by hamlet."""
    from handlers.households.household_list import compare, elsewhere, place_name
    from storage.areas import places
    from storage.work import household_lists

    known = places.with_code(rows, place)
    if known is None or known.level == places.PROVINCE:
        fail(words(language()).say("place.not_in_database", code=place))
    if known.level == places.HAMLET:
        tell_problems(elsewhere(listed, known.name))
        parts = [(known, list(listed.lines))]
    else:
        here = places.standing(rows, known.id)
        parts = [(each, [line for line in listed.lines if place_name(line.hamlet) == place_name(each.name)]) for each in here]
        met = {line.row for _, lines in parts for line in lines}
        tell_problems(_nowhere([line for line in listed.lines if line.row not in met]))
    return [(each, compare(household_lists.present(rows, each.id), lines, each.id)) for each, lines in parts if lines]


def _nowhere(lines: list[Line]) -> list[Problem]:
    from content.lists.trouble import Problem, Trouble

    return [Problem(line.row, Trouble.OTHER_HAMLET.value, line.hamlet) for line in lines]


@household.command("duplicates")
def household_duplicates(place: Code) -> None:
    """Show the households of a hamlet that look alike. Nothing is merged by itself."""
    from handlers.households.duplicates import suggested
    from storage.work import household_lists

    found = reading(lambda tx: suggested(household_lists.present(Reading(tx), _hamlet(tx, place))))
    for one, other in found:
        typer.echo(f"{one.number} {one.label} ({one.lane})  ~  {other.number} {other.label} ({other.lane})")
    if not found:
        typer.echo(words(language()).say("household.no_duplicates"))


@household.command("merge")
def household_merge(place: Code, gone: Annotated[int, typer.Argument(help="Number of the one that ends.")],
                    kept: Annotated[int, typer.Argument(help="Number of the one that stays.")]) -> None:
    """Merge two households that are one; visits to both are kept."""
    from storage.moves import household_merges
    from storage.record import record

    def merge(tx: Connection) -> None:
        hamlet = _hamlet(tx, place)
        ids = [home.id for number in (kept, gone) if (home := household_merges.numbered(Reading(tx), hamlet, number))]
        if len(ids) != 2:
            fail(words(language()).say("household.not_two"))
        _guarded(lambda: record(household_merges.MergeHouseholds(ids[0], ids[1]), tx, at_the_desk()))

    writing(merge)
    typer.echo(words(language()).say("household.merged", gone=gone, kept=kept))


@household.command("part")
def household_part(place: Code, number: Annotated[int, typer.Argument(help="Number of the one that was merged away.")]) -> None:
    """Take a merge back."""
    from storage.moves import household_merges
    from storage.record import record

    def part(tx: Connection) -> None:
        home = household_merges.numbered(Reading(tx), _hamlet(tx, place), number)
        standing = household_merges.standing(Reading(tx), home.id) if home else None
        if standing is None:
            fail(words(language()).say("household.nothing_to_part"))
        _guarded(lambda: record(household_merges.PartHouseholds(standing.id), tx, at_the_desk()))

    writing(part)
    typer.echo(words(language()).say("household.parted", number=number))


def _guarded(write: Callable[[], T]) -> T:
    from storage.moves.household_merges import CannotMerge

    try:
        return write()
    except CannotMerge as trouble:
        fail(words(language()).say(trouble.phrase))


def _hamlet(tx: Connection, code: str) -> int:
    from storage.areas import places

    known = places.with_code(Reading(tx), code)
    if known is None or known.level != places.HAMLET:
        fail(words(language()).say("place.not_in_database", code=code))
    return known.id
