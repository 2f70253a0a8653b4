"""The report of a campaign in a place: tables of the same numbers that the chat shows, ready for any kind of file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from content.words import Words
from handlers.shown import People, Returns, hidden
from storage.counting.course import Denominator
from storage.counting.coverage import Part
from storage.counting.coverage_rules import SMALL_BELOW, Coverage, con1, coop1, ref1, rr1
from storage.counting.credit import Credit
from storage.counting.overview import Overview
from storage.counting.shares import Share
from storage.outcomes import Barrier, Status

WEEK, MONTH = "week", "month"
INDICATORS = ("goal_coverage", "goal_coverage_strict", "reach", "contact", "campaign_gain", "done_of_contacted", "refusal",
              "verified_share", "adult_coverage")
WORK = ("follow_up_on_time", "data_freshness")
"""How the work is done: of a place, not of its households."""
SURVEY = {"rr1": rr1, "coop1": coop1, "con1": con1, "ref1": ref1}
Cell = str | int | Decimal | Share | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a name. A share stands in one cell; how it looks is the file's business."""

    key: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    """A line below it."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days a report is about: a whole week or month where one has just ended, else the one that runs, up to its day."""

    kind: str
    first: date
    last: date


def period(kind: str, on: date) -> Period:
    """On a Monday the week before, on the first of a month the month before."""
    begins = on.day == 1 if kind == MONTH else on.weekday() == 0
    return until(kind, on - timedelta(days=1) if begins else on)


def until(kind: str, last: date) -> Period:
    """The week or month of a day, up to that day."""
    return Period(kind, last.replace(day=1) if kind == MONTH else last - timedelta(days=last.weekday()), last)


def indicators(coverage: Coverage) -> Iterator[tuple[str, Share | None]]:
    """Every indicator by its name, in the order in which it is shown; None where too little is known."""
    for name in INDICATORS:
        part = getattr(coverage, name)
        yield name, People(part.n, part.d) if part and name == "adult_coverage" else part
    for name, rate in SURVEY.items():
        yield name, rate(coverage)


def work(whole: Overview) -> Iterator[tuple[str, Share]]:
    """The indicators of the work in a place."""
    yield "follow_up_on_time", Returns(whole.follow_up_on_time.n, whole.follow_up_on_time.d)
    yield "data_freshness", People(whole.data_freshness.n, whole.data_freshness.d)


def sheets(words: Words, whole: Overview, *, shared: bool = True, credit: Credit | None = None) -> list[Sheet]:
    """The tables of a report. What is shared with others says nothing of places with very few households."""
    return [_indicators(words, whole), _statuses(words, whole), _places(words, whole, shared=shared),
            *_members(words, whole, credit, shared=shared), _barriers(words, whole), *_targets(words, whole),
            *_figures(words, whole), _days(words, whole)]


def _sheet(words: Words, key: str, columns: tuple[str, ...], rows: Iterator[tuple[Cell, ...]]) -> Sheet:
    head = tuple(words.say(f"report.column.{column}") for column in columns)
    return Sheet(key, words.say(f"report.sheet.{key}"), head, tuple(rows))


def _indicators(words: Words, whole: Overview) -> Sheet:
    rows = ((words.say(f"report.indicator.{name}"), part) for name, part in (*indicators(whole.total), *work(whole)))
    return _sheet(words, "indicators", ("indicator", "share"), rows)


def _statuses(words: Words, whole: Overview) -> Sheet:
    rows = ((words.say(f"status.{status}"), whole.total.statuses[status]) for status in Status)
    return _sheet(words, "statuses", ("status", "households"), rows)


PLACES = ("code", "place", "register", "excluded", "eligible", "goal_coverage", "reach", "contact", "refusal", "untouched")


def _places(words: Words, whole: Overview, *, shared: bool) -> Sheet:
    silent = hidden(whole.parts) if shared else frozenset()
    return _sheet(words, "places", PLACES, (_place(part, hidden=part.id in silent) for part in whole.parts))


def _place(part: Part, *, hidden: bool) -> tuple[Cell, ...]:
    each = part.coverage
    if hidden:
        return (part.code, part.name, *(None,) * (len(PLACES) - 2))
    return (part.code, part.name, each.register, each.excluded, each.eligible, each.goal_coverage, each.reach, each.contact,
            each.refusal, each.statuses[Status.UNTOUCHED])


def told(credit: Credit, *, hidden: bool, shared: bool) -> list[int | None]:
    """What may be said of each member. Where others read it, not of very few households: they could be guessed.

    One number alone that is left out could be worked out from the sum, so the next larger one goes with it.
    """
    counts: list[int | None] = [None if hidden else each.achieved for each in credit.members]
    if not shared or hidden:
        return counts
    small = [n for n, count in enumerate(counts) if count and count < SMALL_BELOW]
    if len(small) == 1:
        others = [n for n, count in enumerate(counts) if count and n not in small]
        small += sorted(others, key=lambda n: counts[n] or 0)[:1]
    return [None if n in small else count for n, count in enumerate(counts)]


def _members(words: Words, whole: Overview, credit: Credit | None, *, shared: bool) -> list[Sheet]:
    """Who brought about what, by name, then their sum and the households: two numbers, and a line that says why."""
    if credit is None or not credit.members:
        return []
    hidden = shared and whole.total.is_small
    rows: list[tuple[Cell, ...]] = [
        (each.label if each.serves else words.say("credit.left", name=each.label), each.place, count)
        for each, count in zip(credit.members, told(credit, hidden=hidden, shared=shared), strict=True)]
    rows += [(words.say("credit.together"), "", None if hidden else credit.together),
             (words.say("credit.households"), "", None if hidden else credit.achieved)]
    sheet = _sheet(words, "members", ("member", "member_place", "credited"), iter(rows))
    return [replace(sheet, note=words.say("credit.why"))]


def _barriers(words: Words, whole: Overview) -> Sheet:
    """All barriers that are met, and a line of its own for households without a smartphone, even where there is none."""
    total = whole.total
    met = [barrier for barrier, _ in total.barriers.most_common()]
    ordered = dict.fromkeys([*met, Barrier.NO_SMARTPHONE])
    rows = ((words.say(f"visit.barrier.{barrier}"), total.barrier_share(barrier), total.barriers_in_progress[barrier])
            for barrier in ordered)
    return _sheet(words, "barriers", ("barrier", "share", "in_progress"), rows)


def _targets(words: Words, whole: Overview) -> list[Sheet]:
    rows = ((words.say(f"visit.services.{each.aim.service}"), words.say(f"report.of.{each.aim.denominator}"),
             People(each.share.n, each.share.d) if each.aim.denominator is Denominator.ADULTS else each.share,
             each.aim.percent, each.known) for each in whole.aims)
    return [_sheet(words, "targets", ("service", "of", "share", "target", "known"), rows)] if whole.aims else []


def _figures(words: Words, whole: Overview) -> list[Sheet]:
    rows = ((each.name, each.numerator, each.denominator, each.source, each.stated_on) for each in whole.figures)
    columns = ("figure", "numerator", "denominator", "source", "stated_on")
    return [_sheet(words, "external", columns, rows)] if whole.figures else []


def _days(words: Words, whole: Overview) -> Sheet:
    rows = ((day.on, day.listed, day.excluded, day.achieved, day.reached, day.contacted, day.visits) for day in whole.days)
    return _sheet(words, "days", ("day", "register", "excluded", "achieved", "reached", "contacted", "visits"), rows)
