"""A number read elsewhere, typed in with where it stood and of which day: shown apart from what is computed here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from handlers.access import Action
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, check, line, read_day
from handlers.reports.summary import place_of, stated
from handlers.talk import Choice, Refused
from storage.counting import campaigns
from storage.counting.campaigns import Figure, StateFigure

LENGTH, MOST = 120, 1_000_000_000
NEAR = {"today": 0, "yesterday": 1, "hôm nay": 0, "hôm qua": 1}
YEAR = timedelta(days=364)


def enter(ask: Ask, look: Look) -> Done:
    """What it counts, how many, of how many, from where, of which day. The same name again corrects; both rows are kept."""
    place_id = place_of(look, look.subject, Action.STATE_FIGURE)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    if running is None or place_id is None:
        raise Refused("figure.no_campaign")
    known = [each.name for each in campaigns.figures(look.rows, running.id, place_id)]
    name = ask(_line("name", known))
    number = ask(_number("number"), name=name)
    of = ask(_of(number), name=name, number=look.words.number(number))
    source = ask(_line("source"))
    on = ask(_day(look.today))
    made = Figure(name, number, of, source, on)
    ask(check(summary=stated(look, made)))
    words = look.words
    ways = (Choice(words.say("way.back"), f"/summary:{place_id}"), Choice(words.say("way.menu"), "/menu"))
    return Done((StateFigure(running.id, place_id, made),), "figure.saved", blanks={"name": name}, choices=ways)


def _line(key: str, known: Sequence[str] = ()) -> Question[str]:
    """A line of words that must be there; what was typed before is offered."""

    def hear(raw: str) -> str:
        return known[int(raw[1:])] if raw[:1] == "#" and raw[1:].isdecimal() and int(raw[1:]) < len(known) else raw

    return replace(line(key, LENGTH), hear=hear, offer=lambda: [Option(f"#{n}", label=name) for n, name in enumerate(known)])


def _number(key: str) -> Question[int]:
    def read(raw: str) -> int:
        digits = raw.strip().replace(".", "").replace(" ", "")  # 1.200 is how a thousand and two hundred is written
        if not digits.isdecimal() or int(digits) > MOST:
            raise Refused("figure.no_number")
        return int(digits)

    return Question(key, read, free=True)


def _of(number: int) -> Question[int | None]:
    count = _number("of")

    def read(raw: str) -> int | None:
        found = None if raw == "-" else count.read(raw)
        if found is not None and found < max(number, 1):
            raise Refused("figure.too_few")
        return found

    return Question("of", read, offer=lambda: (Option("-"),), free=True)


def _day(today: date) -> Question[date]:
    """A day of the last year; one written without its year is the last such day."""

    def hear(raw: str) -> str:
        near = NEAR.get(raw.strip().lower())
        written = any(letter.isdigit() for letter in raw)
        found = today - timedelta(days=near) if near is not None else read_day(raw, today - YEAR) if written else None
        if found is None:
            raise Refused("refused.day")
        if not today - YEAR <= found <= today:
            raise Refused("refused.day_range")
        return found.isoformat()

    return Question("day", date.fromisoformat, hear, lambda: (Option("today"), Option("yesterday")), free=True)


FIGURE = Dialogue("figure", enter, Action.STATE_FIGURE)
