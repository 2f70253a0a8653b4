"""What was announced in somebody's places: the text, who wrote it, how it went, and what may still be decided about it."""

from __future__ import annotations

from datetime import timedelta

from content.vietnam_time import local_day
from handlers.access import Action
from handlers.announcements.broadcast import covers, progress
from handlers.desk import Desk
from handlers.look import Look
from handlers.screens import numbered, short
from handlers.talk import Choice, Message
from storage.announcing import broadcasts
from storage.announcing.broadcasts import Sending, State
from storage.reading import Reading
from storage.teams import people
from storage.teams.people import Refusal

LATELY = timedelta(days=90)
SHOWN = 8
BEGINNING = 40
"""Letters of a text that stand in the list."""
GOES = (State.SENDING, State.STOPPED, State.DONE)


def listed(desk: Desk, _subject: str) -> None:
    """The latest announcements of the places somebody looks after, each a button."""
    look = desk.look
    look.require(Action.BROADCAST)
    mine = sorted({service.place_id for service in look.services(Action.BROADCAST)}
                  | {hamlet.id for hamlet in look.hamlets(Action.BROADCAST)})
    found = broadcasts.lately(look.rows, mine, look.now - LATELY, SHOWN)
    new, menu = desk.choice("announced.new", "/broadcast"), desk.choice("way.menu", "/menu", quiet=True)
    if not found:
        desk.say("announced.none", new, menu)
        return
    lines = "\n".join(_line(look, n, each) for n, each in enumerate(found, start=1))
    choices = [desk.choice("announced.look", f"/announcement:{short(each.id)}", number=n)
               for n, each in enumerate(found, start=1)]
    desk.say("announced.list", *choices, new, menu, lines=lines)


def _line(look: Look, number: int, each: Sending) -> str:
    words = look.words
    return words.say("announced.line", number=number, day=words.day(local_day(each.started_at or each.made_at)), place=each.place,
                     text=_beginning(each.words), state=words.say(f"broadcast.is.{each.state}"))


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= BEGINNING else line[:BEGINNING].rsplit(" ", 1)[0] + "…"


def one(desk: Desk, subject: str) -> None:
    """One of them: what it said, who wrote and who approved it, whom it reached."""
    look = desk.look
    look.require(Action.BROADCAST)
    number = numbered(subject)
    found = broadcasts.by_id(look.rows, number) if number else None
    if found is not None and not covers(look, Action.BROADCAST, found.place_id):
        desk.answer.records.append(Refusal(Action.BROADCAST.value))
        found = None  # somebody else's is as unknown as one that never was
    if found is None:
        desk.say("broadcast.gone", desk.choice("announced.all", "/announced"), desk.choice("way.menu", "/menu", quiet=True))
        return
    desk.send(Message(title=look.words.say("announced.one", place=found.place, day=look.words.moment(found.made_at)),
                      text="\n\n".join((found.words, _who(look, found), _how(look, look.rows, found))),
                      choices=(*_choices(desk, found), desk.choice("announced.all", "/announced"),
                               desk.choice("way.menu", "/menu", quiet=True))))


def _who(look: Look, found: Sending) -> str:
    known = people.who(look.rows, [id_ for id_ in (found.person_id, found.approved_by) if id_], look.today)
    told = (("announced.author", found.person_id), ("announced.approved", found.approved_by))
    return "\n".join(look.words.say(key, name=known[id_].label) for key, id_ in told if id_ in known)


def _how(look: Look, rows: Reading, found: Sending) -> str:
    """How far it got, in the words in which its author saw it."""
    if found.state not in GOES:
        return look.words.say(f"broadcast.is.{found.state}")
    shown = progress(look, found, broadcasts.figures(rows, found.id))
    return "\n".join(filter(None, (shown.title, shown.text)))


def _choices(desk: Desk, found: Sending) -> list[Choice]:
    """What may still be decided, by whom it is theirs to decide."""
    look, number = desk.look, short(found.id)
    mine = look.person is not None and look.person.id == found.person_id
    if found.state is State.DRAFT and mine:
        return [desk.choice("broadcast.trial", f"/trial:{number}"), desk.choice("broadcast.send", f"/send:{number}"),
                desk.choice("broadcast.drop", f"/unsend:{number}")]
    if found.state is State.WAITING:
        action = Action.APPROVE_URGENT if found.urgent else Action.APPROVE_BROADCAST
        if mine or not covers(look, action, found.place_id):
            return [desk.choice("broadcast.drop", f"/unsend:{number}")] if mine else []
        return [desk.choice("broadcast.approve", f"/approve:{number}"), desk.choice("broadcast.refuse", f"/refuse:{number}")]
    return [] if found.state.over else [desk.choice("broadcast.stop", f"/stopsend:{number}")]
