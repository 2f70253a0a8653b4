"""The quick log's grammar: what it understands, what it asks about, and that it never takes one thing for another."""

import re
import time
import unicodedata
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from content import quick_words
from content.fold import fold
from handlers.visits.quick_lines import MOST_LETTERS, Line, read
from storage.outcomes import Outcome

MONDAY = date(2026, 11, 23)
HAMLETS = {("thon", "mau", "hai"): 2, ("thon", "3"): 3}


def told(line: Line) -> str:
    """A line in short, as the table below writes it."""
    extra = [
        line.barrier,
        line.next_on and f"next {line.next_on}",
        line.until and f"until {line.until}",
        line.on and f"on {line.on}",
        line.hour and f"{line.hour}h",
        *line.services,
        line.note and f"({line.note})",
        line.mode if line.mode != "door" else "",
        "along" if line.along else "",
        " & ".join(map(fold, line.companions)),
        f"in {line.hamlet_id}" if line.hamlet_id else "",
        f"? {line.doubt}" if line.doubt else "",
    ]
    numbers = ",".join(map(str, line.numbers))
    return " ".join(str(each) for each in (numbers, line.outcome or "-", *extra) if each)


UNDERSTOOD = {
    "12 xong": "12 completed",
    "XONG 12!": "12 completed",
    "hộ 12: vắng": "12 not_home",
    "14 ko co nha": "14 not_home",
    "15 vướng ko nhận đc otp": "15 blocked otp_not_received",
    "17 hok gặp; 18 k muốn": "17 not_home | 18 refused_hard",
    "ho12 vang": "12 not_home",
    "3 5 7 vang; 9 xong; 11 hen t7": "3,5,7 not_home | 9 completed | 11 appointment next 2026-11-28",
    "3, 5 và 7 vắng, 9 xong. 11 hẹn thứ bảy": "3,5,7 not_home | 9 completed | 11 appointment next 2026-11-28",
    "xong 12 13\nvang 14": "12,13 completed | 14 not_home",
    "12 vuong otp": "12 blocked otp_not_received",
    "12 vướng: quên mật khẩu": "12 blocked forgot_password",
    "12 vuong": "12 blocked",
    "12 vuong otp hen t7": "12 blocked otp_not_received next 2026-11-28",
    "12 di xa den 2/2027": "12 temporarily_away until 2027-02-28",
    "12 đi làm xa đến tháng 2": "12 temporarily_away until 2027-02-28",
    "hom qua 4 xong": "4 completed on 2026-11-22",
    "4 xong hom qua": "4 completed on 2026-11-22",
    "chiều qua 4 xong": "4 completed on 2026-11-22 15h",
    "20/11 4 5 xong": "4,5 completed on 2026-11-20",
    "20/11/2026: 4 xong": "4 completed on 2026-11-20",
    "20/11:\n4 xong\n5 vang": "4 completed on 2026-11-20 | 5 not_home on 2026-11-20",
    "t6 4 xong": "4 completed on 2026-11-20",
    "12-15 vang": "12,13,14,15 not_home",
    "từ 12 đến 15 vắng": "12,13,14,15 not_home",
    "họp: 1-20 trừ 4 9-18 xong": "1,2,3,5,6,7,8,19,20 completed meeting",
    "gọi 12 vắng": "12 not_home phone",
    "12 xog": "12 completed",
    "12 vamg": "12 not_home",
    "12 tu chio": "12 refused_hard",
    "12 hoan thnh": "12 completed",
    "12 khong co nha": "12 not_home",
    "12 chua xong": "12 partial",
    "12 thieu nguoi": "12 right_person_away",
    "12 co roi": "12 already_done",
    "12 chưa muốn": "12 refused_soft",
    "12 chuyen di": "12 moved_out",
    "12 nha khong nguoi o": "12 vacant",
    "12 xong mức 2 (bà rất vui)": "12 completed vneid_level2 (bà rất vui)",
    "12 xong thanh toan": "12 completed online_payment",
    "12 xong cùng đi": "12 completed along",
    "12 xong đi cùng anh Nam": "12 completed along anh nam",
    "12 xong cung chi hoa; 13 vang": "12 completed along chi hoa | 13 not_home",
    "12 xong, có chị Mai đi cùng ạ": "12 completed along chi mai",
    "12 vắng với bác Năm; 13 xong mức 2 đi cùng Văn Nam và chị Hẹn hôm qua":
        "12 not_home along bac nam | 13 completed on 2026-11-22 vneid_level2 along van nam & chi hen",
    "12 hẹn mùng 6 cùng anh Đạt": "12 appointment along anh dat",
    "12 hẹn phiên chợ tới cùng anh Đạt": "12 appointment along anh dat",
    "đi cùng anh Nam 12 xong; 13 vang": "12 completed along anh nam | 13 not_home",
    "sáng nay đi cùng chị Mai: 12 xong; 13 vang":
        "12 completed on 2026-11-23 8h along chi mai | 13 not_home on 2026-11-23 8h along chi mai",
    "đi cùng anh Nam\n12 xong\n13 vang": "12 completed along anh nam | 13 not_home along anh nam",
    "họp thôn\n12 xong\n13 có rồi": "12 completed meeting | 13 already_done meeting",
    "tại quầy: 12 xong; 13 có rồi\n14 vắng": "12 completed office | 13 already_done office | 14 not_home",
    "họp thôn 12 xong; 13 vắng": "12 completed meeting | 13 not_home",
    "12 hẹn mai 8h30": "12 appointment next 2026-11-24 (8h30)",
    "12 hen 3 ngay nua": "12 appointment next 2026-11-26",
    "12 hen 25/12": "12 appointment next 2026-12-25",
    "12 hen": "12 appointment",
    "thôn Mẫu Hai 12 xong; 13 vắng": "12 completed in 2 | 13 not_home in 2",
    "thon 3 5 7 vang": "5,7 not_home in 3",
    "12 done; 3 not home": "12 completed | 3 not_home",
    "12..14 vang": "12,13,14 not_home",
    "12~14 vắng": "12,13,14 not_home",
    "từ hộ 12 đến hộ 14 vắng": "12,13,14 not_home",
    "ngày 20/11 hộ 4 xong": "4 completed on 2026-11-20",
    "hôm qua: 4 xong; 5 vắng": "4 completed on 2026-11-22 | 5 not_home on 2026-11-22",
    "1. 12 xong\n2. 13 vang\n3) hộ 5 vắng": "12 completed | 13 not_home | 5 not_home",
    "1. 12 xong": "1,12 completed",
    "12 vawngs": "12 not_home",
    "12 vuowngs otp": "12 blocked otp_not_received",
    "12 tuwf choois": "12 refused_hard",
    "12 đã làm xong; 13 xong r": "12 completed | 13 completed",
    "12 cửa khóa; 13 ko co ai o nha; 14 đi làm chưa về": "12 not_home | 13 not_home | 14 not_home",
    "12 vắng lần 3": "12 not_home",
    "12 ko nhận đc otp": "12 blocked otp_not_received",
    "12 không có điện thoại; 13 ko có đt; 14 quên mk":
        "12 blocked no_smartphone | 13 blocked no_smartphone | 14 blocked forgot_password",
    "12 mất mạng hẹn mai": "12 blocked no_network next 2026-11-24",
    "12 xong mức 2 và dvc": "12 completed vneid_level2 dvc_account",
    "quầy: 12 xong": "12 completed office",
    "12 hẹn 8h sáng mai": "12 appointment next 2026-11-24 (8h)",
    "12 hẹn thứ 7 tuần sau; 13 hẹn sau tết": "12 appointment next 2026-12-05 | 13 appointment next 2027-02-11",
    "12 hẹn ngày 5": "12 appointment next 2026-12-05",
    "12 hẹn mùng 6": "12 appointment",
    "12 hẹn phiên chợ tới": "12 appointment",
    "12 đi xa đến tết": "12 temporarily_away",
    "１２ xong": "12 completed",
    "12\u200b xo\u0300ng": "12 completed ? unclear",
}
ASKED = {
    "15-12 vang": "unclear",
    "3-5-7 vang": "unclear",
    "1-30 vang": "range",
    "1-8 xong": "range",
    "12 xon": "unclear",
    "12 hong xong": "unclear",
    "12 khong xong": "unclear",
    "12 vâng": "unclear",
    "12 sang": "unclear",
    "12 xong?": "unclear",
    "12 xong 13": "unclear",
    "12 cũng xong": "unclear",
    "12 cung xong": "unclear",
    "12 xong đi cùng anh Nam vắng": "unclear",
    "12 xong với 13 anh Nam": "unclear",
    "xong 12 13 vang": "unclear",
    "12 vang hen t7": "unclear",
    "12 vang 12 xong": "twice",
    "12 xong; 12 vang": "twice",
    "hom qua 4 xong; 5 vang": "day",
    "t2 4 xong": "day",
    "30/11/2026 4 xong": "future",
    "4 xong mai": "unclear",
    "20/10 4 xong": "far_back",
    "12 otp": "unclear",
    "12 abc": "unclear",
    "99999999 xong": "unclear",
    "12 xong vuong otp": "unclear",
    "12 hen hom qua": "unclear",
    "31/2 4 xong": "unclear",
    "12 trừ 12 xong": "unclear",
    "5 hộ vắng": "unclear",
    "xong 12 hộ": "unclear",
    "12 nhà xong": "unclear",
    "12a xong": "unclear",
    "2 lần 12 vắng": "unclear",
    "12 chưa muốn không có điện thoại": "unclear",
    "12 hẹn chưa": "unclear",
    "12 hẹn ngày 5 13 xong": "unclear",
    "12...13...14 vang": "unclear",
}
NO_LOG = [
    "",
    "xong",
    "12",
    "thủ tục làm căn cước",
    "tôi có 2 hộ vướng otp thì làm sao",
    "3 bước làm vneid",
    "hẹn",
    "2 lần rồi không được",
    "họp thôn lúc 19 giờ",
    "chiều nay 14h ai trực",
    "25/12 nghỉ à",
    "tổ tôi được 5 hộ",
]


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_what_is_understood(text: str) -> None:
    if "\u0300" in text:  # a wrong mark makes it another word
        assert [told(line) for line in read(text, MONDAY, HAMLETS)] == [UNDERSTOOD[text]]
        return
    assert " | ".join(told(line) for line in read(text, MONDAY, HAMLETS)) == UNDERSTOOD[text]
    assert all(line.certain for line in read(text, MONDAY, HAMLETS))


@pytest.mark.parametrize("text", ASKED)
def test_what_is_asked(text: str) -> None:
    lines = read(text, MONDAY, HAMLETS)
    assert ASKED[text] in [line.doubt for line in lines]
    assert all(line.likely for line in lines if line.doubt)


@pytest.mark.parametrize("text", NO_LOG)
def test_what_is_no_log_at_all(text: str) -> None:
    assert not any(line.certain or line.likely for line in read(text, MONDAY, HAMLETS))


@pytest.mark.parametrize("shift", [0, 1, 6])
def test_a_message_without_marks_or_in_capitals_means_the_same(shift: int) -> None:
    today = MONDAY + timedelta(days=shift)
    for text in (each for each in UNDERSTOOD if "\u0300" not in each):
        bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).replace("đ", "d")
        plain = [told(line) for line in read(text, today, HAMLETS)]
        for other in (text.upper(), unicodedata.normalize("NFD", text)):
            assert [told(line) for line in read(other, today, HAMLETS)] == [
                each.replace("bà rất vui", "bà rất vui") for each in plain
            ], other
        assert [told(line).replace("ba rat vui", "bà rất vui") for line in read(bare, today, HAMLETS)] == plain, bare


# --- an independent strict reading ---------------------------------------------------------------------------------------------

STEMS = {
    Outcome.COMPLETED: ["xong", "hoan thanh", "dat", "done", "finished"],
    Outcome.ALREADY_DONE: ["co roi", "co san", "da co", "co tu truoc", "already done"],
    Outcome.PARTIAL: ["do", "chua xong", "partial"],
    Outcome.BLOCKED: ["vuong", "mac", "stuck", "quen mat khau", "khong co dien thoai", "khong nhan otp", "otp khong ve",
                      "chua co can cuoc", "loi cong", "gia yeu", "nam vien", "so bi lua"],
    Outcome.APPOINTMENT: ["hen"], Outcome.RIGHT_PERSON_AWAY: ["thieu nguoi", "chu nha vang"],
    Outcome.NOT_HOME: ["vang", "khong co nha", "khong gap", "khong co ai", "cua khoa", "khoa cua",
                       "di cho", "di lam", "chua ve", "not home"],
    Outcome.TEMPORARILY_AWAY: ["di xa", "di lam xa", "away"],
    Outcome.REFUSED_SOFT: ["chua muon", "de sau"], Outcome.REFUSED_HARD: ["tu choi", "khong muon"],
    Outcome.NOT_FOUND: ["khong tim thay"],
    Outcome.UNREACHABLE: ["khong vao duoc"], Outcome.MOVED_OUT: ["chuyen di", "moved"], Outcome.VACANT: ["nha trong", "bo khong"],
    Outcome.NOT_HOUSEHOLD: ["khong phai ho", "trung ho"]}  # fmt: skip
"""The roots of each result, written down a second time."""
PLAIN = {"ho", "va", "a", "nhe", "roi", "da", "otp", "sim", "cong", "loi", "hom", "qua", "nay", "kia", "mai", "den", "tu", "tru",
         "hop",          "goi", "muc", "t7", "thu", "bay", "sang", "chieu", "ngay", "nua", "tuan", "sau", "cung", "di", "thang"}  # fmt: skip  # noqa: E501

SPELT = PLAIN | {word for stems in STEMS.values() for stem in stems for word in stem.split()}
"""What is one of these is not another of them with a letter wrong: “lỗi cổng” is not “xong”."""


def bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c)).replace("đ", "d")


def spoken_numbers(text: str) -> set[int]:
    """Every number in the text that may be a household's, ranges told out, dates taken away."""
    text = re.sub(
        r"\d{1,2}/\d{1,4}(/\d{2,4})?|\d{1,2}h\d*|muc 2|thu [2-8]|\bt[2-8]\b|\d+ (ngay|tuan) nua|thang \d+", " ", bare(text)
    )
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)\s*(?:-|–|~|\.{2,3}|(?:den|toi|to)(?: ho| nha| so)*)\s*(\d+)", text):
        found |= set(range(int(first), int(last) + 1))
    return found | {int(each) for each in re.findall(r"\d+", text)}


@cache
def near(typed: str, stem: str) -> bool:
    """At most one letter apart, told by cutting a letter out of either."""
    cut = {typed} | {typed[:n] + typed[n + 1 :] for n in range(len(typed))}
    other = {stem} | {stem[:n] + stem[n + 1 :] for n in range(len(stem))}
    return bool(cut & other)


def says(text: str, outcome: Outcome) -> bool:
    words = re.sub(r"[^a-z]+", " ", bare(text)).split()
    for stem in STEMS[outcome]:
        size = len(stem.split())
        runs = (" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
        if any(run == stem or (len(stem) > 3 and near(run, stem) and not set(run.split()) <= SPELT) for run in runs):
            return True
    return False


def denied(text: str, outcome: Outcome) -> bool:
    """A "not" that belongs to no result that begins with one."""
    words = re.sub(r"[^a-z]+", " ", bare(text)).split()
    no = {"khong", "ko", "chua", "hong", "cha", "dung"} & set(words)
    return bool(no) and not any(word in stem.split() for stem in STEMS[outcome] for word in no) and outcome is not Outcome.BLOCKED


WORDS = [*(stem for stems in STEMS.values() for stem in stems), *sorted(PLAIN), "xog", "vag", "xomg", "hong", "sang", "khong",
         "ko",          "vâng", "vắng", "dở", "đở", "bà", "nước", "vui", "12", "3", "5", "7", "99", "3-5", "7-3", "20/11", "2/2027", "30/12", "8h", ",",  # noqa: E501
         ";",          ".", ":", "\n", "-", "?", "(vui)", "trừ", "họp", "thon 3", "hom qua", "3 ngay nua", "Xong", "VANG", "1-9"]  # fmt: skip  # noqa: E501
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


@settings(max_examples=4_000, deadline=None)
@given(TEXT)
@example("loi cong 12")
def test_whatever_is_certain_stands_in_the_text(text: str) -> None:
    for line in read(text, MONDAY, HAMLETS):
        if not line.certain:
            continue
        assert line.outcome is not None and line.numbers
        assert says(line.text, line.outcome), (text, told(line))
        assert not denied(line.text, line.outcome), (text, told(line))
        assert "?" not in line.text, (text, told(line))
        assert set(line.numbers) <= spoken_numbers(line.text), (text, told(line))
        assert line.on is None or MONDAY - timedelta(days=30) <= line.on <= MONDAY
        assert line.next_on is None or line.next_on >= (line.on or MONDAY) - timedelta(days=30)
        others = [
            other
            for other in Outcome
            if other is not line.outcome
            and says(line.text, other)
            and not any(near(a, b) or a in b or b in a for a in STEMS[other] for b in STEMS[line.outcome])
        ]
        assert set(others) <= {
            Outcome.APPOINTMENT,
            Outcome.PARTIAL,
            Outcome.NOT_HOME,
            Outcome.BLOCKED,
            Outcome.ALREADY_DONE,
            Outcome.VACANT,
            Outcome.TEMPORARILY_AWAY,
            Outcome.NOT_HOUSEHOLD,
        }, (text, told(line), others)


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(max_size=300), TEXT.map(lambda text: text * 3)))
def test_any_text_at_all_is_read_without_harm(text: str) -> None:
    for line in read(text, MONDAY, HAMLETS):
        assert not line.certain or set(line.numbers) <= {
            int(unicodedata.normalize("NFKC", each)) for each in re.findall(r"\d+", text)
        } | spoken_numbers(unicodedata.normalize("NFKC", text)), text


@pytest.mark.parametrize(
    "piece", ["1 ", "xong ", "1-2-", "((((", "12 xog ", "a1", "từ 1 đến ", "20/11 ", "\n12 xong", "khong ", "-"]
)
def test_long_texts_take_no_time(piece: str) -> None:
    text = piece * (50_000 // len(piece))
    read(piece, MONDAY, HAMLETS)
    began = time.process_time()
    read(text, MONDAY, HAMLETS)
    assert time.process_time() - began < 0.5 and len(text) > MOST_LETTERS


def test_no_two_results_share_a_phrase() -> None:
    seen: dict[tuple[str, ...], quick_words.Meaning] = {}
    for group in quick_words.phrases().values():
        for phrase in group:
            other = seen.setdefault(phrase.folded, phrase.meaning)
            assert other == phrase.meaning or {other.kind, phrase.meaning.kind} != {"outcome"}, phrase.folded
    assert {meaning.value for meaning in seen.values() if meaning.kind == "outcome"} == {outcome.value for outcome in Outcome}
