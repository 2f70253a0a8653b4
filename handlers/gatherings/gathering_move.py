"""A gathering on another day, at another hour or place: whoever knows of it is told, and what reminds of it follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TypeVar

from content.words import Words
from handlers.access import Action
from handlers.days import ask_day, both
from handlers.dialogue import Ask, Dialogue, Done
from handlers.gatherings.gathering import hour_question, meeting_of, text, venue_question
from handlers.gatherings.gathering_off import to_tell
from handlers.help.help_notice import spoken
from handlers.look import Look
from handlers.questions import Option, Question, check
from handlers.screens import short
from handlers.talk import Choice, Message, Notice, Refused, said
from storage.reminding.gatherings import Meeting, MoveGathering

T = TypeVar("T")


def move(ask: Ask, look: Look) -> Done:
    """The day, the hour and the place once more, each with what stands ready to be kept."""
    was = _planned(look)
    words = look.words
    when = ask_day(ask, look, "day", "gathering.day", confirm=False, most=180, places=(was.place_id,),
                   offered={was.on: words.say("gathering.same_day", day=both(words, was.on, look.today))})
    starts = when.at or ask(_kept(hour_question("starts"), f"{was.starts:%H:%M}"))
    where = ask(_kept(venue_question(), was.venue))
    made = replace(was, on=when.on, starts=starts, ends=_as_long(was, starts), venue=where)
    if made == was:
        raise Refused("gathering.same")
    if made.begins <= look.now:
        raise Refused("gathering.past")
    ask(replace(check(summary=text(look, made)), words="gathering.check"))
    now, in_the_morning = to_tell(look, was)
    notices = tuple(Notice(to.chat_id, to.account, to.ref, moved(look, made, spoken(to, look))) for to in now)
    record = MoveGathering(was.id, made.on, starts, made.ends, where, in_the_morning)
    ways = (Choice(words.say("gathering.see"), f"/gathering_one:{short(was.id)}"),
            Choice(words.say("way.menu"), "/menu", quiet=True))
    return Done((record,), "gathering.saved_move", notices=notices, choices=ways)


def _planned(look: Look) -> Meeting:
    found = meeting_of(look, look.subject, Action.PLAN_GATHERING)
    if found is None or found.state != "planned":
        raise Refused("gathering.gone")
    if found.begins <= look.now:
        raise Refused("gathering.began")
    return found


def _kept(question: Question[T], now: str) -> Question[T]:
    """The same question; how it is now stands first among the answers."""
    others = [each for each in question.offer() if each.value != now]
    return replace(question, offer=lambda: (Option(now, label=now), *others), words=f"gathering.{question.key}")


def _as_long(was: Meeting, starts: time) -> time:
    """When it ends if it takes as long as before; never after midnight."""
    end = datetime.combine(was.on, starts) + (was.over - was.begins)
    return end.time() if end.date() == was.on else time(23, 59)


def moved(look: Look, meeting: Meeting, words: Words) -> Message:
    """What somebody is told who knew of it, with the calendar file."""
    return said(words.say("gathering.moved", lines=text(replace(look, words=words), meeting)),
                document=f"ics:{words.language}:{meeting.id}")


MOVE = Dialogue("move_gathering", move, Action.PLAN_GATHERING)
