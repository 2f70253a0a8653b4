"""The browsers that listen: each is told when its chat has something new, and fetches it itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

FOR_ONE_CHAT = 12
FOR_ALL = 5_000
SECRETS_LIVE = 900.0
"""Seconds for which a message that storage forgets at once can still be fetched by its browser."""


class Full(Exception):
    """There are too many listeners: a browser may ask every few seconds instead."""


@dataclass(slots=True, eq=False)
class Listener:
    """One open page."""

    woken: asyncio.Event = field(default_factory=asyncio.Event)
    newest: int = 0
    ended: bool = False

    def wake(self, line: int) -> None:
        self.newest = max(self.newest, line)
        self.woken.set()


class Listeners:
    """All open pages by chat."""

    def __init__(self) -> None:
        self._by_chat: dict[str, set[Listener]] = {}
        self._count = 0

    @contextmanager
    def listening(self, chat: str) -> Iterator[Listener]:
        """Be woken as long as the page is open. Raises Full."""
        if len(self._by_chat.get(chat, ())) >= FOR_ONE_CHAT or self._count >= FOR_ALL:
            raise Full
        here = self._by_chat.setdefault(chat, set())
        listener = Listener()
        here.add(listener)
        self._count += 1
        try:
            yield listener
        finally:
            here.discard(listener)
            self._count -= 1
            if not here and self._by_chat.get(chat) is here:
                del self._by_chat[chat]

    def wake(self, chat: str, line: int) -> None:
        for listener in self._by_chat.get(chat, ()):
            listener.wake(line)

    def end(self) -> None:
        """Let every page go: it comes back by itself, to whoever is there then."""
        for here in self._by_chat.values():
            for listener in here:
                listener.ended = True
                listener.woken.set()


class Unforgotten:
    """Bodies of secret messages, in memory alone and for a short while, until their browser has fetched them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._bodies: dict[str, dict[int, tuple[float, Mapping[str, Any]]]] = {}

    def hold(self, chat: str, line: int, body: Mapping[str, Any]) -> None:
        self._sweep()
        self._bodies.setdefault(chat, {})[line] = (self._clock() + SECRETS_LIVE, body)

    def of(self, chat: str) -> Mapping[int, Mapping[str, Any]]:
        self._sweep()
        return {line: body for line, (_, body) in self._bodies.get(chat, {}).items()}

    def _sweep(self) -> None:
        now = self._clock()
        for chat, held in list(self._bodies.items()):
            left = {line: each for line, each in held.items() if each[0] > now}
            if left:
                self._bodies[chat] = left
            else:
                del self._bodies[chat]
