"""The short form of `python -m bench.broadcast`: a few hundred people at raised figures, whole and with kills in the middle."""

from pathlib import Path

import pytest

from tests.chaos.announcing import Crowd, announce

FAST = {"allowed": 100.0, "pace": 98.0}


@pytest.mark.timeout(120)
@pytest.mark.alone
async def test_everybody_gets_it_once_and_people_are_answered_meanwhile(url: str, tmp_path: Path) -> None:
    report = await announce(url, Crowd(400, talkers=8, **FAST), tmp_path / "log.txt")
    assert (report.received, report.lost, report.doubled, report.refused) == (400, 0, 0, 0), str(report)
    assert report.replies and report.reply(99) < 1, str(report)
    assert report.rate > 0.6 * report.allowed, str(report)  # a few seconds on a busy machine; the bench holds it to 95 %
    assert report.edits >= 1


@pytest.mark.timeout(180)
async def test_the_process_that_stands_by_goes_on_at_the_same_row(url: str, tmp_path: Path) -> None:
    report = await announce(url, Crowd(700, talkers=4), tmp_path / "log.txt", kills=2, spare=True)  # 24 seconds, ten for each
    assert report.wrong == [], f"{report}\n{(tmp_path / 'log.txt').read_text('utf-8', 'replace')[-3000:]}"
    assert report.received + report.ambiguous >= 700


@pytest.mark.timeout(180)
async def test_it_goes_on_at_the_same_row_after_every_kill(url: str, tmp_path: Path) -> None:
    report = await announce(url, Crowd(300, talkers=4, **FAST), tmp_path / "log.txt", kills=5)
    assert report.wrong == [], f"{report}\n{(tmp_path / 'log.txt').read_text('utf-8', 'replace')[-3000:]}"
    assert report.received + report.ambiguous >= 300 and report.kills == 5
