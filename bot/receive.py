"""Receiving: what people send is redacted, committed to the inbox, and only then acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.channels import Received
from bot.points import reach
from bot.store import Store
from content.redact import redact
from handlers.talk import Incoming, Kind
from storage import mail, people

LONGEST = 4_096
KNOWN_CHATS = 50_000


class Reception:
    """Keeps what channels hand in, and wakes the turn."""

    def __init__(self, store: Store, wake: Callable[[], None]) -> None:
        self._store, self._wake = store, wake
        self._known: dict[str, dict[str, int]] = {}

    async def receive(self, account: str, things: Sequence[Received]) -> None:
        """Commit what was received. When this returns, the channel may tell the platform so."""
        if not things:
            return
        letters = [mail.Letter(thing.external_id, thing.chat, guard(thing.incoming).pack()) for thing in things]
        known = self._known.setdefault(account, {})
        if len(known) > KNOWN_CHATS:
            known.clear()
        now = datetime.now(UTC)
        await asyncio.shield(self._store.write(lambda tx: mail.receive(tx, account, letters, now, known)))
        reach("after_inbox_commit")
        self._wake()


def guard(incoming: Incoming) -> Incoming:
    """The same without what must never be written down: secrets, and the secret of an invitation link."""
    if incoming.kind is Kind.START and incoming.data.startswith("j-"):
        return replace(incoming, data="j-" + people.hashed(incoming.data[2:]))
    if not incoming.text:
        return incoming
    seen = redact(incoming.text[:LONGEST])
    return replace(incoming, text=seen.text, secrets=tuple(sorted(secret.value for secret in seen.found)))
