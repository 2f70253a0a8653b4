"""Receiving: what people send is redacted, committed to the inbox by the turn, and only then acknowledged."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.channels import Received
from handlers.talk import Incoming, Kind
from storage import mail
from storage.teams import people

LONGEST = 4_096
_BROKEN = re.compile("[\x00\ud800-\udfff]")
"""What no database keeps and no protocol carries: NUL, half a surrogate pair."""
TakeIn = Callable[[str, Sequence[mail.Letter]], Awaitable[None]]
Open = Callable[[str, Received], Awaitable[Incoming]]
"""What becomes of a letter that a file came with."""


class Reception:
    """Takes what channels hand in to the turn, without what must never be written down."""

    def __init__(self, take_in: TakeIn, open_: Open | None = None) -> None:
        self._take_in, self._open = take_in, open_

    async def receive(self, account: str, things: Sequence[Received]) -> None:
        """Commit what was received. When this returns, the channel may tell the platform so."""
        if not things:
            return
        letters = [mail.Letter(thing.external_id, thing.chat, guard(thing.incoming).pack()) for thing in things]
        for place, thing in enumerate(things):
            if thing.attached is not None and self._open is not None:
                letters[place] = replace(letters[place], body=(await self._open(account, thing)).pack())
        await self._take_in(account, letters)


def guard(incoming: Incoming) -> Incoming:
    """The same without what must never be written down (secrets, and the secret of a link) or cannot be."""
    if _BROKEN.search(incoming.text) or _BROKEN.search(incoming.data):
        incoming = replace(incoming, text=_BROKEN.sub("\ufffd", incoming.text), data=_BROKEN.sub("\ufffd", incoming.data))
    if incoming.kind is Kind.START and incoming.data.startswith(("j-", "h-")):
        return replace(incoming, data=incoming.data[:2] + people.hashed(incoming.data[2:]))
    if not incoming.text or incoming.secrets:  # without words, or guarded before it stood in a file
        return incoming
    from content.lists.pasting import bared_text  # their patterns are made once the first letters are asked for
    from content.redact import redact

    text = incoming.text[:LONGEST]
    seen = redact(bared_text(text) if "\n" in text else text)
    if seen.text == incoming.text and not seen.found:
        return incoming
    return replace(incoming, text=seen.text, secrets=tuple(sorted(secret.value for secret in seen.found)))
