"""One-time codes by which a person is known again on another channel or a new telephone."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from storage.models.base import Row, identity, refers


class LinkCode(Row, table=True):
    """A short-lived code, kept hashed: whoever types it is this person. `replaces` lets go of the chats they had before."""

    __tablename__ = "link_code"
    id: int | None = identity()
    code_hash: str = Field(unique=True)
    person_id: int = refers("person", index=True)
    replaces: bool = False
    made_by: int | None = refers("person", optional=True)
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    used_by_chat: int | None = refers("chat", optional=True)
    revoked_at: datetime | None = None
