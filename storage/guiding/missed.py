"""Questions asked in vain, kept for those who write the guides: without digits, without who asked, and not for long."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select

from storage.models import Inbox, MissedQuestion, table
from storage.reading import Reading
from storage.record import Context, record

missed, inbox = table(MissedQuestion), table(Inbox)

KEPT_FOR = timedelta(days=180)
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody asked something, and was not helped by what the search found."""

    words: str
    language: str
    guess: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was missed."""

    words: str
    language: str
    guess: str
    at: datetime


def since(rows: Reading, when: datetime) -> list[Question]:
    """What was missed since then, newest first."""
    query = select(missed.c.words, missed.c.language, missed.c.guess, missed.c.at).where(missed.c.at >= when)
    return [Question(*row) for row in rows.all(query.order_by(missed.c.at.desc(), missed.c.id.desc()))]


_ASKED = (select(inbox.c.letter).where(inbox.c.chat_id == bindparam("chat"), inbox.c.id < bindparam("before"))
          .order_by(inbox.c.id.desc()).limit(5))


def last_words(rows: Reading, chat_id: int, before: int) -> str:
    """What this chat typed last before a letter: the question whose answer did not help."""
    letters = (row.letter or {} for row in rows.all(_ASKED, {"chat": chat_id, "before": before}))
    return next((str(letter["text"]) for letter in letters if letter.get("k") == "text" and letter.get("text")), "")


def forget_old(tx: Connection, now: datetime) -> None:
    tx.execute(delete(missed).where(missed.c.at < now - KEPT_FOR))


@record.register
def _missed(thing: Missed, tx: Connection, context: Context) -> None:
    words = re.sub(r"\d", "#", " ".join(thing.words.split()))[:LONGEST]
    if words:
        tx.execute(insert(missed), {"words": words, "language": thing.language, "guess": thing.guess, "at": context.now})
