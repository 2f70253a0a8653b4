"""The grammar of the quick log: lines of text become results at households, and whatever is not certain is named.

A line is `numbers result` or `result numbers`, as often as one likes ("3 5 7 vang 9 xong"), after an optional hamlet, day or
way of meeting. Every item must have its place: one that has none makes the line unclear, and nothing of it is certain.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from handlers.visits.quick_days import WAITING, Doubt, Odd, ahead_day, but_for_the_day, in_words, month_end, past_day
from handlers.visits.quick_houses import houses
from handlers.visits.quick_items import COMMA, DATE, HAMLET, HOUR, NOTE, NUMBER, RANGE, UNKNOWN, Hamlets, Item, items
from storage.outcomes import OUTCOMES, Barrier, Mode, Outcome

MOST_LETTERS, MOST_LINES = 2_000, 60
FAR_BACK = timedelta(days=30)
"""A day further back than this only a leader may log."""
WIDE = 15
"""A range of more houses than this, or half as many with something reached, is asked about unless people met."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one line says of some households. With `doubt`, it is only what was probably meant."""

    text: str
    numbers: tuple[int, ...] = ()
    outcome: Outcome | None = None
    barrier: Barrier | None = None
    next_on: date | None = None
    until: date | None = None
    services: tuple[str, ...] = ()
    on: date | None = None
    """The day, where another one than the message's own was written."""
    hour: int | None = None
    note: str = ""
    mode: Mode = Mode.DOOR
    along: bool = False
    companions: tuple[str, ...] = ()
    """Who went along, as they were named."""
    hamlet_id: int | None = None
    doubt: Doubt | None = None
    likely: bool = True
    """Whether it is about households at all, and not a question that holds a number."""

    @property
    def certain(self) -> bool:
        return self.doubt is None


@dataclass
class _Frame:
    """What stands before the numbers and holds for what follows."""

    hamlet_id: int | None = None
    day: date | None = None
    hour: int | None = None
    mode: Mode = Mode.DOOR
    along: bool = False
    companions: tuple[str, ...] = ()
    heading: bool = False
    """Whether the day stood on a line of its own."""
    held: bool = False
    """Whether how people met, at what hour and who went along stood on a line of their own: they hold for those below."""
    row: int = -1
    colon: bool = False
    """Whether a colon stood behind the day: it holds to the end of the row."""
    row_held: bool = False
    """Whether a colon stood behind anything of the heading."""


def read(text: str, today: date, hamlets: Hamlets) -> list[Line]:
    """The lines of a message; `today` is the local day on which it was written."""
    found: list[Line] = []
    frame = _Frame()
    for row, part in _parts(text[:MOST_LETTERS])[:MOST_LINES]:
        if row != frame.row:
            frame.row, frame.colon, frame.row_held = row, False, False
        if seen := items(part, hamlets, today):
            found += _statement(" ".join(part.split()), seen, frame, today)
    return _once_each(found)


_NUMBERED = re.compile(r"\s*(\d{1,2})\s*[.)]\s+(?=(?:(?:hộ|ho|nhà|nha|số|so)\s+)*\d{1,5}(?![\d/.:h-]))", re.IGNORECASE)


def _parts(text: str) -> list[tuple[int, str]]:
    """The statements, each with the number of its row; a phone that counts the rows ("1. 12 xong") counts no households."""
    rows = [row for row in re.split(r"[\n\r\u2028]+", unicodedata.normalize("NFC", text)) if row.strip()]
    counted = [_NUMBERED.match(row) for row in rows]
    if len(rows) > 1 and [int(found[1]) for found in counted if found] == list(range(1, len(rows) + 1)):
        rows = [row[found.end():] for row, found in zip(rows, counted, strict=True) if found]
    return [(at, part) for at, row in enumerate(rows) for part in re.split(r"[;|]+", row)]


def _statement(text: str, seen: Sequence[Item], frame: _Frame, today: date) -> list[Line]:
    """One statement; it may change the frame for those after it. What has no place is read once more, as days people say."""
    doubts = []
    for tried in (seen, in_words(seen, today), but_for_the_day(seen, today)):
        try:
            return _told(text, tried, frame, today)
        except Odd as odd:
            doubts.append(odd.doubt)
    return [_guess(text, seen, frame, today, doubts[0])]


def _told(text: str, seen: Sequence[Item], frame: _Frame, today: date) -> list[Line]:
    rest, dated = _heading(seen, frame, today)
    if not rest:
        frame.heading, frame.held = frame.heading or dated, True
        return []
    told = list(_pairs(text, rest, frame, today))
    if len(rest) < len(seen) and seen[len(seen) - len(rest) - 1].text == ":":
        frame.colon, frame.row_held = frame.colon or dated, True
    if frame.day in (None, today) or dated or frame.heading or frame.colon:
        return told
    return [replace(line, doubt=line.doubt or Doubt.DAY) for line in told]  # the day of the line before, or its own?


# --- the heading ----------------------------------------------------------------------------------------------------------


def _heading(seen: Sequence[Item], frame: _Frame, today: date) -> tuple[list[Item], bool]:
    """Take what stands before the numbers and the result; what is left, and whether a day was among it."""
    if not (frame.heading or frame.held or frame.row_held):
        frame.mode, frame.hour, frame.along, frame.companions = Mode.DOOR, None, False, ()
    at = 0
    day: date | None = None
    while at < len(seen) and seen[at].kind in _HEADS:
        if not seen[at].sure or (day is not None and seen[at].kind in _DAYS):
            raise Odd
        day = _head(frame, seen[at], today) or day
        at += 1
    if day is None and frame.hour is not None and not frame.heading:
        day = today
    frame.day = day or frame.day
    return list(seen[at:]), day is not None


def _head(frame: _Frame, item: Item, today: date) -> date | None:
    """Take one item of the heading; the day it is, if it is one."""
    if item.kind == HAMLET:
        frame.hamlet_id = int(item.value)
    elif item.kind == "mode":
        frame.mode = Mode(item.value)
    elif item.kind == "part":
        frame.hour = int(item.value)
    elif item.kind == "along":
        frame.along, frame.companions = True, _names(item)
    return past_day(item, today) if item.kind in _DAYS else None


_DAYS = frozenset({"day", DATE, "weekday"})
_HEADS = _DAYS | {HAMLET, "mode", "part", "along", COMMA, "filler"}


# --- numbers and results --------------------------------------------------------------------------------------------------

_NUMBERS = frozenset({NUMBER, RANGE, "house", "and", "except", "from", "to"})


def _pairs(text: str, seen: Sequence[Item], frame: _Frame, today: date) -> Iterator[Line]:
    """Numbers and results by turns, whichever comes first."""
    if _day_or_house(seen):
        raise Odd
    groups = list(_groups(seen))
    kinds = [kind for kind, _ in groups]
    if len(groups) % 2 or not groups:
        raise Odd
    for start in range(0, len(groups), 2):
        numbers, result = groups[start:start + 2] if kinds[0] == "numbers" else reversed(groups[start:start + 2])
        told = " ".join(item.text for item in (*groups[start][1], *groups[start + 1][1])) if len(groups) > 2 else text
        yield _line(told, numbers[1], result[1], frame, today)


def _day_or_house(seen: Sequence[Item]) -> bool:
    """A bare number right behind a result that waits for a day ("5 hẹn 12 xong") may be that day; alone it is a house."""
    told = [item for item in seen if item.kind not in ("filler", "to")]
    waits = [at for at, item in enumerate(told[:-1]) if item.kind == "outcome" and OUTCOMES[item.value] in WAITING
             and told[at + 1].kind in (NUMBER, RANGE)]
    return bool(waits) and (len(told) > 2 or len(told) < len(seen))


def _groups(seen: Sequence[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Runs of numbers and runs of everything else, without the commas. "Until" belongs to the result that it follows."""
    in_result = False
    marked: list[tuple[str, Item]] = []
    for at, item in enumerate(seen):
        if item.kind in (COMMA, "filler"):
            continue
        after = seen[at + 1].kind if at + 1 < len(seen) else ""
        if (item.kind == "to" and after in (DATE, "weekday", "ahead", "day")) or (item.kind == "and" and after in _SERVICES):
            numbers = False
        else:
            numbers = item.kind in _NUMBERS
        in_result = not numbers
        marked.append(("result" if in_result else "numbers", item))
    for kind, run in groupby(marked, key=lambda pair: pair[0]):
        yield kind, [item for _, item in run]


def _line(text: str, numbers: Sequence[Item], result: Sequence[Item], frame: _Frame, today: date) -> Line:
    listed = houses(numbers)
    line = Line(text, listed, on=frame.day, hour=frame.hour, mode=frame.mode, along=frame.along, companions=frame.companions,
                hamlet_id=frame.hamlet_id)
    line = _result(line, result, today)
    wide = WIDE // 3 if line.outcome is not None and line.outcome.needs_attainment else WIDE
    if line.mode is not Mode.MEETING and len(listed) > wide and any(item.kind in (RANGE, "to") for item in numbers):
        return replace(line, doubt=Doubt.RANGE)
    return replace(line, doubt=Doubt.FAR_BACK) if line.on is not None and today - line.on > FAR_BACK else line


def _result(line: Line, result: Sequence[Item], today: date) -> Line:
    """The result and what belongs to it, each at most once."""
    for item in result:
        if not item.sure or item.kind == UNKNOWN:
            raise Odd
        line = _with(line, item, today)
    if line.outcome is None:
        raise Odd
    return line


def _with(line: Line, item: Item, today: date) -> Line:
    outcome = line.outcome
    if item.kind == "outcome":
        return _outcome(line, OUTCOMES[item.value])
    if item.kind == "problem" and outcome is None:
        return replace(line, outcome=Outcome.BLOCKED, barrier=Barrier(item.value))
    if item.kind in _TROUBLES and outcome is Outcome.BLOCKED and line.barrier is None:
        return replace(line, barrier=Barrier(item.value))
    if item.kind == "and" and line.services:
        return line
    if item.kind in ("service", "barrier") and outcome is not None and outcome.may_attain:
        return _service(line, item)
    if item.kind in ("to", "part") and outcome is not None and (outcome.needs_until or outcome.needs_date):
        return line
    return _beside(line, item) or _dated(line, item, today)


def _beside(line: Line, item: Item) -> Line | None:
    """What may stand behind any result, once."""
    agreed = line.next_on is not None or line.outcome is Outcome.APPOINTMENT
    if not line.note and (item.kind == NOTE or (item.kind == HOUR and agreed)):
        return replace(line, note=item.text)
    if item.kind == "along" and not line.along:
        return replace(line, along=True, companions=_names(item))
    if item.kind == "mode" and line.mode is Mode.DOOR:
        return replace(line, mode=Mode(item.value))
    return None


def _names(item: Item) -> tuple[str, ...]:
    return tuple(filter(None, item.value.split(",")))


def _outcome(line: Line, outcome: Outcome) -> Line:
    """The first result; "hẹn" after one that somebody returns from only names the day."""
    if line.outcome is None:
        return replace(line, outcome=outcome)
    if outcome is Outcome.APPOINTMENT and line.outcome in _RETURNING:
        return line
    raise Odd


_RETURNING = frozenset({Outcome.PARTIAL, Outcome.BLOCKED, Outcome.REFUSED_SOFT, Outcome.RIGHT_PERSON_AWAY})
_TROUBLES = frozenset({"barrier", "problem"})
_SERVICES = frozenset({"service", "barrier"})
_ALSO_SERVICE = {Barrier.PAYMENT.value: "online_payment"}


def _service(line: Line, item: Item) -> Line:
    service = item.value if item.kind == "service" else _ALSO_SERVICE.get(item.value, "")
    if not service or service in line.services:
        raise Odd
    return replace(line, services=(*line.services, service))


def _dated(line: Line, item: Item, today: date) -> Line:
    """A day behind the result: of the next visit where there is one to agree on, else the day it was."""
    if line.outcome is None:
        raise Odd
    if line.outcome.needs_until and line.until is None and (day := ahead_day(item, today)) is not None and day > today:
        return replace(line, until=month_end(day) if item.value == "month" else day)
    if (line.outcome.needs_date or line.outcome in _RETURNING) and line.next_on is None:
        if (day := ahead_day(item, today)) is not None:
            return replace(line, next_on=day)
        raise Odd
    if item.kind not in ("day", DATE, "weekday") or line.on is not None:
        raise Odd
    return replace(line, on=past_day(item, today))


# --- what is not certain --------------------------------------------------------------------------------------------------


_LISTED = frozenset({NUMBER, "house", "and", COMMA})
_BEGINS = (_HEADS - {"along"}) | _NUMBERS | {"outcome", "problem", UNKNOWN}


def _guess(text: str, seen: Sequence[Item], frame: _Frame, today: date, doubt: Doubt) -> Line:
    """What an unclear line was probably about: its numbers and a result, as something to ask."""
    numbers = _first_numbers(seen)
    outcome = next((OUTCOMES[item.value] for item in seen if item.kind == "outcome"), None)
    trouble = next((item for item in seen if item.kind in _TROUBLES and item.sure), None)
    barrier = Barrier(trouble.value) if trouble and outcome in (None, Outcome.BLOCKED) else None
    outcome = outcome or (Outcome.BLOCKED if barrier else None)
    line = Line(text, numbers, outcome, barrier, on=frame.day, hour=frame.hour, mode=frame.mode, along=frame.along,
                companions=frame.companions, hamlet_id=frame.hamlet_id, doubt=doubt)
    unknown = sum(item.kind == UNKNOWN for item in seen)
    odd = any(item.kind not in (NUMBER, "house", COMMA) for item in seen)
    begins = seen[0].kind in _BEGINS and (seen[0].sure or len(seen) == 2)
    told = outcome is not None  # "thứ 7 họp lúc 19 giờ": an hour or a day alone is no house
    digits = [item.text[:1].isdigit() and (told or item.kind not in (HOUR, DATE)) for item in seen]
    begins = begins and (digits[0] or seen[0].kind != UNKNOWN)
    return replace(line, likely=any(digits) and odd and begins and unknown <= (1 if outcome is None else 3))


def _first_numbers(seen: Sequence[Item]) -> tuple[int, ...]:
    """The numbers that stand together first: "18 trùng hộ 15" is about 18, "12 xong 2 người" about 12."""
    for listed, run in groupby(seen, lambda item: item.kind in _LISTED):
        numbers = tuple(dict.fromkeys(item.first for item in run if item.kind == NUMBER)) if listed else ()
        if numbers:
            return numbers
    return ()


def _once_each(lines: Sequence[Line]) -> list[Line]:
    """Lines that speak of the same house are asked about, all of them."""
    said = Counter((line.hamlet_id, number) for line in lines if line.certain for number in line.numbers)
    return [replace(line, doubt=Doubt.TWICE) if line.certain and any(said[line.hamlet_id, n] > 1 for n in line.numbers) else line
            for line in lines]
