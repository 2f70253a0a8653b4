"""Gatherings: who may plan and see them, attendance by code or list, calendar file, days worked; the desk and the reasons."""

import csv
import io
import uuid
from datetime import UTC, datetime, time, timedelta
from zipfile import ZipFile

import icalendar
import pytest
from sqlalchemy import insert, select, update

from bot.channels import Received
from bot.channels.terminal import Terminal
from content.library import Library
from content.words import words
from handlers.catalogue import PAPERS
from handlers.gatherings import gathering_papers
from handlers.look import Look
from handlers.talk import Incoming, Kind
from storage.database import Database
from storage.local_time import LOCAL
from storage.models import Attendance, Chat, Gathering, Household, Membership, Person, Place, Reminder, table
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import gatherings, reminder_kinds, reminders
from storage.teams import people
from tests.handlers.test_invitations import commune, hold  # noqa: F401 - a fixture
from tests.houses import living, quiet

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(LOCAL).date()
STEP = timedelta(minutes=20)


async def press(url: str, chat: str, *data: str) -> str:
    """What somebody is told who presses these buttons, forged or not."""
    shown: list[str] = []
    terminal = Terminal(chat, out=shown.append, colours=False)
    async with living(url, [terminal]) as house:
        await terminal.ready.wait()
        for each in data:
            received = Received(uuid.uuid4().hex, chat, Incoming(Kind.PRESS, datetime.now(UTC), data=each))
            await house.reception.receive("terminal", [received])
            await quiet(house.store)
    return "\n".join(shown)


def look(database: Database, tx: object) -> Look:
    return Look(Reading(tx), words("vi"), Library.load(), NOW, TODAY, NOW, 1)  # type: ignore[arg-type]


def running(url: str) -> tuple[int, str, list[int]]:
    """A training session that runs now in the first hamlet: its number, its code and who serves there."""
    database = Database(url)
    with database.write() as tx:
        rows = Reading(tx)
        hamlet = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "hamlet").order_by(table(Place).c.id).limit(1))
        team = [each.id for each in gatherings.members(rows, [hamlet], TODAY)]
        local = NOW.astimezone(LOCAL)
        starts, ends = (time(0), time(1)) if local.hour < 2 else (time(local.hour - 1), time(local.hour, 1))
        record(
            gatherings.PlanGathering(
                "now", gatherings.GatheringKind.TRAINING, hamlet, TODAY, starts, ends, "=nhà văn hóa", "công an xã", "nộp hồ sơ"
            ),
            tx,
            Context(NOW, TODAY, 1, team[0], "terminal"),
        )
        id_, code = tx.execute(select(table(Gathering).c.id, table(Gathering).c.room_code)).one()
    database.close()
    return id_, code, team


def present(url: str) -> dict[int, str]:
    database = Database(url)
    with database.read() as tx:
        found = {row.person_id: row.told_by for row in tx.execute(select(table(Attendance)))}
    database.close()
    return found


async def test_the_code_in_the_room_and_the_leaders_list(commune: str) -> None:  # noqa: F811
    id_, code, team = running(commune)
    wrong = f"{(int(code) + 1) % 10_000:04}"
    told = await hold(commune, "volunteer", f"điểm danh {wrong}", f"Điểm danh {code}", f"diem danh {code}")
    assert "Mã không đúng" in told and told.count("Đã ghi có mặt") == 2
    assert list(present(commune).values()) == ["code"]
    told = await hold(commune, "leader", "lịch họp", "Buổi tập huấn", "Điểm danh")
    assert f"Mã điểm danh: {code}" in told and "Đã có mặt: 1" in told and "☑" in told and "☐" in told
    await hold(commune, "leader", "lịch họp", "Buổi tập huấn", "Điểm danh", "1 2", "xong, đi tiếp")
    assert set(present(commune)) == set(team[:2]) or set(present(commune)) == set(team)
    assert sorted(present(commune).values()) == ["code", "leader"]
    assert id_


async def test_a_guesser_is_slowed_down_and_a_citizen_sees_nothing(commune: str) -> None:  # noqa: F811
    _, code, _ = running(commune)
    wrong = [f"điểm danh {(int(code) + n) % 10_000:04}" for n in range(1, 6)]
    told = await hold(commune, "volunteer", *wrong, f"điểm danh {code}")
    assert told.count("Mã không đúng") == 5 and "Đã ghi có mặt" not in told
    for line in (
        f"điểm danh {code}",
        "lịch họp",
        "hẹn tập huấn",
        "ngày công",
        "đặt giờ làm việc",
        "nhập phiên chợ",
        "ngày nghỉ lễ",
    ):
        assert "Việc này dành cho thành viên" in await hold(commune, "citizen", line), line
    for data in ("/gathering", "/workdays", "/attendance:1", "/call_off:1", "/attendance_file:1", "/desk", "/holiday", "/rhythm"):
        assert "Việc này dành cho" in await press(commune, "volunteer", data), data


def test_the_calendar_file_is_read_back_by_the_library(commune: str) -> None:  # noqa: F811
    id_, _, _ = running(commune)
    database = Database(commune)
    with database.read() as tx:
        paper = PAPERS["ics"](look(database, tx), str(id_))
        meeting = gatherings.meeting(Reading(tx), id_)
        assert PAPERS["ics"](look(database, tx), "999") is None and PAPERS["ics"](look(database, tx), "x") is None
    assert paper is not None and meeting is not None and paper.mime == "text/calendar" and paper.name.endswith(".ics")
    calendar = icalendar.Calendar.from_ical(paper.content.decode())
    [event] = calendar.walk("VEVENT")
    assert event["dtstart"].dt == meeting.begins and event["dtend"].dt == meeting.over
    assert "Buổi tập huấn" in event["summary"] and "công an xã" in event["description"]
    assert all(len(line) <= 75 for line in paper.content.split(b"\r\n"))
    assert len(calendar.walk("VALARM")) == 1
    database.close()


def test_days_worked_are_a_line_for_each_person_and_day(commune: str) -> None:  # noqa: F811
    id_, _, team = running(commune)
    database = Database(commune)
    with database.write() as tx:
        tx.execute(update(table(Person)).where(table(Person).c.id == team[0]).values(label="=1+1"))
        record(gatherings.Attend(id_, (team[0],), "leader"), tx, Context(NOW, TODAY, 1, team[0], "terminal"))
        hamlet = tx.scalar(select(table(Membership).c.place_id).where(table(Membership).c.person_id == team[0]))
        first = TODAY - timedelta(days=60)
        papers = {
            form: gathering_papers.workdays(look(database, tx), f"{form}:{hamlet}:{first}:{TODAY}") for form in ("csv", "xlsx")
        }
        wanted = gatherings.workdays(Reading(tx), gatherings.members(Reading(tx), [hamlet], TODAY), first, TODAY)
        listed = gathering_papers.attendance(look(database, tx), str(id_))
    assert papers["csv"] is not None and papers["xlsx"] is not None and listed is not None
    lines = list(csv.reader(io.StringIO(papers["csv"].content.decode("utf-8-sig"))))
    assert lines[0] == ["Họ tên", "Địa bàn", "Ngày", "Lượt đến hộ", "Buổi họp, tập huấn", "Ngày công"]
    assert len(lines) == len(wanted) + 2 and lines[-1][5] == str(len(wanted))
    assert ["'=1+1", "Thôn Mẫu Một", f"{TODAY:%d/%m/%Y}", "0", "1", "1"] in lines
    days = [(line[0], line[2]) for line in lines[1:-1]]
    assert len(days) == len(set(days)) and sum(int(line[3]) for line in lines[1:-1]) == int(lines[-1][3]) > 0
    with ZipFile(io.BytesIO(papers["xlsx"].content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet and "=1+1" in book.read("xl/sharedStrings.xml").decode()
    assert b"leader" not in listed.content and "tổ trưởng" in listed.content.decode()
    database.close()


@pytest.fixture
def officer(commune: str) -> str:  # noqa: F811
    """An officer of the commune who writes from a terminal."""
    database = Database(commune)
    with database.write() as tx:
        place = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "commune"))
        person = people.add_person(tx, "Cán bộ mẫu", "vi", NOW)
        people.serve(tx, person, "commune_officer", None, place, TODAY - timedelta(days=9))
        tx.execute(
            insert(table(Chat)),
            {
                "account": "terminal",
                "ref": "officer",
                "person_id": person,
                "state": "active",
                "shown": [],
                "created_at": NOW,
                "heard_at": NOW,
            },
        )
    database.close()
    return commune


async def test_an_officer_enters_the_desks_hours_and_everybody_sees_them(officer: str) -> None:
    told = await hold(
        officer,
        "officer",
        "đặt giờ làm việc",
        "Số 1 đường Mẫu",
        "7:30-11:30, 13:30-17:00",
        "7:30-11:30",
        "17:00-17:30",
        "xong, đi tiếp",
    )
    assert "CHƯA LƯU" in told and "Thứ bảy: 7:30-11:30" in told and "(Thứ hai, Thứ ba, Thứ tư, Thứ năm, Thứ sáu)" in told
    assert "Đã lưu giờ một cửa" in await hold(officer, "officer", "Lưu")
    told = await hold(officer, "citizen", "giờ làm việc", "Báo tôi tối hôm trước", "giờ làm việc")
    assert "Số 1 đường Mẫu" in told and "tối hôm trước ngày mở thêm mình sẽ báo" in told and "Thôi báo tối hôm trước" in told
    told = await hold(officer, "citizen", "/guide:vneid-level2", "bắt đầu", *(["vướng"] * 1), "vướng khác", "chưa được")
    assert "Số 1 đường Mẫu" in await hold(officer, "citizen", "một cửa")


async def test_a_leader_reads_why_somebody_was_not_reminded(commune: str) -> None:  # noqa: F811
    database = Database(commune)
    with database.write() as tx:
        chat_id = tx.scalar(select(table(Chat).c.id).where(table(Chat).c.ref == "volunteer"))
        tx.execute(update(table(Reminder)).values(state="sent", reason=""))
        reminders.remind(tx, reminder_kinds.FOLLOW_UP, "household:1", chat_id, TODAY - timedelta(days=1))
        tx.execute(
            update(table(Reminder))
            .where(table(Reminder).c.state == "scheduled")
            .values(state="cleared", reason="blocked", finished_at=NOW)
        )
    database.close()
    told = await hold(commune, "leader", "vì sao không nhắc?")
    assert "hẹn quay lại hộ (Tổ viên mẫu): không cần nữa – người nhận đã chặn bot" in told
    assert "Tổ viên mẫu" not in await hold(commune, "citizen", "vì sao không nhắc")


async def test_nobody_reaches_another_chats_dossier(commune: str) -> None:  # noqa: F811
    await hold(commune, "citizen", "theo dõi hồ sơ", "giấy khai sinh", f"{TODAY + timedelta(days=30):%d/%m/%Y}")
    told = await press(
        commune, "somebody", "/dossier_one:1", "/dossier_is:1.deleted", "/dossier_is:1.x", "/dossier_is:", "/dossier_one:zz"
    )
    assert "giấy khai sinh" not in told and "chưa nhờ mình theo dõi" in told
    assert "giấy khai sinh" in await hold(commune, "citizen", "hồ sơ của tôi")


async def test_a_visit_is_put_off_from_its_reminder_by_whoever_serves_there(commune: str) -> None:  # noqa: F811
    database = Database(commune)
    with database.write() as tx:
        hamlets = (
            tx.execute(select(table(Place).c.id).where(table(Place).c.level == "hamlet").order_by(table(Place).c.id))
            .scalars()
            .all()
        )
        homes = {
            hamlet: tx.scalar(
                select(table(Household).c.id).where(table(Household).c.hamlet_id == hamlet, table(Household).c.number == 20)
            )
            for hamlet in hamlets
        }
    told = await press(commune, "volunteer", f"/postpone:household:{homes[hamlets[0]]}")
    assert "Dời sang ngày nào?" in told
    told = await hold(commune, "volunteer", "5 ngày nữa", "đúng rồi")
    assert "Đã dời: hộ 20 sang" in told
    assert "không còn gì dở" in await press(commune, "volunteer", f"/postpone:household:{homes[hamlets[1]]}")
    for forged in ("household:x", "run:1", "household:999999", ""):
        assert "không còn gì dở" in await press(commune, "volunteer", f"/postpone:{forged}"), forged
    with database.read() as tx:
        row = tx.execute(
            select(table(Reminder)).where(
                table(Reminder).c.subject == f"household:{homes[hamlets[0]]}", table(Reminder).c.state == "scheduled"
            )
        ).one()
    assert row.due_on == TODAY + timedelta(days=5) and row.agreed
    database.close()


async def test_days_of_the_past_need_no_year(commune: str) -> None:  # noqa: F811
    """A day and a month alone are the last such day, where only the past is meant; a day to come is refused."""
    before = (TODAY - timedelta(days=200)).replace(day=1)
    yesterday = f"{TODAY - timedelta(days=1):%d/%m/%Y}"
    told = await hold(commune, "leader", "ngày công", f"1/{before.month}", "đúng rồi", yesterday, "csv")
    assert f"{before.day}/{before.month}/{before.year} đến" in told, told
    assert "không hợp lý" in await hold(commune, "leader", "ngày công", f"{TODAY + timedelta(days=2):%d/%m/%Y}")
