"""Households that come under another hamlet, and a hamlet that becomes two: shown first, written only with --write."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.commands.ground import fail, language
from bot.commands.listing import at_the_desk
from bot.commands.places import changing, day_typed, hamlet, hamlet_of
from content.words import words
from storage.reading import Reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.areas.places import Standing
    from storage.moves.hamlet_splits import Parted, Split
    from storage.moves.household_moves import Moved
    from storage.work.household_lists import Present

app = typer.Typer()
SHOWN = 20
_SPAN = re.compile(r"(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?")
On = Annotated[str, typer.Option(help="Since which day, YYYY-MM-DD; by default today.")]
Lanes = Annotated[list[str] | None, typer.Option("--lane", help="All households of a lane; may be given again.")]
Numbers = Annotated[str, typer.Argument(help='Numbers of households: "1-40, 57".')]
Write = Annotated[bool, typer.Option("--write", help="Write it; else only show it.")]


class _OnlyShown(Exception):
    """What was done is not to be kept."""


@hamlet.command("move")
def hamlet_move(code: Annotated[str, typer.Argument(help="Code of the hamlet they are in.")],
                into: Annotated[str, typer.Argument(help="Code of the hamlet they come under.")], homes: Numbers = "",
                lane: Lanes = None, on: On = "", write: Write = False) -> None:
    """Move households to another hamlet of the commune: visits go along, totals of earlier days stay, old numbers stay good."""
    from storage.moves import household_moves

    def move(tx: Connection) -> None:
        old, new, day = hamlet_of(tx, code), hamlet_of(tx, into), day_typed(on)
        moved = household_moves.move(tx, _chosen(tx, old, homes, lane or []), new.id, day, at_the_desk())
        _say("place.move", day=day.isoformat(), count=len(moved.homes), old=old.name, into=new.name)
        for each in moved.homes[:SHOWN]:
            _say("place.move_line", before=each.before, now=each.now, label=each.label)
        if len(moved.homes) > SHOWN:
            typer.echo("– …")
        _say_rest(moved, old, day)

    _shown_or_written(move, write, code)


@hamlet.command("split")
def hamlet_split(code: Annotated[str, typer.Argument(help="Code of the hamlet that is split.")],
                 name: Annotated[str, typer.Argument(help="Name of the new hamlet.")], homes: Numbers = "", lane: Lanes = None,
                 member: Annotated[list[str] | None, typer.Option(help="A member who goes along; may be given again.")] = None,
                 team: Annotated[str, typer.Option(help="Name of the new team; by default after the hamlet.")] = "",
                 on: On = "", write: Write = False) -> None:
    """Make some households of a hamlet a hamlet of their own, with a team: their numbers stay as they are."""
    from storage.moves import hamlet_splits

    tidy = " ".join(name.split())
    called = team or words(language()).say("place.team", hamlet=tidy)

    def split(tx: Connection) -> None:
        old, day = hamlet_of(tx, code), day_typed(on)
        people = _members(tx, old, member or [])
        plan = hamlet_splits.Split(old.id, tidy, called, tuple(_chosen(tx, old, homes, lane or [])), tuple(people))
        parted = hamlet_splits.split(tx, plan, day, at_the_desk())
        _tell_split(parted, plan, old, day, list(people.values()))

    _shown_or_written(split, write, code)


def _tell_split(parted: Parted, plan: Split, old: Standing, day: date, members: Sequence[str]) -> None:
    from handlers.visits.meeting import spans

    moved = parted.moved
    _say("place.split", day=day.isoformat(), count=len(moved.homes), old=old.name, name=plan.name, code=parted.code,
         numbers=spans([each.now for each in moved.homes]))
    _say("place.split_team", team=plan.team_name,
         members=", ".join(members) or words(language()).say("place.nobody_goes"))
    if parted.campaigns:
        _say("place.campaigns_both", old=old.name, count=parted.campaigns)
    _say_rest(moved, old, day, entered=False)


def _say_rest(moved: Moved, old: Standing, day: date, *, entered: bool = True) -> None:
    for key, count in (("place.merged_along", moved.merged), ("place.assignments_end", moved.ended),
                       ("place.entered", moved.entered if entered else 0)):
        if count:
            _say(key, count=count)
    _say("place.before_stays", day=day.isoformat(), old=old.name)


# --- what was typed -------------------------------------------------------------------------------------------------------


def numbers_typed(text: str) -> list[int]:
    """"1-40, 57" as numbers."""
    found: list[int] = []
    for part in filter(None, (each.strip() for each in re.split(r"[,;]", text))):
        span = _SPAN.fullmatch(part)
        if span is None or int(span[2] or span[1]) < int(span[1]):
            _fail("place.no_numbers")
        found += range(int(span[1]), int(span[2] or span[1]) + 1)
    return found


def _chosen(tx: Connection, old: Standing, text: str, lanes: Sequence[str]) -> list[int]:
    """The households of these numbers and lanes. The number of one that was merged away is the number of no household."""
    from storage.work.household_lists import present

    living = [each for each in present(Reading(tx), old.id) if not each.merged]
    by_number, numbers = {each.number: each.id for each in living}, numbers_typed(text)
    if strange := [number for number in numbers if number not in by_number]:
        _fail("place.unknown_numbers", hamlet=old.name, numbers=", ".join(map(str, strange[:SHOWN])))
    ids = [by_number[number] for number in numbers] + [id_ for lane in lanes for id_ in _in_lane(living, lane, old)]
    if not ids:
        _fail("place.no_numbers")
    return list(dict.fromkeys(ids))


def _in_lane(living: Sequence[Present], lane: str, old: Standing) -> list[int]:
    from content.fold import fold

    found = [each.id for each in living if fold(each.lane) == fold(lane)]
    if not found:
        _fail("place.no_lane", hamlet=old.name, lane=lane)
    return found


def _members(tx: Connection, old: Standing, labels: Sequence[str]) -> dict[int, str]:
    """Who serves in a hamlet under these names."""
    from content.fold import fold
    from storage.teams import members

    serving = members.serving(Reading(tx), [old.id], at_the_desk().today)
    people: dict[int, str] = {}
    for label in labels:
        found = {each.person_id: each.label for each in serving if fold(each.label) == fold(label)}
        if len(found) != 1:
            _fail("place.no_member", hamlet=old.name, label=label)
        people |= found
    return people


# --- shown, or written ----------------------------------------------------------------------------------------------------


def _shown_or_written(change: Callable[[Connection], None], write: bool, code: str) -> None:
    """The very same is done either way; what is only to be shown is not kept."""

    def done(tx: Connection) -> None:
        change(tx)
        if not write:
            raise _OnlyShown

    try:
        changing(done)
        _say("place.written", code=code)
    except _OnlyShown:
        _say("place.dry")


def _say(key: str, **blanks: object) -> None:
    typer.echo(words(language()).say(key, **blanks))


def _fail(key: str, **blanks: object) -> NoReturn:
    fail(words(language()).say(key, **blanks))
