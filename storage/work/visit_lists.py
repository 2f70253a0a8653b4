"""Visits brought in from a log: by the same rules as those recorded at the door, each only once however often it is brought."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, insert, select

from storage.counting import ledger
from storage.households import last_entry, tasks
from storage.models import Attainment, Chat, Visit, table
from storage.outcomes import Barrier, Mode, Outcome, Verification, return_on
from storage.reading import Reading
from storage.reminding import reminders

visit, attainment, chat = table(Visit), table(Attainment), table(Chat)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Past:
    """A visit that was made and written down elsewhere."""

    household_id: int
    person_id: int
    occurred_at: datetime
    occurred_on: date
    outcome: Outcome
    barrier: Barrier | None = None
    services: tuple[str, ...] = ()
    next_on: date | None = None
    away_until: date | None = None
    note: str = ""


def keyed(listed: Sequence[Past]) -> dict[str, Past]:
    """Each visit under a key made of what it says, so that the same log gives the same keys; a second one alike is the second."""
    seen: Counter[str] = Counter()
    found = {}
    for each in listed:
        said = "|".join(map(str, (each.household_id, each.person_id, each.occurred_at.isoformat(), each.outcome.value,
                                  each.barrier, ",".join(sorted(each.services)), each.next_on, each.away_until)))
        seen[said] += 1
        found[f"log:{hashlib.sha256(f'{said}|{seen[said]}'.encode()).hexdigest()[:40]}"] = each
    return found


_KNOWN = select(visit.c.key).where(visit.c.key.in_(bindparam("keys", expanding=True)))


def unknown(rows: Reading, listed: Sequence[Past]) -> dict[str, Past]:
    """Those that are not there yet."""
    keys = keyed(listed)
    names = list(keys)
    there = {row.key for start in range(0, len(names), BATCH) for row in rows.all(_KNOWN, {"keys": names[start:start + BATCH]})}
    return {key: each for key, each in keys.items() if key not in there}


def keep(tx: Connection, new: dict[str, Past], now: datetime, today: date) -> None:
    """Write visits and what was reached; then the follow-ups of the households whose last visit came with the log."""
    if not new:
        return
    made = tx.execute(insert(visit).returning(visit.c.key, visit.c.id), [{
        "key": key, "household_id": each.household_id, "person_id": each.person_id, "occurred_at": each.occurred_at,
        "occurred_on": each.occurred_on, "recorded_at": now, "mode": Mode.DOOR.value, "outcome": each.outcome.value,
        "barrier": each.barrier.value if each.barrier else None, "next_on": each.next_on, "away_until": each.away_until,
        "note": each.note, "void": False, "reason": ""} for key, each in new.items()])
    last_entry.entered(tx, (each.person_id for each in new.values()), now)
    ids = {row.key: int(row.id) for row in made}
    reached = [{"key": f"{key}:{service}", "household_id": each.household_id, "service": service, "achieved_on": each.occurred_on,
                "verification": Verification.SEEN_BY_VOLUNTEER.value, "recorded_by": each.person_id, "recorded_at": now,
                "visit_id": ids[key], "assisted_by": ""} for key, each in new.items() for service in each.services]
    if reached:
        tx.execute(insert(attainment), reached)
    for each in new.values():
        ledger.touch(tx, (each.household_id,), today, since=each.occurred_on)
    for household_id in sorted({each.household_id for each in new.values()}):
        tasks.settle(tx, household_id, now, today, quiet=True)
    _follow_up(tx, new, now, today)


_LAST = select(func.max(visit.c.occurred_at)).where(visit.c.household_id == bindparam("household"), visit.c.void.is_(False))


def _follow_up(tx: Connection, new: dict[str, Past], now: datetime, today: date) -> None:
    newest: dict[int, Past] = {}
    for each in new.values():
        before = newest.get(each.household_id)
        if before is None or each.occurred_at >= before.occurred_at:
            newest[each.household_id] = each
    chats = _chats(tx, {each.person_id for each in newest.values()})
    for household_id, each in newest.items():
        last = tx.scalar(_LAST, {"household": household_id})
        if last is not None and last > each.occurred_at:
            continue  # somebody was there since: what was agreed then holds
        subject = f"household:{household_id}"
        reminders.clear(tx, reminders.FOLLOW_UP, subject, None, now, "visited")
        again = return_on(each.outcome, each.barrier, each.next_on, each.away_until, each.occurred_on)
        if again is not None and again >= today and each.person_id in chats:
            reminders.remind(tx, reminders.FOLLOW_UP, subject, chats[each.person_id], again)


def _chats(tx: Connection, people: set[int]) -> dict[int, int]:
    """The chat in which each of them was heard last."""
    heard = tx.execute(select(chat.c.person_id, chat.c.id).where(chat.c.person_id.in_(people), chat.c.state == "active")
                       .order_by(chat.c.heard_at))
    return {row.person_id: row.id for row in heard}
