"""Notices: what one person's letter has to say to another chat, on its way into the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot.channels import Limits
from bot.channels.fitting import fit
from content.vietnam_time import local_day
from handlers.help.reaching import redirected
from handlers.talk import Message, Notice
from storage import mail
from storage.reading import Reading
from storage.record import Context, record


def rows(limits: Mapping[str, Limits], notices: Sequence[Notice], key: str, now: datetime, lane: int = mail.REPLY,
         until: datetime | None = None) -> list[dict[str, object]]:
    """The outbox rows of notices, cut to what each channel carries, keyed `key` and a number; too late where they cannot leave
    before `until`.
    """
    fitting = [(notice, part) for notice in notices for part in _parts(limits, notice)]
    if until is not None:
        fitting = [(notice, replace(part, since=now.timestamp(), until=until.timestamp())) for notice, part in fitting]
    return [{"key": f"{key}{n}", "account": notice.account, "chat_id": notice.chat_id, "lane": lane,
             "policy": mail.EDIT if part.edits else part.policy.value, "parcel": part.pack(), "created_at": now,
             "state": "new"}
            for n, (notice, part) in enumerate(fitting)]


def _parts(limits: Mapping[str, Limits], notice: Notice) -> list[Message]:
    return fit(notice.message, limits[notice.account]) if notice.account in limits else []


def show(tx: Connection, notices: Sequence[Notice], refs: dict[int, str] | None = None) -> None:
    """What a notice offers may be typed too: it goes before what the chat was shown."""
    for notice in notices:
        if refs is not None:
            refs[notice.chat_id] = notice.ref
        if notice.message.choices:
            mail.add_shown(tx, notice.chat_id, [choice.shown() for choice in notice.message.choices])


def post(tx: Connection, limits: Mapping[str, Limits], notices: Sequence[Notice], key: str, now: datetime,
         lane: int = mail.REPLY, until: datetime | None = None) -> None:
    """Put notices into the outbox that follow from no letter (the clock's), each in a chat that is open."""
    reached, moves = redirected(Reading(tx), limits, notices, now)
    for each in moves:
        record(each, tx, Context(now, local_day(now), each.to_chat, None, "clock"))
    show(tx, reached)
    mail.post(tx, rows(limits, reached, key, now, lane, until))
