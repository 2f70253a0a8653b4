"""Lists from files: every usual encoding, headings with and without marks, private columns gone, bombs refused."""

import codecs
import io
import subprocess
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.lists.columns import Column, is_private, meaning
from content.lists.encodings import TCVN3, decode, mended
from content.lists.households import HouseholdList, Line, households
from content.lists.pasting import bared, bared_text, looks_like_list, pasted
from content.lists.sheet import read, table
from content.lists.tidying import kept
from content.lists.trouble import IN_CHAT, Limits, Trouble, Unreadable

TEXT = (
    "Số hộ;Họ và tên chủ hộ;Ngõ;Số người lớn\n12;bà Nguyễn Lan;ngõ Đền;2\n13;bà Ưng Hoàng Quỳnh;xóm Giữa;\n"
    "14;nhà Đặng Hữu Tường;;3\n"
)
LINES = (
    Line(2, 12, "bà Nguyễn Lan", "ngõ Đền", 2),
    Line(3, 13, "bà Ưng Hoàng Quỳnh", "xóm Giữa"),
    Line(4, 14, "nhà Đặng Hữu Tường", "", 3),
)


def listed(data: bytes, name: str = "danh sach.csv", limits: Limits = IN_CHAT) -> HouseholdList:
    return households(read(data, name, limits))


def refused(data: bytes, name: str = "a.csv", limits: Limits = IN_CHAT) -> Trouble:
    with pytest.raises(Unreadable) as caught:
        listed(data, name, limits)
    return caught.value.trouble


def book(*rows: tuple[object, ...]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def converted(encoding: str) -> bytes:
    """The text as another program writes it in an old encoding."""
    return subprocess.run(["iconv", "-f", "utf-8", "-t", encoding], input=TEXT.encode(), capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        converted("CP1258"),
        converted("TCVN"),
        TEXT.replace("\n", "\r\n").encode(),
        ("sep=;\n" + TEXT).encode(),
    ],
)
def test_every_usual_encoding_gives_the_same_list(data: bytes) -> None:
    found = listed(data)
    assert [(line.number, line.label, line.lane, line.adults) for line in found.lines] == [
        (line.number, line.label, line.lane, line.adults) for line in LINES
    ]
    assert found.problems == ()


def test_the_table_of_an_old_font_is_the_standards() -> None:
    standard = subprocess.run(
        ["iconv", "-f", "TCVN", "-t", "utf-8"], input=bytes(range(0xA1, 0x100)), capture_output=True, check=True
    )
    assert "".join(TCVN3.values()) == standard.stdout.decode()


def test_letters_of_an_old_font_inside_a_new_file_are_mended() -> None:
    assert mended("Hä vµ tªn chñ hé") == "Họ và tên chủ hộ"
    assert mended("Y Blŏ Niê") == "Y Blŏ Niê" and mended("Müller") == "Müller"
    found = listed(book(("Sè hé", "Chñ hé"), (1, "NguyÔn ThÞ Lan")), "a.xlsx")
    assert found.lines[0].label == "Nguyễn Thị Lan"


@pytest.mark.parametrize(
    "data",
    [
        "Nguyeãn Vaên Taùm, Traàn Thò Baûy".encode("latin-1"),
        bytes(range(128, 256)) * 4,
        "éàü Größe naïve".encode("latin-1"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        codecs.BOM_UTF16_LE + b"a",
    ],
)
def test_what_cannot_be_read_is_refused_not_guessed(data: bytes) -> None:
    assert refused(data) is Trouble.ENCODING


def test_a_spreadsheet_gives_the_same_list() -> None:
    rows = [tuple(row.split(";")) for row in TEXT.splitlines()]
    assert listed(book(*rows), "A.XLSX").lines == LINES
    typed = listed(book(("STT", "Chủ hộ", "Ngày sinh"), (1.0, "bà Lan", 20_000), (2, "ông Tư", None)), "a.xlsx")
    assert [line.number for line in typed.lines] == [1, 2] and typed.private == ("Ngày sinh",)


@pytest.mark.parametrize(
    "heading, column",
    [
        ("Số hộ", Column.NUMBER),
        ("so ho", Column.NUMBER),
        ("SỐ HỘ", Column.NUMBER),
        ("Mã hộ:", Column.NUMBER),
        ("STT", Column.COUNT),
        ("Họ và tên chủ hộ", Column.LABEL),
        ("ho ten", Column.LABEL),
        ("Tên hộ", Column.LABEL),
        ("1. Chủ hộ", Column.LABEL),
        ("Ngõ/Xóm", Column.LANE),
        ("dia chi", Column.LANE),
        ("Số người từ 18 tuổi trở lên", Column.ADULTS),
        ("Thôn, bản", Column.HAMLET),
        ("Kết quả", Column.OUTCOME),
        ("ngày", Column.DAY),
        ("Hẹn lại", Column.NEXT),
        ("Thành viên", Column.MEMBER),
        ("Họ tên", Column.LABEL),
    ],
)
def test_headings_are_known_with_and_without_marks(heading: str, column: Column) -> None:
    assert meaning(heading) is column and not is_private(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Số CCCD",
        "CMND/CCCD",
        "so can cuoc",
        "Ngày sinh",
        "ngay thang nam sinh",
        "Năm sinh",
        "Tuổi",
        "SĐT",
        "Số điện thoại",
        "dien thoai",
        "Zalo",
        "Email",
        "Dân tộc",
        "Tôn giáo",
        "Hộ nghèo",
        "Số thẻ BHYT",
        "Số tài khoản",
        "Giới tính",
        "Mật khẩu VNeID",
        "Mã số thuế",
    ],
)
def test_private_headings_are_never_columns(heading: str) -> None:
    assert meaning(heading) is None and is_private(heading)


PRIVATE = ("012345678901", "0912345678", "0912 345 678", "01/02/1956", "1956", "1987", "034 056 001 234")


def test_nothing_private_passes_by_column_or_among_the_words() -> None:
    text = (
        "STT;Chủ hộ;Số CCCD;Ngày sinh;Ngõ;SĐT;Dân tộc\n1;bà Lan (1956) 0912345678;012345678901;01/02/1956;ngõ Đền - 0912 345 678;"
        "0912345678;Tày\n2;ông Tư sinh năm 1987 CCCD 034 056 001 234;;;;;\n"
    )
    found = listed(text.encode())
    assert [(line.label, line.lane) for line in found.lines] == [("bà Lan", "ngõ Đền"), ("ông Tư", "")]
    assert found.private == ("Số CCCD", "Ngày sinh", "SĐT", "Dân tộc") and found.cleaned == (2, 3)
    whole = bared(read(text.encode(), "a.csv"))
    assert not any(each in whole + str(found) for each in PRIVATE) and "Tày" not in whole
    again = pasted(whole)
    assert [(line.row, line.number, line.label) for line in again.lines] == [(2, 1, "bà Lan"), (3, 2, "ông Tư")]
    assert again.private == found.private


@pytest.mark.parametrize(
    "words, left",
    [
        ("bà Lan, sn 1956", "bà Lan"),
        ("ông Tư (1960)", "ông Tư"),
        ("nhà số 12", "nhà số 12"),
        ("cụ Sáu 90 tuổi", "cụ Sáu"),
        ("nhà Lan Hùng - ĐT: 0912.345.678", "nhà Lan Hùng"),
        ("tổ 7, khu 3", "tổ 7, khu 3"),
        ("bà Lan +84 912 345 678", "bà Lan"),
        ("Y Blŏ", "Y Blŏ"),
        ("chị Hoa 012345678901", "chị Hoa"),
        ("km 14 đường 279", "km 14 đường 279"),
    ],
)
def test_words_keep_what_is_not_private(words: str, left: str) -> None:
    assert kept(words)[0] == left


def test_problems_name_their_row_and_nothing_is_half_right() -> None:
    text = (
        "UBND XÃ;;\nDANH SÁCH HỘ;;\nSTT;Chủ hộ;Số người lớn\n1;bà Lan;2\n\nx;ông Tư;\n1;bà Ba;\n0;bà Ân;\n99;;\n9;bà Tư;lắm\n8;"
        + "a" * 90
        + ";\nTổng cộng;5;\n"
    )
    found = listed(text.encode())
    assert [(each.row, each.trouble) for each in found.problems] == [
        (6, Trouble.BAD_NUMBER),
        (7, Trouble.SAME_NUMBER),
        (8, Trouble.BAD_NUMBER),
        (10, Trouble.BAD_ADULTS),
        (11, Trouble.TOO_LONG),
    ]


@pytest.mark.parametrize(
    "text, yes",
    [
        ("Danh sách hộ\n12 bà Lan", True),
        ("danh sach ho thon A\n12 ba Lan\n13 ong Tu", True),
        ("số hộ,chủ hộ\n1,bà Lan", True),
        ("STT\tHọ tên\tSĐT\n1\tbà Lan\t0912345678", True),
        ("12 xong\n13 vang\n14 hen t7", False),
        ("danh sách hộ", False),
        ("Xin chào\nCho hỏi VNeID", False),
        ("3 5 7 vang; 9 xong", False),
        ("", False),
    ],
)
def test_a_pasted_list_is_told_from_other_messages(text: str, yes: bool) -> None:
    assert looks_like_list(text) is yes


def test_a_pasted_list_with_and_without_headings() -> None:
    typed = pasted("Danh sách hộ\n\n12 bà Lan, ngõ Đền\nhộ 13. ông Tư – xóm Giữa\n14\tnhà Lan Hùng\nbà Không Số")
    assert [(line.row, line.number, line.label, line.lane) for line in typed.lines] == [
        (3, 12, "bà Lan", "ngõ Đền"),
        (4, 13, "ông Tư", "xóm Giữa"),
        (5, 14, "nhà Lan Hùng", ""),
        (6, None, "bà Không Số", ""),
    ]
    headed = "Danh sách hộ\nSố hộ\tChủ hộ\tCCCD\n12\tbà Lan\t012345678901"
    assert "012345678901" not in bared_text(headed)
    assert pasted(bared_text(headed)).lines == (Line(3, 12, "bà Lan"),)
    assert bared_text("12 xong\n13 vang 0912345678") == "12 xong\n13 vang 0912345678"
    assert "0912345678" not in bared_text("danh sách hộ\n12 bà Lan 0912345678")


@pytest.mark.parametrize(
    "name, data, trouble",
    [
        ("a.pdf", b"%PDF", Trouble.KIND),
        ("a.xls", b"\xd0\xcf\x11\xe0" * 9, Trouble.OLD_EXCEL),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" * 9, Trouble.OLD_EXCEL),
        ("a.csv", b"", Trouble.EMPTY),
        ("a.csv", b"\n\n;;\n", Trouble.EMPTY),
        ("a.csv", b"x;y\n1;2", Trouble.NO_HEADER),
        ("a.xlsx", b"PK\x03\x04 broken", Trouble.DAMAGED),
        ("a.csv", b"STT;Ten\n" + b"1;a\n" * 3_005, Trouble.TOO_MANY),
        ("a.csv", b"STT;Ten\n" + b"\n" * 13_000, Trouble.TOO_MANY),
        ("a.csv", b"a" * 2_000_001, Trouble.TOO_LARGE),
        ("a.csv", (b"STT;Ten;" + b"x;" * 100), Trouble.TOO_WIDE),
        ("a.exe", b"STT", Trouble.KIND),
        ("a.csv", b"STT;Ten\n", Trouble.EMPTY),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(name: str, data: bytes, trouble: Trouble) -> None:
    assert refused(data, name) is trouble


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def doctored(change: Callable[[str, bytes], bytes]) -> bytes:
    """A real spreadsheet with some of its parts changed."""
    with zipfile.ZipFile(io.BytesIO(book(("Số hộ", "Chủ hộ"), (1, "bà Lan")))) as packed:
        return zipped({name: change(name, packed.read(name)) for name in packed.namelist()})


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "parts",
    [
        lambda: {SHEET: b"0" * 300_000_000},
        lambda: {f"{n}": b"0" * 900_000 for n in range(20)},
        lambda: {f"{n}": b"" for n in range(600)},
        lambda: {SHEET: b"0" * 1_000_000},
    ],
    ids=["one-large", "many", "very-many", "one"],
)
def test_bombs_are_weighed_before_they_are_opened(parts: Callable[[], dict[str, bytes]]) -> None:
    data = zipped(parts())
    tracemalloc.start()
    began = time.monotonic()
    assert refused(data, "a.xlsx") is Trouble.UNPACKED
    assert tracemalloc.get_traced_memory()[1] < 5_000_000 and time.monotonic() - began < 2
    tracemalloc.stop()


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize("part", [ENTITIES, OUTSIDE, ENTITIES.decode().encode("utf-16"), b"not xml", b"", b"<worksheet>"])
@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_broken_and_tricky_parts_are_refused(name: str, part: bytes) -> None:
    data = doctored(lambda here, content: part if here == name else content)
    with pytest.raises(Unreadable):
        listed(data, "a.xlsx")


def test_a_sheet_that_claims_to_be_endless_is_not() -> None:
    far = doctored(
        lambda name, content: (
            content.replace(b'<row r="2"', b'<row r="1048576"').replace(b'"A2"', b'"A1048576"').replace(b'"B2"', b'"B1048576"')
            if name == SHEET
            else content
        )
    )
    began = time.monotonic()
    assert refused(far, "a.xlsx") is Trouble.TOO_MANY
    assert time.monotonic() - began < 3
    vast = doctored(lambda name, content: content.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"') if name == SHEET else content)
    assert listed(vast, "a.xlsx").lines[0].label == "bà Lan"


def test_formulas_are_never_kept() -> None:
    found = listed(
        book(("Số hộ", "Chủ hộ", "Ngõ"), (1, '-HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0"), (2, "bà Lan", "@SUM(1)")),
        "a.xlsx",
    )
    assert refused(book(("Số hộ", "Chủ hộ"), (1, '=HYPERLINK("http://x","y")')), "a.xlsx") is Trouble.FORMULAS
    assert found.problems == () and all(line.label[:1] not in "=+-@" or not line.label for line in found.lines)
    text = listed("Số hộ;Chủ hộ\n1;=1+1\n2;-bà Lan\n".encode())
    assert [line.label for line in text.lines] == ["1+1", "bà Lan"]


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xlsx", "a.txt"]))
def test_whatever_the_bytes_it_is_a_list_or_refused(data: bytes, name: str) -> None:
    try:
        listed(data, name)
    except Unreadable:
        return


@given(st.text(max_size=300))
def test_whatever_is_pasted_it_is_a_list_or_refused(text: str) -> None:
    bared_text(text)
    try:
        pasted(text)
    except Unreadable:
        return


def test_a_whole_ward_is_read_in_bounded_time() -> None:
    text = "Số hộ;Chủ hộ;Ngõ\n" + "\n".join(f"{n};bà Lan {n % 97};ngõ {n % 40}" for n in range(1, 36_001))
    began = time.monotonic()
    found = households(table(text, Limits(rows=50_000)))
    assert len(found.lines) == 36_000 and time.monotonic() - began < 30


def test_old_encodings_are_decoded_alike() -> None:
    assert decode(converted("TCVN")) == TEXT == decode(converted("CP1258"))
