"""The quick log: visits typed in one message, by the numbers of the printed list. What is not understood is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from content.fold import fold
from content.vietnam_time import instant, local_day
from handlers.access import Action
from handlers.desk import Desk
from handlers.look import Look
from handlers.quick_reading import Entry, Read, Unclear, known_words, looks_like_log, read
from handlers.screens import DIGITS, short
from handlers.talk import DATA_BYTES, Choice, Refused
from storage import visits
from storage.outcomes import Barrier, Outcome
from storage.places import Hamlet

AGAIN = timedelta(minutes=10)
"""The same household with the same outcome within this time is most likely the same visit told twice."""
COMMON = (Barrier.OTP_NOT_RECEIVED, Barrier.NEEDS_POLICE_STATION, Barrier.SIM_NOT_OWN_NAME, Barrier.NO_SMARTPHONE,
          Barrier.TOO_OLD_OR_ILL, Barrier.OTHER)
SERVICE = "vneid_level2"
"""What "xong" means where no campaign runs that says it."""


def heard(desk: Desk, text: str) -> str | None:
    """A member's message that reads like a log. A citizen's "12 xong" is a question like any other."""
    look, talk = desk.look, desk.talk
    if not any(letter.isdigit() for letter in text) or not look.hamlets(Action.LOG_VISIT):
        return None
    if talk is not None and (talk.dialogue != "visit" or "household" in talk.answers):
        return None  # in the middle of something else these are words of an answer
    return "/quick" if looks_like_log(_place_apart(look, text)[1]) else None


def quick(desk: Desk, subject: str) -> None:
    """Log what was typed, or what a button completed (`hamlet=words`)."""
    look = desk.look
    look.require(Action.LOG_VISIT)
    here, text = _place_apart(look, subject or desk.incoming.text)
    hamlets = look.hamlets(Action.LOG_VISIT)
    if not hamlets:
        raise Refused("visit.no_hamlet")
    if not text.strip():
        desk.say("quick.how", desk.choice("way.menu", "/menu", quiet=True))
        return
    hamlet = here or (hamlets[0] if len(hamlets) == 1 else None)
    if hamlet is None:
        _ask_hamlet(desk, hamlets, text)
    else:
        _log(desk, hamlet, read(text, local_day(look.said_at)))


def _place_apart(look: Look, text: str) -> tuple[Hamlet | None, str]:
    """The hamlet that the message names first ("thôn Bãi: 12 xong", or a button's `5=`), and the rest."""
    hamlets = look.hamlets(Action.LOG_VISIT)
    id_, _, rest = text.partition("=")
    if rest and id_.isdigit():
        return next((hamlet for hamlet in hamlets if hamlet.id == int(id_)), None), rest
    words = text.split()
    for hamlet in hamlets:
        named = fold(hamlet.name)
        for length in range(1, min(len(words), 8)):
            if fold(" ".join(words[:length])) == named:
                return hamlet, " ".join(words[length:]).lstrip(" :,-")
    return None, text


def _ask_hamlet(desk: Desk, hamlets: Sequence[Hamlet], text: str) -> None:
    if len(text.encode()) > DATA_BYTES - 16:
        raise Refused("quick.name_hamlet", hamlet=hamlets[0].name)
    desk.say("quick.which_hamlet", *(Choice(hamlet.name, f"/quick:{hamlet.id}={text}") for hamlet in hamlets))


def _log(desk: Desk, hamlet: Hamlet, found: Read) -> None:
    """Write what was understood, tell it line by line, ask about the rest."""
    look, words = desk.look, desk.look.words
    lines: list[str] = []
    unclear = list(found.unclear)
    written = 0
    for entry in found.entries:
        known, strange, told = _sorted(look, hamlet, entry)
        for home in known:
            desk.answer.records.append(_visit(desk, entry, home, written))
            written += 1
        if known:
            lines.append("✓ " + _line(look, entry, [home.number for home in known]))
        if told:
            lines.append(words.say("quick.told", numbers=_joined(told), outcome=words.say(f"visit.outcome.{entry.outcome}")))
        if strange:
            unclear.append(Unclear(_joined(strange), "unknown", tuple(strange), entry.outcome))
    lines += [f"❓ {_question(look, hamlet, each)}" for each in unclear]
    ways = [choice for each in unclear[:1] for choice in _answers(look, hamlet, each)]
    if written:
        ways.append(Choice(words.say("visit.undo"), f"/unlog:{short(desk.inbox_id)}"))
    ways.append(desk.choice("way.menu", "/menu", quiet=True))
    desk.leave()
    key = "quick.saved" if written else "quick.nothing"
    desk.say(key, *ways, hamlet=hamlet.name, count=written, lines="\n".join(lines))


def _sorted(look: Look, hamlet: Hamlet, entry: Entry) -> tuple[list[visits.Home], list[int], list[int]]:
    """The households to be written, the numbers that are not on the list, and those told a moment ago."""
    known, strange, told = [], [], []
    for number in entry.numbers:
        home = visits.home(look.rows, hamlet.id, number)
        if home is None:
            strange.append(number)
        elif look.person and visits.told_lately(look.rows, home.id, look.person.id, entry.outcome, look.now - AGAIN):
            told.append(number)
        else:
            known.append(home)
    return known, strange, told


def _visit(desk: Desk, entry: Entry, home: visits.Home, number: int) -> visits.LogVisit:
    look = desk.look
    day = local_day(look.said_at) - timedelta(days=entry.days_back)
    at: datetime = look.said_at if not entry.days_back else instant(day, 12)
    return visits.LogVisit(f"quick:{desk.inbox_id}:{number}", home.id, at, day, entry.mode, entry.outcome, entry.barrier,
                           entry.next_on, entry.until, _services(look, home, entry), "")


def _services(look: Look, home: visits.Home, entry: Entry) -> tuple[str, ...]:
    """"Xong" means the running campaign's goal; the answer says so."""
    if not entry.outcome.needs_attainment:
        return ()
    commune = next((hamlet.commune_id for hamlet in look.hamlets(Action.LOG_VISIT) if hamlet.id == home.hamlet_id), 0)
    goal = visits.goal(look.rows, [home.hamlet_id, commune], look.today)
    return (goal.service if goal else SERVICE,)


def _line(look: Look, entry: Entry, numbers: Sequence[int]) -> str:
    words = look.words
    parts = [words.say("quick.line", numbers=_joined(numbers), outcome=words.say(f"visit.outcome.{entry.outcome}"))]
    if entry.outcome.needs_attainment:
        home = visits.Home(0, look.hamlets(Action.LOG_VISIT)[0].id, 0, "")
        parts.append(words.say(f"visit.services.{_services(look, home, entry)[0]}"))
    if entry.barrier:
        parts.append(words.say(f"visit.barrier.{entry.barrier}"))
    if day := entry.next_on or entry.until:
        parts.append(words.day(day))
    if entry.days_back:
        parts.append(words.say("quick.on", day=words.day(local_day(look.said_at) - timedelta(days=entry.days_back))))
    if entry.mode.value != "door":
        parts.append(words.say(f"quick.mode.{entry.mode}"))
    return " · ".join(parts)


def _joined(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers[:12]) + (" …" if len(numbers) > 12 else "")


def _question(look: Look, hamlet: Hamlet, each: Unclear) -> str:
    return look.words.say(f"quick.why.{each.why}", words=each.words, hamlet=hamlet.name)


def _answers(look: Look, hamlet: Hamlet, each: Unclear) -> list[Choice]:
    """Buttons that complete what was left open, where they fit a button."""
    words, numbers = look.words, " ".join(str(number) for number in each.numbers)
    if each.why == "barrier":
        ends = [(words.say(f"visit.barrier.{barrier}"), _word_of(barrier)) for barrier in COMMON]
    elif each.why == "day":
        days = [look.today + timedelta(days=after) for after in (1, 2, 3, 7)]
        ends = [(words.day(day), f"{day:%d/%m/%Y}") for day in days]
    else:
        return []
    outcome = "vuong" if each.outcome is Outcome.BLOCKED else "hen"
    made = [(label, f"/quick:{hamlet.id}={numbers} {outcome} {end}") for label, end in ends]
    return [Choice(label, data) for label, data in made if len(data.encode()) <= DATA_BYTES]


def _word_of(barrier: Barrier) -> str:
    return next(word for word, meant in known_words().barriers.items() if meant is barrier)


def undo(desk: Desk, subject: str) -> None:
    """Take back all that one message logged, within ten minutes, by whoever typed it."""
    look = desk.look
    look.require(Action.UNDO_VISIT)
    letter = int(subject, 36) if re.fullmatch(f"[{DIGITS}]{{1,12}}", subject) else 0
    found = visits.logged_together(look.rows, look.person.id, f"quick:{letter}:") if look.person else []
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if not found:
        desk.say("visit.undo.nothing", menu)
    elif look.now - min(at for _, at in found) > visits.UNDO_FOR:
        desk.say("visit.undo.late", menu, minutes=visits.UNDO_FOR // timedelta(minutes=1))
    else:
        desk.answer.records += [visits.UndoVisit(id_) for id_, _ in found]
        desk.say("quick.undone", menu, count=len(found))


