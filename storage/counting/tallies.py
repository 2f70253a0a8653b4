"""Coverage as columns: what a household adds to the sums of its hamlet, and sums read back as coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

from storage.counting.coverage_rules import Coverage, HouseholdFact
from storage.models import COUNTS
from storage.outcomes import Barrier, Group, Status

PLAIN = ("reached", "contacted", "baseline", "achieved_contacted", "verified", "adults_known", "adults", "adults_achieved")
FAMILIES: tuple[tuple[str, str, type[StrEnum]], ...] = (
    ("statuses", "status", Status), ("groups", "group", Group), ("barriers", "barrier", Barrier),
    ("barriers_in_progress", "stuck", Barrier),
)
BY_FIELD = {field: tuple((value, f"{prefix}_{value.value.lower()}") for value in family) for field, prefix, family in FAMILIES}
"""Each family of sums with the columns of its values."""


def _slices() -> tuple[list[tuple[str, list[StrEnum], int, int]], int]:
    """Where in COUNTS the values of each family stand, and where those of PLAIN begin."""
    found, at = [], 0
    for field, _, family in FAMILIES:
        found.append((field, list(family), at, at + len(family)))
        at += len(family)
    return found, at


_SLICES, _PLAIN_FROM = _slices()


def columns(coverage: Coverage) -> dict[str, int]:
    """Every sum of coverage by the name of its column."""
    flat = {name: getattr(coverage, name) for name in PLAIN}
    for field, named in BY_FIELD.items():
        counted = getattr(coverage, field)
        flat |= {name: counted[value] for value, name in named}
    return flat


def of_values(values: Sequence[int]) -> Coverage:
    """Coverage from the values of COUNTS, in their order."""
    counted: dict[str, Any] = dict(zip(PLAIN, values[_PLAIN_FROM:], strict=True))
    for field, family, first, last in _SLICES:
        found: Counter[StrEnum] = Counter()
        dict.update(found, {each: number for each, number in zip(family, values[first:last], strict=True) if number})
        counted[field] = found
    return Coverage(**counted)


def coverage(sums: Mapping[str, Any]) -> Coverage:
    """Coverage from its sums by the names of their columns."""
    return of_values([int(sums[name]) for name in COUNTS])


def together(rows: Sequence[Sequence[int]]) -> Coverage:
    """The sums of several rows of COUNTS."""
    return of_values([sum(column) for column in zip(*rows, strict=True)]) if rows else Coverage()


def difference(after: Iterable[HouseholdFact | None], before: Iterable[HouseholdFact | None]) -> dict[str, int]:
    """By how much columns change when these households stand like this instead of like that; none that stay."""
    found: dict[str, int] = {}
    for sign, facts in ((1, after), (-1, before)):
        for fact in facts:
            for name, value in adds(fact):
                found[name] = found.get(name, 0) + sign * value
    return {name: value for name, value in found.items() if value}


@lru_cache(maxsize=4096)
def adds(fact: HouseholdFact | None) -> tuple[tuple[str, int], ...]:
    """What one household adds to which columns; there are few ways to stand."""
    return tuple((name, value) for name, value in columns(Coverage.of([fact])).items() if value)


def moved(before: Coverage, change: Mapping[str, int]) -> Coverage:
    """Coverage with its sums changed by so much."""
    return coverage({name: value + change.get(name, 0) for name, value in columns(before).items()})
