"""Who of a team brought about what: for whoever leads there. By name, never by rank; the same numbers as in the report."""

from __future__ import annotations

from handlers.access import Action
from handlers.desk import Desk
from handlers.reports.summary import place_of
from handlers.talk import Message, said
from storage.areas.places import PROVINCE
from storage.counting import campaigns, coverage
from storage.counting.credit import Credit, Member, credit

PAGE = 30


def by_member(desk: Desk, subject: str) -> None:
    """The members of a place, `place`, and from the second page on `.so-many-before`."""
    look = desk.look
    look.require(Action.EXPORT_COVERAGE)
    place, _, skip = subject.partition(".")
    place_id = place_of(look, place, Action.EXPORT_COVERAGE)
    running = campaigns.of_place(look.rows, place_id, look.today) if place_id else None
    here = coverage.where(look.rows, place_id) if place_id else None
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if running is None or place_id is None or here is None or here.level == PROVINCE:
        desk.say("summary.no_campaign", menu)
        return
    found = credit(look.rows, running.goal, place_id, look.today)
    start = int(skip) if skip.isdecimal() else 0
    choices = [desk.choice("way.back", f"/summary:{place_id}", quiet=True), menu]
    if len(found.members) > start + PAGE:
        choices.insert(0, desk.choice("summary.more", f"/credit:{place_id}.{start + PAGE}"))
    head = said(look.words.say("credit.title", campaign=running.name, where=here.name))
    desk.send(Message(title=head.title, text="\n".join([head.text, *_lines(desk, found, start)]), choices=tuple(choices),
                      note=look.words.say("summary.as_of", moment=look.words.moment(look.now))))


def _lines(desk: Desk, found: Credit, start: int) -> list[str]:
    words = desk.look.words
    several = len({each.place for each in found.members}) > 1
    lines = [_line(desk, each, several=several) for each in found.members[start:start + PAGE]]
    return [*lines, "", f"{words.say('credit.together')}: {words.number(found.together)}",
            f"{words.say('credit.households')}: {words.number(found.achieved)}", words.say("credit.why")]


def _line(desk: Desk, each: Member, *, several: bool) -> str:
    words = desk.look.words
    name = each.label if each.serves else words.say("credit.left", name=each.label)
    if several and each.place:
        name += f" ({each.place})"
    return words.say("credit.member", name=name, count=words.number(each.achieved))
