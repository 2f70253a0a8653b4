"""The quick log at work: what is written, asked and undone, on both databases."""

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from storage.database import Database
from storage.models import (
    Attainment,
    Companion,
    FollowUpTask,
    Household,
    Membership,
    Person,
    Place,
    Reminder,
    Visit,
    WorkingHamlet,
    table,
)
from storage.work.visits import LogVisit
from tests.handlers.typist import Typist
from tests.storage.fields import GOAL, TODAY, Field, at, made, take_back

visit, household = table(Visit), table(Household)
NINE = at(TODAY, 9)


def written(field: Field) -> list[tuple[int, str, date, datetime]]:
    """What counts: house, outcome, day, instant."""
    gone = select(visit.c.supersedes_id).where(visit.c.supersedes_id.is_not(None))
    rows = field.tx.execute(select(household.c.number, visit.c.outcome, visit.c.occurred_on, visit.c.occurred_at)
                            .join(household, household.c.id == visit.c.household_id)
                            .where(visit.c.void.is_(False), visit.c.id.not_in(gone)))
    return sorted(tuple(row) for row in rows)


def short(field: Field) -> list[tuple[int, str]]:
    return [each[:2] for each in written(field)]


def test_what_is_certain_is_written_and_told_line_by_line(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field, 1)
        said = typist.say("3 5 7 vang; 9 xong; 4 hen t7", NINE)
        assert short(field) == [(3, "not_home"), (4, "appointment"), (5, "not_home"), (7, "not_home"), (9, "completed")]
        assert "Đã ghi 5 hộ – Thôn Thử" in said and "• 3, 5, 7 · 🚪 Vắng" in said and "28/11/2026" in said
        assert "“Xong” được hiểu là: Định danh mức 2" in said
        assert tx.execute(select(table(Attainment).c.service, table(Attainment).c.verification)).all() == [(GOAL, "seen_by_volunteer")]  # noqa: E501
        assert typist.current is None and {each[3] for each in written(field)} == {NINE}
        assert "Đã hoàn tác 5 lượt: hộ 3, 4, 5, 7, 9" in typist.press("↩️", at(TODAY, 9, 5))
        assert short(field) == []
        assert "Không có lượt nào" in typist.say("hoàn tác", at(TODAY, 9, 6))


def test_only_what_is_not_certain_is_asked(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field, 1)
        said = typist.say("1 vang\n2 vuong\n3 xon\n4 hen\n99 vang; 5 di xa", NINE)
        assert short(field) == [(1, "not_home")] and "Đã ghi 1 hộ" in said and "Hộ 2: vướng ở đâu?" in said
        assert "“3 xon”" in typist.press("Không nhận được OTP", NINE)
        assert "Hộ 4: hẹn ngày nào?" in typist.press("✅ Làm xong", NINE)
        assert "Hộ 99 không có trong danh sách" in typist.say("thứ 7", NINE)
        assert "Danh sách Thôn Thử không có hộ 98" in typist.say("98", NINE)
        assert "Hộ 5: đi xa đến bao giờ?" in typist.say("10", NINE)
        assert short(field) == [(1, "not_home")]
        assert "Đã ghi 5 hộ" in typist.say("2/2027", NINE)
        assert short(field) == [(1, "not_home"), (2, "blocked"), (3, "completed"), (4, "appointment"), (5, "temporarily_away"),
                                (10, "not_home")]
        assert "Đã hoàn tác 6 lượt" in typist.say("hoàn tác", at(TODAY, 9, 9)) and short(field) == []


def test_another_log_may_be_typed_while_something_is_asked(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field, 1)
        typist.say("2 vuong", NINE)
        typist.say("6 xong", NINE)
        assert short(field) == [(6, "completed")]
        assert "Đã ghi 1 hộ" in typist.say("cổng bị lỗi", NINE)
        assert short(field) == [(2, "blocked"), (6, "completed")]


@pytest.mark.parametrize("text, question, answer", [
    ("1-9 xong", "Đúng như vậy không?", "Đúng"), ("2 vang; 2 xong", "Đúng như vậy không?", "Đúng"),
    ("hom qua 4 xong; 5 vang", "Việc này vào ngày nào?", "Chủ Nhật, 22/11"), ("t2 4 vang", "Việc này vào ngày nào?", "Thứ Hai, 23/11")])  # noqa: E501
def test_what_seems_wrong_is_asked_back(sqlite_url: str, text: str, question: str, answer: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field, 1)
        assert question in typist.say(text, NINE)
        before = short(field)
        while typist.current is not None:
            typist.press(answer, NINE)
        assert len(short(field)) > len(before)
    database.close()


def test_days_far_back_are_for_leaders(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx)
        member, leader = Typist(field, 1), Typist(field, 0)
        assert "Chỉ tổ trưởng ghi được" in member.say("20/10 4 xong", NINE)
        assert "Mình chưa ghi gì thêm" in member.press("Bỏ dòng này", NINE)
        assert "Đúng như vậy không?" in leader.say("20/10 4 vang", NINE)
        leader.press("Đúng", NINE)
        assert written(field) == [(4, "not_home", date(2026, 10, 20), at(date(2026, 10, 20), 12))]
    database.close()


def test_the_same_at_the_same_door_within_minutes_is_asked(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx)
        typist, other = Typist(field, 1), Typist(field, 0)
        typist.say("4 vang", NINE)
        assert "Ghi thêm lần nữa?" in typist.say("4 vang", at(TODAY, 9, 8))
        typist.press("Thôi, trùng rồi", at(TODAY, 9, 8))
        assert len(short(field)) == 1
        other.say("4 vang", at(TODAY, 9, 8))  # somebody else: both are kept
        typist.say("4 xong", at(TODAY, 9, 9))  # another result: both are kept
        typist.say("4 vang", at(TODAY, 9, 30))  # later
        assert len(short(field)) == 4
        assert "Ghi thêm lần nữa?" in typist.say("4 vang", at(TODAY, 9, 31))
        typist.press("Ghi thêm một lượt", at(TODAY, 9, 31))
        assert len(short(field)) == 5
    database.close()


def test_who_went_along_is_credited_and_the_house_counts_once(database: Database) -> None:
    with database.write() as tx:
        field = made(tx, members=3)
        typist = Typist(field, 1)
        assert "Anh/chị đi cùng ai?" in typist.say("4 xong cùng đi", NINE)
        typist.press("Thành viên C", NINE)
        assert short(field) == [(4, "completed")]
        assert sorted(tx.execute(select(table(Attainment).c.recorded_by)).scalars()) == sorted(field.members[1:])
        assert tx.scalar(select(table(Companion).c.person_id)) == field.members[2]


@pytest.fixture
def named(database: Database) -> Iterator[tuple[Field, Typist]]:
    with database.write() as tx:
        field = made(tx, members=5)
        for number, label in enumerate(("Bác Chi", "Chị An", "Nguyễn Văn Nam", "Chị Hoa", "Lê Nam")):
            tx.execute(update(table(Person)).where(table(Person).c.id == field.members[number]).values(label=label))
        yield field, Typist(field, 1)


def beside(field: Field) -> list[tuple[int, int]]:
    companion, visit, household = table(Companion), table(Visit), table(Household)
    rows = field.tx.execute(select(household.c.number, companion.c.person_id).join(visit, visit.c.id == companion.c.visit_id)
                            .join(household, household.c.id == visit.c.household_id))
    return sorted((number, field.members.index(person)) for number, person in rows)


def test_somebody_of_the_team_who_is_named_is_credited_at_once(named: tuple[Field, Typist]) -> None:
    field, typist = named
    said = typist.say("4 xong cung chi hoa; 5 vắng; 6 xong đi cùng anh Văn Nam và bác Chi", NINE)
    assert typist.current is None and "cùng Chị Hoa" in said and "cùng Nguyễn Văn Nam, Bác Chi" in said
    assert beside(field) == [(4, 3), (6, 0), (6, 2)]
    assert sorted(field.tx.execute(select(table(Attainment).c.recorded_by)).scalars()) == sorted(
        field.members[n] for n in (0, 1, 1, 2, 3))
    typist.press("Hoàn tác", NINE)
    assert set(field.tx.execute(select(table(Attainment).c.revoked_on)).scalars()) == {TODAY}


@pytest.mark.parametrize(("text", "first"), [
    ("4 xong cùng anh Nam", "Lê Nam"), ("4 xong cùng anh Hoa", "Bác Chi"), ("4 xong cùng chị Hòa", "Bác Chi"),
    ("4 xong cùng chị An", "Bác Chi"), ("4 xong cùng anh Hùng", "Bác Chi"), ("4 xong cùng Nguyễn Nam", "Bác Chi")])
def test_a_name_that_is_nobodys_or_several_peoples_is_asked_about(named: tuple[Field, Typist], text: str, first: str) -> None:
    field, typist = named
    said = typist.say(text, NINE)
    assert short(field) == [] and f"“{text.partition(' cùng ')[2].lower()}” là ai?" in said and typist.shown[0].label == first
    assert "cùng Chị Hoa" in typist.press("Chị Hoa", NINE)
    assert short(field) == [(4, "completed")] and beside(field) == [(4, 3)]


def test_whoever_was_named_but_went_not_is_left_out(named: tuple[Field, Typist]) -> None:
    field, typist = named
    typist.say("đi cùng chị Hoa\n4 xong\n5 vắng cùng anh Tý", NINE)
    assert short(field) == [(4, "completed")] and beside(field) == [(4, 3)]
    typist.press("🚪 Vắng", NINE)
    assert short(field) == [(4, "completed"), (5, "not_home")]


def test_a_letter_answered_twice_is_written_once(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field, 1)
        for _ in range(2):
            typist.say("1 xong; 2 vang", NINE + timedelta(days=0), letter=77)
            typist.current = None
        assert short(field) == [(1, "completed"), (2, "not_home")]


@pytest.mark.parametrize("text", ["mười hai xong", "Hộ hai mươi mốt vắng", "muoi lam vang nha", "số một trăm linh năm vướng otp"])
def test_a_number_in_words_is_never_guessed_and_how_it_is_typed_is_shown(sqlite_url: str, text: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field, 1)
        assert "bằng chữ số" in typist.say(text, NINE) and short(field) == []
        assert "bằng chữ số" not in typist.say("mười hai cây số đường vắng tanh thì sao", NINE)
    database.close()


def test_a_citizen_is_not_heard(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx)
        citizen = Typist(field, None)
        citizen.say("12 xong", NINE)
        assert short(field) == [] and not any(isinstance(each, LogVisit) for each in citizen.last.records)
    database.close()


def test_a_member_of_two_hamlets_is_asked_once_a_day_or_says_it(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        place = table(Place)
        other = tx.execute(place.insert().returning(place.c.id), {
            "level": "hamlet", "code": "H2", "name": "Thôn Đồi", "parent_id": field.commune, "valid_from": date(2026, 1, 1),
            "demonstration": False}).scalar_one()
        tx.execute(household.insert(), [{"hamlet_id": other, "number": number, "label": "", "lane": "", "added_on": TODAY}
                                        for number in range(1, 6)])
        tx.execute(table(Membership).insert(), {"person_id": field.members[1], "role": "volunteer", "place_id": other,
                                                "valid_from": date(2026, 1, 1)})
        typist = Typist(field, 1)
        assert "Thôn nào?" in typist.say("4 vang; 5 vang", NINE)
        assert "Đã ghi 2 hộ – Thôn Đồi" in typist.press("Thôn Đồi", NINE)
        assert "Đã ghi 1 hộ – Thôn Đồi" in typist.say("3 vang", at(TODAY, 10))
        assert "Đã ghi 1 hộ – Thôn Thử" in typist.say("thôn thử 7 vắng", at(TODAY, 11))
        assert "Thôn nào?" in typist.say("2 vang", at(TODAY, 8))  # written before it was said
        typist.current = None
        assert "Thôn nào?" in typist.say("2 vang", at(TODAY + timedelta(days=1), 8))
        assert tx.scalar(select(func.count()).select_from(table(WorkingHamlet))) == 1


# --- an offline morning ----------------------------------------------------------------------------------------------------


def morning(chance: random.Random) -> list[tuple[datetime, str]]:
    """Thirty messages of six hours, no two about the same result at the same door."""
    results = ["xong", "vang", "vuong otp", "do", "hen t7", "di xa den 2/2027", "chua muon", "thieu nguoi", "co roi", "tu choi"]
    pairs = chance.sample([(house, result) for house in range(1, 11) for result in results], 30)
    minutes = sorted(chance.sample(range(360), 30))
    return [(at(TODAY, 6) + timedelta(minutes=minute), f"{house} {result}") for minute, (house, result) in zip(minutes, pairs, strict=True)]  # noqa: E501


def state(field: Field) -> tuple[object, ...]:
    """All that follows from what was said, without the numbers that depend on the order of arrival."""
    task, reminder = table(FollowUpTask), table(Reminder)
    numbers = dict(zip(field.homes, range(1, 11), strict=True))
    tasks = field.tx.execute(select(task.c.household_id, task.c.state, task.c.due_on, task.c.outcome, task.c.reason)
                             .where(task.c.state != "cancelled"))
    owed = field.tx.execute(select(reminder.c.subject, reminder.c.due_on).where(reminder.c.state == "scheduled"))
    reached = field.tx.execute(select(table(Attainment).c.household_id, table(Attainment).c.achieved_on))
    return (written(field), sorted((numbers[row[0]], *row[1:]) for row in tasks),
            sorted((numbers[int(row[0].split(":")[1])], row[1]) for row in owed), sorted((numbers[row[0]], row[1]) for row in reached))  # noqa: E501


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_thirty_delayed_and_shuffled_messages_give_what_they_would_have_in_order(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    said = morning(chance)
    found = []
    for order in (said, chance.sample(said, 30)):
        with database.write() as tx:
            field = made(tx)
            typist = Typist(field, 1, now=None if order is said else at(TODAY, 13))
            for instant, text in order:
                answer = typist.say(text, instant)
                assert "Đã ghi 1 hộ" in answer, answer
            found.append(state(field))
            take_back(tx)
    assert len(found[0][0]) == 30 and found[0] == found[1]


def test_delayed_over_midnight_the_day_is_the_messages_own(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field, 1, now=at(TODAY + timedelta(days=2), 7))
        typist.say("4 vang", at(TODAY, 23, 59))
        typist.say("5 vang; hom qua 6 vang", at(TODAY + timedelta(days=1), 0, 1))
        assert {number: on for number, _, on, _ in written(field)} == {4: TODAY, 5: TODAY + timedelta(days=1), 6: TODAY}
    database.close()




@pytest.mark.parametrize(("typed", "houses"), [("4 xong 2 người", [4]), ("3 trùng hộ 5", [3]), ("3 5 vâng", [3, 5])])
def test_a_result_that_is_pressed_is_of_the_houses_that_were_named_and_no_others(database: Database, typed: str,
                                                                                 houses: list[int]) -> None:
    """A number behind the result may be anything: people, another house."""
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field)
        assert f"cho hộ {', '.join(map(str, houses))}," in typist.say(typed, NINE)
        typist.press("🚪 Vắng", NINE)
        visit, home = table(Visit), table(Household)
        rows = tx.execute(select(home.c.number, visit.c.outcome).join(home, home.c.id == visit.c.household_id)).all()
        assert sorted(tuple(row) for row in rows) == [(number, "not_home") for number in houses]
        take_back(tx)


def test_what_was_probably_meant_stands_first_and_can_be_pressed(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        typist = Typist(field)
        typist.say("3 trùng hộ 5", NINE)
        assert "trùng hộ" in typist.shown[0].label
        assert "Đã ghi 1 hộ" in typist.press(typist.shown[0].label, NINE)
        assert "Hộ 4: hẹn ngày nào?" in typist.say("4 hẹn phiên chợ tới", NINE)
        assert "hẹn lại" in typist.say("sau tết", NINE).lower(), "days in people's words"
        assert "Hộ 6: đi xa đến bao giờ?" in typist.say("6 đi xa đến tết", NINE)
        assert "đi đến Thứ Ba, 15/12/2026" in typist.say("15/12", NINE)
        assert "hẹn ngày nào?" in typist.say("7 hẹn mùng 6", NINE), "the sixth of the month, or of the lunar one?"
        assert any("âm lịch" in each.label for each in typist.shown) or typist.say("mùng 6", NINE)
        assert any("âm lịch" in each.label for each in typist.shown)
        take_back(tx)
