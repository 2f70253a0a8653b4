"""Journeys: whole conversations as plain text, the same on every channel.

    # what it is about
    as volunteer
    > ghi lượt đến          somebody types this (\\n in it: a line break)
    > [Xong]                somebody presses the choice whose label begins so (types it where nothing can be pressed)
    >! photo                somebody sends something else (photo, sticker, voice, file, location)
    < Hộ nào                the answer holds these words, in this order
    ? [Quay lại]            the answer offers this choice
    ! Hộ 99                 the answer does not hold these words
"""

from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass
class Line:
    """One thing said, and what its answer must be like."""

    said: str
    number: int
    holds: list[str] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)


@dataclass
class Journey:
    name: str
    part: str
    lines: list[Line]


def read(path: Path) -> Journey:
    journey = Journey(path.stem, "citizen", [])
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        mark, _, rest = line.partition(" ")
        match mark:
            case "as":
                journey.part = rest.strip()
            case ">" | ">!":
                journey.lines.append(Line(("!" if mark == ">!" else "") + rest.strip().replace("\\n", "\n"), number))
            case "<":
                journey.lines[-1].holds.append(rest.strip())
            case "?":
                journey.lines[-1].offers.append(rest.strip().strip("[]"))
            case "!":
                journey.lines[-1].lacks.append(rest.strip())
            case "" | "#":
                continue
            case _:
                raise ValueError(f"{path.name}:{number}: {line!r} is no line of a journey")
    return journey


def journeys() -> list[Journey]:
    return [read(path) for path in sorted(FOLDER.glob("*/*.txt"))]
