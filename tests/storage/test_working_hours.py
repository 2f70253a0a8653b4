"""Working time, held against counting it minute by minute."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.hours.working_hours import WorkingHours, monday_to_saturday, working_time_after, written_hours
from storage.local_time import LOCAL

HOURS = WorkingHours()
HOLIDAYS = {date(2026, 11, 24), date(2027, 2, 4), date(2027, 2, 5), date(2027, 2, 6)}


def works(day: date) -> bool:
    return monday_to_saturday(day) and day not in HOLIDAYS


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An hour of November 2026 in Vietnam; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL).astimezone(UTC)


@pytest.mark.parametrize("start, hours, end", [
    (at(25, 8), 4, at(25, 14)),  # a morning of three and a half hours, then half an hour after lunch
    (at(25, 7), 4, at(25, 14)),
    (at(25, 12), 1, at(25, 14, 30)),  # lunch does not count
    (at(25, 16), 4, at(26, 11)),  # an hour today, three tomorrow
    (at(28, 16), 4, at(30, 11)),  # Saturday afternoon, then Monday
    (at(29, 10), 4, at(30, 14)),  # Sunday
    (at(23, 16), 4, at(25, 11)),  # the 24th is a holiday
    (at(25, 8), 0, at(25, 8)),
])  # fmt: skip
def test_examples(start: datetime, hours: int, end: datetime) -> None:
    assert working_time_after(start, timedelta(hours=hours), HOURS.spans, works) == end


def slowly(start: datetime, minutes: int) -> datetime:
    """The same, counted a minute at a time."""
    now = start
    while minutes > 0:
        minutes -= WorkingHours(HOURS.spans, works).open_at(now)
        now += timedelta(minutes=1)
    return now


@given(st.integers(0, 60 * 24 * 120), st.integers(1, 60 * 20))
def test_as_counted_minute_by_minute(minute: int, worked: int) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(minutes=minute)
    assert working_time_after(start, timedelta(minutes=worked), HOURS.spans, works) == slowly(start, worked)


def test_a_written_day() -> None:
    assert WorkingHours.parse("08:00-11:30, 13:30-17:00").spans == HOURS.spans
    assert WorkingHours.parse("07:30-16:00").spans == ((time(7, 30), time(16)),)
    for wrong in ("", "8-17", "08:00", "13:00-17:00,08:00-11:00", "08:00-12:00,11:00-17:00", "08:00-08:00"):
        with pytest.raises(ValueError):
            WorkingHours.parse(wrong)


def test_a_calendar_without_working_days_does_not_hang() -> None:
    with pytest.raises(ValueError, match="no working day"):
        working_time_after(at(25, 8), timedelta(hours=1), HOURS.spans, lambda day: False)


@pytest.mark.parametrize("text, spans", [
    ("7:30-11:30, 13:30-17:00", ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))),
    ("Thứ 2 - thứ 6: sáng 7h30 – 11h30, chiều 1h30 đến 5h", ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))),
    ("Từ 7 giờ 30 phút đến 11 giờ 30, 13g30 tới 17g", ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))),
    ("08.00 - 16.30 (T2-T6)", ((time(8), time(16, 30)),)),
    ("8h-12h, 1h-5h", ((time(8), time(12)), (time(13), time(17)))),
    ("giờ hành chính", ()), ("thứ 2 - 6", ()), ("25/12 - 26/12", ()), ("17:00-8:00", ()), ("", ()), ("8:00-25:00", ()),
])  # fmt: skip
def test_hours_written_for_people_are_counted_by(text: str, spans: tuple[tuple[time, time], ...]) -> None:
    assert written_hours(text) == spans


@given(st.text(max_size=80))
def test_whatever_is_written_gives_hours_in_order_or_none(text: str) -> None:
    edges = [edge for span in written_hours(text) for edge in span]
    assert edges == sorted(edges)


def test_a_saturday_may_have_hours_of_its_own() -> None:
    hours = WorkingHours(HOURS.spans, works, ((time(7, 30), time(11, 30)),))
    assert hours.after(at(28, 8), timedelta(hours=4)) == at(30, 8, 30)
    assert hours.open_at(at(28, 7, 45)) and not hours.open_at(at(28, 14)) and hours.open_at(at(30, 14))
