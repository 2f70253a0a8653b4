"""A gathering that does not take place: whoever was told of it already is told so, by day at once, else in the morning."""

from __future__ import annotations

from content.words import Words
from handlers.access import Action
from handlers.days import both
from handlers.desk import Desk
from handlers.gatherings.gathering import planned
from handlers.help.help_notice import spoken
from handlers.help.help_request import awake
from handlers.help.reaching import open_to
from handlers.look import Look
from handlers.talk import Notice, said
from storage.helping import duty
from storage.helping.duty import Address
from storage.reminding import gatherings
from storage.reminding.gatherings import CancelGathering, Meeting


def call_off(desk: Desk, subject: str) -> None:
    """A gathering does not take place; nobody is reminded of it any more."""
    desk.look.require(Action.PLAN_GATHERING)
    meeting = planned(desk, subject, Action.PLAN_GATHERING)
    if meeting is None or meeting.state != "planned":
        desk.say("gathering.gone", desk.choice("gathering.all", "/gatherings"))
        return
    told = [chat for chat in gatherings.told(desk.look.rows, meeting.id) if chat != desk.look.chat_id]
    told = told if meeting.begins > desk.look.now else []
    if awake(desk.look):
        desk.answer.records.append(CancelGathering(meeting.id))
        known = [each for chat in told if (each := duty.address(desk.look.rows, chat)) is not None and each.state == "active"]
        desk.answer.notices += [_off(desk.look, meeting, each) for each in open_to(desk.look, known)]
    else:
        desk.answer.records.append(CancelGathering(meeting.id, tuple(told)))
    desk.say("gathering.called_off", desk.choice("gathering.all", "/gatherings"), desk.choice("way.menu", "/menu", quiet=True))


def off_text(look: Look, meeting: Meeting, words: Words) -> str:
    """That what somebody was told of does not take place."""
    return words.say("gathering.off", what=words.say(f"gathering.kind.{meeting.kind}"), venue=meeting.venue,
                     day=both(words, meeting.on, look.today), starts=f"{meeting.starts:%H:%M}")


def _off(look: Look, meeting: Meeting, to: Address) -> Notice:
    return Notice(to.chat_id, to.account, to.ref, said(off_text(look, meeting, spoken(to, look))))
