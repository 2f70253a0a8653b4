"""Complaints, ideas and thanks reach the leader, at a welcome hour, without a name where somebody wished so."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot.tending import pass_on
from content.vietnam_time import instant
from handlers.talk import Incoming, Kind
from storage import mail
from storage.database import Database
from storage.models import Feedback, Outbox, table
from storage.reminding.reminders import TOO_LATE
from tests.handlers.village import WEDNESDAY, Village


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("chi", "leader", "Bác Chi")
    made.joins("an", "volunteer", "Chị An")
    made.comes("dan")
    return made


def minute(village: Village) -> None:
    with time_machine.travel(village.now, tick=False), village.database.write() as tx:
        pass_on(tx, village.mind, village.now)


def give(village: Village, kind: str, words: str, sign: str) -> str:
    village.say("dan", "góp ý")
    village.press("dan", kind)
    village.press("dan", "không giữ")
    village.say("dan", words)
    return village.press("dan", sign)


def test_a_complaint_reaches_the_leader_and_the_outcome_comes_back(village: Village) -> None:
    assert "mình báo bác ở đây" in give(village, "khiếu nại", "Hẹn mà không đến", "có, báo lại")
    minute(village)
    assert "Khiếu nại – Thôn Thử: “Hẹn mà không đến”" in village.told("chi") and village.told("an") == ""
    minute(village)
    assert village.told("chi") == "", "told once"
    assert "Hẹn mà không đến" in village.say("chi", "góp ý của bà con")
    assert "xử lý xong" in village.press("chi", "đã xử lý 1")
    assert "Tổ trưởng đã xem và giải quyết" in village.told("dan")
    village.press("chi", "đã xử lý 1")
    assert village.told("dan") == "" and "Hòm thư trống" in village.say("chi", "góp ý của bà con")


def test_who_wishes_to_stay_unknown_is_not_in_the_row(village: Village) -> None:
    assert "không biết ai gửi" in give(village, "cảm ơn", "Chị An rất nhiệt tình", "không, giấu kín")
    with village.database.read() as tx:
        assert [(row.chat_id, row.kind) for row in tx.execute(select(table(Feedback)))] == [(None, "thanks")]
    minute(village)
    assert "Lời cảm ơn" in village.told("chi")
    village.press("chi", "đã xử lý")
    assert village.told("dan") == ""


def test_at_night_nobody_is_woken(village: Village) -> None:
    village.now = instant(WEDNESDAY, 22)
    give(village, "khiếu nại", "Gọi cửa lúc tối muộn", "không, giấu kín")
    minute(village)
    assert village.told("chi") == ""
    village.now = instant(WEDNESDAY + timedelta(days=1), 6, 30)
    minute(village)
    assert "Khiếu nại" in village.told("chi")


def ends(village: Village, name: str, problem: str = "") -> float:
    """What waits for them has left, or is refused for this; until when it was to leave."""
    with village.database.write() as tx:
        waits = select(table(Outbox)).where(table(Outbox).c.chat_id == village.chat(name), table(Outbox).c.state == "new")
        row = tx.execute(waits).one()
        mail.advance(tx, [mail.Settled(row.id, "failed" if problem else "sent", village.now, problem=problem)], [], village.now)
    return float(row.parcel["until"])


def test_a_complaint_that_could_not_leave_before_the_night_is_told_the_next_morning(village: Village) -> None:
    village.joins("ba", "leader", "Bà Ba")
    give(village, "khiếu nại", "Hẹn mà không đến", "không, giấu kín")
    minute(village)
    evening = instant(WEDNESDAY, 21)
    for leader in ("chi", "ba"):
        assert ends(village, leader, TOO_LATE) == evening.timestamp(), "nobody is woken by a channel that comes back at night"
    village.now = evening + timedelta(minutes=5)
    minute(village)
    for days, told in ((1, True), (2, False)):
        village.now = instant(WEDNESDAY + timedelta(days=days), 6, 30)
        village.take("chi"), village.take("ba")
        minute(village)
        assert [("Hẹn mà không đến" in village.told(leader)) for leader in ("chi", "ba")] == [told, told]
        if told:
            ends(village, "chi", TOO_LATE)
            ends(village, "ba")  # one of them knows: it is in good hands


def test_only_the_leader_reads_and_handles_it(village: Village) -> None:
    give(village, "khiếu nại", "Chuyện riêng", "có, báo lại")
    minute(village)
    data = village.button("chi", "đã xử lý")
    for name in ("an", "dan", "nguoi-la"):
        village.post(name, Incoming(Kind.PRESS, village.now, data=data, message="1", ack="a"))
        village.turn()
        village.take(name)
        assert "Chuyện riêng" not in village.say(name, "góp ý của bà con")
    with village.database.read() as tx:
        assert tx.scalar(select(table(Feedback).c.handled_at)) is None


def test_where_a_hamlet_has_no_leader_the_officer_reads_it(database: Database) -> None:
    village = Village(database)
    village.joins("officer", "commune_officer")
    village.comes("dan")
    give(village, "góp ý", "Nên có buổi tối", "có, báo lại")
    minute(village)
    assert "Góp ý – Thôn Thử" in village.told("officer")


def test_thanks_to_a_machine_may_be_meant_for_the_team(village: Village) -> None:
    assert "không có gì" in village.say("dan", "cảm ơn")
    assert "Bác muốn gửi gì?" in village.press("dan", "gửi tới tổ")
