"""The quick log: visits typed as text ("12 xong; 3 5 vang"). What is certain is kept at once, the rest is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from content.fold import fold
from content.quick_words import spelled_out
from content.vietnam_time import instant, local_day
from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question
from handlers.screens import short
from handlers.talk import Choice, Message, Refused, said
from handlers.visits import drill
from handlers.visits.quick_doubts import Asking, Written, pack, sure, unpack
from handlers.visits.quick_items import Hamlets
from handlers.visits.quick_lines import MOST_LETTERS, Line, read
from storage.areas.places import Hamlet
from storage.households import assignments
from storage.teams import working
from storage.work.visits import LogVisit

ON_SCREEN = 12
"""Lines of an answer; the rest is only counted."""


def ear(desk: Desk, text: str) -> str | None:
    """Whether this is a quick log: something certain in it or, outside a conversation, something that is nearly one."""
    if len(text) > MOST_LETTERS or desk.look.may(Action.LOG_VISIT) == 0:
        return None
    if desk.talk is not None and desk.talk.dialogue == drill.NAME:  # what is typed there is about no household
        return None
    if not any(letter.isdecimal() for letter in text):  # a number in words is not guessed: how it is typed is shown
        return "/quick" if desk.talk is None and spelled_out(text) else None
    if desk.talk is not None and text.isdecimal():
        return None  # a number without a result is certain of nothing: it answers what was asked
    lines = read(text, local_day(desk.look.said_at), _names(desk.look))
    if any(line.certain for line in lines):
        return "/quick" if desk.talk is None or all(line.certain for line in lines) or desk.talk.dialogue == "unclear" else None
    return "/quick" if desk.talk is None and any(line.likely for line in lines) else None


def quick(desk: Desk, subject: str) -> None:
    """Keep what is certain in the words just typed, and ask about the rest; without words, say how it is done."""
    look = desk.look
    look.require(Action.LOG_VISIT)
    if not look.hamlets(Action.LOG_VISIT):
        raise Refused("visit.no_hamlet")
    at, text = look.said_at, desk.incoming.text
    lines = read(text, local_day(at), _names(look)) if text and len(text) <= MOST_LETTERS else []
    if not any(line.certain or line.likely for line in lines):
        _how(desk, subject)
        return
    usual = _usual(look)
    made = [_sure(look, line, usual, at) for line in lines]
    open_ = [line for line, written in zip(lines, made, strict=True) if written is None]
    written = [each for some in made if some for each in some]
    if written:
        desk.answer.records += [_record(each, desk.inbox_id, n) for n, each in enumerate(written)]
        desk.send(_saved(look, written, desk.inbox_id))
    if open_:
        _ask_rest(desk, subject, pack(open_, at, usual.id if usual else None))
    elif desk.talk is not None:
        desk.then = "/again"


def _sure(look: Look, line: Line, usual: Hamlet | None, at: datetime) -> list[Written] | None:
    here = _hamlets(look).get(line.hamlet_id or 0) or usual
    return sure(look, here, line, at) if here else None


def _ask_rest(desk: Desk, subject: str, rest: str) -> None:
    """A conversation about what is not certain; it can be set aside and gone on with."""
    kept = desk.begin(UNCLEAR, subject)
    kept.answers["said"] = rest
    desk.enter(kept)
    here = desk.stand(UNCLEAR, kept)
    if here.question is not None:
        desk.ask(UNCLEAR, kept, here)
        return
    kept.state = "done"  # nothing to ask after all: what is left contradicts itself
    desk.leave()
    if not desk.answer.messages:
        desk.say("quick.nothing", desk.choice("way.menu", "/menu", quiet=True))


def _how(desk: Desk, subject: str) -> None:
    """How to type, with the hamlet that a printed list named (`/quick:<hamlet>`)."""
    look = desk.look
    hamlets = {str(hamlet.id): hamlet for hamlet in look.hamlets(Action.LOG_VISIT)}
    if subject in hamlets:
        desk.answer.records.append(working.WorksIn(int(subject), look.said_at))
    name = hamlets[subject].name if subject in hamlets else ", ".join(hamlet.name for hamlet in hamlets.values())
    desk.say("quick.how", desk.choice("menu.log", "/visit"), desk.choice("menu.drill", f"/{drill.NAME}"),
             desk.choice("way.menu", "/menu", quiet=True), hamlet=name)


def _names(look: Look) -> Hamlets:
    """The hamlets by the words of their names."""
    return {tuple(fold(hamlet.name).split()): hamlet.id for hamlet in look.hamlets(Action.LOG_VISIT)}


def _hamlets(look: Look) -> dict[int, Hamlet]:
    return {hamlet.id: hamlet for hamlet in look.hamlets(Action.LOG_VISIT)}


def _usual(look: Look) -> Hamlet | None:
    """The hamlet of a message that names none: the only one, or the one its writer had named before on that day."""
    hamlets = _hamlets(look)
    if len(hamlets) == 1 or look.person is None:
        return next(iter(hamlets.values()), None)
    since = instant(local_day(look.said_at), 0)
    return hamlets.get(working.working_in(look.rows, look.person.id, since, look.said_at) or 0)


# --- what is kept and said ------------------------------------------------------------------------------------------------------


def _record(each: Written, letter: int, number: int) -> LogVisit:
    line = each.line
    if line.outcome is None:
        raise ValueError("a line without a result is never written")
    return LogVisit(f"letter:{letter}/{number}", each.home.id, each.occurred_at, each.occurred_on, line.mode, line.outcome,
                    line.barrier, line.next_on, line.until, each.services, line.note, each.together)


def _saved(look: Look, written: Sequence[Written], letter: int) -> Message:
    words = look.words
    shown = [words.say("quick.saved.line", line=told) for told in _told(look, written)]
    if len(shown) > ON_SCREEN:
        shown = [*shown[:ON_SCREEN], words.say("quick.saved.more", count=len(shown) - ON_SCREEN)]
    places = ", ".join(dict.fromkeys(_hamlets(look)[each.home.hamlet_id].name for each in written))
    phrase = words.say("quick.saved", count=len({each.home.id for each in written}), hamlet=places, lines="\n".join(shown))
    return said(phrase, note=_goal(look, written), choices=(
        Choice(words.say("visit.undo"), f"/undo:={short(letter)}"), Choice(words.say("way.menu"), "/menu", quiet=True)))


def _told(look: Look, written: Sequence[Written]) -> list[str]:
    """Each line as it was understood: the numbers, the result and whatever belongs to it."""
    by_line: dict[int, list[Written]] = {}
    for each in written:
        by_line.setdefault(id(each.line), []).append(each)
    return [_line_told(look, some) for some in by_line.values()]


def _line_told(look: Look, some: Sequence[Written]) -> str:
    words, first = look.words, some[0]
    line = first.line
    parts = [", ".join(str(each.home.number) for each in some), words.say(f"visit.outcome.{line.outcome}")]
    if line.barrier:
        parts.append(words.say(f"visit.barrier.{line.barrier}"))
    parts += [words.say(f"visit.services.{service}") for service in first.services]
    if line.next_on:
        parts.append(words.say("visit.check.next", day=words.day(line.next_on)))
    if line.until:
        parts.append(words.say("quick.away", day=words.day(line.until)))
    if line.on:
        parts.append(words.say("quick.on", day=words.day(line.on)))
    if line.mode != "door":
        parts.append(words.say(f"quick.mode.{line.mode}"))
    if first.together:
        team = {each.id: each.label for each in assignments.team_of(look.rows, first.home.hamlet_id, look.today)}
        parts.append(words.say("quick.with", members=", ".join(team[id_] for id_ in first.together if id_ in team)))
    return " · ".join([*parts, *([f"“{line.note}”"] if line.note else [])])


def _goal(look: Look, written: Sequence[Written]) -> str:
    """What "xong" was taken to mean, where it was not said."""
    for each in written:
        if each.line.outcome is not None and each.services and not each.line.services:
            return look.words.say("quick.goal", service=look.words.say(f"visit.services.{each.services[0]}"))
    return ""


# --- what is asked --------------------------------------------------------------------------------------------------------------


def ask_open(ask: Ask, look: Look) -> Done:
    """The lines of a message about which something is to be asked; they are kept together at the end."""
    lines, at, hamlet_id = ask(_sent(look))
    hamlets = _hamlets(look)
    if not hamlets:
        raise Refused("visit.no_hamlet")
    records: list[object] = []
    written: list[Written] = []
    hamlet = hamlets.get(hamlet_id or 0)
    for number, line in enumerate(lines):
        here = hamlets.get(line.hamlet_id or 0) or hamlet
        if here is None:
            here = hamlet = ask(_which_hamlet(hamlets))
            records.append(working.WorksIn(hamlet.id, at))
        written += Asking(ask, look, at, here, _names(look), number).settled(line)
    written = _apart(written)
    if not written:
        return Done(tuple(records), "quick.nothing", then="/menu")
    records += [_record(each, look.conversation, 1_000 + n) for n, each in enumerate(written)]
    return Done(tuple(records), message=_saved(look, written, look.conversation))


def _apart(written: Sequence[Written]) -> list[Written]:
    """The same result at the same house is one visit, however often its number was typed in answers."""
    return list({(each.home.id, each.line.outcome, each.occurred_at): each for each in written}.values())


def _sent(look: Look) -> Question[tuple[list[Line], datetime, int | None]]:
    def hear(raw: str) -> str:
        lines = read(raw, local_day(look.said_at), _names(look)) if len(raw) <= MOST_LETTERS else []
        if not any(line.numbers for line in lines):
            raise Refused("quick.not_understood")
        return pack(lines, look.said_at, None)

    return Question("said", unpack, hear, free=True, words="quick.said")


def _which_hamlet(hamlets: dict[int, Hamlet]) -> Question[Hamlet]:
    def known(raw: str) -> Hamlet:
        found = hamlets.get(int(raw)) if raw.isascii() and raw.isdecimal() and len(raw) < 19 else None
        if found is None:
            raise Refused("refused.choice")
        return found

    return Question("hamlet", known, words="quick.hamlet",
                    offer=lambda: [Option(str(id_), label=each.name) for id_, each in hamlets.items()])


UNCLEAR = Dialogue("unclear", ask_open, Action.LOG_VISIT)
