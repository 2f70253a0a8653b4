"""5,000 random reminders and announcements beside them: none at a wrong hour or day, none twice, no limit passed, one end."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import holidays
import pytest
from sqlalchemy import select

from content.words import words
from storage.database import Database
from storage.local_time import LOCAL
from storage.models import Broadcast, BroadcastLetter, Outbox, Reminder, table
from storage.reminding import reminder_kinds as kinds
from storage.reminding.reminder_kinds import KINDS
from tests.bot.storm import FREED, WORKED, Storm

COUNT = 5_000
FREE = set(holidays.country_holidays("VN", years=(2026, 2027, 2028, 2029))) - WORKED | FREED
TET = [(date(2027, 2, 5), date(2027, 2, 10)), (date(2028, 1, 25), date(2028, 1, 30))]
"""29 Tết to mùng 5."""
QUIET = {"citizen": ((time(20), time(7)), (time(11, 30), time(13, 30))), "volunteer": ((time(21), time(6, 30)),),
         "leader": ((time(21), time(6, 30)),)}
reminder = table(Reminder)
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def storm(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    path = tmp_path_factory.mktemp("storm") / "gocua.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    made = Storm(database, random.Random(20261123))
    with database.write() as tx:
        made.settle_people(tx)
        made.owe(tx, COUNT)
    made.run()
    yield made
    database.close()


def all_of(storm: Storm) -> list:  # type: ignore[type-arg]
    with storm.database.read() as tx:
        return list(tx.execute(select(reminder)).all())


def test_every_reminder_ends_once_with_a_reason_in_words(storm: Storm) -> None:
    rows = all_of(storm)
    states = Counter(row.state for row in rows)
    print(states, Counter(row.reason for row in rows), len(storm.delivered))
    assert len(rows) >= COUNT * 0.95  # two random ones may be the same one
    assert set(states) == {"sent", "failed", "cleared", "muted", "expired", "suppressed"}
    for row in rows:
        assert row.finished_at is not None
        assert row.state == "sent" or words("vi").has(f"why.reason.{row.reason}"), row
    assert states["sent"] > len(rows) * 0.3


def test_none_came_in_quiet_hours(storm: Storm) -> None:
    assert len(storm.delivered) > 1000
    for message in storm.delivered:
        at = message.at.astimezone(LOCAL).time()
        for start, end in QUIET[message.role]:
            inside = at >= start or at < end if start > end else start <= at < end
            assert not inside, message


def test_none_came_on_a_holiday_but_for_appointments_and_none_at_all_at_tet(storm: Storm) -> None:
    kept = {row.id: row for row in all_of(storm)}
    appointments = 0
    for message in storm.delivered:
        on = message.at.astimezone(LOCAL).date()
        assert not any(first <= on <= last for first, last in TET), message
        if on in FREE:
            appointments += 1
            assert all(kept[id_].agreed and kept[id_].due_on == on for id_ in message.reminders), message
    assert appointments > 0


def test_days_that_were_changed_by_hand_count_as_they_were_changed(storm: Storm) -> None:
    said = Counter(message.at.astimezone(LOCAL).date() for message in storm.delivered)
    assert not any(said[on] for on in FREED if not _agreed_for(storm, on))
    assert any(said[on] for on in WORKED), "a holiday that is worked is a day like any other"


def _agreed_for(storm: Storm, on: date) -> bool:
    """Whether something was agreed for that very day, which is said on a holiday too."""
    return any(row.agreed and row.due_on == on for row in all_of(storm))


def test_every_kind_that_is_due_by_an_hour_was_in_it(storm: Storm) -> None:
    """Those left out speak of what this commune does not have: households on a register, requests for help, an old table."""
    sent = {row.kind for row in all_of(storm) if row.state == "sent"}
    assert KINDS.keys() - sent == {kinds.DEADLINE, kinds.EXCLUSION, kinds.HELP_UNANSWERED, kinds.HELP_VISIT, kinds.REVIEW,
                                   kinds.TABLE_ENDS}


def test_none_came_twice(storm: Storm) -> None:
    times = Counter(id_ for message in storm.delivered for id_ in message.reminders)
    assert times and max(times.values()) == 1
    assert max(Counter(message.key for message in storm.delivered).values()) == 1


def test_no_limit_was_passed(storm: Storm) -> None:
    kept = {row.id: row for row in all_of(storm)}
    full_weeks = 0
    for messages in storm.by_person().values():
        role = messages[0].role
        days = Counter((message.at.astimezone(LOCAL).date(), message.key.split(":")[1]) for message in messages)
        assert max((n for (_, slot), n in days.items() if slot == "d"), default=0) <= 1
        weeks = sorted(message.at for message in messages if message.key.split(":")[1] == "w")
        assert all(later - at > timedelta(days=5) for at, later in pairwise(weeks))
        pings = max((n for (_, slot), n in days.items() if slot == "p"), default=0)
        assert pings <= {"citizen": 0, "volunteer": 3, "leader": 0}[role]
        if role == "citizen":
            posted = sorted({datetime.fromtimestamp(int(message.key.rsplit(":", 1)[1]), UTC) for message in messages})
            for n, at in enumerate(posted):
                within = sum(1 for other in posted[n:] if other - at < timedelta(days=7))
                full_weeks += within == 3
                assert within <= 3
            subjects = Counter((kept[id_].kind, kept[id_].subject) for message in messages for id_ in message.reminders)
            assert max(subjects.values()) <= 3
    assert full_weeks > 10


def test_after_an_outage_one_message_catches_up(storm: Storm) -> None:
    """Whatever piled up while nobody ran the program, somebody gets at most one message on the day it runs again."""
    assert len(storm.outages) > 20
    for _, end in storm.outages:
        day = end.astimezone(LOCAL).date()
        for messages in storm.by_person().values():
            that_day = {m.key for m in messages if m.at.astimezone(LOCAL).date() == day and m.at >= end
                        and m.key.split(":")[1] != "p"}
            assert len(that_day) <= 1


# --- announcements -------------------------------------------------------------------------------------------------------


def inside(at: datetime, role: str) -> bool:
    """Whether an instant falls into the quiet hours of a role."""
    local = at.astimezone(LOCAL).time()
    return any(local >= start or local < end if start > end else start <= local < end for start, end in QUIET[role])


def test_every_announcement_ends_once_for_everybody_with_a_reason_in_words(storm: Storm) -> None:
    letter, outbox, broadcast = table(BroadcastLetter), table(Outbox), table(Broadcast)
    with storm.database.read() as tx:
        rows = tx.execute(select(letter.c.broadcast_id, letter.c.skipped, letter.c.outbox_id, outbox.c.state, outbox.c.problem)
                          .outerjoin(outbox, outbox.c.id == letter.c.outbox_id)).all()
        states = set(tx.execute(select(broadcast.c.state)).scalars())
    fates = Counter(row.skipped or row.state for row in rows)
    print(storm.announcements, len(rows), fates, len(storm.announced))
    assert storm.announcements > 150 and states == {"done"}
    for row in rows:
        assert row.state in (("sent", "unknown", "failed") if row.skipped is None else (None, "failed")), row
        assert row.skipped is None or words("vi").has(f"broadcast.skipped.{row.skipped}"), row
        assert row.skipped is not None or row.problem in (None, "blocked"), row
    assert {"sent", "unknown", "blocked", "opted_out", "paused", "place_muted", "cap_day", "quiet"} <= fates.keys()
    assert fates["sent"] > len(rows) * 0.2


def test_no_announcement_came_in_quiet_hours_or_on_a_forbidden_day_but_urgent_warnings(storm: Storm) -> None:
    urgent_at_night = 0
    for said in storm.announced:
        on = said.at.astimezone(LOCAL).date()
        forbidden = on in FREE or any(first <= on <= last for first, last in TET)
        if said.urgent:
            urgent_at_night += inside(said.at, said.role) or forbidden
            continue
        assert not inside(said.at, said.role) and not forbidden, said
    assert urgent_at_night > 100, "an urgent one does not wait"


def test_no_announcement_came_twice_not_even_by_two_chats_of_one_person(storm: Storm) -> None:
    assert max(Counter((said.broadcast, said.who) for said in storm.announced).values()) == 1


def test_no_announcement_was_posted_to_whoever_wished_to_be_left_in_peace(storm: Storm) -> None:
    assert storm.disturbed == []


def test_reminders_and_announcements_together_pass_no_limit(storm: Storm) -> None:
    """A citizen's day and seven days hold one and three of them, whichever they are; warnings of scams do not count."""
    together: dict[str, set[datetime]] = {}
    for message in storm.delivered:
        if message.role == "citizen":
            posted = datetime.fromtimestamp(int(message.key.rsplit(":", 1)[1]), UTC)
            together.setdefault(message.who, set()).add(posted)
    both = 0
    for said in storm.announced:
        if said.role == "citizen" and said.kind == "notice":
            together.setdefault(said.who, set()).add(said.posted_at)
            both += 1
    assert both > 300
    for posted_at in together.values():
        times = sorted(posted_at)
        assert max(Counter(at.astimezone(LOCAL).date() for at in times).values()) == 1
        for n, at in enumerate(times):
            assert sum(1 for other in times[n:] if other - at < timedelta(days=7)) <= 3
