"""Households that may stand twice on the list: shown side by side, merged only on a leader's word, parted again on the next."""

from __future__ import annotations

from collections.abc import Sequence

from content.lists.alike import pairs
from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, pick
from handlers.talk import Choice, NotAllowed, Refused
from storage.areas.places import Hamlet
from storage.households import house_numbers
from storage.moves import household_merges
from storage.work.household_lists import Present, present

SHOWN = 8


def duplicates(desk: Desk, _subject: str) -> None:
    """The pairs that look alike, each to be looked at."""
    look = desk.look
    look.require(Action.IMPORT_LIST)
    choices = []
    for hamlet in look.hamlets(Action.IMPORT_LIST):
        choices += [Choice(_pair(look, one, other), f"/merge:{hamlet.id}.{one.number}.{other.number}")
                    for one, other in suggested(present(look.rows, hamlet.id))]
    if not choices:
        desk.say("duplicates.none", desk.choice("way.menu", "/menu"))
        return
    desk.say("duplicates.found", *choices[:SHOWN], desk.choice("way.menu", "/menu", quiet=True), count=len(choices))


def suggested(there: Sequence[Present]) -> list[tuple[Present, Present]]:
    """The households of a hamlet that may be the same."""
    known = {each.id: each for each in there if not each.merged}
    found = pairs([(each.id, each.label, each.lane) for each in known.values() if each.label])
    return [(known[one], known[other]) for one, other in found]


def _pair(look: Look, one: Present, other: Present) -> str:
    return look.words.say("duplicates.pair", one=one.number, other=other.number, name=one.label)[:60]


def merge(ask: Ask, look: Look) -> Done:
    """Which of the two stays; the other lives on in it."""
    hamlet, one, other = _both(look)
    kept = ask(_which(one, other, look))
    gone = other if kept.id == one.id else one
    ask(pick("sure", "yes"), kept=_named(look, kept), gone=_named(look, gone))
    again = Choice(look.words.say("duplicates.more"), "/duplicates")
    part = Choice(look.words.say("duplicates.part"), f"/part:{hamlet.id}.{gone.number}")
    return Done((household_merges.MergeHouseholds(kept.id, gone.id),), "duplicates.merged",
                blanks={"kept": kept.number, "gone": gone.number}, choices=(part, again))


def _both(look: Look) -> tuple[Hamlet, house_numbers.Home, house_numbers.Home]:
    """The hamlet and the two households a merge is about; somebody else's hamlet is refused."""
    place, _, numbers = look.subject.partition(".")
    hamlet = _mine(look, place)
    first, _, second = numbers.partition(".")
    typed = [int(each) for each in (first, second) if each.isdecimal() and len(each) < 9]
    homes = [house_numbers.home(look.rows, hamlet.id, number) for number in typed]
    if len(homes) != 2 or homes[0] is None or homes[1] is None or homes[0].id == homes[1].id:
        raise Refused("duplicates.gone")
    return hamlet, homes[0], homes[1]


def _mine(look: Look, place: str) -> Hamlet:
    found = next((each for each in look.hamlets(Action.IMPORT_LIST) if str(each.id) == place), None)
    if found is None:
        raise NotAllowed(Action.IMPORT_LIST.value)
    return found


def _which(one: house_numbers.Home, other: house_numbers.Home, look: Look) -> Question[house_numbers.Home]:
    known = {str(each.number): each for each in (one, other)}

    def read(raw: str) -> house_numbers.Home:
        if raw not in known:
            raise Refused("refused.choice")
        return known[raw]

    return Question("kept", read, offer=lambda: [Option(number, label=_named(look, home)) for number, home in known.items()])


def _named(look: Look, home: house_numbers.Home) -> str:
    number = look.words.say("visit.household.number", number=home.number)
    return f"{number} · {home.label}" if home.label else number


def part(desk: Desk, subject: str) -> None:
    """Take a merge back: the one by which this household lives on in another."""
    look = desk.look
    look.require(Action.IMPORT_LIST)
    place, _, number = subject.partition(".")
    hamlet = _mine(look, place)
    gone = household_merges.numbered(look.rows, hamlet.id, int(number)) if number.isdecimal() and len(number) < 9 else None
    standing = household_merges.standing(look.rows, gone.id) if gone else None
    if standing is None:
        desk.say("duplicates.nothing_to_part", desk.choice("way.menu", "/menu"))
        return
    desk.answer.records.append(household_merges.PartHouseholds(standing.id))
    desk.say("duplicates.parted", desk.choice("way.menu", "/menu"), number=number)


MERGE = Dialogue("merge", merge, Action.IMPORT_LIST)
