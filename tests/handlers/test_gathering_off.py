"""A gathering that is called off, who is told of one, and the days worked by whoever left meanwhile."""

import io
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from sqlalchemy import select, update

from bot.clock import plan_day
from bot.reminding import send_due
from content.vietnam_time import instant
from content.words import words
from handlers.gatherings import gathering_papers
from handlers.look import Look
from handlers.screens import short
from storage.database import Database
from storage.models import Gathering, Membership, Outbox, Reminder, table
from storage.reading import Reading
from storage.reminding import gatherings, reminder_kinds
from tests.handlers.village import LIBRARY, WEDNESDAY, Village

reminder, outbox, membership = table(Reminder), table(Outbox), table(Membership)
SATURDAY = date(2026, 11, 28)


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("chi", "leader", "Bác Chi")
    made.joins("an", "volunteer", "Chị An")
    made.say("chi", "hẹn tập huấn")
    made.press("chi", "Buổi tập huấn")
    made.say("chi", "thứ 7 lúc 14 giờ", "16 giờ", "nhà văn hóa")
    made.press("chi", "Không có đơn vị khác")
    made.say("chi", "VNeID")
    made.press("chi", "💾")
    return made


def ticks(village: Village, day: date, hour: int, minute: int = 0) -> None:
    """The clock looks at that moment, and what it posts arrives."""
    village.now = instant(day, hour, minute)
    with village.database.write() as tx:
        send_due(tx, village.mind, village.now)
        tx.execute(update(outbox).where(outbox.c.state == "new").values(state="sent", finished_at=village.now))


def call_off(village: Village) -> None:
    with village.database.read() as tx:
        number = tx.scalar(select(table(Gathering).c.id))
    assert "Đã hủy" in village.tell_press("chi", f"/call_off:{short(int(number or 0))}")


def test_whoever_was_told_of_it_is_told_at_once_by_day(village: Village) -> None:
    ticks(village, SATURDAY - timedelta(days=1), 18, 31)
    assert "Buổi tập huấn" in village.told("an")
    village.now = instant(SATURDAY, 9)
    call_off(village)
    told = village.told("an")
    assert "Đã hủy: Buổi tập huấn" in told and "nhà văn hóa" in told
    ticks(village, SATURDAY, 9, 30)
    assert village.told("an") == "", "and not reminded of it"


def test_it_is_asked_once_more_and_may_be_moved_instead(village: Village) -> None:
    ticks(village, SATURDAY - timedelta(days=1), 18, 31)
    village.take("an")
    village.say("chi", "lịch họp")
    village.press("chi", "Buổi tập huấn 28/11")
    assert "Hủy buổi này?" in village.press("chi", "Hủy buổi này") and village.told("an") == ""
    assert "Mã điểm danh" in village.press("chi", "Không hủy nữa")
    village.press("chi", "Hủy buổi này")
    assert "Ngày nào?" in village.press("chi", "📅 Dời buổi này")
    village.tell_press("chi", village.button("chi", "Hủy và báo mọi người"))
    assert "Đã hủy" in village.told("an")


def test_whoever_was_not_told_yet_hears_nothing_of_it(village: Village) -> None:
    call_off(village)
    assert village.told("an") == ""
    ticks(village, SATURDAY - timedelta(days=1), 18, 31)
    assert village.told("an") == ""


def test_called_off_at_night_it_is_told_in_the_morning(village: Village) -> None:
    ticks(village, SATURDAY - timedelta(days=1), 18, 31)
    village.told("an")
    village.now = instant(SATURDAY - timedelta(days=1), 22)
    call_off(village)
    assert village.told("an") == ""
    ticks(village, SATURDAY, 6, 29)
    assert village.told("an") == ""
    ticks(village, SATURDAY, 6, 31)
    assert "Đã hủy: Buổi tập huấn" in village.told("an")


def test_whoever_joins_the_team_later_is_told_like_the_others_and_nobody_twice(village: Village) -> None:
    village.joins("em", "volunteer", "Em Gió")
    for _ in range(2):
        with village.database.write() as tx:
            plan_day(tx, village.mind, SATURDAY - timedelta(days=1))
    ticks(village, SATURDAY - timedelta(days=1), 18, 31)
    assert "Buổi tập huấn" in village.told("em") and "Buổi tập huấn" in village.told("an")
    with village.database.read() as tx:
        owed = tx.execute(select(reminder.c.chat_id, reminder.c.ordinal).where(reminder.c.kind == reminder_kinds.GATHERING)).all()
    assert len(owed) == len(set(owed)) == 6


def test_who_wants_no_more_of_it_is_not_asked_again_by_the_next_day(village: Village) -> None:
    with village.database.read() as tx:
        number = tx.scalar(select(table(Gathering).c.id))
    village.tell_press("an", f"/quiet:gathering~gathering:{number}")
    with village.database.write() as tx:
        plan_day(tx, village.mind, SATURDAY - timedelta(days=1))
    ticks(village, SATURDAY - timedelta(days=1), 18, 31)
    assert "Buổi tập huấn" not in village.told("an")


def test_whoever_left_the_team_is_not_called_to_its_meetings(village: Village) -> None:
    with village.database.write() as tx:
        person = tx.scalar(select(membership.c.person_id).where(membership.c.role == "volunteer"))
        tx.execute(update(membership).where(membership.c.person_id == person).values(valid_to=WEDNESDAY + timedelta(days=1)))
    ticks(village, SATURDAY - timedelta(days=1), 18, 31)
    assert "Buổi tập huấn" not in village.told("an") and "Buổi tập huấn" in village.told("chi")


def test_what_comes_stands_before_what_was(village: Village) -> None:
    for hour in ("7 giờ", "8 giờ", "9 giờ", "10 giờ", "11 giờ"):
        village.say("chi", "hẹn tập huấn")
        village.press("chi", "Buổi họp")
        village.say("chi", f"thứ 6 lúc {hour}", "12 giờ", "sân kho")
        village.press("chi", "Không có đơn vị khác")
        village.press("chi", "Chưa rõ nội dung")
        village.press("chi", "💾")
    village.now = instant(SATURDAY, 9)
    told = village.say("an", "lịch họp")
    assert told.index("Buổi tập huấn") < told.index("Buổi họp"), "the five meetings of yesterday stand behind it"


def test_days_worked_before_somebody_left_are_still_paid(village: Village) -> None:
    village.say("an", "12 vắng")
    with village.database.write() as tx:
        person = tx.scalar(select(membership.c.person_id).where(membership.c.role == "volunteer"))
        tx.execute(update(membership).where(membership.c.person_id == person).values(valid_to=WEDNESDAY + timedelta(days=1)))
    village.now = instant(SATURDAY, 9)
    with village.database.read() as tx:
        look = Look(Reading(tx), words("vi"), LIBRARY, village.now, SATURDAY, village.now, 1)
        name = f"{village.hamlet}:2026-11-01:{SATURDAY.isoformat()}"
        rows, book = (gathering_papers.workdays(look, f"{form}:{name}") for form in ("csv", "xlsx"))
        assert [each.label for each in gatherings.members(Reading(tx), [village.hamlet], SATURDAY)] == ["Bác Chi"]
    assert rows is not None and book is not None and "Chị An" in rows.content.decode()
    with ZipFile(io.BytesIO(book.content)) as parts:
        assert "Cộng theo người" in parts.read("xl/workbook.xml").decode() and "xl/worksheets/sheet2.xml" in parts.namelist()


def test_whoever_went_along_has_worked_that_day_too_and_not_when_it_is_taken_back(village: Village) -> None:
    village.say("an", "12 vắng cùng bác Chi; 13 vắng")

    def days() -> dict[str, int]:
        with village.database.read() as tx:
            rows = Reading(tx)
            found = gatherings.workdays(rows, gatherings.members(rows, [village.hamlet], WEDNESDAY), WEDNESDAY, WEDNESDAY)
        return {each.person: each.visits for each in found}

    assert days() == {"Chị An": 2, "Bác Chi": 1}
    village.press("an", "Hoàn tác")
    assert days() == {}
