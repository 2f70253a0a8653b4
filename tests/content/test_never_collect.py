"""The never-collect guard: what it must catch, what it must leave alone, and how long it may take."""

import random
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.redact import MASK, Secret, redact
from tests.content.secrets import Case, bare, innocents, secrets

# Hand-made hard cases, two rounds; the secret stands between « and ». "\n" and "\u200b" are written out.
HARD = r"""
số của em đây ạ: «001 095 012 345»
«034.187.004.521» là căn cước mẹ cháu
CCCD«079201001234»
cccd so: «O79201OO1234»
can cuoc ba chau «0.7.9.2.0.1.0.0.1.2.3.4»
cc «０７９２０１００１２３４»
số định danh: «٠٧٩٢٠١٠٠١٢٣٤»
«⓪⑦⑨②⓪①⓪⓪①②③④»
«0️⃣7️⃣9️⃣2️⃣0️⃣1️⃣0️⃣0️⃣1️⃣2️⃣3️⃣4️⃣»
«không bảy chín, hai không một, không không một, hai ba bốn»
dạ «khong bay chin hai khong mot khong khong mot hai ba bon» nha
«ko bảy chín 2 0 1 ko ko 1 hai 3 4» ạ
«zero seven nine two zero one zero zero one two three four»
cmnd cũ «123 456 789» cấp 12/05/2009
chứng minh thư «12-34-56-78-9»
CMT: «182/736/455»
em gửi «0792\n0100\n1234»
«079\u200b201\u200b001\u200b234» nhé bác
079... à nhầm, «079_201_001_234»
bố cháu «001 060 001 111», mẹ cháu «001 162 002 222»
số cccd 0912 345 678 là sđt còn cccd là «079201001234»
ba «079201001234»
nhập «079201001234» không được
hộ 12 cccd «034 187 004 521» sđt 0912345678
can cuoc cong dan cua toi la «07920100123» bi sai
cccd «0792010012345»
0912345678 - «079201001234»
«079201001234»/0912345678
CCCD gắn chip: «079 - 201 - 001 - 234»
số cccd của con em là «không bảy chín hai trăm lẻ một không không một hai ba bốn»
mã otp nó gửi là «482913»
«482913» là mã OTP của em
otp «4829»
otp: «48 29 13»
otp của e là «bốn tám hai chín một ba»
ma xac thuc «7 3 9 1 0 4» dung k
VNeID: Ma xac thuc «739104» co hieu luc trong 3 phut
nó nhắn về «739104» bác ơi
dạ «739104» ạ
«739 104»
G-«739104» là gì thế ạ
Your verification code is «5561»
mã xác nhận zalo: «7391»
MÃ OTP «７３９１０４»
otp e mới nhận đc là «88213344»
mã kích hoạt tài khoản định danh của bác là «391044»
em đọc cho nó «739104» rồi có sao ko
use «739104» to verify your account
mã về rồi: «739104»
mật khẩu là «Abc@123»
mat khau cua em la «hoa2005»
mk: «matkhau1»
mk «Hanoi@2024»
pass «vneid2026»
pass wifi nhà em «88888888»
pass=«s3cret!»
Mật khẩu VNeID của cháu là «Lan#1990», giúp cháu với
mk e đặt là «emyeuanh99» mà nó báo sai
passcode «246810»
passcode vneid của bác là «2 4 6 8 1 0»
mã pin thẻ «4821»
mật khẩu:\n«Xa@Ban.Moi1»
tk/mk: «0912345678/Abc@123»
tài khoản lan90 mật khẩu «lan1990»
«Abc@1234» là mật khẩu của em
mật khẩu là «một hai ba bốn năm sáu»
mk la «123456»
mật khẩu «123456» có yếu không
my password is «hunter2»
password: «correcthorse»
mật khẩu cũ «Abc123» mật khẩu mới «Xyz456»
mât khẩu la «Qwe!2345»
stk «0123456789» MB
số tài khoản: «1903 6612 3456 78» Techcombank
stk của em ở Agribank là «2601205123456»
STK «0912345678» momo
vietcombank «1023456789» nguyen van
thẻ «4111 1111 1111 1111» hết hạn 12/27
«4111111111111111»
«9704 3600 1234 5678 901»
số thẻ atm «9704 0512 3456 7890»
chuyển vào tk «0071001234567» VCB
bác gửi số nè «036 0 68 00 4417» coi giúp
căn cước: «0 3 6 0 6 8 0 0 4 4 1 7».
«036068004417»@cccd
cccd«036068004417»sdt0912345678
Số CCCD: «036068-004417» thì đúng là «036068-004417» nha
tôi tên A sinh 1968 cccd «036068004417» ở xóm 5
«o36o68oo4417» cccd mẹ em
số chứng minh của ông «không ba sáu ... không sáu tám ... không không bốn ... bốn một bảy»
cmnd «2 8 1 0 0 4 5 5 6»
cmnd: «281 004 556», đt: 0987 111 222
em đọc: «tam hai mot khong khong bon nam nam sau» la cmnd
nó kêu đọc mã, mã là «448 120»
«448120» otp
e nhận đc mã «448120» từ vneid
OTP zalo «4481» nhé
ma xn: «448120»
mã xác minh của tôi: «4 4 8 1 2 0»
Ma OTP: «448120». Hieu luc 5 phut
«448... 448120» đó bác
mat khau vneid: «Hoa#12345»
mk vneid cũ của mẹ em: «thuha1965»
pass fb e «Thuha.1965» ai vào dc thì vào hộ
mật khẩu em nhớ mang máng là «Thu1965ha»
mật khẩu là chữ hoa đầu «Thuha@65»
pw=«qwerty»!
mã pin là «1965»
passcode của tui «196500»
đăng nhập bằng 0912345678 mk «thuha65»
mk là «thuha65», hoặc «thuha1965»
mat khau wifi nha van hoa la «xombanmoi5g»
mật khẩu: «thuha»
stk «19036612345678» tech
số tk vietin «101868123456» nhé
gửi về tài khoản «2601 2051 23456» agribank
thẻ napas «9704 1512 3456 7890 123»
«5555-5555-5555-4444»
ma nhan duoc la «482 913»
mã về: «bốn tám hai chín một ba»
mã «4.8.2.9.1.3»
ma so 6 so: «771204»
mã 6 số là «771 204» nha
mã cvv thẻ em «482»
CVC: «1234»
mã về máy «4829»
""".strip().splitlines()

HARMLESS = r"""
hộ 12 vắng, hộ 15 xong
3 5 7 vang; 9 xong; 11 hen t7
1 2 3 4 5 6 7 8 9 vắng
12 14 16 18 20 22 xong
101 102 103 104 xong
hộ 1-5, 7-12, 20-30 xong
5 3 9 12 11 20 18 đi vắng
12 di xa den 2/2027
1234 vuong otp
12 vuong otp, 15 quen mk
kiểm tra 4821
mã hôm nay 4821
chị ơi kiểm tra 4821 có phải người xin otp không
quên mật khẩu thì làm sao
đổi mk vneid
bị khoá tk vneid vì nhập sai mk nhìu lần
mk là người mới, chỉ mk với
mật khẩu là gì vậy bác
mật khẩu có 8 ký tự trở lên hả
mật khẩu gồm 8 ký tự đúng không
Passcode 6 số của VNeID là cái gì, quên thì sao
quên mật khẩu: gọi ai?
quên mật khẩu gọi 1900 0368
đổi mật khẩu ngày 23/11/2026 lúc 08:30
không nhận được OTP từ 19000368
chờ otp 5 phút chưa thấy
soạn tin gửi 1414 để nhận otp
otp có mấy số vậy
mất 150000 đồng vì đưa otp
lệ phí 20.000đ, 150.000đ, 1.500.000đ
vay 150.000.000 đồng
thủ tục 1.004194 và 2.001194
mã 1.004194.000.00.00.H23
hồ sơ H23.14-251123-0001
000.00.14.H23-251123-0001
G22.99.08-250101-0012
Nghị định 69/2024/NĐ-CP, Luật 26/2023/QH15
từ 23/11/2026 08:30 đến 24/11/2026 17:00
0912 345 678
+84 912 345 678
84912345678
0084 912 345 678
+84 24 3825 1234
(024) 3825 1234 hoặc 0209.3871.234
0912345678, 0987654321
0912 345 678 - 0987 654 321
069 2348 560
gọi 156, 5656, 113, 1022, 18001096 hoặc 1900 9068
sđt 0912 345 678 12 vắng
không chín một hai ba bốn năm sáu bảy tám là số điện thoại
một hai ba bốn năm sáu bảy tám chín mười
năm 2024 2025 2026
tổ có 120 hộ, 45 đã cài, 30 chưa
không biết ba năm nữa có bảy tám người không
pass lại xe máy 2015 giá 5 triệu
máy pin 5000 mAh còn tốt
số tài khoản sai thì làm sao, gọi 0912 345 678
bác ơi mk k vào đc vneid, mk nhập đúng mà
mật khẩu phải có chữ hoa, số, ký tự đặc biệt à
mk bảo bác ấy 5 lần rồi
mật khẩu mới có khác mật khẩu cũ không
đổi mật khẩu: vào Cài đặt, chọn Đổi mật khẩu
Mật khẩu là thứ không được cho ai biết
otp là mã dùng một lần phải không
mã otp gửi về máy con bác 0987 111 222
hộ 3, 5, 7 vướng otp; hộ 12 quên mật khẩu
15 16 17 18 19 20 21 22 23 24 xong hết
2 4 6 8 10 chưa có cccd
xóm 5 có 48 hộ 192 khẩu 75 máy 120 người
sáng 7h30 đến 11h30, chiều 13h30 đến 17h
ngày 1/7/2025 và 30/6/2026
chốt 31/12/2026, còn 38 ngày
kế hoạch 407/KH-UBND ngày 27/6/2023
thu 300.000 đ/tổ/tháng, 50.000 đ/ngày
25.000 x 12 = 300.000đ
tổ 1: 5/12, tổ 2: 7/15, tổ 3: 9/20
điểm A 10h, 11h; điểm B 14h, 15h
1. cài app 2. nhập số 3. chờ otp 4. đặt mk
bước 3: nhập otp, bước 4: đặt mật khẩu 8 ký tự
số bảo hiểm 0123456789
phiên bản 2.2.4 cài trên android 11
vĩ độ 21.0285, kinh độ 105.8542
gọi 0209 3871 234 giờ hành chính
sđt con em 0987111222 zalo cũng số đó
sdt: 0987.111.222 / 0912.345.678
liên hệ: 024 3825 1234 - 024 3825 1235
+84987111222 hoặc 0987111222
số nhà 123 đường 456 phường 7
biển số 97B1 123.45
lúc 8:05, 9:10, 10:15, 11:20 đều có người
ba năm nay tôi không có máy, hai bảy tháng chạp
1900 0368 phím 4
từ 2023-06 đến 2024-26
đạt 1.784/1.870 hộ = 95,4 %, hôm qua 88,8%, hôm kia 61,1%
xem https://baoxa.example/vneid-chap-chon-558083.html có thật không
http://tin.example/ct/5184/1834699 là gì
link này www.example.vn/post578137.html có lừa đảo không
Quên passcode: mở app → "Quên passcode" → nhập OTP → đặt lại
Cổng → Quên mật khẩu → "Lấy lại mật khẩu"
hạn 31/12/2026 (ngân hàng lùi đến 30/6/2027)
5 / 13, 5 / 10
quên mật khẩu mail lan1990@gmail.example thì sao
nhập 6 số: 12 13 14 15 16 17 vắng
ghi 3.5.7.9.1.2 vang
ho 3-5-7-9-2-1 xong
mã gửi về 5656 phải không
passcode 6 số là gì
mã về sim 2 của máy
""".strip().splitlines()


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return list(secrets())


@pytest.fixture(scope="module")
def harmless_cases() -> list[str]:
    return list(innocents())


def _read(line: str) -> str:
    return unicodedata.normalize("NFC", line.replace("\\n", "\n").replace("\\u200b", "\u200b"))


@pytest.mark.parametrize("line", HARD)
def test_a_hard_secret_is_masked_and_nothing_else_changes(line: str) -> None:
    pieces = [piece.split("»") for piece in _read(line).split("«")]
    text = "".join("".join(piece) for piece in pieces)
    masked = pieces[0][0] + "".join(MASK + after for _, after in pieces[1:])
    assert redact(text).text == masked
    assert redact(text).found


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_message_is_left_alone(text: str) -> None:
    assert redact(text).text == unicodedata.normalize("NFC", text)
    assert not redact(text).found


def test_the_corpus_is_large_and_varied(cases: list[Case], harmless_cases: list[str]) -> None:
    assert len({case.text for case in cases}) >= 5000
    assert len(set(harmless_cases)) >= 3000
    assert {case.kind for case in cases} == set(Secret)
    assert cases[:50] == list(secrets(50)), "the corpus must be the same in every run"


@pytest.mark.parametrize("seed", [20261123, 7, 2027])
def test_recall_is_at_least_995_in_a_thousand(seed: int) -> None:
    cases = list(secrets(seed=seed))
    missed = [case.text for case in cases if case.leaks(redact(case.text).text)]
    assert len(missed) <= len(cases) * 0.005, missed[:20]


def test_each_kind_is_named(cases: list[Case]) -> None:
    misnamed = [case.text for case in cases if case.kind not in redact(case.text).found]
    assert len(misnamed) <= len(cases) * 0.005, misnamed[:20]


def test_the_words_around_a_secret_stay(cases: list[Case]) -> None:
    exact = sum(redact(case.text).text == case.masked for case in cases)
    assert exact >= len(cases) * 0.99


@pytest.mark.parametrize("seed", [20261123, 7, 2027])
def test_phones_and_daily_numbers_are_not_eaten(seed: int) -> None:
    texts = list(innocents(seed=seed))
    eaten = [text for text in texts if redact(text).text != unicodedata.normalize("NFC", text)]
    assert len(eaten) <= len(texts) * 0.01, eaten[:20]


def test_twice_is_the_same_as_once(cases: list[Case], harmless_cases: list[str]) -> None:
    for text in [case.text for case in cases] + harmless_cases:
        once = redact(text).text
        again = redact(once)
        assert again.text == once
        assert not again.found


def test_decomposed_letters_read_the_same(cases: list[Case]) -> None:
    for case in cases[:2000]:
        assert redact(unicodedata.normalize("NFD", case.text)) == redact(unicodedata.normalize("NFC", case.text))


def test_missing_tone_marks_hide_nothing(cases: list[Case]) -> None:
    unmarked = [(bare(case.before), bare(case.secret), bare(case.after)) for case in cases]
    missed = [text for text in unmarked if text[1] in redact("".join(text)).text]
    assert len(missed) <= len(cases) * 0.005, missed[:20]


PIECES = st.sampled_from(
    [
        "cccd",
        "otp",
        "mật khẩu",
        "mk",
        "là",
        ":",
        "079201001234",
        "0912 345 678",
        "482913",
        "không",
        "bảy",
        "Abc@1",
        "3 5 7",
        "vắng",
        "\n",
        " ",
        "\u200b",
        "\ufe0f\u20e3",
        "①",
        "٣",
        MASK,
        "150.000đ",
        "23/11/2026",
        "stk",
        "pass=",
        "ﬁ",
        "İ",
        "한",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=40).map(" ".join)))
def test_anything_at_all_is_read_without_an_error_and_settles(text: str) -> None:
    once = redact(text)
    assert unicodedata.is_normalized("NFC", once.text)
    assert redact(once.text).text == once.text
    assert redact(unicodedata.normalize("NFD", text)).text == once.text


@settings(max_examples=300, deadline=None)
@given(
    st.from_regex(r"0[0-9]{11}", fullmatch=True),
    st.sampled_from(["", " ", ".", "-", "_", "/", "\u200b", "\u00a0", "\n", " - "]),
    st.integers(1, 6),
)
def test_a_citizen_number_in_equal_groups_is_always_caught(number: str, mark: str, size: int) -> None:
    written = mark.join(number[at : at + size] for at in range(0, 12, size))
    assert redact(f"số của em {written} ạ") == redact("số của em 079201001234 ạ")


def _best_of_three(text: str) -> float:
    times = []
    for _ in range(3):
        start = time.process_time()
        redact(text)
        times.append(time.process_time() - start)
    return min(times)


UNITS = [
    "Cháu chào bác, hôm nay cháu đến cài VNeID. ",
    "1",
    "1 ",
    "9 8 ",
    "không ",
    "mk ",
    "mk la ",
    "mk:::",
    "0912 345 678, ",
    "o1l",
    "otp 482913 ",
    "otp 1234 a ",
    "cccd 079201001234 ",
    "1 2 3 4 5 6 7 8 0 a ",
    "000.00.14.H23-25",
    "1.234.",
    "a 482913 ",
    "\u0301",
    "0912345678\n",
    "23/11/2026 ",
    "pass=a",
    "stk 1023456789 a ",
    "001 095 012 345 ",
    "một hai ba bốn ",
    "khong mot ",
    "mười ",
    "1.234.567 ",
    "x@1 ",
]


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    """50 kB in at most 12 ms on a quiet machine; the bound leaves room for a busy one, growth is judged by itself."""
    long = (unit * (50_000 // len(unit) + 1))[:50_000]
    whole = _best_of_three(long)
    assert whole < 0.06
    assert whole < 12 * _best_of_three(long[:10_000]) + 0.02


def test_an_ordinary_message_takes_next_to_no_time() -> None:
    text = "Cháu chào bác, bác khỏe không ạ"
    start = time.process_time()
    for _ in range(2000):
        redact(text)
    assert (time.process_time() - start) / 2000 < 50e-6


def test_a_long_article_keeps_every_word(harmless_cases: list[str]) -> None:
    quiet = [text for text in harmless_cases if not any(char.isdigit() for char in text)]
    article = unicodedata.normalize("NFC", ". ".join(random.Random(1).choices(quiet, k=120)))
    assert len(article) < 5000
    assert redact(article).text == article


def test_secrets_far_into_a_long_text_are_found() -> None:
    prose = "Cháu chào bác, hôm nay cháu đến nhà bác để cài ứng dụng. " * 700
    assert (
        redact(prose + "cccd 079 201 001 234, mật khẩu là Abc@123 nhé").text
        == f"{prose}cccd {MASK}, mật khẩu là {MASK} nhé"
    )
