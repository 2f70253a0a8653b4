"""How the ledger's rows are written: households replaced, sums moved by a difference, in as few statements as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, Text, bindparam, case, text, update
from sqlalchemy.dialects import sqlite

from storage import json_text
from storage.course import KEPT
from storage.models import COUNTS, TALLY, CampaignDay, Standing, TargetTally, table
from storage.prepared import Prepared

Row = Mapping[str, Any]
_STANDING, _DAYS, _TARGETS = table(Standing), table(CampaignDay), table(TargetTally)
_ADDED: tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...] = (
    (TALLY, ("campaign_id", "place_id"), COUNTS),
    (_DAYS, ("campaign_id", "place_id", "day"), KEPT),
    (_TARGETS, ("target_id", "place_id"), ("achieved", "of", "known")),
)
"""The tables of sums: what names a row, and what is added to."""


SOUGHT_BY = ("hamlet_id", "commune_id", "status", "changes_on", "reported_out")
"""What households are looked for by: a row in which these stay is changed where it lies, without its indexes."""


def write(tx: Connection, kept: Sequence[Row], stays: Sequence[Row], sums: Mapping[tuple[int, int], Row],
          daily: Mapping[tuple[int, int, str], list[int]], parts: Mapping[tuple[str, int], list[int]]) -> None:
    """Households as they stand now, new or sought otherwise than before, and those of which only the rest changed; and by how
    much sums change. In one order, so that no two processes wait for each other.
    """
    totals = [{"campaign_id": campaign_id, "place_id": place_id, **values}
              for (campaign_id, place_id), values in sorted(sums.items(), key=lambda each: each[0])]
    moved = [{"campaign_id": key[0], "place_id": key[1], "day": date.fromisoformat(key[2]),
              **dict(zip(KEPT, values, strict=False))}  # kept before returns were, they are none
             for key, values in sorted(daily.items()) if any(values)]
    aimed = [{"target_id": int(key[0]), "place_id": key[1], "achieved": values[0], "of": values[1], "known": values[2]}
             for key, values in sorted(parts.items()) if any(values)]
    if tx.dialect.name == "postgresql":
        _at_once(tx, [*kept, *stays], totals, moved, aimed)
        return
    if kept:
        _replacing().each(tx, kept)
    if stays:
        _changing().each(tx, [{given: row[name] for given, name in _CHANGING.items()} for row in stays])
    changed: tuple[list[dict[str, Any]], ...] = totals, moved, aimed
    for (into, keys, added), rows in zip(_ADDED, changed, strict=True):
        if rows:
            nothing = dict.fromkeys(added, 0)
            _adding(into, keys, added).each(tx, [{**nothing, **row} for row in rows])


# --- one statement for each table -------------------------------------------------------------------------------------------


@cache
def _replacing() -> Prepared:
    made = sqlite.insert(_STANDING)
    rest = {column.name: made.excluded[column.name] for column in _STANDING.c if column.name not in _KEYS}
    return Prepared(made.values({column.name: bindparam(column.name) for column in _STANDING.c}).on_conflict_do_update(
        index_elements=_KEYS, set_=rest))


_KEYS = tuple(column.name for column in _STANDING.primary_key)
_CHANGING = {f"of_{name}": name for name in _KEYS} | {
    column.name: column.name for column in _STANDING.c if column.name not in (*_KEYS, *SOUGHT_BY)}


@cache
def _changing() -> Prepared:
    return Prepared(update(_STANDING).where(*(_STANDING.c[name] == bindparam(f"of_{name}") for name in _KEYS)).values(
        {name: bindparam(name) for given, name in _CHANGING.items() if given == name}))


@cache
def _adding(into: Table, keys: tuple[str, ...], added: tuple[str, ...]) -> Prepared:
    made = sqlite.insert(into)
    sums = {name: into.c[name] + made.excluded[name] for name in added}
    if "settled_on" in into.c:
        sums["settled_on"] = case((into.c.settled_on > made.excluded.settled_on, into.c.settled_on),
                                  else_=made.excluded.settled_on)
    return Prepared(made.values({column.name: bindparam(column.name) for column in into.c}).on_conflict_do_update(
        index_elements=keys, set_=sums))


# --- one statement for all of them, on PostgreSQL ---------------------------------------------------------------------------


def _at_once(tx: Connection, *rows: Sequence[Row]) -> None:
    """Each table's rows as JSON, which the server reads as rows: one wait, whatever has changed."""
    given = {name: json_text.write_text(list(each)) for name, each in zip(_GIVEN, rows, strict=True) if each}
    if given:
        _everything(tx.dialect, tuple(given)).each(tx, [given])


_GIVEN = ("kept", "totals", "moved", "aimed")


@cache
def _everything(dialect: Dialect, given: tuple[str, ...]) -> Prepared:
    replaced = [f"{column.name} = excluded.{column.name}" for column in _STANDING.c if column.name not in _KEYS]
    parts = {_GIVEN[0]: _part(dialect, _STANDING, _GIVEN[0], _KEYS, (), replaced)}
    for (into, named, added), name in zip(_ADDED, _GIVEN[1:], strict=True):
        sums = [f'"{name}" = {into.name}."{name}" + excluded."{name}"' for name in added]
        if "settled_on" in into.c:
            sums.append(f"settled_on = greatest({into.name}.settled_on, excluded.settled_on)")
        parts[name] = _part(dialect, into, name, named, added, sums)
    wanted = ", ".join(parts[name] for name in given)
    return Prepared(text(f"WITH {wanted} SELECT").bindparams(*(bindparam(name, type_=Text()) for name in given)))


def _part(dialect: Dialect, into: Table, given: str, keys: Sequence[str], added: Sequence[str], changes: Sequence[str]) -> str:
    """What is added to and not in the JSON is 0."""
    names = ", ".join(f'"{column.name}"' for column in into.c)
    values = ", ".join(f'coalesce("{column.name}", 0)' if column.name in added else f'"{column.name}"' for column in into.c)
    types = ", ".join(f'"{column.name}" {column.type.compile(dialect=dialect)}' for column in into.c)
    return (f"of_{into.name} AS (INSERT INTO {into.name} ({names}) "  # noqa: S608 - names of our own tables and columns
            f"SELECT {values} FROM json_to_recordset(CAST(:{given} AS json)) AS given ({types}) "
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)})")
