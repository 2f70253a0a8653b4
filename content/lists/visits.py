"""The log a team kept on paper or in a spreadsheet: which household, when, how it ended, who went, what was done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

import yaml

from content.fold import fold
from content.lists.columns import Column, Header, header, numbers_columns
from content.lists.row import Row
from content.lists.tidying import kept
from content.lists.trouble import Problem, Trouble, Unreadable

WANTED = (Column.NUMBER, Column.COUNT, Column.HAMLET, Column.DAY, Column.OUTCOME, Column.BARRIER, Column.MEMBER, Column.SERVICES,
          Column.NEXT, Column.UNTIL, Column.NOTE, Column.LABEL)
NOTE_LENGTH = 500
MORNING = 9
"""The hour of a visit whose part of the day nobody wrote down."""
_NUMBER = re.compile(r"(?:hộ|ho|h)?\s*(?:số|so)?\s*0*(\d{1,5})", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}|\d{2}))?(?!\d)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTH = re.compile(r"(?<![\d/.-])(\d{1,2})\s*[/.-]\s*(\d{4})(?!\d)")
_APART = re.compile(r"[,;+/&]|\bvà\b|\bva\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit as it stands in the log; outcome, barrier and services are codes."""

    row: int
    number: int
    day: date
    hour: int
    outcome: str
    barrier: str = ""
    services: tuple[str, ...] = ()
    member: str = ""
    next_on: date | None = None
    until: date | None = None
    note: str = ""
    hamlet: str = ""


@dataclass(frozen=True, slots=True)
class VisitList:
    lines: tuple[VisitLine, ...]
    problems: tuple[Problem, ...]
    private: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    """Folded words -> code, for outcomes, barriers, services and hours."""
    listed = yaml.safe_load((files("content") / "lists" / "visit_words.yaml").read_text("utf-8"))
    return {kind: {fold(word): str(code) for code, spelled in codes.items() for word in (str(code), *spelled)}
            for kind, codes in listed.items()}


def codes(kind: str) -> frozenset[str]:
    """Every code of a kind."""
    return frozenset(_words()[kind].values())


def visits(rows: Sequence[Row], today: date) -> VisitList:
    """Rows with headings: at least the household's number, the day and the outcome. Raises Unreadable."""
    head = header(rows, WANTED, (Column.OUTCOME,))
    if head is None or not {Column.NUMBER, Column.COUNT} & head.at.keys() or Column.DAY not in head.at:
        raise Unreadable(Trouble.NO_LOG_HEADER)
    lines, problems = [], []
    for row, cells in rows:
        if row <= head.row or not head.cell(Column.OUTCOME, cells) or numbers_columns(cells):
            continue
        try:
            lines.append(_line(head, row, cells, today))
        except _Amiss as amiss:
            problems.append(Problem(row, amiss.trouble.value, amiss.value[:40]))
    if not lines and not problems:
        raise Unreadable(Trouble.EMPTY)
    return VisitList(tuple(lines), tuple(problems), head.private, head.unknown)


class _Amiss(Exception):
    def __init__(self, trouble: Trouble, value: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble, self.value = trouble, value


def _line(head: Header, row: int, cells: Sequence[str], today: date) -> VisitLine:
    typed = head.cell(Column.NUMBER if Column.NUMBER in head.at else Column.COUNT, cells)
    number = _NUMBER.fullmatch(typed)
    if number is None or int(number[1]) < 1:
        raise _Amiss(Trouble.BAD_NUMBER, typed)
    day, hour = _day_and_hour(head.cell(Column.DAY, cells), today)
    outcome, rest = _outcome(head.cell(Column.OUTCOME, cells))
    barrier = _barrier(outcome, rest, head.cell(Column.BARRIER, cells))
    next_on = _when(outcome == "appointment", rest, head.cell(Column.NEXT, cells), day)
    until = _when(outcome == "temporarily_away", rest, head.cell(Column.UNTIL, cells), day)
    said = rest if outcome in ("completed", "already_done", "partial") else ""
    note, _ = kept(head.cell(Column.NOTE, cells))
    if len(note) > NOTE_LENGTH:
        raise _Amiss(Trouble.TOO_LONG, note)
    return VisitLine(row, int(number[1]), day, hour, outcome, barrier, _services(said, head.cell(Column.SERVICES, cells)),
                     head.cell(Column.MEMBER, cells), next_on, until, note, head.cell(Column.HAMLET, cells))


def _day_and_hour(typed: str, today: date) -> tuple[date, int]:
    words = fold(typed)
    named = ((word, code) for word, code in _words()["hour"].items() if not word.isdigit())  # "12/11 chiều" is no noon
    hour = next((int(code) for word, code in named if re.search(rf"(?:^|\s){word}(?:$|\s)", words)), MORNING)
    day = read_day(typed, today, past=True)
    if day is None:
        raise _Amiss(Trouble.BAD_DAY, typed)
    if day > today:
        raise _Amiss(Trouble.DAY_TO_COME, typed)
    return day, hour


def read_day(typed: str, near: date, *, past: bool) -> date | None:
    """A written day; without a year the last one that was, or the next one to come."""
    if found := _ISO.search(typed):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _MONTH.search(typed):
        return _date(int(found[2]), int(found[1]), 1)
    if found := _DAY.search(typed):
        if found[3]:
            return _date(int(found[3]) + (2000 if len(found[3]) == 2 else 0), int(found[2]), int(found[1]))
        day = _date(near.year, int(found[2]), int(found[1]))
        if day is None or (day <= near if past else day >= near):
            return day
        return _date(near.year + (-1 if past else 1), int(found[2]), int(found[1]))
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 2020 <= year <= 2100 else None
    except ValueError:
        return None


def _outcome(typed: str) -> tuple[str, str]:
    """The code of an outcome, and what was written behind it ("vướng OTP", "hẹn 25/11", "xong: VNeID")."""
    known = _words()["outcome"]
    words = fold(typed)
    if words in known:
        return known[words], ""
    begins = [word for word in known if words.startswith(f"{word} ")]
    if not begins:
        raise _Amiss(Trouble.BAD_OUTCOME, typed)
    longest = max(begins, key=len)
    return known[longest], " ".join(typed.split()[len(longest.split()):]).strip(" :-–,;()")


def _barrier(outcome: str, rest: str, cell: str) -> str:
    if outcome != "blocked":
        return ""
    typed = cell or rest
    known = _words()["barrier"]
    words = fold(typed)
    for prefix in ("", "bi ", "vi ", "do "):
        if words.removeprefix(prefix) in known:
            return known[words.removeprefix(prefix)]
    raise _Amiss(Trouble.BAD_BARRIER, typed)


def _when(wanted: bool, rest: str, cell: str, day: date) -> date | None:
    """The day of an appointment, or until when somebody is away."""
    typed = cell or (rest if wanted else "")
    if not typed:
        if wanted:
            raise _Amiss(Trouble.BAD_DAY, "")
        return None
    found = read_day(typed, day, past=False)
    if found is None:
        raise _Amiss(Trouble.BAD_DAY, typed)
    return found if wanted or cell else None


def _services(said: str, cell: str) -> tuple[str, ...]:
    known = _words()["service"]
    found = []
    for part in filter(str.strip, _APART.split(cell or said)):
        code = known.get(fold(part))
        if code is None:
            raise _Amiss(Trouble.BAD_SERVICE, part.strip())
        found.append(code)
    return tuple(dict.fromkeys(found))
