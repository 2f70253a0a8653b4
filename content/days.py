"""Days as people say them: weekdays, dates, the lunar calendar, market days, "cuối tháng", "sau Tết"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from content.fold import fold
from content.hours import hour_in
from content.lunar import lunar, lunar_days, market_days, next_lunar, solar, tet

DAY = timedelta(days=1)
_NUMBERS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
            "muoi": 10}
_MONTHS = _NUMBERS | {"gieng": 1, "muoi mot": 11, "muoi hai": 12, "chap": 12}
_WEEKDAYS = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_ENGLISH = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6}
_NEAR = {"hom nay": 0, "nay": 0, "bua nay": 0, "today": 0, "mai": 1, "ngay mai": 1, "bua mai": 1, "tomorrow": 1,
         "mot": 2, "ngay mot": 2, "ngay kia": 2, "mai mot": 2, "hom qua": -1, "bua qua": -1, "yesterday": -1, "hom kia": -2,
         "bua kia": -2}
_NUMBER = r"(?:\d{1,2}|(?:hai muoi|ba muoi|muoi|ham) (?:mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin)|hai muoi|ba muoi|muoi|" \
          r"mot|hai|ba|bon|tu|nam|sau|bay|tam|chin)"
_MONTH = r"(?:\d{1,2}|gieng|chap|muoi mot|muoi hai|mot|hai|ba|bon|tu|nam|sau|bay|tam|chin|muoi)"
_FIRST = r"(?:mung|mong)"


@dataclass(frozen=True, slots=True)
class DayRead:
    """What somebody's words may mean: no day, one, or several to choose from; an hour where one was said.

    `trouble` says why there is none: "no_such_day", "no_market", "not_a_day". `exact` is a date written in full, about which
    nobody needs to be asked again.
    """

    days: tuple[date, ...] = ()
    at: time | None = None
    trouble: str = ""
    exact: bool = False

    @property
    def sure(self) -> date | None:
        return self.days[0] if len(self.days) == 1 else None


@dataclass(frozen=True, slots=True)
class Local:
    """What a place adds to the words of days: its market's pattern, and when its harvest ends."""

    market: str = ""
    harvest_until: date | None = None


@dataclass(slots=True)
class _Reader:
    words: str
    today: date
    local: Local
    back: bool
    at: time | None = None
    known: list[str] = field(default_factory=list)


def read_day(text: str, today: date, local: Local | None = None, *, back: bool = False) -> DayRead:
    """The day that somebody means. Days without a year lie ahead, or behind where `back` (a visit that was made)."""
    at, rest = hour_in(" ".join(unicodedata.normalize("NFC", text).lower().split()).strip(" .,!?"))
    written = _written(rest.strip(" .,"), today, back)
    if written is not None:
        return DayRead(written.days, at, written.trouble, written.exact)
    reader = _Reader(_tidy(fold(rest)), today, local or Local(), back)
    if not reader.words:
        return DayRead((today,), at) if at else DayRead(trouble="not_a_day")
    for rule in _RULES:
        found = rule(reader)
        if found is not None:
            return DayRead(found.days, at, found.trouble, found.exact)
    return DayRead(at=at, trouble="not_a_day")


def _tidy(words: str) -> str:
    words = re.sub(r"\bt([2-7])\b", r"thu \1", words)
    words = re.sub(r"\b(?:cn|chu nhat)\b", "chunhat", words)
    words = re.sub(r"^(?:vao|den|toi|hen|on|by|hom|luc|khoang)\s+"
                   r"(?=thu|chunhat|ngay|mung|mong|ram|cuoi|dau|phien|cho|sau|\d)", "", words)
    return re.sub(r"\s+(?:nhe|nha|a|ah|di|duoc khong|duoc|please)$", "", words)


def _one(day: date | None) -> DayRead:
    return DayRead((day,)) if day else DayRead(trouble="no_such_day")


def _number(words: str) -> int:
    """A number up to 31 in digits or words."""
    if words.isdigit():
        return int(words)
    tens, _, ones = words.rpartition(" ")
    if not tens:
        return _NUMBERS[ones]
    if ones == "muoi":
        return 10 * _NUMBERS[tens]
    return {"muoi": 10, "ham": 20, "hai muoi": 20, "ba muoi": 30}[tens] + _NUMBERS[ones]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- written dates ------------------------------------------------------------------------------------------------------


_DMY = re.compile(r"(?:ngày\s+|ngay\s+)?(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}|\d{2}))?")
_MY = re.compile(r"(?:tháng\s+|thang\s+)?(\d{1,2})\s*/\s*(\d{4})")
_LUNAR_TAIL = re.compile(r"\s*(?:âm lịch|am lich|âm|al|ta)\s*$", re.IGNORECASE)


def _written(raw: str, today: date, back: bool) -> DayRead | None:
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", raw):
        iso = _date(*(int(part) for part in found.groups()))
        return DayRead((iso,), exact=True) if iso else DayRead(trouble="no_such_day")
    if found := _MY.fullmatch(raw):
        return _one(_date(int(found[2]), int(found[1]), 1))
    is_lunar = _LUNAR_TAIL.search(raw)
    found = _DMY.fullmatch(_LUNAR_TAIL.sub("", raw) if is_lunar else raw)
    if found is None:
        return None
    day, month = int(found[1]), int(found[2])
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0) if found[3] else None
    if is_lunar:
        return _one(solar(day, month, year) if year else next_lunar(day, month, today))
    if year:
        known = _date(year, month, day)
        return DayRead((known,), exact=True) if known else DayRead(trouble="no_such_day")
    return _one(_in_year(today, month, day, back))


def _in_year(today: date, month: int, day: int, back: bool) -> date | None:
    """The next day of that name, or the last one."""
    step = -1 if back else 1
    for year in (today.year + step * n for n in range(9)):  # 29 February may be far
        found = _date(year, month, day)
        if found and (found <= today if back else found >= today):
            return found
    return None


# --- words --------------------------------------------------------------------------------------------------------------


def _near(r: _Reader) -> DayRead | None:
    if r.words in _NEAR:
        return DayRead((r.today + _NEAR[r.words] * DAY,))
    if found := re.fullmatch(rf"(?:in )?({_NUMBER}) (ngay|hom|tuan|days?|weeks?)(?: nua| toi)?", r.words):
        days = 7 if found[2] in ("tuan", "week", "weeks") else 1
        return DayRead((r.today + _number(found[1]) * days * DAY,))
    if found := re.fullmatch(rf"({_NUMBER}) (ngay|hom|days?) (?:truoc|ago)", r.words):
        return DayRead((r.today - _number(found[1]) * DAY,))
    return None


def _weekday(r: _Reader) -> DayRead | None:
    """"thứ 7": the next one; on a Saturday it may be today or in a week, so it is asked."""
    english = "|".join(_ENGLISH)
    found = re.fullmatch(rf"(?:(this|next|last) )?(?:thu ({'|'.join(_WEEKDAYS)})|(chunhat)|({english}))"
                         r"(?: (tuan nay|nay|tuan sau|tuan toi|sau|toi|tuan truoc|vua roi|vua qua|truoc))?", r.words)
    if found is None:
        return None
    wanted = 6 if found[3] else _ENGLISH[found[4]] if found[4] else _WEEKDAYS[found[2]]
    which = found[5] or found[1] or ""
    monday = r.today - r.today.weekday() * DAY
    if which.startswith("tuan"):
        week = {"nay": 0, "sau": 1, "toi": 1, "truoc": -1}[which.split()[1]]
        return DayRead((monday + (7 * week + wanted) * DAY,))
    ahead = (wanted - r.today.weekday()) % 7
    if which in ("truoc", "vua roi", "vua qua", "last") or (r.back and not which):
        return DayRead((r.today - ((r.today.weekday() - wanted - 1) % 7 + 1) * DAY,))
    if which in ("sau", "next"):  # the coming one, or the one of next week
        return DayRead(tuple(dict.fromkeys((r.today + (ahead or 7) * DAY, monday + (7 + wanted) * DAY))))
    if ahead == 0:
        return DayRead((r.today,)) if which in ("this", "nay") else DayRead((r.today, r.today + 7 * DAY))
    return DayRead((r.today + ahead * DAY,))


def _turn_of_month(r: _Reader) -> DayRead | None:
    """"cuối tháng", "đầu tháng sau", "cuối tuần", "tuần sau", "tháng sau"."""
    if re.fullmatch(r"(?:cuoi tuan|weekend|the weekend)(?: nay| toi)?", r.words):
        saturday = r.today + (5 - r.today.weekday()) % 7 * DAY if r.today.weekday() != 6 else r.today
        return DayRead((r.today,) if saturday == r.today and r.today.weekday() == 6 else (saturday, saturday + DAY))
    if re.fullmatch(r"tuan (?:sau|toi)|next week", r.words):
        return DayRead((r.today + 7 * DAY,))
    found = re.fullmatch(r"(cuoi|dau|giua|end of|beginning of)? ?(?:the |next )?(?:thang|month)(?: (nay|sau|toi))?", r.words)
    if found is None or not (found[1] or found[2] in ("sau", "toi") or "next" in r.words):
        return None
    later = found[2] in ("sau", "toi") or "next" in r.words
    first = _month(r.today, 1 if later else 0)
    if not found[1]:
        return _one(_date(first.year, first.month, min(r.today.day, (_month(first, 1) - DAY).day)))
    if found[1] in ("cuoi", "end of"):
        return DayRead((_month(first, 1) - DAY,))
    start = first if found[1] in ("dau", "beginning of") else first.replace(day=15)
    return DayRead((start if start >= r.today or r.back else _month(start, 1).replace(day=start.day),))


def _month(day: date, later: int) -> date:
    """The first day of the month so many months later."""
    months = day.year * 12 + day.month - 1 + later
    return date(months // 12, months % 12 + 1, 1)


def _said_date(r: _Reader) -> DayRead | None:
    """"ngày 20", "ngày 20 tháng 11", "20 tháng 10 âm", "mùng 6", "mồng 10 tháng giêng", "mùng 6 Tết"."""
    found = re.fullmatch(rf"(?:(ngay )|({_FIRST}) )?({_NUMBER})(?: (?:thang )?({_MONTH}))?(?: nam (\d{{4}}))?"
                         r"(?: (am lich|am|al|ta|duong lich|duong))?", r.words)
    if found is None or not (found[1] or found[2] or (found[4] and "thang" in r.words) or found[6]):
        return None
    if found[4] and "thang" not in r.words:
        return None
    day, month = _number(found[3]), _MONTHS.get(found[4]) or int(found[4]) if found[4] else None
    year = int(found[5]) if found[5] else None
    lunar_only = (found[6] or "").startswith(("am", "al", "ta")) or found[4] in ("gieng", "chap")
    solar_only = (found[6] or "").startswith("duong") or not found[2]
    days: list[date | None] = []
    if lunar_only or not solar_only:
        days.append(_lunar_date(r, day, month, year))
    if not lunar_only:
        days.append(_solar_date(r, day, month, year))
    known = tuple(dict.fromkeys(each for each in days if each))
    return DayRead(known) if known else DayRead(trouble="no_such_day")


def _lunar_date(r: _Reader, day: int, month: int | None, year: int | None) -> date | None:
    if month is None:
        return next(iter(lunar_days(frozenset({day}), r.today, back=r.back)), None)
    return solar(day, month, year) if year else next_lunar(day, month, r.today, back=r.back)


def _solar_date(r: _Reader, day: int, month: int | None, year: int | None) -> date | None:
    if month is not None:
        return _date(year, month, day) if year else _in_year(r.today, month, day, r.back)
    step = -1 if r.back else 1
    for first in (_month(r.today, step * n) for n in range(13)):
        found = _date(first.year, first.month, day)
        if found and (found <= r.today if r.back else found >= r.today):
            return found
    return None


def _full_moon(r: _Reader) -> DayRead | None:
    found = re.fullmatch(rf"(?:ngay )?ram(?: thang ({_MONTH}|nay|sau|toi))?", r.words)
    if found is None:
        return None
    month = _MONTHS.get(found[1] or "") or (int(found[1]) if (found[1] or "").isdigit() else None)
    if month:
        return _one(next_lunar(15, month, r.today, back=r.back))
    coming = lunar_days(frozenset({15}), r.today, back=r.back)
    return DayRead((coming[1] if found[1] in ("sau", "toi") and not _same_lunar_month(coming[1], r.today) else coming[0],))


def _same_lunar_month(one: date, other: date) -> bool:
    return lunar(one)[1:] == lunar(other)[1:]


def _tet(r: _Reader) -> DayRead | None:
    """"mùng 6 Tết", "29 Tết", "sau Tết", "trước Tết", "qua Tết"."""
    if found := re.fullmatch(rf"(?:{_FIRST} |ngay )?({_NUMBER}) tet", r.words):
        number = _number(found[1])
        if number == 30:  # the last day of the year, whatever its number
            return DayRead((tet(r.today) - DAY,))
        if number >= 23:
            return _one(next_lunar(number, 12, r.today, back=r.back))
        return _one(next_lunar(number, 1, r.today, back=r.back))
    if re.fullmatch(r"(?:ngay )?(?:sau|qua|het|ra|an) tet|after (?:tet|lunar new year)", r.words):
        day = tet(r.today) + 5 * DAY
        while day.weekday() >= 5:
            day += DAY
        return DayRead((day,))
    if re.fullmatch(r"(?:ngay )?(?:truoc|giap|sat) tet|before (?:tet|lunar new year)", r.words):
        day = tet(r.today) - 8 * DAY
        return DayRead((day if day >= r.today else r.today,))
    return None


def _market(r: _Reader) -> DayRead | None:
    found = re.fullmatch(r"(?:ngay )?(?:phien cho|cho phien|hom cho|ngay cho|cho|(?:the )?(?:next )?market(?: day)?)"
                         r"(?: (toi|sau|nay|gan nhat))?", r.words)
    if found is None:
        return None
    if not r.local.market:
        return DayRead(trouble="no_market")
    coming = market_days(r.local.market, r.today, 2)
    return DayRead((coming[0],)) if coming else DayRead(trouble="no_market")


def _harvest(r: _Reader) -> DayRead | None:
    if not re.fullmatch(r"(?:sau|het|xong) (?:vu )?(?:gat|mua|mua mang|vu mua|thu hoach)|after (?:the )?harvest", r.words):
        return None
    return _one(r.local.harvest_until + DAY) if r.local.harvest_until else DayRead(trouble="no_harvest")


_RULES: tuple[Callable[[_Reader], DayRead | None], ...] = (
    _near, _weekday, _tet, _full_moon, _market, _harvest, _turn_of_month, _said_date)
