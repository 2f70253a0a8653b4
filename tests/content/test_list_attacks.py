"""Lists as they come: several sheets, merged cells, formulas, open quotation marks, two calendars, and numbers of papers."""

import codecs
import io
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from content.lists.pasting import bared, pasted
from content.lists.sheet import read
from content.lists.trouble import AT_THE_DESK, Trouble
from content.lists.visits import visits
from tests.content.test_lists import SHEET, book, converted, doctored, listed, refused, zipped

TODAY = date(2026, 11, 25)
ID_NUMBER = "012345678901"


def built(build: Callable[[openpyxl.Workbook], None]) -> bytes:
    made = openpyxl.Workbook()
    build(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def lines(data: bytes, name: str = "a.xlsx") -> list[tuple[int | None, str, str, str]]:
    found = listed(data, name)
    assert found.problems == ()
    return [(line.number, line.label, line.lane, line.hamlet) for line in found.lines]


def sheets(*names: str, hidden: str = "") -> bytes:
    def build(made: openpyxl.Workbook) -> None:
        made.remove(made.active)
        for name in names:
            sheet = made.create_sheet(name)
            sheet.sheet_state = "hidden" if name == hidden else "visible"
            if not name.startswith("trống"):
                sheet.append(("Số hộ", "Chủ hộ"))
                sheet.append((1, f"nhà {name}"))
        made.active = next(n for n, name in enumerate(names) if name != hidden)

    return built(build)


def test_a_second_sheet_is_never_left_out_unseen() -> None:
    assert refused(sheets("Một", "Hai"), "a.xlsx") is Trouble.SHEETS
    assert lines(sheets("Một", "trống")) == lines(sheets("trống", "Một")) == [(1, "nhà Một", "", "")]
    assert lines(sheets("Cũ", "Mới", hidden="Cũ")) == [(1, "nhà Mới", "", "")], "what is hidden is not meant"
    assert refused(sheets("trống"), "a.xlsx") is Trouble.EMPTY


def test_what_is_merged_downwards_counts_for_every_line_it_stands_beside() -> None:
    def build(made: openpyxl.Workbook) -> None:
        sheet = made.active
        sheet.append(("DANH SÁCH HỘ",))
        sheet.merge_cells("A1:D1")
        sheet.append(())
        for cells in (("Số hộ", "Chủ hộ", "Ngõ", "Thôn"), (1, "bà Lan", "ngõ Đền", "Mẫu Một"), (2, "ông Tư"),
                      (3, "bà Ba", "xóm Hạ"), (4, "bà Bốn", None, "Mẫu Hai")):
            sheet.append(cells)
        for merged in ("C4:C5", "D4:D6"):
            sheet.merge_cells(merged)

    assert lines(built(build)) == [(1, "bà Lan", "ngõ Đền", "Mẫu Một"), (2, "ông Tư", "ngõ Đền", "Mẫu Một"),
                                   (3, "bà Ba", "xóm Hạ", "Mẫu Một"), (4, "bà Bốn", "", "Mẫu Hai")]


def test_a_number_merged_over_the_people_of_a_house_is_one_house() -> None:
    def build(made: openpyxl.Workbook) -> None:
        sheet = made.active
        for cells in (("STT", "Chủ hộ", "Người trong hộ"), (1, "bà Lan", "a"), (None, None, "b"), (2, "ông Tư", "c")):
            sheet.append(cells)
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("B2:B3")

    assert lines(built(build)) == [(1, "bà Lan", "", ""), (2, "ông Tư", "", "")]


def test_hidden_rows_are_rows() -> None:
    def build(made: openpyxl.Workbook) -> None:
        for cells in (("Số hộ", "Chủ hộ"), (1, "bà Lan"), (2, "ông Tư")):
            made.active.append(cells)
        made.active.row_dimensions[2].hidden = True  # as a filter leaves them

    assert [number for number, *_ in lines(built(build))] == [1, 2]


@pytest.mark.parametrize("cell, trouble", [
    (b'<c r="A2"><f>A1+1</f></c>', True), (b'<c r="A2"><f>A1+1</f><v/></c>', True), (b'<c r="A2"><f>A1+1</f><v></v></c>', True),
    (b'<c r="A2"><f>A1+1</f><v>7</v></c>', False), (b'<c r="A2" t="str"><f>IF(1,"","")</f><v></v></c>', False),
    (b'<c r="A2"><f t="shared" si="0"/><v>7</v></c>', False)])
def test_a_formula_counts_as_what_it_last_gave_or_the_file_is_refused(cell: bytes, trouble: bool) -> None:
    data = doctored(lambda name, content: content.replace(b'<c r="A2" t="n"><v>1</v></c>', cell) if name == SHEET else content)
    if trouble:
        assert refused(data, "a.xlsx") is Trouble.FORMULAS
    else:
        assert lines(data) == [(None if b'"str"' in cell else 7, "bà Lan", "", "")]


def test_formulas_and_merged_cells_are_seen_across_the_pieces_a_sheet_is_read_in() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 12_000)).encode()
    late = b'<row r="12000"><c r="A12000"><f>1+1</f></c></row></sheetData>'
    data = doctored(lambda name, content: content.replace(b"</sheetData>", rows + late) if name == SHEET else content)
    assert refused(data, "a.xlsx", AT_THE_DESK) is Trouble.FORMULAS


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_days_of_both_calendars_and_a_bare_number_is_no_day(epoch: datetime) -> None:
    def build(made: openpyxl.Workbook) -> None:
        made.epoch = epoch
        for cells in (("Số hộ", "Ngày", "Kết quả"), (1, date(2026, 11, 20), "vắng"), (2, datetime(2026, 11, 20, 14, 30), "vắng"),
                      (3, 46346, "vắng"), (4, time(8), "vắng"), (5, 46346.5, "vắng")):
            made.active.append(cells)

    found = visits(read(built(build), "a.xlsx"), TODAY)
    assert [(line.row, line.day) for line in found.lines] == [(2, date(2026, 11, 20)), (3, date(2026, 11, 20))]
    assert [(each.row, each.trouble) for each in found.problems] == [(n, Trouble.BAD_DAY) for n in (4, 5, 6)]


def test_a_quotation_mark_that_nobody_closed_swallows_no_line() -> None:
    text = 'Số hộ;Chủ hộ\n12;"bà Lan\n13;ông Tư\n14;nhà "Ba" già\n'
    assert lines(text.encode(), "a.csv") == [(12, "bà Lan", "", ""), (13, "ông Tư", "", ""), (14, 'nhà "Ba" già', "", "")]
    good = 'Số hộ;Chủ hộ\n12;"bà\nLan"\n13;"ông ""Tư"""\n'
    assert lines(good.encode(), "a.csv") == [(12, "bà Lan", "", ""), (13, 'ông "Tư"', "", "")]


TEXT = "Đợt ra quân\nSố hộ;Chủ hộ\n12;bà Đặng Lan\n"


@pytest.mark.parametrize("data", [
    TEXT.encode("utf-16-le"), TEXT.encode("utf-16-be"), codecs.BOM_UTF8 * 2 + TEXT.encode(),
    TEXT.encode().replace(b"Lan", b"La\0n"), b"\0" + TEXT.encode(), unicodedata.normalize("NFD", TEXT).encode(),
    unicodedata.normalize("NFD", TEXT).encode("utf-16")])
def test_marks_zeros_and_letters_taken_apart_change_nothing(data: bytes) -> None:
    assert lines(data, "a.csv") == [(12, "bà Đặng Lan", "", "")]


@pytest.mark.parametrize("encoding", ["CP1258", "TCVN"])
def test_old_encodings_with_zeros_among_them(encoding: str) -> None:
    assert len(lines(converted(encoding).replace(b"\n", b"\0\n"), "a.csv")) == 3


def test_a_cell_that_never_ends_is_refused() -> None:
    assert refused(("Số hộ;Chủ hộ\n1;" + "a" * 200_000).encode()) is Trouble.DAMAGED
    found = listed(book(("Số hộ", "Chủ hộ"), (1, "a" * 32_000)), "a.xlsx")
    assert [(each.row, each.trouble, len(each.value)) for each in found.problems] == [(2, Trouble.TOO_LONG, 40)]


@pytest.mark.parametrize("rows", [
    "Mã hộ;Chủ hộ\n{};bà Lan", "Số hộ;Chủ hộ;Số người lớn\n1;bà Lan;{}", "Số hộ;Chủ hộ;{}\n1;bà Lan;x",
    "Số hộ;Chủ hộ;Ngõ\n1;bà {};{}",
    "Số hộ;Chủ hộ;CCCD\n1;bà Lan;{}", "Số hộ;Chủ hộ;Mã\n1;bà Lan;{}", "Số hộ;Chủ hộ;Thôn\n1;bà Lan;Mẫu {}"])
@pytest.mark.parametrize("number", [ID_NUMBER, "012 345 678 901", "0912.345.678", "034056001"])
def test_a_number_of_a_paper_is_nowhere_in_what_a_file_becomes(rows: str, number: str) -> None:
    text = rows.replace("{}", number)
    for data, name in ((text.encode(), "a.csv"), (book(*(line.split(";") for line in text.splitlines())), "a.xlsx")):
        bare = bared(read(data, name))
        assert number not in bare and number[:7] not in bare.replace(" ", "")
        assert number not in str(pasted(bare).lines)


def test_a_thousand_small_parts_and_a_sheet_in_a_sheets_place() -> None:
    assert refused(zipped({SHEET: b"<worksheet/>"}), "a.xlsx") is Trouble.DAMAGED
    nested = zipped({"inner.xlsx": book(("Số hộ", "Chủ hộ"), (1, "bà Lan"))})
    assert refused(nested, "a.xlsx") is Trouble.DAMAGED


@pytest.mark.parametrize("day, hour", [
    ("9/11 chiều", 15), ("12/11 buổi tối", 19), ("15/11/2026 sáng", 9), ("19.11", 9), ("20/11 trưa", 12),
    ("2026-11-12 chiều", 15), ("05/12/2025 tối", 19)])
def test_a_day_of_the_month_is_no_hour(day: str, hour: int) -> None:
    (line,) = visits(read(f"Số hộ;Ngày;Kết quả\n1;{day};vắng\n".encode(), "a.csv"), TODAY).lines
    assert line.hour == hour


@pytest.mark.parametrize("counted", ["1,2,3,4", "(1),(2),(3),(4)", "A,B,1,2"])
def test_a_row_that_counts_the_columns_is_no_household_and_no_visit(counted: str) -> None:
    found = listed(f"Số hộ,Chủ hộ,Ngõ,Số người lớn\n{counted}\n1,Bà Hai,Ngõ 1,2\n".encode())
    assert [(line.number, line.label) for line in found.lines] == [(1, "Bà Hai")] and not found.problems
    rows = read(f"Số hộ,Ngày,Kết quả,Ghi chú\n{counted}\n1,20/11/2026,vắng,\n".encode(), "x.csv")
    told = visits(rows, date(2026, 11, 23))
    assert [line.number for line in told.lines] == [1] and not told.problems


def test_a_household_a_lane_and_its_adults_are_no_count_of_columns() -> None:
    [line] = listed("Số hộ,Ngõ,Số người lớn\n1,2,3\n".encode()).lines
    assert (line.number, line.lane, line.adults) == (1, "2", 3)


def test_a_number_below_zero_is_nobodys_and_not_that_of_another_house() -> None:
    found = listed("Số hộ,Chủ hộ\n-3,Bà Ba\n4,Bà Tư\n".encode())
    assert [(each.row, each.trouble) for each in found.problems] == [(2, Trouble.BAD_NUMBER.value)]


def test_letters_that_nobody_sees_are_no_part_of_a_name() -> None:
    [line] = listed("Số hộ,Chủ hộ\n12,\u200bBà\u00ad \u00a0Hai\u200f\ufeff\n".encode()).lines
    assert line.label == "Bà Hai"


def test_a_sum_is_left_out_and_a_surname_like_it_is_not() -> None:
    found = listed("Chủ hộ,Ngõ\nCông Thị Hoa,Ngõ 1\nCộng: 1 hộ,\nTổng cộng,1\n".encode())
    assert [line.label for line in found.lines] == ["Công Thị Hoa"] and not found.problems
