"""The same conversations in a terminal: choices are numbered lines, and what is typed is the answer."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channels import Fate, Limits, Papers, Receive, Received, Sent, no_papers
from handlers.talk import Incoming, Kind, Message

if TYPE_CHECKING:
    from aiohttp.web import AbstractRouteDef

LIMITS = Limits(characters=4_000, buttons=0, edits=False, pictures=False, per_second=1_000, chat_per_second=1_000,
                chat_burst=1_000, group_per_minute=1_000, sounds=True)
BOLD, DIM, PLAIN = "\033[1m", "\033[2m", "\033[0m"


@dataclass
class Terminal:
    """One chat, with the person at the keyboard."""

    chat: str
    out: Callable[[str], None] = print
    colours: bool = field(default_factory=sys.stdout.isatty)
    account: str = "terminal"
    limits: Limits = LIMITS
    papers: Papers = no_papers
    shared: bool = False
    """Several terminals over one database, one of which sends for all: each shows its own chat as it stands there."""
    folder: Path = Path("gocua-papers")
    """Where pictures and documents are put; made when there is the first one."""
    _receive: Receive | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def routes(self, receive: Receive) -> Sequence[AbstractRouteDef]:
        return ()

    async def start(self, receive: Receive) -> None:
        self._receive = receive
        self.ready.set()

    async def stop(self) -> None:
        return

    async def close(self) -> None:
        return

    async def hear(self, line: str, external_id: str = "") -> None:
        """Take one typed line."""
        if self._receive is None:
            raise RuntimeError("the terminal has not been started")
        now = datetime.now(UTC)
        begins = line.startswith("/start")
        incoming = Incoming(Kind.START if begins else Kind.TEXT, now, text="" if begins else line,
                            data=line.removeprefix("/start").strip() if begins else "")
        await self._receive(self.account, [Received(external_id or uuid.uuid4().hex, self.chat, incoming)])

    async def send(self, chat: str, message: Message) -> Sent:
        if not self.shared and chat == self.chat:
            await self.show(message)
        return Sent(Fate.SENT, external_id=uuid.uuid4().hex[:12], shown_later=self.shared)

    async def show(self, message: Message) -> None:
        """Print a message, with what goes along."""
        self.out(self.drawn(message, await self._put_down(message)))

    async def _put_down(self, message: Message) -> list[Path]:
        """Write what goes with a message into the folder."""
        papers = [await self.papers(name) for name in (message.picture, message.document) if name]
        paths = []
        for paper in papers:
            if paper is not None:
                self.folder.mkdir(parents=True, exist_ok=True)
                path = self.folder / Path(paper.name).name
                path.write_bytes(paper.content)
                paths.append(path)
        return paths

    def drawn(self, message: Message, papers: Sequence[Path] = ()) -> str:
        """The message as lines of text."""
        bold, dim, plain = (BOLD, DIM, PLAIN) if self.colours else ("", "", "")
        lines = [f"{bold}{message.title}{plain}" if message.title else "", message.text,
                 f"{dim}{message.note}{plain}" if message.note else ""]
        lines += [f"📎 {path}" for path in papers]
        loud = [choice for choice in message.choices if choice.numbered]
        worded = [choice for choice in message.choices if choice.worded and not choice.quiet]
        quiet = [choice for choice in message.choices if choice.quiet]
        lines.append("\n".join(f"  {number}. {choice.label}" for number, choice in enumerate(loud, start=1)))
        lines += [f"  • {choice.label}" for choice in worded]
        if quiet:
            lines.append(dim + "  " + "   ".join(f"[{choice.label}]" for choice in quiet) + plain)
        return "\n".join(line for line in lines if line) + "\n"
