"""Why a list cannot be taken, or a line of it; each value is the key of its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    # the whole file
    KIND = "list.kind"
    OLD_EXCEL = "list.old_excel"
    TOO_LARGE = "list.too_large"
    UNPACKED = "list.unpacked"
    DAMAGED = "list.damaged"
    ENCODING = "list.encoding"
    EMPTY = "list.empty"
    TOO_MANY = "list.too_many"
    TOO_WIDE = "list.too_wide"
    SHEETS = "list.sheets"
    FORMULAS = "list.formulas"
    NO_HEADER = "list.no_header"
    NO_LOG_HEADER = "list.no_log_header"
    UNFETCHED = "list.unfetched"
    # one line
    BAD_NUMBER = "list.bad_number"
    SAME_NUMBER = "list.same_number"
    NOBODY = "list.nobody"
    TOO_LONG = "list.too_long"
    BAD_ADULTS = "list.bad_adults"
    OTHER_HAMLET = "list.other_hamlet"
    UNKNOWN_HOUSEHOLD = "list.unknown_household"
    BAD_DAY = "list.bad_day"
    DAY_TO_COME = "list.day_to_come"
    BAD_OUTCOME = "list.bad_outcome"
    BAD_BARRIER = "list.bad_barrier"
    BAD_SERVICE = "list.bad_service"
    UNKNOWN_MEMBER = "list.unknown_member"


class Unreadable(Exception):
    """A file that is no list we can take, and why."""

    def __init__(self, trouble: Trouble, **values: object) -> None:
        super().__init__(trouble.value)
        self.trouble, self.values = trouble, values


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one line, by the line's number in the file."""

    row: int
    trouble: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one list may be."""

    size: int = 2_000_000
    unpacked: int = 8_000_000
    ratio: int = 100
    rows: int = 3_000
    columns: int = 60
    cell: int = 300


IN_CHAT = Limits()
AT_THE_DESK = Limits(size=20_000_000, unpacked=60_000_000, rows=50_000)
"""On the command line somebody sits at the server and may wait."""
