"""Hours as people say them: "3 giờ chiều", "15h30", "7 rưỡi sáng", "chiều mai"."""

from __future__ import annotations

import re
from datetime import datetime, time

from content.vietnam_time import TIMEZONE

_PARTS = {"sáng": "morning", "sang": "morning", "trưa": "noon", "trua": "noon", "chiều": "afternoon", "chieu": "afternoon",
          "tối": "evening", "toi": "evening", "đêm": "evening", "dem": "evening", "morning": "morning", "noon": "noon",
          "afternoon": "afternoon", "evening": "evening", "am": "morning", "pm": "afternoon"}
_PART = "|".join(_PARTS)
_CLOCK = re.compile(
    r"(?:\b(?:lúc|luc|hồi|hoi|khoảng|khoang|at)\s+)?(?<![\d/.-])(?<!thang )(?<!tháng )\b(\d{1,2})\s*"
    r"(?:(?:giờ|gio|g|h)(?![^\W\d_])|:|(?=\s*(?:am|pm|rưỡi|ruoi)\b))"
    r"\s*(?:(\d{2})(?!\d)(?:\s*(?:phút|phut))?|(rưỡi|ruoi)|(?:kém|kem)\s+(\d{1,2}))?(?![\d/])")
_BARE = re.compile(r"\bat\s+(\d{1,2})\b()()()")
_DAYPART = re.compile(rf"(?:\b(?:buổi|buoi|in the)\s+)?\b({_PART})\b(?!\s*(?:lịch|lich))")
_NOT_EVENING = re.compile(r"\b(tuần|tuan|tháng|thang|phiên|phien|chợ|cho|thứ \w+|thu \w+|t[2-7]|cn|nhật|nhat|ngày|ngay|nữa|nua)"
                          r"\s+(tới|toi)\b")
"""“toi” without marks is “tới” after these words, and “tối” elsewhere."""
_NUMBERS = {"một": 1, "mot": 1, "hai": 2, "ba": 3, "bốn": 4, "bon": 4, "năm": 5, "nam": 5, "sáu": 6, "sau": 6, "bảy": 7, "bay": 7,
            "bẩy": 7, "tám": 8, "tam": 8, "chín": 9, "chin": 9, "mười": 10, "muoi": 10, "mười một": 11, "muoi mot": 11,
            "mười hai": 12, "muoi hai": 12}
_SPELLED = re.compile(rf"(?<!thứ )(?<!thu )\b(?!sau giờ)({'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
                      r"\s+(?=(?:giờ|gio|rưỡi|ruoi)\b)")
"""“hai giờ chiều”: a number in words, where an hour follows."""
_NEXT = "\x00"
USUAL = {"morning": time(8), "noon": time(11), "afternoon": time(14), "evening": time(18, 30)}


def hour_in(words: str) -> tuple[time | None, str]:
    """The hour in somebody's words (plain, lower case), and the words without it. Without a number a part of the day is none."""
    kept = _SPELLED.sub(lambda found: f"{_NUMBERS[found[1]]} ", words)
    kept = _NOT_EVENING.sub(lambda found: f"{found[1]} {_NEXT}", kept)
    clock = _CLOCK.search(kept) or _BARE.search(kept)
    if clock is None:
        said = _DAYPART.search(kept)
        if said is None or said[1] in ("am", "pm"):
            return None, words
        return None, _joined(kept, said.span())
    rest = _joined(kept, clock.span())
    part = _DAYPART.search(f" {rest.replace(_NEXT, '')} ")
    named = _PARTS[part[1]] if part else ""
    at = _time(int(clock[1]), 30 if clock[3] else int(clock[2] or 0), named, int(clock[4] or 0))
    if at is None:
        return None, words
    said = _DAYPART.search(rest)
    return at, _joined(rest, said.span()) if said else rest.replace(_NEXT, "tới").strip()


def _joined(words: str, span: tuple[int, int]) -> str:
    return " ".join(f"{words[:span[0]]} {words[span[1]:]}".replace(_NEXT, "tới").split())


def _time(hour: int, minute: int, part: str, less: int) -> time | None:
    """Visits are made by day: without a part of the day, one to six o'clock is in the afternoon."""
    if hour > 23 or minute > 59:
        return None
    if hour < 12 and (part in ("afternoon", "evening") or (part == "noon" and hour < 4) or (not part and 1 <= hour <= 6)):
        hour += 12
    minutes = hour * 60 + minute - less
    return time(*divmod(minutes, 60)) if 0 <= minutes < 24 * 60 else None


def spoken(at: datetime) -> str:
    """An instant's hour in Vietnam."""
    return f"{at.astimezone(TIMEZONE):%H:%M}"
