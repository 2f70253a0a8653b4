"""“Vì sao không nhắc?” tells of announcements, desk notes and help too: with the reason, to whom it concerns."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.broadcasting import feed
from content.vietnam_time import instant
from storage.database import Database
from storage.models import Broadcast, Chat, Household, Outbox, Place, Reminder, Residence, Subscription, Team, table
from storage.record import Context, record
from storage.reminding import reminder_kinds, reminders
from storage.reminding.preferences import Prefer
from tests.handlers.village import WEDNESDAY, Village


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("chi", "leader", "Bác Chi")
    made.joins("an", "volunteer", "Chị An")
    return made


def lives(village: Village, name: str, hamlet: int = 0) -> int:
    """A citizen of the hamlet who wants announcements."""
    chat = village.comes(name)
    with village.database.write() as tx:
        tx.execute(insert(table(Residence)), {"chat_id": chat, "hamlet_id": hamlet or village.hamlet, "wording": "w",
                                              "told_at": village.now})
        tx.execute(insert(table(Subscription)), {"chat_id": chat, "wants": True, "changed_at": village.now})
    return chat


def pause(village: Village, name: str, days: int) -> None:
    with village.database.write() as tx:
        person = tx.scalar(select(table(Chat).c.person_id).where(table(Chat).c.ref == name))
        record(Prefer(paused_until=WEDNESDAY + timedelta(days=days)), tx,
               Context(village.now, WEDNESDAY, village.chat(name), person, "test"))


def announce(village: Village, place: int = 0, number: int = 1) -> None:
    with village.database.write() as tx:
        tx.execute(insert(table(Broadcast)), {
            "id": number, "kind": "notice", "words": "W", "place_id": place or village.hamlet, "audience": "all", "person_id": 1,
            "chat_id": village.chat("chi"), "state": "approved", "urgent": False, "made_at": village.now,
            "expires_at": instant(WEDNESDAY + timedelta(days=3), 20), "shown": 0, "total": 0})
        feed(tx, village.mind, village.now)


def test_a_held_announcement_is_told_of_with_its_reason(village: Village) -> None:
    lives(village, "dan")
    pause(village, "dan", 2)
    pause(village, "an", 2)
    announce(village)
    line = "• Thứ Tư, 25/11/2026, thông báo của thôn, xã: đang chờ – người nhận đang tạm ngừng nhắc"
    assert line in village.say("dan", "vì sao không nhắc")
    assert line in village.say("an", "vì sao không nhắc")
    told = village.say("chi", "vì sao không nhắc")
    assert "thông báo của thôn, xã (Chị An): đang chờ – người nhận đang tạm ngừng nhắc" in told, "of the team by name"
    assert "• thông báo của thôn, xã: 1, đang chờ – người nhận đang tạm ngừng nhắc" in told, "of the people only how many"
    village.now = instant(WEDNESDAY + timedelta(days=1), 9)
    pause(village, "dan", 30)
    village.now = instant(WEDNESDAY + timedelta(days=4), 9)
    with village.database.write() as tx:
        feed(tx, village.mind, village.now)
    assert "thông báo của thôn, xã: quá hạn – người nhận đang tạm ngừng nhắc" in village.say("dan", "vì sao không nhắc")


def test_capped_opted_out_and_blocked_each_with_its_own_reason(village: Village) -> None:
    for name in ("dan", "em", "gio"):
        lives(village, name)
    announce(village)
    with village.database.write() as tx:
        tx.execute(update(table(Outbox)).values(state="sent", finished_at=village.now))
    village.say("em", "thôi nhận thông báo")
    village.blocks("gio")
    announce(village, number=2)
    assert "mỗi ngày chỉ nhắn một lần" in village.say("dan", "vì sao không nhắc")
    assert "đã tắt – không muốn nhận thông báo" in village.say("em", "vì sao không nhắc")
    told = village.say("chi", "vì sao không nhắc")
    for part in ("1, đang chờ – mỗi ngày chỉ nhắn một lần", "1, đã tắt – không muốn nhận thông báo",
                 "1, không cần nữa – người nhận đã chặn bot"):
        assert f"thông báo của thôn, xã: {part}" in told


def test_a_desk_note_that_was_dropped_is_counted_for_the_leader_of_the_hamlet(village: Village) -> None:
    chat = lives(village, "dan")
    with village.database.write() as tx:
        reminders.remind(tx, reminder_kinds.DESK_OPEN, "desk:1:2026-11-28", chat, date(2026, 11, 24))
        tx.execute(update(table(Reminder)).values(state="suppressed", reason="cap_day", finished_at=village.now))
    assert "để nhường việc khác – mỗi ngày chỉ nhắn một lần" in village.say("chi", "vì sao không nhắc")
    assert "để nhường việc khác – mỗi ngày chỉ nhắn một lần" in village.say("dan", "vì sao không nhắc")
    assert "để nhường" not in village.say("an", "vì sao không nhắc"), "a member sees their own"


def test_a_request_nobody_was_asked_about_by_night_is_told_of(village: Village) -> None:
    village.comes("dan")
    village.now = instant(WEDNESDAY, 22)
    village.say("dan", "nhờ người giúp", "không giữ", "quên mật khẩu")
    assert "• việc nhờ giúp: 1, đang chờ – rơi vào giờ nghỉ" in village.say("chi", "vì sao không nhắc")
    assert "quên mật khẩu" not in village.told("chi")
    village.at(instant(WEDNESDAY + timedelta(days=1), 7))
    assert "việc nhờ giúp: 1" not in village.say("chi", "vì sao không nhắc"), "somebody is asked now"


def test_a_notice_that_was_refused_is_told_of(village: Village) -> None:
    village.comes("dan")
    village.say("dan", "nhờ người giúp", "không giữ", "quên mật khẩu")
    with village.database.write() as tx:
        tx.execute(update(table(Outbox)).where(table(Outbox).c.chat_id == village.chat("chi"))
                   .values(state="failed", problem="blocked", finished_at=village.now))
    village.joins("officer", "commune_officer")
    told = village.say("officer", "vì sao không nhắc")
    assert "tin báo về việc nhờ giúp, góp ý (Bác Chi): không gửi được – người nhận đã chặn bot" in told


def test_another_hamlets_people_are_not_counted(village: Village) -> None:
    since = date(2025, 7, 1)
    with village.database.write() as tx:
        there = tx.execute(insert(table(Place)).returning(table(Place).c.id), {
            "level": "hamlet", "code": "khac", "name": "Thôn Khác", "parent_id": village.commune, "valid_from": since,
            "demonstration": True}).scalar_one()
        tx.execute(insert(table(Team)), {"name": "T", "hamlet_id": there, "valid_from": since})
        tx.execute(insert(table(Household)), {"hamlet_id": there, "number": 1, "label": "", "lane": "", "added_on": since})
    village.joins("officer", "commune_officer")
    lives(village, "dan", there)
    pause(village, "dan", 2)
    announce(village, village.commune)
    assert "tạm ngừng" not in village.say("chi", "vì sao không nhắc")
    assert "• thông báo của thôn, xã: 1, đang chờ" in village.say("officer", "vì sao không nhắc")
