"""The users: many chats going through their dialogues, each step timed from the update to what becomes visible."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.contestant import Contestant, Dialogue, Step
from tests.loopback.bot import Bot
from tests.loopback.chat import Event
from tests.loopback.people import User


@dataclass(frozen=True, slots=True)
class Mode:
    """How the users behave; `rate` makes it an open loop: that many updates a second, ready or not."""

    name: str
    chats: int = 100
    seconds: float = 10.0
    think: float = 0.0
    api_latency: float = 0.0
    rate: float = 0.0
    patience: float = 30.0


@dataclass(slots=True)
class Timing:
    """One update: when it was available and when its result was visible (0: not before the end)."""

    update_id: int
    pressed: bool
    at: float
    visible: float = 0.0


class Walker:
    """One chat on its way through its dialogues."""

    def __init__(self, user: User, crowd: "Crowd") -> None:
        self.user = user
        self.number = 0
        self._crowd = crowd
        self._place = 0
        self.timing: Timing | None = None
        self._dialogue: Dialogue = crowd.contestant.dialogue(user.id, 0)

    @property
    def step(self) -> Step:
        return self._dialogue.steps[self._place]

    def act(self) -> None:
        """Take the next step now."""
        step, now = self.step, time.monotonic()
        update_id = self.user.say(step.say) if step.press is None else self.user.press(None, step.press)
        self.timing = Timing(update_id, step.press is not None, now)
        self._crowd.timings.append(self.timing)

    def saw(self, at: float) -> bool:
        """Something changed in the chat; True when the step is over."""
        timing = self.timing
        if timing is None:
            return False
        last = self.user.last
        if last is None or self.step.shows not in last.text:
            return False
        final = self._place + 1 == len(self._dialogue.steps)
        if not final and not self._ready(self._dialogue.steps[self._place + 1]):
            return False
        timing.visible, self.timing = at, None
        self._go_on(final)
        return True

    @property
    def between(self) -> bool:
        """Whether the next step begins a dialogue."""
        return self._place == 0

    def _ready(self, step: Step) -> bool:
        return step.press is None or self.user.can_press(step.press)

    def _go_on(self, final: bool) -> None:
        if final:
            self._crowd.confirmed.append(self._dialogue.key)
            self.restart()
        else:
            self._place += 1

    def restart(self) -> None:
        """Begin the next dialogue (also after waiting in vain)."""
        self._place, self.timing = 0, None
        self.number += 1
        self._dialogue = self._crowd.contestant.dialogue(self.user.id, self.number)


class Crowd:
    """All walkers of one round."""

    def __init__(self, bot: Bot, contestant: Contestant, mode: Mode, chats: range, seed: int) -> None:
        self.contestant = contestant
        self.mode = mode
        self.timings: list[Timing] = []
        self.confirmed: list[str] = []
        self.stuck = 0
        self._bot = bot
        self._random = random.Random(seed)
        self._walkers: dict[int, Walker] = {}
        self._ready: deque[Walker] = deque()
        self._chats = chats
        self._running = False
        self._warming = False
        self._epoch = 0
        bot.watchers.append(self._happened)

    def _walker(self, chat_id: int) -> Walker:
        walker = self._walkers[chat_id] = Walker(User(self._bot, chat_id), self)
        return walker

    def _happened(self, event: Event) -> None:
        if event.kind in ("answered", "deleted"):
            return
        walker = self._walkers.get(event.chat_id)
        if walker is None or not walker.saw(event.at) or not self._running:
            return
        if self._warming and walker.between:
            return  # one dialogue each: none is left in the middle when the measuring begins
        if self.mode.rate and not self._warming:
            self._ready.append(walker)
        else:
            self._later(walker.act)

    def _later(self, act: Callable[[], None]) -> None:
        """After the user's thinking time; one loop turn when they need none."""
        loop = asyncio.get_running_loop()
        think = self.mode.think * self._random.uniform(0.5, 1.5)
        loop.call_later(think, self._if_running, act, self._epoch)

    def _if_running(self, act: Callable[[], None], epoch: int) -> None:
        if self._running and epoch == self._epoch:  # not one thought of during the warm-up
            act()

    async def warm(self, dialogues: int) -> None:
        """A few dialogues before anything is measured, without faults."""
        self._running = self._warming = True
        for chat_id in self._chats[:dialogues]:
            self._walker(chat_id).act()
        async with asyncio.timeout(60):
            while len(self.confirmed) < dialogues:
                await asyncio.sleep(0.01)
        self._running = self._warming = False
        await self.settle(10)
        for walker in self._walkers.values():
            walker.restart()
        self._ready.extend(self._walkers.values())
        self.timings.clear()

    async def run(self) -> float:
        """The measured time; returns its length in seconds."""
        self._running = True
        self._epoch += 1
        started = time.monotonic()
        watch = asyncio.create_task(self._lose_patience())
        if self.mode.rate:
            await self._open_loop(started)
        else:
            for chat_id in self._chats[: self.mode.chats]:
                walker = self._walkers.get(chat_id) or self._walker(chat_id)
                self._later(walker.act)
            await asyncio.sleep(self.mode.seconds)
        self._running = False
        took = time.monotonic() - started
        watch.cancel()
        return took

    async def _open_loop(self, started: float) -> None:
        fresh = iter(self._chats)
        done = 0
        while (now := time.monotonic()) < started + self.mode.seconds:
            due = int((now - started) * self.mode.rate)
            while done < due:
                done += 1
                (self._ready.popleft() if self._ready else self._next_fresh(fresh)).act()
            await asyncio.sleep(0.002)

    def _next_fresh(self, fresh: Iterator[int]) -> Walker:
        for chat_id in fresh:
            if chat_id not in self._walkers:
                return self._walker(chat_id)
        raise RuntimeError("the open loop needs more chats than the round has")

    async def _lose_patience(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            limit = time.monotonic() - self.mode.patience
            for walker in list(self._walkers.values()):
                if walker.timing is not None and walker.timing.at < limit:
                    self.stuck += 1
                    walker.restart()
                    if not self.mode.rate:
                        walker.act()

    async def settle(self, seconds: float) -> None:
        """Let what is under way come to its end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(walker.timing for walker in self._walkers.values()):
            await asyncio.sleep(0.01)
