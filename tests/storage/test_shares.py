"""Shown numbers: truncation, change, pace, being on time."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.counting.shares import (
    Change,
    Share,
    TaskFact,
    change,
    data_freshness,
    follow_up_on_time,
    missing,
    pace_needed,
    working_days_to_goal,
)

shares = st.integers(0, 10**6).flatmap(lambda d: st.integers(0, d).map(lambda n: Share(n, d)))


@pytest.mark.parametrize(
    ("n", "d", "shown"),
    [
        (1999, 2000, "99.9"), (98459, 100000, "98.4"), (16, 18, "88.8"), (5, 20, "25.0"),
        (2000, 2000, "100.0"), (0, 7, "0.0"), (1, 2000, "0.0"), (999999, 1000000, "99.9"),
    ],
)  # fmt: skip
def test_percent_is_cut_not_rounded(n, d, shown):
    assert str(Share(n, d).percent()) == shown


def test_percent_of_nothing_is_nothing_and_decimals_are_chosen():
    assert Share(0, 0).percent() is None
    assert str(Share(2, 3).percent(0)) == "66"
    assert str(Share(2, 3).percent(3)) == "66.666"


@given(shares, st.integers(0, 4))
def test_hundred_means_all_and_a_figure_never_flatters(share, decimal):
    shown = share.percent(decimal)
    if shown is None:
        assert share.d == 0
        return
    exact = Fraction(share.n * 100, share.d)
    assert 0 <= exact - Fraction(shown) < Fraction(1, 10**decimal)
    assert (shown == 100) == (share.n == share.d)


@pytest.mark.parametrize(("n", "d"), [(2, 1), (-1, 4), (0, -1)])
def test_what_is_no_share_is_refused(n, d):
    with pytest.raises(ValueError, match="is not a share"):
        Share(n, d)


@given(shares, shares, shares)
def test_shares_are_summed_in_any_order_never_averaged(a, b, c):
    assert (a + b) + c == a + (b + c) == c + b + a
    assert a + b == Share(a.n + b.n, a.d + b.d)


def test_change_is_the_difference_of_what_was_shown():
    assert change(Share(16, 18), Share(11, 18)) == Change(5, Decimal("27.7"))  # 88,8 - 61,1
    assert change(Share(3, 10), Share(4, 10)) == Change(-1, Decimal("-10.0"))
    assert change(Share(3, 10), Share(0, 0)) == Change(3, None)


def test_pace_asks_for_enough_households():
    now = Share(5, 18)
    assert missing(Fraction(9, 10), now) == 12  # 16.2 households are seventeen
    assert pace_needed(Fraction(9, 10), now, 10) == Decimal("1.2")
    assert pace_needed(Fraction(9, 10), now, 7) == Decimal("1.8")  # 1.714...
    assert pace_needed(Fraction(9, 10), now, 0) is None
    assert pace_needed(Fraction(1, 4), now, 0) == 0
    assert missing(Fraction(1, 4), now) == 0


@given(shares, st.fractions(0, 1), st.integers(1, 200))
def test_keeping_the_pace_reaches_the_goal(now, goal, days):
    pace = pace_needed(goal, now, days)
    assert pace is not None
    assert now.n + Fraction(pace) * days >= goal * now.d


def test_expected_finish_waits_for_a_week_of_data():
    now = Share(5, 18)
    assert working_days_to_goal(Fraction(9, 10), now, gained=4, active_days=6) is None
    assert working_days_to_goal(Fraction(9, 10), now, gained=4, active_days=7) == 21
    assert working_days_to_goal(Fraction(9, 10), now, gained=0, active_days=30) is None
    assert working_days_to_goal(Fraction(1, 10), now, gained=0, active_days=0) == 0


DUE = date(2026, 11, 10)


def test_follow_up_is_on_time_through_the_second_day():
    tasks = [
        TaskFact(DUE, DUE - timedelta(days=1)),
        TaskFact(DUE, DUE + timedelta(days=2)),
        TaskFact(DUE, DUE + timedelta(days=3)),
        TaskFact(DUE),
        TaskFact(DUE, DUE, cancelled=True),
        TaskFact(DUE + timedelta(days=1), DUE),
        TaskFact(DUE - timedelta(days=7), DUE),
    ]
    assert follow_up_on_time(tasks, DUE - timedelta(days=6), DUE) == Share(2, 4)
    assert follow_up_on_time([], DUE, DUE).percent() is None


def test_freshness_counts_the_last_seven_days_with_today():
    entries = [DUE, DUE - timedelta(days=6), DUE - timedelta(days=7), None, DUE + timedelta(days=1)]
    assert data_freshness(entries, DUE) == Share(2, 5)
