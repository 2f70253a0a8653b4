"""“Thông báo đã gửi”: what was announced in one's places, how it went, and what may still be decided by whom."""

import pytest
from sqlalchemy import insert, select, update

from bot.broadcasting import feed
from content.vietnam_time import instant
from handlers.screens import short
from storage.database import Database
from storage.models import Broadcast, Outbox, Residence, Subscription, table
from tests.handlers.village import WEDNESDAY, Village

TEXT = "Sáng thứ 7 công an xã làm căn cước tại nhà văn hóa, bà con mang theo giấy khai sinh"


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("chi", "leader", "Bác Chi")
    made.joins("an", "volunteer", "Chị An")
    made.joins("can", "commune_officer", "Anh Cán")
    chat = made.comes("dan")
    with database.write() as tx:
        tx.execute(insert(table(Residence)), {"chat_id": chat, "hamlet_id": made.hamlet, "wording": "w", "told_at": made.now})
        tx.execute(insert(table(Subscription)), {"chat_id": chat, "wants": True, "changed_at": made.now})
    return made


def write(village: Village) -> str:
    """The leader writes an announcement; its number as buttons carry it."""
    village.say("chi", "thông báo")
    village.press("chi", "📢 Thông báo")
    village.press("chi", "Thành viên tổ và người dân")
    village.say("chi", TEXT)
    village.press("chi", "3 ngày")
    with village.database.read() as tx:
        return short(int(tx.scalar(select(table(Broadcast).c.id).order_by(table(Broadcast).c.made_at.desc())) or 0))


def arrive(village: Village) -> None:
    with village.database.write() as tx:
        feed(tx, village.mind, village.now)
        tx.execute(update(table(Outbox)).where(table(Outbox).c.state == "new").values(state="sent", finished_at=village.now))
        feed(tx, village.mind, village.now)


def test_none_yet(village: Village) -> None:
    assert "chưa có thông báo nào" in village.say("chi", "thông báo đã gửi")


def test_what_was_sent_is_found_again_with_whom_it_reached(village: Village) -> None:
    village.now = instant(WEDNESDAY, 6, 45)  # still Tuesday in London
    write(village)
    village.press("chi", "📤 Gửi đi")
    village.now = instant(WEDNESDAY, 7)
    arrive(village)
    with village.database.write() as tx:
        tx.execute(update(table(Broadcast)).values(started_at=instant(WEDNESDAY, 6, 46)))
    village.now = instant(WEDNESDAY, 15)
    told = village.say("can", "thông báo đã gửi")
    assert "1. Thứ Tư, 25/11/2026, Thôn Thử: “Sáng thứ 7 công an xã làm căn cước tại…” Thông báo này đã gửi xong" in told
    told = village.say("can", "1")
    assert TEXT in told and "Người viết: Bác Chi" in told and "Đến nơi: " in told and "Dừng gửi" not in told


def test_a_draft_is_sent_or_thrown_away_only_by_its_author_and_what_was_thrown_away_is_gone(village: Village) -> None:
    number = write(village)
    assert "Gửi đi" not in village.tell_press("can", f"/announcement:{number}")
    assert "Gửi đi" in village.tell_press("chi", f"/announcement:{number}")
    village.press("chi", "🗑 Bỏ, không gửi")
    assert "chưa có thông báo nào" in village.say("can", "thông báo đã gửi")


def test_what_waits_for_a_second_person_is_decided_from_the_list_too(village: Village) -> None:
    number = write(village)
    with village.database.write() as tx:
        tx.execute(update(table(Broadcast)).values(state="waiting"))
    told = village.tell_press("chi", f"/announcement:{number}")
    assert "Duyệt, gửi đi" not in told, "never by whoever wrote it"
    village.tell_press("can", f"/announcement:{number}")
    assert "Đã duyệt" in village.press("can", "✅ Duyệt, gửi đi")
    assert "Người duyệt: Anh Cán" in village.tell_press("chi", f"/announcement:{number}")


def test_members_and_citizens_see_none_of_it(village: Village) -> None:
    number = write(village)
    for name in ("an", "dan"):
        assert "công an xã" not in village.tell_press(name, f"/announcement:{number}")
        assert "công an xã" not in village.say(name, "thông báo đã gửi")


@pytest.mark.parametrize("people, alone", [(200, True), (201, False)])
def test_above_two_hundred_people_a_second_person_looks_first(village: Village, people: int, alone: bool) -> None:
    write(village)
    with village.database.write() as tx:
        tx.execute(update(table(Broadcast)).values(total=people))
    told = village.press("chi", "📤 Gửi đi")
    assert ("Bắt đầu gửi" in told) is alone and ("nhờ người thứ hai duyệt" in told) is not alone
    assert ("nhờ anh/chị duyệt thông báo" in village.told("can")) is not alone
