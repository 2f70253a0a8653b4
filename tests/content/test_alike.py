"""Possible duplicates: 200 pairs of names, what is found and what is a false alarm."""

import time
from pathlib import Path

import pytest

from content.lists.alike import alike, called, pairs

PAIRS = [(line[0] == "=", *(part.strip() for part in line[1:].split("|")))
         for line in (Path(__file__).parent / "name_pairs.txt").read_text("utf-8").splitlines() if line and line[0] in "=/"]


def test_the_same_people_are_found_and_others_left_alone() -> None:
    assert len(PAIRS) == 200 and len(set(PAIRS)) == 200
    missed = [pair for pair in PAIRS if pair[0] and not alike(called(pair[1]), called(pair[2]))]
    alarms = [pair for pair in PAIRS if not pair[0] and alike(called(pair[1]), called(pair[2]))]
    same = sum(pair[0] for pair in PAIRS)
    assert len(missed) / same <= 0.05, missed
    assert len(alarms) / (len(PAIRS) - same) <= 0.05, alarms


@pytest.mark.parametrize("_, one, other", PAIRS)
def test_the_order_does_not_matter(_: bool, one: str, other: str) -> None:
    assert alike(called(one), called(other)) is alike(called(other), called(one))


def test_two_lanes_are_two_households_but_for_a_whole_name() -> None:
    assert not alike(called("bà Lan", "ngõ Đền"), called("bà Lan", "xóm Giữa"))
    assert alike(called("bà Lan", "ngõ Đền"), called("bà Lan", "NGO DEN"))
    assert alike(called("bà Lan", "ngõ Đền"), called("bà Lan"))
    assert alike(called("Nguyễn Thị Lan", "ngõ Đền"), called("bà Nguyễn Thị Lan", "xóm Giữa"))
    assert not alike(called(""), called("")) and not alike(called("nhà"), called(""))


def test_a_large_hamlet_is_looked_through_in_time() -> None:
    given = ("Lan", "Hoa", "Mai", "Yến", "Hạnh", "Xuân", "Thu")
    names = [(n, f"Nguyễn Thị {given[n % 7]} {n % 61}", f"ngõ {n % 30}") for n in range(800)]
    began = time.monotonic()
    assert len(pairs(names)) == 50
    assert time.monotonic() - began < 20
    assert pairs([(1, "bà Lan", ""), (2, "ông Hùng", ""), (3, "ba Lan", ""), (4, "", "")]) == [(1, 3)]
