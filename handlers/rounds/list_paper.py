"""Today's list on paper: A4, a row a house with boxes to tick, and a QR code that opens the quick log."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from content.typefaces import typefaces
from content.words import Words
from handlers.look import Look
from handlers.papers import Paper
from handlers.talk import Refused
from storage.areas import places
from storage.areas.places import Hamlet
from storage.counting import campaign_goals
from storage.outcomes import FirstChoice
from storage.work import promised
from storage.work import today as lists
from storage.work.promised import Promised
from storage.work.today import Stop, Why

WIDTH, HEIGHT, EDGE = 595.28, 841.89, 34.0
HEAD, ROW, FOOT = 108.0, 25.0, 60.0
"""Points: the heading of a page, a row that a pen has room in, the foot with how to type it."""
NUMBER, HOUSE, BOX = 44.0, 176.0, 34.0
BOXES = tuple(FirstChoice)[:5]
"""The first results; whatever else happened is written beside them."""
PLAIN, BOLD = "gocua", "gocua-bold"
BLANK = 6
"""Rows left for houses that are met on the way."""
GREY, PALE = 0.45, 0.93
QR = 62.0


def make(look: Look, name: str) -> Paper | None:
    """`<hamlet>:<person or 0 for all houses>:<day>`, or nothing where the hamlet is gone or the day is over."""
    parts = name.split(":")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return None
    day = date.fromisoformat(parts[2])
    hamlet = next(iter(places.hamlets(look.rows, [int(parts[0])], look.today)), None)
    if hamlet is None or day != look.today:
        return None
    person = int(parts[1]) or None
    goal = campaign_goals.goal(look.rows, [hamlet.id, hamlet.commune_id], day)
    stops = lists.plan(look.rows, hamlet.id, goal, day, person)
    rows: list[Stop | Promised] = [*promised.promised(look.rows, hamlet.id, day, person), *stops]
    door = next(iter(look.doors), "").format(f"q-{hamlet.id}") if look.doors else ""
    return Paper(f"danh-sach-{hamlet.id}-{day.isoformat()}.pdf", "application/pdf", drawn(look.words, hamlet, rows, day, door))


def drawn(words: Words, hamlet: Hamlet, stops: Sequence[Stop | Promised], day: date, door: str) -> bytes:
    """The list as a PDF. Only numbers, lanes and what the team itself calls a house: no person, no telephone."""
    from reportlab.pdfgen.canvas import Canvas  # here: few messages carry a list

    _letters()
    out = io.BytesIO()
    page = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    page.setTitle(words.say("paper.title", hamlet=hamlet.name))
    room = int((HEIGHT - 2 * EDGE - HEAD - FOOT) // ROW)
    count = max(1, -(-len(stops) // room))
    rows: list[Stop | Promised | None] = [*stops, *[None] * min(BLANK, count * room - len(stops))]
    for number in range(count):
        _heading(page, words, hamlet, day, door, f"{number + 1}/{count}")
        _table(page, words, rows[number * room:(number + 1) * room])
        _foot(page, words)
        page.showPage()
    page.save()
    return out.getvalue()


def _letters() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    known = pdfmetrics.getRegisteredFontNames()
    for name, weight in ((PLAIN, 400), (BOLD, 700)):
        if name not in known:
            pdfmetrics.registerFont(TTFont(name, typefaces()[weight]))


def _text(page: Any, x: float, y: float, text: str, size: float, *, bold: bool = False, grey: float = 0.0) -> None:
    page.setFillGray(grey)
    page.setFont(BOLD if bold else PLAIN, size)
    page.drawString(x, y, text)
    page.setFillGray(0)


def _heading(page: Any, words: Words, hamlet: Hamlet, day: date, door: str, number: str) -> None:
    top = HEIGHT - EDGE
    _text(page, EDGE, top - 20, words.say("paper.title", hamlet=hamlet.name), 17, bold=True)
    _text(page, EDGE, top - 39, words.say("paper.day", day=words.day(day)), 11)
    _text(page, EDGE, top - 57, words.say("paper.member"), 11)
    _text(page, EDGE, top - 75, words.say("paper.page", number=number), 9, grey=GREY)
    if door:
        _qr(page, WIDTH - EDGE - QR, top - QR, door)
        page.setFont(PLAIN, 7.5)
        page.drawRightString(WIDTH - EDGE - QR - 8, top - 14, words.say("paper.scan"))
    _columns(page, words, top - HEAD + 6)


def _qr(page: Any, x: float, y: float, address: str) -> None:
    import segno

    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    size = QR / len(rows)
    for up, row in enumerate(reversed(rows)):
        for across, dark in enumerate(row):
            if dark:
                page.rect(x + across * size, y + up * size, size, size, stroke=0, fill=1)


def _columns(page: Any, words: Words, y: float) -> None:
    """What the boxes mean, above them."""
    _text(page, EDGE, y, words.say("paper.number"), 8.5, bold=True)
    _text(page, EDGE + NUMBER, y, words.say("paper.house"), 8.5, bold=True)
    page.setFont(BOLD, 7)
    for place, box in enumerate(BOXES):
        page.drawCentredString(EDGE + NUMBER + HOUSE + BOX * (place + 0.5), y, words.say(f"paper.box.{box}"))
    _text(page, EDGE + NUMBER + HOUSE + BOX * len(BOXES) + 8, y, words.say("paper.note"), 8.5, bold=True)


def _table(page: Any, words: Words, stops: Sequence[Stop | Promised | None]) -> None:
    y = HEIGHT - EDGE - HEAD
    for place, stop in enumerate(stops):
        bottom = y - ROW * (place + 1)
        if place % 2 == 0:
            page.setFillGray(PALE + 0.03)
            page.rect(EDGE, bottom, WIDTH - 2 * EDGE, ROW, stroke=0, fill=1)
        page.setStrokeGray(0.75)
        page.line(EDGE, bottom, WIDTH - EDGE, bottom)
        number, house, why, grey = _row(words, stop)
        _text(page, EDGE + 2, bottom + 7, number, 15, bold=True)
        _fitted(page, EDGE + NUMBER, bottom + 14, house, 9)
        _fitted(page, EDGE + NUMBER, bottom + 4.5, why, 7, grey=grey)
        page.setStrokeGray(0.2)
        for box in range(len(BOXES)):
            page.rect(EDGE + NUMBER + HOUSE + BOX * (box + 0.5) - 6.5, bottom + 6, 13, 13, stroke=1, fill=0)
    if not any(stops):
        _text(page, EDGE + NUMBER, y + 2, words.say("today.nothing"), 9, grey=GREY)


def _row(words: Words, stop: Stop | Promised | None) -> tuple[str, str, str, float]:
    """Number, house, why, and how grey. A promised visit has no number yet; what the person wrote is not for paper."""
    if stop is None:
        return "......", "", words.say("paper.another"), GREY
    if isinstance(stop, Promised):
        return "+", stop.whereabouts, words.say("paper.promised", at=f"{stop.at:%H:%M}"), 0.0
    grey = 0.0 if stop.why is not Why.NEIGHBOUR else GREY
    return str(stop.number), " · ".join(filter(None, (stop.lane, stop.label))), _why(words, stop), grey


def _why(words: Words, stop: Stop) -> str:
    """Why a house is on the list, and what came of the last visit: its barrier where there was one."""
    last = words.say(f"visit.barrier.{stop.barrier}") if stop.barrier else ""
    if not last and stop.outcome is not None:
        last = words.say(f"visit.outcome.{stop.outcome}").split(" ", 1)[-1]  # without its sign: there is none in this typeface
    return " – ".join(filter(None, (words.say(f"today.why.{stop.why}"), last)))


def _fitted(page: Any, x: float, y: float, text: str, size: float, grey: float = 0.0) -> None:
    """Cut where the column ends: what stands there is a reminder, the number is what counts."""
    width: Callable[[str, str, float], float] = page.stringWidth
    while text and width(text, PLAIN, size) > HOUSE - 6:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    _text(page, x, y, text, size, grey=grey)


def _foot(page: Any, words: Words) -> None:
    page.setStrokeGray(0.6)
    page.line(EDGE, EDGE + FOOT - 12, WIDTH - EDGE, EDGE + FOOT - 12)
    _text(page, EDGE, EDGE + 32, words.say("paper.type"), 9.5, bold=True)
    _text(page, EDGE, EDGE + 18, words.say("paper.example"), 9.5)
    _text(page, EDGE, EDGE + 3, words.say("paper.private"), 8, grey=GREY)


def for_hamlet(look: Look, code: str) -> Paper:
    """The whole list of a hamlet by its code: for whoever prints it at the desk."""
    found = places.with_code(look.rows, code)
    paper = make(look, f"{found.id}:0:{look.today.isoformat()}") if found and found.level == places.HAMLET else None
    if paper is None:
        raise Refused("paper.no_hamlet", hamlet=code)
    return paper
