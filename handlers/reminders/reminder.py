"""Reminders: asked for by the person, worded at the moment they are sent, stopped and started again with one word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers.access import Action, Scope
from handlers.days import ask_day, both
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.reminders.reminder_words import WORDED
from handlers.screens import numbered, short
from handlers.talk import Choice, Message, Policy, Refused
from storage.guiding import guide_runs
from storage.households import house_numbers
from storage.reminding import handover, preferences, reminders
from storage.reminding.reminder_kinds import FOLLOW_UP, UNFINISHED_GUIDE
from storage.reminding.reminder_rules import Item


def remind_me(desk: Desk, subject: str) -> None:
    """Somebody left a guide and wants to be reminded of it tomorrow."""
    number = numbered(subject)
    if not guide_runs.unfinished(desk.look.rows, number) or desk.fetch(number) is None:
        desk.say("reminder.nothing", desk.choice("way.menu", "/menu"))
        return
    desk.answer.records.append(reminders.RemindMe(UNFINISHED_GUIDE, guide_runs.subject(number), reminders.GUIDE_AFTER[0]))
    desk.say("reminder.will", desk.choice("way.resume", f"/resume:{short(number)}"), desk.choice("way.menu", "/menu", quiet=True))


def stop(desk: Desk, subject: str) -> None:
    """No more reminders: about one thing (`kind~subject`), or at all."""
    kind, _, about = subject.partition("~")
    desk.answer.records.append(reminders.StopReminding(kind, about))
    again = () if kind else (desk.choice("reminder.again", "/unquiet"),)
    desk.say("reminder.stopped_one" if kind else "reminder.stopped", *again, desk.choice("way.menu", "/menu"))


def pass_to(desk: Desk, subject: str) -> None:
    """Somebody else should go to this household: the leader learns of it, or (a leader themselves) hands it out."""
    look = desk.look
    look.require(Action.LOG_VISIT)
    home = _home(look, subject)
    if home is None:
        desk.say("reminder.nothing", desk.choice("way.menu", "/menu"))
    elif look.may(Action.HAND_OUT) > Scope.NOWHERE:
        menu = desk.choice("way.menu", "/menu", quiet=True)
        desk.say("reminder.pass_yourself", desk.choice("reminder.hand_out", "/allot"), menu, number=home.number)
    else:
        desk.answer.records.append(handover.PassTo(home.id))
        desk.say("reminder.passed_to", desk.choice("way.menu", "/menu"), number=home.number)


def _home(look: Look, subject: str) -> house_numbers.Home | None:
    """The household a reminder is about, where somebody may log visits."""
    if not re.fullmatch(r"household:\d{1,12}", subject):
        return None
    home = house_numbers.home_by_id(look.rows, int(subject.partition(":")[2]))
    return home if home and home.hamlet_id in {hamlet.id for hamlet in look.hamlets(Action.LOG_VISIT)} else None


def put_off(ask: Ask, look: Look) -> Done:
    """A visit to a household on another day; the subject of the dialogue is that of the reminder."""
    home = _home(look, look.subject)
    if home is None:
        raise Refused("reminder.nothing")
    on = ask_day(ask, look, "day", "postpone.day", least=1, most=90).on
    return Done((reminders.PutOff(FOLLOW_UP, look.subject, on),), "postpone.done",
                blanks={"number": home.number, "day": both(look.words, on, look.today)},
                choices=(Choice(look.words.say("way.menu"), "/menu"),))


POSTPONE = Dialogue("postpone", put_off, Action.LOG_VISIT)


def start_again(desk: Desk, _subject: str) -> None:
    """Reminders are welcome again."""
    desk.answer.records.append(reminders.StartReminding())
    desk.say("reminder.started", desk.choice("way.menu", "/menu"))


def stopped(look: Look) -> bool:
    """Whether somebody asked for no reminders at all."""
    return preferences.own(look.rows, look.chat_id).wishes.stopped


def worded(item: Item, look: Look) -> Message | None:
    """A reminder as it is said now, in the reader's language; None where there is nothing left to remind of."""
    message = WORDED[item.kind.name](item, look)
    if message is None:
        return None
    enough = Choice(look.words.say("reminder.enough"), f"/quiet:{item.kind.name}~{item.subject}", quiet=True)
    all_ = Choice(look.words.say("reminder.enough_all"), "/quiet", quiet=True)
    return replace(message, choices=(*message.choices, enough, all_), policy=Policy.DROP)


def together(messages: Sequence[Message], look: Look) -> Message:
    """Several reminders as one message, the most urgent first; as one has it, a file goes along."""
    if len(messages) == 1:
        return messages[0]
    text = "\n\n".join("\n".join(filter(None, (f"• {message.title}", message.text, message.note))) for message in messages)
    choices = list({choice.data: choice for message in messages for choice in message.choices if not choice.quiet}.values())[:6]
    enough = Choice(look.words.say("reminder.enough_all"), "/quiet", quiet=True)
    document = next((message.document for message in messages if message.document), "")
    return Message(title=look.words.say("reminder.several"), text=text, choices=(*_apart(choices), enough), document=document,
                   policy=Policy.DROP)


def _apart(choices: Sequence[Choice]) -> list[Choice]:
    """Buttons of the same words (a visit to log for each household) need something to tell them apart."""
    seen: dict[str, int] = {}
    told = []
    for choice in choices:
        seen[choice.label] = seen.get(choice.label, 0) + 1
        told.append(choice if seen[choice.label] == 1 else replace(choice, label=f"{choice.label} ({seen[choice.label]})"))
    return told


