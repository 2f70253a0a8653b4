"""One word stops all that is said unasked, and one measure holds for reminders, announcements and questions after visits."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from bot.reminding import send_due
from content.vietnam_time import instant
from storage.database import Database
from storage.models import Chat, HouseholdChat, Outbox, Reminder, table
from storage.record import Context, record
from storage.reminding import dossiers, reminders, unasked
from tests.bot.test_broadcasting import citizens, received, run, write
from tests.handlers.test_confirm import minute, visited
from tests.handlers.village import WEDNESDAY, Village

reminder = table(Reminder)


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("chi", "leader", "Bác Chi")
    return made


def announce(village: Village) -> None:
    write(village)
    village.press("chi", "gửi đi")
    run(village, 2)


def dossier(village: Village, name: str, on: date) -> None:
    """They wait for a dossier of that day."""
    with village.database.write() as tx:
        record(dossiers.WatchDossier(f"{name}{on}", "sổ", on), tx,
               Context(village.now, WEDNESDAY, village.chat(name), None, "test"))


def remind(village: Village) -> None:
    """Whatever is due leaves and arrives."""
    with village.database.write() as tx:
        tx.execute(update(table(Chat)).values(heard_at=village.now - timedelta(hours=1)))
        send_due(tx, village.mind, village.now)
        tx.execute(update(table(Outbox)).where(table(Outbox).c.state == "new").values(state="sent", finished_at=village.now))
        send_due(tx, village.mind, village.now)


def fate(village: Village) -> list[tuple[str, str]]:
    with village.database.read() as tx:
        rows = tx.execute(select(reminder.c.state, reminder.c.reason).order_by(reminder.c.id))
        return [(row.state, row.reason) for row in rows]


@pytest.mark.parametrize("word, back", [("dừng", "bắt đầu nhắc"), ("STOP", "start"), ("đừng nhắn nữa", "nhắc lại")])
def test_one_word_stops_announcements_and_reminders_and_one_brings_both_back(village: Village, word: str, back: str) -> None:
    name, other = citizens(village, 2)
    dossier(village, name, WEDNESDAY + timedelta(days=1))
    village.say(name, word)
    announce(village)
    assert received(village) == {other: 1, "chi": 1} and "không muốn nhận: 1" in village.told("chi")
    village.now = instant(WEDNESDAY + timedelta(days=1), 8)
    remind(village)
    assert fate(village) == [("muted", "stopped")]
    village.say(name, back)
    announce(village)
    assert received(village) == {name: 1, other: 2, "chi": 2}


def test_whoever_stops_in_the_settings_gets_no_announcement_either(village: Village) -> None:
    name, other = citizens(village, 2)
    village.say(name, "cài đặt")
    village.press(name, "tắt hết lời nhắc")
    announce(village)
    assert received(village) == {other: 1, "chi": 1}


def test_asking_for_announcements_takes_back_a_stop(village: Village) -> None:
    [name] = citizens(village, 1)
    village.say(name, "dừng")
    village.say(name, "nhận thông báo")
    village.press(name, "đồng ý nhận")
    announce(village)
    assert received(village)[name] == 1


def test_after_an_announcement_a_reminder_waits_until_tomorrow(village: Village) -> None:
    [name] = citizens(village, 1)
    announce(village)
    dossier(village, name, WEDNESDAY)
    remind(village)
    assert fate(village) == [("scheduled", "cap_day")]
    village.now = instant(WEDNESDAY + timedelta(days=1), 8)
    remind(village)
    assert fate(village)[0] == ("sent", "")


def test_an_announcement_waits_for_a_dossier_that_is_due_later_that_day(village: Village) -> None:
    [name] = citizens(village, 1)
    village.now = instant(WEDNESDAY, 7, 40)
    dossier(village, name, WEDNESDAY)
    announce(village)
    assert name not in received(village), "what somebody asked for comes first"
    village.now = instant(WEDNESDAY, 8, 5)
    remind(village)
    assert fate(village)[0] == ("sent", "")
    run(village, 2)
    assert name not in received(village), "and one a day is enough"
    village.now = instant(WEDNESDAY + timedelta(days=1), 8)
    run(village, 2)
    assert received(village)[name] == 1


def test_three_a_week_whoever_says_them(village: Village) -> None:
    [name] = citizens(village, 1)
    for days in (0, 1):
        village.now = instant(WEDNESDAY + timedelta(days=days), 9)
        announce(village)
    village.now = instant(WEDNESDAY + timedelta(days=2), 8)
    dossier(village, name, WEDNESDAY + timedelta(days=2))
    remind(village)
    assert fate(village)[0] == ("sent", "")
    village.now = instant(WEDNESDAY + timedelta(days=3), 9)
    announce(village)
    assert received(village)[name] == 2
    village.now = instant(WEDNESDAY + timedelta(days=6), 9)  # the first one is a week ago tomorrow
    run(village, 2)
    assert received(village)[name] == 2


def test_a_team_is_told_by_its_leader_and_still_gets_its_work(village: Village) -> None:
    village.joins("an", "volunteer")
    announce(village)
    with village.database.write() as tx:
        reminders.remind(tx, "follow_up_visit_due", "household:12", village.chat("an"), WEDNESDAY)
    remind(village)
    assert fate(village)[0] == ("sent", "")


def test_a_household_that_heard_from_us_today_is_asked_tomorrow_and_not_at_all_after_a_stop(village: Village) -> None:
    village.joins("an", "volunteer")
    names = citizens(village, 3)
    with village.database.write() as tx:
        for name in names:
            tx.execute(table(HouseholdChat).insert(), {"household_id": 12, "chat_id": village.chat(name), "wording": "w",
                                                       "agreed_at": village.now - timedelta(days=3)})
    dossier(village, names[0], WEDNESDAY)
    remind(village)
    village.say(names[1], "dừng")
    visited(village)
    for name in names:
        village.take(name)
    minute(village)
    assert [bool(village.told(name)) for name in names] == [False, False, True]
    village.now = instant(WEDNESDAY + timedelta(days=1), 7)
    minute(village)
    assert [bool(village.told(name)) for name in names] == [True, False, False]


def test_a_holiday_is_quiet_but_for_an_urgent_warning(village: Village) -> None:
    names = citizens(village, 2)
    village.joins("officer", "commune_officer")
    village.now = instant(WEDNESDAY - timedelta(days=1), 9)  # the day of culture
    announce(village)
    assert received(village) == {}
    write(village, kind="cảnh báo lừa đảo", urgent="không khẩn")
    village.press("chi", "gửi đi")
    run(village, 2)
    assert received(village) == {}
    write(village, kind="cảnh báo lừa đảo", urgent="khẩn")
    village.press("chi", "gửi đi")
    village.press("officer", "duyệt, gửi đi")
    run(village, 2)
    assert set(names) <= set(received(village))
    village.now = instant(WEDNESDAY, 8)
    run(village, 2)
    assert received(village) == {**dict.fromkeys(names, 3), "chi": 3}


def test_nobody_at_all_is_no_question(village: Village) -> None:
    with village.database.write() as tx:
        assert unasked.had_enough(tx, [], village.now) == {}
