"""Mobile sessions: whoever lives there sees them, asks to be told, and is told two days before and that morning."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.reminding import send_due
from content.vietnam_time import instant
from handlers.screens import short
from storage.database import Database
from storage.models import Gathering, Outbox, Residence, table
from storage.outcomes import Barrier
from storage.record import Context, record
from storage.reminding.gatherings import GatheringKind, PlanGathering
from tests.handlers.village import WEDNESDAY, Village

SATURDAY = date(2026, 12, 5)
outbox = table(Outbox)


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("chi", "leader", "Bác Chi")
    chat = made.comes("dan")
    with database.write() as tx:
        tx.execute(insert(table(Residence)), {"chat_id": chat, "hamlet_id": made.hamlet, "wording": "w", "told_at": made.now})
    plan(made, GatheringKind.SESSION, "nhà văn hóa")
    plan(made, GatheringKind.MEETING, "phòng kín")
    return made


def plan(village: Village, kind: GatheringKind, venue: str, on: date = SATURDAY) -> None:
    with village.database.write() as tx:
        barrier = Barrier.NO_CHIP_ID.value
        record(PlanGathering(venue, kind, village.hamlet, on, time(8), time(11), venue, "công an xã", "", barrier), tx,
               Context(village.now, WEDNESDAY, village.chat("chi"), 1, "test"))


def ticks(village: Village, day: date, hour: int, minute: int) -> str:
    """What the citizen is told at that moment."""
    village.now = instant(day, hour, minute)
    with village.database.write() as tx:
        send_due(tx, village.mind, village.now)
        tx.execute(update(outbox).where(outbox.c.state == "new").values(state="sent", finished_at=village.now))
    return village.told("dan")


def test_a_citizen_asks_and_is_told_two_days_before_and_that_morning(village: Village) -> None:
    told = village.say("dan", "buổi lưu động")
    assert "nhà văn hóa" in told and "công an xã" in told and "phòng kín" not in told, "meetings of the team are the team's"
    assert "mình sẽ nhắc bác" in village.press("dan", "🔔 Nhắc tôi buổi 5/12")
    assert "Buổi lưu động" in village.say("dan", "lời nhắc của tôi")
    evening = ticks(village, SATURDAY - timedelta(days=2), 18, 31)
    assert "nhà văn hóa" in evening and "mang căn cước và điện thoại" in evening and "hộ" not in evening.lower()
    assert "nhà văn hóa" in ticks(village, SATURDAY, 7, 1)
    assert ticks(village, SATURDAY, 7, 40) == ""


def test_whoever_did_not_ask_is_not_told(village: Village) -> None:
    village.say("dan", "buổi lưu động")
    assert ticks(village, SATURDAY - timedelta(days=2), 18, 31) == ""


def test_called_off_the_citizen_is_told_so(village: Village) -> None:
    village.say("dan", "buổi lưu động", "1")
    ticks(village, SATURDAY - timedelta(days=2), 18, 31)
    village.now = instant(SATURDAY - timedelta(days=1), 9)
    with village.database.read() as tx:
        number = tx.scalar(select(table(Gathering).c.id).where(table(Gathering).c.kind == "session"))
    village.tell_press("chi", f"/call_off:{short(int(number or 0))}")
    assert "Đã hủy: Buổi lưu động" in village.told("dan")
    assert "đã qua hoặc đã hủy" in village.tell_press("dan", f"/session:{short(int(number or 0))}")


def test_nobody_is_reminded_of_a_meeting_of_the_team_by_a_forged_button(village: Village) -> None:
    with village.database.read() as tx:
        number = tx.scalar(select(table(Gathering).c.id).where(table(Gathering).c.kind == "meeting"))
    told = village.tell_press("dan", f"/session:{short(int(number or 0))}")
    assert "đã qua hoặc đã hủy" in told and "phòng kín" not in told


def test_without_any_there_is_another_way(village: Village) -> None:
    village.now = instant(SATURDAY + timedelta(days=1), 9)
    told = village.say("dan", "buổi lưu động")
    assert "Chưa có buổi lưu động nào" in told and "nhận thông báo" in told.lower()
