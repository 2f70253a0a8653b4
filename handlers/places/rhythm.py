"""The rhythm of a place and the calendar, as those in charge set them: market days, harvest, peace, days off."""

from __future__ import annotations

import re

from content.fold import fold
from content.lunar import market_days
from handlers.access import Action
from handlers.days import ask_day, both
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, check, one_of, pick
from handlers.talk import Choice, Refused
from storage.reminding.rhythms import ChangeDay, RhythmKind, SetRhythm

LONGEST = {RhythmKind.HARVEST: 60, RhythmKind.PEACE: 90}
_DAYS = {"thu hai": 0, "thu 2": 0, "thu ba": 1, "thu 3": 1, "thu tu": 2, "thu 4": 2, "thu nam": 3, "thu 5": 3, "thu sau": 4,
         "thu 6": 4, "thu bay": 5, "thu 7": 5, "chu nhat": 6, "cn": 6, "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3,
         "friday": 4, "saturday": 5, "sunday": 6}


def rhythm(ask: Ask, look: Look) -> Done:
    """Which place, what, and until when (or on which days)."""
    place_id, name = _place(ask, look)
    kind = ask(one_of("what", RhythmKind))
    if kind is RhythmKind.MARKET:
        pattern = ask(_market())
        shown = ", ".join(both(look.words, on, look.today) for on in market_days(pattern, look.today, 3)) if pattern else "–"
        ask(check(summary=look.words.say("rhythm.market_is", place=name, days=shown)))
        return _done(look, SetRhythm(place_id, kind, pattern))
    until = ask_day(ask, look, "until", "rhythm.until", least=0, most=LONGEST[kind], confirm=False, places=(place_id,)).on
    ask(check(summary=look.words.say(f"rhythm.{kind}_is", place=name, day=both(look.words, until, look.today))))
    return _done(look, SetRhythm(place_id, kind, starts_on=look.today, ends_on=until))


def _place(ask: Ask, look: Look) -> tuple[int, str]:
    """One of the hamlets somebody leads, or their whole commune."""
    places = {str(service.place_id): service.place_name for service in look.services(Action.SET_RHYTHM)}
    places |= {str(hamlet.id): hamlet.name for hamlet in look.hamlets(Action.SET_RHYTHM)}
    if len(places) == 1:
        only = next(iter(places))
        return int(only), places[only]

    def read(raw: str) -> tuple[int, str]:
        if raw not in places:
            raise Refused("refused.choice")
        return int(raw), places[raw]

    return ask(Question("place", read, offer=lambda: [Option(id_, label=name) for id_, name in places.items()]))


def _market() -> Question[str]:
    """Market days as people name them: “thứ 5, chủ nhật” or “2, 7, 12, 17, 22, 27 âm”."""

    def hear(raw: str) -> str:
        if raw == "-" or raw.startswith(("lunar:", "weekday:")):
            return raw
        words = re.sub(r"\bt([2-7])\b", r"thu \1", fold(raw))
        weekdays = sorted({day for name, day in _DAYS.items() if re.search(rf"\b{name}\b", words)})
        numbers = sorted({int(part) for part in re.findall(r"\b\d{1,2}\b", re.sub(r"thu \d", "", words))})
        if weekdays and not numbers:
            return "weekday:" + ",".join(str(day) for day in weekdays)
        if numbers and not weekdays and all(1 <= number <= 30 for number in numbers):
            return "lunar:" + ",".join(str(number) for number in numbers)
        raise Refused("rhythm.market.unclear")

    def read(stored: str) -> str:
        return "" if stored == "-" else stored

    return Question("market", read, hear, offer=lambda: (Option("-"),), free=True, numbers=True)


def _done(look: Look, thing: object) -> Done:
    return Done((thing,), "rhythm.saved", choices=(Choice(look.words.say("way.menu"), "/menu"),))


RHYTHM = Dialogue("rhythm", rhythm, Action.SET_RHYTHM)


def holiday(ask: Ask, look: Look) -> Done:
    """The admin's correction of the table: a day off, a working day, or what the table says."""
    on = ask_day(ask, look, "day", "holiday.day", confirm=False, most=800).on
    how = ask(pick("how", "free", "works", "table"))
    ask(check(summary=f"{both(look.words, on, look.today)}: {look.words.say(f'holiday.how.{how}')}"))
    return _done(look, ChangeDay(on, {"free": False, "works": True, "table": None}[how]))


HOLIDAY = Dialogue("holiday", holiday, Action.SET_CALENDAR)
