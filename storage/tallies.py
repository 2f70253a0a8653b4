"""Coverage as columns: what a household adds to the sums of its hamlet, and sums read back as coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func

from storage.coverage_rules import Coverage
from storage.models import COUNTS, TALLY
from storage.outcomes import Barrier, Group, Status

PLAIN = ("reached", "contacted", "baseline", "achieved_contacted", "verified", "adults_known", "adults", "adults_achieved")
FAMILIES: tuple[tuple[str, str, type[StrEnum]], ...] = (
    ("statuses", "status", Status), ("groups", "group", Group), ("barriers", "barrier", Barrier),
    ("barriers_in_progress", "stuck", Barrier),
)
SUMS = [func.coalesce(func.sum(TALLY.c[name]), 0).label(name) for name in COUNTS]
"""The sums over several hamlets, as the database adds them up."""


BY_FIELD = {field: tuple((value, f"{prefix}_{value.value.lower()}") for value in family) for field, prefix, family in FAMILIES}
"""Each family of sums with the columns of its values."""


def columns(coverage: Coverage) -> dict[str, int]:
    """Every sum of coverage by the name of its column."""
    flat = {name: getattr(coverage, name) for name in PLAIN}
    for field, named in BY_FIELD.items():
        counted = getattr(coverage, field)
        flat |= {name: counted[value] for value, name in named}
    return flat


def of_row(row: Row[*tuple[Any, ...]]) -> Coverage:
    """Coverage from a row of `tally`, or from sums of them."""
    return coverage(row._asdict())


def coverage(sums: Mapping[str, Any]) -> Coverage:
    """Coverage from its sums by the names of their columns."""
    counted: dict[str, Any] = {name: int(sums[name]) for name in PLAIN}
    for field, named in BY_FIELD.items():
        found: Counter[StrEnum] = Counter()
        for value, name in named:
            if number := sums[name]:
                found[value] = int(number)
        counted[field] = found
    return Coverage(**counted)


def difference(after: Iterable[Coverage], before: Iterable[Coverage]) -> dict[str, int]:
    """By how much each column changes."""
    new, old = columns(sum(after, Coverage())), columns(sum(before, Coverage()))
    return {name: new[name] - old[name] for name in new}
