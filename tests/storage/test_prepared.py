"""Statements prepared once: the same rows as SQLAlchemy's own way gives, on both databases, alone and several in one go; and
those nobody waits for.
"""

import logging
from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

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
