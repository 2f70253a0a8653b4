"""Hamlets renamed and merged in the middle of a campaign: totals and history stay, and everything can be taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot import demo
from content.vietnam_time import local_day
from storage.areas import places
from storage.counting import campaign_goals, coverage
from storage.counting.coverage_rules import Coverage
from storage.database import Database
from storage.households import house_numbers
from storage.models import Household, Membership, Place, table
from storage.moves import hamlets
from storage.reading import Reading
from storage.teams import people

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = local_day(NOW)
place, household, membership = table(Place), table(Household), table(Membership)


@pytest.fixture
def commune(database: Database) -> Database:
    with database.write() as tx:
        demo.load(tx, NOW)
    return database


def ids(tx: Connection) -> list[int]:
    return list(tx.scalars(select(place.c.id).where(place.c.level == "hamlet").order_by(place.c.code)))


def totals(tx: Connection) -> Coverage:
    """The commune's coverage, summed over its hamlets."""
    rows = Reading(tx)
    commune_id = tx.scalar(select(place.c.id).where(place.c.level == "commune"))
    here = [each.id for each in places.hamlets(rows, [commune_id], TODAY)]
    goal = campaign_goals.goal(rows, [commune_id], TODAY)
    assert goal is not None
    return sum(coverage.by_hamlet(rows, goal, here, TODAY).values(), Coverage())


def numbers(tx: Connection) -> dict[int, tuple[int, int]]:
    return {row.id: (row.hamlet_id, row.number) for row in tx.execute(select(household))}


def test_totals_are_the_same_before_and_after_a_merge_and_numbers_stay_good(commune: Database) -> None:
    with commune.write() as tx:
        one, two, _ = ids(tx)
        before, numbered = totals(tx), numbers(tx)
        twelve = house_numbers.home(Reading(tx), two, 12)
        assert twelve is not None
        hamlets.merge(tx, two, one, TODAY, None, NOW)
        assert totals(tx) == before
        assert [each.id for each in places.hamlets(Reading(tx), [one, two], TODAY)] == [one]
        assert [each.id for each in places.hamlets(Reading(tx), [one, two], TODAY - timedelta(days=1))] == [one, two]
        found = hamlets.formerly(Reading(tx), [one], 12)
        assert [(each.home.id, each.home.number, each.old_hamlet) for each in found] == [(twelve.id, 112, "Thôn Mẫu Hai")]
        assert house_numbers.home(Reading(tx), one, 12).id != twelve.id  # type: ignore[union-attr]
        assert {id_: here for id_, here in numbers(tx).items() if here[0] == one and here[1] < 100} == {
            id_: here for id_, here in numbered.items() if here[0] == one}


def test_yesterdays_report_still_tells_both_hamlets_apart(commune: Database) -> None:
    yesterday = TODAY - timedelta(days=1)
    with commune.write() as tx:
        one, two, three = ids(tx)
        goal = campaign_goals.goal(Reading(tx), [tx.scalar(select(place.c.id).where(place.c.level == "commune"))], TODAY)
        assert goal is not None

        def told(on: date, *here: int) -> dict[int, Coverage]:
            return coverage.by_hamlet(Reading(tx), goal, here, on)

        was, today = told(yesterday, one, two, three), told(TODAY, one, two, three)
        hamlets.merge(tx, two, one, TODAY, None, NOW)
        hamlets.merge(tx, one, three, TODAY, None, NOW)
        assert told(yesterday, one, two, three) == was
        assert all(told(yesterday, each)[each] == was[each] for each in (one, two, three))
        assert told(TODAY, three)[three] == sum(today.values(), Coverage())
        assert told(TODAY, one)[one].register == 0


def test_taking_a_merge_back_restores_every_row(commune: Database) -> None:
    with commune.write() as tx:
        one, two, _ = ids(tx)
        before, numbered = totals(tx), numbers(tx)
        serving = people.who(Reading(tx), range(1, 9), TODAY)
        made = hamlets.merge(tx, two, one, TODAY, None, NOW)
        hamlets.undo(tx, made, NOW)
        assert numbers(tx) == numbered and totals(tx) == before
        assert people.who(Reading(tx), range(1, 9), TODAY) == serving
        assert hamlets.formerly(Reading(tx), [one, two], 12) == []
        with pytest.raises(hamlets.CannotChange, match="nothing_to_undo"):
            hamlets.undo(tx, made, NOW)


def test_people_go_along_from_that_day_and_their_past_stays(commune: Database) -> None:
    with commune.write() as tx:
        one, two, _ = ids(tx)
        before = people.who(Reading(tx), range(1, 9), TODAY)
        leader = next(who for who in before.values() if any(s.role == "leader" and s.place_id == one for s in who.serves))
        hamlets.merge(tx, one, two, TODAY, None, NOW)
        after = people.who(Reading(tx), [leader.id], TODAY)[leader.id]
        assert [(s.role, s.place_id, s.team_id) for s in after.serves] == [("leader", two, leader.serves[0].team_id)]
        past = people.who(Reading(tx), [leader.id], TODAY - timedelta(days=1))[leader.id]
        assert [s.place_id for s in past.serves] == [one]


def test_merges_one_after_another_are_taken_back_in_reverse(commune: Database) -> None:
    with commune.write() as tx:
        one, two, three = ids(tx)
        numbered = numbers(tx)
        first = hamlets.merge(tx, two, one, TODAY, None, NOW)
        second = hamlets.merge(tx, one, three, TODAY, None, NOW)
        assert {here[0] for here in numbers(tx).values()} == {three}
        assert len({here[1] for here in numbers(tx).values()}) == len(numbered)
        with pytest.raises(hamlets.CannotChange, match="not_the_newest"):
            hamlets.undo(tx, first, NOW)
        hamlets.undo(tx, second, NOW)
        hamlets.undo(tx, first, NOW)
        assert numbers(tx) == numbered


def test_a_name_has_its_days(commune: Database) -> None:
    with commune.write() as tx:
        one = ids(tx)[0]
        made = hamlets.rename(tx, one, "Thôn Mới", TODAY, None, NOW)
        rows = Reading(tx)
        assert hamlets.name_on(rows, one, TODAY) == "Thôn Mới"
        assert hamlets.name_on(rows, one, TODAY - timedelta(days=1)) == "Thôn Mẫu Một"
        with pytest.raises(hamlets.CannotChange, match="same_name"):
            hamlets.rename(tx, one, "Thôn Mới", TODAY, None, NOW)
        hamlets.undo(tx, made, NOW)
        assert places.name(rows, one) == "Thôn Mẫu Một" == hamlets.name_on(rows, one, TODAY)


def test_what_cannot_be_merged_is_refused(commune: Database) -> None:
    with commune.write() as tx:
        one, two, _ = ids(tx)
        commune_id = tx.scalar(select(place.c.id).where(place.c.level == "commune"))
        for gone, into in ((one, one), (one, commune_id), (commune_id, one), (one, 999_999)):
            with pytest.raises(hamlets.CannotChange):
                hamlets.merge(tx, gone, into, TODAY, None, NOW)
        hamlets.merge(tx, one, two, TODAY, None, NOW)
        with pytest.raises(hamlets.CannotChange):
            hamlets.merge(tx, one, two, TODAY, None, NOW)


def test_numbers_are_never_given_twice(commune: Database) -> None:
    with commune.write() as tx:
        one, two, _ = ids(tx)
        assert hamlets.next_number(tx, one) == demo.HOUSES + 1
        hamlets.merge(tx, one, two, TODAY, None, NOW)
        assert hamlets.next_number(tx, one) == demo.HOUSES + 1
        assert hamlets.next_number(tx, two) == 100 + demo.HOUSES + 1


def test_places_are_put_in_once_and_brought_up_to_date(database: Database) -> None:
    since = date(2025, 7, 1)
    listed = [places.Listed("commune", "01933", "Xã Đồng Phúc", "19", since),
              places.Listed("province", "19", "Tỉnh Thái Nguyên", "", since)]
    with database.write() as tx:
        assert places.keep(tx, listed) == (2, 0)
        assert places.keep(tx, listed) == (0, 0)
        assert places.keep(tx, [places.Listed("commune", "01933", "Phường Đồng Phúc", "19", since), listed[1]]) == (0, 1)
        commune = places.with_code(Reading(tx), "01933")
        assert commune is not None and commune.name == "Phường Đồng Phúc"
        id_, code = hamlets.add(tx, commune.id, "Thôn Mẫu", "Tổ Mẫu", since)
        assert (id_, code) == hamlets.add(tx, commune.id, "Thôn Mẫu", "Tổ Mẫu", since) and code == "01933-01"
        assert hamlets.add(tx, commune.id, "Thôn Mẫu Hai", "", since)[1] == "01933-02"
