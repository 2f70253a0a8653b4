"""What each person wishes: which reminders, at which hours, from when on again, larger steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select, update

from storage.mail import insert_new
from storage.models import Chat, Preference, table
from storage.prepared import Prepared, among
from storage.reading import Reading
from storage.record import Context, record
from storage.reminding.reminder_rules import Wishes

preference, chat = table(Preference), table(Chat)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that somebody decided for a chat."""

    wishes: Wishes = field(default_factory=Wishes)
    larger_steps: bool = False
    place_id: int | None = None
    desk_notes: bool = False
    weekly_on: int = 0


@dataclass(frozen=True, slots=True)
class Prefer:
    """A change of settings; what is None stays. `paused_until` in the past ends a pause."""

    muted: tuple[str, ...] | None = None
    hours: str | None = None
    paused_until: date | None = None
    larger_steps: bool | None = None
    place_id: int | None = None
    desk_notes: bool | None = None
    weekly_on: int | None = None


_ROWS = Prepared(
    select(preference.c.chat_id, preference.c.stopped, preference.c.muted, preference.c.paused_until, preference.c.hours,
           preference.c.larger_steps, preference.c.place_id, preference.c.desk_notes, preference.c.weekly_on)
    .where(among(preference.c.chat_id, "chats")))


def settings(rows: Reading, chats: Sequence[int]) -> dict[int, Settings]:
    """The settings of these chats that decided anything."""
    return {row.chat_id: Settings(Wishes(row.stopped, frozenset(row.muted), row.paused_until, row.hours), row.larger_steps,
                                  row.place_id, row.desk_notes, row.weekly_on) for row in rows.all(_ROWS, {"chats": chats})}


def own(rows: Reading, chat_id: int) -> Settings:
    """The settings of one chat."""
    return rows.once(("settings", chat_id), lambda: settings(rows, [chat_id]).get(chat_id, Settings()))


def together(several: Sequence[Settings]) -> Wishes:
    """The wishes of somebody with several chats: what is unwanted in one is unwanted."""
    each = [one.wishes for one in several]
    pauses = [wish.paused_until for wish in each if wish.paused_until]
    return Wishes(any(wish.stopped for wish in each), frozenset().union(*(wish.muted for wish in each)),
                  max(pauses, default=None), next((wish.hours for wish in each if wish.hours), ""))


def chats_of(tx: Connection, context: Context) -> list[int]:
    """All chats of whoever is speaking: what they decide holds in each."""
    if context.person_id is None:
        return [context.chat_id]
    mine = tx.execute(select(chat.c.id).where(chat.c.person_id == context.person_id)).scalars().all()
    return sorted({context.chat_id, *mine})


def change(tx: Connection, context: Context, **values: object) -> None:
    """Keep a change of settings for all chats of whoever is speaking."""
    ids = chats_of(tx, context)
    insert_new(tx, preference, [{"chat_id": id_, "stopped": False, "muted": [], "hours": "", "larger_steps": False,
                                 "desk_notes": False, "weekly_on": 0, "changed_at": context.now} for id_ in ids])
    tx.execute(update(preference).where(preference.c.chat_id.in_(ids)).values(**values, changed_at=context.now))


@record.register
def _prefer(thing: Prefer, tx: Connection, context: Context) -> None:
    named = {"hours": thing.hours, "paused_until": thing.paused_until, "larger_steps": thing.larger_steps,
             "place_id": thing.place_id, "desk_notes": thing.desk_notes, "weekly_on": thing.weekly_on,
             "muted": None if thing.muted is None else list(thing.muted)}
    change(tx, context, **{name: value for name, value in named.items() if value is not None})
