"""The state machine of a request for help: every path, and what holds on each."""

from collections import deque

import pytest

from storage.helping.help_rules import TABLE, Event, State, after, sources


def reachable() -> set[State]:
    seen, waiting = {State.OPEN}, deque([State.OPEN])
    while waiting:
        for to in TABLE.get(waiting.popleft(), {}).values():
            if to not in seen:
                seen.add(to)
                waiting.append(to)
    return seen


def test_every_state_is_reached_and_every_event_happens() -> None:
    assert reachable() == set(State)
    assert {event for row in TABLE.values() for event in row} == set(Event)


@pytest.mark.parametrize("state", [state for state in State if state.live])
def test_whatever_the_state_it_can_be_closed_and_it_can_die_of_age(state: State) -> None:
    assert after(state, Event.CLOSE) is State.CLOSED
    assert after(state, Event.EXPIRE) is State.EXPIRED
    assert after(state, Event.REASSIGN) is State.OFFERED, "a leader can always give it to somebody"


@pytest.mark.parametrize("state", [State.CLOSED, State.EXPIRED])
@pytest.mark.parametrize("event", Event)
def test_what_is_over_stays_over(state: State, event: Event) -> None:
    assert after(state, event) is None


@pytest.mark.parametrize("state", [state for state in State if state.has_helper])
def test_it_is_accepted_once_and_a_helper_who_is_gone_gives_it_back(state: State) -> None:
    assert after(state, Event.ACCEPT) is None
    assert after(state, Event.BLOCK) is State.OPEN
    assert after(state, Event.PASS_ON) is State.OPEN


def test_only_who_waits_is_accepted_and_only_who_waits_goes_to_the_leader() -> None:
    assert set(sources(Event.ACCEPT)) == {state for state in State if state.waits}
    assert set(sources(Event.ESCALATE)) == {State.OPEN, State.OFFERED, State.ACCEPTED}


def test_every_path_without_going_in_circles_ends() -> None:
    """From any live state some way leads to an end, and no event leads from a helper to nobody but by leaving."""
    paths = 0

    def walk(state: State, seen: tuple[State, ...]) -> None:
        nonlocal paths
        if not state.live:
            paths += 1
            return
        for event, to in TABLE[state].items():
            if state.has_helper and to.waits:
                assert event in (Event.PASS_ON, Event.BLOCK, Event.REASSIGN, Event.ESCALATE)
            if to not in seen:
                walk(to, (*seen, to))

    walk(State.OPEN, (State.OPEN,))
    assert paths > 100
