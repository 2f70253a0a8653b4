"""The picture of a campaign in a place: the share achieved, how it came about, and each place against the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from content.typefaces import render
from content.words import Words
from handlers import shown
from handlers.calendar import calendar
from handlers.look import Look
from handlers.papers import Paper
from storage.counting import campaigns
from storage.counting.coverage import Part
from storage.counting.coverage_rules import SMALL_BELOW
from storage.counting.overview import Overview, overview
from storage.counting.shares import Share
from storage.outcomes import Status

if TYPE_CHECKING:
    from jinja2 import Template

WIDTH = 936
"""Of a full bar."""
LEFT, RIGHT, TOP, BOTTOM = 150, 1000, 534, 794
"""Where the trend is drawn."""
MOST = 12
NAME = 34
WIDE = {",": 34, ".": 34, "%": 106, "—": 110}
"""How wide a letter of the headline is; a digit is 76."""
DONE, WENT, GOAL, PALE = "#0f766e", "#8fd0c8", "#c2570c", "#94a3b8"


@dataclass(frozen=True, slots=True)
class Row:
    """One bar."""

    name: str
    value: str
    bar: float
    lighter: float = 0
    goal: bool = False
    fill: str = DONE


def chart(look: Look, subject: str) -> Paper | None:
    """The picture named `campaign.place.day`."""
    asked = named(look, subject)
    if asked is None:
        return None
    return Paper(f"go-cua-{asked.place_code}-{asked.on.isoformat()}.png", "image/png", render(svg(look, asked), 1080))


def named(look: Look, subject: str) -> Overview | None:
    """What the name of a paper stands for: `campaign.place.day`."""
    parts = subject.split(".")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()):
        return None
    try:
        on = date.fromisoformat(parts[2])
    except ValueError:
        return None
    running = campaigns.find(look.rows, int(parts[0]))
    return overview(look.rows, running, int(parts[1]), on, calendar(look.rows)) if running else None


@cache
def _template() -> Template:
    from jinja2 import Environment

    drawing = (files("content") / "charts" / "coverage.svg").read_text("utf-8")
    return Environment(autoescape=True, trim_blocks=True).from_string(drawing)


def svg(look: Look, whole: Overview) -> str:
    """The drawing, before it becomes a picture."""
    words, total, percent = look.words, whole.total, whole.campaign.target_percent
    rows_title, rows = _rows(words, whole)
    trend = _trend(words, whole)
    rows_y = 944 if trend else 504
    headline = shown.percent(words, total.goal_coverage)
    achieved = words.say("chart.achieved", n=words.number(total.achieved), d=words.number(total.eligible))
    return _template().render(
        title=_short(whole.campaign.name, 40), where=_short(whole.place_name, 56), percent=headline, achieved=achieved,
        beside=112 + sum(WIDE.get(letter, 76) for letter in headline),
        aside=_aside(words, whole), done=_wide(total.goal_coverage), goal_x=72 + WIDTH * percent / 100 - 3, trend=trend,
        rows_title=rows_title, rows=rows, rows_y=rows_y, height=rows_y + 74 * len(rows) + 200, key=_key(words, whole, rows),
        as_of=words.say("summary.as_of", moment=words.moment(look.now)), foot=words.say("chart.foot", least=SMALL_BELOW))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _wide(part: Share) -> float:
    """The length of a bar, truncated like the figure beside it."""
    return 0 if part.d == 0 else int(WIDTH * part.n / part.d * 10) / 10


def _aside(words: Words, whole: Overview) -> list[str]:
    lines = [words.say("chart.week", change=shown.change(words, whole.change))] if whole.change else []
    if whole.total.shows_strict:
        lines.append(words.say("chart.strict", share=shown.share(words, whole.total.goal_coverage_strict)))
    if not lines:
        lines.append(words.say("chart.target", percent=whole.campaign.target_percent))
    return lines


def _rows(words: Words, whole: Overview) -> tuple[str, list[Row]]:
    """A bar for every place inside, or for every status where there is only one place."""
    if len(whole.parts) < 2:
        return words.say("chart.statuses"), _statuses(words, whole)
    parts: Sequence[Part] = sorted(whole.parts, key=lambda each: (-(each.coverage.goal_coverage.percent() or 0), each.code))
    title = words.say("chart.places")
    if len(parts) > MOST:
        title = words.say("summary.behind", count=MOST, all=len(parts))
        parts = parts[-MOST:]
    silent = shown.hidden(whole.parts)
    return title, [_place(words, part, hidden=part.id in silent) for part in parts]


def _place(words: Words, part: Part, *, hidden: bool) -> Row:
    if hidden:  # of so few, even the length of a bar tells too much
        return Row(_short(part.name, NAME), shown.HIDDEN, 0)
    told = shown.share(words, part.coverage.goal_coverage)
    return Row(_short(part.name, NAME), told, _wide(part.coverage.goal_coverage), _wide(part.coverage.reach), goal=True)


def _statuses(words: Words, whole: Overview) -> list[Row]:
    total = whole.total
    if total.is_small:
        return []
    fills = {Status.ACHIEVED: DONE, Status.UNTOUCHED: PALE, Status.EXCLUDED: PALE}
    return [Row(words.say(f"status.{status}"), words.number(total.statuses[status]), _wide(total.status_share(status)),
                fill=fills.get(status, "#3fa598")) for status in sorted(Status, key=lambda each: -total.statuses[each])
            if total.statuses[status]]


def _key(words: Words, whole: Overview, rows: list[Row]) -> list[dict[str, Any]]:
    marks = [(GOAL, 6, words.say("chart.target", percent=whole.campaign.target_percent))]
    if any(row.goal for row in rows):
        marks = [(DONE, 34, words.say("chart.done")), (WENT, 34, words.say("chart.went")), *marks]
    found, x = [], 56
    for fill, wide, label in marks:
        found.append({"x": x, "w": wide, "fill": fill, "label": label})
        x += wide + 48 + 15 * len(label)
    return found


def _trend(words: Words, whole: Overview) -> dict[str, Any] | None:
    """The share achieved, day by day as it is known now, within the days of the campaign."""
    start, end = whole.campaign.starts_on, max(whole.campaign.ends_on, whole.on)
    days = [start + timedelta(days=n) for n in range((min(whole.on, end) - start).days + 1)]
    if len(days) < 3 or whole.total.is_small:
        return None
    span = (end - start).days or 1

    def x(on: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (on - start).days / span, 1)

    def y(part: Share) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (part.n / part.d if part.d else 0), 1)

    points = [(x(on), y(whole.day(on).goal_coverage)) for on in days]
    line = " ".join(f"{a},{b}" for a, b in points)
    at = points[-1]
    goal = y(Share(whole.campaign.target_percent, 100))
    return {
        "title": words.say("chart.trend"), "line": line, "area": f"{LEFT},{BOTTOM} {line} {at[0]},{BOTTOM}",
        "x": at[0], "y": at[1], "goal": goal, "grid": [(y(Share(n, 100)), f"{n}%") for n in (0, 50, 100)],
        "first": f"{start.day}/{start.month}",
        "last": f"{end.day}/{end.month}", "today": f"{whole.on.day}/{whole.on.month}",
        "between": LEFT + 90 < at[0] < RIGHT - 90}
