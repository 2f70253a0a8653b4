"""A code that somebody types: how often they may try, and what it opens. Kept as its hash alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from handlers.look import Look
from handlers.questions import Question
from handlers.talk import Refused
from storage.reading import Reading
from storage.teams import people

T = TypeVar("T")


def typed_code(look: Look, find: Callable[[Reading, str, datetime], T | None], *, too_many: str, not_a_code: str, unknown: str,
               tidy: Callable[[str], str] = people.tidy_code, what: str = "code") -> Question[T]:
    """`find` takes the hash; the phrases say why it opens nothing; `what` is what the tries are counted as."""

    def hear(raw: str) -> str:
        if people.guesses_left(look.rows, look.chat_id, look.now, what) <= 0:
            raise Refused(too_many)
        code = tidy(raw)
        if not code:
            raise Refused(not_a_code)
        return people.hashed(code)

    def read(stored: str) -> T:
        found = find(look.rows, stored, look.now)
        if found is None:
            raise Refused(unknown)
        return found

    return Question("code", read, hear, free=True)
