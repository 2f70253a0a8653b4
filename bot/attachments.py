"""Files: only a leader's list is ever fetched; it becomes the letter that pasting it would have been, nothing private left."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime

from bot.channels import Attached, Received
from bot.store import Store
from content.lists.trouble import IN_CHAT, Trouble, Unreadable
from content.vietnam_time import local_day
from handlers.access import Action, Role, Scope, reach
from handlers.talk import Incoming, Kind
from storage.teams import members

log = logging.getLogger(__name__)
PATIENCE = 20.0
"""Seconds a file may take: it holds up what was sent in the same moment."""
AT_ONCE = 2


class Attachments:
    """Looks at who sent a file before anybody fetches it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._few = asyncio.Semaphore(AT_ONCE)

    async def opened(self, account: str, thing: Received) -> Incoming:
        """The letter a file becomes: a list, or why it is none; everybody else's file stays where it is."""
        incoming, attached = thing.incoming, thing.attached
        if attached is None or incoming.group or not await self._may(account, thing.chat):
            return incoming
        try:
            text = await self._list(attached)
        except Unreadable as trouble:
            number = next((f".{value}" for value in trouble.values.values()), "")
            return replace(incoming, kind=Kind.PRESS, data=f"/list-refused:{trouble.trouble.name.lower()}{number}")
        return replace(incoming, kind=Kind.PRESS, data="/list", text=text)

    async def _may(self, account: str, chat: str) -> bool:
        today = local_day(datetime.now(UTC))
        roles = await self._store.read(lambda rows: members.roles_of_chat(rows, account, chat, today))
        return reach(frozenset(map(Role, roles)), Action.IMPORT_LIST) > Scope.NOWHERE

    async def _list(self, attached: Attached) -> str:
        from content.lists.sheet import ENDINGS

        if not attached.name.lower().endswith(ENDINGS):
            raise Unreadable(Trouble.OLD_EXCEL if attached.name.lower().endswith(".xls") else Trouble.KIND)
        if attached.size > IN_CHAT.size:
            raise Unreadable(Trouble.TOO_LARGE, megabytes=IN_CHAT.size // 1_000_000)
        async with self._few:
            data = await self._fetched(attached)
            return await asyncio.to_thread(_bared, data, attached.name)

    async def _fetched(self, attached: Attached) -> bytes:
        try:
            data = await asyncio.wait_for(attached.fetch(IN_CHAT.size), PATIENCE)
        except Exception as error:  # whatever a network does: the leader is asked to send it again
            log.info("a file could not be fetched: %s", type(error).__name__)
            raise Unreadable(Trouble.UNFETCHED) from None
        if data is None:
            raise Unreadable(Trouble.UNFETCHED)
        return data


def _bared(data: bytes, name: str) -> str:
    """A file's rows as the text of a pasted list. Raises Unreadable, whatever the file is."""
    from content.lists.pasting import bared
    from content.lists.sheet import read

    try:
        return bared(read(data, name))
    except Unreadable:
        raise
    except Exception as error:
        log.warning("a list could not be read: %s", type(error).__name__)  # never its words
        raise Unreadable(Trouble.DAMAGED) from None
