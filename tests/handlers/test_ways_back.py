"""Small ways out that somebody at a door needs: back from a first question, and from what was just taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests.handlers.village import Village


@pytest.fixture
def village(database: Database) -> Iterator[Village]:
    made = Village(database)
    made.joins("lan", "volunteer", "Chị Lan")
    made.joins("huong", "leader", "Bà Hường")
    yield made


def logged(village: Village) -> None:
    said = village.say("lan", "ghi lượt", "12", "✅ Xong", "Làm xong", "1", "xong, đi tiếp", "không ghi chú", "lưu")
    assert "Đã lưu: hộ 12" in said


def test_after_taking_a_visit_back_nobody_is_asked_who_went_along(village: Village) -> None:
    logged(village)
    assert "Bà Hường" in village.press("lan", "🤝 Có người cùng đi")
    assert "Đã hoàn tác" in village.say("lan", "hoàn tác")
    assert village.say("lan", "hộ 12").startswith("Hộ 12 · Thôn Thử")


def test_an_old_button_of_who_went_along_says_what_became_of_the_visit(village: Village) -> None:
    logged(village)
    along = village.button("lan", "🤝 Có người cùng đi")
    village.say("lan", "hoàn tác")
    assert "đã hoàn tác" in village.tell_press("lan", along) and "Không có lượt" not in village.told("lan")


@pytest.mark.parametrize("asked", ["ghi lượt", "họp thôn", "chia hộ"])
def test_back_from_a_first_question_leads_out(village: Village, asked: str) -> None:
    village.say("huong", asked)
    assert "Hôm nay mình làm gì?" in village.say("huong", "quay lại")


def test_a_guide_that_is_unfinished_stays_on_the_first_screen_whatever_was_begun_since(village: Village) -> None:
    village.comes("ba")
    guide = village.say("ba", "menu", "làm định danh điện tử mức 2").splitlines()[0]
    village.say("ba", "bắt đầu", "xong")
    for begun in (("góp ý", "cảm ơn"), ("theo dõi hồ sơ", "khai sinh"), ("cài đặt", "giờ nhắc")):
        village.later(minutes=1)
        village.say("ba", *begun)
    menu = village.say("ba", "menu").splitlines()
    assert [line for line in menu if line.startswith("▶️")] == ["▶️ Làm tiếp: Cài đặt", f"▶️ Làm tiếp: {guide}"]
