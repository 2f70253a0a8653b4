"""Guides in numbers: what people left adds up to what they began, and no small number can be read or reckoned out."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from storage import mail
from storage.database import Database
from storage.guiding import usage
from storage.models import Chat, GuideRun, table
from storage.reading import Reading

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
STEPS = ["one", "two", "three", "four"]
WALKS = st.lists(st.tuples(st.sampled_from(["", *STEPS, "gone"]), st.sampled_from(["active", "completed", "abandoned"]),
                           st.integers(0, 20)), max_size=40)
COUNTS = st.integers(0, 30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WALKS)
def test_a_funnel_sums_to_its_walks(database: Database, walks: list[tuple[str, str, int]]) -> None:
    with database.write() as tx:
        tx.execute(delete(table(GuideRun)))
        mail.insert_new(tx, table(Chat), [{"account": "t", "ref": "ba", "created_at": NOW, "heard_at": NOW, "state": "active",
                                           "shown": []}])
        chat = tx.scalar(select(table(Chat).c.id).where(table(Chat).c.ref == "ba"))
        for number, (step, state, days) in enumerate(walks, start=1):
            tx.execute(insert(table(GuideRun)), {
                "conversation_id": number, "chat_id": chat, "guide": "g", "revision": 1, "state": state, "step": step,
                "stuck_at": "", "started_at": NOW, "touched_at": NOW - timedelta(days=days)})
    with database.read() as tx:
        rows = Reading(tx)
        found = usage.uses(rows, NOW - timedelta(days=1), NOW)
        steps = usage.funnel(rows, "g", STEPS, NOW - timedelta(days=1), NOW)
    assert [use.started for use in found] == ([len(walks)] if walks else [])
    finished = sum(state == "completed" for _, state, _ in walks)
    for use in found:
        assert use.started == use.finished + use.active + use.abandoned and use.finished == finished
    for at, each in enumerate(steps):
        on = [*[one.reached for one in steps], finished][at + 1]
        assert each.reached == each.here + on, "who came to a step finished, is there still or left there, or went on"
        assert each.here == sum(step == each.step and state != "completed" for step, state, _ in walks)
    nowhere = sum(step in ("", "gone") and state != "completed" for step, state, _ in walks)
    assert sum(each.here for each in steps) + nowhere + finished == len(walks)


@given(COUNTS, COUNTS, COUNTS)
def test_the_parts_of_a_sum_hide_what_is_small(finished: int, active: int, abandoned: int) -> None:
    counts = (finished, active, abandoned)
    use = usage.Use("g", sum(counts), *counts)
    told = usage.parts(use)
    hidden = [count for count, said in zip(counts, told, strict=True) if said == "…"]
    assert all(said == "…" or said == str(count) for count, said in zip(counts, told, strict=True))
    assert all(said == "…" or not 0 < count < usage.SMALL for count, said in zip(counts, told, strict=True))
    if use.started >= usage.SMALL and hidden:  # smaller guides are not shown at all
        assert len(hidden) > 1 and sum(hidden) >= usage.SMALL


@given(st.lists(COUNTS, min_size=1, max_size=7), COUNTS, COUNTS)
def test_steps_beside_one_another_tell_no_small_number(left: list[int], finished: int, nowhere: int) -> None:
    reached = [sum(left[at:]) + finished for at in range(len(left))]
    steps = [usage.StepUse(str(at), count, left[at], 0, {}) for at, count in enumerate(reached)]
    use = usage.Use("g", reached[0] + nowhere, finished, 0, use_left := sum(left) + nowhere)
    assert use_left >= 0
    told = [int(each.reached) for each in usage.shown_steps(use, steps) if each.reached.isdigit()]
    for one in (use.started, *told) if use.started >= usage.SMALL else told:
        for two in (*told, use.finished):
            if one in told or two in told:
                assert not 0 < abs(one - two) < usage.SMALL, (one, two)
    assert all(not 0 < count < usage.SMALL for count in told)


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 12), max_size=6))
def test_reasons_tell_nothing_of_those_that_are_hidden(reasons: dict[str, int]) -> None:
    use = usage.Use("g", 90, 0, 90, 0)
    each, = usage.shown_steps(use, [usage.StepUse("one", 90, 90, sum(reasons.values()), reasons)])
    rest = sum(reasons.values()) - sum(count for _, count in each.reasons)
    assert all(count >= usage.SMALL for _, count in each.reasons)
    assert not each.reasons or rest == 0 or rest >= usage.SMALL
