"""The short form of `make chaos`: a kill at every named point and a few at random, on both databases."""

from pathlib import Path

import pytest

from tests.chaos.run import run
from tests.chaos.world import World


@pytest.mark.timeout(240)
async def test_nothing_is_lost_or_doubled_whenever_it_is_killed(sqlite_url: str, tmp_path: Path) -> None:
    verdict = await run(sqlite_url, World(chats=20, each=10), tmp_path / "log.txt", kills=2, points=True, pace=0.6)
    assert verdict.wrong == [], f"{verdict}\n{(tmp_path / 'log.txt').read_text('utf-8', 'replace')[-3000:]}"
    assert verdict.updates == 20 * 21
    assert verdict.kills == 8


@pytest.mark.timeout(240)
async def test_the_same_on_postgres(postgres_url: str, tmp_path: Path) -> None:
    verdict = await run(postgres_url, World(chats=12, each=6), tmp_path / "log.txt", kills=3, points=False, pace=0.5, seed=3)
    assert verdict.wrong == [], f"{verdict}\n{(tmp_path / 'log.txt').read_text('utf-8', 'replace')[-3000:]}"
    assert verdict.updates == 12 * 13
