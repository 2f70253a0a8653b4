"""Statements compiled once: on the hot path SQLAlchemy's own work for a statement costs ten times what SQLite's does."""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.sql.compiler import SQLCompiler

Values = Mapping[str, Any]
Process = Callable[[Any], Any] | None


class Prepared:
    """A statement with fixed parameters (no lists for IN). On SQLite it runs bare; elsewhere as SQLAlchemy runs it."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._bare: dict[tuple[str, ...], _Bare] = {}

    def all(self, tx: Connection, values: Values) -> Sequence[Any]:
        """The rows, their columns by name."""
        if tx.dialect.name != "sqlite":
            return tx.execute(self.statement, values).all()
        return list(self._for(tx, values).rows(tx, values))

    def first(self, tx: Connection, values: Values) -> Any:
        """The first row, or None."""
        if tx.dialect.name != "sqlite":
            return tx.execute(self.statement, values).first()
        return next(self._for(tx, values).rows(tx, values), None)

    def scalar(self, tx: Connection, values: Values) -> Any:
        """The first column of the first row, or None."""
        row = self.first(tx, values)
        return None if row is None else row[0]

    def each(self, tx: Connection, rows: Sequence[Values]) -> int:
        """Run it with every row; how many rows it changed (-1 where the driver cannot tell)."""
        if tx.dialect.name != "sqlite":
            return tx.execute(self.statement, rows).rowcount
        return self._for(tx, rows[0]).many(tx, rows)

    def returning(self, tx: Connection, rows: Sequence[Values]) -> list[Any]:
        """Run it with every row; what each RETURNING gives, in no order to rely on."""
        if tx.dialect.name != "sqlite":
            return list(tx.execute(self.statement, rows))
        bare = self._for(tx, rows[0])
        return [found for row in rows for found in bare.rows(tx, row)]

    def _for(self, tx: Connection, values: Values) -> _Bare:
        names = tuple(values)
        if names not in self._bare:
            self._bare[names] = _Bare(self.statement, tx.dialect, names)
        return self._bare[names]


class _Bare:
    """The text of a statement and how each value goes in and comes out, for one set of parameter names."""

    def __init__(self, statement: Executable, dialect: Dialect, names: Sequence[str]) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(names))  # type: ignore[attr-defined]
        if not isinstance(compiled, SQLCompiler) or compiled.positiontup is None or compiled.insert_prefetch:
            raise SQLAlchemyError("this statement cannot be prepared")
        self._text = str(compiled)
        self._given: list[tuple[str, Process, Any]] = []
        for name in compiled.positiontup:
            bind = compiled.binds[name]
            process = bind.type.dialect_impl(dialect).bind_processor(dialect)
            fixed = None if bind.key in names else (process(bind.effective_value) if process else bind.effective_value)
            self._given.append((bind.key if bind.key in names else "", process, fixed))
        columns = list(getattr(statement, "selected_columns", ())) or list(getattr(statement, "_returning", ()))
        self._row: Any = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]
        processes = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._taken = [(place, process) for place, process in enumerate(processes) if process is not None]

    def _bound(self, values: Values) -> tuple[Any, ...]:
        return tuple([fixed if not name else process(values[name]) if process else values[name]
                      for name, process, fixed in self._given])

    def rows(self, tx: Connection, values: Values) -> Iterator[Any]:
        found = self._run(tx, lambda connection: connection.execute(self._text, self._bound(values)).fetchall())
        make, taken = self._row._make, self._taken
        for row in found:
            if taken:
                row = list(row)
                for place, process in taken:
                    row[place] = process(row[place])
            yield make(row)

    def many(self, tx: Connection, rows: Iterable[Values]) -> int:
        bound = [self._bound(values) for values in rows]
        return int(self._run(tx, lambda connection: connection.executemany(self._text, bound).rowcount))

    def _run(self, tx: Connection, work: Callable[[sqlite3.Connection], Any]) -> Any:
        connection: Any = tx.connection.driver_connection
        try:
            return work(connection)
        except sqlite3.Error as error:
            # told as SQLAlchemy tells it, without the values
            raise DBAPIError.instance(self._text, None, error, sqlite3.Error, hide_parameters=True) from error
