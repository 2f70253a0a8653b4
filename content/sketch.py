"""Draws what a screen, a paper or a way looks like in outline and where to press: from a few labels to SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from content.pen import AMBER, EDGE, GREEN, INK, LINE, PAPER, SOFT, TINT, Pen, SketchError
from content.sketch_parts import PARTS
from content.words import LANGUAGES

WIDTH = 720
TALLEST = 1250
MARGIN = 40
TITLE = 46
FLAGS = {"press", "look", "icon", "mark", "dots"}
BODIES = ("phone", "paper", "scene")


@dataclass(frozen=True)
class Drawing:
    """One picture as it is written down, in one language."""

    name: str
    language: str
    title: str
    alt: str
    body: str
    """phone: a screen; paper: a form or certificate; scene: things and people, one below the other."""
    items: Sequence[Mapping[str, Any]]
    note: str = ""
    """What stands below: that a real screen may look different."""
    facts: tuple[str, ...] = ()
    """The facts it states, by name."""


def read(name: str, values: Mapping[str, Any], language: str) -> Drawing:
    """A drawing from its file. Raises SketchError with what is wrong."""
    bodies = [body for body in BODIES if body in values]
    if len(bodies) != 1 or set(values) - {"title", "alt", *BODIES}:
        raise SketchError(f"{name}: title, alt and one of {', '.join(BODIES)} are needed")
    items = values[bodies[0]]
    for item in items:
        kinds = set(item) - FLAGS
        if len(kinds) != 1 or not kinds <= PARTS.keys():
            raise SketchError(f"{name}: {sorted(item)} is not one part with its flags")
    title, alt = said(values.get("title"), language), said(values.get("alt"), language)
    if not title or not alt:
        raise SketchError(f"{name}: title and alt are needed in {language}")
    return Drawing(name, language, title, alt, bodies[0], items)


def said(value: Any, language: str) -> str:
    """A label in a language; one that is the same in all of them is written once."""
    if not isinstance(value, Mapping):
        return str(value or "")
    if set(value) != set(LANGUAGES) or not all(value.values()):
        raise SketchError(f"a label needs its words in {' and '.join(LANGUAGES)}, and quotes where it holds a comma: {value}")
    return str(value[language])


def svg(drawing: Drawing) -> str:
    """The drawing as SVG. Raises SketchError where words do not fit their boxes."""
    pen = Pen(f"{drawing.name} ({drawing.language})", WIDTH)
    y = 34 + pen.text(drawing.title, WIDTH / 2, 34, TITLE, WIDTH - 2 * MARGIN, bold=True, colour=GREEN, middle=True, most=3) + 26
    y = _FRAMES[drawing.body](pen, drawing, y)
    if drawing.note:
        y += 18 + pen.text(drawing.note, WIDTH / 2, y + 18, 26, WIDTH - 2 * MARGIN, colour=SOFT, middle=True, most=2)
    height = round(y + 26)
    if height > TALLEST:
        raise SketchError(f"{pen.name}: {height} pixels are too tall")
    return pen.finished(height, f"{drawing.title}. {drawing.alt}")


def _items(pen: Pen, drawing: Drawing, x: float, y: float, width: float, gap: float) -> float:
    """Every part below the one before; where the last one ends."""
    late: list[Callable[[], None]] = []
    for item in drawing.items:
        kind = next(key for key in item if key not in FLAGS)
        height = PARTS[kind](pen, Labels(item, kind, drawing.language), x, y, width)
        if item.get("press") or item.get("look"):
            late.append(_mark(pen, item, x, y, width, height))
        y += height + (gap + 36 if item.get("press") else gap)  # room for the finger
    for mark in late:  # rings and fingers lie on top of everything
        mark()
    return y - gap


@dataclass(frozen=True)
class Labels:
    """What one part says, and its flags."""

    item: Mapping[str, Any]
    kind: str
    language: str

    @property
    def text(self) -> str:
        return said(self.item[self.kind], self.language)

    @property
    def parts(self) -> list[Any]:
        found = self.item[self.kind]
        return found if isinstance(found, list) else [found]

    def each(self, part: Mapping[str, Any]) -> tuple[str, str]:
        """The sign and the words of one of several things."""
        ((icon, label),) = part.items()
        return str(icon), said(label, self.language)

    def flag(self, name: str) -> str:
        return said(self.item.get(name, ""), self.language)


def _mark(pen: Pen, item: Mapping[str, Any], x: float, y: float, width: float, height: float) -> Callable[[], None]:
    def mark() -> None:
        pen.box(x - 9, y - 9, width + 18, height + 18, radius=24, fill="none", stroke=AMBER, thick=8)
        if item.get("press"):
            pen.icon("finger", x + width - 62, y + height - 34, 86)

    return mark


def _phone(pen: Pen, drawing: Drawing, y: float) -> float:
    inside = pen.apart()
    end = _items(inside, drawing, 124, y + 64, 472, 20) + 66
    pen.box(84, y, 552, end - y, radius=52, fill=PAPER, stroke=INK, thick=7)
    pen.box(310, y + 22, 100, 12, radius=6, fill=EDGE)
    pen.box(300, end - 26, 120, 8, radius=4, fill=LINE)
    pen.take(inside)
    return end


def _paper(pen: Pen, drawing: Drawing, y: float) -> float:
    inside = pen.apart()
    end = _items(inside, drawing, 104, y + 40, 512, 24) + 44
    pen.path(f"M64 {y}H596L656 {y + 60}V{end}H64Z", fill=PAPER, stroke=INK, thick=6)
    pen.path(f"M596 {y}V{y + 60}H656Z", fill=TINT, stroke=INK, thick=6)
    pen.take(inside)
    return end


def _scene(pen: Pen, drawing: Drawing, y: float) -> float:
    return _items(pen, drawing, MARGIN, y, WIDTH - 2 * MARGIN, 22)


_FRAMES: Mapping[str, Callable[[Pen, Drawing, float], float]] = {"phone": _phone, "paper": _paper, "scene": _scene}
