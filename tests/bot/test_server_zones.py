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


def test_reminders_and_days_in_a_program_set_to_each_zone() -> None:
    """One program, started where the clock differs most and changes twice a year; the tests run once in each zone."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "tests.zones", *TESTS,
         "-k", ELSEWHERE],
        cwd=ROOT, env={**os.environ, "TZ": ZONES[0]}, capture_output=True, text=True, timeout=280)
    assert ran.returncode == 0, ran.stdout[-3000:]
    passed = [len(re.findall(rf"^PASSED .*{re.escape(zone)}", ran.stdout, re.MULTILINE)) for zone in ZONES]
    assert len(set(passed)) == 1 and passed[0] > 150, passed


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
