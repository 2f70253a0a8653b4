"""Vietnam's public holidays as a table that ends in a known year and says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from content.strict_yaml import read_mapping


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days off by the name of the holiday, the days of Tết in which nobody is written to, and where the table ends."""

    off: Mapping[date, str]
    tet: tuple[tuple[date, date], ...]
    until: date


@cache
def holidays() -> Holidays:
    """The table that comes with the program."""
    table = read_mapping((files("content") / "holidays.yaml").read_text("utf-8"))
    return Holidays(table["days_off"], tuple((first, last) for first, last in table["tet"]), table["until"])
