"""Pictures and documents for Telegram: which call carries one, and what the platform already holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from bot.channels import Fate
from bot.channels.telegram_wire import Reply, Wire
from handlers.papers import Paper

PICTURE_BYTES = 10 * 1024 * 1024
DOCUMENT_BYTES = 50 * 1024 * 1024
HELD = 500


def method(paper: Paper, *, as_picture: bool) -> tuple[str, str] | None:
    """The call and the field that carry a paper; None where the platform would not take it."""
    if as_picture and paper.is_picture and len(paper.content) <= PICTURE_BYTES:
        return "sendPhoto", "photo"
    if paper.is_sound and 0 < len(paper.content) <= DOCUMENT_BYTES:
        return "sendVoice", "voice"
    return ("sendDocument", "document") if 0 < len(paper.content) <= DOCUMENT_BYTES else None


class Uploads:
    """Sends papers. One that lasts is uploaded once and named by the platform's own id from then on."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._held: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def send(self, way: tuple[str, str], name: str, paper: Paper, fields: Mapping[str, Any]) -> Reply:
        call, field = way
        held = self._held.get((field, name))
        if held is not None:
            reply = await self._wire.call(call, {**fields, field: held})
            if not (reply.fate is Fate.REFUSED and "file" in reply.problem.lower()):
                return reply
            del self._held[field, name]  # the platform forgot it
        reply = await self._wire.upload(call, fields, field, (paper.name, paper.content, paper.mime))
        if paper.lasts and (made := _file_id(reply, field)):
            self._held[field, name] = made
            if len(self._held) > HELD:
                self._held.popitem(last=False)
        return reply


def _file_id(reply: Reply, field: str) -> str:
    """What the platform calls the file that was just sent."""
    found = reply.result.get(field) if reply.ok and isinstance(reply.result, dict) else None
    if isinstance(found, list):
        found = found[-1] if found else None
    made = found.get("file_id") if isinstance(found, dict) else None
    return made if isinstance(made, str) else ""
