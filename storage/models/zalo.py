"""What is known of an account at Zalo: messages of the month, how it stands, and the keys that are used once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field

from storage.models.base import Row


class ZaloMonth(Row, table=True):
    """Messages an account sent in a month of Vietnam's calendar, and the last share of its quota somebody was told of."""

    __tablename__ = "zalo_month"
    account: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    sent: int = 0
    told_percent: int = 0


class ZaloStanding(Row, table=True):
    """How an account stands with the platform, for whoever runs it."""

    __tablename__ = "zalo_standing"
    account: str = Field(primary_key=True)
    state: str
    problem: str = ""
    since: datetime


class ZaloToken(Row, table=True):
    """The living keys of an Official Account. A refresh key works once: who uses it first claims the row."""

    __tablename__ = "zalo_token"
    account: str = Field(primary_key=True)
    generation: int = 1
    access_token: str = Field(sa_type=Text)
    refresh_token: str = Field(sa_type=Text)
    expires_at: datetime
    refreshed_at: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    answer: str | None = Field(default=None, sa_type=Text)
    """The platform's last answer as it came, kept before it is read; empty once it is taken over."""
    lost: str = ""
    """Why nobody can use these keys any more; empty where they work."""
