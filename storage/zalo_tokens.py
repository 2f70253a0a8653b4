"""The keys of an Official Account: one row, one refresher at a time, and nothing used before it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select, update

from storage.mail import insert_new
from storage.models import ZaloToken, table
from storage.reading import Reading

tokens = table(ZaloToken)


@dataclass(frozen=True, slots=True)
class Token:
    """The keys as they stand. Never shown: its looks tell nothing."""

    generation: int
    access: str
    refresh: str
    expires_at: datetime
    refreshed_at: datetime
    lost: str
    answer: str | None

    def __repr__(self) -> str:
        return f"Token(generation={self.generation})"

    @property
    def renew_at(self) -> datetime:
        """Four fifths of its life: long before it ends, and with time for a second try."""
        return self.refreshed_at + (self.expires_at - self.refreshed_at) * 0.8


def read(rows: Reading, account: str) -> Token | None:
    found = rows.first(select(tokens.c.generation, tokens.c.access_token, tokens.c.refresh_token, tokens.c.expires_at,
                              tokens.c.refreshed_at, tokens.c.lost, tokens.c.answer).where(tokens.c.account == account))
    return Token(*found) if found else None


def claim(tx: Connection, account: str, generation: int, holder: str, now: datetime, until: datetime) -> bool:
    """Take the right to use the refresh key of this generation; False while somebody else has it or has used it."""
    free = or_(tokens.c.claimed_until.is_(None), tokens.c.claimed_until < now)
    return tx.execute(update(tokens)
                      .where(tokens.c.account == account, tokens.c.generation == generation, tokens.c.lost == "", free)
                      .values(claimed_by=holder, claimed_until=until)).rowcount == 1


def unclaim(tx: Connection, account: str, holder: str) -> None:
    tx.execute(update(tokens).where(tokens.c.account == account, tokens.c.claimed_by == holder)
               .values(claimed_by=None, claimed_until=None))


def journal(tx: Connection, account: str, generation: int, answer: dict[str, Any], now: datetime) -> None:
    """The platform's answer as it came, before anybody looks into it: the old refresh key is worth nothing from here on."""
    tx.execute(update(tokens).where(tokens.c.account == account, tokens.c.generation == generation)
               .values(answer=json.dumps({"at": now.timestamp(), "answer": answer})))


def renew(tx: Connection, account: str, generation: int, access: str, refresh: str, now: datetime, expires_at: datetime) -> bool:
    """The next generation of keys; False where somebody else has written it."""
    return tx.execute(
        update(tokens).where(tokens.c.account == account, tokens.c.generation == generation)
        .values(generation=generation + 1, access_token=access, refresh_token=refresh, refreshed_at=now, expires_at=expires_at,
                claimed_by=None, claimed_until=None, answer=None, lost="")).rowcount == 1


def lose(tx: Connection, account: str, generation: int, why: str) -> bool:
    """These keys open nothing any more: somebody has to sign in again."""
    return tx.execute(
        update(tokens).where(tokens.c.account == account, tokens.c.generation == generation, tokens.c.lost == "")
        .values(lost=why[:200], claimed_by=None, claimed_until=None)).rowcount == 1


def begin(tx: Connection, account: str, access: str, refresh: str, now: datetime, expires_at: datetime) -> None:
    """Somebody signed in: these keys and no others."""
    insert_new(tx, tokens, [{"account": account, "generation": 0, "access_token": "", "refresh_token": "", "expires_at": now,
                             "refreshed_at": now, "lost": ""}])
    tx.execute(update(tokens).where(tokens.c.account == account).values(
        generation=tokens.c.generation + 1, access_token=access, refresh_token=refresh, refreshed_at=now, expires_at=expires_at,
        claimed_by=None, claimed_until=None, answer=None, lost=""))
