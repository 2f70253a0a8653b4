"""A transaction that can only be read: what handlers and dialogues are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select

from storage.prepared import Prepared, together

T = TypeVar("T")
Query = Select[*tuple[Any, ...]] | Prepared


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T]):
    """Something to be read: a statement with its values, and what its rows mean. Several are asked for in one go."""

    query: Prepared
    values: Mapping[str, Any]
    read: Callable[[Sequence[Any]], T]


class Reading:
    """Read-only use of a transaction; sees what the transaction has written so far."""

    __slots__ = ("_lasting", "_seen", "_tx")

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._seen: dict[tuple[object, ...], Any] = {}
        self._lasting: dict[tuple[object, ...], Any] = {}

    def once(self, key: tuple[object, ...], look: Callable[[], T], *, lasting: bool = False) -> T:
        """What `look` finds, looked up once until something is written: a dialogue is replayed more often than rows change.

        What no visit changes (places, campaigns) is `lasting`: looked up once in the whole transaction.
        """
        kept = self._lasting if lasting else self._seen
        if key not in kept:
            kept[key] = look()
        found: T = kept[key]
        return found

    def forget(self) -> None:
        """Something was written: look again."""
        self._seen.clear()

    def settle(self) -> None:
        """Bring the sums that are kept up to date with what this transaction has written."""
        if settle := self._tx.info.get("ledger.settle"):
            settle(self._tx)

    def ask(self, wanted: Wanted[T]) -> T:
        return wanted.read(wanted.query.all(self._tx, wanted.values))

    def together(self, *wanted: Wanted[Any]) -> list[Any]:
        """What each of these is, with one wait for all of them where a server is asked."""
        found = together(self._tx, [(each.query, each.values) for each in wanted])
        return [each.read(rows) for each, rows in zip(wanted, found, strict=True)]

    def all(self, query: Query, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        if isinstance(query, Prepared):
            return query.all(self._tx, values or {})
        return self._tx.execute(query, values or {}).all()

    def first(self, query: Query, values: Mapping[str, Any] | None = None) -> Any:
        if isinstance(query, Prepared):
            return query.first(self._tx, values or {})
        return self._tx.execute(query, values or {}).first()

    def scalar(self, query: Query, values: Mapping[str, Any] | None = None) -> Any:
        if isinstance(query, Prepared):
            return query.scalar(self._tx, values or {})
        return self._tx.scalar(query, values or {})
