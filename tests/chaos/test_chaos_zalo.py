"""The short form of the chaos run on Zalo's channels: nothing lost of what the platform delivered, nothing done twice."""

from pathlib import Path

import pytest

from tests.chaos.world import World
from tests.chaos.zalo import Way, run


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("way", "chats", "each", "kills"), [("polling", 12, 6, 2), ("webhook", 8, 4, 3), ("oa", 8, 4, 3)])
async def test_nothing_is_lost_or_doubled_on_zalo(
    sqlite_url: str, tmp_path: Path, way: Way, chats: int, each: int, kills: int
) -> None:
    """On the bot that fetches also a kill at every named point."""
    world = World(chats=chats, each=each)
    verdict, platform = await run(sqlite_url, world, tmp_path / "log.txt", way, kills=kills, points=way == "polling")
    print(way, verdict)
    log = (tmp_path / "log.txt").read_text("utf-8", "replace")
    assert verdict.wrong == [], f"{verdict}\n{log[-3000:]}"
    assert verdict.updates == chats * (1 + 2 * each) and len(platform.posts()) > verdict.updates / 2
    assert "loopback-zalo-token" not in log and "loopback-access" not in log
