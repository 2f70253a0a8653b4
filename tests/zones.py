"""The time zones a server may be set to. As a plugin (`pytest -p tests.zones`) every test runs once in each of them."""

import os
import time
from collections.abc import Iterator

import pytest

ZONES = ("America/New_York", "UTC", "Asia/Ho_Chi_Minh")


def zone_of(worker: str) -> str:
    """The zone of one of several programs that share a run (gw0, gw1 ...): they take turns."""
    return ZONES[int(worker.removeprefix("gw")) % len(ZONES)]


@pytest.fixture(params=ZONES, scope="module", autouse=True)
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The process as if it had been started there, as far as its clock goes."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()
