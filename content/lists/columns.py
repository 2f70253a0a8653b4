"""What the columns of a list are, by their headings in Vietnamese with or without tone marks; private ones are never taken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from content.fold import fold
from content.lists.row import Row
from content.lists.tidying import hushed

LOOK_AT = 15
"""Rows above the headings that may hold a title, the commune, a date."""


class Column(StrEnum):
    NUMBER = "number"
    COUNT = "count"
    """The running number: the household's own where no other column gives it."""
    LABEL = "label"
    LANE = "lane"
    ADULTS = "adults"
    HAMLET = "hamlet"
    DAY = "day"
    OUTCOME = "outcome"
    BARRIER = "barrier"
    MEMBER = "member"
    SERVICES = "services"
    NEXT = "next"
    UNTIL = "until"
    NOTE = "note"


_HEADINGS: Mapping[Column, str] = {
    Column.NUMBER: "so ho|ho so|ma ho|so thu tu ho|stt ho|so hieu ho|ma so ho|number|household|household number|no",
    Column.COUNT: "stt|so thu tu|tt|so tt|#",
    Column.LABEL: "chu ho|ho ten chu ho|ho va ten chu ho|ten chu ho|ten ho|ho gia dinh|ten ho gia dinh|ho va ten|ho ten|ten"
                  "|ten goi|nha|ten nha|chu nha|dai dien ho|nguoi dai dien|label|name|ho dan",
    Column.LANE: "ngo|xom|khu|cum|duong|dia chi|noi o|cho o|ngo xom|xom ngo|khu vuc|cum dan cu|to|nhom|nhom ho|lane|address"
                 "|ngach",
    Column.ADULTS: "so nguoi lon|nguoi lon|so nguoi tu 18 tuoi|so nguoi tu 18 tuoi tro len|so nguoi truong thanh"
                   "|nguoi truong thanh|nguoi tu 18 tuoi|so nguoi tren 18 tuoi|tu 18 tuoi tro len|adults|adult count",
    Column.HAMLET: "thon|ban|lang|ap|to dan pho|tdp|khu pho|khom|buon|thon ban|thon to|thon xom|ten thon"
                   "|thon ban to dan pho|hamlet",
    Column.DAY: "ngai|ngay|ngay den|ngay di|ngay ghi|thoi gian|ngay tham|ngay thang|date|day",
    Column.OUTCOME: "ket qua|kq|ket qua luot|tinh trang|trang thai|ket qua den|outcome|result",
    Column.BARRIER: "vuong|vuong mac|ly do|li do|kho khan|nguyen nhan|vuong o dau|barrier|reason",
    Column.MEMBER: "thanh vien|nguoi ghi|nguoi di|can bo|nguoi thuc hien|nguoi den|tinh nguyen vien|tnv|member|by",
    Column.SERVICES: "viec da lam|da lam|dich vu|noi dung|viec|dat duoc|da dat|services|service|achieved",
    Column.NEXT: "hen|hen lai|ngay hen|hen ngay|lan sau|next|next visit|appointment",
    Column.UNTIL: "den bao gio|den ngay|vang den|di den|until",
    Column.NOTE: "ghi chu|note|notes",
}
_KNOWN = {fold(words): column for column, listed in _HEADINGS.items() for words in listed.split("|")}
_PRIVATE = re.compile(
    r"cccd|cmnd|cmt\b|can cuoc|chung minh|dinh danh|giai to|giay to|ngay sinh|ngai sinh|nam sinh|sinh nam|sinh ngay|tuoi|"
    r"dien thoai|sdt|so dt|\bdt\b|di dong|\bphone|mobile|zalo|facebook|email|bhyt|bhxh|bao hiem|tai khoan|so the|"
    r"dan toc|ton giao|ho ngheo|can ngheo|suc khoe|benh|khuyet tat|mat khau|otp|ma so thue|mst|gioi tinh|ngay cap|noi cap|"
    r"ho chieu|birth|passport|\bid\b|vneid|password")
_LETTERS = ("A", "B", "C", "D")
_TRIM = re.compile(r"^(?:\d+|[ivx]+)\s+|\s+(?:nam|ct|bat buoc|neu co)$")


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns stand, and the headings that are left out: private ones, and ones nobody asked for."""

    row: int
    at: Mapping[Column, int]
    private: tuple[str, ...]
    unknown: tuple[str, ...]

    def cell(self, column: Column, cells: Sequence[str]) -> str:
        """The cell of a column; nothing where there is no such column or the row is short."""
        place = self.at.get(column, -1)
        return cells[place] if 0 <= place < len(cells) else ""


def meaning(heading: str) -> Column | None:
    """What a heading means."""
    words = fold(heading)
    if words in _KNOWN:
        return _KNOWN[words]
    trimmed = _TRIM.sub("", words)
    return _KNOWN.get(trimmed) if not _PRIVATE.search(words) else None


def is_private(heading: str) -> bool:
    """Whether a heading names what is never kept: papers, birth, telephone, belief, health."""
    words = fold(heading)
    return words not in _KNOWN and _PRIVATE.search(words) is not None


def header(rows: Sequence[Row], wanted: Iterable[Column], needed: Iterable[Column]) -> Header | None:
    """The first row with the most headings of the wanted columns, among them one that is needed; None where there is none."""
    wanted, needed = frozenset(wanted), frozenset(needed)
    best: Header | None = None
    for number, cells in rows[:LOOK_AT]:
        found = _columns(number, cells, wanted)
        if needed & found.at.keys() and (best is None or len(found.at) > len(best.at)):
            best = found
    return best


def _columns(number: int, cells: Sequence[str], wanted: frozenset[Column]) -> Header:
    at: dict[Column, int] = {}
    private, unknown = [], []
    for place, heading in enumerate(cells):
        column = meaning(heading)
        if column in wanted and column not in at:
            at[column] = place
        elif is_private(heading):
            private.append(hushed(heading)[:40])
        elif heading:
            unknown.append(hushed(heading)[:40])
    return Header(number, at, tuple(private), tuple(unknown))


def numbers_columns(cells: Sequence[str]) -> bool:
    """Whether a row only counts the columns above it, as forms of an administration do: 1, 2, 3 or A, B, 1, 2."""
    told = [cell.strip("() ").upper() for cell in cells if cell]
    letters = sum(each in _LETTERS for each in told)
    return len(told) > 2 and told == [*_LETTERS[:letters], *map(str, range(1, len(told) - letters + 1))]
