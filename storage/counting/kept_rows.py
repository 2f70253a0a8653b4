"""How the ledger's rows are written: households replaced, sums moved by a difference, in as few statements as can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, Text, bindparam, case, literal_column, select, text, update

from storage import json_text
from storage.counting.course import KEPT
from storage.mail import insert_for
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
_KEYS = tuple(column.name for column in _STANDING.primary_key)
_PASSING = KEPT[KEPT.index("visits"):]
"""What a visit adds to days where its household stands as before: itself, and returns."""
_FROM = KEPT.index("visits")
FEW = 2
"""Households whose values are sent one by one; of more of them a server is told in JSON, which it reads as rows."""
SOUGHT_BY = ("hamlet_id", "commune_id", "status", "changes_on", "reported_out")
"""What households are looked for by: a row in which these stay is changed where it lies, without its indexes."""
RUNS_ON = ("settled_on", "course")
"""What changes with every visit; where nothing else does, nothing else is written."""
REST = tuple(column.name for column in _STANDING.c if column.name not in (*_KEYS, *SOUGHT_BY, *RUNS_ON))
_CHANGING = (*REST, *RUNS_ON)


@dataclass(slots=True)
class Households:
    """Households as they stand now, by how much of their rows is new."""

    anew: list[Row] = field(default_factory=list)
    """New, or sought otherwise than before."""
    changed: list[Row] = field(default_factory=list)
    """Only the rest changed, or only how they came there."""
    running: list[Row] = field(default_factory=list)


Changed = tuple[Table, tuple[str, ...], tuple[str, ...], list[dict[str, Any]]]


def write(tx: Connection, homes: Households, sums: Mapping[tuple[int, int], Row],
          daily: Mapping[tuple[int, int, str], list[int]], parts: Mapping[tuple[str, int], list[int]]) -> None:
    """Households, and by how much sums change. In one order, so that no two processes wait for each other."""
    totals = [{"campaign_id": campaign_id, "place_id": place_id, **values}
              for (campaign_id, place_id), values in sorted(sums.items(), key=lambda each: each[0])]
    passing = not any(any(values[:_FROM]) for values in daily.values())
    names, first = (_PASSING, _FROM) if passing else (KEPT, 0)
    moved = [{"campaign_id": key[0], "place_id": key[1], "day": date.fromisoformat(key[2]),
              **dict(zip(names, values[first:], strict=False))}  # kept before returns were, they are none
             for key, values in sorted(daily.items()) if any(values)]
    aimed = [{"target_id": int(key[0]), "place_id": key[1], "achieved": values[0], "of": values[1], "known": values[2]}
             for key, values in sorted(parts.items()) if any(values)]
    given: tuple[list[dict[str, Any]], ...] = totals, moved, aimed
    changed = [(into, keys, names if into is _DAYS else added, rows)
               for (into, keys, added), rows in zip(_ADDED, given, strict=True) if rows]
    if tx.dialect.name != "postgresql":
        _one_by_one(tx, homes, changed)
    elif len(homes.anew) + len(homes.changed) + len(homes.running) <= FEW:
        _few(tx, homes, changed)
    else:
        _many(tx, homes, changed)


# --- one statement for each table -------------------------------------------------------------------------------------------


def _one_by_one(tx: Connection, homes: Households, changed: Sequence[Changed]) -> None:
    if homes.anew:
        _replacing().each(tx, homes.anew)
    for some, names in ((homes.changed, _CHANGING), (homes.running, RUNS_ON)):
        if some:
            _changing(names).each(tx, [_marked(row, names, "") for row in some])
    for into, keys, added, rows in changed:
        nothing = dict.fromkeys(added, 0)
        _adding(into, keys, added).each(tx, [{**nothing, **row} for row in rows])


@cache
def _replacing() -> Prepared:
    return Prepared(_replace("sqlite", ""))


@cache
def _changing(names: tuple[str, ...]) -> Prepared:
    return Prepared(_change(names, ""))


@cache
def _adding(into: Table, keys: tuple[str, ...], added: tuple[str, ...]) -> Prepared:
    return Prepared(_add("sqlite", into, keys, added, [""]))


def _replace(dialect: str, mark: str) -> Any:
    made = insert_for(dialect, _STANDING)
    rest = {column.name: made.excluded[column.name] for column in _STANDING.c if column.name not in _KEYS}
    return made.values({column.name: bindparam(column.name + mark) for column in _STANDING.c}).on_conflict_do_update(
        index_elements=_KEYS, set_=rest)


def _change(names: Sequence[str], mark: str) -> Any:
    return update(_STANDING).where(*(_STANDING.c[name] == bindparam(f"of_{name}{mark}") for name in _KEYS)).values(
        {name: bindparam(f"{name}{mark}") for name in names})


def _marked(row: Row, names: Sequence[str], mark: str) -> dict[str, Any]:
    """The values of one household by the names that `_change` gives them."""
    return {f"of_{name}{mark}": row[name] for name in _KEYS} | {f"{name}{mark}": row[name] for name in names}


def _add(dialect: str, into: Table, keys: Sequence[str], added: Sequence[str], marks: Sequence[str]) -> Any:
    made = insert_for(dialect, into)
    dated = [name for name in ("settled_on",) if name in into.c]
    sums = {name: into.c[name] + made.excluded[name] for name in added}
    sums |= {name: case((into.c[name] > made.excluded[name], into.c[name]), else_=made.excluded[name]) for name in dated}
    nothing: dict[str, Any] = {column.name: literal_column("0") for column in into.c}
    rows: Any = [nothing | {name: bindparam(name + mark) for name in (*keys, *dated, *added)} for mark in marks]
    return made.values(rows if len(rows) > 1 else rows[0]).on_conflict_do_update(index_elements=keys, set_=sums)


# --- one statement for all of them, on PostgreSQL ---------------------------------------------------------------------------


def _few(tx: Connection, homes: Households, changed: Sequence[Changed]) -> None:
    """Every value by itself: there are only so many combinations of so few rows."""
    values = {f"{name}_a{n}": value for n, row in enumerate(homes.anew) for name, value in row.items()}
    for letter, rows, names in (("c", homes.changed, _CHANGING), ("r", homes.running, RUNS_ON)):
        for n, row in enumerate(rows):
            values |= _marked(row, names, f"_{letter}{n}")
    shape = []
    for into, keys, added, sums in changed:
        nothing = dict.fromkeys(added, 0)
        values |= {f"{name}_{into.name}{n}": value for n, row in enumerate(sums) for name, value in {**nothing, **row}.items()}
        shape.append((into, keys, added, len(sums)))
    if values:
        _each_value(len(homes.anew), len(homes.changed), len(homes.running), tuple(shape)).later(tx, [values])


@cache
def _each_value(anew: int, changed: int, running: int,
                sums: tuple[tuple[Table, tuple[str, ...], tuple[str, ...], int], ...]) -> Prepared:
    parts = [_replace("postgresql", f"_a{n}") for n in range(anew)]
    parts += [_change(_CHANGING, f"_c{n}") for n in range(changed)] + [_change(RUNS_ON, f"_r{n}") for n in range(running)]
    parts += [_add("postgresql", into, keys, added, [f"_{into.name}{n}" for n in range(count)])
              for into, keys, added, count in sums]
    return Prepared(select(literal_column("1")).add_cte(*(part.cte(f"part_{n}") for n, part in enumerate(parts))))


def _many(tx: Connection, homes: Households, changed: Sequence[Changed]) -> None:
    """Each table's rows as JSON, which the server reads as rows."""
    rows: dict[str, Sequence[Row]] = {_STANDING.name: [*homes.anew, *homes.changed, *homes.running]}
    rows |= {into.name: sums for into, _, _, sums in changed}
    given = {name: json_text.write_text(list(each)) for name, each in rows.items() if each}
    if given:
        _everything(tx.dialect, tuple(given)).later(tx, [given])


@cache
def _everything(dialect: Dialect, given: tuple[str, ...]) -> Prepared:
    replaced = [f"{column.name} = excluded.{column.name}" for column in _STANDING.c if column.name not in _KEYS]
    parts = {_STANDING.name: _part(dialect, _STANDING, _KEYS, (), replaced)}
    for into, named, added in _ADDED:
        sums = [f'"{name}" = {into.name}."{name}" + excluded."{name}"' for name in added]
        if "settled_on" in into.c:
            sums.append(f"settled_on = greatest({into.name}.settled_on, excluded.settled_on)")
        parts[into.name] = _part(dialect, into, named, added, sums)
    wanted = ", ".join(parts[name] for name in given)
    return Prepared(text(f"WITH {wanted} SELECT").bindparams(*(bindparam(name, type_=Text()) for name in given)))


def _part(dialect: Dialect, into: Table, keys: Sequence[str], added: Sequence[str], changes: Sequence[str]) -> str:
    """What is added to and not in the JSON is 0."""
    names = ", ".join(f'"{column.name}"' for column in into.c)
    values = ", ".join(f'coalesce("{column.name}", 0)' if column.name in added else f'"{column.name}"' for column in into.c)
    types = ", ".join(f'"{column.name}" {column.type.compile(dialect=dialect)}' for column in into.c)
    return (f"of_{into.name} AS (INSERT INTO {into.name} ({names}) "  # noqa: S608 - names of our own tables and columns
            f"SELECT {values} FROM json_to_recordset(CAST(:{into.name} AS json)) AS given ({types}) "
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)})")
