"""Reminders at the right hour: once, never in quiet hours, never about what is done, each with one final state."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.mind import Mind
from bot.reminding import send_due
from content.library import Library
from content.vietnam_time import instant
from storage import mail
from storage.database import Database
from storage.guiding import guide_runs
from storage.models import Chat, GuideRun, Outbox, Reminder, table
from storage.record import Context, record
from storage.reminding import reminders
from storage.reminding.reminder_rules import Wait
from tests.bot.test_poison import LIMITS

DAY = date(2026, 11, 25)
MIND = Mind(Library.load(), lambda text: None, "vi", {"test": LIMITS}, lambda: ())  # type: ignore[arg-type, return-value]


@pytest.fixture(params=["UTC", "Asia/Ho_Chi_Minh", "America/New_York"], autouse=True)
def server_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server's own time zone must not matter."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def begin(tx: Connection, chat_id: int = 1) -> Context:
    """A citizen who left a guide two days ago and asked to be reminded."""
    long_ago = instant(DAY, 9) - timedelta(days=2)
    tx.execute(
        insert(table(Chat)),
        {
            "id": chat_id,
            "account": "test",
            "ref": str(chat_id),
            "state": "active",
            "shown": [],
            "created_at": long_ago,
            "heard_at": long_ago,
        },
    )
    tx.execute(
        insert(table(GuideRun)),
        {
            "conversation_id": 100 + chat_id,
            "chat_id": chat_id,
            "guide": "vneid-level2",
            "revision": 1,
            "state": "active",
            "step": "go",
            "stuck_at": "",
            "started_at": long_ago,
            "touched_at": long_ago,
        },
    )
    context = Context(long_ago, DAY - timedelta(days=1), chat_id, None, "test")
    record(reminders.RemindMe(reminders.UNFINISHED_GUIDE, guide_runs.subject(100 + chat_id), 1), tx, context)
    return context


def sent(database: Database) -> int:
    with database.read() as tx:
        return len(tx.execute(select(table(Outbox).c.id)).all())


def states(database: Database) -> list[tuple[str, str]]:
    with database.read() as tx:
        rows = tx.execute(select(table(Reminder).c.state, table(Reminder).c.reason).order_by(table(Reminder).c.id)).all()
    return [(row.state, row.reason) for row in rows]


def tick(database: Database, now: datetime) -> int:
    """A look at what is due; what is posted arrives, and that is seen by the next look."""
    with database.write() as tx:
        looked_at = send_due(tx, MIND, now)
        tx.execute(update(table(Outbox)).where(table(Outbox).c.state == "new").values(state="sent", finished_at=now))
        send_due(tx, MIND, now)
    return looked_at


@pytest.mark.parametrize(
    "hour, minute, goes",
    [
        (6, 59, False),
        (8, 0, True),
        (11, 29, True),
        (11, 30, False),
        (13, 29, False),
        (13, 30, True),
        (19, 59, True),
        (20, 0, False),
        (23, 0, False),
        (3, 3, False),
    ],
)
def test_quiet_hours_hold_when_it_is_sent(database: Database, hour: int, minute: int, goes: bool) -> None:
    with database.write() as tx:
        begin(tx)
        tx.execute(update(table(Reminder)).values(due_at=instant(DAY, 0)))
    tick(database, instant(DAY, hour, minute))
    assert sent(database) == int(goes)
    if not goes:
        assert states(database) == [("scheduled", "quiet")]
        tick(database, instant(DAY + timedelta(days=int(hour >= 20)), 14 if hour in (11, 13) else 8))
        assert sent(database) == 1


def test_three_times_and_then_never_again(database: Database) -> None:
    with database.write() as tx:
        begin(tx)
    days = [n for n in range(30) if tick(database, instant(DAY + timedelta(days=n), 9)) and sent(database)]
    assert days == [0, 2, 6]
    assert {state for state, _ in states(database)} == {"sent"} and len(states(database)) == 3


def test_nothing_is_said_about_what_is_finished_or_to_whom_is_gone(database: Database) -> None:
    with database.write() as tx:
        begin(tx, 1)
        begin(tx, 2)
        tx.execute(update(table(GuideRun)).where(table(GuideRun).c.chat_id == 1).values(state="completed"))
        tx.execute(update(table(Chat)).where(table(Chat).c.id == 2).values(state="blocked"))
    tick(database, instant(DAY, 9))
    assert sent(database) == 0
    assert states(database) == [("cleared", "nothing_left"), ("cleared", "blocked")]


def test_after_an_outage_what_is_over_is_dropped_with_a_reason(database: Database) -> None:
    with database.write() as tx:
        begin(tx)
    tick(database, instant(DAY + timedelta(days=40), 9))
    assert sent(database) == 0 and states(database) == [("expired", "late")]


def test_somebody_in_the_middle_of_something_is_not_interrupted(database: Database) -> None:
    with database.write() as tx:
        begin(tx)
        tx.execute(update(table(Chat)).values(heard_at=instant(DAY, 8, 55)))
    tick(database, instant(DAY, 9))
    assert sent(database) == 0
    tick(database, instant(DAY, 9, 31))
    assert sent(database) == 1


def test_asking_to_stop_is_final(database: Database) -> None:
    with database.write() as tx:
        context = begin(tx)
        record(reminders.StopReminding(), tx, replace(context, now=datetime.now(UTC)))
    tick(database, instant(DAY, 9))
    assert sent(database) == 0 and states(database) == [("muted", "stopped")]


def test_two_clocks_send_it_once(database: Database) -> None:
    with database.write() as tx:
        begin(tx)
    for _ in range(3):
        tick(database, instant(DAY, 9))
    assert sent(database) == 1
    assert mail.REMINDER == 1


def test_one_that_somebody_has_taken_is_not_taken_again(database: Database) -> None:
    with database.write() as tx:
        begin(tx)
        number = tx.scalar(select(table(Reminder).c.id))
        assert reminders.claim(tx, number, "re:d:one", instant(DAY, 8))
        assert not reminders.claim(tx, number, "re:d:two", instant(DAY, 8))
        assert tx.scalar(select(table(Reminder).c.parcel)) == "re:d:one"


@pytest.mark.parametrize("state, reason", [("expired", "late"), ("suppressed", "cap_day"), ("sent", ""), ("failed", "refused")])
def test_a_day_that_is_planned_again_brings_back_nothing_that_has_ended(database: Database, state: str, reason: str) -> None:
    with database.write() as tx:
        begin(tx)
        row = tx.execute(select(table(Reminder))).one()
        tx.execute(update(table(Reminder)).values(state=state, reason=reason, finished_at=instant(DAY, 9)))
        reminders.remind(tx, row.kind, row.subject, row.chat_id, row.due_on)
    assert states(database) == [(state, reason)]


def test_a_day_that_is_planned_again_does_not_hurry_what_was_put_off(database: Database) -> None:
    with database.write() as tx:
        begin(tx)
        row = tx.execute(select(table(Reminder))).one()
        reminders.put_off(tx, row.id, Wait(instant(DAY + timedelta(days=1), 8), "cap_day"))
        reminders.remind(tx, row.kind, row.subject, row.chat_id, row.due_on)
        assert tx.scalar(select(table(Reminder).c.due_at)) == instant(DAY + timedelta(days=1), 8)
    assert states(database) == [("scheduled", "cap_day")]
