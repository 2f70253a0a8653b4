"""The pen our drawings are made with: boxes, signs and words that are measured before they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby

from content.lettering import letters
from content.typefaces import BOLD, FAMILY, MEDIUM

GROUND, PAPER, INK, SOFT, LINE, EDGE = "#faf5ec", "#ffffff", "#25211b", "#655b4c", "#e6dccb", "#8d8069"
GREEN, TINT, AMBER, WARM, RED, ROSE = "#0f5f4e", "#e4f1ec", "#e39a1f", "#fff1d0", "#b3331f", "#fde7e2"
LEADING = 1.28
BOLD_WORDS, CENTRED = ' font-weight="700"', ' text-anchor="middle"'
_STYLE = "".join((
    f".k{{fill:{INK}}}.w{{fill:{PAPER}}}.g{{fill:{GREEN}}}.t{{fill:{TINT}}}.a{{fill:{AMBER}}}.l{{fill:{WARM}}}.r{{fill:{RED}}}",
    f".p{{fill:{ROSE}}}.o{{fill:{PAPER};stroke:{INK}}}.n{{fill:none;stroke:{INK}}}.s{{fill:none;stroke:{RED}}}",
    f".x{{fill:none;stroke:{RED}}}.v{{fill:none;stroke:{PAPER};stroke-width:11}}",
    ".o,.n,.s,.x{stroke-width:5}.o,.n,.s,.x,.v{stroke-linejoin:round;stroke-linecap:round}",
))


class SketchError(ValueError):
    """A drawing that cannot be made, with the reason."""


class Measured:
    """Measures words before they are written."""

    def __init__(self, name: str) -> None:
        self.name = name

    def lines(self, text: str, size: float, room: float, *, bold: bool = False, most: int = 1) -> list[str]:
        """The words in lines, measured and about equally long. Raises SketchError where they are too wide or too many."""
        measure = letters(BOLD if bold else MEDIUM)
        try:
            lines = measure.even(text, size, room)
            widest = max(measure.width(line, size) for line in lines)
        except KeyError as letter:
            raise SketchError(f"{self.name}: the font has no {letter} ({text})") from None
        if widest > room or len(lines) > most:
            raise SketchError(f"{self.name}: {len(lines)} lines of up to {widest:.0f} do not fit {most} of {room:.0f}: {text}")
        return lines


class Pen(Measured):
    """Draws onto one picture."""

    def __init__(self, name: str, width: float) -> None:
        super().__init__(name)
        self.width = width
        self._drawn: list[str] = []

    def apart(self) -> Pen:
        """A pen for what is put on top later."""
        return Pen(self.name, self.width)

    def take(self, other: Pen) -> None:
        self._drawn += other._drawn

    def box(self, x: float, y: float, width: float, height: float, *, radius: float = 0, fill: str = PAPER, stroke: str = "",
            thick: float = 3, dashed: bool = False) -> None:
        line = f' stroke="{stroke}" stroke-width="{thick:g}"' if stroke else ""
        dash = ' stroke-dasharray="4 9" stroke-linecap="round"' if dashed else ""
        self._drawn.append(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}"'
                           f"{line}{dash}/>")

    def path(self, lines: str, *, fill: str = "none", stroke: str = INK, thick: float = 4) -> None:
        self._drawn.append(f'<path d="{lines}" fill="{fill}" stroke="{stroke}" stroke-width="{thick:g}" stroke-linejoin="round" '
                           'stroke-linecap="round"/>')

    def icon(self, name: str, x: float, y: float, size: float) -> None:
        """A sign from pictograms.svg."""
        if name not in signs():
            raise SketchError(f"{self.name}: there is no sign called {name}")
        self._drawn.append(f'<g transform="translate({x:g} {y:g}) scale({size / 100:g})">{signs()[name]}</g>')

    def text(self, text: str, x: float, y: float, size: float, room: float, *, bold: bool = False, colour: str = INK,
             middle: bool = False, most: int = 1) -> float:
        """Words in at most `most` lines within `room`, their top at y; how high they are. Raises SketchError if they overflow."""
        lines = self.lines(text, size, room, bold=bold, most=most)
        look = f'fill="{colour}"{BOLD_WORDS if bold else ""}{CENTRED if middle else ""}'
        for number, line in enumerate(lines):
            base = y + size * (0.98 + LEADING * number)
            self._drawn.append(f'<text x="{x:g}" y="{base:g}" font-size="{size:g}" {look}>{escape(line, quote=False)}</text>')
        return size * LEADING * len(lines)

    def squares(self, rows: Sequence[Sequence[int]], x: float, y: float, side: float) -> None:
        """A pattern of dark squares: a QR code."""
        each = side / len(rows)
        runs = "".join(f"M{x + left * each:g} {y + top * each:g}h{wide * each:g}v{each:g}h{-wide * each:g}z"
                       for left, top, wide in dark_runs(rows))
        self._drawn.append(f'<path d="{runs}" fill="#000000" shape-rendering="crispEdges"/>')

    def finished(self, height: float, title: str, *, ground: str = GROUND) -> str:
        """The whole picture; without a ground it is clear where nothing is drawn."""
        under = f'<rect width="{self.width:g}" height="{height:g}" fill="{ground}"/>' if ground else ""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width:g} {height:g}" width="{self.width:g}" '
                f'height="{height:g}" font-family="{FAMILY}" font-weight="500" role="img" class="sketch">'
                f"<title>{escape(title)}</title><style>{_STYLE}</style>"
                f"{under}{''.join(self._drawn)}</svg>")


def dark_runs(rows: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    """Where dark squares lie side by side: column, row, how many."""
    for top, row in enumerate(rows):
        left = 0
        for dark, run in groupby(row, bool):
            wide = len(list(run))
            if dark:
                yield left, top, wide
            left += wide


@cache
def signs() -> dict[str, str]:
    """Every sign by name."""
    text = (files("content") / "pictures" / "pictograms.svg").read_text("utf-8")
    return dict(re.findall(r'<g id="([a-z]+)">(.*?)</g>', text, re.DOTALL))
