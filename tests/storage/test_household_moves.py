"""Households that come under another hamlet: numbers, sums, whose work they are, and the way back."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, insert, select

from storage.areas import places
from storage.areas.former_homes import left
from storage.counting import campaigns, coverage
from storage.counting.campaign_goals import Goal
from storage.counting.coverage_rules import Coverage
from storage.database import Database
from storage.households import assignments
from storage.households.house_numbers import home as home_numbered
from storage.models import (
    Assignment,
    AuditEvent,
    Chat,
    FollowUpTask,
    Household,
    Membership,
    RegisterEntry,
    Reminder,
    Team,
    table,
)
from storage.moves import hamlets, household_merges, household_moves
from storage.moves.place_changes import CannotChange
from storage.outcomes import Outcome
from storage.reading import Reading
from storage.record import Context, record
from storage.teams import people
from storage.work import household_lists
from tests.storage.fields import GOAL, TODAY, Field, at, made

household, assignment, reminder, task = table(Household), table(Assignment), table(Reminder), table(FollowUpTask)
NOW, YESTERDAY = at(TODAY, 12), TODAY - timedelta(days=1)


class Two(Field):
    """The small hamlet and its neighbour, each with a leader and a volunteer; sums are kept."""

    def __init__(self, tx: Connection) -> None:
        first = made(tx)
        super().__init__(tx, first.hamlet, first.commune, first.campaign, first.team, first.homes, first.members, first.chats)
        self.other, self.code = places.new_hamlet(tx, self.commune, "Thôn Bên", TODAY - timedelta(days=60))
        self.other_team = int(tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": "Tổ Bên", "hamlet_id": self.other, "valid_from": TODAY - timedelta(days=60)}).scalar_one())
        tx.execute(insert(household), [{"hamlet_id": self.other, "number": number, "label": "", "lane": "", "adult_count": 2,
                                        "added_on": TODAY - timedelta(days=60)} for number in range(1, 4)])
        self.others = [self.serve("Người Bên A", "leader"), self.serve("Người Bên B", "volunteer")]
        self.campaign = campaigns.create(tx, self.plan(self.commune), TODAY - timedelta(days=30))
        self.goal = Goal(self.campaign, "Đợt", TODAY - timedelta(days=30), TODAY + timedelta(days=60), GOAL)

    def plan(self, place: int) -> campaigns.Plan:
        return campaigns.Plan("Đợt", place, TODAY - timedelta(days=30), TODAY + timedelta(days=60), GOAL)

    def serve(self, label: str, role: str) -> tuple[int, int]:
        """Somebody of the other hamlet, and their chat."""
        person = people.add_person(self.tx, label, "vi", NOW)
        people.serve(self.tx, person, role, self.other_team, self.other, TODAY - timedelta(days=60))
        chat = self.tx.execute(insert(table(Chat)).returning(table(Chat).c.id), {
            "account": "test", "ref": label, "created_at": NOW, "heard_at": NOW, "state": "active", "shown": [],
            "person_id": person}).scalar_one()
        return person, int(chat)

    def at_the_desk(self) -> Context:
        return Context(NOW, TODAY, 0, None, "desk")

    def move(self, *numbers: int, into: int | None = None, on=TODAY) -> household_moves.Moved:
        return household_moves.move(self.tx, [self.homes[n - 1] for n in numbers], into or self.other, on, self.at_the_desk())

    def numbers(self) -> dict[int, tuple[int, int]]:
        return {row.id: (row.hamlet_id, row.number) for row in self.tx.execute(select(household))}

    def told(self, on=TODAY, goal: Goal | None = None) -> tuple[Coverage, Coverage]:
        """What the sums and the record say of both hamlets on a day."""
        rows, both = Reading(self.tx), [self.hamlet, self.other]
        found = coverage.by_hamlet(rows, goal or self.goal, both, on)
        assert found == coverage.from_record(rows, goal or self.goal, both, on)
        return found[self.hamlet], found[self.other]

    def owed(self, kind: str) -> dict[str, set[int]]:
        rows = self.tx.execute(select(reminder).where(reminder.c.kind == kind, reminder.c.state == "scheduled"))
        found: dict[str, set[int]] = {}
        for row in rows:
            found.setdefault(row.subject, set()).add(row.chat_id)
        return found

    def held(self) -> dict[int, set[int]]:
        return {home: set(who) for each in (self.hamlet, self.other)
                for home, who in assignments.held(Reading(self.tx), each).items()}


def give(two: Two, number: int, member: int, **more: bool) -> None:
    record(assignments.HandOut(two.members[member], (two.homes[number - 1],), **more), two.tx, two.context())


@pytest.fixture
def two(database: Database):
    with database.write() as tx:
        yield Two(tx)


def test_a_household_gets_the_next_number_and_is_found_by_the_old_one(two: Two) -> None:
    moved = two.move(5, 2)
    assert [(each.before, each.now) for each in moved.homes] == [(2, 4), (5, 5)]
    rows = Reading(two.tx)
    (found,) = hamlets.formerly(rows, [two.other], 2)
    assert (found.home.id, found.home.number, found.old_hamlet) == (two.homes[1], 4, "Thôn Thử")
    assert hamlets.formerly(rows, [two.hamlet], 2) == [], "whoever does not serve where it is does not find it"
    assert home_numbered(rows, two.hamlet, 2) is None
    assert hamlets.next_number(two.tx, two.hamlet) == 11 and hamlets.next_number(two.tx, two.other) == 6
    assert {each.number for each in left(rows, two.hamlet).values()} == {2, 5}


def test_the_sums_of_today_move_and_those_of_earlier_days_stay(two: Two) -> None:
    two.visit(2, Outcome.COMPLETED, on=YESTERDAY)
    two.visit(3, Outcome.PARTIAL, on=YESTERDAY)
    before, today = two.told(YESTERDAY), two.told()
    two.move(2, 3)
    assert two.told(YESTERDAY) == before
    here, there = two.told()
    assert (here.register, there.register) == (8, 5) and there.achieved == 1
    assert here + there == today[0] + today[1]
    two.visit(4, Outcome.COMPLETED, on=YESTERDAY)
    two.visit(3, Outcome.COMPLETED, on=YESTERDAY)  # late, to one that moved: yesterday it was the first hamlet's
    assert [each.achieved for each in two.told(YESTERDAY)] == [3, 0] and [each.achieved for each in two.told()] == [1, 2]


def test_everything_comes_back(two: Two) -> None:
    two.visit(2, Outcome.NOT_HOME, on=YESTERDAY)
    give(two, 2, 1)
    before = two.numbers(), two.held(), two.told(), two.owed("follow_up_visit_due")
    moved = two.move(2, 3)
    assert two.held() == {} and moved.ended == 1
    hamlets.undo(two.tx, moved.change_id, NOW)
    assert (two.numbers(), two.held(), two.told(), two.owed("follow_up_visit_due")) == before
    assert hamlets.formerly(Reading(two.tx), [two.hamlet, two.other], 2) == [] and two.owed("handed_over") == {}
    with pytest.raises(CannotChange, match="nothing_to_undo"):
        hamlets.undo(two.tx, moved.change_id, NOW)


def test_members_stay_and_the_team_there_is_reminded(two: Two) -> None:
    """A return that is due is the business of those who serve where the household is now."""
    two.visit(2, Outcome.NOT_HOME, on=YESTERDAY, member=1)
    two.visit(3, Outcome.NOT_HOME, on=YESTERDAY, member=1)
    two.move(2)
    assert [who.place_id for who in people.who(Reading(two.tx), two.members, TODAY)[two.members[0]].serves] == [two.hamlet]
    assert two.owed("follow_up_visit_due") == {f"household:{two.homes[2]}": {two.chats[1]}}
    assert two.owed("handed_over") == {f"came:{two.homes[1]}": {two.others[0][1]}}
    assert two.tx.scalar(select(task.c.state).where(task.c.household_id == two.homes[1])) == "draft"


def test_where_nobody_leads_the_one_who_was_there_is_still_reminded(two: Two) -> None:
    two.visit(2, Outcome.NOT_HOME, on=YESTERDAY, member=1)
    two.tx.execute(table(Membership).delete().where(table(Membership).c.place_id == two.other))
    two.move(2)
    assert two.owed("follow_up_visit_due") == {f"household:{two.homes[1]}": {two.chats[1]}} and two.owed("handed_over") == {}


def test_whoever_serves_in_both_hamlets_keeps_the_house(two: Two) -> None:
    people.serve(two.tx, two.members[1], "volunteer", two.other_team, two.other, YESTERDAY)
    give(two, 2, 1)
    give(two, 2, 0, shared=True)
    moved = two.move(2)
    assert two.held() == {two.homes[1]: {two.members[1]}} and moved.ended == 1
    record(assignments.HandOut(two.others[1][0], (two.homes[1],), shared=True), two.tx, two.context())
    hamlets.undo(two.tx, moved.change_id, NOW)
    assert two.held() == {two.homes[1]: {two.members[1], two.members[0]}}, "and who serves only there holds it no more"


def test_what_somebody_else_has_by_now_is_not_given_back(two: Two) -> None:
    give(two, 2, 1)
    moved = two.move(2)
    people.serve(two.tx, two.others[1][0], "volunteer", two.team, two.hamlet, YESTERDAY)
    record(assignments.HandOut(two.others[1][0], (two.homes[1],)), two.tx, two.context())
    hamlets.undo(two.tx, moved.change_id, NOW)
    assert two.held() == {two.homes[1]: {two.others[1][0]}}


def test_one_that_lives_on_in_another_comes_along_and_can_be_parted_there(two: Two) -> None:
    two.visit(3, Outcome.COMPLETED, on=YESTERDAY)
    joined = household_merges.merge(two.tx, two.homes[1], two.homes[2], TODAY, None, NOW)
    with pytest.raises(CannotChange, match="no_such_homes"):
        two.move(3)
    moved = two.move(2)
    assert ([each.id for each in moved.homes], moved.merged) == ([two.homes[1]], 1)
    assert {two.numbers()[id_][0] for id_ in two.homes[1:3]} == {two.other}
    assert [each.register for each in two.told()] == [8, 4] and two.told()[1].achieved == 1
    household_merges.part(two.tx, joined, TODAY, NOW)
    assert [each.register for each in two.told()] == [8, 5]
    hamlets.undo(two.tx, moved.change_id, NOW)
    assert [each.register for each in two.told()] == [10, 3]


def test_only_the_newest_change_of_its_hamlets_is_taken_back(two: Two) -> None:
    first = two.move(2)
    second = two.move(3)
    with pytest.raises(CannotChange, match="not_the_newest"):
        hamlets.undo(two.tx, first.change_id, NOW)
    hamlets.undo(two.tx, second.change_id, NOW)
    merged = hamlets.merge(two.tx, two.other, two.hamlet, TODAY, None, NOW)
    with pytest.raises(CannotChange, match="not_the_newest"):
        hamlets.undo(two.tx, first.change_id, NOW)
    hamlets.undo(two.tx, merged, NOW)
    hamlets.undo(two.tx, first.change_id, NOW)
    assert {two.numbers()[id_] for id_ in two.homes} == {(two.hamlet, number) for number in range(1, 11)}


def test_a_household_that_comes_home_has_its_number_again(two: Two) -> None:
    two.move(2)
    back = household_moves.move(two.tx, [two.homes[1]], two.hamlet, TODAY, two.at_the_desk())
    assert [(each.before, each.now) for each in back.homes] == [(4, 2)]
    again = two.move(2)
    assert [(each.before, each.now) for each in again.homes] == [(2, 4)]


def test_what_cannot_be_moved_is_refused(two: Two) -> None:
    far = partial(household_moves.move, two.tx, context=two.at_the_desk(), on=TODAY)
    elsewhere, _ = places.new_hamlet(two.tx, places.new_hamlet(two.tx, two.commune, "Xã Xa", TODAY)[0], "Thôn Xa", TODAY)
    for homes, into in (([two.homes[0]], two.hamlet), ([two.homes[0]], elsewhere), ([two.homes[0]], 999_999), ([], two.other),
                        ([999_999], two.other)):
        with pytest.raises(CannotChange):
            far(homes, into)
    there = two.tx.scalar(select(household.c.id).where(household.c.hamlet_id == two.other, household.c.number == 1))
    with pytest.raises(CannotChange, match="no_such_homes"):
        far([two.homes[0], there], two.other)
    two.move(2)
    with pytest.raises(CannotChange, match="too_early") as refused:
        two.move(3, on=YESTERDAY)
    assert refused.value.values == {"day": TODAY.isoformat()}
    assert two.numbers()[two.homes[2]] == (two.hamlet, 3)


def test_a_move_of_an_earlier_day_holds_from_that_day(two: Two) -> None:
    two.visit(2, Outcome.COMPLETED, on=TODAY - timedelta(days=4))
    two.move(2, on=TODAY - timedelta(days=2))
    for days, registers in ((0, [9, 4]), (1, [9, 4]), (2, [9, 4]), (3, [10, 3]), (4, [10, 3])):
        assert [each.register for each in two.told(TODAY - timedelta(days=days))] == registers


def test_it_comes_onto_the_register_of_a_campaign_of_the_hamlet_it_comes_to(two: Two) -> None:
    """The old hamlet's own campaign counts it for the days before; no campaign counts it twice on any day."""
    ids = [campaigns.create(two.tx, two.plan(place), TODAY - timedelta(days=10)) for place in (two.hamlet, two.other)]
    mine, theirs = (Goal(id_, "", two.goal.starts_on, two.goal.ends_on, GOAL) for id_ in ids)
    two.visit(2, Outcome.COMPLETED, on=YESTERDAY)
    moved = two.move(2)
    assert moved.entered == 1
    assert [two.told(on, goal)[place].register for goal, place in ((mine, 0), (theirs, 1)) for on in (YESTERDAY, TODAY)] == [
        10, 9, 3, 4]
    assert two.told(TODAY, theirs)[1].achieved == 1
    hamlets.undo(two.tx, moved.change_id, NOW)
    assert [two.told(on, goal)[place].register for goal, place in ((mine, 0), (theirs, 1)) for on in (YESTERDAY, TODAY)] == [
        10, 10, 3, 3]
    assert two.tx.scalars(select(table(RegisterEntry).c.id).where(
        table(RegisterEntry).c.campaign_id == theirs.campaign_id, table(RegisterEntry).c.household_id.in_(two.homes))).all() == []


def test_a_move_is_on_record(two: Two) -> None:
    moved = two.move(2, 3)
    audit = table(AuditEvent)
    row = two.tx.execute(select(audit).where(audit.c.action == "homes.moved")).one()
    assert (row.subject, row.detail) == (f"place:{two.hamlet}", f"into:{two.other} households:2 change:{moved.change_id}")


def test_a_number_that_is_another_households_by_now_is_not_taken_from_it(two: Two) -> None:
    moved = two.move(2)
    two.tx.execute(insert(household), {"hamlet_id": two.hamlet, "number": 2, "label": "", "lane": "", "added_on": TODAY})
    with pytest.raises(CannotChange, match="number_taken"):
        hamlets.undo(two.tx, moved.change_id, NOW)


def test_a_list_with_the_old_number_makes_no_second_household(two: Two) -> None:
    two.move(2)
    there = {each.number: each for each in household_lists.present(Reading(two.tx), two.hamlet)}
    assert (there[2].id, there[2].merged, there[2].away) == (two.homes[1], True, "Thôn Bên") and len(there) == 10
    assert all(not each.away for number, each in there.items() if number != 2)


def test_one_that_lived_on_for_a_time_in_one_of_a_third_hamlet_counts_there_on_those_days(two: Two) -> None:
    """First in second, then second in third, while all were of one hamlet; afterwards each is of its own."""
    two.visit(2, Outcome.PARTIAL, on=TODAY - timedelta(days=9))
    third, _ = places.new_hamlet(two.tx, two.commune, "Thôn Ba", TODAY - timedelta(days=60))
    household_merges.merge(two.tx, two.homes[2], two.homes[1], TODAY - timedelta(days=6), None, NOW)
    household_merges.merge(two.tx, two.homes[3], two.homes[2], TODAY - timedelta(days=3), None, NOW)
    for home, hamlet in ((two.homes[1], third), (two.homes[2], two.other)):  # as hamlets leave them that joined and parted
        two.tx.execute(household.update().where(household.c.id == home).values(hamlet_id=hamlet, number=90))
    found = coverage.from_record(Reading(two.tx), two.goal, [two.other], TODAY - timedelta(days=5))
    assert found[two.other].statuses["in_progress"] == 1
