"""Two households that are one: the register falls by one, nothing is lost, and everything comes back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot import demo
from content.vietnam_time import local_day
from storage.counting import campaign_goals, coverage
from storage.counting.coverage_rules import Coverage
from storage.database import Database
from storage.models import Attainment, Household, Place, RegisterEntry, Visit, table
from storage.moves import household_merges as merges
from storage.reading import Reading
from storage.work.household_lists import present

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = local_day(NOW)
household, entry = table(Household), table(RegisterEntry)


@pytest.fixture
def commune(database: Database) -> Database:
    with database.write() as tx:
        demo.load(tx, NOW)
    return database


def first(tx: Connection) -> tuple[int, dict[int, int]]:
    """The first hamlet, and its households by number."""
    hamlet = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "hamlet").order_by(table(Place).c.code).limit(1))
    return int(hamlet), {each.number: each.id for each in present(Reading(tx), int(hamlet)) if not each.merged}


def everything(tx: Connection) -> list[object]:
    tables = map(table, (Household, Visit, Attainment, RegisterEntry))
    return [tx.execute(select(each).order_by(each.c.id)).all() for each in tables]


def test_merging_keeps_every_row_and_parting_restores_every_row(commune: Database) -> None:
    with commune.write() as tx:
        hamlet, ids = first(tx)
        before = everything(tx)
        made = merges.merge(tx, ids[1], ids[2], TODAY, None, NOW)
        assert everything(tx)[1:3] == before[1:3]
        assert set(first(tx)[1]) == set(ids) - {2}
        standing = merges.standing(Reading(tx), ids[2])
        assert standing is not None and (standing.kept_id, standing.on) == (ids[1], TODAY)
        assert merges.survivors(Reading(tx), hamlet)[2] == ids[1]
        merges.part(tx, made, TODAY, NOW)
        assert everything(tx) == before and merges.standing(Reading(tx), ids[2]) is None


def covered(tx: Connection, hamlet: int, on: date) -> Coverage:
    commune = int(tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "commune")))
    goal = campaign_goals.goal(Reading(tx), [commune], TODAY)
    assert goal is not None
    return coverage.by_hamlet(Reading(tx), goal, [hamlet], on)[hamlet]


def test_the_survivor_has_both_histories_and_the_register_falls_by_one_from_that_day(commune: Database) -> None:
    """Every pair of the hamlet: what either achieved the one that stays has achieved; yesterday's figures are yesterday's."""
    yesterday = TODAY - timedelta(days=1)
    with commune.write() as tx:
        hamlet, ids = first(tx)
        done = set(tx.scalars(select(table(Attainment).c.household_id)))
        before, was = covered(tx, hamlet, TODAY), covered(tx, hamlet, yesterday)
        for kept, gone in ((one, other) for one in range(1, 8) for other in range(8, 15)):
            both = ids[kept] in done and ids[gone] in done
            made = merges.merge(tx, ids[kept], ids[gone], TODAY, None, NOW)
            after = covered(tx, hamlet, TODAY)
            assert (after.register, after.achieved) == (before.register - 1, before.achieved - both)
            assert sum(after.statuses.values()) == after.register
            assert covered(tx, hamlet, yesterday) == was
            merges.part(tx, made, TODAY, NOW)
        assert covered(tx, hamlet, TODAY) == before


def test_merges_in_a_row_lead_to_the_last_one_and_come_apart_in_reverse(commune: Database) -> None:
    with commune.write() as tx:
        hamlet, ids = first(tx)
        before = everything(tx)
        one = merges.merge(tx, ids[1], ids[2], TODAY, None, NOW)
        two = merges.merge(tx, ids[3], ids[1], TODAY, None, NOW)
        assert {merges.survivors(Reading(tx), hamlet)[number] for number in (1, 2, 3)} == {ids[3]}
        with pytest.raises(merges.CannotMerge, match="newest"):
            merges.part(tx, one, TODAY, NOW)
        merges.part(tx, two, TODAY, NOW)
        assert merges.survivors(Reading(tx), hamlet)[2] == ids[1]
        merges.part(tx, one, TODAY, NOW)
        assert everything(tx) == before


def test_where_only_the_one_that_goes_stood_on_a_register_the_other_takes_its_place(commune: Database) -> None:
    with commune.write() as tx:
        _, ids = first(tx)
        tx.execute(entry.delete().where(entry.c.household_id == ids[1]))
        before = everything(tx)
        made = merges.merge(tx, ids[1], ids[2], TODAY, None, NOW)
        added = tx.execute(select(entry).where(entry.c.household_id == ids[1])).one()
        assert (added.added_reason, added.added_on) == ("merged", TODAY)
        merges.part(tx, made, TODAY, NOW)
        assert everything(tx) == before


def test_what_is_not_two_households_of_one_hamlet_is_refused(commune: Database) -> None:
    with commune.write() as tx:
        hamlet, ids = first(tx)
        other = tx.scalar(select(household.c.id).where(household.c.hamlet_id != hamlet).limit(1))
        merges.merge(tx, ids[1], ids[2], TODAY, None, NOW)
        for kept, gone in ((ids[1], ids[1]), (ids[3], int(other or 0)), (ids[3], ids[2]), (ids[2], ids[3]), (ids[3], 10**9)):
            with pytest.raises(merges.CannotMerge):
                merges.merge(tx, kept, gone, TODAY, None, NOW)
        with pytest.raises(merges.CannotMerge, match="nothing"):
            merges.part(tx, 10**9, TODAY, NOW)
