"""The words of every kind of reminder, chosen when it is sent: what still holds is said, what does not is None.

A telephone is shared and its lock screen is read by others: no names of third persons, nothing about health or debts, no
numbers of papers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from content.hours import spoken
from handlers.access import Action
from handlers.calendar import calendar
from handlers.desk import Desk, Finding
from handlers.gatherings import gathering_move, gathering_off
from handlers.help.help_list import unanswered
from handlers.look import Look
from handlers.reports import summary
from handlers.screens import short
from handlers.talk import Choice, Incoming, Kind, Message, said
from handlers.teams.day_code import first_name
from storage.counting import campaign_goals, coverage
from storage.guiding import guide_runs
from storage.helping import desks, help_requests
from storage.helping.help_rules import State
from storage.households import appointments, house_numbers
from storage.local_time import LOCAL, instant
from storage.outcomes import Status
from storage.reminding import dossiers, gatherings
from storage.reminding import reminder_kinds as kinds
from storage.reminding.dossiers import DossierState
from storage.reminding.handover import CAME, PASSED
from storage.reminding.reminder_rules import Item
from storage.work import visits

Wording = Callable[[Item, Look], Message | None]
NEAREST = 3


def _number(item: Item) -> int:
    return int(item.subject.rpartition(":")[2])


def _unfinished_guide(item: Item, look: Look) -> Message | None:
    number = _number(item)
    left = guide_runs.unfinished(look.rows, number)
    guide = look.library.guide(left[0], look.words.language) if left else None
    if left is None or guide is None:
        return None
    places = [step.id for step in guide.steps]
    at = places.index(left[1]) if left[1] in places else 0
    where = look.words.say("reminder.step", number=at + 1, count=len(places), step=guide.steps[at].title) if places else ""
    return said(look.words.say("reminder.guide", title=guide.title, step=where),
                choices=(Choice(look.words.say("way.resume"), f"/resume:{short(number)}"),
                         Choice(look.words.say("help.ask"), f"/help:{short(number)}")))


def _visit(item: Item, look: Look, *, phrase: str) -> Message | None:
    """A household to go back to: what happened last, and how to log the next visit."""
    home = house_numbers.home_by_id(look.rows, _number(item))
    if home is None or _settled(item, look, home):
        return None
    last = visits.last_visit(look.rows, home.id)
    outcome = look.words.say(f"visit.outcome.{last[1]}") if last else ""
    return said(look.words.say(phrase, number=home.number, outcome=outcome, at=spoken(item.expires_at)),
                choices=(
                    Choice(look.words.say("reminder.log_home", number=home.number), f"/visit:{home.hamlet_id}.={home.number}"),
                    Choice(look.words.say("reminder.put_off_home", number=home.number), f"/postpone:household:{home.id}"),
                    Choice(look.words.say("reminder.pass_home", number=home.number), f"/passto:household:{home.id}", quiet=True)))


def _settled(item: Item, look: Look, home: house_numbers.Home) -> bool:
    """Whether a household needs no visit any more; an appointment is kept even where the goal is reached."""
    hamlet = next((each for each in look.hamlets(Action.LOG_VISIT) if each.id == home.hamlet_id), None)
    goal = campaign_goals.goal(look.rows, [hamlet.id, hamlet.commune_id], look.today) if hamlet and not item.agreed else None
    return visits.settled(look.rows, home.id, goal.service if goal else None, look.today)


_GOES_ON = {"household": "reminder.handed_over", PASSED: "reminder.passed_over", CAME: "reminder.came_over"}
"""By what its subject begins with: why somebody else goes on with a household."""


def _handed_over(item: Item, look: Look) -> Message | None:
    """Somebody could not be written to, or no reminder helped: a person goes on."""
    what, _, number = item.subject.partition(":")
    if what in _GOES_ON:
        return _visit(item, look, phrase=_GOES_ON[what])
    if what == "run":
        title = guide_runs.title_of(look.rows, int(number))
        guide = look.library.guide(title, look.words.language) if title else None
        return said(look.words.say("reminder.left_guide", title=guide.title)) if guide else None
    return None


def _appointment(item: Item, look: Look) -> Message | None:
    found = appointments.agreed(look.rows, _number(item), look.now)
    if found is None:
        return None
    code = look.words.say("reminder.day_code", code=found.day_code) if found.day_code else ""
    talk = (Choice(look.words.say("reminder.other_hour"), f"/talkon:{short(found.request_id)}"),) if found.request_id else ()
    return said(look.words.say("reminder.appointment", day=look.words.day(found.on), at=f"{found.at:%H:%M}",
                               who=first_name(found.who), code=code), choices=talk)


def _dossier(item: Item, look: Look) -> Message | None:
    found = dossiers.dossier(look.rows, _number(item))
    if found is None or found.state is not DossierState.WAITING:
        return None
    words = look.words
    key = "reminder.dossier" if item.ordinal == 1 else "reminder.dossier_again"
    choices = tuple(Choice(words.say(f"dossier.is.{state}"), f"/dossier_is:{found.id}.{state}")
                    for state in (DossierState.RECEIVED, DossierState.WAITING, DossierState.LATE))
    return said(words.say(key, nickname=found.nickname, day=words.day(found.expected_on)), choices=choices)


def _help_visit(item: Item, look: Look) -> Message | None:
    """A visit promised in a talk, to a household that is on no list."""
    found = help_requests.by_id(look.rows, _number(item))
    if found is None or found.state is not State.AGREED or found.visit_on is None:
        return None
    number = short(found.id)
    return said(look.words.say("helper.visit_due", hamlet=found.hamlet, day=look.words.day(found.visit_on)),
                choices=(Choice(look.words.say("today.promised.log"), f"/promised:{number}"),
                         Choice(look.words.say("help.go_on"), f"/talkon:{number}"),
                         Choice(look.words.say("helper.close"), f"/closehelp:{number}")))


def _serves(look: Look, meeting: gatherings.Meeting) -> bool:
    """Whether the reader still serves where a gathering is planned: who left the team meanwhile need not come."""
    above = {hamlet.commune_id for hamlet in look.hamlets(Action.ATTEND)}
    return meeting.place_id in above | {service.place_id for service in look.services(Action.ATTEND)}


def _called_off(item: Item, look: Look) -> Message | None:
    found = gatherings.meeting(look.rows, _number(item))
    if found is None or found.begins <= look.now:
        return None
    return gathering_move.moved(look, found, look.words) if found.state == "planned" else said(
        gathering_off.off_text(look, found, look.words))


def _gathering(item: Item, look: Look) -> Message | None:
    found = gatherings.meeting(look.rows, _number(item))
    if found is None or found.state != "planned" or found.begins <= look.now or not (item.asked_at or _serves(look, found)):
        return None
    words = look.words
    lines = [words.say("gathering.when", day=words.day(found.on), starts=f"{found.starts:%H:%M}", ends=f"{found.ends:%H:%M}"),
             words.say("gathering.where", venue=found.venue)]
    lines += [words.say("gathering.topics", topics=found.topics)] if found.topics else []
    if item.asked_at:
        lines.append(words.say("sessions.bring"))
    elif found.barrier and look.person:
        homes = gatherings.stuck_homes(look.rows, [service.place_id for service in look.person.serves], found.barrier)
        lines += [words.say("reminder.stuck_homes", homes=", ".join(str(number) for number in homes))] if homes else []
    return Message(title=words.say(f"gathering.kind.{found.kind}"), text="\n".join(lines),
                   document=f"ics:{words.language}:{found.id}")


def _desk_open(item: Item, look: Look) -> Message | None:
    _, place_id, day = item.subject.split(":")
    on = date.fromisoformat(day)
    desk = next((each for each in desks.desks(look.rows) if each.place_id == int(place_id)), None)
    hours = (desk.saturday if on.weekday() == 5 else desk.extra) if desk else ""
    if desk is None or not hours or on < look.today:
        return None
    return said(look.words.say("reminder.desk_open", day=look.words.day(on), hours=hours, address=desk.address))


def _deadline(item: Item, look: Look) -> Message | None:
    """What is left to do before a campaign ends, and the pace that needs."""
    hamlets = look.hamlets(Action.SEE_SUMMARY)
    goal = campaign_goals.goal(look.rows, sorted({place for each in hamlets for place in (each.id, each.commune_id)}), look.today)
    if goal is None or goal.campaign_id != _number(item):
        return None
    counted = coverage.by_hamlet(look.rows, goal, [each.id for each in hamlets], look.today)
    total = sum((each.goal_coverage.d - each.goal_coverage.n for each in counted.values()), 0)
    if total <= 0:
        return None
    days = [look.today + timedelta(days=n) for n in range((goal.ends_on - look.today).days + 1)]
    working = sum(1 for day in days if calendar(look.rows).works(day)) or 1
    homes = [home.number for home in house_numbers.next_homes(look.rows, hamlets[0].id, 0, 5)] if len(hamlets) == 1 else []
    next_ = look.words.say("reminder.next_homes", homes=", ".join(str(number) for number in homes)) if homes else ""
    return said(look.words.say("reminder.deadline", campaign=goal.name, day=look.words.day(goal.ends_on), left=total,
                               pace=-(-total // working), homes=next_),
                choices=(Choice(look.words.say("menu.summary"), "/summary"),))


def _weekly(item: Item, look: Look) -> Message | None:
    """The same screen that a leader can ask for at any time."""
    hamlets = look.hamlets(Action.SEE_SUMMARY)
    places = sorted({place for each in hamlets for place in (each.id, each.commune_id)})
    if not hamlets or campaign_goals.goal(look.rows, places, look.today) is None:
        return None
    desk = Desk(Incoming(Kind.TEXT, look.now), look, _nothing, 0)
    summary.summary(desk, "")
    return desk.answer.messages[0] if desk.answer.messages else None


def _nothing(_text: str) -> Finding:
    raise NotImplementedError("a reminder asks no question")


def _exclusions(item: Item, look: Look) -> Message | None:
    hamlets = look.hamlets(Action.SEE_SUMMARY)
    goal = campaign_goals.goal(look.rows, sorted({place for each in hamlets for place in (each.id, each.commune_id)}), look.today)
    if goal is None:
        return None
    counted = coverage.by_hamlet(look.rows, goal, [each.id for each in hamlets], look.today)
    count = sum(each.statuses[Status.EXCLUSION_TO_CONFIRM] for each in counted.values())
    return said(look.words.say("reminder.exclusions", count=count),
                choices=(Choice(look.words.say("menu.summary"), "/summary"),)) if count else None


def _nudge(item: Item, look: Look) -> Message | None:
    hamlets = look.hamlets(Action.LOG_VISIT)
    homes = [home for each in hamlets for home in house_numbers.next_homes(look.rows, each.id, 0, NEAREST)][:NEAREST]
    last = visits.last_logged_at(look.rows, look.person.id) if look.person else None
    if not homes or (last is not None and last > instant(item.due_on, kinds.KINDS[kinds.NUDGE].hour) - timedelta(days=10)):
        return None
    numbers = ", ".join(str(home.number) for home in homes)
    return said(look.words.say("reminder.nudge", homes=numbers), choices=(Choice(look.words.say("menu.log"), "/visit"),))


def _review(item: Item, look: Look) -> Message | None:
    overdue = [guide for guide in look.library.guides("vi") if look.library.overdue(guide, look.today)]
    listed = "\n".join(f"– {guide.title} ({guide.id})" for guide in overdue[:10])
    return said(look.words.say("reminder.review", count=len(overdue), guides=listed)) if overdue else None


def _table_ends(item: Item, look: Look) -> Message | None:
    known = calendar(look.rows)
    return said(look.words.say("reminder.holidays_end", day=look.words.day(known.until))) if known.ends_soon(look.today) else None


def _gap(item: Item, look: Look) -> Message | None:
    began, ended = (datetime.fromtimestamp(int(at), LOCAL) for at in item.subject.removeprefix("gap:").split("-"))
    return said(look.words.say("reminder.gap", since=f"{began:%H:%M}", since_day=look.words.day(began.date()),
                               until=f"{ended:%H:%M}", until_day=look.words.day(ended.date())))


WORDED: dict[str, Wording] = {
    kinds.UNFINISHED_GUIDE: _unfinished_guide, kinds.FOLLOW_UP: partial(_visit, phrase="reminder.visit"),
    kinds.VISIT_SOON: partial(_visit, phrase="reminder.soon"),
    kinds.OVERDUE: partial(_visit, phrase="reminder.overdue"), kinds.HANDED_OVER: _handed_over, kinds.APPOINTMENT: _appointment,
    kinds.DOSSIER: _dossier, kinds.GATHERING: _gathering,
    kinds.GATHERING_OFF: _called_off, kinds.SESSION: _gathering, kinds.DESK_OPEN: _desk_open,
    kinds.DEADLINE: _deadline, kinds.WEEKLY: _weekly, kinds.EXCLUSION: _exclusions, kinds.NUDGE: _nudge,
    kinds.HELP_UNANSWERED: unanswered, kinds.HELP_VISIT: _help_visit, kinds.REVIEW: _review,
    kinds.TABLE_ENDS: _table_ends, kinds.SERVICE_GAP: _gap,
}
"""What each kind says; whoever registers a kind of their own adds its words here."""

