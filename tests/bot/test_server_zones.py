"""The server's own time zone must not matter: the tests of reminders and days pass in programs started in other zones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = "tests/bot/test_reminder_kinds.py::test_"
TESTS = [
    "tests/storage/test_reminder_rules.py",
    "tests/content/test_days.py",
    f"{KINDS}the_day_plans_what_nobody_triggers",
    f"{KINDS}a_dossier_on_its_day_and_two_working_days_later_and_then_never",
    f"{KINDS}a_return_visit_is_said_in_the_morning_and_an_hour_before_until_somebody_goes",
    f"{KINDS}the_desk_opens_longer_tomorrow_for_whoever_asked",
]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/New_York"])
def test_reminders_and_days_in_a_program_started_in_another_zone(zone: str) -> None:
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            *TESTS,
            "-k",
            "not postgres and not real_server and not breaks",
        ],
        cwd=ROOT,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert " passed" in ran.stdout
