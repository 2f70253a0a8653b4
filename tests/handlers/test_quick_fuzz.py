"""The quick log fuzzed from the letter to the rows: only what the answer names is written, and no date is ever a house."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from handlers.visits.quick_lines import read
from storage.database import Database
from storage.models import Household, Visit, table
from storage.outcomes import Outcome
from tests.handlers.test_quick_lines import TEXT, spoken_numbers
from tests.handlers.typist import Typist
from tests.storage.fields import TODAY, Field, at, made, take_back

visit, household = table(Visit), table(Household)
NINE = at(TODAY, 9)
QUIETLY = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HOUSES = range(33, 41)
"""What the texts mean by houses; every number of a date, an hour or a year is a house of the hamlet too, and never meant."""
TRAPS = (*range(1, 32), 2026, 2027, 2028)


@pytest.fixture
def village(sqlite_url: str) -> Iterator[Field]:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx, houses=40)
        tx.execute(insert(household), [{"hamlet_id": field.hamlet, "number": number, "label": "", "lane": "", "added_on": TODAY}
                                       for number in TRAPS if number > 40])
        yield field
        take_back(tx)
    database.close()


def written(field: Field) -> list[tuple[int, str, date]]:
    rows = field.tx.execute(select(household.c.number, visit.c.outcome, visit.c.occurred_on)
                            .join(household, household.c.id == visit.c.household_id))
    return sorted(tuple(row) for row in rows)


def named(said: str) -> list[tuple[int, str]]:
    """The houses and results that an answer says were kept, line by line."""
    labels = {_label(outcome): str(outcome) for outcome in Outcome}
    found = []
    for line in said.splitlines():
        parts = line.removeprefix("• ").split(" · ")
        if line.startswith("• ") and len(parts) > 1 and parts[1] in labels:
            found += [(int(number), labels[parts[1]]) for number in parts[0].split(", ")]
    return sorted(found)


def _label(outcome: Outcome) -> str:
    from content.words import words

    return words("vi").say(f"visit.outcome.{outcome}")


def tell(field: Field, text: str) -> tuple[list[tuple[int, str, date]], str]:
    """What a text alone wrote, and what was answered; nothing of it stays."""
    inside = field.tx.begin_nested()
    typist = Typist(field, 1)
    said = typist.say(text, NINE)
    found = written(field)
    inside.rollback()
    field.tx.info.clear()
    assert said.strip(), text
    return found, said


@settings(QUIETLY, max_examples=200)
@given(TEXT)
def test_nothing_is_written_that_the_answer_does_not_name(village: Field, text: str) -> None:
    found, said = tell(village, text)
    assert [row[:2] for row in found] == named(said), (text, said)
    assert {row[0] for row in found} <= spoken_numbers(text), (text, said)
    assert all(TODAY - timedelta(days=30) <= row[2] <= TODAY for row in found), (text, said)


@settings(QUIETLY, max_examples=150)
@given(st.text(max_size=80).map(lambda text: text.replace("/", " ")) | st.text("0123456789 xongvắt/;,.-–:\n", max_size=40))
def test_any_text_writes_only_what_it_is_answered(village: Field, text: str) -> None:
    found, said = tell(village, text) if text.strip() else ([], "")
    assert [row[:2] for row in found] == named(said), (text, said)
    assert {row[0] for row in found} <= spoken_numbers(unicodedata.normalize("NFKC", text)), (text, said)


DAYS = (
    "{d}/{m}", "{d}/{m}/{y}", "{d}-{m}-{y}", "{d}.{m}.{y}", "{y}-{m}-{d}", "{m}/{y}", "ngày {d}", "ngay {d}", "ngày {d}/{m}",
    "ngày {d} tháng {m}", "ngay {d} thang {m} nam {y}", "tháng {m}", "thang {m} nam {y}", "năm {y}", "nam {y}", "mùng {d}",
    "mung {d}", "{m}h", "{m}h{d}", "{m}:{d}", "lúc {m} giờ", "luc {m} gio", "t{m}", "thứ {m}", "thu {m}", "{d} ngày nữa",
    "{m} tuan nua", "{d} ngày trước", "{m} tuần trước", "đến {y}", "den {m}/{y}", "đến tháng {m}", "đến {d}/{m}", "{d} tháng {m}",
    "{m} người", "{m} lần", "{m} nguoi", "{m} lan", "mức {m}", "muc 2", "{d} tuổi", "{d} phút", "{d}%", "từ {d}/{m} đến {d}/{m}",
    "tuần {m}", "lần {m}", "{d} th {m}", "{d}/{m}-{d}/{m}", "cuối tháng {m}", "đầu năm {y}", "hẹn {d}", "hen {d}", "hẹn {d} {m}",
    "hẹn {m}h{d}", "{d}k", "đến {d}", "den ngay {d}", "cuoi {y}", "tết {y}", "tet {y}", "đi xa {d}", "di xa den {y}")  # fmt: skip
RESULTS = ("xong", "vắng", "hẹn", "hen", "vướng otp", "di xa", "đi xa", "đi làm xa", "chưa muốn", "làm dở", "thieu nguoi",
           "từ chối", "")  # fmt: skip
FRAMES = (
    "{h} {r} {t}", "{t} {h} {r}", "{h} {t} {r}", "{r} {t} {h}", "{r} {h} {t}", "hộ {h} {r}, {t}", "{t}: {h} {r}", "{h} {r} ({t})",
    "{h} {r}; {t}", "{t}; {h} {r}", "{h} {r}\n{t} xong", "{t} vắng; {h} {r}", "{h}, {t} {r}", "{h} {t} {h2} {r}",
    "{h} {h2} {r} {t} {t}", "{h} {r} {t}; {h2} vắng")  # fmt: skip


def typed(frame: str, form: str, result: str, day: tuple[int, int, int], h: int = 35, h2: int = 38) -> str:
    return frame.format(h=h, h2=h2, r=result, t=form.format(d=day[0], m=day[1], y=day[2]))


@pytest.mark.parametrize("day", [(12, 10, 2026), (31, 2, 2027)])
def test_in_every_place_of_a_line_a_day_is_no_house_that_would_be_written(day: tuple[int, int, int]) -> None:
    sure = 0
    for frame, form, result in product(FRAMES, DAYS, RESULTS):
        text = typed(frame, form, result, day)
        for line in read(text, TODAY, {}):
            if line.certain and line.outcome and (line.next_on or not line.outcome.needs_date) and (
                    line.until or not line.outcome.needs_until):
                assert set(line.numbers) <= {35, 38}, (text, line)
                sure += 1
    assert sure > 3_000


BESIDE = ("{h} {r} cùng anh Nam {t}", "{h} {r} {t} cùng anh Nam", "cùng anh Nam {h} {r} {t}", "{t} cùng chị Mai: {h} {r}",
          "{h} {r} cùng Nam {t} {h2} vắng", "{h} {r} cùng anh Nam {t} {h2} vắng", "{h} {r} với chị Hoa và anh Nam {t}",
          "{h} {t} {r} đi cùng bác Năm", "{h} {r}; {h2} vắng cùng {t}")  # fmt: skip


def test_a_day_behind_a_name_is_no_house_and_no_part_of_the_name() -> None:
    sure = 0
    for frame, form, result in product(BESIDE, DAYS, RESULTS):
        text = typed(frame, form, result, (12, 10, 2026))
        for line in read(text, TODAY, {}):
            if line.certain:
                assert set(line.companions) <= {"anh nam", "nam", "chị mai", "chị hoa", "bác năm"}, (text, line)
            if line.certain and line.outcome and (line.next_on or not line.outcome.needs_date) and (
                    line.until or not line.outcome.needs_until):
                assert set(line.numbers) <= {35, 38} and (line.companions or frame is BESIDE[-1] or 35 not in line.numbers), text
                sure += 1
    assert sure > 900


HOUSE = st.sampled_from(HOUSES)
DAY = st.tuples(st.integers(10, 31), st.integers(1, 12), st.integers(2026, 2028))


@settings(QUIETLY, max_examples=250)
@given(st.sampled_from(FRAMES), st.sampled_from(DAYS), st.sampled_from(RESULTS), DAY, HOUSE, HOUSE)
def test_no_number_of_a_day_an_hour_or_a_year_is_a_house(village: Field, frame: str, form: str, result: str,
                                                         day: tuple[int, int, int], h: int, h2: int) -> None:
    text = typed(frame, form, result, day, h, h2)
    found, said = tell(village, text)
    assert {row[0] for row in found} <= {h, h2}, (text, said)
    assert [row[:2] for row in found] == named(said), (text, said)


@pytest.mark.parametrize("text", ["35 hẹn 12 xong", "35 hen 12 38 xong", "vướng otp hẹn 12 35", "35 đi xa 12 xong", "hẹn 12 35",
                                  "hẹn ngày 12 35"])
def test_a_number_behind_a_result_that_waits_for_a_day_is_asked_about(village: Field, text: str) -> None:
    found, said = tell(village, text)
    assert found == [] and "Mình chưa hiểu dòng này" in said and f"“{text}”" in said


@settings(QUIETLY, max_examples=150)
@given(st.lists(st.sampled_from(("33 xong", "34 vắng", "35 xzqv", "36 vướng", "37 hẹn", "38 xong?", "999 vắng", "40-38 vắng",
                                 "39 không xong")), min_size=1, max_size=5, unique=True))
def test_every_line_is_either_written_or_asked(village: Field, lines: list[str]) -> None:
    sure = {"33 xong": (33, "completed"), "34 vắng": (34, "not_home")}
    inside = village.tx.begin_nested()
    typist = Typist(village, 1)
    said = typist.say("\n".join(lines), NINE)
    found = [row[:2] for row in written(village)]
    assert found == sorted(sure[line] for line in lines if line in sure) == named(said)
    open_ = [line for line in lines if line not in sure]
    assert (typist.current is not None) is bool(open_), (lines, said)
    for line in open_:
        assert re.search(rf"(?<!\d){re.escape(line.split()[0])}(?!\d)", said), (line, said)
        said = typist.press("Bỏ", NINE) if any("Bỏ" in each.label for each in typist.shown) else typist.say("Không nhận được OTP"
            if "vướng" in line else "thứ 7", NINE)
    assert typist.current is None
    assert len(written(village)) == len(found) + sum(line in ("36 vướng", "37 hẹn") for line in open_)
    assert village.tx.scalar(select(func.count()).select_from(visit)) == len(written(village))
    inside.rollback()
    village.tx.info.clear()
