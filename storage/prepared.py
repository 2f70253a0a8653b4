"""Statements compiled once: on the hot path SQLAlchemy's own work for a statement costs ten times what SQLite's does."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Connection, Dialect, Executable, Text, TypeDecorator, bindparam
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import UTCDateTime

from storage import sent

Values = Mapping[str, Any]
Process = Callable[[Any], Any] | None


class Prepared:
    """A statement with fixed parameters (of a list, `among`). It runs bare: SQLAlchemy writes it once and then steps aside."""

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._bare: dict[tuple[str, tuple[str, ...]], _Bare] = {}

    def all(self, tx: Connection, values: Values) -> Sequence[Any]:
        """The rows, their columns by name."""
        return list(self._for(tx, values).rows(tx, values))

    def first(self, tx: Connection, values: Values) -> Any:
        """The first row, or None."""
        return next(self._for(tx, values).rows(tx, values), None)

    def scalar(self, tx: Connection, values: Values) -> Any:
        """The first column of the first row, or None."""
        row = self.first(tx, values)
        return None if row is None else row[0]

    def each(self, tx: Connection, rows: Sequence[Values]) -> int:
        """Run it with every row; how many rows it changed (-1 where the driver cannot tell)."""
        return self._for(tx, rows[0]).many(tx, rows)

    def later(self, tx: Connection, rows: Sequence[Values]) -> None:
        """Run it with every row. Nobody waits for it where a server is asked: what went wrong is raised by who waits next."""
        self._for(tx, rows[0]).later(tx, rows)

    def returning(self, tx: Connection, rows: Sequence[Values]) -> list[Any]:
        """Run it with every row; what each RETURNING gives, in no order to rely on."""
        bare = self._for(tx, rows[0])
        return [found for row in rows for found in bare.rows(tx, row)]

    def _for(self, tx: Connection, values: Values) -> _Bare:
        key = tx.dialect.name, tuple(values)
        if key not in self._bare:
            made = _Sqlite if key[0] == "sqlite" else _Postgres
            self._bare[key] = made(self.statement, tx.dialect, key[1])
        return self._bare[key]


Asked = Sequence[tuple[Prepared, Values]]


def together(tx: Connection, asked: Asked) -> list[Sequence[Any]]:
    """The rows of several statements, sent in one go where a server is asked: one wait instead of many."""
    if tx.dialect.name == "sqlite":
        return [prepared.all(tx, values) for prepared, values in asked]
    bare = [(prepared._for(tx, values), values) for prepared, values in asked]
    try:
        sent.line(tx)
        out = [(each, each.send(tx, values)) for each, values in bare]
        return [list(each.named(found)) for each, found in out]
    except sent.drivers_error(tx) as error:
        raise sent.told_alike("", error, sent.drivers_error(tx)) from error


class _Marks(dict[str, str]):
    """?1 for the first value asked for, ?2 for the second: the same name, the same mark.

    What is the same in every run stands in the text itself: only then does a plan hold that rests on it (an index of open
    letters alone), else SQLite plans anew each time, which costs more than to run it.
    """

    def __init__(self, sign: str) -> None:
        super().__init__()
        self._sign = sign
        self.order: list[str] = []

    def settle(self, name: str, value: Any) -> None:
        """This value never changes."""
        written = _literal(value)
        if written is None:
            raise SQLAlchemyError(f"{name} of this statement has a value that must be given")
        self[name] = written

    def __missing__(self, name: str) -> str:
        self.order.append(name)
        self[name] = f"{self._sign}{len(self.order)}"
        return self[name]


def _literal(value: Any) -> str | None:
    """A plain value as it stands in a statement: nothing, words, a number."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'{}'".format(value.replace("'", "''"))
    return str(value).lower() if isinstance(value, int) else None


class _Bare:
    """The text of a statement and how each value goes in and comes out, for one set of parameter names."""

    SIGN = ""
    """What the mark of a value begins with."""

    def __init__(self, statement: Executable, dialect: Dialect, names: Sequence[str]) -> None:
        compiled = statement.compile(dialect=self._writer(dialect), column_keys=list(names))  # type: ignore[attr-defined]
        if not isinstance(compiled, SQLCompiler) or compiled.insert_prefetch or compiled.post_compile_params:
            raise SQLAlchemyError("this statement cannot be prepared")
        marks = _Marks(self.SIGN)
        ways_in: dict[str, Process] = {}
        for name, bind in compiled.binds.items():
            process = ways_in[name] = self._way_in(bind.type, dialect)
            if bind.key not in names:
                marks.settle(name, process(bind.effective_value) if process else bind.effective_value)
        self._text = str(compiled) % marks
        self._given = [(compiled.binds[name].key, ways_in[name]) for name in marks.order]
        columns = list(getattr(statement, "selected_columns", ())) or list(getattr(statement, "_returning", ()))
        self._row: Any = namedtuple("Row", [column.key for column in columns], rename=True)  # type: ignore[misc]
        processes = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._taken = [(place, process) for place, process in enumerate(processes) if process is not None]

    def _writer(self, dialect: Dialect) -> Dialect:
        """The dialect that writes the text, with a name for each value."""
        return dialect

    def _way_in(self, kind: TypeEngine[Any], dialect: Dialect) -> Process:
        """What makes a value of this kind one for the driver."""
        return kind.dialect_impl(dialect).bind_processor(dialect)

    def send(self, tx: Connection, values: Values) -> Any:
        """Run it; the driver's cursor."""
        raise NotImplementedError

    def send_all(self, tx: Connection, rows: Sequence[Values]) -> Any:
        raise NotImplementedError

    def many(self, tx: Connection, rows: Sequence[Values]) -> int:
        try:
            cursor = self.send_all(tx, rows)
            sent.answered(tx)
            return int(cursor.rowcount)
        except sent.drivers_error(tx) as error:
            raise sent.told_alike(self._text, error, sent.drivers_error(tx)) from error

    def later(self, tx: Connection, rows: Sequence[Values]) -> None:
        try:
            self.send_all(tx, rows)
        except sent.drivers_error(tx) as error:
            raise sent.told_alike(self._text, error, sent.drivers_error(tx)) from error

    def _bound(self, values: Values) -> tuple[Any, ...]:
        return tuple([process(values[name]) if process else values[name] for name, process in self._given])

    def rows(self, tx: Connection, values: Values) -> Iterator[Any]:
        try:
            return self.named(self.send(tx, values))
        except sent.drivers_error(tx) as error:
            raise sent.told_alike(self._text, error, sent.drivers_error(tx)) from error

    def named(self, cursor: Any) -> Iterator[Any]:
        """The rows a cursor holds, each value as the column's type says."""
        found = cursor.fetchall() if self._row._fields else ()
        return map(self._row._make, self._processed(found) if self._taken else found)

    def _processed(self, found: Iterable[Sequence[Any]]) -> Iterator[list[Any]]:
        taken = self._taken
        for each in found:
            row = list(each)
            for place, process in taken:
                row[place] = process(row[place])
            yield row


def _moment(value: datetime | None) -> str | None:
    """An instant as SQLAlchemy writes it for SQLite, at a tenth of the price: a letter brings eight of them."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("an instant without its time zone")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


class _Sqlite(_Bare):
    """By the standard library's own connection."""

    SIGN = "?"

    def _writer(self, dialect: Dialect) -> Dialect:
        named: Dialect = type(dialect)(paramstyle="pyformat")  # type: ignore[call-arg]
        return named

    def _way_in(self, kind: TypeEngine[Any], dialect: Dialect) -> Process:
        return _moment if isinstance(kind, UTCDateTime) else super()._way_in(kind, dialect)

    def send(self, tx: Connection, values: Values) -> Any:
        connection: Any = tx.connection.driver_connection
        return connection.execute(self._text, self._bound(values))

    def send_all(self, tx: Connection, rows: Sequence[Values]) -> Any:
        connection: Any = tx.connection.driver_connection
        return connection.executemany(self._text, [self._bound(values) for values in rows])


class _Postgres(_Bare):
    """By psycopg, with the server's own marks ($1): psycopg reads no text then, and the server keeps the plan."""

    SIGN = "$"

    def send(self, tx: Connection, values: Values) -> Any:
        return _cursor(tx).execute(self._text, self._bound(values))

    def send_all(self, tx: Connection, rows: Sequence[Values]) -> Any:
        cursor = _cursor(tx)
        if len(rows) == 1:
            return cursor.execute(self._text, self._bound(rows[0]))
        cursor.executemany(self._text, [self._bound(values) for values in rows])
        return cursor

    def later(self, tx: Connection, rows: Sequence[Values]) -> None:
        sent.line(tx)
        super().later(tx, rows)


def _cursor(tx: Connection) -> Any:
    import psycopg

    return psycopg.RawCursor(tx.connection.driver_connection)  # type: ignore[arg-type]


# --- lists of numbers -----------------------------------------------------------------------------------------------------


class _Numbers(TypeDecorator[Sequence[int]]):
    """A list of numbers as one value: an array, or JSON where there are none."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import ARRAY

            return ARRAY(BigInteger())
        return Text()

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        return list(value or ()) if dialect.name == "postgresql" else f"[{','.join(map(str, value or ()))}]"


class among(ColumnElement[bool]):
    """The column is one of the numbers of the parameter, however many: one text for every length."""

    type = Boolean()
    inherit_cache = False

    def __init__(self, column: ColumnElement[int], name: str) -> None:
        self.column, self.numbers = column, bindparam(name, type_=_Numbers())

    @property
    def _from_objects(self) -> Any:
        return self.column._from_objects

    def self_group(self, against: Any = None) -> among:
        return self  # else SQLite is asked whether it "= 1", and forgets its index


@compiles(among)
def _listed(element: among, compiler: SQLCompiler, **more: Any) -> str:
    column, numbers = compiler.process(element.column, **more), compiler.process(element.numbers, **more)
    return f"{column} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - both are written by the compiler


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **more: Any) -> str:
    return f"{compiler.process(element.column, **more)} = ANY({compiler.process(element.numbers, **more)})"
