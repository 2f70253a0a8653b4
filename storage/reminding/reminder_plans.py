"""What a day brings by itself: reminders that no single act of anybody triggers, planned once a day and safe to plan again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, bindparam, or_, select

from storage.hours.calendar import DAY, SATURDAY, Calendar
from storage.local_time import instant
from storage.models import Campaign, Chat, HelpRequest, Membership, OneStopDesk, Place, Preference, Reminder, Visit, table
from storage.models import Household as HouseholdModel
from storage.outcomes import OUTCOMES
from storage.prepared import Prepared
from storage.reading import Reading
from storage.reminding.preferences import Settings, settings
from storage.reminding.reminder_kinds import (
    DEADLINE,
    DESK_OPEN,
    EXCLUSION,
    HELP_UNANSWERED,
    KINDS,
    NUDGE,
    REVIEW,
    SERVICE_GAP,
    TABLE_ENDS,
    WEEKLY,
)
from storage.reminding.reminders import remind

membership, chat, place, campaign = table(Membership), table(Chat), table(Place), table(Campaign)
visit, household, reminder, preference, desk = (
    table(Visit), table(HouseholdModel), table(Reminder), table(Preference), table(OneStopDesk))
request = table(HelpRequest)
BEFORE_END = (14, 7, 3, 1)
"""Days before the end of a campaign on which those who work in it are told."""
NOT_AGAIN_WITHIN = timedelta(hours=1)
SILENT, NUDGE_AGAIN = 10, 14
MISSED = 2
"""Days back that are planned again: a stop of the program must not lose what a day would have brought."""


@dataclass(frozen=True, slots=True)
class Server:
    """Somebody who serves, and the chat in which they were heard last."""

    person_id: int
    role: str
    place_id: int
    commune_id: int | None
    since: date
    chat_id: int


@dataclass(frozen=True, slots=True)
class Day:
    """What planners go by."""

    on: date
    servers: tuple[Server, ...]
    calendar: Calendar
    review_due: bool

    def serving(self, *roles: str) -> Iterator[Server]:
        """Each person of these roles, once."""
        seen: set[int] = set()
        for server in self.servers:
            if server.role in roles and server.person_id not in seen:
                seen.add(server.person_id)
                yield server


def plan(tx: Connection, today: date, calendar: Calendar, review_due: bool = False) -> None:
    """Owe what today, and days that were perhaps missed, bring."""
    servers = _servers(Reading(tx), today)
    for back in range(MISSED, -1, -1):
        day = Day(today - timedelta(days=back), servers, calendar, review_due)
        for planner in PLANNERS:
            planner(tx, day)
    _unanswered(tx, Day(today, servers, calendar, review_due))  # as it stands now: what waited yesterday may be answered


_SERVERS = Prepared(
    select(membership.c.person_id, membership.c.role, membership.c.place_id, place.c.parent_id, membership.c.valid_from,
           chat.c.id)
    .join(place, place.c.id == membership.c.place_id).join(chat, chat.c.person_id == membership.c.person_id)
    .where(membership.c.valid_from <= bindparam("on"),
           or_(membership.c.valid_to.is_(None), membership.c.valid_to > bindparam("on")), chat.c.state == "active")
    .order_by(membership.c.person_id, chat.c.heard_at.desc(), chat.c.id, membership.c.id))


def _servers(rows: Reading, today: date) -> tuple[Server, ...]:
    last: dict[int, int] = {}
    return tuple(Server(*row) for row in rows.all(_SERVERS, {"on": today}) if last.setdefault(row.person_id, row.id) == row.id)


def _deadlines(tx: Connection, day: Day) -> None:
    days = [day.on + timedelta(days=n) for n in BEFORE_END]
    for row in tx.execute(select(campaign.c.id, campaign.c.place_id, campaign.c.ends_on).where(campaign.c.ends_on.in_(days))):
        ends = min(instant(row.ends_on, time(20)), instant(day.on + 2 * DAY, time(7)))
        for server in day.serving("volunteer", "leader"):
            if row.place_id in (server.place_id, server.commune_id):
                remind(tx, DEADLINE, f"campaign:{row.id}", server.chat_id, day.on, expires=ends)


WEEKS: dict[int, tuple[time, time]] = {0: (time(7, 30), time(20)), 4: (time(16, 30), time(20))}
"""Weekdays on which somebody may want the week's summary: when it is due, and until when on the day after."""


def _weeks(tx: Connection, day: Day) -> None:
    """On Monday of the week that is over, or for whoever reports on Friday, of the one that ends."""
    if day.on.weekday() not in WEEKS:
        return
    leads = list(day.serving("leader", "commune_officer"))
    wished = settings(Reading(tx), [server.chat_id for server in leads])
    due, over = WEEKS[day.on.weekday()]
    for server in leads:
        if wished.get(server.chat_id, Settings()).weekly_on == day.on.weekday():
            remind(tx, WEEKLY, f"week:{day.on.isoformat()}", server.chat_id, day.on, at=instant(day.on, due),
                   expires=instant(day.on + DAY, over))


_EXCLUDING = [code for code, outcome in OUTCOMES.items() if outcome.excludes]


def _exclusions(tx: Connection, day: Day) -> None:
    reported = set(tx.execute(
        select(household.c.hamlet_id).join(visit, visit.c.household_id == household.c.id)
        .where(visit.c.outcome.in_(_EXCLUDING), visit.c.occurred_on > day.on - timedelta(days=60), visit.c.void.is_(False))
        .distinct()).scalars())
    for server in day.serving("leader") if reported else ():
        if server.place_id in reported:
            remind(tx, EXCLUSION, f"place:{server.place_id}", server.chat_id, day.on)


def _unanswered(tx: Connection, day: Day) -> None:
    """Requests for help that lie with the leaders, every day until somebody takes them."""
    waiting = tx.execute(select(request.c.hamlet_id, place.c.parent_id).join(place, place.c.id == request.c.hamlet_id)
                         .where(request.c.state == "escalated").distinct())
    for row in waiting.all():
        _owe_unanswered(tx, day.servers, row.hamlet_id, row.parent_id, day.on)


def unanswered(tx: Connection, hamlet_id: int, now: datetime, today: date) -> None:
    """A request just came to the leaders, who were told: they are told once more at the end of the day."""
    if now < instant(today, KINDS[HELP_UNANSWERED].hour) - NOT_AGAIN_WITHIN:
        commune = tx.scalar(select(place.c.parent_id).where(place.c.id == hamlet_id))
        _owe_unanswered(tx, _servers(Reading(tx), today), hamlet_id, commune, today)


def _owe_unanswered(tx: Connection, servers: Sequence[Server], hamlet_id: int, commune_id: int | None, on: date) -> None:
    chiefs = ([each for each in servers if each.role == "leader" and each.place_id == hamlet_id]
              or [each for each in servers if each.role == "commune_officer" and each.place_id == commune_id])
    for server in chiefs:
        remind(tx, HELP_UNANSWERED, f"place:{hamlet_id}", server.chat_id, on)


def _nudges(tx: Connection, day: Day) -> None:
    silent_since = day.on - timedelta(days=SILENT)
    lately = set(tx.execute(select(visit.c.person_id).where(visit.c.occurred_on > silent_since).distinct()).scalars())
    told = set(tx.execute(select(reminder.c.chat_id).where(
        reminder.c.kind == NUDGE, reminder.c.due_on > day.on - timedelta(days=NUDGE_AGAIN))).scalars())
    for server in day.serving("volunteer"):
        if server.since <= silent_since and server.person_id not in lately and server.chat_id not in told:
            remind(tx, NUDGE, f"person:{server.person_id}", server.chat_id, day.on)


def _reviews(tx: Connection, day: Day) -> None:
    if day.review_due and day.on.weekday() == 0:
        for server in day.serving("commune_officer", "admin"):
            remind(tx, REVIEW, "content", server.chat_id, day.on)


def _table_ends(tx: Connection, day: Day) -> None:
    if day.calendar.ends_soon(day.on) and (day.on.day == 1 or not day.calendar.ends_soon(day.on - DAY)):
        for server in day.serving("commune_officer", "admin"):
            remind(tx, TABLE_ENDS, f"holidays:{day.calendar.until.year}", server.chat_id, day.on)


def _desks(tx: Connection, day: Day) -> None:
    """The evening before a Saturday session or an extra half hour, to whoever asked for it."""
    tomorrow = day.on + DAY
    if day.calendar.forbidden(tomorrow):
        return
    saturday = desk.c.saturday != "" if tomorrow.weekday() == SATURDAY else desk.c.extra_days.contains(str(tomorrow.weekday()))
    open_ = select(desk.c.place_id, preference.c.chat_id).join(preference, preference.c.place_id == desk.c.place_id).where(
        preference.c.desk_notes.is_(True), saturday)
    for row in tx.execute(open_).all():
        remind(tx, DESK_OPEN, f"desk:{row.place_id}:{tomorrow.isoformat()}", row.chat_id, day.on)


PLANNERS: list[Callable[[Connection, Day], None]] = [
    _deadlines, _weeks, _exclusions, _nudges, _reviews, _table_ends, _desks]


GAP = timedelta(hours=24)
"""Platforms keep what people write for a day (Telegram), half a day (Zalo): after a longer stop some of it never arrives."""
ACTIVE = timedelta(days=3)


def missed_letters(tx: Connection, before: datetime, now: datetime, today: date) -> None:
    """The program did not run between these instants: whoever wrote shortly before is told, if it was long."""
    if now - before < GAP:
        return
    about = f"gap:{before.timestamp():.0f}-{now.timestamp():.0f}"
    lately = select(chat.c.id).where(chat.c.state == "active", chat.c.heard_at > before - ACTIVE).order_by(chat.c.id)
    for chat_id in tx.execute(lately).scalars().all():
        remind(tx, SERVICE_GAP, about, chat_id, today, at=now)


def leaders(rows: Reading, hamlet_id: int, today: date) -> list[int]:
    """The chats of those who lead the team of a hamlet."""
    return [server.chat_id for server in _servers(rows, today) if server.role == "leader" and server.place_id == hamlet_id]
