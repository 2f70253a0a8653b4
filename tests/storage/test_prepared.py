"""Statements prepared once: the same rows as SQLAlchemy's own way gives, on both databases, alone and several in one go; and
those nobody waits for.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, func, insert, literal, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from storage import mail
from storage.database import Database
from storage.models import Household, Person, Visit, table
from storage.prepared import Prepared, among, together
from tests.storage import village

household, person, visit = table(Household), table(Person), table(Visit)
AMONG = (select(household.c.id, household.c.number, household.c.added_on).where(among(household.c.id, "ids"))
         .order_by(household.c.id))
SOME, ONE = Prepared(AMONG), Prepared(select(household.c.number).where(household.c.id == bindparam("id")))
PEOPLE = Prepared(select(person.c.label, person.c.created_at).order_by(person.c.id))


@pytest.fixture
def homes(database: Database) -> list[int]:
    with database.write() as tx:
        village.people(tx)
        return village.homes(tx, village.place(tx, "hamlet", "H"), 5)


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_a_list_of_any_length_is_one_statement(database: Database, homes: list[int], count: int) -> None:
    with database.read() as tx:
        found = SOME.all(tx, {"ids": homes[:count]})
        plain = tx.execute(AMONG, {"ids": homes[:count]}).all()
    assert [tuple(row) for row in found] == [tuple(row) for row in plain]
    assert [(row.id, row.number) for row in found] == list(zip(homes[:count], range(1, count + 1), strict=True))


def test_several_in_one_go_are_each_its_own(database: Database, homes: list[int]) -> None:
    with database.read() as tx:
        some, one, none, people = together(tx, [
            (SOME, {"ids": homes[1:3]}), (ONE, {"id": homes[4]}), (ONE, {"id": -1}), (PEOPLE, {})])
    assert [row.number for row in some] == [2, 3] and one[0].number == 5 and none == []
    assert people[0] == ("A", datetime(2026, 11, 1, tzinfo=UTC)) and len(people) == len(village.PEOPLE)


def test_what_the_driver_refuses_is_told_as_sqlalchemy_tells_it(database: Database, homes: list[int]) -> None:
    at = datetime(2026, 11, 5, 3, tzinfo=UTC)
    row = {"key": "same", "household_id": homes[0], "person_id": 1, "occurred_at": at, "occurred_on": at.date(),
           "recorded_at": at, "mode": "door", "outcome": "not_home", "note": "", "void": False, "reason": ""}
    new = Prepared(insert(visit))
    with pytest.raises(IntegrityError) as caught, database.write() as tx:
        new.each(tx, [row, row])
    assert "same" not in str(caught.value.statement or "") and caught.value.hide_parameters
    with database.write() as tx:
        assert tx.execute(select(visit.c.id)).all() == [], "the transaction is gone, the connection is well"
        new.each(tx, [row])
        assert len(together(tx, [(SOME, {"ids": homes}), (PEOPLE, {})])) == 2


SAME = Prepared(select(literal("it's 100 %").label("words"), literal(7).label("number"), literal(None).label("empty"),
                       person.c.id).where(person.c.id == bindparam("id")))


def test_what_is_the_same_in_every_run_stands_in_the_text(database: Database) -> None:
    with database.write() as tx:
        village.people(tx)
        assert tuple(SAME.first(tx, {"id": 1})) == ("it's 100 %", 7, None, 1)


def _on_sqlite(prepared: Prepared) -> Any:
    """Its text there, whatever other database it ran on in this program before."""
    return next(bare for (dialect, _), bare in prepared._bare.items() if dialect == "sqlite")


def _planned(tx: Any) -> Iterator[str]:
    """What SQLite says it planned, statement by statement."""
    driver = tx.connection.driver_connection
    for prepared in (mail._CLAIM, mail._ANY_OPEN):
        bare = _on_sqlite(prepared)
        names = [name for name, _ in bare._given]
        yield " ".join(row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {bare._text}", ["2026-11-01", 100][:len(names)]))


def test_open_letters_are_found_by_an_index_of_their_own(database: Database) -> None:
    """With the state as a value beside the text SQLite planned anew for every run, which cost more than the run."""
    if not database.is_sqlite:
        pytest.skip("its plans are shown by SQLite")
    with database.write() as tx:
        mail.claim(tx, datetime.now(UTC), 100), mail.any_open(tx)
        assert [name for name, _ in _on_sqlite(mail._CLAIM)._given] == ["now", "limit"]
        for plan in _planned(tx):
            assert "ix_inbox_open" in plan and "SCAN inbox USING INDEX ix_inbox_chat" not in plan, plan


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=7))])
@pytest.mark.parametrize("microsecond", [0, 123, 999_999])
def test_an_instant_is_written_as_sqlalchemy_writes_it(database: Database, zone: timezone, microsecond: int) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, microsecond, zone)
    people = [{"label": name, "language": "vi", "created_at": at} for name in ("prepared", "plain")]
    with database.write() as tx:
        Prepared(insert(person)).each(tx, people[:1])
        tx.execute(insert(person), people[1:])
        kept = tx.execute(text("SELECT created_at FROM person")).scalars().all()
        assert kept[0] == kept[1]
        assert {row.created_at for row in PEOPLE.all(tx, {})} == {at}


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match=r"zone"), database.write() as tx:
        Prepared(insert(person)).each(tx, [{"label": "", "language": "vi", "created_at": datetime(2026, 1, 2)}])


def test_a_file_that_somebody_else_writes_to_is_out_of_reach(database: Database) -> None:
    if database.path is None:
        pytest.skip("PostgreSQL has many writers")
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), database.writer.connect() as tx:
            tx.connection.driver_connection.execute("PRAGMA busy_timeout = 50")  # type: ignore[union-attr]
            tx.begin()


# --- what nobody waits for ------------------------------------------------------------------------------------------------

AT = datetime(2026, 11, 5, 3, tzinfo=UTC)
NEW = Prepared(insert(visit))
TWICE = Prepared(update(household).where(household.c.hamlet_id == bindparam("of")).values(
    adult_count=household.c.adult_count + bindparam("more")))


def went(home: int, key: str) -> dict[str, object]:
    return {"key": key, "household_id": home, "person_id": 1, "occurred_at": AT, "occurred_on": AT.date(), "recorded_at": AT,
            "mode": "door", "outcome": "not_home", "note": "", "void": False, "reason": ""}


def keys(database: Database) -> list[str]:
    with database.read() as tx:
        return list(tx.scalars(select(visit.c.key).order_by(visit.c.key)))


def test_what_is_sent_without_waiting_is_there_for_whoever_asks_next(database: Database, homes: list[int]) -> None:
    with database.write() as tx:
        NEW.later(tx, [went(homes[0], "a")])
        NEW.later(tx, [went(homes[1], "b"), went(homes[2], "c")])
        assert tx.scalar(select(func.count()).select_from(visit)) == 3, "asked by SQLAlchemy"
        NEW.later(tx, [went(homes[3], "d")])
        assert [len(found) for found in together(tx, [(SOME, {"ids": homes}), (Prepared(select(visit.c.id)), {})])] == [5, 4]
        NEW.later(tx, [went(homes[4], "e")])
        hamlet = tx.scalar(select(household.c.hamlet_id).limit(1))
        NEW.later(tx, [went(homes[4], "f")])
        assert TWICE.each(tx, [{"of": hamlet, "more": 1}]) == 5, "how many rows it changed is known all the same"
        assert TWICE.each(tx, [{"of": hamlet, "more": 1}, {"of": hamlet, "more": 2}]) == 10
        NEW.later(tx, [went(homes[4], "g")])
    assert keys(database) == ["a", "b", "c", "d", "e", "f", "g"]


def test_what_fails_unwaited_for_takes_its_transaction_back(
        database: Database, homes: list[int], caplog: pytest.LogCaptureFixture) -> None:
    with database.write() as tx:
        NEW.later(tx, [went(homes[0], "first")])
    ends = {
        "with the transaction": lambda tx: None,
        "with the next answer": lambda tx: SOME.all(tx, {"ids": homes}),
        "with several": lambda tx: together(tx, [(SOME, {"ids": homes}), (PEOPLE, {})]),
        "with what SQLAlchemy asks": lambda tx: tx.scalar(select(person.c.id).limit(1)),
        "with a count": lambda tx: TWICE.each(tx, [{"of": 1, "more": 1}]),
    }
    with caplog.at_level(logging.DEBUG):
        for name, ask in ends.items():
            with pytest.raises(IntegrityError) as caught, database.write() as tx:
                NEW.later(tx, [went(homes[1], "before")])
                NEW.later(tx, [went(homes[1], "first")])
                NEW.later(tx, [went(homes[1], "after")])
                ask(tx)
            assert caught.value.hide_parameters, name
            assert keys(database) == ["first"], name
            with database.write() as tx:  # the connection is well
                assert len(together(tx, [(SOME, {"ids": homes}), (PEOPLE, {})])) == 2
    assert "first" not in caplog.text


def test_what_fails_within_a_part_leaves_the_rest(database: Database, homes: list[int]) -> None:
    with database.write() as tx:
        NEW.later(tx, [went(homes[0], "kept")])
        with pytest.raises(IntegrityError), tx.begin_nested():
            NEW.later(tx, [went(homes[1], "kept")])
            SOME.all(tx, {"ids": homes})
        NEW.later(tx, [went(homes[1], "later")])
    assert keys(database) == ["kept", "later"]


def test_what_was_sent_is_forgotten_with_what_is_given_up(database: Database, homes: list[int]) -> None:
    with pytest.raises((ZeroDivisionError, IntegrityError)), database.write() as tx:  # SQLite answers at once
        NEW.later(tx, [went(homes[0], "a"), went(homes[1], "a")])
        1 / 0  # noqa: B018 - whoever sent it gave up before anybody asked
    with database.write() as tx:
        NEW.later(tx, [went(homes[0], "b")])
    assert keys(database) == ["b"]
