"""Asking for a day in people's own words: several meanings are offered, a worked-out one is shown in both calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import count

from content.days import Local, read_day
from content.lunar import lunar
from content.words import Words
from handlers.dialogue import Ask
from handlers.look import Look
from handlers.questions import Option, Question, pick
from handlers.talk import Refused
from storage.reminding import rhythms
from storage.reminding.rhythms import RhythmKind

_TROUBLE = {"no_such_day": "day.no_such_day", "no_market": "day.no_market", "no_harvest": "day.no_harvest"}
YEAR = timedelta(days=366)
NOTHING: Mapping[date, str] = {}
NO_BLANKS: Mapping[str, object] = {}
WORKED_OUT = "~"
"""Marks a stored answer that was not written as a full date."""


@dataclass(frozen=True, slots=True)
class When:
    """A day, and the hour where one was said."""

    on: date
    at: time | None = None


def ask_day(ask: Ask, look: Look, key: str, phrase: str, *, least: int = 0, most: int = 365, confirm: bool = True,
            places: Sequence[int] = (), offered: Mapping[date, str] = NOTHING, blanks: Mapping[str, object] = NO_BLANKS) -> When:
    """A day from `today + least` to `today + most`. Where a last look follows that shows it, `confirm` is not needed.

    `offered` are days that are ready to be pressed, each with its words.
    """
    question = replace(_question(look, key, phrase, least, most, places), blanks=blanks)
    if offered:
        question = replace(question, offer=lambda: tuple(Option(on.isoformat(), label=said) for on, said in offered.items()))
    for turn in count():
        days, at, worked_out = ask(question.at(turn) if turn else question)
        suffix = f"{key}.{turn}" if turn else key
        if len(days) > 1:
            return When(ask(_which(look, suffix, days)), at)
        sure = pick(f"{suffix}.sure", "yes", "other")
        if not (confirm and worked_out) or ask(Question(sure.key, sure.read, offer=sure.offer, words="day.sure",
                                                        blanks={"day": both(look.words, days[0], look.today)})) == "yes":
            return When(days[0], at)
    raise AssertionError("a conversation is never so long")


def _question(look: Look, key: str, phrase: str, least: int, most: int, places: Sequence[int]
              ) -> Question[tuple[tuple[date, ...], time | None, bool]]:
    today = look.today

    def hear(raw: str) -> str:
        found = read_day(raw, today, local(look, places))
        if not found.days:
            raise Refused(_TROUBLE.get(found.trouble, "refused.day"))
        days = _between(found.days, today, least, most)
        if not days and most <= 0:  # a day and a month without a year: where only the past is meant, the last one that was
            days = _between(read_day(raw, today - YEAR, local(look, places)).days, today, least, most)
        if not days:
            raise Refused("refused.day_range")
        at = f"@{found.at:%H:%M}" if found.at else ""
        return ("" if found.exact else WORKED_OUT) + ",".join(on.isoformat() for on in days) + at

    def read(stored: str) -> tuple[tuple[date, ...], time | None, bool]:
        listed, _, at = stored.removeprefix(WORKED_OUT).partition("@")
        try:
            days = tuple(date.fromisoformat(part) for part in listed.split(","))
            return days, time.fromisoformat(at) if at else None, stored.startswith(WORKED_OUT)
        except ValueError:
            raise Refused("refused.day") from None

    def offer() -> tuple[Option, ...]:
        near = [n for n in (1, 2, 3, 7) if least <= n <= most]
        return tuple(Option((today + timedelta(days=n)).isoformat(), say=f"day.in_{n}") for n in near)

    return Question(key, read, hear, offer, free=True, words=phrase)


def _between(days: Sequence[date], today: date, least: int, most: int) -> list[date]:
    return [on for on in days if today + timedelta(days=least) <= on <= today + timedelta(days=most)]


def _which(look: Look, key: str, days: Sequence[date]) -> Question[date]:
    by_value = {on.isoformat(): on for on in days}

    def read(raw: str) -> date:
        if raw not in by_value:
            raise Refused("refused.choice")
        return by_value[raw]

    return Question(f"{key}.which", read, words="day.which",
                    offer=lambda: [Option(value, label=both(look.words, on, look.today)) for value, on in by_value.items()])


def local(look: Look, places: Sequence[int]) -> Local:
    """What the places somebody speaks of (their own, where none are given) add to the words of days."""
    mine = places or [service.place_id for service in look.person.serves] if look.person else list(places)
    if not mine:
        return Local()
    around = rhythms.with_communes(look.rows, mine)
    ends = [beat.ends_on for beat in rhythms.beats(look.rows, look.today)
            if beat.kind is RhythmKind.HARVEST and beat.place_id in around and beat.ends_on]
    return Local(rhythms.market(look.rows, around, look.today), max(ends, default=None))


def both(words: Words, on: date, today: date) -> str:
    """A day in both calendars: “thứ Bảy 28/11, 20 tháng Mười âm lịch”."""
    from babel.dates import format_date

    from content.words import FORMATS

    pattern = "EEEE d/M" if on.year == today.year else "EEEE d/M/y"
    return words.say("day.both", day=format_date(on, pattern, locale=FORMATS[words.language]), lunar=in_lunar(words, on))


def in_lunar(words: Words, on: date) -> str:
    """What a day is called in the lunar calendar."""
    number, month, _, leap = lunar(on)
    said = words.say("day.lunar_first" if number <= 10 else "day.lunar", number=number, month=words.say(f"day.month.{month}"))
    return f"{said} {words.say('day.leap')}" if leap else said
