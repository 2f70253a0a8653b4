"""Statements prepared once: the same rows as SQLAlchemy's own way gives, on both databases, alone and several in one go."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import bindparam, insert, select
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
