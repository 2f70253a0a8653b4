"""Pages for printing: A4 as PDF with our own letters in it, drawn with the same pen as the pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

from content.lettering import letters
from content.pen import INK, LEADING, PAPER, Measured, Pen, dark_runs
from content.typefaces import BOLD, FAMILY, MEDIUM, NAMES, render, typefaces

WIDTH, HEIGHT = 840.0, 1188.0
"""An upright A4 page; a unit is a quarter of a millimetre."""
POINTS = 72 / 25.4 / 4
"""Points in a unit."""


class Sheets(Measured):
    """A PDF in the making. Lengths in units, y downwards, as on a picture; `turn` begins the next page."""

    def __init__(self, name: str, *, title: str, author: str = "Gõ Cửa", language: str = "vi", lying: bool = False) -> None:
        from reportlab.pdfgen.canvas import Canvas  # here: only whoever prints pays for the import

        super().__init__(name)
        self.width, self.height = (HEIGHT, WIDTH) if lying else (WIDTH, HEIGHT)
        self._out = io.BytesIO()
        size = self.width * POINTS, self.height * POINTS
        self._canvas = Canvas(self._out, size, pageCompression=1, invariant=1, lang=language)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        _register()

    def box(self, x: float, y: float, width: float, height: float, *, radius: float = 0, fill: str = PAPER, stroke: str = "",
            thick: float = 3) -> None:
        canvas = self._canvas
        if fill != "none":
            canvas.setFillColor(fill)
        if stroke:
            canvas.setStrokeColor(stroke)
            canvas.setLineWidth(thick * POINTS)
        canvas.roundRect(x * POINTS, self._up(y + height), width * POINTS, height * POINTS, radius * POINTS,
                         fill=int(fill != "none"), stroke=int(bool(stroke)))

    def text(self, text: str, x: float, y: float, size: float, room: float, *, bold: bool = False, colour: str = INK,
             middle: bool = False, most: int = 1) -> float:
        """Words in at most `most` lines within `room`, their top at y; how high they are. Raises SketchError if they overflow."""
        lines = self.lines(text, size, room, bold=bold, most=most)
        weight = BOLD if bold else MEDIUM
        self._canvas.setFillColor(colour)
        self._canvas.setFont(_name(weight), size * POINTS)
        for number, line in enumerate(lines):
            left = x - letters(weight).width(line, size) / 2 if middle else x
            self._canvas.drawString(left * POINTS, self._up(y + size * (0.98 + LEADING * number)), line)
        return size * LEADING * len(lines)

    def icon(self, name: str, x: float, y: float, size: float) -> None:
        """A sign from pictograms.svg, as a small picture."""
        self.picture(_sign(name), x, y, size, size)

    def picture(self, png: bytes, x: float, y: float, width: float, height: float) -> None:
        from reportlab.lib.utils import ImageReader

        self._canvas.drawImage(ImageReader(io.BytesIO(png)), x * POINTS, self._up(y + height), width * POINTS, height * POINTS,
                               mask="auto")

    def squares(self, rows: Sequence[Sequence[int]], x: float, y: float, side: float) -> None:
        """A pattern of dark squares: a QR code."""
        each = side / len(rows)
        path = self._canvas.beginPath()
        for left, top, wide in dark_runs(rows):
            path.rect((x + left * each) * POINTS, self._up(y + (top + 1) * each), wide * each * POINTS, each * POINTS)
        self._canvas.setFillColor("#000000")
        self._canvas.drawPath(path, fill=1, stroke=0)

    def rule(self, x: float, y: float, width: float, *, colour: str = INK, thick: float = 2) -> None:
        """A line across."""
        self._canvas.setStrokeColor(colour)
        self._canvas.setLineWidth(thick * POINTS)
        self._canvas.line(x * POINTS, self._up(y), (x + width) * POINTS, self._up(y))

    def turn(self) -> None:
        """This page is full."""
        self._canvas.showPage()

    def finished(self) -> bytes:
        """The whole PDF."""
        self._canvas.save()
        return self._out.getvalue()

    def _up(self, y: float) -> float:
        return (self.height - y) * POINTS


@cache
def _sign(name: str) -> bytes:
    """Drawn once: the same few stand on every page."""
    pen = Pen(name, 100)
    pen.icon(name, 0, 0, 100)
    return render(pen.finished(100, name, ground=""), 400)


def _name(weight: int) -> str:
    return f"{FAMILY} {NAMES[weight]}".replace(" ", "")


def _register() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    known: Any = pdfmetrics.getRegisteredFontNames()
    for weight, file in typefaces().items():
        if _name(weight) not in known:
            pdfmetrics.registerFont(TTFont(_name(weight), file))
