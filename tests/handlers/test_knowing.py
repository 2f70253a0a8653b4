"""What guides in use teach us: day codes at the door, households walked through, questions asked in vain, numbers of use."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from bot.receive import guard
from content.search import Finder
from handlers.talk import Incoming, Kind
from storage.database import Database
from storage.guiding import missed, usage
from storage.models import DayCode, GuideRun, Household, HouseholdGuide, Inbox, table
from storage.reading import Reading
from tests.handlers.village import LIBRARY, Village


@pytest.fixture
def village(database: Database) -> Village:
    return Village(database)


def code_of(village: Village, name: str) -> str:
    found = re.search(r"hôm nay của anh/chị: (\d{4})", village.say(name, "mã hôm nay"))
    assert found
    return found[1]


def checks(village: Village, name: str, code: str) -> str:
    told = village.say(name, f"kiem tra {code}")
    return village.say(name, "1") if "giữ" in told or "ghi nhớ" in told or "nhớ" in told else told


def test_the_code_of_the_day_is_one_a_day_and_known_to_the_hamlet(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Nguyễn Thị Lan")
    village.comes("ba")
    code = code_of(village, "lan")
    assert code_of(village, "lan") == code
    told = checks(village, "ba", code)
    assert "Chị Lan" in told and "Nguyễn" not in told and "Đúng người của tổ" in told


def test_a_wrong_code_warns_and_names_the_police(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    village.comes("ba")
    wrong = f"{(int(code_of(village, 'lan')) + 1) % 10_000:04d}"
    assert "công an xã" in checks(village, "ba", wrong)


def test_yesterdays_code_is_old_and_whoever_left_has_none(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    village.comes("ba")
    code = code_of(village, "lan")
    village.now += timedelta(days=1)
    assert "Mã đã cũ" in checks(village, "ba", code)
    assert code_of(village, "lan") != code


def test_guessing_is_slow(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    village.comes("ba")
    answers = [checks(village, "ba", f"{number:04d}") for number in range(25)]
    assert any("nhiều mã quá" in answer for answer in answers[:15])
    assert "nhiều mã quá" in answers[-1]


def test_a_citizen_has_no_code(village: Village) -> None:
    village.comes("ba")
    village.say("ba", "mã hôm nay")
    with village.database.read() as tx:
        assert tx.scalar(select(table(DayCode).c.id)) is None


def test_a_household_is_walked_on_from_where_it_stopped_by_whoever_helps(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    village.joins("minh", "volunteer", "Anh Minh")
    guide = next(each for each in LIBRARY.guides("vi")
                 if not each.cases and len(each.steps) > 2 and any(step.helper for step in each.steps))
    with village.database.read() as tx:
        household = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 12))
    assert "Hộ 12: làm việc gì" in village.say("lan", "hướng dẫn hộ 12")
    village.now += timedelta(minutes=1)
    first = village.tell_press("lan", f"/together:{household}~{guide.id}")
    assert f"Hộ 12 · Bước 1/{len(guide.steps)}" in first
    village.press("lan", "✅ Xong bước này")
    again = village.tell_press("minh", f"/together:{household}~{guide.id}")
    assert f"Bước 2/{len(guide.steps)}" in again
    helped = [step.helper for step in guide.steps if step.helper]
    seen = again
    for _ in guide.steps[1:]:
        seen += village.press("minh", "✅ Xong bước này")
    assert "đã đi hết bài" in seen and any(note in first + seen for note in helped)
    with village.database.read() as tx:
        rows = tx.execute(select(table(HouseholdGuide).c.state, table(HouseholdGuide).c.household_id)).all()
    assert rows == [("completed", household)]


def test_nobody_walks_a_household_that_is_not_theirs(village: Village) -> None:
    village.comes("ba")
    village.tell_press("ba", "/together:1~vneid-level2")
    with village.database.read() as tx:
        assert tx.scalar(select(table(HouseholdGuide).c.id)) is None


def test_questions_asked_in_vain_are_kept_without_digits(village: Village) -> None:
    village.comes("ba")
    village.say("ba", "nuôi tôm 25 ngày tuổi thì cho ăn gì")
    with village.database.read() as tx:
        kept = missed.since(Reading(tx), village.now - timedelta(days=1))
    assert [question.words for question in kept] == ["nuôi tôm ## ngày tuổi thì cho ăn gì"]
    with village.database.write() as tx:
        missed.forget_old(tx, village.now + missed.KEPT_FOR + timedelta(days=1))
        assert missed.since(Reading(tx), village.now - timedelta(days=1)) == []


@pytest.mark.parametrize(("said", "urgent"), [
    ("em lỡ đọc mã otp 482913 cho nó rồi", True), ("vua dua mat khau Hoa@2020 cho nguoi la roi", True),
    ("otp của em là 482913", False)])
def test_whoever_gave_a_code_away_and_writes_it_again_gets_the_emergency_card(village: Village, said: str, urgent: bool) -> None:
    village.mind = replace(village.mind, find=Finder.load().find)
    village.comes("ba")
    incoming = guard(Incoming(Kind.TEXT, village.now, text=said, message="7"))
    assert incoming.secrets and "482913" not in incoming.text and "2020" not in incoming.text
    village.take("ba")
    village.post("ba", incoming)
    village.turn()
    told = village.told("ba")
    assert "Mình đã xóa thông tin riêng" in told
    assert (LIBRARY.for_topic("scam_lost_money", "vi").title in told) is urgent  # type: ignore[union-attr]


def test_the_funnel_sums_to_the_walks(database: Database, village: Village) -> None:
    steps = ["one", "two", "three"]
    chat = village.comes("ba")
    spread = {("active", "one"): 7, ("active", "two"): 4, ("active", "gone"): 2, ("completed", ""): 9, ("active", ""): 3}
    number = 1000
    with database.write() as tx:
        for (state, step), times in spread.items():
            for _ in range(times):
                number += 1
                tx.execute(insert(table(GuideRun)), {
                    "conversation_id": number, "chat_id": chat, "guide": "g", "revision": 1, "state": state, "step": step,
                    "stuck_at": "", "started_at": village.now, "touched_at": village.now - timedelta(days=11 * (number % 2))})
    with database.read() as tx:
        use, = usage.uses(Reading(tx), village.now - timedelta(days=1), village.now)
        found = usage.funnel(Reading(tx), "g", steps, village.now - timedelta(days=1), village.now)
    assert use.started == sum(spread.values()) == use.finished + use.active + use.abandoned
    reached = [each.reached for each in found]
    assert reached == sorted(reached, reverse=True) == [20, 13, 9]
    assert sum(each.here for each in found) + 5 + use.finished == use.started
    assert usage.shown(3) == "<5" and usage.shown(0) == "0" and usage.shown(5) == "5"
    assert usage.parts(usage.Use("g", 22, 12, 7, 3)) == ("12", "…", "…")


def test_why_people_stuck_is_counted_by_step(village: Village) -> None:
    village.joins("lan", "leader", "Chị Lan")
    guide = next(each for each in LIBRARY.guides("vi") if not each.cases and each.steps[0].troubles)
    for number in range(6):
        name = f"ba{number}"
        village.comes(name)
        village.tell_press(name, f"/guide:{guide.id}")
        village.press(name, "Bắt đầu")
        village.press(name, "🆘 Tôi bị vướng")
        village.press(name, guide.steps[0].troubles[0].title)
    told = village.tell_press("lan", f"/usage:{guide.id}")
    assert f"{guide.steps[0].troubles[0].title}: 6" in told
    assert guide.title in village.say("lan", "số liệu hướng dẫn")
    with village.database.read() as tx:
        assert tx.scalar(select(table(Inbox).c.id).where(table(Inbox).c.state == "dead")) is None
