"""An A4 poster with a QR code that opens the bot at one guide or one hamlet: as a picture to pass on, as a PDF to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from content.pen import AMBER, GREEN, GROUND, INK, LINE, PAPER, SOFT, TINT, Pen
from content.pictures import fewer_colours
from content.sheets import HEIGHT, WIDTH, Sheets
from content.typefaces import render
from content.words import Words

PIXELS = 1240
"""150 to the inch on A4: the squares of the code are several pixels wide."""
MARGIN = 60
LARGEST = 470
"""Of the code's field."""
QUIET = 4
"""Light squares around a QR code, as its standard asks for."""
LONGEST = 300
"""Letters of an address: beyond that the squares would be too fine for a cheap camera."""


@dataclass(frozen=True, slots=True)
class Poster:
    """What stands on a poster."""

    title: str
    lead: str
    address: str
    words: Words


class Drawing(Protocol):
    """A picture or a page."""

    def box(self, x: float, y: float, width: float, height: float, *, radius: float = 0, fill: str = PAPER, stroke: str = "",
            thick: float = 3) -> None: ...
    def text(self, text: str, x: float, y: float, size: float, room: float, *, bold: bool = False, colour: str = INK,
             middle: bool = False, most: int = 1) -> float: ...
    def lines(self, text: str, size: float, room: float, *, bold: bool = False, most: int = 1) -> list[str]: ...
    def icon(self, name: str, x: float, y: float, size: float) -> None: ...
    def squares(self, rows: list[list[int]], x: float, y: float, side: float) -> None: ...


def png(poster: Poster) -> bytes:
    pen = Pen(poster.title, WIDTH)
    _draw(pen, poster)
    return fewer_colours(render(pen.finished(HEIGHT, f"{poster.title}. {poster.address}", ground=PAPER), PIXELS))


def pdf(poster: Poster) -> bytes:
    sheets = Sheets(poster.title, title=poster.title, language=poster.words.language)
    _draw(sheets, poster)
    return sheets.finished()


def _draw(on: Drawing, poster: Poster) -> None:
    say, room, middle = poster.words.say, WIDTH - 2 * MARGIN, WIDTH / 2
    on.box(0, 0, WIDTH, 112, fill=GREEN)
    _door(on, MARGIN, 16, 80)
    on.text(say("poster.name"), MARGIN + 104, 14, 40, room - 104, bold=True, colour=PAPER)
    on.text(say("poster.team"), MARGIN + 104, 66, 25, room - 104, colour=TINT)
    size = _size(on, poster.title, room)
    y = 134 + on.text(poster.title, middle, 134, size, room, bold=True, colour=GREEN, middle=True, most=3)
    y += 6 + on.text(poster.lead, middle, y + 6, 31, room, colour=INK, middle=True, most=2)
    steps = HEIGHT - 392  # from here on down the places are fixed; the code takes the room between
    side = min(LARGEST, steps - y - 72)
    _code(on, poster.address, middle - side / 2, y + (steps - y - side) / 2, side)
    for number, (icon, key) in enumerate((("camera", "poster.open"), ("qr", "poster.point"), ("finger", "poster.tap"))):
        _step(on, MARGIN + number * (room + 20) / 3, steps, (room - 40) / 3, icon, say(key))
    on.text(say("poster.type"), middle, HEIGHT - 218, 24, room, colour=SOFT, middle=True)
    shown = poster.address.partition("://")[2]
    on.text(shown, middle, HEIGHT - 184, _size(on, shown, room, 28, 24, 20, 16, 13, 10), room, bold=True, middle=True)
    on.box(MARGIN, HEIGHT - 118, room, 78, radius=18, fill=TINT)
    on.text(say("poster.safe"), middle, HEIGHT - 96, 25, room - 40, bold=True, colour=GREEN, middle=True)


def _size(on: Drawing, text: str, room: float, *sizes: float) -> float:
    """The largest letters in which the text fits."""
    tried = sizes or (58, 50, 42, 36)
    for size in tried[:-1]:
        try:
            on.lines(text, size, room, bold=True, most=1 if sizes else 2)
        except ValueError:
            continue
        return size
    return tried[-1]


def _code(on: Drawing, address: str, x: float, y: float, side: float) -> None:
    import segno

    if len(address) > LONGEST:
        raise ValueError("the address is too long for a poster")
    rows = [list(row) for row in segno.make(address, error="q", boost_error=False, micro=False).matrix]
    on.box(x - 14, y - 14, side + 28, side + 28, radius=34, fill=AMBER)
    on.box(x, y, side, side, radius=24, fill=PAPER)
    each = side / (len(rows) + 2 * QUIET)
    on.squares(rows, x + QUIET * each, y + QUIET * each, len(rows) * each)


def _step(on: Drawing, x: float, y: float, width: float, icon: str, words: str) -> None:
    on.box(x, y, width, 158, radius=22, fill=GROUND, stroke=LINE, thick=3)
    on.icon(icon, x + width / 2 - 42, y + 12, 80)
    on.text(words, x + width / 2, y + 92, 25, width - 20, bold=True, middle=True, most=2)


def _door(on: Drawing, x: float, y: float, size: float) -> None:
    """Our mark, from the same shapes as on the web."""
    part = size / 48
    on.box(x, y, size, size, radius=12 * part, fill="#fdf3dc")
    on.box(x + 15 * part, y + 9 * part, 18 * part, 31 * part, radius=4 * part, fill=GREEN)
    on.box(x + 10 * part, y + 38.5 * part, 28 * part, 3 * part, radius=1.5 * part, fill=AMBER)
    on.box(x + 27 * part, y + 24 * part, 4.5 * part, 4.5 * part, radius=2.25 * part, fill="#fdf3dc")
