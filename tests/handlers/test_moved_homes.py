"""A household that came under another hamlet, in the chat: whose it is from that day, its old number, lists and logs with it."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.reminding import send_due
from content.lists.households import Line
from content.lists.trouble import Problem
from content.lists.visits import VisitLine
from content.vietnam_time import instant
from handlers.households import visit_list
from handlers.households.household_list import compare
from storage.areas import places
from storage.areas.places import Hamlet
from storage.database import Database
from storage.models import Household, Team, Visit, table
from storage.moves import hamlets, household_moves
from storage.outcomes import Mode, Outcome
from storage.reading import Reading
from storage.record import Context, record
from storage.teams import people
from storage.teams.members import Member
from storage.work import household_lists
from storage.work.visit_lists import Past
from storage.work.visits import LogVisit
from tests.handlers.village import WEDNESDAY, Village

household = table(Household)
BEFORE = WEDNESDAY - timedelta(days=2)


class Two(Village):
    """The hamlet and its neighbour, to which household 12 is moved today; Chị An serves in the one, Bác Bình in the other."""

    def __post_init__(self) -> None:
        super().__post_init__()
        an, _ = self.joins("an", "volunteer", "Chị An"), self.joins("chi", "leader", "Bác Chi")
        with self.database.write() as tx:
            self.other, _ = places.new_hamlet(tx, self.commune, "Thôn Bên", BEFORE)
            team = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
                "name": "Tổ Bên", "hamlet_id": self.other, "valid_from": BEFORE}).scalar_one()
            binh = people.add_person(tx, "Bác Bình", "vi", self.now)
            people.serve(tx, binh, "leader", team, self.other, BEFORE)
            self.home = tx.scalar(select(household.c.id).where(household.c.number == 12))
            record(LogVisit("v", self.home, instant(BEFORE, 9), BEFORE, Mode.DOOR, Outcome.APPOINTMENT, None,
                            WEDNESDAY + timedelta(days=2), None, (), ""), tx, Context(self.now, WEDNESDAY, 0, an, "test"))
            desk = Context(self.now, WEDNESDAY, 0, None, "desk")
            self.moved = household_moves.move(tx, [self.home], self.other, WEDNESDAY, desk)
        self.comes("binh", binh)
        self.an = an


@pytest.fixture
def two(database: Database) -> Two:
    return Two(database)


def test_the_old_number_leads_to_it_for_those_who_serve_there(two: Two) -> None:
    told = two.say("binh", "hộ 12 thôn cũ Thử")
    assert "Hộ 12 (Thôn Thử trước đây) nay là hộ 1" in told
    assert "Đã lưu: hộ 1" in two.say("binh", "Ghi lượt đến hộ 1", "vắng")
    with two.database.read() as tx:
        assert tx.scalars(select(table(Visit).c.household_id).order_by(table(Visit).c.id)).all() == [two.home] * 2


def test_to_those_who_serve_where_it_was_it_is_no_household_of_theirs(two: Two) -> None:
    assert "nay là hộ" not in two.say("an", "hộ 12 thôn cũ Thử")
    assert "không có hộ 12" in two.tell_press("an", f"/visit:{two.hamlet}.=12")
    two.tell_press("an", f"/visit:{two.other}.=1")
    assert "Đã lưu" not in two.say("an", "vắng")
    with two.database.read() as tx:
        assert len(tx.scalars(select(table(Visit).c.id)).all()) == 1


def test_the_return_that_is_due_is_said_to_the_leader_there(database: Database) -> None:
    """Whoever made the appointment serves elsewhere; without a chat there the leader would not have been told."""
    village = Village(database)
    an = village.joins("an", "volunteer", "Chị An")
    day = WEDNESDAY + timedelta(days=2)
    with database.write() as tx:
        other, _ = places.new_hamlet(tx, village.commune, "Thôn Bên", BEFORE)
        team = tx.execute(insert(table(Team)).returning(table(Team).c.id), {
            "name": "Tổ Bên", "hamlet_id": other, "valid_from": BEFORE}).scalar_one()
        binh = people.add_person(tx, "Bác Bình", "vi", village.now)
        people.serve(tx, binh, "leader", team, other, BEFORE)
    village.comes("binh", binh)
    with database.write() as tx:
        home = tx.scalar(select(household.c.id).where(household.c.number == 12))
        record(LogVisit("v", home, village.now, WEDNESDAY, Mode.DOOR, Outcome.APPOINTMENT, None, day, None, (), ""), tx,
               Context(village.now, WEDNESDAY, village.chat("an"), an, "test"))
        household_moves.move(tx, [home], other, WEDNESDAY, Context(village.now, WEDNESDAY, 0, None, "desk"))
    village.at(instant(day, 7, 1))
    with database.write() as tx:
        send_due(tx, village.mind, village.now)
    assert "Hộ 1: vừa chuyển về thôn mình, cần người đi" in village.told("binh")
    assert "12" not in village.told("an")


def test_a_list_with_its_old_number_changes_nothing_and_says_where_it_is(two: Two) -> None:
    told = two.say("chi", "Danh sách hộ\nSố hộ;Chủ hộ\n12;nhà bà Bống\n13;nhà ông Tấm\n31;nhà cô Cám")
    assert "Thêm 1 hộ, sửa 1" in told and "Nay thuộc thôn khác (không đổi gì): hộ 12 (Thôn Bên)" in told
    two.say("chi", "Ghi")
    with two.database.read() as tx:
        labels = {(row.hamlet_id, row.number): row.label for row in tx.execute(select(household))}
    assert (two.hamlet, 12) not in labels and labels[two.other, 1] == "" and labels[two.hamlet, 13] == "nhà ông Tấm"
    with two.database.write() as tx:
        hamlets.undo(tx, two.moved.change_id, two.now)
        diff = compare(household_lists.present(Reading(tx), two.hamlet), [Line(1, 12, "nhà bà Bống", "", None)], two.hamlet)
        assert [each.id for each in diff.keep.changed] == [two.home] and diff.away == ()


def test_a_log_may_use_the_old_number_for_the_days_before(two: Two) -> None:
    with two.database.read() as tx:
        rows = Reading(tx)
        member = Member(0, two.an, "Chị An", "volunteer", two.hamlet, "Thôn Thử")
        known = visit_list.known(rows, Hamlet(two.hamlet, "Thôn Thử", two.commune), [member], member)
        lines = [VisitLine(n, 12, day, 9, "not_home") for n, day in enumerate((BEFORE, WEDNESDAY))]
        (past,), (problem,) = visit_list.understood(rows, lines, known)
        assert isinstance(past, Past) and (past.household_id, past.occurred_on) == (two.home, BEFORE)
        assert isinstance(problem, Problem) and (problem.row, problem.value) == (1, "12")
