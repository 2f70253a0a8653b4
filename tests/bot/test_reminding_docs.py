"""The table of kinds and rules names every kind there is, and tests that are there."""

import re
from pathlib import Path

from storage.reminding.reminder_kinds import KINDS

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "why" / "reminding.md").read_text("utf-8")


def test_every_kind_has_its_row() -> None:
    assert {found for found in re.findall(r"^\| `(\w+)` \|", TABLE, re.MULTILINE)} == KINDS.keys()


def test_every_test_that_is_named_is_there() -> None:
    files = [file.read_text("utf-8") for file in (ROOT / "tests").rglob("test_*.py")]
    there = {name for text in files for name in re.findall(r"def test_(\w+)", text)}
    named = {each.rpartition("::")[2] for each in re.findall(r"`([\w/.]+::\w+|\w{20,})`", TABLE)} - KINDS.keys()
    assert len(named) > 40 and named - there == set()
    for file in set(re.findall(r"`(tests/[\w/]+\.py)", TABLE)):
        assert (ROOT / file).exists(), file
