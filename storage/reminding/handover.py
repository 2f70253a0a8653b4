"""Where reminding ends and people go on: what the bot can no longer say becomes a note for the team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select, update

from storage.areas import residence
from storage.models import Appointment, Chat, GuideRun, Household, Membership, Reminder, table
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import preferences
from storage.reminding.reminder_kinds import APPOINTMENT, FOLLOW_UP, HANDED_OVER, OVERDUE, UNFINISHED_GUIDE
from storage.reminding.reminder_plans import leaders
from storage.reminding.reminder_rules import Item
from storage.reminding.reminders import clear, remind

household, appointment, run = table(Household), table(Appointment), table(GuideRun)
reminder, chat, membership = table(Reminder), table(Chat), table(Membership)


def hand_over(tx: Connection, items: Sequence[Item], now: datetime, today: date) -> None:
    """Nobody can be written to any more: their team's leaders learn what was about to be said."""
    rows = Reading(tx)
    for item in items:
        if item.kind.name == HANDED_OVER:
            continue
        for chat_id in _leaders(rows, item, today):
            if chat_id != item.chat_id:
                remind(tx, HANDED_OVER, item.subject, chat_id, today, at=now)


PASSED = "passed"
"""What the subject begins with where a member asked that somebody else go."""


@dataclass(frozen=True, slots=True)
class PassTo:
    """Whoever was reminded of a household cannot go: the leader finds somebody else."""

    household_id: int


@record.register
def _pass_to(thing: PassTo, tx: Connection, context: Context) -> None:
    for chat_id in preferences.chats_of(tx, context):
        clear(tx, FOLLOW_UP, f"household:{thing.household_id}", chat_id, context.now, "passed_to")
    rows = Reading(tx)
    hamlet = rows.scalar(select(household.c.hamlet_id).where(household.c.id == thing.household_id))
    for chat_id in leaders(rows, int(hamlet), context.today):
        remind(tx, HANDED_OVER, f"{PASSED}:{thing.household_id}", chat_id, context.today, at=context.now)


CAME = "came"
"""What the subject begins with where a household came under another hamlet, whose team goes on."""


def to_the_team_there(tx: Connection, household_ids: Sequence[int], hamlet_id: int, now: datetime, today: date) -> None:
    """These households are this hamlet's now: whoever does not serve there is reminded no more, its leaders see to them."""
    rows, ids = Reading(tx), {f"household:{id_}": id_ for id_ in household_ids}
    for id_ in household_ids:
        clear(tx, HANDED_OVER, f"{CAME}:{id_}", None, now, "other_hamlet")
    team = select(chat.c.id).join(membership, membership.c.person_id == chat.c.person_id).where(
        membership.c.place_id == hamlet_id, membership.c.valid_to.is_(None))
    owed = rows.all(select(reminder.c.subject, reminder.c.chat_id, reminder.c.due_on).where(
        reminder.c.kind == FOLLOW_UP, reminder.c.subject.in_(ids), reminder.c.state == "scheduled",
        reminder.c.chat_id.not_in(team)).order_by(reminder.c.id))
    there = leaders(rows, hamlet_id, today) if owed else []  # where there are none, better a stranger than nobody
    for row in owed if there else ():
        clear(tx, FOLLOW_UP, row.subject, row.chat_id, now, "other_hamlet")
        for chat_id in there:
            remind(tx, HANDED_OVER, f"{CAME}:{ids[row.subject]}", chat_id, max(row.due_on, today))


def given_up(tx: Connection, item: Item, now: datetime, today: date) -> None:
    """The last reminder of its kind went out: the leader's list takes over, and a guide counts as left."""
    if item.kind.name == FOLLOW_UP:
        for chat_id in _leaders(Reading(tx), item, today):
            remind(tx, OVERDUE, item.subject, chat_id, today.fromordinal(today.toordinal() + 1))
    elif item.kind.name == UNFINISHED_GUIDE:
        number = int(item.subject.removeprefix("run:"))
        tx.execute(update(run).where(run.c.conversation_id == number, run.c.state == "active").values(state="abandoned"))
        hand_over(tx, [item], now, today)


def _leaders(rows: Reading, item: Item, today: date) -> list[int]:
    """The chats of those who lead where the subject of a reminder is at home."""
    home = _household(rows, item)
    if home is not None:
        hamlet = rows.scalar(select(household.c.hamlet_id).where(household.c.id == home))
    else:
        hamlet = residence.homes(rows, [item.chat_id]).get(item.chat_id) or preferences.own(rows, item.chat_id).place_id
    return leaders(rows, hamlet, today) if hamlet is not None else []


def _household(rows: Reading, item: Item) -> int | None:
    kind, _, number = item.subject.partition(":")
    if kind == "household":
        return int(number)
    if item.kind.name == APPOINTMENT:
        found: int | None = rows.scalar(select(appointment.c.household_id).where(appointment.c.id == int(number)))
        return found
    return None
