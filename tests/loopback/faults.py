"""Faults of the network and the platform, switchable at run time and drawn from one seed."""

import random
from dataclasses import dataclass, fields

KINDS = ("lost_request", "unavailable", "flood", "lost_response", "invalid_json", "drip")


@dataclass(slots=True)
class Plan:
    """What will go wrong with one call."""

    kind: str = ""
    delay: float = 0.0


NOTHING = Plan()


@dataclass
class Faults:
    """Fractions are of calls; the first kind drawn wins. `only` limits all faults to some methods."""

    latency: float = 0.0
    jitter: float = 0.0
    latency_on_polls: bool = False  # an idle long poll costs its caller no round trip, so off by default
    lost_request: float = 0.0  # the connection is reset and nothing was done
    lost_response: float = 0.0  # the call is done, then the connection is reset
    unavailable: float = 0.0
    unavailable_status: int = 502
    flood: float = 0.0
    retry_after: int = 1
    invalid_json: float = 0.0  # the call is done, the answer is garbage
    drip: float = 0.0  # the call is done, the answer comes byte by byte
    drip_rate: float = 20.0
    repeated: float = 0.0  # fraction of updates handed out once more after their confirmation
    only: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._script: list[tuple[str, str]] = []
        self.forbidden_chats: set[int] = set()
        self.counts: dict[str, int] = dict.fromkeys(KINDS, 0)

    def set(self, **values: object) -> None:
        """Switch faults; a new seed restarts the draw."""
        known = {field.name for field in fields(self)}
        for name, value in values.items():
            if name == "forbidden_chats":
                self.forbidden_chats = set(value)  # type: ignore[call-overload]
            elif name in known:
                setattr(self, name, tuple(value) if name == "only" else value)  # type: ignore[arg-type]
            else:
                raise ValueError(f"no such fault: {name}")
        if "seed" in values:
            self._random = random.Random(self.seed)

    def clear(self) -> None:
        """No faults any more; the counts stay."""
        for field in fields(self):
            if field.name != "seed":
                setattr(self, field.name, field.default)
        self._script.clear()
        self.forbidden_chats.clear()

    def once(self, method: str, kind: str, times: int = 1) -> None:
        """The next call(s) of this method meet exactly this fault."""
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}")
        self._script += [(method.lower(), kind)] * times

    def plan(self, method: str) -> Plan:
        """Decide for one call; `method` in lower case."""
        concerned = not self.only or method in {name.lower() for name in self.only}
        kind = self._scripted(method) or (self._drawn() if concerned else "")
        if kind:
            self.counts[kind] += 1
        delay = 0.0
        if concerned and (self.latency or self.jitter) and (method != "getupdates" or self.latency_on_polls):
            delay = self.latency + (self._random.random() * self.jitter if self.jitter else 0.0)
        return Plan(kind, delay) if kind or delay else NOTHING

    def repeats(self) -> bool:
        """Whether an update just confirmed is handed out once more."""
        return self.repeated > 0 and self._random.random() < self.repeated

    def _scripted(self, method: str) -> str:
        for at, (name, kind) in enumerate(self._script):
            if name == method:
                del self._script[at]
                return kind
        return ""

    def _drawn(self) -> str:
        total = sum(getattr(self, kind) for kind in KINDS)
        if not total:
            return ""
        draw = self._random.random()
        for kind in KINDS:
            draw -= getattr(self, kind)
            if draw < 0:
                return kind
        return ""
