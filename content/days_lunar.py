"""Days that the lunar calendar and the life of a place name: the full moon, Tết, the market, the harvest."""

from __future__ import annotations

import re
from datetime import date

from content.day_read import DAY, FIRST, MONTH, NUMBER, DayRead, Reader, month_in, months_meant, number_in, one
from content.lunar import lunar, lunar_days, market_days, next_lunar, solar, tet

_MOON = re.compile(rf"(?:ngay )?(?:(sau|qua|het|truoc) )?ram(?: (toi|nay|sau))?(?: thang ({MONTH}))?( nhuan)?")
_BESIDE = {"sau": 1, "qua": 1, "het": 1, "truoc": -1}


def moon(r: Reader) -> DayRead | None:
    """"rằm", "rằm tháng giêng", "rằm tháng sau", "qua rằm"."""
    found = _MOON.fullmatch(r.words)
    if found is None:
        return None
    beside = _BESIDE.get(found[1] or "", 0) * DAY
    meant = months_meant(r, found[3]) if found[3] else (-1,)
    days = [on_lunar(r, 15, month, None, leap=bool(found[4])) for month in meant]
    return one(None) if None in days else DayRead(tuple(dict.fromkeys(on + beside for on in days if on)))


def on_lunar(r: Reader, day: int, month: int | None, year: int | None, *, leap: bool = False) -> date | None:
    """A day of a lunar month: a number, 0 for this one, None for the next one, -1 where none was said."""
    if month == -1:
        return next(iter(lunar_days(frozenset({day}), r.today, back=r.back)), None)
    if month == 0 or month is None:
        first = r.today - (lunar(r.today)[0] - 1) * DAY
        if month is None:
            first = next(on for n in (29, 30) if lunar(on := first + n * DAY)[0] == 1)
        on = first + (day - 1) * DAY
        return on if lunar(on)[0] == day else None
    if year:
        return solar(day, month, year, leap=leap)
    return next_lunar(day, month, r.today, back=r.back, leap=leap)


def lunar_month(r: Reader, part: str | None, month: str) -> DayRead:
    """"đầu tháng chạp", "cuối tháng giêng"."""
    number = month_in(month)
    if part in ("cuoi", "het", "end of"):
        following = next_lunar(1, number % 12 + 1, r.today + DAY)
        return one(following - DAY if following else None)
    return one(next_lunar(15 if part in ("giua", "middle of") else 1, number, r.today))


def new_year(r: Reader) -> DayRead | None:
    """"mùng 6 Tết", "29 Tết", "sau Tết", "trước Tết", "ra Giêng"."""
    if found := re.fullmatch(rf"(?:{FIRST} |ngay )?({NUMBER}) tet", r.words):
        number = number_in(found[1])
        if number == 30:  # the last day of the year, whatever its number
            return DayRead((tet(r.today) - DAY,))
        return one(next_lunar(number, 12 if number >= 23 else 1, r.today, back=r.back))
    if re.fullmatch(r"(?:ngay )?(?:sau|qua|het|ra|an) tet|(?:sang|ra) (?:thang )?gieng|after (?:tet|lunar new year)", r.words):
        day = tet(r.today) + 5 * DAY
        while day.weekday() >= 5:
            day += DAY
        return DayRead((day,))
    if re.fullmatch(r"(?:ngay )?(?:truoc|giap|sat) tet|before (?:tet|lunar new year)", r.words):
        day = tet(r.today) - 8 * DAY
        return DayRead((day if day >= r.today else r.today,))
    return None


def market(r: Reader) -> DayRead | None:
    found = re.fullmatch(r"(?:ngay )?(?:phien cho|cho phien|hom cho|ngay cho|cho|(?:the )?(?:next )?market(?: day)?)"
                         r"(?: (toi|sau|nay|gan nhat))?", r.words)
    if found is None:
        return None
    if not r.local.market:
        return DayRead(trouble="no_market")
    coming = market_days(r.local.market, r.today, 2)
    return DayRead((coming[0],)) if coming else DayRead(trouble="no_market")


def harvest(r: Reader) -> DayRead | None:
    if not re.fullmatch(r"(?:sau|het|xong) (?:vu )?(?:gat|mua|mua mang|vu mua|thu hoach)|after (?:the )?harvest", r.words):
        return None
    return one(r.local.harvest_until + DAY) if r.local.harvest_until else DayRead(trouble="no_harvest")
