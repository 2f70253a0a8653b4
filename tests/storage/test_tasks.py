"""Follow-up tasks: opened and closed by the history alone, on both databases, in whatever order it arrives."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from storage.counting.course import returns
from storage.database import Database
from storage.households import tasks
from storage.households.history import Line
from storage.households.standing import AttainmentFact, CampaignFact, EntryFact, VisitFact, counted, goal_attainments, standing
from storage.households.task_rules import GIVEN_UP_AFTER, Past, State, Told, Why
from storage.households.task_rules import tasks as tasks_of
from storage.models import Attainment, Companion, FollowUpTask, RegisterEntry, Reminder, Visit, table
from storage.outcomes import OUTCOMES, Barrier, Mode, Outcome
from storage.reading import Reading
from storage.record import record
from storage.work import visits
from tests.storage import histories
from tests.storage.fields import GOAL, TODAY, Field, at, made, take_back

task, reminder, visit = table(FollowUpTask), table(Reminder), table(Visit)


def past(number: int, on: date, outcome: Outcome, hour: int = 9, **more: object) -> Past:
    """A visit with whatever its outcome needs."""
    needs = {"barrier": Barrier.OTP_NOT_RECEIVED if outcome.needs_barrier else None,
             "next_on": on + timedelta(days=3) if outcome.needs_date else None,
             "away_until": on + timedelta(days=30) if outcome.needs_until else None} | more
    return Past(number, at(on, hour), on, outcome, person_id=1, **needs)  # type: ignore[arg-type]


def days(n: int) -> date:
    return TODAY + timedelta(days=n)


def test_what_was_made_of_a_household_serves_its_campaign_only_where_it_knows_the_same() -> None:
    """Visits of before and after the campaign leave tasks too, but no return of the campaign's."""
    rng = random.Random(5)
    same: dict[bool, int] = {True: 0, False: 0}
    for _ in range(2_000):
        entry, seen, reached = histories.history(rng)
        today = histories.day(rng)
        line = Line(1, 1, entry, seen, reached)
        stand = [each for each in seen if not each.superseded]
        rows = [Past(n, each.occurred_at, each.on, each.outcome, each.barrier, each.next_on, each.away_until, 1)
                for n, each in enumerate(stand)]
        since = min((each.achieved_on for each in goal_attainments(reached, today, histories.CAMPAIGN)), default=None)
        out = entry.confirmed and entry.excluded_on is not None and entry.excluded_on <= today
        told = Told(len(rows), since, out, today, tasks_of(rows, since, out, today))
        assert returns(line, histories.CAMPAIGN, today, told) == returns(line, histories.CAMPAIGN, today)
        assert returns(line, histories.CAMPAIGN, today, replace(told, today=today + timedelta(days=40), tasks=())) \
            == returns(line, histories.CAMPAIGN, today), "of another day it knows nothing"
        same[len(counted(seen, today, histories.CAMPAIGN)) == len(rows)] += 1
    assert min(same.values()) > 500, same


@pytest.mark.parametrize("outcome, due", [
    (Outcome.NOT_HOME, 2), (Outcome.RIGHT_PERSON_AWAY, 2), (Outcome.PARTIAL, 3), (Outcome.BLOCKED, 2), (Outcome.REFUSED_SOFT, 14),
    (Outcome.UNREACHABLE, 7), (Outcome.APPOINTMENT, 3), (Outcome.TEMPORARILY_AWAY, 31), (Outcome.REFUSED_HARD, 0),
    (Outcome.NOT_FOUND, 0), (Outcome.MOVED_OUT, 0), (Outcome.VACANT, 0), (Outcome.NOT_HOUSEHOLD, 0)])
def test_each_outcome_leaves_its_task(outcome: Outcome, due: int) -> None:
    (left,) = tasks_of([past(1, TODAY, outcome)], None, False, TODAY)
    assert (left.due_on, left.state) == (days(due), State.READY if due == 0 else State.DRAFT)
    assert left.for_leader == (due == 0)


@pytest.mark.parametrize("outcome", [Outcome.COMPLETED, Outcome.ALREADY_DONE])
def test_what_is_done_leaves_nothing(outcome: Outcome) -> None:
    assert tasks_of([past(1, TODAY, outcome)], None, False, TODAY) == []


def test_the_next_visit_closes_the_task_and_leaves_its_own() -> None:
    first, second = tasks_of([past(1, TODAY, Outcome.NOT_HOME), past(2, days(1), Outcome.PARTIAL)], None, False, days(1))
    assert (first.state, first.closed_on, first.closed_by, first.why) == (State.COMPLETED, days(1), 2, Why.VISITED)
    assert (second.state, second.due_on) == (State.DRAFT, days(4))


def test_a_fruitless_try_does_not_break_an_appointment_or_wake_somebody_who_is_away() -> None:
    for outcome in (Outcome.APPOINTMENT, Outcome.TEMPORARILY_AWAY):
        kept, = tasks_of([past(1, TODAY, outcome), past(2, days(1), Outcome.NOT_HOME)], None, False, days(2))
        assert kept.visit.id == 1 and kept.state is State.DRAFT
    met = tasks_of([past(1, TODAY, Outcome.APPOINTMENT), past(2, days(1), Outcome.PARTIAL)], None, False, days(2))
    assert [each.state for each in met] == [State.COMPLETED, State.DRAFT]
    missed = tasks_of([past(1, TODAY, Outcome.APPOINTMENT), past(2, days(3), Outcome.NOT_HOME)], None, False, days(3))
    assert [each.state for each in missed] == [State.COMPLETED, State.DRAFT]


def test_a_second_refusal_on_another_day_leaves_nobody_to_send() -> None:
    once = tasks_of([past(1, TODAY, Outcome.REFUSED_SOFT), past(2, TODAY, Outcome.REFUSED_SOFT, 15)], None, False, TODAY)
    assert once[-1].state is State.DRAFT
    twice = tasks_of([past(1, TODAY, Outcome.REFUSED_SOFT), past(2, days(14), Outcome.REFUSED_SOFT)], None, False, days(14))
    assert [each.state for each in twice] == [State.COMPLETED]


def test_a_task_nobody_went_for_fails() -> None:
    (left,) = tasks_of([past(1, TODAY, Outcome.NOT_HOME)], None, False, days(2) + GIVEN_UP_AFTER)
    assert left.state is State.READY
    (left,) = tasks_of([past(1, TODAY, Outcome.NOT_HOME)], None, False, days(3) + GIVEN_UP_AFTER)
    assert (left.state, left.why) == (State.FAILED, Why.NOBODY_WENT)


def test_somebody_away_wakes_by_themselves() -> None:
    away = [past(1, TODAY, Outcome.TEMPORARILY_AWAY)]
    assert tasks_of(away, None, False, days(30))[0].state is State.DRAFT
    assert tasks_of(away, None, False, days(31))[0].state is State.READY


OUTCOME = st.sampled_from(list(Outcome))
HISTORY = st.lists(st.tuples(OUTCOME, st.integers(-39, 0), st.integers(7, 20)), max_size=6)


def history(told: list[tuple[Outcome, int, int]]) -> list[Past]:
    return [past(number, days(on), outcome, hour) for number, (outcome, on, hour) in enumerate(told, start=1)]


@settings(max_examples=600, deadline=None)
@given(HISTORY, st.one_of(st.none(), st.integers(-40, 0)), st.booleans(), st.randoms())
def test_no_open_task_for_a_household_that_is_done_gone_or_refusing(
    told: list[tuple[Outcome, int, int]], achieved: int | None, excluded: bool, chance: random.Random
) -> None:
    seen = history(told)
    achieved_on = None if achieved is None else days(achieved)
    got = tasks_of(seen, achieved_on, excluded, TODAY)
    shuffled = list(seen)
    chance.shuffle(shuffled)
    assert tasks_of(shuffled, achieved_on, excluded, TODAY) == got
    open_ = [each for each in got if each.state in (State.DRAFT, State.READY)]
    assert len(open_) <= 1
    assert not open_ or (achieved_on is None and not excluded)
    facts = [VisitFact(each.at, each.outcome, each.barrier, away_until=each.away_until) for each in seen]
    campaign = CampaignFact(days(-40), days(60), frozenset({GOAL}))
    status = standing(EntryFact(days(-60)), facts, [], TODAY, campaign)
    if status == "refused" and not excluded and achieved_on is None:
        assert all(each.for_leader or each.visit.at >= max(v.at for v in seen if "refused" in v.outcome) for each in open_)
    assert all(each.closed_on is not None for each in got if each not in open_)


# --- as rows --------------------------------------------------------------------------------------------------------------


def rows(field: Field) -> list[tuple[int, str, date, str]]:
    """Every task, told without the numbers that depend on the order of arrival."""
    found = field.tx.execute(select(task.c.household_id, task.c.state, task.c.due_on, task.c.reason, visit.c.occurred_at,
                                    visit.c.outcome).join(visit, visit.c.id == task.c.visit_id))
    return sorted((field.homes.index(row[0]) + 1, *row[1:]) for row in found)


def owed(field: Field) -> list[tuple[int, int, date]]:
    """The house, whose chat (by the member's number) and the day."""
    found = field.tx.execute(select(reminder.c.subject, reminder.c.chat_id, reminder.c.due_on)
                             .where(reminder.c.kind == "follow_up_visit_due", reminder.c.state == "scheduled"))
    return sorted((field.homes.index(int(row[0].removeprefix("household:"))) + 1, field.chats.index(row[1]), row[2])
                  for row in found)


def test_a_visit_opens_and_closes_rows_and_reminders(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        field.visit(1, Outcome.NOT_HOME, days(-2))
        assert [each[:4] for each in rows(field)] == [(1, "ready", TODAY, "")]
        assert owed(field) == [(1, 0, TODAY)]
        key = field.visit(1, Outcome.COMPLETED, member=1)
        assert [each[:4] for each in rows(field)] == [(1, "completed", TODAY, "visited")] and owed(field) == []
        (done,) = visits.logged(Reading(tx), field.members[1], key)
        record(visits.UndoVisit(done.id), tx, field.context(1))
        assert [each[:4] for each in rows(field)] == [(1, "ready", TODAY, "")]
        assert owed(field) == [(1, 0, TODAY)]


def test_what_the_household_did_alone_closes_its_task_and_a_revocation_opens_it_again(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        field.visit(3, Outcome.BLOCKED)
        attainment = table(Attainment)
        tx.execute(insert(attainment), {"key": "alone", "household_id": field.homes[2], "service": GOAL, "achieved_on": TODAY,
                                        "verification": "official", "recorded_by": field.members[0], "recorded_at": at(TODAY),
                                        "assisted_by": ""})
        assert tasks.pass_the_day(tx, at(TODAY, 20), TODAY) == field.homes[2]
        assert [each[:4] for each in rows(field)] == [(3, "completed", days(2), "achieved")] and owed(field) == []
        tx.execute(update(attainment).values(revoked_on=TODAY))
        tasks.settle(tx, field.homes[2], at(TODAY, 21), TODAY)
        assert [each[:4] for each in rows(field)] == [(3, "draft", days(2), "")] and len(owed(field)) == 1


def test_a_household_taken_off_the_list_needs_nobody(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        field.visit(4, Outcome.MOVED_OUT)
        assert [each[:4] for each in rows(field)] == [(4, "ready", TODAY, "")] and owed(field) == []
        entry = table(RegisterEntry)
        tx.execute(update(entry).where(entry.c.household_id == field.homes[3]).values(
            excluded_on=TODAY, excluded_by=field.members[1], confirmed_by=field.members[0]))
        tasks.pass_the_day(tx, at(TODAY, 20), TODAY)
        assert [each[:4] for each in rows(field)] == [(4, "cancelled", TODAY, "excluded")]
        tasks.settle(tx, field.homes[3], at(days(1)), days(1))
        assert tx.scalar(select(task.c.closed_on)) == TODAY


def test_a_day_that_passes_makes_drafts_ready_and_old_ones_fail(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        field.visit(1, Outcome.NOT_HOME)
        field.visit(2, Outcome.TEMPORARILY_AWAY)
        assert {each[1] for each in rows(field)} == {"draft"}
        assert tasks.pass_the_day(tx, at(days(2)), days(2)) == field.homes[0]
        assert [each[1] for each in rows(field)] == ["ready", "draft"]
        assert tasks.pass_the_day(tx, at(days(2)), days(2), after=field.homes[0]) == 0
        assert tasks.pass_the_day(tx, at(days(40)), days(40)) == field.homes[1]
        assert [each[1] for each in rows(field)] == ["failed", "ready"]


def test_thirty_late_and_shuffled_visits_leave_what_they_would_have_in_order(database: Database) -> None:
    chance = random.Random(30)
    told = [(chance.randint(1, 10), chance.choice(list(Outcome)), days(chance.randint(-20, 0)), chance.randint(7, 20),
             chance.randint(0, 1)) for _ in range(30)]
    left = []
    for order in (sorted(told, key=lambda each: (each[2], each[3])), chance.sample(told, 30), chance.sample(told, 30)):
        with database.write() as tx:
            field = made(tx)
            for house, outcome, on, hour, member in order:
                field.visit(house, outcome, on, hour, member=member)
            left.append(([each for each in rows(field) if each[1] != "cancelled"], owed(field)))
            take_back(tx)
    assert left[0][0] and left[0][1]
    assert left[1] == left[0] and left[2] == left[0]


def test_two_went_both_are_credited_and_the_visit_counts_once(database: Database) -> None:
    with database.write() as tx:
        field = made(tx, members=3)
        key = field.visit(1, Outcome.COMPLETED, together=(field.members[1],))
        (logged,) = visits.logged(Reading(tx), field.members[0], key)
        for _ in range(2):
            record(visits.WentAlong(logged.id, field.members[2]), tx, field.context())
        credited = tx.execute(select(table(Attainment).c.recorded_by)).scalars().all()
        assert sorted(credited) == sorted(field.members)
        assert tx.scalar(select(func.count()).select_from(visit)) == 1
        assert tx.scalar(select(func.count()).select_from(table(Companion))) == 2


def test_a_correction_supersedes_and_is_on_record(database: Database) -> None:
    with database.write() as tx:
        field = made(tx)
        field.visit(1, Outcome.COMPLETED, days(-1), member=1, key="first")
        (wrong,) = visits.logged(Reading(tx), field.members[1], "first")
        bare = (None, None, None, (), "")
        told = visits.LogVisit("again", field.homes[0], at(days(-1)), days(-1), Mode.DOOR, Outcome.PARTIAL, *bare)
        for _ in range(2):  # the same letter, tried twice
            record(visits.CorrectVisit(wrong.id, told, "ghi nhầm hộ"), tx, field.context(0))
        seen = tx.execute(select(visit).order_by(visit.c.id)).all()
        assert [(row.outcome, row.supersedes_id, row.reason, row.person_id) for row in seen] == [
            ("completed", None, "", field.members[1]), ("partial", wrong.id, "ghi nhầm hộ", field.members[1])]
        assert tx.scalar(select(table(Attainment).c.revoked_on)) == days(-1)
        assert [each[:4] for each in rows(field)] == [(1, "draft", days(2), "")]
        other = visits.LogVisit("other", field.homes[0], at(days(-1)), days(-1), Mode.DOOR, Outcome.NOT_HOME, *bare)
        with pytest.raises(visits.AlreadyTold):
            record(visits.CorrectVisit(wrong.id, other, "khác"), tx, field.context(0))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORY.filter(bool), st.integers(0, 5), st.booleans(), st.booleans())
def test_rows_never_hold_an_open_task_for_what_is_done(
    sqlite_url: str, told: list[tuple[Outcome, int, int]], taken_back: int, alone: bool, excluded: bool
) -> None:
    database = Database(sqlite_url)
    with database.write() as tx:
        field = made(tx, houses=2)
        for number, (outcome, on, hour) in enumerate(told):
            field.visit(1, outcome, days(on), hour, key=f"v{number}")
        found = visits.logged(Reading(tx), field.members[0], f"v{taken_back}")
        for each in found:
            record(visits.UndoVisit(each.id), tx, field.context())
        if alone:
            tx.execute(insert(table(Attainment)), {
                "key": "alone", "household_id": field.homes[0], "service": GOAL, "achieved_on": TODAY, "verification": "official",
                "recorded_by": field.members[0], "recorded_at": at(TODAY), "assisted_by": ""})
        if excluded:
            tx.execute(update(table(RegisterEntry)).values(excluded_on=TODAY, confirmed_by=field.members[0]))
        tasks.settle(tx, field.homes[0], at(TODAY, 20), TODAY)
        open_ = tx.scalar(select(func.count()).select_from(task).where(task.c.state.in_(("draft", "ready"))))
        stands = tx.execute(select(table(Attainment).c.service, table(Attainment).c.achieved_on).where(
            table(Attainment).c.revoked_on.is_(None))).all()
        facts = [AttainmentFact(*row) for row in stands]
        seen = [VisitFact(row.occurred_at, OUTCOMES[row.outcome], away_until=row.away_until)
                for row in tx.execute(select(visit).where(visit.c.void.is_(False)))]
        status = standing(EntryFact(days(-60), TODAY if excluded else None, excluded), seen, facts, TODAY,
                          CampaignFact(days(-40), days(60), frozenset({GOAL})))
        assert status not in ("achieved", "excluded") or open_ == 0
        assert (open_ or 0) <= 1
        take_back(tx)
    database.close()
