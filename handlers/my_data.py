"""What is kept about somebody: shown by kind, taken along as a file, erased."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from content.words import Words
from handlers.access import Action
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.help.help_notice import notice
from handlers.look import Look
from handlers.papers import Paper
from handlers.questions import pick
from handlers.screens import short
from handlers.talk import Message, Notice, Refused
from storage import personal
from storage.erasure import Forget
from storage.helping import help_requests
from storage.helping.help_requests import Happened
from storage.helping.help_rules import Event
from storage.personal import Fate, Own
from storage.teams.members import is_last_leader, services

FORMS = ("txt", "json")
_COLUMNS: Mapping[str, Sequence[str]] = {
    "inbox": ("received_at", "letter"), "dossier_watch": ("nickname", "expected_on"), "help_request": ("opened_at", "words"),
    "feedback": ("said_at", "words"), "appointment": ("on_day", "at_hour", "whereabouts"), "person": ("label",),
    "guide_run": ("guide", "step"),
    "reminder": ("due_on", "kind"), "membership": ("role", "valid_from", "valid_to"), "visit": ("occurred_on", "outcome"),
    "preference": ("stopped", "muted", "paused_until", "hours"), "broadcast": ("made_at", "words"),
    "consent": ("purpose", "given_at"),
}
"""Tables whose rows say something to a reader, and the columns that do."""


def shown(desk: Desk, _subject: str) -> None:
    """Every kind of thing that is kept, and how much of it."""
    look = desk.look
    look.require(Action.MY_DATA)
    desk.say("mydata.shown", desk.choice("mydata.take", "/takedata"), desk.choice("mydata.erase", "/erase"),
             desk.choice("way.menu", "/menu", quiet=True), lines=_lines(look.words, personal.counts(look.rows, _mine(look))))


def _mine(look: Look) -> Own:
    return personal.own(look.rows, look.chat_id, look.person.id if look.person else None)


def _lines(words_: Words, counts: Mapping[str, int]) -> str:
    return "\n".join(f"• {words_.say(f'mydata.holds.{group}', count=count)}" for group, count in counts.items())


# --- taken along --------------------------------------------------------------------------------------------------------


def take_along(desk: Desk, form: str) -> None:
    """A file with all of it: to read, or for machines."""
    look = desk.look
    look.require(Action.MY_DATA)
    form = form if form in FORMS else FORMS[0]
    read = form == "txt"
    other = desk.choice("mydata.as_json" if read else "mydata.as_text", f"/takedata:{FORMS[read]}")
    name = f"mydata:{look.words.language}:{look.chat_id}:{look.person.id if look.person else 0}:{form}"
    menu = desk.choice("way.menu", "/menu", quiet=True)
    desk.send(Message(text=look.words.say("mydata.file"), document=name, choices=(other, menu)))


def paper(look: Look, name: str) -> Paper | None:
    """`<chat>:<person or 0>:<form>`, put into a message for that chat alone."""
    chat, person, form = (*name.split(":"), "", "")[:3]
    if not (chat.isdecimal() and person.isdecimal()) or form not in FORMS:
        return None
    whose = personal.own(look.rows, int(chat), int(person) or None)
    kept = personal.everything(look.rows, whose)
    if form == "json":
        body = json.dumps({"made_at": look.now.isoformat(), "kept": kept}, ensure_ascii=False, indent=1, default=str)
        return Paper("gocua.json", "application/json", body.encode())
    return Paper("gocua.txt", "text/plain", "\n".join(_readable(look, whose, kept)).encode())


def _readable(look: Look, whose: Own, kept: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[str]:
    spoken = look.words
    lines = [spoken.say("mydata.title", at=spoken.moment(look.now)), "", _lines(spoken, personal.counts(look.rows, whose)), ""]
    for name, columns in _COLUMNS.items():
        lines += [" · ".join(_value(row[column]) for column in columns if row.get(column)) for row in kept.get(name, ())]
    return [*lines, "", spoken.say("mydata.file_note")]


def _value(value: Any) -> str:
    """A letter is read as its words; a list as what it holds."""
    if isinstance(value, Mapping):
        return str(value.get("text") or value.get("data") or value.get("k", ""))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


# --- erased -------------------------------------------------------------------------------------------------------------


def erase(ask: Ask, look: Look) -> Done:
    """Once more "are you sure", then everything goes; what work is counted from stays as figures."""
    if look.person and any(is_last_leader(look.rows, each, look.today)
                           for each in services(look.rows, look.person.id, look.today)):
        raise Refused("resign.hand_over_first")
    ask(pick("sure", "yes"), stays=_stays(look))
    records, notices = _ends_talks(look)
    receipt = f"{look.today:%d%m%y}-{short(look.conversation).upper()}"
    return Done((*records, Forget()), "erase.done", blanks={"receipt": receipt}, notices=notices)


def _stays(look: Look) -> str:
    held = personal.counts(look.rows, _mine(look))
    kept = [each.group for each in personal.HOLDINGS if each.fate is Fate.KEPT and held.get(each.group)]
    return look.words.say("mydata.stays", lines="; ".join(
        look.words.say(f"mydata.holds.{group}", count=held[group]) for group in dict.fromkeys(kept))) if kept else ""


def _ends_talks(look: Look) -> tuple[tuple[object, ...], tuple[Notice, ...]]:
    """A request that still waits or is being answered ends; whoever helps is told."""
    mine = help_requests.live_of(look.rows, look.chat_id)
    if mine is None:
        return (), ()
    ended = Happened(mine.id, mine.state, Event.CLOSE, {
        "closed_at": look.now, "closed_by": "citizen", "chat_here": False, "helper_here": False})
    helper = mine.helper if mine.state.has_helper and mine.helper and mine.helper.state == "active" else None
    return (ended,), (notice(helper, look, "helper.closed_by_citizen", hamlet=mine.hamlet),) if helper else ()


ERASE = Dialogue("erase", erase, Action.MY_DATA)
