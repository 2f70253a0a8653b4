"""Written words as they are said: what is read to somebody holds nothing that only eyes can use."""

import re

import pytest

from content.aloud import LONGEST, aloud, manner
from content.library import Library, Step
from content.words import LANGUAGES

STEPS = [pytest.param(language, step, id=f"{language}-{guide.id}-{step.id}")
         for language in LANGUAGES for guide in Library.load().every(language) for step in guide.steps]
SAID = {
    "Bác mở VNeID, nhập OTP.": "Bác mở vi en i ai đi, nhập ô tê pê.",
    "👉 **Bấm** *Đăng nhập* ✅": "Bấm Đăng nhập.",
    "Từ 01/7/2025.": "Từ ngày 1 tháng 7 năm 2025.",
    "đến ngày 31/12/2026": "đến ngày 31 tháng 12 năm 2026.",
    "Theo báo tháng 7/2025": "Theo báo tháng 7 năm 2025.",
    "thứ 7 hay 25/12": "thứ 7 hay ngày 25 tháng 12.",
    "9/24 hộ": "9 trên 24 hộ.",
    "2024–2025": "2024 đến 2025.",
    "07 ngày": "7 ngày.",
    "22.000 đồng, 1.234.567 đồng": "22000 đồng, 1234567 đồng.",
    "3,5%": "3,5 phần trăm.",
    "Số là 1900 0368, bấm phím 4": "Số là 1 9 0 0, 0 3 6 8, bấm phím 4.",
    "Gọi 113 hoặc 0912 345 678.": "Gọi 1 1 3 hoặc 0 9 1 2, 3 4 5, 6 7 8.",
    "mã 2.001194; bản 2.1.10": "mã 2 chấm 0 0 1 1 9 4; bản 2 chấm 1 chấm 10.",
    "anh/chị nhờ UBND xã, mang CCCD, sổ BHXH": "anh chị nhờ ủy ban nhân dân xã, mang căn cước công dân, sổ bảo hiểm xã hội.",
    "Cài đặt > Tài khoản → Bảo mật": "Cài đặt rồi Tài khoản rồi Bảo mật.",
    "xem https://dichvucong.gov.vn/p/home?x=1.": "xem dịch vụ công chấm gốp chấm vê en.",
    "www.bacninh.gov.vn": "bacninh chấm gov chấm vn.",
    "Gõ:\n• giấy tờ\n- thẻ": "Gõ: giấy tờ. thẻ.",
    "Phiếu TK01, mã XKBHT": "Phiếu tê ca không một, mã ích ca bê hát tê.",
    "của tôi (xem thêm). Rồi": "của tôi, xem thêm. Rồi.",
    "\U0001f389 ✅": "", "": "",
}


@pytest.mark.parametrize("written", SAID)
def test_what_is_written_is_said(written: str) -> None:
    assert aloud(written, "vi") == SAID[written]


def test_letters_in_parts_are_the_same_letters() -> None:
    assert aloud("Đăng ký tạm trú", "vi") == "Đăng ký tạm trú." != "Đăng ký tạm trú"


def test_in_english() -> None:
    assert aloud("Log in to VNeID by 31/12/2026: 22,000 dong, 50%.", "en") == (
        "Log in to V N e I D by 31 December 2026: 22000 dong, 50 percent.")


@pytest.mark.parametrize(("language", "step"), STEPS)
def test_every_step_can_be_said(language: str, step: Step) -> None:
    said = aloud(f"{step.title}\n{step.text}", language)
    assert len(said) > 20 and re.fullmatch(r"[\w\s.,;:!?'-]+", said), said
    assert not re.search(r"\.vn|https?:|\b\d+/\d+\b|[.,;:]{2}|\b0\d\b", said), said
    if language == "vi":
        assert not re.findall(r"\b[A-ZĐ]{2,}\b|\b\w*[a-z][A-Z]\w*\b", said), "something is left that the voice would stumble over"


def test_every_language_has_its_manner_and_it_is_short_enough() -> None:
    for language in LANGUAGES:
        assert manner(language).signs.keys() == manner("vi").signs.keys()
    said = aloud("Câu này dài vừa phải. " * 500, "vi")
    assert 1_000 < len(said) <= LONGEST and said.endswith((".", "phải", "vừa", "dài", "này", "Câu"))
