"""A gathering that does not take place: whoever was told of it already is told so, by day at once, else in the morning."""

from __future__ import annotations

from content.words import Words
from handlers.access import Action
from handlers.calendar import calendar
from handlers.days import both
from handlers.desk import Desk
from handlers.gatherings.gathering import planned
from handlers.help.help_notice import spoken
from handlers.help.reaching import open_to
from handlers.look import Look
from handlers.talk import Notice, said
from storage.helping import duty
from storage.helping.duty import Address
from storage.hours.quiet_hours import opening
from storage.reminding import gatherings
from storage.reminding.gatherings import CancelGathering, Meeting


def sure(desk: Desk, subject: str) -> None:
    """Asked once more: whoever was told is told at once that it is off."""
    meeting = planned(desk, subject, Action.PLAN_GATHERING)
    if meeting is None:
        return
    move = [desk.choice("gathering.move", f"/move_gathering:{subject}")] if meeting.begins > desk.look.now else []
    desk.say("gathering.off_sure", desk.choice("gathering.off_yes", f"/call_off:{subject}"), *move,
             desk.choice("gathering.off_no", f"/gathering_one:{subject}"), **_what(desk.look, meeting, desk.look.words))


def call_off(desk: Desk, subject: str) -> None:
    """A gathering does not take place; nobody is reminded of it any more."""
    meeting = planned(desk, subject, Action.PLAN_GATHERING)
    if meeting is None:
        return
    now, in_the_morning = to_tell(desk.look, meeting)
    desk.answer.records.append(CancelGathering(meeting.id, in_the_morning))
    desk.answer.notices += [_off(desk.look, meeting, each) for each in now]
    desk.say("gathering.called_off", desk.choice("gathering.all", "/gatherings"), desk.choice("way.menu", "/menu", quiet=True))


def to_tell(look: Look, meeting: Meeting) -> tuple[list[Address], tuple[int, ...]]:
    """Whoever knows of a gathering that changes: those who may be written to now, and the chats that are told later."""
    known = gatherings.told(look.rows, meeting.id) if meeting.begins > look.now else []
    team = {each.id for each in gatherings.members(look.rows, [meeting.place_id], meeting.on)}
    free = not calendar(look.rows).forbidden(look.today)
    now, later = [], []
    for chat_id in known:
        to = duty.address(look.rows, chat_id)
        if to is None or chat_id == look.chat_id:
            continue
        if not free or opening(look.now, "member" if to.person_id in team else "citizen") > look.now:
            later.append(chat_id)
        elif to.state == "active":
            now.append(to)
    return open_to(look, now), tuple(later)


def off_text(look: Look, meeting: Meeting, words: Words) -> str:
    """That what somebody was told of does not take place."""
    return words.say("gathering.off", **_what(look, meeting, words))


def _what(look: Look, meeting: Meeting, words: Words) -> dict[str, str]:
    return {"what": words.say(f"gathering.kind.{meeting.kind}"), "day": both(words, meeting.on, look.today),
            "starts": f"{meeting.starts:%H:%M}", "venue": meeting.venue}


def _off(look: Look, meeting: Meeting, to: Address) -> Notice:
    return Notice(to.chat_id, to.account, to.ref, said(off_text(look, meeting, spoken(to, look))))
