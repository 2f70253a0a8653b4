"""Days in people's words, against a table, and the lunar calendar against one of 2026 to 2028."""

import re
import unicodedata
from datetime import date, time, timedelta

import holidays as public
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.days import Local, read_day
from content.fold import fold
from content.holidays import holidays
from content.lunar import is_market_day, lunar, market_days, next_lunar, solar, tet
from content.words import LANGUAGES, words

TODAY = date(2026, 11, 23)  # a Monday, the 15th of the 10th lunar month
LOCAL = Local("lunar:2,7,12,17,22,27", date(2026, 12, 5))
SAID = {
    "hôm nay": "2026-11-23",
    "mai": "2026-11-24",
    "ngày kia": "2026-11-25",
    "mốt": "2026-11-25",
    "hôm qua": "2026-11-22",
    "hôm kia": "2026-11-21",
    "thứ 7": "2026-11-28",
    "T7": "2026-11-28",
    "thu bay": "2026-11-28",
    "thứ Sáu tuần này": "2026-11-27",
    "t7 tuần sau": "2026-12-05",
    "thứ hai tuần sau": "2026-11-30",
    "thứ 7 tới": "2026-11-28",
    "thu 7 toi": "2026-11-28",
    "tối thứ 7": "2026-11-28",
    "toi thu 7": "2026-11-28",
    "cn": "2026-11-29",
    "chủ nhật này": "2026-11-29",
    "hẹn thứ 4 nhé": "2026-11-25",
    "rằm": "2026-11-23",
    "rằm tháng bảy": "2027-08-16",
    "rằm tháng giêng": "2027-02-20",
    "mồng 10 tháng giêng": "2027-02-15",
    "mung 10 thang gieng": "2027-02-15",
    "20 tháng 10 âm": "2026-11-28",
    "20/10 âm lịch": "2026-11-28",
    "mùng 6 Tết": "2027-02-11",
    "29 Tết": "2027-02-05",
    "30 tết": "2027-02-05",
    "23 tháng chạp": "2027-01-30",
    "hăm ba tháng chạp": "2027-01-30",
    "sau Tết": "2027-02-11",
    "qua tet": "2027-02-11",
    "phiên chợ tới": "2026-11-25",
    "phien cho toi": "2026-11-25",
    "sau gặt": "2026-12-06",
    "cuối tháng": "2026-11-30",
    "cuối tháng sau": "2026-12-31",
    "đầu tháng sau": "2026-12-01",
    "giữa tháng": "2026-12-15",
    "tháng sau": "2026-12-23",
    "tuần sau": "2026-11-30",
    "đầu tuần sau": "2026-11-30",
    "giữa tuần": "2026-11-25",
    "tuần sau nữa": "2026-12-07",
    "thứ 7 tuần tới": "2026-12-05",
    "thứ 7 tuần sau nữa": "2026-12-12",
    "T.7": "2026-11-28",
    "để thứ 7": "2026-11-28",
    "đến mai": "2026-11-24",
    "thứ 7, 28/11": "2026-11-28",
    "thứ bảy ngày 28/11": "2026-11-28",
    "thứ 7 ngày 5 tháng 12": "2026-12-05",
    "CN 29/11/2026": "2026-11-29",
    "đầu tháng 12": "2026-12-01",
    "cuối tháng 12": "2026-12-31",
    "giữa tháng mười hai": "2026-12-15",
    "cuối tháng 2": "2027-02-28",
    "hết tháng": "2026-11-30",
    "hết tháng 12": "2026-12-31",
    "hết tháng giêng": "2027-03-07",
    "hết tuần": "2026-11-29",
    "hết năm": "2026-12-31",
    "cuối năm": "2026-12-31",
    "nửa tháng nữa": "2026-12-08",
    "một tháng nữa": "2026-12-23",
    "ngày 5 tháng này": "2026-11-05",
    "ngày 25 tháng này": "2026-11-25",
    "ngày 5 tháng tới": "2026-12-05",
    "rằm tới": "2026-11-23",
    "rằm tháng này": "2026-11-23",
    "rằm tháng tới": "2026-12-23",
    "qua rằm": "2026-11-24",
    "sau rằm tháng giêng": "2027-02-21",
    "trước rằm tháng chạp": "2027-01-21",
    "ra Giêng": "2027-02-11",
    "cuối tháng chạp": "2027-02-05",
    "đầu tháng chạp": "2027-01-08",
    "30 tháng chạp": "2027-02-05",
    "30/12 âm": "2027-02-05",
    "mùng 3 tháng 5 nhuận": "2028-06-25",
    "3/5 nhuận": "2028-06-25",
    "3/5/2028 nhuận âm lịch": "2028-06-25",
    "rằm tháng 5 nhuận": "2028-07-07",
    "Noel": "2026-12-25",
    "tết dương lịch": "2027-01-01",
    "December 5": "2026-12-05",
    "5 Dec": "2026-12-05",
    "3 ngày nữa": "2026-11-26",
    "hai tuần nữa": "2026-12-07",
    "25/12": "2026-12-25",
    "25-12": "2026-12-25",
    "25.12.26": "2026-12-25",
    "ngày 25/12": "2026-12-25",
    "25/12/2026": "2026-12-25",
    "2026-12-25": "2026-12-25",
    "20/11": "2027-11-20",
    "ngày 20": "2026-12-20",
    "2/2027": "2027-02-01",
    "ngày 20 tháng 12 năm 2026": "2026-12-20",
    "29/2": "2028-02-29",
    "tomorrow": "2026-11-24",
    "in 3 days": "2026-11-26",
    "Saturday": "2026-11-28",
    "end of month": "2026-11-30",
    "after Tet": "2027-02-11",
    "next market day": "2026-11-25",
}
HOURS = {
    "chiều mai 3 giờ": ("2026-11-24", "15:00"),
    "15h30 thứ 6": ("2026-11-27", "15:30"),
    "7 rưỡi sáng mai": ("2026-11-24", "07:30"),
    "mai lúc hai giờ chiều": ("2026-11-24", "14:00"),
    "bay gio sang mai": ("2026-11-24", "07:00"),
    "mười một giờ trưa mai": ("2026-11-24", "11:00"),
    "ba rưỡi chiều mai": ("2026-11-24", "15:30"),
    "tối mai 7h": ("2026-11-24", "19:00"),
    "8 giờ kém 15 sáng mai": ("2026-11-24", "07:45"),
    "9h 25/12": ("2026-12-25", "09:00"),
    "thứ 7 lúc 14:00": ("2026-11-28", "14:00"),
    "tomorrow 3pm": ("2026-11-24", "15:00"),
    "3h mai": ("2026-11-24", "15:00"),
    "chieu mai 3 gio": ("2026-11-24", "15:00"),
    "12h trưa mai": ("2026-11-24", "12:00"),
}
MARKED = {
    "rằm tháng sau": "2026-12-23",
    "rằm tháng sáu": "2027-07-18",
    "ngày 5 tháng sau": "2026-12-05",
    "ngày 5 tháng sáu": "2027-06-05",
    "cuối tháng sáu": "2027-06-30",
}
"""“sau” and “sáu” are one word without marks: then both are offered."""
SEVERAL = {
    "ram thang sau": ["2026-12-23", "2027-07-18"],
    "ngay 5 thang sau": ["2026-12-05", "2027-06-05"],
    "cuoi thang sau": ["2026-12-31", "2027-06-30"],
    "thứ 7, 27/11": ["2026-11-27", "2026-11-28"],
    "mùng 1 tháng tới": ["2026-12-09", "2026-12-01"],
    "cuối tuần sau": ["2026-12-05", "2026-12-06"],
    "mùng 6": ["2026-12-14", "2026-12-06"],
    "mùng 6 tháng 12": ["2027-01-13", "2026-12-06"],
    "thứ 2": ["2026-11-23", "2026-11-30"],
    "cuối tuần": ["2026-11-28", "2026-11-29"],
    "next saturday": ["2026-11-28", "2026-12-05"],
}
NONE = {
    "31/02": "no_such_day",
    "12/13/26": "no_such_day",
    "30/2/2027": "no_such_day",
    "thứ 7, 31/2": "no_such_day",
    "mùng 3 tháng 6 nhuận": "no_such_day",
    "mùng 30 tháng 11 nhuận": "no_such_day",
    "không biết": "not_a_day",
    "": "not_a_day",
    "6": "not_a_day",
    "hộ 12 xong": "not_a_day",
    "đúng rồi": "not_a_day",
    "0912345678": "not_a_day",
}


@pytest.mark.parametrize("text", SAID)
def test_a_day_in_words(text: str) -> None:
    wanted = date.fromisoformat(SAID[text])
    for written in (text, text.upper(), unicodedata.normalize("NFD", text), f"  {text}. "):
        found = read_day(written, TODAY, LOCAL)
        assert found.sure == wanted, f"{written}: {found}"


UNTONED = [text for text in SAID if fold(text) not in ("mot", "ngai kia", "hom kia", "cuoi thang sau", "dau thang sau")]


@pytest.mark.parametrize("text", UNTONED)
def test_a_day_in_words_without_marks(text: str) -> None:
    bare = (
        "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")
    )
    assert read_day(bare, TODAY, LOCAL).sure == date.fromisoformat(SAID[text]), bare


ASKED = ("dossier.expected", "gathering.day", "meet.day", "postpone.day", "rhythm.until", "settings.until", "visit.next",
         "visit.until", "workdays.from")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phrase", ASKED)
def test_every_example_in_a_question_is_understood(phrase: str, language: str) -> None:
    """What people are told to type must work when they type it."""
    asked = words(language).say(phrase) if words(language).has(phrase) else ""
    told = re.search(r"(?:ví dụ|for example|gõ ngày:|gõ:)\s+(.+)$", asked, re.DOTALL)
    examples = re.split(r", | hoặc | or ", re.sub(r"[“”.]", "", told[1])) if told else []
    for each in examples:
        assert read_day(each, TODAY, LOCAL).days, f"{phrase}: {each}"
    if language == "vi":
        assert examples, asked


@pytest.mark.parametrize("text", MARKED)
def test_next_month_and_the_sixth_are_told_apart_by_their_marks(text: str) -> None:
    assert str(read_day(text, TODAY, LOCAL).sure) == MARKED[text]


@pytest.mark.parametrize("text", HOURS)
def test_a_day_with_an_hour(text: str) -> None:
    found = read_day(text, TODAY, LOCAL)
    assert (str(found.sure), f"{found.at:%H:%M}") == HOURS[text]


@pytest.mark.parametrize("text", SEVERAL)
def test_what_may_mean_two_days_is_both(text: str) -> None:
    found = read_day(text, TODAY, LOCAL)
    assert [str(day) for day in found.days] == SEVERAL[text] and found.sure is None


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_day_is_none_and_says_why(text: str) -> None:
    found = read_day(text, TODAY, LOCAL)
    assert found.days == () and found.trouble == NONE[text]


def test_a_place_without_market_or_harvest_says_so() -> None:
    assert read_day("phiên chợ tới", TODAY).trouble == "no_market"
    assert read_day("sau gặt", TODAY).trouble == "no_harvest"


def test_a_visit_that_was_made_lies_behind() -> None:
    for text, day in {
        "thứ 7": "2026-11-21",
        "20/11": "2026-11-20",
        "thứ 2": "2026-11-16",
        "ngày 20": "2026-11-20",
        "2 hôm trước": "2026-11-21",
        "23/11": "2026-11-23",
        "24/11": "2025-11-24",
    }.items():
        assert str(read_day(text, TODAY, back=True).sure) == day, text


@given(st.text(max_size=40), st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_no_words_break_it(text: str, today: date) -> None:
    found = read_day(text, today, LOCAL)
    assert bool(found.days) != bool(found.trouble)


@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)), st.integers(-30, 330))
def test_a_written_date_is_that_date(today: date, days: int) -> None:
    wanted = today + timedelta(days=days)
    assert read_day(f"{wanted.day}/{wanted.month}/{wanted.year}", today).sure == wanted
    if days >= 0:
        assert read_day(f"{wanted.day}/{wanted.month}", today).sure == wanted


# --- the lunar calendar ---------------------------------------------------------------------------------------------------

FIRST_DAYS = {  # first days of lunar months: year, month -> day
    (2026, 1): "2026-02-17",
    (2026, 2): "2026-03-19",
    (2026, 3): "2026-04-17",
    (2026, 10): "2026-11-09",
    (2026, 11): "2026-12-09",
    (2026, 12): "2027-01-08",
    (2027, 1): "2027-02-06",
    (2027, 7): "2027-08-02",
    (2027, 12): "2027-12-28",
    (2028, 1): "2028-01-26",
    (2028, 5): "2028-05-24",
}


@pytest.mark.parametrize("month", FIRST_DAYS)
def test_first_days_of_lunar_months(month: tuple[int, int]) -> None:
    assert str(solar(1, month[1], month[0])) == FIRST_DAYS[month]


def test_every_day_of_three_years_goes_there_and_back() -> None:
    on = date(2026, 1, 1)
    while on <= date(2028, 12, 31):
        day, month, year, leap = lunar(on)
        assert solar(day, month, year, leap=leap) == on
        following = lunar(on + timedelta(days=1))
        assert following[0] == day + 1 or (following[0] == 1 and day in (29, 30))
        on += timedelta(days=1)


def test_tet_is_where_the_official_holidays_have_it() -> None:
    for year in (2026, 2027, 2028):
        first = next(
            on for on, name in public.country_holidays("VN", years=year, language="en_US").items() if name == "Lunar New Year"
        )
        assert solar(1, 1, year) == first == tet(date(year, 1, 2))
        hung_kings = next(
            on
            for on, name in public.country_holidays("VN", years=year, language="en_US").items()
            if name == "Hung Kings' Commemoration Day"
        )
        assert next_lunar(10, 3, date(year, 1, 1)) == hung_kings


def test_market_days() -> None:
    assert market_days("weekday:3,6", TODAY, 3) == [date(2026, 11, 26), date(2026, 11, 29), date(2026, 12, 3)]
    assert is_market_day("lunar:2,7,12,17,22,27", date(2026, 11, 25)) and not is_market_day("weekday:3", TODAY)


# --- the table of holidays ------------------------------------------------------------------------------------------------


def test_the_table_of_holidays_is_that_of_the_library_day_by_day() -> None:
    listed = holidays()
    assert set(listed.off) == set(public.country_holidays("VN", years=(2026, 2027, 2028)))
    assert listed.until == max(date(2028, 12, 31), *listed.off)


def test_the_quiet_days_of_tet_are_29_tet_to_mung_5() -> None:
    for (first, last), year in zip(holidays().tet, (2026, 2027, 2028), strict=True):
        start = solar(1, 1, year)
        assert start is not None and last == start + timedelta(days=4)
        assert first == solar(29, 12, year - 1)


def test_hours_are_never_out_of_the_day() -> None:
    assert read_day("25h mai", TODAY).at is None and read_day("mai 0h", TODAY).at == time(0)
