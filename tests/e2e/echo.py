"""A small real server around the web chat: it remembers in memory and answers as a test tells it to."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import web

from bot.channels import Papers, Received, no_papers
from bot.channels.webchat import WebChat
from handlers.talk import Choice, Incoming, Kind, Message
from storage.transcript import Line

Answering = Callable[[Incoming], Sequence[Message]]


def echo(incoming: Incoming) -> Sequence[Message]:
    """Say what was heard; a press changes the message it stood under."""
    choices = (Choice("Một", "a"), Choice("Hai", "b"), Choice("Về menu", "/menu", quiet=True))
    if incoming.kind is Kind.START:
        return [Message(title="Chào bác", text=f"start={incoming.data}", choices=choices)]
    if incoming.kind is Kind.PRESS:
        return [Message(title="Đã bấm", text=f"press={incoming.data}", choices=choices, edits=incoming.message, ack=incoming.ack)]
    return [Message(text=f"Bác nói: {incoming.text}", choices=choices)]


class Echo:
    """What the rest of the program would be: inbox, turn, outbox and delivery, for the web chat alone."""

    def __init__(self, *, demo: bool = True, public_url: str = "", language: str = "vi") -> None:
        self.answer: Answering = echo
        self.heard: list[Received] = []
        self.asked: list[Received] = []
        self.lines: dict[str, list[Line]] = {}
        self.ids: set[str] = set()
        self.broken = False
        self.papers: Papers = no_papers
        self.pause = 0.0
        self.row = 0
        self.options = {"demo": demo, "public_url": public_url, "language": language}
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        """Begin to serve, on the same port as before where there was one."""
        self.chat = WebChat(transcript=self.transcript, papers=self.papers, **self.options)  # type: ignore[arg-type]
        app = web.Application(client_max_size=64 * 1024, middlewares=self.chat.middlewares())
        app.router.add_routes(self.chat.routes(self.receive))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        await self.chat.stop()
        if self._runner:
            await self._runner.cleanup()
        await asyncio.gather(*self._tasks)

    async def receive(self, account: str, things: Sequence[Received]) -> None:
        """Commit once, answer once."""
        if self.broken:
            raise OSError("the database is away")
        for thing in things:
            self.asked.append(thing)
            if thing.external_id in self.ids:
                continue
            self.ids.add(thing.external_id)
            self.heard.append(thing)
            self.row += 1
            self.lines.setdefault(thing.chat, []).append(Line(self.row, False, datetime.now(UTC), thing.incoming.pack()))
            task = asyncio.create_task(self._turn(thing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _turn(self, thing: Received) -> None:
        await asyncio.sleep(self.pause)
        for message in self.answer(thing.incoming):
            await self.say(thing.chat, message)

    async def say(self, chat: str, *messages: Message) -> int:
        """Put messages into the outbox and send them; a secret one is forgotten as soon as it is sent."""
        *before, message = messages
        for each in before:  # of the same answer: committed together
            self.row += 1
            self.lines.setdefault(chat, []).append(Line(self.row, True, datetime.now(UTC), each.pack()))
        self.row += 1
        line = Line(self.row, True, datetime.now(UTC), message.pack())
        there = self.lines.setdefault(chat, [])
        there.append(line)
        await self.chat.send(chat, message)
        if message.secret:
            there[there.index(line)] = Line(line.id, True, line.at, {})
        return line.id

    async def transcript(self, account: str, chat: str, limit: int, after: int) -> list[Line]:
        if self.broken:
            raise OSError("the database is away")
        lines = [line for line in self.lines.get(chat, []) if not after or (line.ours and line.id > after)]
        return lines[-limit:]


@asynccontextmanager
async def serving(**options: object) -> AsyncIterator[Echo]:
    echo = Echo(**options)  # type: ignore[arg-type]
    await echo.open()
    try:
        yield echo
    finally:
        await echo.close()
