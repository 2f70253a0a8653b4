"""How fast an account may speak."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import Limits
from bot.pacing import Queue
from storage.mail import BROADCAST, REPLY, Parcel

TELEGRAM = Limits(4096, 100, True, True, per_second=29, chat_per_second=1, chat_burst=3, group_per_minute=19)


def parcel(id_: int, chat: int, lane: int = REPLY, ref: str = "") -> Parcel:
    return Parcel(id_, "test", chat, ref or str(chat), lane, "resend_once", {}, 0, None)


def leave(queue: Queue, until: float, took: float = 0.0) -> list[tuple[float, Parcel]]:
    """Everything that leaves up to a moment, each send taking `took` seconds."""
    left, now, flying = [], 0.0, []
    while now <= until:
        for done, sent in [each for each in flying if each[0] <= now]:
            flying.remove((done, sent))
            queue.finished(sent, now)
        while (found := queue.take(now)) is not None:
            left.append((now, found))
            flying.append((now + took, found))
            if not took:
                queue.finished(found, now)
                flying.pop()
        now = round(now + 0.005, 6)
    return left


def test_an_account_speaks_evenly_and_just_under_the_limit() -> None:
    queue = Queue(TELEGRAM)
    for number in range(300):
        queue.add(parcel(number, number), 0.0)
    times = [at for at, _ in leave(queue, 8.0)]
    assert 8 * 27 <= len(times) <= 8 * 29 + 2
    assert all(sum(start <= at < start + 1 for at in times) <= 30 for start in times)


def test_a_chat_gets_a_short_burst_and_then_one_a_second() -> None:
    queue = Queue(TELEGRAM)
    for number in range(10):
        queue.add(parcel(number, 1), 0.0)
    times = [at for at, _ in leave(queue, 5.0)]
    assert len([at for at in times if at < 0.5]) == 3
    assert len(times) <= 3 + 5


def test_a_group_gets_fewer() -> None:
    queue = Queue(TELEGRAM)
    for number in range(10):
        queue.add(parcel(number, 1, ref="-100"), 0.0)
    assert len(leave(queue, 12.0)) <= 5


def test_replies_go_before_broadcasts() -> None:
    queue = Queue(TELEGRAM)
    for number in range(100):
        queue.add(parcel(number, number, BROADCAST), 0.0)
    for number in range(100, 110):
        queue.add(parcel(number, number, REPLY), 0.0)
    assert [sent.lane for _, sent in leave(queue, 1.0)][:10] == [REPLY] * 10


def test_one_slow_chat_holds_up_nobody_else() -> None:
    queue = Queue(replace(TELEGRAM, per_second=1000, chat_per_second=1000, chat_burst=100))
    for number in range(20):
        queue.add(parcel(number, number % 2), 0.0)
    slow = queue.take(0.0)
    others = []
    while (found := queue.take(0.0)) is not None:
        others.append(found)
        queue.finished(found, 0.0)
    assert slow is not None
    assert [each.chat_id for each in others] == [1 - slow.chat_id] * 10


def test_what_was_not_sent_stays_first() -> None:
    queue = Queue(TELEGRAM)
    queue.add(parcel(1, 1), 0.0)
    queue.add(parcel(2, 1), 0.0)
    first = queue.take(0.0)
    assert first is not None
    queue.put_back(first, 0.0, wait=5.0)
    assert queue.take(1.0) is None
    assert queue.due_in(1.0) == 4.0
    again = queue.take(5.0)
    assert again is not None and again.id == 1


def test_a_pause_holds_the_whole_account() -> None:
    queue = Queue(TELEGRAM)
    queue.add(parcel(1, 1), 0.0)
    queue.pause(60.0)
    assert queue.take(59.0) is None
    assert queue.take(60.0) is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from((REPLY, BROADCAST))), max_size=40), st.floats(0, 0.2))
def test_everything_leaves_once_and_each_chat_in_order(sends: list[tuple[int, int]], took: float) -> None:
    queue = Queue(TELEGRAM)
    for number, (chat, lane) in enumerate(sends):
        queue.add(parcel(number, chat, lane), 0.0)
    left = [sent for _, sent in leave(queue, 60.0, took)]
    assert sorted(sent.id for sent in left) == list(range(len(sends)))
    for chat in range(5):
        for lane in (REPLY, BROADCAST):
            ids = [sent.id for sent in left if sent.chat_id == chat and sent.lane == lane]
            assert ids == sorted(ids)


@given(st.lists(st.floats(0.0, 1.5), min_size=5, max_size=12))
@settings(max_examples=50, deadline=None)
def test_busy_moments_cost_nothing_and_no_second_holds_more_than_the_limit(pauses: list[float]) -> None:
    """However unevenly the program gets to run, it makes up for it, and the platform never sees more than 30 in a second."""
    queue, times, now = Queue(TELEGRAM), [], 0.0
    for number in range(700):
        queue.add(parcel(number, number), 0.0)
    for pause in pauses:
        for _ in range(20):
            while (found := queue.take(now)) is not None:
                times.append(now)
                queue.finished(found, now)
            now += 0.03
        now += pause
    assert all(sum(start <= at < start + 1 for at in times) <= 30 for start in times)


def test_a_program_that_is_often_a_little_late_still_speaks_at_its_full_rate() -> None:
    queue, times, now = Queue(TELEGRAM), [], 0.0
    for number in range(2_000):
        queue.add(parcel(number, number), 0.0)
    while now < 20:
        while (found := queue.take(now)) is not None:
            times.append(now)
            queue.finished(found, now)
        now += 0.05
    assert len(times) >= 20 * 29 * 0.98


def test_whoever_blocked_us_with_messages_waiting_holds_nobody_else_up() -> None:
    """What was offered for them is no more, whether it could have left at once or after a pause."""
    for pause in (0.0, 1.0):
        queue = Queue(replace(TELEGRAM, per_second=1_000))
        for id_, chat in ((1, 7), (2, 7), (3, 7), (4, 8)):
            queue.add(parcel(id_, chat), 0.0)
        first = queue.take(0.0)
        assert first is not None and first.id == 1
        if pause:
            queue.put_back(first, 0.0, pause)
        else:
            queue.finished(first, 0.0)
        assert {each.id for each in queue.drop(7)} == ({1, 2, 3} if pause else {2, 3})
        assert [each.id for _, each in leave(queue, 2.0)] == [4]
        assert not queue.known - {4}


def test_whoever_takes_over_at_once_passes_the_limit_no_more_than_one_who_went_on() -> None:
    """A process dies in the middle, another one goes on without knowing what was sent a moment ago."""
    times: list[float] = []
    for begins, ends in ((0.0, 2.0), (2.02, 4.0)):
        queue, now = Queue(TELEGRAM), begins
        for number in range(300):
            queue.add(parcel(number, number), begins)
        while now < ends:
            while (found := queue.take(now)) is not None:
                times.append(now)
                queue.finished(found, now)
            now += 0.005
    assert all(sum(start <= at < start + 1 for at in times) <= 30 for start in times)
