"""What every table is built from: names of constraints, keys, references, and columns that may be emptied."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import JSON, BigInteger, Column, Integer, MetaData, Table
from sqlmodel import Field, SQLModel
from sqlmodel.main import SQLModelMetaclass

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# Partial indexes say `sqlite_where` only: naming PostgreSQL here would load its dialect (4 MB) wherever SQLite is used.
# The migrations, which alone create tables, say both.

Forgettable: Any = JSON(none_as_null=True)
"""Emptied once it is no longer needed; the row stays, so that nothing is taken or sent twice."""
Big = BigInteger().with_variant(Integer, "sqlite")
METADATA: MetaData = SQLModel.metadata


class _TableOnly(SQLModelMetaclass):
    """A model that has its table and no mapper: nothing here loads objects, and mapping sixty tables is a fifth of a start."""

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **said: Any) -> None:
        if not said.get("table"):
            super().__init__(name, bases, body, **said)
            return
        type.__init__(cls, name, bases, body)
        columns: list[Column[Any]] = []
        for key in cls.model_fields:
            column = cls.__dict__[key]
            column.name = column.key = key
            columns.append(column)
        more = cls.__dict__.get("__table_args__", ())
        cls.__table__ = Table(cls.__dict__.get("__tablename__", name.lower()), METADATA, *columns, *more)


class Row(SQLModel, metaclass=_TableOnly):
    """A table. Statements are written with its columns; its checks of Python values are built only where somebody makes one."""

    model_config = {"defer_build": True}


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table under a model, for core statements."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def identity() -> Any:
    """A number of its own for every row."""
    return Field(default=None, sa_column=Column(Big, primary_key=True, autoincrement=True))


def refers(target: str, *, optional: bool = False, index: bool = False) -> Any:
    """The number of a row of another table."""
    default: Any = None if optional else ...
    return Field(default, sa_type=Big, foreign_key=f"{target}.id", nullable=optional, index=index)
