"""A file of a list on the command line: opened, read, and its troubles told line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from bot.commands.ground import fail, language
from content.words import words

if TYPE_CHECKING:
    from content.lists.row import Row
    from content.lists.trouble import Problem
    from storage.record import Context

T = TypeVar("T")
TOLD = 50


def at_the_desk() -> Context:
    """Where a record comes from that is written on the command line: nobody's chat."""
    from content.vietnam_time import local_day
    from storage.record import Context

    now = datetime.now(UTC)
    return Context(now, local_day(now), 0, None, "desk")


def opened(file: Path, understood: Callable[[Sequence[Row]], T]) -> T:
    """What a file holds, as `understood` takes it."""
    from content.lists.sheet import read
    from content.lists.trouble import AT_THE_DESK, Trouble, Unreadable

    say = words(language()).say
    if not file.is_file():
        fail(say("household.no_file", file=file))
    if file.stat().st_size > AT_THE_DESK.size:
        fail(say(Trouble.TOO_LARGE, megabytes=AT_THE_DESK.size // 1_000_000))
    try:
        return understood(read(file.read_bytes(), file.name, AT_THE_DESK))
    except Unreadable as trouble:
        fail(say(trouble.trouble, **trouble.values))


def tell_problems(problems: Sequence[Problem]) -> None:
    """Tell what is wrong and end, where anything is: nothing is written by halves."""
    from handlers.households.household_list import problem_lines

    if problems:
        typer.echo(problem_lines(problems, words(language()), TOLD), err=True)
        fail(words(language()).say("household.refused", count=len(problems)))
