"""Journeys: whole conversations as plain text, the same on every channel.

    # what it is about
    as volunteer
    > ghi lượt đến          somebody types this (\\n in it: a line break)
    > [Xong]                somebody presses the choice whose label begins so (types it where nothing can be pressed)
    >! photo                somebody sends something else (photo, sticker, voice, file, location)
    < Hộ nào                the answer holds these words, in this order
    ? [Quay lại]            the answer offers this choice
    ! Hộ 99                 the answer does not hold these words

Where several people talk, a line may name who: `volunteer> menu` is said by the volunteer, and `volunteer< Có người`,
`volunteer? [Nhận]`, `volunteer! Hộ 99` look at what the volunteer was shown after the last line, whoever said it.
`at 2026-11-25 09:15` sets Vietnam's clock for the whole journey.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_NAMED = re.compile(r"([a-z]*)(>!|[><?!])")
FOLDER = Path(__file__).parent


@dataclass
class Line:
    """One thing said, and what its answer must be like."""

    said: str
    number: int
    part: str = ""
    looks: dict[str, "Look"] = field(default_factory=dict)


@dataclass
class Look:
    """What somebody must (and must not) have been shown after a line."""

    holds: list[str] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)


@dataclass
class Journey:
    name: str
    part: str
    lines: list[Line]
    at: datetime | None = None

    @property
    def parts(self) -> list[str]:
        """Everybody who takes part."""
        return list(dict.fromkeys([self.part, *(part for line in self.lines for part in (line.part, *line.looks))]))


def read(path: Path) -> Journey:
    journey = Journey(path.stem, "citizen", [])
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        mark, _, rest = line.partition(" ")
        named = _NAMED.fullmatch(mark)
        if mark in ("", "#"):
            continue
        if mark == "as":
            journey.part = rest.strip()
        elif mark == "at":
            journey.at = datetime.fromisoformat(rest.strip()).replace(tzinfo=VIETNAM)
        elif named is None:
            raise ValueError(f"{path.name}:{number}: {line!r} is no line of a journey")
        elif named[2].startswith(">"):
            said = ("!" if named[2] == ">!" else "") + rest.strip().replace("\\n", "\n")
            journey.lines.append(Line(said, number, named[1] or journey.part))
        else:
            last = journey.lines[-1]
            look = last.looks.setdefault(named[1] or last.part, Look())
            wanted = rest.strip().strip("[]") if named[2] == "?" else rest.strip()
            {"<": look.holds, "?": look.offers, "!": look.lacks}[named[2]].append(wanted)
    return journey


def journeys() -> list[Journey]:
    return [read(path) for path in sorted(FOLDER.glob("*/*.txt"))]
