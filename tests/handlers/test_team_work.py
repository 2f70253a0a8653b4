"""Meetings, the counter, cards, corrections, who went along; and many who write at once."""

import threading
from statistics import median

import pytest
from sqlalchemy import func, select

from handlers.visits.meeting import spans
from storage.database import Database
from storage.models import Attainment, AuditEvent, Companion, FollowUpTask, Visit, table
from storage.outcomes import Mode, Outcome
from storage.record import record
from storage.work import visits
from tests.handlers.typist import Typist
from tests.storage.fields import TODAY, Field, at, made

visit = table(Visit)
NINE = at(TODAY, 9)


def rows(field: Field) -> list[tuple[int, str, str]]:
    """House, outcome and mode of what stands."""
    gone = select(visit.c.supersedes_id).where(visit.c.supersedes_id.is_not(None))
    found = field.tx.execute(select(visit.c.household_id, visit.c.outcome, visit.c.mode)
                             .where(visit.c.void.is_(False), visit.c.id.not_in(gone)))
    return sorted((field.homes.index(row[0]) + 1, row[1], row[2]) for row in found)


def test_a_meeting_of_thirty_is_logged_in_one_go_and_each_house_once(database: Database) -> None:
    with database.write() as tx:
        field = made(tx, houses=40)
        typist = Typist(field, 1)
        assert "Cuộc họp làm được gì" in typist.say("họp thôn", NINE)
        typist.press("✅ Làm xong", NINE)
        assert "Hộ nào có mặt?" in typist.press("Xong, đi tiếp", NINE)
        assert "không có hộ 41" in typist.say("1-30 41", NINE)
        assert "Mình chưa hiểu" in typist.say("cả thôn", NINE)
        said = typist.say("1-30 trừ 4 9", NINE)
        assert "CHƯA LƯU" in said and "28 hộ" in said and "1–3, 5–8, 10–30" in said
        assert rows(field) == []
        assert "Đã ghi 28 hộ tại cuộc họp" in typist.press("💾", NINE)
        assert len(rows(field)) == 28 and {row[1:] for row in rows(field)} == {("completed", "meeting")}
        typist.say("họp thôn", at(TODAY, 10))
        typist.press("✅ Làm xong", at(TODAY, 10))
        typist.press("Xong, đi tiếp", at(TODAY, 10))
        assert "1 hộ\n4\n" in typist.say("3 4", at(TODAY, 10))
        assert "1 hộ đã ghi từ trước" in typist.press("💾", at(TODAY, 10))
        assert len(rows(field)) == 29
        assert "Đã hoàn tác" in typist.say("hoàn tác", at(TODAY, 10, 5)) and len(rows(field)) == 28


def test_a_meeting_may_be_ticked_page_by_page(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx, houses=20)
        typist = Typist(field, 1)
        typist.say("họp thôn", NINE)
        typist.press("🟡 Làm dở", NINE)
        assert "(1/2)" in typist.press("☑ Đánh dấu từng hộ", NINE)
        for number in ("3", "5"):
            typist.press(f"☐ {number}", NINE)
        assert "(2/2)" in typist.press("Xong, đi tiếp", NINE)
        typist.press("☐ 20", NINE)
        assert "3, 5, 20" in typist.press("Xong, đi tiếp", NINE)
        typist.press("💾", NINE)
        assert rows(field) == [(3, "partial", "meeting"), (5, "partial", "meeting"), (20, "partial", "meeting")]
        typist.say("họp thôn", at(TODAY, 10))
        typist.press("🟡 Làm dở", at(TODAY, 10))
        typist.press("☑ Đánh dấu từng hộ", at(TODAY, 10))
        typist.press("☐ 7", at(TODAY, 10))
        typist.press("☐ Chỉ có thế", at(TODAY, 10))
        assert "CHƯA LƯU" in typist.press("Xong, đi tiếp", at(TODAY, 10)), "the second page was asked all the same"
    database.close()


def test_numbers_are_told_in_spans() -> None:
    assert spans([5, 1, 2, 3, 9, 8]) == "1–3, 5, 8–9" and spans([]) == ""


def test_the_counter_is_help_but_no_visit_at_a_door(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field, 1)
        assert "Hộ nào đang ở quầy?" in typist.say("tại quầy", NINE)
        typist.say("7", NINE)
        typist.press("✅ Xong", NINE)
        typist.press("✅ Làm xong", NINE)
        assert "Tại quầy một cửa: hộ 7" in typist.press("Xong, đi tiếp", NINE)
        assert "Đã lưu: hộ 7" in typist.press("💾", NINE)
        assert rows(field) == [(7, "completed", "office")]
    database.close()


def test_a_card_tells_a_household_on_one_screen_and_only_to_its_team(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        for number, outcome in enumerate([Outcome.NOT_HOME, Outcome.BLOCKED, Outcome.PARTIAL] * 4):
            field.visit(5, outcome, hour=7 + number, member=number % 2)
        typist, citizen = Typist(field, 1), Typist(field, None)
        said = typist.say("hộ 5", at(TODAY, 21))
        assert said.count("•") == 5 and "Thành viên A" in said and "Việc còn lại: 🟡 Làm dở" in said and len(said) < 700
        assert "Chưa ai đến" in typist.say("ho so 6", at(TODAY, 21))
        assert "không có hộ 99" in typist.say("hộ 99", at(TODAY, 21))
        assert "Việc còn lại: 🟡 Làm dở" in typist.say("sửa hộ 5", at(TODAY, 21))
        assert "Hộ số mấy?" in typist.say("ghi sai rồi", at(TODAY, 21))
        for asked in ("hộ 5", "sửa hộ 5", "sửa lượt"):
            assert "Thành viên A" not in citizen.say(asked, at(TODAY, 21))


def test_a_correction_needs_a_reason_and_the_old_line_stays(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        member, other, leader = Typist(field, 1), Typist(field, 0), Typist(field, 0)
        member.say("5 xong", NINE)
        member.say("hộ 5", at(TODAY, 15))
        assert "Sửa lượt nào?" in member.press("✏️", at(TODAY, 15))
        member.press("09:00", at(TODAY, 15))
        member.press("🚪 Vắng", at(TODAY, 15))
        assert "Cần một lý do" in member.say(".", at(TODAY, 15))
        assert "CHƯA LƯU" in member.say("nhầm với hộ 6", at(TODAY, 15))
        assert "Đã sửa hộ 5" in member.press("💾", at(TODAY, 15))
        assert rows(field) == [(5, "not_home", "door")]
        assert tx.scalar(select(func.count()).select_from(visit)) == 2
        assert tx.scalar(select(table(Attainment).c.revoked_on)) == TODAY
        assert tx.scalar(select(table(AuditEvent).c.detail).where(table(AuditEvent).c.action == "corrected_visit"))
        assert "đã sửa: “nhầm với hộ 6”" in leader.say("hộ 5", at(TODAY, 16))
        other.say("6 xong", NINE)
        member.say("hộ 6", at(TODAY, 16))
        assert "không có lượt nào anh/chị sửa được" in member.press("✏️", at(TODAY, 16))  # somebody else's
        leader.say("hộ 5", at(TODAY, 16))
        assert "Sửa lượt nào?" in leader.press("✏️", at(TODAY, 16))


def test_a_correction_keeps_who_went_along(database: Database) -> None:
    with database.write() as tx:
        field = made(tx, members=3)
        typist = Typist(field, 1)
        typist.say("5 dở cùng thành viên C", NINE)
        typist.say("hộ 5", at(TODAY, 15))
        typist.press("✏️", at(TODAY, 15))
        typist.press("09:00", at(TODAY, 15))
        for label in ("✅ Xong", "✅ Làm xong", "Xong, đi tiếp"):
            typist.press(label, at(TODAY, 15))
        typist.say("hôm đó làm xong rồi", at(TODAY, 15))
        assert "Đã sửa hộ 5" in typist.press("💾", at(TODAY, 15))
        assert rows(field) == [(5, "completed", "door")]
        credited = tx.execute(select(table(Attainment).c.recorded_by).where(table(Attainment).c.revoked_on.is_(None))).scalars()
        assert sorted(credited) == sorted(field.members[1:])
        assert list(tx.execute(select(table(Companion).c.person_id)).scalars()) == [field.members[2]] * 2


def test_somebody_went_along(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx, members=3)
        typist = Typist(field, 1)
        for words in ("ghi lượt", "4"):
            typist.say(words, NINE)
        for label in ("✅ Xong", "✅ Làm xong", "Xong, đi tiếp", "Không ghi chú", "💾", "🤝"):
            typist.press(label, NINE)
        typist.press("Thành viên C", NINE)
        assert tx.scalar(select(table(Companion).c.person_id)) == field.members[2]
        assert sorted(tx.execute(select(table(Attainment).c.recorded_by)).scalars()) == sorted(field.members[1:])
        assert rows(field) == [(4, "completed", "door")]
    database.close()


def test_nobody_at_home_is_two_taps_at_most(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx, houses=30)
        typist = Typist(field, 1)
        typist.say("ghi lượt", NINE)
        taps = []
        for number in range(1, 21):
            before = typist.presses
            typist.press(f"Hộ {number}", NINE)
            said = typist.press("🚪 Vắng", NINE)
            taps.append(typist.presses - before)
            assert f"Đã lưu: hộ {number}" in said and "Hộ số mấy?" in said and any(
                each.label == f"Hộ {number + 1}" for each in typist.shown)  # the next one is on the screen already
        assert median(taps) <= 2 and max(taps) <= 2 and len(rows(field)) == 20
    database.close()


@pytest.mark.timeout(120)
def test_twenty_who_write_at_once_lose_nothing(url: str) -> None:
    database = Database(url)
    with database.write() as tx:
        field = made(tx, houses=3, members=4)
    database.close()
    trouble: list[BaseException] = []
    begin = threading.Barrier(20)

    def write(number: int) -> None:
        own = Database(url)
        try:
            begin.wait()
            for turn in range(3):
                with own.write() as tx:
                    outcome = (Outcome.NOT_HOME, Outcome.PARTIAL, Outcome.APPOINTMENT, Outcome.COMPLETED)[(number + turn) % 4]
                    record(visits.LogVisit(
                        f"w{number}:{turn}", field.homes[turn], at(TODAY, 8, number), TODAY, Mode.DOOR, outcome, None,
                        TODAY if outcome.needs_date else None, None, ("vneid_level2",) if outcome.needs_attainment else (), ""),
                        tx, field.context(number % 4))
        except BaseException as error:
            trouble.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert trouble == []
    database = Database(url)
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(visit)) == 60
        task = table(FollowUpTask)
        assert tx.scalar(select(func.count()).select_from(task).where(task.c.closed_on.is_(None))) == 0  # all three are achieved
        assert tx.scalar(select(func.count()).select_from(table(Attainment))) == 15
    database.close()
