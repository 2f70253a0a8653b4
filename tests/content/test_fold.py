"""Folding makes the same Vietnamese words equal however they were typed, and different words stay different."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.fold import fold, has_marks, plain, toned

SAME = [
    ("Quên mật khẩu", "quen mat khau"),
    ("  Đăng   nhập!!! ", "dang nhap"),
    ("ÐĂNG NHẬP", "dang nhap"),
    ("Ðổi số điện thoại", "doi so dien thoai"),
    ("chữ ký số", "chữ kí số"),
    ("lý lịch tư pháp", "Lí lịch tư pháp"),
    ("quý", "quí"),
    ("hoà", "hòa"),
    ("thuỷ", "thủy"),
    ("dừng\u200b lại", "dung lai"),
    ("\ufeffdừng", "DỪNG."),
    ("ＶＮｅＩＤ", "vneid"),
    ("vi-nê-ai-đi", "vi ne ai di"),
    ("1. Có", "1 co"),
    ("có 👍🏽", "co"),
]
DIFFERENT = [("máy", "mái"), ("tay", "tai"), ("nay", "nai"), ("mã", "mạng"), ("thuý", "thúi")]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_same_words_fold_to_the_same(left: str, right: str) -> None:
    assert fold(left) == fold(right)
    assert fold(unicodedata.normalize("NFD", left)) == fold(unicodedata.normalize("NFC", right))


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_words_stay_different(left: str, right: str) -> None:
    assert fold(left) != fold(right)


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậ ABĐ", max_size=60))
def test_composed_and_decomposed_forms_are_equal(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    assert plain(unicodedata.normalize("NFD", text)) == plain(unicodedata.normalize("NFC", text))


def test_plain_keeps_marks() -> None:
    assert plain(unicodedata.normalize("NFD", "  MÔ, răng?\u200b Ðó")) == "mô răng đó"


def test_tone_place_does_not_matter() -> None:
    assert toned("hoà") == toned("hòa") == "hoaf"
    assert toned("đường") == "đươngf"


@pytest.mark.parametrize(
    ("text", "marked"), [("quen mat khau", False), ("quên", True), ("d", False), ("đ", True), ("", False)]
)
def test_marks_are_noticed(text: str, marked: bool) -> None:
    assert has_marks(text) is marked
    assert has_marks(unicodedata.normalize("NFD", text)) is marked
