"""Coverage as columns: what a household adds to the sums of its hamlet, and sums read back as coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Row, func

from storage.coverage_rules import Coverage
from storage.models import COUNTS, TALLY
from storage.outcomes import Barrier, Group, Status

E = TypeVar("E", bound=StrEnum)
PLAIN = ("reached", "contacted", "baseline", "achieved_contacted", "verified", "adults_known", "adults", "adults_achieved")
FAMILIES: tuple[tuple[str, str, type[StrEnum]], ...] = (
    ("statuses", "status", Status), ("groups", "group", Group), ("barriers", "barrier", Barrier),
    ("barriers_in_progress", "stuck", Barrier),
)
SUMS = [func.coalesce(func.sum(TALLY.c[name]), 0).label(name) for name in COUNTS]
"""The sums over several hamlets, as the database adds them up."""


def columns(coverage: Coverage) -> dict[str, int]:
    """Every sum of coverage by the name of its column."""
    flat = {name: getattr(coverage, name) for name in PLAIN}
    for field, prefix, family in FAMILIES:
        counted = getattr(coverage, field)
        flat |= {f"{prefix}_{value.value.lower()}": counted[value] for value in family}
    return flat


def of_row(row: Row[*tuple[Any, ...]]) -> Coverage:
    """Coverage from a row of `tally`, or from sums of them."""
    return coverage(row._asdict())


def coverage(row: Mapping[str, Any]) -> Coverage:
    """Coverage from its sums by the names of their columns."""
    counted: dict[str, Any] = {name: int(row[name]) for name in PLAIN}
    for field, prefix, family in FAMILIES:
        counted[field] = _counter(row, prefix, family)
    return Coverage(**counted)


def _counter(row: Mapping[str, Any], prefix: str, family: type[E]) -> Counter[E]:
    found = ((value, int(row[f"{prefix}_{value.value.lower()}"])) for value in family)
    return Counter({value: number for value, number in found if number})


def difference(after: Iterable[Coverage], before: Iterable[Coverage]) -> dict[str, int]:
    """By how much each column changes."""
    new, old = columns(sum(after, Coverage())), columns(sum(before, Coverage()))
    return {name: new[name] - old[name] for name in new}
