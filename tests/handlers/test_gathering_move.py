"""A gathering that is moved: who knew of it is told, nobody twice, and reminders and the calendar file follow."""

from datetime import date, timedelta

import icalendar
import pytest
from sqlalchemy import insert, select

from content.vietnam_time import instant
from content.words import words
from handlers.gatherings import gathering_papers
from handlers.look import Look
from handlers.screens import short
from storage.database import Database
from storage.models import Gathering, Residence, table
from storage.reading import Reading
from tests.handlers.test_gathering_off import SATURDAY, ticks
from tests.handlers.village import LIBRARY, Village

SUNDAY, FRIDAY = SATURDAY + timedelta(days=1), SATURDAY - timedelta(days=1)


@pytest.fixture
def village(database: Database) -> Village:
    """A leader plans a training for Saturday at two."""
    made = Village(database)
    made.joins("chi", "leader", "Bác Chi")
    made.joins("an", "volunteer", "Chị An")
    plan(made, "Buổi tập huấn")
    return made


def plan(village: Village, kind: str) -> None:
    village.say("chi", "hẹn tập huấn")
    village.press("chi", kind)
    if kind == "Buổi lưu động":
        village.press("chi", "Chưa có căn cước")
    village.say("chi", "thứ 7 lúc 14 giờ", "16 giờ", "nhà văn hóa")
    village.press("chi", "Không có đơn vị khác")
    village.say("chi", "VNeID")
    village.press("chi", "💾")


def one(village: Village) -> str:
    with village.database.read() as tx:
        return short(int(tx.scalar(select(table(Gathering).c.id).order_by(table(Gathering).c.id.desc()).limit(1)) or 0))


def move(village: Village, *answers: str) -> str:
    """The leader says these words: a day, an hour, a place; what is told at the end."""
    village.tell_press("chi", f"/gathering_one:{one(village)}")
    village.press("chi", "📅 Dời buổi này")
    told = village.say("chi", *answers)
    return village.press("chi", "💾 Lưu và báo cho tổ") if "CHƯA LƯU" in told else told


def test_whoever_was_told_is_told_at_once_and_reminded_of_the_new_day(village: Village) -> None:
    ticks(village, FRIDAY, 18, 31)
    assert "Buổi tập huấn" in village.told("an")
    village.now = instant(FRIDAY, 19)
    assert "Đã đổi lịch" in move(village, "chủ nhật", "8 giờ", "sân kho")
    [told] = village.take("an")
    assert told.title == "Đã đổi lịch" and "29/11" in told.text and "08:00–10:00" in told.text and "sân kho" in told.text
    assert told.document.startswith("ics:vi:")
    ticks(village, SATURDAY, 7, 1)
    assert village.told("an") == "", "nothing is left of the old day"
    ticks(village, SATURDAY, 18, 31)
    assert "sân kho" in village.told("an")
    ticks(village, SUNDAY, 7, 1)
    assert "sân kho" in village.told("an") and "sân kho" in village.told("chi")


def test_whoever_was_not_told_yet_only_hears_of_the_new_day(village: Village) -> None:
    move(village, "chủ nhật", "14:00", "nhà văn hóa")
    assert village.told("an") == ""
    ticks(village, FRIDAY, 18, 31)
    assert village.told("an") == ""
    ticks(village, SATURDAY, 18, 31)
    assert "14:00–16:00" in village.told("an")


def test_another_place_on_the_same_day_leaves_its_reminders(village: Village) -> None:
    village.tell_press("chi", f"/gathering_one:{one(village)}")
    village.press("chi", "📅 Dời buổi này")
    village.press("chi", "Vẫn thứ Bảy 28/11")
    village.press("chi", "14:00")
    assert "sân kho" in village.say("chi", "sân kho")
    village.press("chi", "💾")
    ticks(village, FRIDAY, 18, 31)
    assert "sân kho" in village.told("an")
    ticks(village, SATURDAY, 7, 1)
    assert "sân kho" in village.told("an")


def test_moved_to_now_whoever_was_not_told_is_told_and_whoever_was_only_once(village: Village) -> None:
    ticks(village, FRIDAY, 18, 31)
    village.told("an")
    village.joins("em", "volunteer", "Em Gió")
    village.now = instant(SATURDAY, 8)
    move(village, "hôm nay", "10 giờ", "sân kho")
    assert "sân kho" in village.told("an")
    ticks(village, SATURDAY, 8, 1)
    assert village.told("an") == "" and "sân kho" in village.told("em")


def test_moved_at_night_it_is_told_in_the_morning(village: Village) -> None:
    ticks(village, FRIDAY, 18, 31)
    village.told("an")
    village.now = instant(FRIDAY, 22)
    move(village, "chủ nhật", "14:00", "sân kho")
    assert village.told("an") == ""
    ticks(village, SATURDAY, 6, 31)
    told = village.told("an")
    assert "Đã đổi lịch" in told and "sân kho" in told and "Đã hủy" not in told


def test_who_stopped_these_reminders_gets_none_of_the_new_day(village: Village) -> None:
    with village.database.read() as tx:
        number = tx.scalar(select(table(Gathering).c.id))
    village.tell_press("an", f"/quiet:gathering~gathering:{number}")
    move(village, "chủ nhật", "14:00", "sân kho")
    village.told("an")
    ticks(village, SATURDAY, 18, 31)
    assert village.told("an") == "" and "sân kho" in village.told("chi")


def test_why_it_did_not_come_on_the_old_day_is_told_in_one_line(village: Village) -> None:
    move(village, "chủ nhật", "14:00", "sân kho")
    assert village.say("an", "vì sao không nhắc").count("tập huấn, họp: không cần nữa – đã hẹn lại ngày khác") == 1


def citizen(village: Village) -> None:
    """A mobile session, and a citizen who asks to be reminded of it."""
    chat = village.comes("dan")
    with village.database.write() as tx:
        tx.execute(insert(table(Residence)), {"chat_id": chat, "hamlet_id": village.hamlet, "wording": "w",
                                              "told_at": village.now})
    plan(village, "Buổi lưu động")
    village.say("dan", "buổi lưu động", "1")


def test_a_citizen_who_asked_to_be_reminded_is_told_before_any_reminder_came(village: Village) -> None:
    citizen(village)
    move(village, "chủ nhật", "14:00", "sân kho")
    assert "Đã đổi lịch" in village.told("dan")
    ticks(village, FRIDAY, 18, 31)
    assert "sân kho" in village.told("dan"), "two days before the new one"
    village.now = instant(SATURDAY, 9)
    village.tell_press("chi", f"/call_off:{one(village)}")
    assert "Đã hủy: Buổi lưu động" in village.told("dan")


@pytest.mark.parametrize(("hour", "later"), [(12, 13), (20, 31)])
def test_a_citizens_rest_is_kept_where_members_may_be_told(village: Village, hour: int, later: int) -> None:
    citizen(village)
    village.now = instant(SATURDAY - timedelta(days=3), hour, 10)
    village.tell_press("chi", f"/call_off:{one(village)}")
    assert village.told("dan") == ""
    ticks(village, village.now.date() + timedelta(days=later // 24), later % 24, 31)
    assert "Đã hủy: Buổi lưu động" in village.told("dan")


def test_nothing_changed_and_an_hour_that_is_over(village: Village) -> None:
    assert "vẫn như cũ" in move(village, "thứ 7", "14:00", "nhà văn hóa")
    village.now = instant(SATURDAY, 11)
    assert "đã qua" in move(village, "hôm nay", "10 giờ", "nhà văn hóa")
    village.now = instant(SATURDAY, 14, 30)
    assert "Dời buổi này" not in village.tell_press("chi", f"/gathering_one:{one(village)}")
    assert "đã bắt đầu" in village.tell_press("chi", f"/move_gathering:{one(village)}")


def test_a_member_moves_nothing_and_neither_does_a_leader_elsewhere(village: Village) -> None:
    village.comes("khach")
    for name in ("an", "khach"):
        assert "Việc này dành cho" in village.tell_press(name, f"/move_gathering:{one(village)}")


def test_the_calendar_file_replaces_the_one_before(village: Village) -> None:
    def event() -> icalendar.Event:
        with village.database.read() as tx:
            look = Look(Reading(tx), words("vi"), LIBRARY, village.now, date(2026, 11, 25), village.now, 1)
            paper = gathering_papers.ics(look, str(int(one(village), 36)))
        assert paper is not None
        [found] = icalendar.Calendar.from_ical(paper.content.decode()).walk("VEVENT")
        return found

    before = event()
    move(village, "chủ nhật", "22 giờ 30", "sân kho")
    after = event()
    assert before["uid"] == after["uid"] and before["sequence"] == 0 and after["sequence"] == 1
    assert after["dtstart"].dt == instant(SUNDAY, 22, 30) and after["dtend"].dt == instant(SUNDAY, 23, 59)
