"""Words that stop reminders and words that only look like them."""

import unicodedata

import pytest

from handlers.reminders.opting import starts, stops

STOP = [
    "dừng",
    "Dừng",
    "DỪNG",
    "dung",
    "thôi nhắc",
    "thoi nhac",
    "ngừng nhắc",
    "ngung nhac",
    "hủy nhắc",
    "huỷ nhắc",
    "huy nhac",
    "đừng nhắn",
    "dung nhan",
    "Đừng nhắn tin cho tôi nữa",
    "stop",
    "STOP",
    "Stop sending me messages",
    "thôi nhắc tôi đi",
    "dừng nhắc việc này",
    "dừng gửi tin",
    "  Dừng!  ",
    "ngừng nhắc giùm",
    "unsubscribe",
    "dừng nhắn",
]
NOT = [
    "đúng",
    "Đúng rồi",
    "đứng ở đâu",
    "dùng app nào",
    "dung app nao",
    "dừng lại",
    "dừng xe trước cổng",
    "nhắc tôi",
    "không nhắc",
    "đừng",
    "stop the car",
    "hộ 12 đừng quên",
    "bà bảo dừng",
    "thôi",
    "thôi nhé",
    "hủy",
    "nhân dung",
    "dung roi",
    "đồng ý",
]
START = ["bắt đầu nhắc", "Bat dau nhac", "nhắc lại", "nhac lai di", "start reminders", "Start reminding me"]
NOT_START = ["bắt đầu", "start", "nhắc tôi mai", "lại nhắc", "start a guide"]


@pytest.mark.parametrize("text", STOP)
def test_these_stop(text: str) -> None:
    assert stops(text) and stops(unicodedata.normalize("NFD", text)) and not starts(text)


@pytest.mark.parametrize("text", NOT)
def test_these_do_not(text: str) -> None:
    assert not stops(text), text


@pytest.mark.parametrize("text", START)
def test_these_start_again(text: str) -> None:
    assert starts(text) and not stops(text)


@pytest.mark.parametrize("text", NOT_START)
def test_these_do_not_start(text: str) -> None:
    assert not starts(text)
