"""A request for help as a state machine: what may happen in which state, and what it becomes. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

ANSWER_WITHIN = timedelta(hours=4)
"""Working time after which a request that nobody answered lies with the leader."""
ASK_ANOTHER_AFTER = timedelta(hours=1)
"""Working time after which another member is asked too."""
WAITS_FOR = timedelta(days=5)
SILENT_FOR = timedelta(days=2)
AFTER_VISIT = timedelta(days=2)


class State(StrEnum):
    OPEN = "open"
    """Waiting: nobody has been asked yet, or whoever was asked passed on."""
    OFFERED = "offered"
    """Somebody on duty was asked."""
    ACCEPTED = "accepted"
    """Somebody said yes; they have not written yet."""
    TALKING = "talking"
    AGREED = "agreed"
    """A visit is agreed."""
    ESCALATED = "escalated"
    """Nobody answered in time: it lies with the leader."""
    CLOSED = "closed"
    EXPIRED = "expired"

    @property
    def live(self) -> bool:
        return self not in (State.CLOSED, State.EXPIRED)

    @property
    def has_helper(self) -> bool:
        return self in (State.ACCEPTED, State.TALKING, State.AGREED)

    @property
    def waits(self) -> bool:
        """Nobody has taken it yet."""
        return self in (State.OPEN, State.OFFERED, State.ESCALATED)


class Event(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    PASS_ON = "pass_on"  # noqa: S105 - an event, not a password
    SAY = "say"
    AGREE = "agree"
    REASSIGN = "reassign"
    """The leader gives it to somebody."""
    BLOCK = "block"
    """Whoever was to help cannot be reached any more."""
    ESCALATE = "escalate"
    CLOSE = "close"
    EXPIRE = "expire"


_O, _F, _A, _T, _G, _E = State.OPEN, State.OFFERED, State.ACCEPTED, State.TALKING, State.AGREED, State.ESCALATED
_C, _X = State.CLOSED, State.EXPIRED
TABLE: dict[State, dict[Event, State]] = {
    state: {event: to for event, to in zip(Event, row, strict=True) if to is not None}
    for state, row in {
        #    offer accept pass_on say   agree reassign block escalate close expire
        _O: (_F,   _A,    None,   None, None, _F,      None, _E,      _C,   _X),
        _F: (_F,   _A,    _O,     None, None, _F,      _O,   _E,      _C,   _X),
        _A: (None, None,  _O,     _T,   _G,   _F,      _O,   _E,      _C,   _X),
        _T: (None, None,  _O,     _T,   _G,   _F,      _O,   None,    _C,   _X),
        _G: (None, None,  _O,     _G,   _G,   _F,      _O,   None,    _C,   _X),
        _E: (None, _A,    _E,     None, None, _F,      _E,   None,    _C,   _X),
    }.items()
}  # fmt: skip


def after(state: State, event: Event) -> State | None:
    """What becomes of a request; None where this cannot happen to it any more (somebody was quicker)."""
    return TABLE.get(state, {}).get(event)


def sources(event: Event) -> tuple[State, ...]:
    """The states in which something may happen."""
    return tuple(state for state, row in TABLE.items() if event in row)


def is_over(state: State, opened_at: datetime, touched_at: datetime, visit_on: date | None, now: datetime, today: date) -> bool:
    """Whether a request has died of age: nobody ever came, both fell silent, or the agreed visit is past."""
    if state.waits:
        return now - opened_at >= WAITS_FOR
    if state is State.AGREED and visit_on is not None:
        return today - visit_on > AFTER_VISIT
    return now - touched_at >= SILENT_FOR


def is_late(state: State, answer_by: datetime, answered_at: datetime | None, now: datetime) -> bool:
    """Whether the promised hour has passed without a word from anybody."""
    return answered_at is None and now >= answer_by and after(state, Event.ESCALATE) is not None
