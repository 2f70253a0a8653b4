"""Follow-up tasks as rows: opened, closed and reopened by what is known of a household, never by hand."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date, datetime

from sqlalchemy import BindParameter, Connection, and_, bindparam, exists, insert, or_, select, update

from storage import reminders
from storage.models import (
    Assignment,
    Attainment,
    Campaign,
    Chat,
    FollowUpTask,
    Household,
    RegisterEntry,
    Reminder,
    Visit,
    table,
)
from storage.outcomes import OUTCOMES, Barrier
from storage.prepared import Prepared
from storage.task_rules import GIVEN_UP_AFTER, OPEN, Past, State, Task, Why, open_task, tasks

task, household, visit = table(FollowUpTask), table(Household), table(Visit)
attainment, entry, campaign = table(Attainment), table(RegisterEntry), table(Campaign)
assignment, chat, reminder = table(Assignment), table(Chat), table(Reminder)
later = visit.alias("later")

AT_ONCE = 500
"""Households whose tasks are looked at together when a day has passed."""
_HERE: BindParameter[int] = bindparam("household")

_HOUSEHOLD = select(household.c.id, household.c.merged_into_id).where(household.c.id == _HERE)
_VISITS = Prepared(
    select(visit.c.id, visit.c.occurred_at, visit.c.occurred_on, visit.c.outcome, visit.c.barrier, visit.c.next_on,
           visit.c.away_until, visit.c.person_id)
    .outerjoin(later, later.c.supersedes_id == visit.c.id)
    .where(visit.c.household_id == _HERE, visit.c.void.is_(False), later.c.id.is_(None))
)
_ENTRY = Prepared(
    select(campaign.c.goal_service, entry.c.excluded_on, entry.c.confirmed_by)
    .join(campaign, campaign.c.id == entry.c.campaign_id)
    .where(entry.c.household_id == _HERE, campaign.c.starts_on <= bindparam("today"), campaign.c.ends_on >= bindparam("today"))
    .order_by(campaign.c.starts_on.desc(), campaign.c.id.desc()).limit(1)
)
_ACHIEVED = Prepared(
    select(attainment.c.achieved_on)
    .where(attainment.c.household_id == _HERE, attainment.c.service == bindparam("service"),
           attainment.c.achieved_on <= bindparam("today"),
           or_(attainment.c.revoked_on.is_(None), attainment.c.revoked_on > bindparam("today")))
    .order_by(attainment.c.achieved_on).limit(1)
)
_KEPT = Prepared(select(task.c.visit_id, task.c.due_on, task.c.state, task.c.closed_on, task.c.closed_by_id, task.c.reason,
                        task.c.outcome, task.c.barrier).where(task.c.household_id == _HERE))
_NEW = Prepared(insert(task))
_CHANGE = Prepared(
    update(task).where(task.c.visit_id == bindparam("of"))
    .values(due_on=bindparam("due"), state=bindparam("stand"), closed_on=bindparam("closed"), closed_by_id=bindparam("by"),
            reason=bindparam("why"))
)


def settle(tx: Connection, household_id: int, now: datetime, today: date) -> Task | None:
    """Make a household's tasks what its history says; the one that is open now.

    To be called after anything that may change it: a visit, a correction, an attainment, an exclusion, a merge.
    """
    found = tx.execute(_HOUSEHOLD.with_for_update() if tx.dialect.name == "postgresql" else _HOUSEHOLD,
                       {"household": household_id}).one()  # two who record at once wait for each other here
    achieved_on, excluded = _whether_done(tx, household_id, today)
    past = _past(tx, household_id)
    wanted = tasks(past, achieved_on, excluded or found.merged_into_id is not None, today)
    _write(tx, household_id, wanted, {each.id for each in past}, now, today)
    left = open_task(wanted)
    _remind(tx, household_id, left, now)
    return left


def _past(tx: Connection, household_id: int) -> list[Past]:
    return [Past(row[0], row[1], row[2], OUTCOMES[row[3]], Barrier(row[4]) if row[4] else None, *row[5:])
            for row in _VISITS.all(tx, {"household": household_id})]


def _whether_done(tx: Connection, household_id: int, today: date) -> tuple[date | None, bool]:
    """Since when it has what its running campaign is for, and whether it was taken off the register."""
    listed = _ENTRY.first(tx, {"household": household_id, "today": today})
    if listed is None:
        return None, False
    excluded = listed.excluded_on is not None and listed.excluded_on <= today and listed.confirmed_by is not None
    return _ACHIEVED.scalar(tx, {"household": household_id, "service": listed.goal_service, "today": today}), excluded


def _write(tx: Connection, household_id: int, wanted: Iterable[Task], standing: Container[int], now: datetime,
           today: date) -> None:
    """Bring the rows to what they should be; what is closed is closed before another is opened."""
    kept = {row[0]: tuple(row[1:6]) for row in _KEPT.all(tx, {"household": household_id})}
    by_visit = {each.visit.id: each for each in wanted}
    changes = [_changed(visit_id, row[0], State.CANCELLED, today, None, Why.NOT_NEEDED if visit_id in standing else Why.UNDONE)
               for visit_id, row in kept.items() if visit_id not in by_visit and row[1] != State.CANCELLED]
    for visit_id, each in by_visit.items():
        stands = (each.due_on, each.state.value, each.closed_on, each.closed_by, each.why.value)
        if visit_id in kept and not _same(kept[visit_id], stands):
            changes.append(_changed(visit_id, each.due_on, each.state, each.closed_on, each.closed_by, each.why))
    if changes:
        _CHANGE.each(tx, sorted(changes, key=lambda change: change["stand"] in OPEN))
    new = [_row(household_id, each, now) for visit_id, each in by_visit.items() if visit_id not in kept]
    if new:
        _NEW.each(tx, new)


def _same(kept: tuple[object, ...], stands: tuple[object, ...]) -> bool:
    """An exclusion is dated once: the day after it is not another one."""
    if kept[1] == stands[1] == State.CANCELLED.value and kept[4] == stands[4]:
        return True
    return kept == stands


def _changed(visit_id: int, due: object, state: State, closed: date | None, by: int | None, why: Why) -> dict[str, object]:
    return {"of": visit_id, "due": due, "stand": state.value, "closed": closed, "by": by, "why": why.value}


def _row(household_id: int, each: Task, now: datetime) -> dict[str, object]:
    past = each.visit
    return {"visit_id": past.id, "household_id": household_id, "person_id": past.person_id, "outcome": past.outcome.value,
            "barrier": past.barrier.value if past.barrier else None, "for_leader": each.for_leader, "due_on": each.due_on,
            "state": each.state.value, "opened_at": now, "closed_on": each.closed_on, "closed_by_id": each.closed_by,
            "reason": each.why.value}


# --- who is reminded ------------------------------------------------------------------------------------------------------

_HOLDER = Prepared(
    select(assignment.c.person_id).where(assignment.c.household_id == _HERE, assignment.c.ended_at.is_(None))
    .order_by(assignment.c.shared, assignment.c.id).limit(1)
)
_CHAT = Prepared(
    select(chat.c.id).where(chat.c.person_id == bindparam("person"), chat.c.state == "active")
    .order_by(chat.c.heard_at.desc(), chat.c.id.desc()).limit(1)
)
_OWED = Prepared(
    select(reminder.c.id, reminder.c.chat_id, reminder.c.due_on)
    .where(reminder.c.kind == reminders.FOLLOW_UP, reminder.c.subject == bindparam("about"), reminder.c.state == "scheduled")
)
_REVIVE = (
    update(reminder)
    .where(reminder.c.kind == reminders.FOLLOW_UP, reminder.c.subject == bindparam("about"),
           reminder.c.chat_id == bindparam("whom"), reminder.c.due_on == bindparam("due"), reminder.c.state == "cleared")
    .values(state="scheduled", reason="", finished_at=None)
)


def _remind(tx: Connection, household_id: int, left: Task | None, now: datetime) -> None:
    """One reminder for the open task, to whoever holds the house or made the visit; none where there is nothing to do."""
    subject = f"household:{household_id}"
    owed = _OWED.all(tx, {"about": subject})
    whom = None
    if left is not None and not left.for_leader:
        person_id = _HOLDER.scalar(tx, {"household": household_id}) or left.visit.person_id
        whom = _CHAT.scalar(tx, {"person": person_id})
    if whom is None or left is None:
        if owed:
            reminders.clear(tx, reminders.FOLLOW_UP, subject, None, now, "nothing left to do")
        return
    if [(row.chat_id, row.due_on) for row in owed] == [(whom, left.due_on)]:
        return
    if owed:
        reminders.clear(tx, reminders.FOLLOW_UP, subject, None, now, "visited")
    if tx.execute(_REVIVE, {"about": subject, "whom": whom, "due": left.due_on}).rowcount == 0:
        reminders.remind(tx, reminders.FOLLOW_UP, subject, whom, left.due_on)


# --- a day has passed -----------------------------------------------------------------------------------------------------

_STALE = (
    select(task.c.household_id)
    .where(task.c.state.in_(("draft", "ready")), task.c.household_id > bindparam("after"),
           or_(and_(task.c.state == "draft", task.c.due_on <= bindparam("today")), task.c.due_on < bindparam("gone"),
               exists().where(attainment.c.household_id == task.c.household_id, attainment.c.revoked_on.is_(None)),
               exists().where(entry.c.household_id == task.c.household_id, entry.c.confirmed_by.is_not(None)),
               exists().where(household.c.id == task.c.household_id, household.c.merged_into_id.is_not(None))))
    .order_by(task.c.household_id).limit(bindparam("limit"))
)


def pass_the_day(tx: Connection, now: datetime, today: date, after: int = 0) -> int:
    """Tasks whose day has come become ready, those nobody went for fail; the last household looked at, 0 at the end."""
    found = tx.execute(_STALE, {"today": today, "gone": today - GIVEN_UP_AFTER, "after": after, "limit": AT_ONCE}).scalars().all()
    for household_id in found:
        settle(tx, household_id, now, today)
    return found[-1] if found else 0
