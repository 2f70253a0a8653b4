"""How far people are in the guides they opened."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from storage.mail import insert_new
from storage.models import GuideRun, GuideTrouble, table
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding import reminders

run = table(GuideRun)
FINISHED = "completed"


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody moved in a guide: the step they are at, whether it is where they are stuck, and how it stands."""

    conversation_id: int
    guide: str
    revision: int
    step: str
    stuck: bool
    state: str = "active"


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why somebody stuck at a step, as far as they said; the same reason twice is one."""

    conversation_id: int
    guide: str
    step: str
    trouble: str


@record.register
def _stuck(thing: Stuck, tx: Connection, context: Context) -> None:
    insert_new(tx, table(GuideTrouble), [{"conversation_id": thing.conversation_id, "guide": thing.guide, "step": thing.step,
                                          "trouble": thing.trouble, "at": context.now}])


@record.register
def _reached(thing: Reached, tx: Connection, context: Context) -> None:
    insert_new(tx, run, [{"conversation_id": thing.conversation_id, "chat_id": context.chat_id, "guide": thing.guide,
                          "revision": thing.revision, "state": "active", "step": thing.step, "stuck_at": "",
                          "started_at": context.now, "touched_at": context.now}])
    tx.execute(update(run).where(run.c.conversation_id == thing.conversation_id).values(
        state=thing.state, step=thing.step, revision=thing.revision, stuck_at=thing.step if thing.stuck else "",
        touched_at=context.now))
    if thing.state == FINISHED:
        reminders.clear(tx, reminders.UNFINISHED_GUIDE, subject(thing.conversation_id), context.chat_id, context.now, "finished")


def subject(conversation_id: int) -> str:
    """How reminders name an unfinished guide."""
    return f"run:{conversation_id}"


def unfinished(rows: Reading, conversation_id: int) -> tuple[str, str] | None:
    """The guide and the step where somebody left off, while it is unfinished."""
    row = rows.first(select(run.c.guide, run.c.step).where(run.c.conversation_id == conversation_id, run.c.state == "active"))
    return (row.guide, row.step) if row else None


def title_of(rows: Reading, conversation_id: int) -> str:
    """The guide of somebody who left it and is not reminded any more."""
    return str(rows.scalar(select(run.c.guide).where(run.c.conversation_id == conversation_id, run.c.state == "abandoned")) or "")
