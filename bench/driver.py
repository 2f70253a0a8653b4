"""Rounds in turns: every contestant on a fresh platform and database, under the same users, one after the other."""

import asyncio
import gc
import json
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.contestant import Contestant, Place
from bench.crowd import Crowd, Mode, Timing
from bench.process import BotProcess
from tests.loopback.bot import Bot
from tests.loopback.bot_api import LoopbackBotApi

FIRST_CHAT, MOST_CHATS = 9_000_001, 5_000
START_SECONDS = 60.0

MODES = (
    Mode("100 chats, no think time"),
    Mode("open loop, 200 updates/s", rate=200.0),
    Mode("API 50 ms, think 0.3 s", think=0.3, api_latency=0.05),
)


@dataclass(slots=True)
class Row:
    """One contestant in one round of one mode."""

    mode: str
    contestant: str
    round: int
    figures: dict[str, float]


@dataclass
class Results:
    """All rows of a run; `bench.report.table` prints them."""

    rows: list[Row] = field(default_factory=list)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps([asdict(row) for row in self.rows], ensure_ascii=False, indent=1))

    @classmethod
    def load(cls, path: Path) -> "Results":
        return cls([Row(**row) for row in json.loads(path.read_text())])

    def faults(self) -> list[str]:
        """What no contestant may show: visits confirmed to the user but missing or written twice."""
        return [
            f"{row.contestant}, {row.mode}, round {row.round}: {name} {row.figures[name]:.0f}"
            for row in self.rows
            for name in ("rows_missing", "rows_doubled")
            if row.figures[name]
        ]


def run_visits(contestants: Sequence[Contestant], rounds: int = 3, modes: Sequence[Mode] = MODES) -> Results:
    """Every mode, `rounds` times, the contestants in turns (each round begins with another one)."""
    results = Results()
    for mode in modes:
        for number in range(rounds):
            for turn in range(len(contestants)):
                contestant = contestants[(number + turn) % len(contestants)]
                figures = asyncio.run(_one(contestant, mode, number))
                results.rows.append(Row(mode.name, contestant.name, number, figures))
    return results


async def _one(contestant: Contestant, mode: Mode, number: int) -> dict[str, float]:
    gc.collect()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        async with LoopbackBotApi(seed=number) as api:
            chats = range(FIRST_CHAT, FIRST_CHAT + MOST_CHATS)
            place = Place(api.base_url, api.bot().token, Path(folder), chats)
            contestant.prepare(place)
            argv, environment = contestant.command(place)
            process = BotProcess(argv, environment, place.folder)
            await process.start()
            try:
                figures = await _measure(api, contestant, mode, place, process)
            except Exception as error:
                raise RuntimeError(f"{contestant.name}: {process.output.read_text()[-3000:]}") from error
            finally:
                await process.stop()
        return figures


async def _measure(
    api: LoopbackBotApi, contestant: Contestant, mode: Mode, place: Place, process: BotProcess
) -> dict[str, float]:
    first_poll = await _first_poll(api.bot(), process)
    crowd = Crowd(api.bot(), contestant, mode, place.chats, seed=api.faults.seed)
    await crowd.warm(dialogues=5)
    api.faults.set(latency=mode.api_latency)
    cpu, own, started = process.cpu_seconds(), time.process_time(), time.monotonic()
    took = await crowd.run()
    ended, busy = time.monotonic(), time.process_time() - own
    settled = [timing for timing in crowd.timings if 0 < timing.visible <= ended]
    figures = {
        "updates_per_s": len(settled) / took,
        "cpu_s_per_1000": (process.cpu_seconds() - cpu) / max(len(settled), 1) * 1000,
        "driver_busy": busy / (ended - started),
        "start_s": first_poll,
    }
    await crowd.settle(mode.patience)
    figures |= _latencies("visible", [_waited(timing, mode.patience) for timing in crowd.timings])
    figures |= _latencies("answered", _answered(api.bot(), crowd.timings, mode.patience))
    figures["peak_rss_mb"] = process.peak_megabytes()
    figures["updates"] = len(crowd.timings)
    figures["stuck"] = sum(1 for timing in crowd.timings if not timing.visible)
    figures["ended_cleanly"] = float(await process.stop())
    return figures | _rows(contestant.count_rows(place), crowd.confirmed)


async def _first_poll(bot: Bot, process: BotProcess) -> float:
    """Seconds from the start to the first getUpdates or setWebhook."""
    async with asyncio.timeout(START_SECONDS):
        while not bot.updates.polls and bot.webhook is None:
            if not process.running:
                raise RuntimeError("the bot ended before it asked for updates")
            await asyncio.sleep(0.005)
    return time.monotonic() - process.started


def _waited(timing: Timing, patience: float) -> float:
    """An update nobody answered counts as waited for with all patience, not as never sent."""
    return timing.visible - timing.at if timing.visible else patience


def _answered(bot: Bot, timings: list[Timing], patience: float) -> list[float]:
    presses = {press.update_id: press for press in bot.presses.values()}
    found = (presses[timing.update_id] for timing in timings if timing.pressed)
    return [press.answered_at - press.at if press.answered_at else patience for press in found]


def _latencies(name: str, seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds) or [0.0]
    return {
        f"{name}_p{share}_ms": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] * 1000
        for share in (50, 95, 99)
    }


def _rows(stored: Counter[str], confirmed: list[str]) -> dict[str, float]:
    """Every confirmed visit must be stored once; an unconfirmed one at most once."""
    return {
        "visits_confirmed": len(confirmed),
        "rows_missing": sum(1 for key in confirmed if not stored[key]),
        "rows_doubled": sum(1 for times in stored.values() if times > 1),
    }
