"""How fast an account may speak: evenly, replies first, each chat in order and at its own pace."""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field

from bot.channels import Limits, is_group
from storage.mail import Parcel

UNPACED = 500.0
"""Messages a second from which an account is not paced at all (a Bot API server of one's own, the web chat)."""


CATCH_UP = 0.5
"""Seconds by which an account may be behind and still make up for it: a busy moment costs nothing in the long run."""


@dataclass(slots=True)
class Line:
    """What waits for one chat, by lane, and how soon it may be sent."""

    lanes: dict[int, deque[Parcel]] = field(default_factory=dict)
    tokens: float = 0.0
    filled_at: float = 0.0
    free_at: float = 0.0
    busy: bool = False

    def first_lane(self) -> int | None:
        return min([lane for lane, waiting in self.lanes.items() if waiting], default=None)


class Queue:
    """The messages of one account that wait, and which may leave now. Times are of a monotonic clock, in seconds."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._lines: dict[int, Line] = {}
        self._ready: list[tuple[int, int, int]] = []
        self._later: list[tuple[float, int]] = []
        self._slot_at = 0.0
        self._left: deque[float] = deque(maxlen=int(limits.per_second) + 1)
        self.known: set[int] = set()

    def add(self, parcel: Parcel, now: float, wait: float = 0.0) -> None:
        """Take a message in; `wait` seconds where it was put off."""
        if parcel.id in self.known:
            return
        self.known.add(parcel.id)
        line = self._lines.get(parcel.chat_id)
        if line is None:
            line = self._lines[parcel.chat_id] = Line(tokens=self._limits.chat_burst, filled_at=now)
        line.lanes.setdefault(parcel.lane, deque()).append(parcel)
        line.free_at = max(line.free_at, now + wait) if wait else line.free_at
        self._offer(parcel.chat_id, line, now)

    def room(self, now: float, at_once: int) -> int:
        """How many messages could leave now."""
        if self._slot_at > now:
            return 0
        return max(0, at_once - len(self.known)) if self._limits.per_second >= UNPACED else int(not self.known)

    def is_free(self, chat_id: int, now: float) -> bool:
        """Whether nothing waits for this chat, nothing is on its way, and it may be written to. For other threads too."""
        line = self._lines.get(chat_id)
        return line is None or not (line.busy or line.free_at > now or any(tuple(line.lanes.values())))

    def take(self, now: float) -> Parcel | None:
        """The next message that may leave now."""
        while self._later and self._later[0][0] <= now:
            _, chat_id = heapq.heappop(self._later)
            if chat_id in self._lines:  # or else it was dropped meanwhile: they blocked us
                self._offer(chat_id, self._lines[chat_id], now)
        if self._slot_at > now:
            return None
        while self._ready:
            _, id_, chat_id = heapq.heappop(self._ready)
            line = self._lines.get(chat_id)
            lane = line.first_lane() if line else None
            if line is None or line.busy or lane is None or line.lanes[lane][0].id != id_:
                continue  # an entry that something more urgent has overtaken
            if line.free_at > now:
                heapq.heappush(self._later, (line.free_at, chat_id))
                continue
            return self._leave(line, lane, now)
        return None

    def _leave(self, line: Line, lane: int, now: float) -> Parcel:
        parcel = line.lanes[lane].popleft()
        line.busy = True
        rate, burst = self._rate(parcel.chat_ref)
        line.tokens = min(burst, line.tokens + (now - line.filled_at) * rate) - 1
        line.filled_at = now
        if line.tokens < 1:
            line.free_at = max(line.free_at, now + (1 - line.tokens) / rate)
        if self._limits.per_second < UNPACED:
            self._slot_at = self._next_slot(now)
        return parcel

    def _next_slot(self, now: float) -> float:
        """Evenly, making up for what is late, but never more than the limit in any one second.

        The first one has nothing to make up for: another process may have sent until a moment ago.
        """
        even = max(self._slot_at, now - CATCH_UP if self._left else now) + 1 / self._limits.per_second
        self._left.append(now)
        full = len(self._left) == self._left.maxlen
        return max(even, self._left[0] + 1) if full and self._limits.per_second >= 1 else even

    def _rate(self, chat_ref: str) -> tuple[float, float]:
        if is_group(chat_ref):
            return self._limits.group_per_minute / 60, 1
        return self._limits.chat_per_second, self._limits.chat_burst

    def finished(self, parcel: Parcel, now: float) -> None:
        """This message is dealt with; the chat's next one may follow."""
        self.known.discard(parcel.id)
        line = self._lines[parcel.chat_id]
        line.busy = False
        if line.first_lane() is None and line.free_at <= now and line.tokens >= self._limits.chat_burst - 1:
            del self._lines[parcel.chat_id]
        else:
            self._offer(parcel.chat_id, line, now)

    def put_back(self, parcel: Parcel, now: float, wait: float) -> None:
        """This message was surely not sent: it stays first in its chat, after a pause."""
        line = self._lines[parcel.chat_id]
        line.busy = False
        line.lanes.setdefault(parcel.lane, deque()).appendleft(parcel)
        line.free_at = max(line.free_at, now + wait)
        self._offer(parcel.chat_id, line, now)

    def drop(self, chat_id: int) -> list[Parcel]:
        """Nothing more for this chat; what was waiting for it."""
        line = self._lines.pop(chat_id, None)
        dropped = [parcel for waiting in line.lanes.values() for parcel in waiting] if line else []
        self.known.difference_update(parcel.id for parcel in dropped)
        return dropped

    def pause(self, until: float) -> None:
        """Nothing leaves this account before then."""
        self._slot_at = max(self._slot_at, until)

    def due_in(self, now: float) -> float | None:
        """Seconds until something may leave; None where nothing waits."""
        times = [max(now, self._slot_at)] if self._ready else []
        if self._later:
            times.append(max(self._later[0][0], self._slot_at))
        return max(0.0, min(times) - now) if times else None

    def _offer(self, chat_id: int, line: Line, now: float) -> None:
        lane = line.first_lane()
        if lane is None or line.busy:
            return
        if line.free_at > now:
            heapq.heappush(self._later, (line.free_at, chat_id))
        else:
            heapq.heappush(self._ready, (lane, line.lanes[lane][0].id, chat_id))
