"""The bot's process: started, watched for CPU and memory, ended."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_TICK = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 20.0


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _family(pid: int) -> Iterator[int]:
    """The process and all its living descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int(_stat(int(entry.name))[1]), []).append(int(entry.name))
            except OSError:
                continue  # it ended meanwhile
    waiting = [pid]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += parents.get(found, [])


class BotProcess:
    """One contestant's process; its output goes to a file in its folder."""

    def __init__(self, argv: list[str], environment: Mapping[str, str], folder: Path) -> None:
        self._argv = argv
        self._environment = {**os.environ, **environment}
        self.output = folder / "output.txt"
        self.started = 0.0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.started = time.monotonic()
        with self.output.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self._argv,
                env=self._environment,
                cwd=ROOT,
                stdout=output,
                stderr=output,
                stdin=asyncio.subprocess.DEVNULL,
            )

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def _pids(self) -> Iterator[int]:
        assert self._process is not None
        return _family(self._process.pid)

    def cpu_seconds(self) -> float:
        """User and system time of the process, its living children, and those it waited for."""
        total = 0
        for pid in self._pids():
            try:
                total += sum(int(value) for value in _stat(pid)[11:15])
            except OSError:
                continue
        return total / _TICK

    def peak_megabytes(self) -> float:
        """The sum of VmHWM over the process and its children."""
        total = 0
        for pid in self._pids():
            try:
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
        return total / 1024

    async def stop(self) -> bool:
        """SIGTERM, then SIGKILL; True when it ended by itself in time."""
        if not self.running:
            return False
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            return False
        return True
