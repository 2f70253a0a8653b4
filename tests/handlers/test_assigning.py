"""Who goes where: given out by lane or evenly, never to two at once unless the leader says so, back when nobody goes."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from bot.working import take_back
from handlers.rounds.assigning import dealt
from storage.database import Database
from storage.households import assignments
from storage.households.assignments import HandOut, TakeBack, held, return_idle
from storage.models import Assignment, Reminder, table
from storage.outcomes import Outcome
from storage.reading import Reading
from storage.record import record
from storage.work.today import Stop, Why
from tests.handlers.typist import Typist
from tests.storage.fields import TODAY, Field, at, made

row = table(Assignment)


def holding(field: Field) -> dict[int, list[int]]:
    """House -> members, by their numbers."""
    return {field.homes.index(home) + 1: [field.members.index(who) for who in people]
            for home, people in held(Reading(field.tx), field.hamlet).items()}


def test_two_never_hold_an_open_house_unless_the_leader_says_so(database: Database) -> None:
    with database.write() as tx:
        field = made(tx, members=3)
        one, two = field.members[1:]
        record(HandOut(one, tuple(field.homes[:4])), tx, field.context())
        record(HandOut(two, tuple(field.homes[2:6])), tx, field.context())
        assert holding(field) == {1: [1], 2: [1], 3: [1], 4: [1], 5: [2], 6: [2]}
        record(HandOut(two, tuple(field.homes[:1]), shared=True), tx, field.context())
        record(HandOut(two, tuple(field.homes[:1]), shared=True), tx, field.context())
        assert holding(field)[1] == [1, 2]
        record(HandOut(two, tuple(field.homes[1:2]), move=True), tx, field.context())
        assert holding(field)[2] == [2]
        record(TakeBack(tuple(field.homes), one), tx, field.context())
        assert holding(field) == {1: [2], 2: [2], 5: [2], 6: [2]}
        again = {"household_id": field.homes[4], "person_id": one, "shared": False, "assigned_at": at(TODAY), "ended_reason": ""}
        with pytest.raises(IntegrityError), tx.begin_nested():  # the database itself holds it
            tx.execute(insert(row), again)


def test_whoever_holds_a_house_is_the_one_to_be_reminded(database: Database) -> None:
    with database.write() as tx:
        field = made(tx, members=3)
        field.visit(1, Outcome.NOT_HOME, member=1)
        record(HandOut(field.members[2], (field.homes[0],)), tx, field.context())
        reminder = table(Reminder)
        owed = tx.execute(select(reminder.c.chat_id).where(reminder.c.state == "scheduled",
                                                           reminder.c.kind == "follow_up_visit_due")).scalars().all()
        assert owed == [field.chats[2]]


def test_houses_are_dealt_in_lane_order_up_to_fifteen_each() -> None:
    stops = [Stop(number, number, "", f"Ngõ {(number - 1) // 5 + 1}", Why.NEIGHBOUR) for number in range(40, 0, -1)]
    given = dealt(stops, [7, 8], {1: [7], 2: [7]})
    assert given == {8: list(range(3, 18)), 7: list(range(18, 31))}
    assert {member: len(homes) for member, homes in dealt(stops, [1, 2, 3], {}).items()} == {1: 14, 2: 14, 3: 12}
    assert dealt(stops, [], {}) == {} and dealt([], [1], {}) == {}


def test_idle_houses_come_back_with_a_word_and_worked_ones_do_not(database: Database) -> None:
    with database.write() as tx:
        field = made(tx, members=3)
        old = field.context(0, TODAY - timedelta(days=9))
        record(HandOut(field.members[1], tuple(field.homes[:4])), tx, old)
        record(HandOut(field.members[2], tuple(field.homes[4:6])), tx, field.context(0, TODAY - timedelta(days=2)))
        field.visit(1, Outcome.PARTIAL, TODAY - timedelta(days=4), member=1)  # they went there
        field.visit(2, Outcome.APPOINTMENT, TODAY - timedelta(days=8), member=1, next_on=TODAY + timedelta(days=5))
        back = return_idle(tx, at(TODAY), TODAY)
        assert [(each.person_id, each.numbers) for each in back] == [(field.members[1], (3, 4))]
        assert sorted(holding(field)) == [1, 2, 5, 6] and return_idle(tx, at(TODAY), TODAY) == []
        assert return_idle(tx, at(TODAY), TODAY, timedelta(days=1))[0].numbers in ((1,), (5, 6))
        assert tx.scalar(select(func.count()).select_from(row).where(row.c.ended_reason == "idle")) >= 4


def test_the_leader_gives_out_and_takes_back_in_conversation(database: Database) -> None:
    with database.write() as tx:
        field = made(tx, members=3)
        leader, member = Typist(field, 0), Typist(field, 1)
        assert "Chia hộ thế nào?" in leader.say("chia hộ", at(TODAY))
        leader.press("Theo ngõ, xóm", at(TODAY))
        leader.press("Ngõ 2", at(TODAY))
        assert "Đã giao 2 hộ" in leader.press("Thành viên B", at(TODAY))
        said = leader.press("👥", at(TODAY))
        assert "Thành viên B: 2 hộ" in said and "Chưa giao ai: 8 hộ (1–2, 5–10)" in said
        leader.say("chia hộ", at(TODAY))
        leader.press("Theo ngõ, xóm", at(TODAY))
        leader.press("Ngõ 2", at(TODAY))
        assert "2 hộ đang có người khác giữ" in leader.press("Thành viên C", at(TODAY))
        leader.press("Để nguyên", at(TODAY))
        assert holding(field) == {3: [1], 4: [1]}
        leader.say("chia hộ", at(TODAY))
        assert "Thành viên A: thêm 4 hộ" in leader.press("Mỗi người 15 hộ", at(TODAY))
        leader.press("💾", at(TODAY))
        assert len(holding(field)) == 10
        leader.say("chia hộ", at(TODAY))
        leader.press("Lấy lại", at(TODAY))
        assert "Đã lấy lại 2 hộ" in leader.press("Thành viên B", at(TODAY))
        member.say("chia hộ", at(TODAY))
        assert not any(isinstance(each, HandOut) for each in member.last.records)
        assert "Ai giữ hộ nào" not in member.said


def test_the_clock_takes_back_at_an_hour_when_it_may_be_told(database: Database) -> None:
    from bot.channels.terminal import LIMITS
    from bot.mind import Mind
    from content.library import Library
    from storage.models import Outbox

    mind = Mind(Library.load(), lambda _: None, "vi", {"test": LIMITS}, lambda: ())  # type: ignore[arg-type,return-value]
    with database.write() as tx:
        field = made(tx, members=2)
        record(HandOut(field.members[1], tuple(field.homes[:3])), tx, field.context(0, TODAY - timedelta(days=9)))
        assert take_back(tx, mind, at(TODAY, 22)) == 0 and len(holding(field)) == 3
        assert take_back(tx, mind, at(TODAY, 8)) == 1 and holding(field) == {}
        told = tx.execute(select(table(Outbox).c.parcel)).scalars().all()
        assert len(told) == 2 and all("1–3" in str(each) for each in told)
    assert timedelta(days=7) == assignments.IDLE_AFTER
