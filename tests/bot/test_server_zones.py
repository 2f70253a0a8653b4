"""The server's own time zone must not matter: the tests of reminders and days pass in a program set to other zones."""

import os
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from tests.zones import ZONES

ROOT = Path(__file__).parents[2]
KINDS = "tests/bot/test_reminder_kinds.py::test_"
TESTS = [
    "tests/storage/test_reminder_rules.py",
    "tests/storage/test_working_hours.py",
    "tests/content/test_days.py",
    f"{KINDS}the_day_plans_what_nobody_triggers",
    f"{KINDS}a_dossier_on_its_day_and_two_working_days_later_and_then_never",
    f"{KINDS}a_return_visit_is_said_in_the_morning_and_an_hour_before_until_somebody_goes",
    f"{KINDS}the_desk_opens_longer_tomorrow_for_whoever_asked",
]
ELSEWHERE = "not postgres and not real_server and not break and not minute_by_minute and not hang"
"""Tests that ask for a server, or feed random words and instants by the thousand, whatever the hour."""

WHERE = """
import os, pathlib, subprocess, sys
from datetime import datetime

HOURS = "from datetime import datetime as d; print(round(d(2026, 11, 25).astimezone().utcoffset().total_seconds() / 3600))"

def test_where():
    here = round(datetime(2026, 11, 25).astimezone().utcoffset().total_seconds() / 3600)
    there = subprocess.run([sys.executable, "-c", HOURS], capture_output=True, text=True, check=True).stdout.strip()
    worker = os.environ["PYTEST_XDIST_WORKER"]
    pathlib.Path(os.environ["SEEN"], worker + ".txt").write_text(f"{os.environ['TZ']} {here} {there}")
"""
"""A test that notes where it ran, and where a program it started ran."""


def test_reminders_and_days_in_a_program_set_to_each_zone() -> None:
    """One program, started where the clock differs most and changes twice a year; the tests run once in each zone."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "tests.zones", *TESTS,
         "-k", ELSEWHERE],
        cwd=ROOT, env={**os.environ, "TZ": ZONES[0]}, capture_output=True, text=True, timeout=280)
    assert ran.returncode == 0, ran.stdout[-3000:]
    passed = [len(re.findall(rf"^PASSED .*{re.escape(zone)}", ran.stdout, re.MULTILINE)) for zone in ZONES]
    assert len(set(passed)) == 1 and passed[0] > 150, passed


def test_the_programs_that_share_a_run_live_in_different_zones(tmp_path: Path) -> None:
    """Each of three, and whatever it starts: so the whole suite is spread over the zones in every run."""
    out = shared_run(tmp_path, "3", {})
    assert all(f"gw{n} {zone}" in out for n, zone in enumerate(ZONES)), out
    seen = {path.stem: path.read_text().split() for path in tmp_path.glob("gw*.txt")}
    hours = {"America/New_York": "-5", "UTC": "0", "Asia/Ho_Chi_Minh": "7"}
    assert seen == {f"gw{n}": [zone, hours[zone], hours[zone]] for n, zone in enumerate(ZONES)}


def test_a_zone_that_was_asked_for_holds_for_all_of_them(tmp_path: Path) -> None:
    out = shared_run(tmp_path, "2", {"TZ": ZONES[2]})
    assert f"time zone: {ZONES[2]}" in out
    assert {path.name: path.read_text() for path in tmp_path.glob("gw*.txt")} == {f"gw{n}.txt": f"{ZONES[2]} 7 7" for n in (0, 1)}


def shared_run(folder: Path, programs: str, zone: dict[str, str]) -> str:
    """A run of its own, of one test in each of several programs; what it printed."""
    (folder / "conftest.py").write_text("from tests.conftest import *\n")
    (folder / "test_where.py").write_text(WHERE)
    around = {name: value for name, value in os.environ.items() if name != "TZ" and not name.startswith("PYTEST_")}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", programs, "--dist", "each", "--rootdir", folder, folder],
        cwd=ROOT, env={**around, **zone, "PYTHONPATH": str(ROOT), "SEEN": str(folder)}, capture_output=True, text=True,
        timeout=120)
    assert ran.returncode == 0, ran.stdout[-3000:]
    return ran.stdout


def test_the_plugin_does_move_the_clock() -> None:
    """Otherwise the test above would prove nothing."""
    moved = {}
    before = os.environ.get("TZ")
    for zone in ZONES:
        os.environ["TZ"] = zone
        time.tzset()
        moved[zone] = datetime(2026, 11, 25, 12).astimezone().utcoffset()
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    time.tzset()
    assert [offset.total_seconds() / 3600 for offset in moved.values() if offset is not None] == [-5, 0, 7]
