"""Days as people say them: weekdays, dates, "cuối tháng", "tuần sau"; the lunar calendar's stand in content/days_lunar.py."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from content.day_read import (
    DAY,
    FIRST,
    MONTH,
    NUMBER,
    DayRead,
    Local,
    Reader,
    date_of,
    month_after,
    months_meant,
    number_in,
    one,
)
from content.days_lunar import harvest, lunar_month, market, moon, new_year, on_lunar
from content.fold import fold, has_marks
from content.hours import hour_in
from content.lunar import next_lunar, solar

__all__ = ["DayRead", "Local", "read_day"]
_WEEKDAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_ENGLISH = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}
_MONTH_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
                "december")
_NEAR = {"hom nay": 0, "nay": 0, "bua nay": 0, "today": 0, "mai": 1, "ngay mai": 1, "bua mai": 1, "tomorrow": 1,
         "mot": 2, "ngay mot": 2, "ngay kia": 2, "mai mot": 2, "hom qua": -1, "bua qua": -1, "yesterday": -1, "hom kia": -2,
         "bua kia": -2}


def read_day(text: str, today: date, local: Local | None = None, *, back: bool = False) -> DayRead:
    """The day that somebody means. Days without a year lie ahead, or behind where `back` (a visit that was made)."""
    at, rest = hour_in(" ".join(unicodedata.normalize("NFC", text).lower().split()).strip(" .,!?"))
    written = _written(rest.strip(" .,"), today, back)
    if written is not None:
        return DayRead(written.days, at, written.trouble, written.exact)
    marked = has_marks(rest)
    reader = Reader(_tidy(fold(rest)), today, local or Local(), back,
                    sixth=not marked or "tháng sau" not in rest, following=not marked or "tháng sáu" not in rest)
    if not reader.words:
        return DayRead((today,), at) if at else DayRead(trouble="not_a_day")
    both = _weekday_and_date(rest, today, back)
    if both is not None:
        return DayRead(both.days, at, both.trouble, both.exact)
    for rule in _RULES:
        found = rule(reader)
        if found is not None:
            return DayRead(found.days, at, found.trouble, found.exact)
    return DayRead(at=at, trouble="not_a_day")


def _tidy(words: str) -> str:
    words = re.sub(r"\bt\.? ?([2-7])\b", r"thu \1", words)
    words = re.sub(r"\b(?:cn|chu nhat)\b", "chunhat", words)
    words = re.sub(r"^(?:vao|den|toi|hen|de|on|by|hom|luc|khoang)\s+"
                   r"(?=thu|chunhat|ngay|mung|mong|ram|giua|cuoi|dau|phien|cho|sau|\d)", "", words)
    words = re.sub(r"^(?:den|hen|de)\s+(?=mai|mot\b|kia|qua|tuan|thang)", "", words)
    return re.sub(r"\s+(?:nhe|nha|a|ah|di|duoc khong|duoc|please)$", "", words)


_WEEKDAY_FIRST = re.compile(r"((?:thứ|thu)\s+\w+|t\.?\s?[2-7]|cn|chủ nhật|chu nhat)[\s,(]+"
                            r"(?:(?:ngày|ngay|mùng|mồng|mung|mong)\s+)?(?=\d)")


def _weekday_and_date(raw: str, today: date, back: bool) -> DayRead | None:
    """“thứ 7, 5/12”, “thứ bảy ngày 5 tháng 12”: the date, and where its weekday is another one, both to choose from."""
    found = _WEEKDAY_FIRST.match(raw)
    if found is None:
        return None
    dated, named = (read_day(each, today, back=back) for each in (raw[found.end(1):].strip(" ,()"), found[1]))
    if not dated.days:
        return dated if dated.trouble == "no_such_day" else None
    agree = tuple(on for on in dated.days if named.days and on.weekday() == named.days[0].weekday())
    return DayRead(agree) if agree else DayRead(tuple(dict.fromkeys((*dated.days, *named.days))))


# --- written dates ------------------------------------------------------------------------------------------------------


_DMY = re.compile(r"(?:ngày\s+|ngay\s+)?(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}|\d{2}))?")
_MY = re.compile(r"(?:tháng\s+|thang\s+)?(\d{1,2})\s*/\s*(\d{4})")
_LUNAR_TAIL = re.compile(r"\s*(?:(nhuận|nhuan)(?:\s+(?:âm lịch|am lich|âm|am|al))?|âm lịch|am lich|âm|am|al|ta)\s*$")


def _written(raw: str, today: date, back: bool) -> DayRead | None:
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", raw):
        iso = date_of(*(int(part) for part in found.groups()))
        return DayRead((iso,), exact=True) if iso else DayRead(trouble="no_such_day")
    if found := _MY.fullmatch(raw):
        return one(date_of(int(found[2]), int(found[1]), 1))
    is_lunar = _LUNAR_TAIL.search(raw)
    found = _DMY.fullmatch(_LUNAR_TAIL.sub("", raw) if is_lunar else raw)
    if found is None:
        return None
    day, month = int(found[1]), int(found[2])
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0) if found[3] else None
    if is_lunar:
        leap = bool(is_lunar[1])
        return one(solar(day, month, year, leap=leap) if year else next_lunar(day, month, today, leap=leap))
    if year:
        known = date_of(year, month, day)
        return DayRead((known,), exact=True) if known else DayRead(trouble="no_such_day")
    return one(_in_year(today, month, day, back))


def _in_year(today: date, month: int, day: int, back: bool) -> date | None:
    """The next day of that name, or the last one."""
    step = -1 if back else 1
    for year in (today.year + step * n for n in range(9)):  # 29 February may be far
        found = date_of(year, month, day)
        if found and (found <= today if back else found >= today):
            return found
    return None


# --- words --------------------------------------------------------------------------------------------------------------


def _near(r: Reader) -> DayRead | None:
    if r.words in _NEAR:
        return DayRead((r.today + _NEAR[r.words] * DAY,))
    if found := re.fullmatch(rf"(?:in )?({NUMBER}) (ngay|hom|tuan|days?|weeks?)(?: nua| toi)?", r.words):
        days = 7 if found[2] in ("tuan", "week", "weeks") else 1
        return DayRead((r.today + number_in(found[1]) * days * DAY,))
    if found := re.fullmatch(rf"({NUMBER}) (ngay|hom|days?) (?:truoc|ago)", r.words):
        return DayRead((r.today - number_in(found[1]) * DAY,))
    return None


def _weekday(r: Reader) -> DayRead | None:
    """"thứ 7": the next one; on a Saturday it may be today or in a week, so it is asked."""
    english = "|".join(_ENGLISH)
    found = re.fullmatch(rf"(?:(this|next|last) )?(?:thu ({'|'.join(_WEEKDAYS)})|(chunhat)|({english}))"
                         r"(?: (tuan nay|nay|tuan sau nua|tuan sau|tuan toi|sau|toi|tuan truoc|vua roi|vua qua|truoc))?", r.words)
    if found is None:
        return None
    wanted = 6 if found[3] else _ENGLISH[found[4]] if found[4] else _WEEKDAYS[found[2]]
    which = found[5] or found[1] or ""
    monday = r.today - r.today.weekday() * DAY
    if which.startswith("tuan"):
        week = {"nay": 0, "sau": 1, "toi": 1, "truoc": -1}[which.split()[1]] + which.endswith("nua")
        return DayRead((monday + (7 * week + wanted) * DAY,))
    ahead = (wanted - r.today.weekday()) % 7
    if which in ("truoc", "vua roi", "vua qua", "last") or (r.back and not which):
        return DayRead((r.today - ((r.today.weekday() - wanted - 1) % 7 + 1) * DAY,))
    if which in ("sau", "next"):  # the coming one, or the one of next week
        return DayRead(tuple(dict.fromkeys((r.today + (ahead or 7) * DAY, monday + (7 + wanted) * DAY))))
    if ahead == 0:
        return DayRead((r.today,)) if which in ("this", "nay") else DayRead((r.today, r.today + 7 * DAY))
    return DayRead((r.today + ahead * DAY,))


_PART = r"(cuoi|het|dau|giua|end of|beginning of|middle of)"
_OF_MONTH = re.compile(rf"(?:{_PART} )?(?:the )?(next )?(?:thang|month)(?: ({MONTH}))?")
_OF_WEEK = re.compile(r"(?:(dau|giua) )?tuan(?: (nay|sau|toi|sau nua))?")


def _turn_of_week(r: Reader) -> DayRead | None:
    """"cuối tuần", "tuần sau", "đầu tuần sau", "giữa tuần"."""
    monday = r.today - r.today.weekday() * DAY
    if re.fullmatch(r"het tuan(?: nay)?", r.words):
        return DayRead((monday + 6 * DAY,))
    if found := re.fullmatch(r"(?:cuoi tuan|weekend|the weekend)(?: (nay|toi|sau))?", r.words):
        saturday = monday + (5 + 7 * (found[1] == "sau")) * DAY
        return DayRead((r.today,) if r.today == saturday + DAY else (saturday, saturday + DAY))
    if re.fullmatch(r"tuan (?:sau|toi)|next week|tuan sau nua", r.words):
        return DayRead((r.today + (14 if r.words.endswith("nua") else 7) * DAY,))
    found = _OF_WEEK.fullmatch(r.words)
    if found is None or not found[1]:
        return None
    weeks = {"nay": 0, "sau nua": 2}.get(found[2] or "nay", 1)
    on = monday + (7 * weeks + (2 if found[1] == "giua" else 0)) * DAY
    return DayRead((on if found[2] or on >= r.today or r.back else on + 7 * DAY,))


def _turn_of_month(r: Reader) -> DayRead | None:
    """"cuối tháng", "đầu tháng 12", "tháng sau", "cuối năm"."""
    if r.words in ("cuoi nam", "het nam", "cuoi nam nay", "het nam nay", "end of year", "end of the year"):
        return DayRead((date(r.today.year, 12, 31),))
    found = _OF_MONTH.fullmatch(r.words)
    if found is None or not (found[1] or found[2] or found[3] in ("sau", "toi")):
        return None
    if found[3] in ("gieng", "chap"):
        return lunar_month(r, found[1], found[3])
    meant = (None,) if found[2] else months_meant(r, found[3]) if found[3] else (0,)
    if not found[1]:
        meant = tuple(month for month in meant if month is None)
    days = [_in_month(r, found[1], month, said=bool(found[3])) for month in meant]
    return DayRead(tuple(dict.fromkeys(days))) if days else None


def _in_month(r: Reader, part: str | None, month: int | None, *, said: bool) -> date:
    """The first, the fifteenth or the last of a month (0: this one, None: the next), or the day of today's number."""
    this = month_after(r.today, 0)
    first = this if month == 0 else month_after(this, 1) if month is None else this.replace(month=month)
    last = month_after(first, 1) - DAY
    if not part:
        return first.replace(day=min(r.today.day, last.day))
    on = last if part in ("cuoi", "het", "end of") else first.replace(day=15) if part in ("giua", "middle of") else first
    if on >= r.today or r.back or month is None:
        return on
    return on.replace(year=on.year + 1) if said and month else month_after(first, 1).replace(day=on.day)


_AGES = re.compile(rf"(?:({NUMBER}|nua) )?thang nua|in ({NUMBER}|a) months?")


def _months_on(r: Reader) -> DayRead | None:
    """"một tháng nữa", "nửa tháng nữa"."""
    if r.words in ("nua thang nua", "nua thang toi"):
        return DayRead((r.today + 15 * DAY,))
    found = _AGES.fullmatch(r.words)
    if found is None:
        return None
    said = found[1] or found[2] or "1"
    first = month_after(r.today, 1 if said == "a" else number_in(said))
    return DayRead((first.replace(day=min(r.today.day, (month_after(first, 1) - DAY).day)),))


_NAMED = {"noel": (12, 25), "giang sinh": (12, 25), "christmas": (12, 25), "tet duong": (1, 1), "tet duong lich": (1, 1),
          "tet tay": (1, 1), "new year": (1, 1)}


def _named(r: Reader) -> DayRead | None:
    """Days with a name of their own, and English dates: "December 5", "5 Dec"."""
    named = _NAMED.get(r.words.removeprefix("ngay "))
    if named:
        return one(_in_year(r.today, *named, r.back))
    found = re.fullmatch(r"(?:(\d{1,2})(?:st|nd|rd|th)? )?([a-z]{3,9})\.?(?: (\d{1,2})(?:st|nd|rd|th)?)?(?:,? (\d{4}))?", r.words)
    month = next((n for n, name in enumerate(_MONTH_NAMES, start=1) if found and name.startswith(found[2])), 0)
    if found is None or not month or bool(found[1]) == bool(found[3]):
        return None
    day = int(found[1] or found[3])
    return one(date_of(int(found[4]), month, day) if found[4] else _in_year(r.today, month, day, r.back))


def _said_date(r: Reader) -> DayRead | None:
    """"ngày 20", "ngày 20 tháng 11", "20 tháng 10 âm", "mùng 6", "mồng 10 tháng giêng", "mùng 3 tháng 5 nhuận"."""
    found = re.fullmatch(rf"(?:(ngay )|({FIRST}) )?({NUMBER})(?: (?:thang )?({MONTH}))?( nhuan)?(?: nam (\d{{4}}))?"
                         r"(?: (am lich|am|al|ta|duong lich|duong))?", r.words)
    if found is None or not (found[1] or found[2] or (found[4] and "thang" in r.words) or found[7]):
        return None
    if found[4] and "thang" not in r.words:
        return None
    day, year, which = number_in(found[3]), int(found[6]) if found[6] else None, found[7] or ""
    lunar_only = which.startswith(("am", "al", "ta")) or found[4] in ("gieng", "chap") or bool(found[5])
    days: list[date | None] = []
    for month in months_meant(r, found[4]) if found[4] else (-1,):
        if lunar_only or (found[2] and not which.startswith("duong")):
            days.append(on_lunar(r, day, month, year, leap=bool(found[5])))
        if not lunar_only:
            days.append(_solar_date(r, day, month, year))
    known = tuple(dict.fromkeys(each for each in days if each))
    return DayRead(known) if known else DayRead(trouble="no_such_day")


def _solar_date(r: Reader, day: int, month: int | None, year: int | None) -> date | None:
    """`month`: a number, 0 for this one, None for the next one, -1 where none was said."""
    if month is None or month == 0:
        first = month_after(r.today, 0 if month == 0 else 1)
        return date_of(first.year, first.month, day)
    if month > 0:
        return date_of(year, month, day) if year else _in_year(r.today, month, day, r.back)
    step = -1 if r.back else 1
    for first in (month_after(r.today, step * n) for n in range(13)):
        found = date_of(first.year, first.month, day)
        if found and (found <= r.today if r.back else found >= r.today):
            return found
    return None


_RULES: tuple[Callable[[Reader], DayRead | None], ...] = (
    _near, _weekday, new_year, moon, market, harvest, _turn_of_week, _turn_of_month, _months_on, _named, _said_date)
