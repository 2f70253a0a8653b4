"""The never-collect guard: what must leave a text, what must stay, whoever writes it and however."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.redact import redact

SECRET = [
    ("079123456789", "id_number"),
    ("so cccd cua toi la 079 123 456 789 nhe", "id_number"),
    ("0 7 9 1 2 3 4 5 6 7 8 9", "id_number"),
    ("079-1234-56789", "id_number"),
    ("０７９１２３４５６７８９", "id_number"),
    ("căn cước: 001.099.012.345", "id_number"),
    ("123456789", "id_number"),
    ("cmnd 123 456 789", "id_number"),
    ("chứng minh cũ của bà là 012345678", "id_number"),
    ("không bảy chín một hai ba bốn năm sáu bảy tám chín", "id_number"),
    ("khong bay chin mot hai ba bon nam sau bay tam chin", "id_number"),
    ("0️⃣7️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣9️⃣", "id_number"),
    ("sđt 0912345678 cccd 079123456789", "id_number"),
    ("482913", "otp"),
    ("mã OTP là 482913", "otp"),
    ("otp 4829 13", "otp"),
    ("ma xac thuc 482 913", "otp"),
    ("mật khẩu là Abc@1234", "password"),
    ("mk: hoaban1", "password"),
    ("pass abc12345", "password"),
    ("mat khau cua toi la Hoa@2020", "password"),
    ("4111 1111 1111 1111", "bank_card"),
    ("thẻ 4111111111111111 bị khóa", "bank_card"),
    ("stk 19034567890123", "bank_card"),
]
INNOCENT = [
    "kiểm tra 4821",
    "quên mật khẩu thì làm sao",
    "đổi mk vneid",
    "mật khẩu là gì",
    "mật khẩu phải có 8 ký tự",
    "không có mật khẩu",
    "0912345678",
    "0912 345 678",
    "+84 912 345 678",
    "0084912345678",
    "gọi 0912.345.678 nhé",
    "024 3825 1234",
    "1900 0368",
    "18001096",
    "069 2348 560",
    "gọi 156 hoặc 5656",
    "113",
    "150.000.000 đồng",
    "150000 đồng",
    "lệ phí 20.000đ",
    "3 triệu 500 nghìn",
    "3 5 7 9 11 13 15 17 19 vang",
    "3 5 7 vang; 9 xong; 11 hen t7",
    "12 di xa den 2/2027",
    "hộ 12 xong",
    "23/11/2026",
    "8h30 sáng 25/12",
    "1.004194",
    "mã thủ tục 1.004222",
    "69/2024/NĐ-CP",
    "Nghị định 320/2026",
    "H23.14-251123-0001",
    "không một ai giúp",
    "không nhận được mã OTP 3 ngày rồi",
    "OTP gửi về 5 lần 15 phút",
    "em quen mat khau vneid roi lam sao",
    "k nhận đc otp v mn",
]


def digits(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isdigit())


@pytest.mark.parametrize(("text", "kind"), SECRET)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_secret_leaves(text: str, kind: str, form: str) -> None:
    seen = redact(unicodedata.normalize(form, text))
    assert kind in {secret.value for secret in seen.found}
    assert not digits(seen.text).endswith(digits(text)[-6:]) or not digits(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_what_is_no_secret_stays(text: str) -> None:
    seen = redact(text)
    assert seen.text == text and not seen.found


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_it_never_fails_and_twice_is_once(text: str) -> None:
    seen = redact(text)
    assert redact(seen.text).text == seen.text
    assert redact(unicodedata.normalize("NFD", text)).text == redact(unicodedata.normalize("NFC", text)).text


@pytest.mark.parametrize("piece", ["1 ", "a1", "mat khau ", "0", "khong mot ", "mk la ", "otp "])
def test_a_long_message_takes_no_longer_than_it_must(piece: str) -> None:
    text = (piece * 4096)[:4096]
    began = time.process_time()
    redact(text)
    assert time.process_time() - began < 0.3
