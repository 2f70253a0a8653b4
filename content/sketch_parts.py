"""The parts a drawing is put together from: each draws itself at a place and says how high it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from content.lettering import letters
from content.pen import AMBER, EDGE, GREEN, INK, LINE, PAPER, RED, ROSE, SOFT, TINT, WARM, Pen
from content.typefaces import BOLD, MEDIUM

SMALL, LABEL, LARGE = 28, 31, 34
PAD = 18


class Words(Protocol):
    """What a part says: its own words, several things, and flags."""

    @property
    def text(self) -> str: ...
    @property
    def parts(self) -> list[Any]: ...
    def each(self, part: Mapping[str, Any]) -> tuple[str, str]: ...
    def flag(self, name: str) -> str: ...


Part = Callable[[Pen, Words, float, float, float], float]


def bar(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """The name of an app or page, at the top of a screen."""
    icon = words.flag("icon")
    left = x + PAD + (62 if icon else 0)
    room = x + width - PAD - left
    tall = 32 + 40 * len(pen.lines(words.text, LABEL, room, bold=True, most=2))
    pen.box(x, y, width, tall, radius=18, fill=TINT)
    if icon:
        pen.icon(icon, x + PAD, y + tall / 2 - 24, 48)
    pen.text(words.text, left, y + 15, LABEL, room, bold=True, colour=GREEN, most=2)
    return tall


def text(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    return pen.text(words.text, x + width / 2, y, LABEL, width, middle=True, most=4)


def heading(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """What a paper is called."""
    return pen.text(words.text, x + width / 2, y, LARGE, width - 60, bold=True, middle=True, most=2)


def field(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """A box to type in."""
    high = pen.text(words.text, x + 4, y, SMALL, width - 8, colour=SOFT, most=2)
    pen.box(x, y + high + 4, width, 62, radius=14, fill=PAPER, stroke=EDGE, thick=3)
    for dot in range(int(words.flag("dots") or 0)):
        pen.box(x + 24 + 34 * dot, y + high + 27, 16, 16, radius=8, fill=INK)
    return high + 66


def button(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    high = pen.lines(words.text, LABEL, width - 2 * PAD, bold=True, most=2)
    tall = 36 + 40 * len(high)
    loud = words.flag("press")
    pen.box(x, y, width, tall, radius=18, fill=GREEN if loud else PAPER, stroke=GREEN, thick=4)
    colour = PAPER if loud else GREEN
    pen.text(words.text, x + width / 2, y + 17, LABEL, width - 2 * PAD, bold=True, colour=colour, middle=True, most=2)
    return tall


def link(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """Words that can be pressed."""
    wide = max(letters(BOLD).width(line, LABEL) for line in pen.lines(words.text, LABEL, width - 2 * PAD, bold=True))
    pen.text(words.text, x + width / 2, y + 8, LABEL, width - 2 * PAD, bold=True, colour=GREEN, middle=True)
    pen.box(x + (width - wide) / 2, y + 48, wide, 4, fill=GREEN)
    return 60


def row(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """A line of a list, with a sign before it."""
    icon = words.flag("icon")
    left = x + PAD + (74 if icon else 0)
    room = x + width - 48 - left
    tall = 36 + 40 * len(pen.lines(words.text, LABEL, room, most=3))
    pen.box(x, y, width, tall, radius=16, fill=PAPER, stroke=LINE, thick=4)
    if icon:
        pen.icon(icon, x + PAD, y + tall / 2 - 29, 58)
    pen.text(words.text, left, y + 17, LABEL, room, most=3)
    pen.path(f"M{x + width - 32} {y + tall / 2 - 12}l12 12l-12 12", stroke=EDGE, thick=5)
    return tall


def tiles(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """Apps or services side by side; the one with a star before its words is meant."""
    things = [words.each(part) for part in words.parts]
    each = (width - 20 * (len(things) - 1)) / len(things)
    most = max(len(pen.lines(label.lstrip("*"), SMALL, each - 8, most=3)) for _, label in things)
    tall = 132 + 36 * most
    for number, (icon, label) in enumerate(things):
        left, meant = x + number * (each + 20), label.startswith("*")
        fill, stroke, thick = (TINT, AMBER, 8) if meant else (PAPER, LINE, 4)
        pen.box(left, y, each, tall, radius=20, fill=fill, stroke=stroke, thick=thick)
        pen.icon(icon, left + each / 2 - 44, y + 18, 88)
        pen.text(label.lstrip("*"), left + each / 2, y + 116, SMALL, each - 8, bold=meant, middle=True, most=3)
    return tall


def code(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """Six boxes for a code."""
    high = pen.text(words.text, x + width / 2, y, SMALL, width, colour=SOFT, middle=True, most=2)
    each = (width - 5 * 12) / 6
    for number in range(6):
        left = x + number * (each + 12)
        pen.box(left, y + high + 6, each, 78, radius=12, fill=PAPER, stroke=EDGE)
        pen.box(left + each / 2 - 9, y + high + 36, 18, 18, radius=9, fill=INK)
    return high + 84


def bubble(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """A text message that has come."""
    bad = words.flag("mark") == "no"
    room = width - 2 * PAD - 8
    tall = 30 + LABEL * 1.28 * len(pen.lines(words.text, LABEL, room, most=5))
    pen.path(f"M{x + 16} {y}H{x + width - 16}q16 0 16 16V{y + tall - 16}q0 16-16 16H{x + 60}l-34 28v-28h-10q-16 0-16-16V{y + 16}"
             "q0-16 16-16z", fill=ROSE if bad else TINT, stroke=RED if bad else GREEN, thick=3)
    pen.text(words.text, x + PAD + 4, y + 13, LABEL, room, most=5)
    if bad:
        pen.icon("no", x + width - 44, y + tall - 36, 64)
    return tall + 30


def frame(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """What a camera sees: a sign between four corners."""
    icon = words.flag("icon") or "person"
    side, left = 210.0, x + width / 2 - 105
    pen.box(left, y, side, side, radius=20, fill=TINT)
    for dx, dy, sx, sy in ((0, 0, 1, 1), (side, 0, -1, 1), (0, side, 1, -1), (side, side, -1, -1)):
        pen.path(f"M{left + dx} {y + dy + 44 * sy}v{-44 * sy}h{44 * sx}", stroke=GREEN, thick=8)
    pen.icon(icon, left + 38, y + 38, 134)
    return side + 12 + pen.text(words.text, x + width / 2, y + side + 12, LABEL, width, middle=True, most=2)


def alert(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """What a screen complains about."""
    room = width - 2 * PAD - 66
    tall = 30 + LABEL * 1.28 * len(pen.lines(words.text, LABEL, room, most=4))
    pen.box(x, y, width, max(tall, 78), radius=16, fill=WARM, stroke=AMBER, thick=4)
    pen.icon(words.flag("icon") or "warn", x + PAD, y + max(tall, 78) / 2 - 27, 54)
    pen.text(words.text, x + PAD + 66, y + (max(tall, 78) - tall) / 2 + 13, LABEL, room, most=4)
    return max(tall, 78)


def tick(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """A small box that is ticked."""
    room = width - 66
    pen.box(x, y + 2, 44, 44, radius=8, fill=PAPER, stroke=INK, thick=4)
    if words.flag("mark") != "empty":
        pen.path(f"M{x + 9} {y + 25}l10 11l17-23", stroke=GREEN, thick=7)
    return max(50, pen.text(words.text, x + 62, y + 2, LABEL, room, most=3))


def line(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """A line of a form: what is asked, and dots to write on."""
    wide = min(letters(MEDIUM).width(words.text, LABEL), width * 0.72)
    high = pen.text(words.text, x, y, LABEL, width * 0.72, most=2)
    pen.path(f"M{x + wide + 14} {y + high - 8}H{x + width}", stroke=EDGE, thick=4)
    return high + 4


def stamp(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """The end of a paper: a round stamp beside what it says."""
    pen.icon("stamp", x + width - 150, y, 150)
    pen.text(words.text, x, y + 42, LABEL, width - 170, most=3)
    return 150


def call(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """A call that comes in: who it says it is, and two round buttons."""
    pen.icon(words.flag("icon") or "person", x + width / 2 - 70, y, 140)
    high = pen.text(words.text, x + width / 2, y + 152, LABEL, width, bold=True, middle=True, most=3)
    top = y + 168 + high
    for sign, at in (("hangup", 0.26), ("call", 0.74)):
        pen.icon(sign, x + width * at - 56, top, 112)
    pen.box(x + width * 0.26 - 66, top - 10, 132, 132, radius=66, fill="none", stroke=AMBER, thick=8)
    pen.icon("finger", x + width * 0.26 + 8, top + 66, 86)
    return 168 + high + 158


def step(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """One thing of a scene: its signs, and what it is."""
    icons, mark = words.flag("icon").split(), words.flag("mark")
    size = 104 if len(icons) == 1 else 88
    left = x + 26 + len(icons) * (size + 12)
    room = x + width - PAD - (70 if mark else 0) - left
    lines = pen.lines(words.text, LARGE, room, most=4)
    tall = max(size + 36, 40 + LARGE * 1.28 * len(lines))
    bad = mark == "no"
    pen.box(x, y, width, tall, radius=24, fill=ROSE if bad else PAPER, stroke=RED if bad else LINE, thick=4)
    for number, icon in enumerate(icons):
        pen.icon(icon, x + 22 + number * (size + 12), y + (tall - size) / 2, size)
    pen.text(words.text, left, y + (tall - LARGE * 1.28 * len(lines)) / 2, LARGE, room, most=4)
    _marked(pen, mark, x + width - 76, y + tall / 2 - 29)
    return tall


def _marked(pen: Pen, mark: str, x: float, y: float) -> None:
    """Yes, no, or a number, at the end of a card."""
    if mark in ("yes", "no"):
        pen.icon(mark, x, y, 58)
    elif mark:
        pen.box(x, y, 58, 58, radius=29, fill=GREEN)
        pen.text(mark, x + 29, y + 5, 38, 58, bold=True, colour=PAPER, middle=True)


def down(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """An arrow to what comes next, with a word beside it."""
    middle = x + width / 2
    pen.path(f"M{middle} {y}v34M{middle - 18} {y + 20}l18 20l18-20", stroke=GREEN, thick=8)
    if words.text.strip():
        pen.text(words.text, middle + 40, y + 2, SMALL, width / 2 - 50, colour=SOFT)
    return 44


def card(pen: Pen, words: Words, x: float, y: float, width: float) -> float:
    """An identity card: a photo, a chip and lines, and nothing of anybody's."""
    tall = width * 0.58
    pen.box(x, y, width, tall, radius=22, fill=PAPER, stroke=INK, thick=6)
    pen.box(x + 24, y + 90, width * 0.26, tall - 116, radius=12, fill=TINT)
    pen.icon("person", x + 24 + width * 0.13 - 55, y + tall / 2 - 20, 110)
    pen.text(words.text, x + width / 2, y + 26, LABEL, width - 40, bold=True, colour=GREEN, middle=True)
    right = x + width * 0.26 + 52
    for number in range(4):
        pen.box(right, y + 104 + 44 * number, (x + width - 34 - right) * (1, 0.8, 0.9, 0.5)[number], 14, radius=7, fill=LINE)
    pen.box(x + width - 116, y + tall - 92, 78, 60, radius=10, fill=AMBER)
    return tall


PARTS: Mapping[str, Part] = {
    part.__name__: part for part in (
        bar, text, heading, field, button, link, row, tiles, code, bubble, frame, alert, tick, line, stamp, call, step, down,
        card)
}
