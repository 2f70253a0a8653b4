"""What Zalo allows in a month and how an account stands with it: counted and written where every process sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection, and_, case, or_, select, update

from storage.local_time import instant, local_day
from storage.mail import insert_new
from storage.models import Chat, Membership, ZaloMonth, ZaloStanding, table
from storage.reading import Reading

months, standings = table(ZaloMonth), table(ZaloStanding)
chat, membership = table(Chat), table(Membership)
WELL, QUOTA, BILLING, DOWN, TOKEN, LOGIN, ELSEWHERE = "well", "quota", "billing", "down", "token", "login", "elsewhere"
PASSING = (QUOTA, BILLING, DOWN)
"""What ends by itself: with the day on which it was noted it is tried again, whether or not anybody wrote meanwhile."""
DISPROVED = (QUOTA, DOWN, TOKEN)
"""What cannot be any more once a message has left. Free answers still leave where the paid ones do not."""
FREE, PAID = timedelta(hours=48), timedelta(days=7)
"""How long after somebody's last word an Official Account may write to them: without paying, and at all."""
CARERS = ("admin", "commune_officer")
"""Whoever is told that an account needs care; leaders where there is nobody else."""


@dataclass(frozen=True, slots=True)
class Carer:
    """Somebody who can be told: a chat of theirs."""

    chat_id: int
    account: str
    language: str | None


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def add_sent(tx: Connection, account: str, month: str, count: int) -> int:
    """Count messages that left; how many they are in this month now."""
    insert_new(tx, months, [{"account": account, "month": month, "sent": 0, "told_percent": 0}])
    here = (months.c.account == account, months.c.month == month)
    tx.execute(update(months).where(*here).values(sent=months.c.sent + count))
    return int(tx.scalar(select(months.c.sent).where(*here)) or 0)


def sent_in(rows: Reading, account: str, month: str) -> int:
    return int(rows.scalar(select(months.c.sent).where(months.c.account == account, months.c.month == month)) or 0)


def tell_once(tx: Connection, account: str, month: str, percent: int) -> bool:
    """Whether nobody was told of this share of the month's quota yet; from now on somebody was."""
    return tx.execute(update(months).where(
        months.c.account == account, months.c.month == month, months.c.told_percent < percent)
        .values(told_percent=percent)).rowcount == 1


def carers(tx: Connection, now: datetime, troubled: str = "") -> list[Carer]:
    """The chats of those who look after the bot: each person where they were heard last, best not on the troubled account, nor
    where an Official Account may not write to them any more.
    """
    return _serving(tx, now, CARERS, troubled) or _serving(tx, now, ("leader",), troubled)


def _serving(tx: Connection, now: datetime, roles: tuple[str, ...], troubled: str) -> list[Carer]:
    today, over = local_day(now), and_(chat.c.account.startswith("zalo-oa:"), chat.c.heard_at < now - FREE)
    found = tx.execute(
        select(chat.c.person_id, chat.c.id, chat.c.account, chat.c.language)
        .join(membership, membership.c.person_id == chat.c.person_id)
        .where(membership.c.role.in_(roles), membership.c.valid_from <= today, chat.c.state == "active",
               or_(membership.c.valid_to.is_(None), membership.c.valid_to > today))
        .order_by(case((or_(chat.c.account == troubled, over), 1), else_=0), chat.c.heard_at.desc(), chat.c.id)).all()
    first: dict[int, Carer] = {}
    for row in found:
        first.setdefault(row.person_id, Carer(row.id, row.account, row.language))
    return list(first.values())


def stand(tx: Connection, account: str, state: str, problem: str, now: datetime) -> bool:
    """Note how an account stands; whether that is news. The same trouble on another day is."""
    insert_new(tx, standings, [{"account": account, "state": WELL, "problem": "", "since": now}])
    again = and_(standings.c.state.in_(PASSING), standings.c.since < _day(now))
    return tx.execute(update(standings).where(standings.c.account == account, or_(standings.c.state != state, again))
                      .values(state=state, problem=problem[:200], since=now)).rowcount == 1


def mend(tx: Connection, account: str, states: Sequence[str], now: datetime) -> None:
    """An account that stood so, whoever noted it, stands well again; one with another trouble keeps that."""
    tx.execute(update(standings).where(standings.c.account == account, standings.c.state.in_(states))
               .values(state=WELL, problem="", since=now))


def standing(rows: Reading, account: str) -> tuple[str, str, datetime] | None:
    """State, problem and since when, as it was noted last; None where nothing was ever noted."""
    found = rows.all(select(standings.c.state, standings.c.problem, standings.c.since).where(standings.c.account == account))
    return (found[0][0], found[0][1], found[0][2]) if found else None


def trouble(rows: Reading, account: str, now: datetime) -> tuple[str, str, datetime] | None:
    """The same where it still holds; None where the account stands well, or where it is time to try again."""
    found = standing(rows, account)
    if found is None or found[0] == WELL or (found[0] in PASSING and found[2] < _day(now)):
        return None
    return found


def _day(now: datetime) -> datetime:
    """When this day began in Vietnam."""
    return instant(local_day(now), time(0))


def is_known(rows: Reading, account: str, ref: str) -> bool:
    """Whether somebody has written to this account before."""
    return rows.scalar(select(chat.c.id).where(chat.c.account == account, chat.c.ref == ref)) is not None
