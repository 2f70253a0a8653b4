"""A list of households, pasted or sent: read, compared with what is there, shown, and only then written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from content.fold import fold
from content.lists.alike import pairs
from content.lists.households import HouseholdList, Line
from content.lists.pasting import looks_like_list, pasted, title_of
from content.lists.tidying import hushed
from content.lists.trouble import Problem, Trouble, Unreadable
from content.words import Words
from handlers.access import Action, Scope
from handlers.desk import Desk
from handlers.look import Look
from handlers.screens import numbered, short
from storage.areas.places import Hamlet
from storage.work.household_lists import ChangedHome, KeepHouseholds, NewHome, Present, present
from storage.work.proposals import DROPPED, EXPIRED, HOUSEHOLDS, KEPT, OPEN, CloseProposal, Propose, Proposed, proposed

CUT = 4_090
"""A text this long may have been cut off by a channel: its last line cannot be trusted."""
SHOWN = 5
MOST_COMPARED = 2_000
PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Diff:
    """What a list would do to a hamlet."""

    keep: KeepHouseholds
    was: tuple[Present, ...]
    """The changed ones as they are now, in the same order."""
    unchanged: int
    missing: tuple[Present, ...]
    """There, but not in the list: nothing happens to them."""
    perhaps: tuple[tuple[NewHome, Present], ...] = ()
    """New ones that may be households which are there already."""
    away: tuple[Present, ...] = ()
    """In the list under a number of before, and another hamlet's now: nothing happens to them here."""

    @property
    def nothing(self) -> bool:
        return not self.keep.new and not self.keep.changed


def compare(there: Sequence[Present], lines: Sequence[Line], hamlet_id: int) -> Diff:
    """Line by line: by number, else by name. What a list leaves empty stays as it is."""
    by_number = {each.number: each for each in there}
    by_name = {_name(each.label, each.lane): each for each in there if not each.merged}
    new, changed, was, met, away = [], [], [], set(), []
    unchanged = 0
    for line in lines:
        known = by_number.get(line.number) if line.number is not None else by_name.get(_name(line.label, line.lane))
        if known is None:
            new.append(NewHome(line.number, line.label, line.lane, line.adults))
            continue
        met.add(known.id)
        if known.away:
            away.append(known)
        after = (line.label or known.label, line.lane or known.lane, known.adults if line.adults is None else line.adults)
        if known.merged or after == (known.label, known.lane, known.adults):
            unchanged += 1
        else:
            changed.append(ChangedHome(known.id, *after))
            was.append(known)
    missing = tuple(each for each in there if each.id not in met and not each.merged)
    return Diff(KeepHouseholds(hamlet_id, tuple(new), tuple(changed)), tuple(was), unchanged, missing, _perhaps(new, missing),
                tuple(away))


def _perhaps(new: Sequence[NewHome], missing: Sequence[Present]) -> tuple[tuple[NewHome, Present], ...]:
    """New names that are like those of households the list does not hold: the same ones under another number?"""
    if not new or not missing or len(new) + len(missing) > MOST_COMPARED:
        return ()
    names = [(place, each.label, each.lane) for place, each in enumerate(new) if each.label]
    names += [(-1 - place, each.label, each.lane) for place, each in enumerate(missing) if each.label]
    return tuple((new[one], missing[-1 - other]) for one, other in pairs(names, MOST_COMPARED) if other < 0 <= one)


def _name(label: str, lane: str) -> tuple[str, str]:
    return fold(label), fold(lane)


# --- in the chat ----------------------------------------------------------------------------------------------------------


def ear(desk: Desk, text: str) -> str | None:
    """A pasted list, from somebody who may bring one."""
    return "/list" if looks_like_list(text) and desk.look.may(Action.IMPORT_LIST) > Scope.NOWHERE else None


def bring(desk: Desk, _subject: str) -> None:
    """Take a list, or say how to bring one."""
    desk.look.require(Action.IMPORT_LIST)
    text = desk.incoming.text
    if "\n" not in text.strip():
        desk.say("list.how", desk.choice("way.menu", "/menu", quiet=True))
        return
    if len(text) >= CUT and not desk.incoming.data:
        _refuse(desk, "list.cut")
        return
    hamlets = desk.look.hamlets(Action.IMPORT_LIST)
    try:
        listed = pasted(text)
    except Unreadable as trouble:
        desk.say(trouble.trouble, desk.choice("way.menu", "/menu"), **trouble.values)
        return
    hamlet = _hamlet(hamlets, title_of(text), listed)
    if hamlet is None:
        names = ", ".join(each.name for each in hamlets)
        desk.say("list.which_hamlet", desk.choice("way.menu", "/menu"), hamlets=names)
        return
    _offer(desk, hamlet, listed)


def refused(desk: Desk, subject: str) -> None:
    """A file that could not be taken, and why."""
    desk.look.require(Action.IMPORT_LIST)
    known = {each.value: each for each in Trouble}
    name, _, number = subject.partition(".")
    trouble = known.get(f"list.{name}", Trouble.DAMAGED)
    desk.say(trouble, desk.choice("way.menu", "/menu"), most=number, megabytes=number)


def _refuse(desk: Desk, key: str) -> None:
    desk.say(key, desk.choice("way.menu", "/menu"))


def _hamlet(hamlets: Sequence[Hamlet], title: str, listed: HouseholdList) -> Hamlet | None:
    """The hamlet a list is for: the only one of its leader, or the one that is named."""
    if len(hamlets) == 1:
        return hamlets[0]
    named = {fold(line.hamlet) for line in listed.lines if line.hamlet}
    found = [each for each in hamlets if fold(each.name) in fold(title) or named == {fold(each.name)}]
    return found[0] if len(found) == 1 else None


def elsewhere(listed: HouseholdList, hamlet: str) -> list[Problem]:
    """Lines that say they belong to another hamlet."""
    here = place_name(hamlet)
    return [Problem(line.row, Trouble.OTHER_HAMLET.value, line.hamlet) for line in listed.lines
            if line.hamlet and place_name(line.hamlet) not in (here, "")]


def place_name(name: str) -> str:
    """A hamlet's name without the word for what it is."""
    words = fold(name).split()
    while len(words) > 1 and words[0] in ("thon", "ban", "xom", "ap", "to", "dan", "pho", "khu", "lang", "khom", "buon"):
        words = words[1:]
    return " ".join(words)


def _offer(desk: Desk, hamlet: Hamlet, listed: HouseholdList) -> None:
    problems = (*listed.problems, *elsewhere(listed, hamlet.name))
    words = desk.look.words
    if problems:
        desk.say("list.problems", desk.choice("way.menu", "/menu"), count=len(problems), lines=problem_lines(problems, words))
        return
    diff = compare(present(desk.look.rows, hamlet.id), listed.lines, hamlet.id)
    if diff.nothing:
        desk.say("list.nothing_new", desk.choice("way.menu", "/menu"), hamlet=hamlet.name, unchanged=diff.unchanged)
        return
    lines = tuple([line.row, line.number, line.label, line.lane, line.adults] for line in listed.lines)
    desk.answer.records.append(Propose(desk.inbox_id, HOUSEHOLDS, hamlet.id, lines))
    _show(desk, short(desk.inbox_id), hamlet, listed, diff)


def _show(desk: Desk, id_: str, hamlet: Hamlet, listed: HouseholdList, diff: Diff) -> None:
    """What a list would do; its button says yes to just that."""
    seen = f"{id_}.{len(diff.keep.new)}.{len(diff.keep.changed)}"
    desk.say("list.preview", desk.choice("list.keep", f"/keep-list:{seen}"), desk.choice("list.drop", f"/drop-list:{id_}"),
             hamlet=hamlet.name, new=len(diff.keep.new), changed=len(diff.keep.changed), unchanged=diff.unchanged,
             missing=len(diff.missing), details=details(diff, listed, desk.look.words))


def keep(desk: Desk, subject: str) -> None:
    """Write a list that was shown; shown again where it would do something else by now (somebody changed a household since)."""
    id_, _, seen = subject.partition(".")
    found = _proposal(desk, id_)
    if found is None:
        return
    lines = tuple(Line(row, number, label, lane, adults) for row, number, label, lane, adults in found.lines)
    diff = compare(present(desk.look.rows, found.hamlet_id), lines, found.hamlet_id)
    if seen and seen != f"{len(diff.keep.new)}.{len(diff.keep.changed)}":
        hamlet = next(each for each in desk.look.hamlets(Action.IMPORT_LIST) if each.id == found.hamlet_id)
        _show(desk, id_, hamlet, HouseholdList(lines, ()), diff)
        return
    desk.answer.records += [CloseProposal(found.id, KEPT), diff.keep]
    desk.say("list.kept", desk.choice("way.menu", "/menu"), new=len(diff.keep.new), changed=len(diff.keep.changed))


def drop(desk: Desk, subject: str) -> None:
    """Put a list aside."""
    found = _proposal(desk, subject)
    if found is not None:
        desk.answer.records.append(CloseProposal(found.id, DROPPED))
        _refuse(desk, "list.dropped")


def _proposal(desk: Desk, subject: str) -> Proposed | None:
    """The list on the table; said what became of it where it is there no more."""
    look = desk.look
    look.require(Action.IMPORT_LIST)
    number = numbered(subject)
    found = proposed(look.rows, number, look.person.id, look.now) if look.person else None
    if found is not None and found.state == OPEN and _is_mine(look, found):
        return found
    _refuse(desk, {KEPT: "list.already", EXPIRED: "list.expired"}.get(found.state if found else "", "list.gone"))
    return None


def _is_mine(look: Look, found: Proposed) -> bool:
    """Whether the leader still leads there."""
    return found.hamlet_id in {hamlet.id for hamlet in look.hamlets(Action.IMPORT_LIST)}


# --- in words -------------------------------------------------------------------------------------------------------------


def problem_lines(problems: Sequence[Problem], words: Words, most: int = PROBLEMS) -> str:
    """The first problems, each with the line it is in."""
    lines = [words.say("list.problem", row=each.row, what=words.say(each.trouble, **_blanks(each)))
             for each in sorted(problems, key=lambda one: one.row)[:most]]
    return "\n".join(lines)


def _blanks(problem: Problem) -> dict[str, object]:
    return {"value": hushed(problem.value)}


def details(diff: Diff, listed: HouseholdList, words: Words, most: int = SHOWN) -> str:
    """A few of the new, the changed and the missing, and what was left out."""
    lines = [words.say("list.new", home=_named(words, each.number, each.label)) for each in diff.keep.new[:most]]
    for before, after in islice(zip(diff.was, diff.keep.changed, strict=True), most):
        lines.append(words.say("list.changed", number=before.number, before=_told(before.label, before.lane, before.adults),
                               after=_told(after.label, after.lane, after.adults)))
    lines += [words.say("list.perhaps", home=_named(words, one.number, one.label), number=other.number, name=other.label)
              for one, other in diff.perhaps[:most]]
    if diff.missing:
        numbers = ", ".join(str(each.number) for each in diff.missing[:20])
        lines.append(words.say("list.missing", numbers=numbers + (" …" if len(diff.missing) > 20 else "")))
    if diff.away:
        lines.append(words.say("list.away", homes=", ".join(f"{each.number} ({each.away})" for each in diff.away[:20])))
    if listed.private:
        lines.append(words.say("list.private", columns=", ".join(listed.private)))
    if listed.unknown:
        lines.append(words.say("list.unknown", columns=", ".join(listed.unknown)))
    if listed.cleaned:
        lines.append(words.say("list.cleaned", rows=", ".join(map(str, listed.cleaned[:20]))))
    return "\n".join(lines)


def _told(label: str, lane: str, adults: int | None) -> str:
    return ", ".join(part for part in (label, lane, "" if adults is None else str(adults)) if part) or "–"


def _named(words: Words, number: int | None, label: str) -> str:
    named = words.say("visit.household.number", number=number) if number else words.say("list.next_number")
    return f"{named} · {label}" if label else named
