"""Whoever is reminded of a household and cannot go asks for somebody else: the leader learns of it, the reminders end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.reminding import send_due
from content.vietnam_time import instant
from storage.database import Database
from storage.models import Household, Reminder, table
from storage.outcomes import Mode, Outcome
from storage.record import Context, record
from storage.work.visits import LogVisit
from tests.handlers.village import WEDNESDAY, Village

DAY = WEDNESDAY + timedelta(days=2)


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    person = made.joins("an", "volunteer", "Chị An")
    made.joins("chi", "leader", "Bác Chi")
    with database.write() as tx:
        home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 12))
        record(LogVisit("v", home, made.now, WEDNESDAY, Mode.DOOR, Outcome.APPOINTMENT, None, DAY, None, (), ""), tx,
               Context(made.now, WEDNESDAY, made.chat("an"), person, "test"))
    made.at(instant(DAY, 7, 1))
    remind(made)
    return made


def remind(village: Village) -> None:
    with village.database.write() as tx:
        send_due(tx, village.mind, village.now)


def test_the_leader_is_told_and_whoever_asked_is_reminded_no_more(village: Village) -> None:
    assert "👉 Chuyển người khác" in village.told("an")
    assert "nhờ tổ trưởng tìm người khác" in village.press("an", "👉 chuyển người khác")
    village.later(minutes=40)
    remind(village)
    assert "Hộ 12: cần người khác đi" in village.told("chi")
    for days in range(1, 8):
        village.at(instant(DAY + timedelta(days=days), 7, 1))
        remind(village)
        assert "hộ 12" not in village.told("an")
    with village.database.read() as tx:
        rows = tx.execute(select(table(Reminder)).where(table(Reminder).c.subject.like("passed:%"))).all()
    assert [(row.kind, row.chat_id) for row in rows] == [("handed_over", village.chat("chi"))]


def test_pressed_again_it_says_the_same_and_tells_the_leader_once(village: Village) -> None:
    for _ in range(2):
        assert "nhờ tổ trưởng" in village.press("an", "👉 chuyển người khác")
    with village.database.read() as tx:
        passed = tx.execute(select(table(Reminder).c.id).where(table(Reminder).c.subject.like("passed:%"))).all()
    assert len(passed) == 1


def test_a_citizen_or_another_hamlets_member_passes_on_nothing(village: Village) -> None:
    data = village.button("an", "👉 chuyển người khác")
    village.comes("dan")
    assert "nhờ tổ trưởng" not in village.tell_press("dan", data)
    assert "nhờ tổ trưởng" not in village.tell_press("an", data.replace(data.rpartition(":")[2], "999999"))


def test_a_leader_who_goes_from_door_to_door_chooses_somebody(village: Village) -> None:
    told = village.tell_press("chi", village.button("an", "👉 chuyển người khác"))
    assert "Hộ 12: anh/chị chọn người đi giúp" in told and "Giao hộ" in told
