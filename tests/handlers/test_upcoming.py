"""“Lời nhắc của tôi”: what will be said and when, each one dropped or put on another day by whoever it comes to."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.reminding import send_due
from content.vietnam_time import instant
from storage.database import Database
from storage.models import Household, Reminder, table
from storage.record import Context, record
from storage.reminding import reminder_kinds, reminders
from storage.reminding.preferences import Prefer
from tests.handlers.village import WEDNESDAY, Village

reminder = table(Reminder)


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("an", "volunteer", "Chị An")
    made.comes("dan")
    return made


def dossier(village: Village, name: str, nickname: str, day: str) -> None:
    village.say(name, "theo dõi hồ sơ", nickname, day)


def owed(village: Village, name: str, kind: str) -> list[tuple[date, str, str]]:
    with village.database.read() as tx:
        return [(row.due_on, row.state, row.reason) for row in tx.execute(
            select(reminder.c.due_on, reminder.c.state, reminder.c.reason).where(
                reminder.c.chat_id == village.chat(name), reminder.c.kind == kind).order_by(reminder.c.id))]


def test_nothing_is_owed(village: Village) -> None:
    assert "chưa có gì cần nhắc" in village.say("dan", "lời nhắc của tôi")


def test_what_comes_is_listed_by_day_in_both_calendars_and_reads_as_it_will_be_said(village: Village) -> None:
    dossier(village, "dan", "khai sinh", "20/12/2026")
    dossier(village, "dan", "sổ đỏ", "10/12/2026")
    told = village.say("dan", "lời nhắc của tôi")
    assert "1. Thứ Năm 10/12, mùng 2 tháng Mười Một âm lịch: ngày trả kết quả – Đến ngày hẹn trả kết quả" in told
    assert "2. Chủ Nhật 20/12" in told
    told = village.say("dan", "1")
    assert "Hồ sơ bác đặt tên “sổ đỏ”, hẹn" in told and "Dời sang ngày khác" in told and "Thôi nhắc việc này" in told


def test_one_is_dropped_and_the_other_stays(village: Village) -> None:
    dossier(village, "dan", "khai sinh", "20/12/2026")
    dossier(village, "dan", "sổ đỏ", "10/12/2026")
    village.say("dan", "lời nhắc của tôi", "1")
    assert "không nhắc việc này nữa" in village.press("dan", "Thôi nhắc việc này")
    assert [state for _, state, _ in owed(village, "dan", reminder_kinds.DOSSIER)] == ["scheduled", "muted"]
    told = village.say("dan", "lời nhắc của tôi")
    assert "20/12" in told and "10/12" not in told


def test_another_promised_day_begins_anew_also_where_it_was_late(village: Village) -> None:
    dossier(village, "dan", "khai sinh", "27/11/2026")
    village.at(instant(date(2026, 11, 30), 9))
    village.say("dan", "hồ sơ của tôi", "1")
    assert "Có ngày hẹn mới" in village.press("dan", "Trễ hẹn")
    village.press("dan", "📅 Có ngày hẹn mới")
    assert "“khai sinh”: Thứ Sáu 11/12" in village.say("dan", "11/12/2026")
    assert owed(village, "dan", reminder_kinds.DOSSIER)[-1] == (date(2026, 12, 11), "scheduled", "")
    with village.database.write() as tx:
        send_due(tx, village.mind, instant(date(2026, 12, 11), 8, 1))
    assert "“khai sinh”, hẹn" in village.told("dan")


def test_a_household_of_a_member_goes_to_another_day_and_is_owed_once(village: Village) -> None:
    with village.database.write() as tx:
        home = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 7))
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, f"household:{home}", village.chat("an"), WEDNESDAY + timedelta(days=2))
    assert "Đến hẹn quay lại hộ 7" in village.say("an", "lời nhắc của tôi")
    village.say("an", "1")
    village.press("an", "📅 Dời sang ngày khác")
    assert "Đã dời: hộ 7" in village.say("an", "5/12/2026")
    assert owed(village, "an", reminder_kinds.FOLLOW_UP) == [
        (WEDNESDAY + timedelta(days=2), "cleared", "put_off"), (date(2026, 12, 5), "scheduled", "")]


def test_a_guide_that_was_left_is_recalled_on_a_day_of_ones_choice_but_never_on_a_holiday(village: Village) -> None:
    village.tell_press("dan", "/guide:vneid-level2")
    village.say("dan", "thoát")
    village.press("dan", "Mai nhắc tôi")
    village.say("dan", "lời nhắc của tôi", "1")
    village.press("dan", "📅 Dời sang ngày khác")
    assert "Thứ Sáu 1/1/2027" in village.say("dan", "1/1/2027"), "a holiday may be chosen"
    assert "Thứ Hai 4/1/2027" in village.say("dan", "lời nhắc của tôi"), "and is said to fall on the next working day"
    with village.database.write() as tx:
        send_due(tx, village.mind, instant(date(2027, 1, 1), 9))
    assert "đang làm dở" not in village.told("dan")
    with village.database.write() as tx:
        send_due(tx, village.mind, instant(date(2027, 1, 4), 8, 1))
    assert "đang làm dở" in village.told("dan")


def test_somebody_elses_reminder_is_as_unknown_as_none(village: Village) -> None:
    dossier(village, "dan", "khai sinh", "20/12/2026")
    with village.database.read() as tx:
        number = tx.scalar(select(reminder.c.id))
    assert "khai sinh" not in village.tell_press("an", f"/reminder:{number}")
    assert "khai sinh" in village.tell_press("dan", f"/reminder:{number}")
    assert "chưa nhờ mình theo dõi" in village.tell_press("an", f"/redate:{number}")
    village.tell_press("an", f"/later:{number}")
    assert [state for _, state, _ in owed(village, "dan", reminder_kinds.DOSSIER)] == ["scheduled"]


def test_whoever_stopped_everything_or_pauses_reads_it_there(village: Village) -> None:
    dossier(village, "dan", "khai sinh", "20/12/2026")
    with village.database.write() as tx:
        record(Prefer(paused_until=WEDNESDAY + timedelta(days=4)), tx,
               Context(village.now, WEDNESDAY, village.chat("dan"), None, "test"))
    assert "tạm ngừng đến Chủ Nhật 29/11" in village.say("dan", "lời nhắc của tôi")
    village.say("dan", "dừng")
    told = village.say("dan", "lời nhắc của tôi")
    assert "Lời nhắc đang tắt hết" in told and "Nhắc lại" in told and "khai sinh" not in told
