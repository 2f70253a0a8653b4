"""Training sessions, meetings and mobile sessions: announced, kept in the calendar, attended by a code or the leader's list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from content.fold import folded
from content.hours import hour_in
from handlers.access import Action, Scope
from handlers.days import ask_day, both
from handlers.desk import Desk
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Option, Question, check, line, note, one_of, pick
from handlers.screens import numbered, short
from handlers.talk import Choice, Message, Refused
from storage.counting import campaigns
from storage.outcomes import Barrier
from storage.reminding import gatherings
from storage.reminding.gatherings import Attend, GatheringKind, Meeting, Member, PlanGathering
from storage.teams import people

VENUE_LENGTH = 120
AHEAD = timedelta(days=60)
TOLD = re.compile(r"(?:diem danh|co mat|attend|present)\s+(\d{4})")


def plan(ask: Ask, look: Look) -> Done:
    """What, where, which day and hours, with whom, about what; those who serve there are told."""
    service = _place(ask, look)
    kind = ask(one_of("kind", GatheringKind))
    barrier = ask(_barrier()) if kind is GatheringKind.SESSION else None
    when = ask_day(ask, look, "day", "gathering.day", confirm=False, most=180, places=(service.place_id,))
    starts = when.at or ask(hour_question("starts"))
    ends = ask(hour_question("ends", after=starts))
    venue = ask(venue_question())
    partner = ask(note("partner"))
    topics = ask(note("about"))
    made = Meeting(0, kind, service.place_id, service.place_name, when.on, starts, ends, venue, partner, topics,
                   barrier.value if barrier else None, "", "planned")
    ask(check(summary=text(look, made)))
    return Done((PlanGathering(f"talk:{look.conversation}", kind, service.place_id, when.on, starts, ends, venue, partner, topics,
                               made.barrier),), "gathering.saved",
                choices=(Choice(look.words.say("gathering.all"), "/gatherings"),
                         Choice(look.words.say("way.menu"), "/menu", quiet=True)))


def _place(ask: Ask, look: Look) -> people.Service:
    services = {str(service.place_id): service for service in look.services(Action.PLAN_GATHERING)}
    if len(services) == 1:
        return next(iter(services.values()))

    def read(raw: str) -> people.Service:
        if raw not in services:
            raise Refused("refused.choice")
        return services[raw]

    return ask(Question("place", read, offer=lambda: [Option(id_, label=each.place_name) for id_, each in services.items()]))


def _barrier() -> Question[Barrier]:
    question = one_of("barrier", Barrier)
    return replace(question, offer=lambda: [Option(each.value, say=f"visit.barrier.{each}") for each in Barrier])


def hour_question(key: str, after: time | None = None) -> Question[time]:
    """An hour in people's own words, kept as 14:30."""

    def hear(raw: str) -> str:
        at, _ = hour_in(" ".join(raw.lower().split()))
        if at is None:
            raise Refused("gathering.no_hour")
        return f"{at:%H:%M}"

    def read(stored: str) -> time:
        at = time.fromisoformat(stored)
        if after is not None and at <= after:
            raise Refused("gathering.too_early")
        return at

    def offer() -> Sequence[Option]:
        hours = ("07:30", "08:00", "14:00", "19:00") if after is None else tuple(_later(after, hours) for hours in (1, 2, 3))
        return [Option(hour, label=hour) for hour in hours if hour]

    return Question(key, read, hear, offer, free=True)


def _later(at: time, hours: int) -> str:
    return f"{at.hour + hours:02}:{at.minute:02}" if at.hour + hours < 24 else ""


def venue_question() -> Question[str]:
    return line("venue", VENUE_LENGTH)


GATHERING = Dialogue("gathering", plan, Action.PLAN_GATHERING)


def text(look: Look, meeting: Meeting) -> str:
    """A gathering in a few lines."""
    words = look.words
    lines = [words.say(f"gathering.kind.{meeting.kind}"),
             words.say("gathering.when", day=both(words, meeting.on, look.today), starts=f"{meeting.starts:%H:%M}",
                       ends=f"{meeting.ends:%H:%M}"),
             words.say("gathering.where", venue=meeting.venue)]
    if meeting.partner:
        lines.append(words.say("gathering.with", partner=meeting.partner))
    if meeting.topics:
        lines.append(words.say("gathering.topics", topics=meeting.topics))
    if meeting.barrier:
        lines.append(words.say("gathering.barrier_is", barrier=words.say(f"visit.barrier.{meeting.barrier}")))
    return "\n".join(lines)


# --- what comes, and who was there ----------------------------------------------------------------------------------------


def mine(look: Look, action: Action) -> list[int]:
    """The places whose gatherings somebody may see (or lead): their own, the communes above and the hamlets below."""
    ids = {service.place_id for service in look.services(action)}
    hamlets = look.hamlets(action)
    below = {hamlet.id for hamlet in hamlets}
    above = {hamlet.commune_id for hamlet in hamlets} if action is Action.ATTEND else set()
    return sorted(ids | below | above)


def listed(desk: Desk, _subject: str) -> None:
    """What is planned in somebody's places, and what was a week ago."""
    look = desk.look
    look.require(Action.ATTEND)
    places = mine(look, Action.ATTEND)
    before = gatherings.between(look.rows, places, look.today - timedelta(days=7), look.today - timedelta(days=1))
    found = [*gatherings.between(look.rows, places, look.today, look.today + AHEAD), *reversed(before)]  # what comes goes first
    may = look.may(Action.PLAN_GATHERING) > Scope.NOWHERE
    ways = [desk.choice("gathering.new", "/gathering"), desk.choice("workdays.make", "/workdays")] if may else []
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if not found:
        desk.say("gathering.none", *ways, menu)
        return
    lines = "\n\n".join(text(look, each) for each in found[:5])
    desk.say("gathering.list", *(Choice(f"{look.words.say(f'gathering.kind.{each.kind}')} {each.on.day}/{each.on.month}",
                                        f"/gathering_one:{short(each.id)}") for each in found[:5]), *ways, menu, lines=lines)


def meeting_of(look: Look, subject: str, action: Action) -> Meeting | None:
    """The gathering a button is about, where somebody may do this there."""
    meeting = gatherings.meeting(look.rows, numbered(subject))
    return meeting if meeting and meeting.place_id in mine(look, action) else None


def planned(desk: Desk, subject: str, action: Action) -> Meeting | None:
    """The same as long as it is to take place; otherwise they are told, and None."""
    desk.look.require(action)
    meeting = meeting_of(desk.look, subject, action)
    if meeting is None or meeting.state != "planned":
        desk.say("gathering.gone", desk.choice("gathering.all", "/gatherings"))
        return None
    return meeting


def one(desk: Desk, subject: str) -> None:
    """A gathering with its calendar file; whoever leads also gets the code, the list and the way to call it off."""
    look = desk.look
    meeting = planned(desk, subject, Action.ATTEND)
    if meeting is None:
        return
    body, choices = text(look, meeting), []
    if meeting_of(look, subject, Action.PLAN_GATHERING):
        here, number = gatherings.present(look.rows, meeting.id), short(meeting.id)
        body += "\n" + look.words.say("gathering.for_leader", code=meeting.room_code, count=len(here))
        move = [desk.choice("gathering.move", f"/move_gathering:{number}")] if meeting.begins > look.now else []
        choices = [desk.choice("gathering.tick", f"/attendance:{number}"),
                   desk.choice("gathering.sheet", f"/attendance_file:{number}"), *move,
                   desk.choice("gathering.call_off", f"/off_sure:{number}")]
    desk.send(Message(text=body, document=f"ics:{desk.look.words.language}:{meeting.id}",
                      choices=(*choices, desk.choice("way.menu", "/menu", quiet=True))))


def ear(_desk: Desk, text_: str) -> str | None:
    """“điểm danh 4821”: somebody reads the code in the room."""
    found = TOLD.fullmatch(folded(text_))
    return f"/present:{found[1]}" if found else None


def present(desk: Desk, code: str) -> None:
    """Somebody types the code that stands on the wall; guessing is slow."""
    look = desk.look
    look.require(Action.ATTEND)
    menu = desk.choice("way.menu", "/menu")
    if look.person is None or people.guesses_left(look.rows, look.chat_id, look.now) <= 0:
        desk.say("join.too_many", menu)
        return
    meeting = gatherings.by_code(look.rows, mine(look, Action.ATTEND), code, look.now, look.today)
    if meeting is None:
        desk.answer.records.append(people.Guess())
        desk.say("gathering.wrong_code", menu)
        return
    desk.answer.records.append(Attend(meeting.id, (look.person.id,), "code"))
    desk.say("gathering.present", menu, what=look.words.say(f"gathering.kind.{meeting.kind}"))


def tick(ask: Ask, look: Look) -> Done:
    """The leader ticks who was there; whoever gave the code is ticked already."""
    meeting = meeting_of(look, look.subject, Action.PLAN_GATHERING)
    if meeting is None:
        raise Refused("gathering.gone")
    if meeting.begins > look.now:
        raise Refused("gathering.not_yet")
    team = gatherings.members(look.rows, [meeting.place_id], meeting.on)
    here = gatherings.present(look.rows, meeting.id)
    chosen = ask(_people(team, tuple(str(id_) for id_ in here)))
    new = tuple(id_ for id_ in chosen if id_ not in here)
    return Done((Attend(meeting.id, new, "leader"),), "gathering.ticked", blanks={"count": len(here) + len(new)},
                choices=(Choice(look.words.say("gathering.sheet"), f"/attendance_file:{look.subject}"),
                         Choice(look.words.say("way.menu"), "/menu", quiet=True)))


def _people(team: Sequence[Member], ticked: tuple[str, ...]) -> Question[tuple[int, ...]]:
    ids = {str(member.id): member for member in team}

    def read(raw: str) -> tuple[int, ...]:
        return tuple(int(part) for part in raw.split(",") if part in ids)

    return Question("people", read, many=True, ticked=ticked,
                    offer=lambda: [Option(id_, label=f"{member.label} · {member.place_name}") for id_, member in ids.items()])


ATTENDANCE = Dialogue("attendance", tick, Action.PLAN_GATHERING)


def sheet(desk: Desk, subject: str) -> None:
    """The list of who was there, as a file."""
    desk.look.require(Action.EXPORT_WORKDAYS)
    meeting = meeting_of(desk.look, subject, Action.EXPORT_WORKDAYS)
    menu = desk.choice("way.menu", "/menu", quiet=True)
    if meeting is None:
        desk.say("gathering.gone", menu)
        return
    words = desk.look.words
    paper = f"attendance:{words.language}:{meeting.id}"
    desk.send(Message(text=words.say("gathering.sheet_is"), document=paper, choices=(menu,)))


def workdays(ask: Ask, look: Look) -> Done:
    """Days worked by each member, for payment: from one day to another, as a table or plain text."""
    first = ask_day(ask, look, "from", "workdays.from", least=-400, most=0, offered=_beginnings(look))
    last = ask_day(ask, look, "to", "workdays.to", least=-400, most=0, offered=_ends(look, first.on))
    if last.on < first.on:
        raise Refused("workdays.turned")
    form = ask(pick("form", "xlsx", "csv"))
    places = ".".join(str(service.place_id) for service in look.services(Action.EXPORT_WORKDAYS))
    body = look.words.say("workdays.made", first=look.words.day(first.on), last=look.words.day(last.on))
    return Done(message=Message(text=body, document=f"workdays:{look.words.language}:{form}:{places}:{first.on}:{last.on}",
                                choices=(Choice(look.words.say("way.menu"), "/menu", quiet=True),)))


def _beginnings(look: Look) -> dict[date, str]:
    """When what is to be paid usually begins: this month, the one before, the campaign."""
    words, this = look.words, look.today.replace(day=1)
    days = {this: words.say("workdays.from.month", day=words.day(this))}
    before = (this - timedelta(days=1)).replace(day=1)
    days[before] = words.say("workdays.from.last_month", day=words.day(before))
    for service in look.services(Action.EXPORT_WORKDAYS):
        running = campaigns.of_place(look.rows, service.place_id, look.today)
        if running is not None and running.starts_on <= look.today:
            days.setdefault(running.starts_on, words.say("workdays.from.campaign", campaign=running.name,
                                                         day=words.day(running.starts_on)))
    return days


def _ends(look: Look, first: date) -> dict[date, str]:
    """Today, or where it began in an earlier month the end of that month."""
    words, days = look.words, {look.today: look.words.say("workdays.to.today")}
    month_ends = (first.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if month_ends < look.today:
        days[month_ends] = words.say("workdays.to.month", day=words.day(month_ends))
    return days


WORKDAYS = Dialogue("workdays", workdays, Action.EXPORT_WORKDAYS)
