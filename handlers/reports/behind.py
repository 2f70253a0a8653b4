"""From a number to what it is made of: hamlets for an officer, households for a leader, page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from handlers import shown
from handlers.access import Action
from handlers.desk import Desk
from handlers.reports import session_letter
from handlers.reports.summary import SHOWN, hamlets_of, place_of
from handlers.talk import Choice, Message, said
from storage.counting import behind, campaigns, coverage
from storage.counting.campaigns import Running
from storage.counting.coverage import Part
from storage.counting.coverage_rules import Coverage
from storage.outcomes import Barrier, Status

PAGE = 8


def numbers(desk: Desk, subject: str) -> None:
    """Every number of a place that has households behind it, as a button."""
    look = desk.look
    look.require(Action.SEE_HOUSEHOLDS)
    place_id = place_of(look, subject)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    if running is None or place_id is None:
        desk.say("summary.no_campaign", desk.choice("way.menu", "/menu", quiet=True))
        return
    total = coverage.total(look.rows, running.goal, place_id, look.today)
    leads = place_of(look, subject, Action.HAND_OUT) is not None
    desk.say("summary.tap", *(_number(desk, what, count, place_id) for what, count in _counts(total)),
             *((desk.choice("spot.open", f"/spot:{place_id}"),) if leads else ()),
             desk.choice("way.back", f"/summary:{place_id}", quiet=True), desk.choice("way.menu", "/menu", quiet=True))


def _counts(total: Coverage) -> list[tuple[str, int]]:
    statuses = [(status.value, total.statuses[status]) for status in SHOWN]
    barriers = [(f"{behind.BARRIER}{barrier}", count) for barrier, count in total.barriers.most_common()]
    return [(what, count) for what, count in [(behind.EVERY, total.register), *statuses, *barriers] if count]


def _number(desk: Desk, what: str, count: int, place_id: int) -> Choice:
    return Choice(f"{named(desk, what)}: {count}", f"/behind:{what}.{place_id}")


def named(desk: Desk, what: str) -> str:
    """What a number counts, in words."""
    words = desk.look.words
    if what.startswith(behind.BARRIER):
        return words.say(f"visit.barrier.{Barrier(what.removeprefix(behind.BARRIER))}")
    return words.say("summary.every") if what == behind.EVERY else words.say(f"status.{Status(what)}")


def households(desk: Desk, subject: str) -> None:
    """The households behind a number: `what.place`, and from the second page on `.hamlet-number` of the last one shown."""
    look = desk.look
    look.require(Action.SEE_HOUSEHOLDS)
    what, place_id, after = _asked(subject)
    hamlets = hamlets_of(look, Action.SEE_HOUSEHOLDS, place_id)
    running = campaigns.of_place(look.rows, place_id, look.today) if hamlets else None
    if running is None or what in behind.FLAGS or not behind.known(what):
        desk.say("summary.nobody", desk.choice("way.menu", "/menu", quiet=True))
        return
    ids = [hamlet.id for hamlet in hamlets]
    found = behind.page(look.rows, running.goal, ids, what, look.today, after, PAGE + 1)
    names = {hamlet.id: hamlet.name for hamlet in hamlets} if len(hamlets) > 1 else {}
    choices = [_household(desk, each, names) for each in found[:PAGE]]
    if len(found) > PAGE:
        last = found[PAGE - 1]
        choices.append(desk.choice("summary.more", f"/behind:{what}.{place_id}.{last.hamlet_id}-{last.number}"))
    choices += session_letter.ways(desk, what, place_id)
    total = coverage.add(coverage.by_hamlet(look.rows, running.goal, ids, look.today).values())
    ways = (desk.choice("way.back", f"/numbers:{place_id}", quiet=True), desk.choice("way.menu", "/menu", quiet=True))
    desk.send(Message(title=f"{named(desk, what)}: {_count(total, what)}",
                      text=look.words.say("summary.households" if found else "summary.nobody"), choices=(*choices, *ways),
                      note=look.words.say("summary.as_of", moment=look.words.moment(look.now))))


def _asked(subject: str) -> tuple[str, int, tuple[int, int]]:
    """`b.otp_not_received.12.34-5` taken apart; what is no number is none."""
    parts = subject.split(".")
    what, rest = (".".join(parts[:2]), parts[2:]) if parts[0] == behind.BARRIER.rstrip(".") else (parts[0], parts[1:])
    place = int(rest[0]) if rest and rest[0].isdecimal() else 0
    hamlet, _, number = rest[1].partition("-") if len(rest) > 1 else ("", "", "")
    after = (int(hamlet), int(number)) if hamlet.isdecimal() and number.isdecimal() else (0, 0)
    return what, place, after


def _count(total: Coverage, what: str) -> int:
    if what == behind.EVERY:
        return total.register
    if what.startswith(behind.BARRIER):
        return total.barriers[Barrier(what.removeprefix(behind.BARRIER))]
    return total.statuses[Status(what)]


def _household(desk: Desk, each: behind.Behind, names: dict[int, str]) -> Choice:
    """A household that may be pressed: to log a visit there, where somebody logs visits."""
    label = desk.look.words.say("visit.household.number", number=each.number)
    label = " · ".join(filter(None, (label, each.label, names.get(each.hamlet_id, ""))))
    return Choice(label, f"/visit:{each.hamlet_id}.={each.number}")


def parts(desk: Desk, subject: str) -> None:
    """The places inside a place, `place` or `place.what`: each a button that leads to its own summary."""
    look = desk.look
    look.require(Action.SEE_SUMMARY)
    place, _, rest = subject.partition(".")
    place_id = place_of(look, place)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    if running is None or place_id is None:
        desk.say("summary.no_campaign", desk.choice("way.menu", "/menu", quiet=True))
        return
    what, _, skip = rest.rpartition("@") if "@" in rest else (rest, "", "0")
    found = coverage.by_part(look.rows, running.goal, place_id, look.today)
    ordered = _by_number(found, what) if what and behind.known(what) and what not in behind.FLAGS else found
    start = int(skip) if skip.isdecimal() else 0
    _send_parts(desk, running, place_id, what, ordered, start)


def _by_number(found: Sequence[Part], what: str) -> list[Part]:
    counts = Counter({part.id: _count(part.coverage, what) for part in found})
    return sorted((part for part in found if counts[part.id]), key=lambda part: (-counts[part.id], part.code))


def _send_parts(desk: Desk, running: Running, place_id: int, what: str, ordered: Sequence[Part], start: int) -> None:
    words = desk.look.words
    choices = []
    for part in ordered[start:start + PAGE]:
        told = str(_count(part.coverage, what)) if what else shown.percent(words, part.coverage.goal_coverage)
        choices.append(Choice(f"{part.name}: {told}", f"/summary:{part.id}"))
    if len(ordered) > start + PAGE:
        choices.append(desk.choice("summary.more", f"/parts:{place_id}.{what}@{start + PAGE}"))
    choices += session_letter.ways(desk, what, place_id)
    ways = (desk.choice("way.back", f"/summary:{place_id}", quiet=True), desk.choice("way.menu", "/menu", quiet=True))
    head = said(words.say("summary.inside", campaign=running.name))
    desk.send(Message(title=named(desk, what) if what else head.title, text=head.text, choices=(*choices, *ways),
                      note=words.say("summary.as_of", moment=words.moment(desk.look.now))))
