"""Who belongs to the audience of a place: its members, and the citizens who asked to be told; and why one is left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, exists, false, func, literal, null, or_, select, true, union_all

from storage.models import Chat, Membership, Place, Preference, Residence, Subscription, table
from storage.reading import Reading

chat, membership, place = table(Chat), table(Membership), table(Place)
residence, subscription = table(Residence), table(Subscription)
elsewhere, preference = chat.alias("elsewhere"), table(Preference)


class Audience(StrEnum):
    ALL = "all"
    MEMBERS = "members"
    CITIZENS = "citizens"


def within(rows: Reading, place_id: int) -> list[int]:
    """A place and those inside it, down to the hamlets of a province."""
    found, level = [place_id], [place_id]
    for _ in range(2):
        level = [row.id for row in rows.all(select(place.c.id).where(place.c.parent_id.in_(level)))]
        found += level
        if not level:
            break
    return found


def recipients(places: Sequence[int], audience: Audience, on: date, accounts: Collection[str]) -> Select[Any]:
    """Rows of chat_id, account, member, skipped (why somebody who belongs to it is left out)."""
    serving = select(membership.c.person_id).where(
        membership.c.place_id.in_(places), membership.c.valid_from <= on,
        or_(membership.c.valid_to.is_(None), membership.c.valid_to > on))
    parts = []
    if audience is not Audience.CITIZENS:
        reached = and_(chat.c.state == "active", chat.c.account.in_(list(accounts)))
        best = (case((reached, 0), else_=1), chat.c.heard_at.desc(), chat.c.id)
        newest = func.row_number().over(partition_by=chat.c.person_id, order_by=best)
        each = (select(chat.c.id, chat.c.account, chat.c.state, subscription.c.wants, newest.label("rank"),
                       stopped().label("stopped"))
                .outerjoin(subscription, subscription.c.chat_id == chat.c.id).where(chat.c.person_id.in_(serving)).subquery())
        parts.append(select(each.c.id.label("chat_id"), each.c.account, true().label("member"),
                            _why_not(each.c.state, each.c.wants, each.c.stopped, each.c.account, accounts))
                     .where(each.c.rank == 1))
    if audience is not Audience.MEMBERS:
        parts.append(
            select(chat.c.id.label("chat_id"), chat.c.account, false().label("member"),
                   _why_not(chat.c.state, subscription.c.wants, stopped(), chat.c.account, accounts))
            .join(residence, residence.c.chat_id == chat.c.id).join(subscription, subscription.c.chat_id == chat.c.id)
            .where(residence.c.hamlet_id.in_(places), or_(chat.c.person_id.is_(None), chat.c.person_id.not_in(serving))))
    both = union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()
    return select(both.c.chat_id, both.c.account, both.c.member, both.c.skipped)


def stopped() -> Any:
    """Whether somebody said “stop”, in this chat or in another one of theirs: one word for reminders and announcements."""
    theirs = or_(elsewhere.c.id == chat.c.id, elsewhere.c.person_id == chat.c.person_id)
    return (exists().where(preference.c.chat_id == elsewhere.c.id, preference.c.stopped.is_(True), theirs)
            .correlate(chat))


def _why_not(state: Any, wants: Any, has_stopped: Any, account: Any, accounts: Collection[str]) -> Any:
    return case((state != "active", literal("blocked")), (or_(wants.is_(False), has_stopped), literal("opted_out")),
                (account.not_in(list(accounts)), literal("no_channel")), else_=null()).label("skipped")


def counted(rows: Reading, places: Sequence[int], audience: Audience, on: date, accounts: Collection[str]) -> dict[str, int]:
    """How many would receive it, by account."""
    found = recipients(places, audience, on, accounts).subquery()
    return dict(rows.all(select(found.c.account, func.count()).where(found.c.skipped.is_(None)).group_by(found.c.account)))
