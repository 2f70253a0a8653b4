"""Follow-up tasks as rows: opened, closed and reopened by what is known of a household, never by hand."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, and_, bindparam, exists, func, insert, or_, select, update

from storage.households.look_over import Seen, look_over, tell
from storage.households.standing import AttainmentFact
from storage.households.task_rules import GIVEN_UP_AFTER, OPEN, Past, State, Task, Told, Why, open_task, tasks
from storage.models import (
    Assignment,
    Attainment,
    Chat,
    FollowUpTask,
    Household,
    RegisterEntry,
    Visit,
    table,
)
from storage.models.base import Big
from storage.prepared import Prepared
from storage.reminding import reminders
from storage.reminding.reminder_kinds import FOLLOW_UP, HANDED_OVER, OVERDUE, VISIT_SOON

task, household, visit = table(FollowUpTask), table(Household), table(Visit)
attainment, entry = table(Attainment), table(RegisterEntry)
assignment, chat = table(Assignment), table(Chat)

SETTLED = "tasks.settled"
"""Households whose tasks are as they should be since the ledger was last settled in this transaction."""
VISIT_KINDS = (FOLLOW_UP, VISIT_SOON, OVERDUE, HANDED_OVER)
"""What is owed about a household until somebody goes there."""
AT_ONCE = 500
"""Households whose tasks are looked at together when a day has passed."""
_HERE: BindParameter[int] = bindparam("household")

_KEPT = Prepared(select(task.c.visit_id, task.c.due_on, task.c.state, task.c.closed_on, task.c.closed_by_id, task.c.reason,
                        task.c.outcome, task.c.barrier).where(task.c.household_id == _HERE))
_NEW = Prepared(insert(task))
_CHANGE = Prepared(
    update(task).where(task.c.visit_id == bindparam("of"))
    .values(due_on=bindparam("due"), state=bindparam("stand"), closed_on=bindparam("closed"), closed_by_id=bindparam("by"),
            reason=bindparam("why"))
)


def settle(tx: Connection, household_id: int, now: datetime, today: date, *, moved: bool = False, quiet: bool = False
           ) -> Task | None:
    """Make a household's tasks what its history says; the one that is open now. `moved`: somebody else holds the house;
    `quiet`: whoever calls sees to the reminders.

    Called for every visit; whatever else touches a household (an exclusion, an attainment, a merge) comes by `settle_open`.
    """
    merged_into, listed, seen, (kept,) = look_over(tx, household_id, today, (_KEPT, {"household": household_id}))
    achieved_on, excluded = _whether_done(seen.facts.attainments.get(household_id, ()), listed, today)
    past = _past(household_id, seen)
    excluded = excluded or merged_into is not None
    wanted = tasks(past, achieved_on, excluded, today)
    tell(tx, household_id, Told(len(past), achieved_on, excluded, today, wanted))
    before = {row[0]: tuple(row[1:6]) for row in kept}
    changes, new = _differ(household_id, before, wanted, {each.id for each in past}, now, today)
    left = open_task(wanted)
    reminds = not quiet and (moved or bool(new) or _else_open(changes, before))
    whom = _whom(tx, household_id, left) if reminds else None  # asked first: nobody waits for what is written
    _write(tx, changes, new)
    if reminds:
        _remind(tx, household_id, left, whom, now)
    tx.info.setdefault(SETTLED, set()).add(household_id)
    return left


def _past(household_id: int, seen: Seen) -> list[Past]:
    """The visits that are on record of a household itself."""
    rows = [row for row in seen.rows if row.occurred_at is not None and row.household_id == household_id]
    return [Past(row.visit_id, row.occurred_at, row.occurred_on, fact.outcome, fact.barrier, fact.next_on, fact.away_until,
                 row.person_id) for row, fact in zip(rows, seen.facts.visits.get(household_id, ()), strict=True)]


def _whether_done(reached: Iterable[AttainmentFact], listed: Any, today: date) -> tuple[date | None, bool]:
    """Since when it has what its running campaign is for, and whether it was taken off the register."""
    if listed is None:
        return None, False
    excluded = listed.excluded_on is not None and listed.excluded_on <= today and listed.confirmed_by is not None
    since = [fact.achieved_on for fact in reached if fact.service == listed.goal_service and fact.stands(today)]
    return min(since, default=None), excluded


Rows = list[dict[str, Any]]


def _differ(household_id: int, kept: Mapping[int, tuple[object, ...]], wanted: Iterable[Task], standing: Container[int],
            now: datetime, today: date) -> tuple[Rows, Rows]:
    """What has to change in the rows that are there, closed before opened, and the rows that are missing."""
    by_visit = {each.visit.id: each for each in wanted}
    changes = [_changed(visit_id, row[0], State.CANCELLED, today, None, Why.NOT_NEEDED if visit_id in standing else Why.UNDONE)
               for visit_id, row in kept.items() if visit_id not in by_visit and row[1] != State.CANCELLED]
    for visit_id, each in by_visit.items():
        stands = (each.due_on, each.state.value, each.closed_on, each.closed_by, each.why.value)
        if visit_id in kept and not _same(kept[visit_id], stands):
            changes.append(_changed(visit_id, each.due_on, each.state, each.closed_on, each.closed_by, each.why))
    changes.sort(key=lambda change: change["stand"] in OPEN)
    return changes, [_row(household_id, each, now) for visit_id, each in by_visit.items() if visit_id not in kept]


def _else_open(changes: Rows, kept: Mapping[int, tuple[object, ...]]) -> bool:
    """Whether something else is open after these changes."""
    return any(change["stand"] in OPEN or kept[change["of"]][1] in OPEN for change in changes if not _only_ready(change, kept))


def _write(tx: Connection, changes: Rows, new: Rows) -> None:
    if changes:
        _CHANGE.later(tx, changes)
    if new:
        _NEW.later(tx, new)


def _only_ready(change: dict[str, Any], kept: Mapping[int, tuple[object, ...]]) -> bool:
    """Its day has come, and that is all: whoever is to be reminded is reminded already."""
    before = kept[change["of"]]
    return change["stand"] in OPEN and before[1] in OPEN and change["due"] == before[0]


def _same(kept: tuple[object, ...], stands: tuple[object, ...]) -> bool:
    """An exclusion is dated once: the day after it is not another one."""
    if kept[1] == stands[1] == State.CANCELLED.value and kept[4] == stands[4]:
        return True
    return kept == stands


def _changed(visit_id: int, due: object, state: State, closed: date | None, by: int | None, why: Why) -> dict[str, Any]:
    return {"of": visit_id, "due": due, "stand": state.value, "closed": closed, "by": by, "why": why.value}


def _row(household_id: int, each: Task, now: datetime) -> dict[str, object]:
    past = each.visit
    return {"visit_id": past.id, "household_id": household_id, "person_id": past.person_id, "outcome": past.outcome.value,
            "barrier": past.barrier.value if past.barrier else None, "for_leader": each.for_leader, "due_on": each.due_on,
            "state": each.state.value, "opened_at": now, "closed_on": each.closed_on, "closed_by_id": each.closed_by,
            "reason": each.why.value}


# --- who is reminded ------------------------------------------------------------------------------------------------------

_WHOM = Prepared(
    select(chat.c.id).where(
        chat.c.person_id == func.coalesce(
            select(assignment.c.person_id).where(assignment.c.household_id == _HERE, assignment.c.ended_at.is_(None))
            .order_by(assignment.c.shared, assignment.c.id).limit(1).scalar_subquery(), bindparam("visitor", type_=Big)),
        chat.c.state == "active")
    .order_by(chat.c.heard_at.desc(), chat.c.id.desc()).limit(1)
)


def _whom(tx: Connection, household_id: int, left: Task | None) -> int | None:
    """Who is told of the open task: whoever holds the house or made the visit; nobody where there is nothing to do."""
    if left is None or left.for_leader:
        return None
    found: int | None = _WHOM.scalar(tx, {"household": household_id, "visitor": left.visit.person_id})
    return found


def _remind(tx: Connection, household_id: int, left: Task | None, whom: int | None, now: datetime) -> None:
    """One reminder for the open task; none where there is nothing to do."""
    subject = f"household:{household_id}"
    reminders.clear_kinds(tx, VISIT_KINDS, subject, now, "visited")
    if left is not None and whom is not None:
        reminders.remind(tx, FOLLOW_UP, subject, whom, left.due_on, agreed=left.visit.next_on is not None)


# --- a day has passed -----------------------------------------------------------------------------------------------------

def settle_open(tx: Connection, household_ids: Iterable[int], now: datetime, today: date) -> None:
    """Something about these households was written: an open task of theirs may have to be closed."""
    ids = set(household_ids) - tx.info.pop(SETTLED, set())
    if not ids:
        return
    waiting = tx.execute(select(task.c.household_id).where(task.c.household_id.in_(ids), task.c.state.in_(("draft", "ready"))))
    for household_id in sorted(waiting.scalars()):
        settle(tx, household_id, now, today)
    tx.info.pop(SETTLED, None)


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
