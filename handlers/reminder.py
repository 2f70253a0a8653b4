"""Reminders: asked for by the person, worded at the moment they are sent, stopped with one word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers.desk import Desk
from handlers.look import Look
from handlers.screens import DIGITS, short
from handlers.talk import Choice, Message, Policy, said
from storage import guide_runs, reminders, visits
from storage.reminders import Due


def remind_me(desk: Desk, subject: str) -> None:
    """Somebody left a guide and wants to be reminded of it tomorrow."""
    number = int(subject, 36) if subject and subject.strip(DIGITS) == "" else 0
    if not guide_runs.unfinished(desk.look.rows, number) or desk.fetch(number) is None:
        desk.say("reminder.nothing", desk.choice("way.menu", "/menu"))
        return
    desk.answer.records.append(reminders.RemindMe(reminders.UNFINISHED_GUIDE, guide_runs.subject(number),
                                                  reminders.GUIDE_AFTER[0]))
    desk.say("reminder.will", desk.choice("way.resume", f"/resume:{short(number)}"), desk.choice("way.menu", "/menu", quiet=True))


def stop(desk: Desk, subject: str) -> None:
    """No more reminders: about one thing (`kind~subject`), or at all."""
    kind, _, about = subject.partition("~")
    desk.answer.records.append(reminders.StopReminding(kind, about))
    desk.say("reminder.stopped_one" if kind else "reminder.stopped", desk.choice("way.menu", "/menu"))


def worded(due: Due, look: Look) -> Message | None:
    """A reminder as it is said now, in the reader's language; None where there is nothing left to remind of."""
    message = _WORDED[due.kind](due, look)
    if message is None:
        return None
    enough = Choice(look.words.say("reminder.enough"), f"/quiet:{due.kind}~{due.subject}", quiet=True)
    return replace(message, choices=(*message.choices, enough), policy=Policy.DROP)


def _unfinished_guide(due: Due, look: Look) -> Message | None:
    number = int(due.subject.removeprefix("run:"))
    left = guide_runs.unfinished(look.rows, number)
    guide = look.library.guide(left[0], look.words.language) if left else None
    if left is None or guide is None:
        return None
    step = next((step.title for step in guide.steps if step.id == left[1]), guide.title)
    return replace(said(look.words.say("reminder.guide", title=guide.title, step=step)),
                   choices=(Choice(look.words.say("way.resume"), f"/resume:{short(number)}"),))


def _follow_up(due: Due, look: Look) -> Message | None:
    home = visits.home_by_id(look.rows, int(due.subject.removeprefix("household:")))
    if home is None:
        return None
    last = visits.last_visit(look.rows, home.id)
    outcome = look.words.say(f"visit.outcome.{last[1]}") if last else ""
    return replace(said(look.words.say("reminder.visit", number=home.number, outcome=outcome)),
                   choices=(Choice(look.words.say("way.log"), f"/visit:{home.hamlet_id}.={home.number}"),))


_WORDED = {reminders.UNFINISHED_GUIDE: _unfinished_guide, reminders.FOLLOW_UP: _follow_up}


def together(messages: Sequence[Message], look: Look) -> Message:
    """Several reminders as one message."""
    if len(messages) == 1:
        return messages[0]
    text = "\n\n".join("\n".join(filter(None, (f"• {message.title}", message.text))) for message in messages)
    choices = [choice for message in messages for choice in message.choices if not choice.quiet][:6]
    enough = Choice(look.words.say("reminder.enough_all"), "/quiet", quiet=True)
    return Message(title=look.words.say("reminder.several"), text=text, choices=(*choices, enough), policy=Policy.DROP)
