"""The letter that asks for a mobile session: numbers that are the summary's, no household in it, in the usual form."""

import io
from collections.abc import Iterator
from datetime import time, timedelta

import docx
import pytest
from sqlalchemy import select

from handlers.look import Look
from handlers.reports import session_letter
from storage.database import Database
from storage.models import Household, Place, table
from storage.outcomes import Barrier, Outcome
from storage.reading import Reading
from storage.record import record
from storage.reminding import gatherings
from tests.handlers.typist import LIBRARY, Typist, words
from tests.storage.fields import TODAY, Field, at, made, take_back

NINE = at(TODAY, 9)


@pytest.fixture
def village(database: Database) -> Iterator[Field]:
    with database.write() as tx:
        yield made(tx)
        take_back(tx)


def letter(field: Field, name: str) -> list[str]:
    """What stands in the letter, line by line."""
    look = Look(Reading(field.tx), words("vi"), LIBRARY, NINE, TODAY, NINE, field.chats[0])
    paper = session_letter.paper(look, name.split(":", 2)[2])
    assert paper is not None and paper.name == "go-cua-H1-2026-11-23-buoi-luu-dong.docx"
    document = docx.Document(io.BytesIO(paper.content))
    cells = [cell.text for each in document.tables for row in each.rows for cell in row.cells]
    return [line for text in (*cells, *(each.text for each in document.paragraphs)) for line in text.split("\n")]


def stuck(field: Field, *houses: int, barrier: Barrier = Barrier.OTP_NOT_RECEIVED) -> None:
    for house in houses:
        field.visit(house, Outcome.BLOCKED, barrier=barrier)


def test_a_leader_comes_from_the_number_to_the_letter_and_to_the_day(village: Field) -> None:
    stuck(village, 2, 3, 5)
    leader = Typist(village)
    leader.say("số liệu", NINE)
    assert leader.press("3 hộ", NINE).startswith("Không nhận được OTP: 3")
    assert "Giấy đề nghị đã sẵn" in leader.press("✉️ Giấy đề nghị", NINE)
    (name,) = [message.document for message in leader.last.messages if message.document]
    told = letter(village, name)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in told and "V/v đề nghị mở buổi lưu động" in told
    assert "Kính gửi: Các doanh nghiệp viễn thông phục vụ xã Thử" in told
    assert ("Đến ngày 23/11/2026, thôn Thử có 3 hộ đang vướng ở một chỗ: không nhận được OTP. Tổ không tự tháo gỡ được chỗ này."
            in told)
    assert not [line for line in told if "{" in line or "hộ 2" in line]
    assert "đợt này là" not in leader.press("📅", NINE) and leader.current is not None, "the day is set at once"


def test_the_day_that_is_set_stands_in_the_letter(village: Field) -> None:
    stuck(village, 2, 3, barrier=Barrier.NEEDS_POLICE_STATION)
    name = f"session:vi:{village.campaign}.{village.hamlet}.{TODAY}.needs_police_station"
    assert any("……" in line for line in letter(village, name))
    record(gatherings.PlanGathering("k", gatherings.GatheringKind.SESSION, village.hamlet, TODAY + timedelta(days=5), time(8),
                                    time(11), "nhà văn hóa", "", "", "needs_police_station"), village.tx, village.context())
    told = letter(village, name)
    assert "Thời gian dự kiến: 08:00, Thứ Bảy, 28/11/2026. Địa điểm: nhà văn hóa." in told
    assert "Kính gửi: Công an xã Thử" in told and not any("……" in line for line in told)


def test_nobody_is_asked_to_come_for_what_a_session_does_not_solve(village: Field) -> None:
    stuck(village, 2, 3, barrier=Barrier.LANGUAGE)
    leader = Typist(village)
    leader.say("số liệu", NINE)
    leader.press("2 hộ", NINE)
    assert not [each for each in leader.shown if each.label.startswith("✉️")]
    assert not any(message.document for message in _pressed(leader, f"/session_letter:language.{village.hamlet}"))
    nobody_is_stuck = _pressed(leader, f"/session_letter:portal_error.{village.hamlet}")
    assert not any(message.document for message in nobody_is_stuck)
    member = Typist(village, 1)
    stuck(village, 4, 5)
    member.say("số liệu", NINE)
    assert not [each for each in member.shown if each.label.startswith("✉️")]


def _pressed(typist: Typist, data: str) -> list:
    from handlers.talk import Incoming, Kind

    typist._send(Incoming(Kind.PRESS, NINE, data=data, message="1"), None)
    return list(typist.last.messages)


def test_a_commune_s_letter_hides_hamlets_with_very_few_households(village: Field) -> None:
    place, household = table(Place), table(Household)
    from storage.counting import ledger
    from storage.models import RegisterEntry

    tiny = village.tx.execute(place.insert().returning(place.c.id), {
        "level": "hamlet", "code": "H2", "name": "Thôn Nhỏ", "parent_id": village.commune, "valid_from": TODAY,
        "demonstration": False}).scalar_one()
    home = village.tx.execute(household.insert().returning(household.c.id), {
        "hamlet_id": tiny, "number": 1, "label": "", "lane": "", "added_on": TODAY}).scalar_one()
    village.tx.execute(table(RegisterEntry).insert(), {"campaign_id": village.campaign, "household_id": home, "added_on": TODAY,
                                                       "added_reason": ""})
    stuck(village, 2, 3)
    village.homes.append(home)
    village.visit(11, Outcome.BLOCKED, barrier=Barrier.OTP_NOT_RECEIVED)
    ledger.settle(village.tx)
    assert village.tx.scalar(select(household.c.hamlet_id).where(household.c.id == home)) == tiny
    look = Look(Reading(village.tx), words("vi"), LIBRARY, NINE, TODAY, NINE, village.chats[0])
    paper = session_letter.paper(look, f"{village.campaign}.{village.commune}.{TODAY}.otp_not_received")
    assert paper is not None
    rows = [[cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(paper.content)).tables[1].rows]
    assert rows[1:] == [["Thôn Thử", "–"], ["Thôn Nhỏ", "–"]], "3 less 2 would tell of the one household"
