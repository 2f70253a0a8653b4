"""A guide as a graph: its cases, its steps one below the other, what goes wrong in each, and where every trouble can end."""

from __future__ import annotations

from content.guide import Guide, Step
from content.pen import AMBER, EDGE, GREEN, LINE, PAPER, SOFT, TINT, WARM, Pen
from content.words import Words

WIDTH = 900
LEFT, STEP = 30, 400
RIGHT, TROUBLE = 480, 330
RAIL = 850
SIZE, SMALL = 22, 18
GAP = 26


def graph(guide: Guide, words: Words) -> str:
    """The graph as SVG."""
    pen = Pen(f"{guide.id} ({guide.locale})", WIDTH)
    y = 24 + _box(pen, LEFT, 24, STEP, words.say("screens.cover"), fill=GREEN, colour=PAPER)
    if guide.cases:
        y = _cases(pen, guide, y)
    labels = {case.id: case.label for case in guide.cases}
    lowest, first = y, y + GAP + SIZE
    for number, step in enumerate(guide.steps, start=1):
        y, lowest = _step(pen, f"{number}. {step.title}", step, labels.get(step.case or "", ""), y)
    _arrow(pen, y)
    done = _box(pen, LEFT, y + GAP, STEP, words.say("screens.end"), fill=GREEN, colour=PAPER)
    help_at = max(y + GAP, lowest + 10)
    high = _box(pen, RIGHT, help_at, TROUBLE, words.say("screens.help"), fill=WARM, stroke=AMBER)
    pen.path(f"M{RAIL} {first}V{help_at + high / 2}H{RIGHT + TROUBLE + 4}", stroke=AMBER, thick=3)
    pen.path(f"M{RIGHT + TROUBLE + 16} {help_at + high / 2 - 8}l-12 8l12 8", stroke=AMBER, thick=3)
    return pen.finished(max(y + GAP + done, help_at + high) + 24, guide.title)


def _cases(pen: Pen, guide: Guide, y: float) -> float:
    _arrow(pen, y)
    y += GAP + _box(pen, LEFT, y + GAP, STEP, guide.case_question or "?", fill=PAPER, stroke=GREEN)
    for case in guide.cases:
        y += 8 + _box(pen, LEFT + 40, y + 8, STEP - 40, case.label, fill=TINT, size=SMALL)
        pen.path(f"M{LEFT + 18} {y - 18}h20", stroke=EDGE, thick=3)
    return y


def _step(pen: Pen, title: str, step: Step, case: str, y: float) -> tuple[float, float]:
    """A step and its troubles; where the step ends, and where all of it does."""
    _arrow(pen, y)
    top = y + GAP
    high = _box(pen, LEFT, top, STEP, title, fill=PAPER, stroke=LINE)
    if case:
        high += 4 + pen.text(case, LEFT + 16, top + high + 4, SMALL - 2, STEP - 32, colour=GREEN, bold=True, most=3)
    at = top
    for trouble in step.troubles:
        wide = _box(pen, RIGHT, at, TROUBLE, trouble.title, fill=WARM, size=SMALL)
        pen.path(f"M{LEFT + STEP} {top + 22}H{(LEFT + STEP + RIGHT) / 2}V{at + wide / 2}H{RIGHT - 4}", stroke=AMBER, thick=3)
        pen.path(f"M{RIGHT + TROUBLE} {at + wide / 2}H{RAIL}", stroke=AMBER, thick=2)
        at += wide + 8
    if not step.troubles:
        pen.path(f"M{LEFT + STEP} {top + 22}H{RAIL}", stroke=AMBER, thick=2)
    end = max(top + high, at - 8 if step.troubles else 0.0)
    if end > top + high:
        pen.path(f"M{LEFT + 40} {top + high}V{end}", stroke=EDGE, thick=3)
    return end, end


def _box(pen: Pen, x: float, y: float, width: float, text: str, *, fill: str, stroke: str = SOFT, colour: str = "#25211b",
         size: float = SIZE) -> float:
    room = width - 32
    high = 20 + size * 1.28 * len(pen.lines(text, size, room, most=6))
    pen.box(x, y, width, high, radius=12, fill=fill, stroke=stroke if fill != TINT else LINE, thick=2)
    pen.text(text, x + 16, y + 10, size, room, colour=colour, most=6)
    return high


def _arrow(pen: Pen, y: float) -> None:
    pen.path(f"M{LEFT + 40} {y}v{GAP - 6}m-7 -8l7 9l7 -9", stroke=EDGE, thick=3)
