"""Guides that nobody has looked at again in time: officers hear of it on Monday mornings, by name, until somebody has."""

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select, update

import content
from bot.clock import plan_day
from bot.reminding import send_due
from content.library import Library
from content.vietnam_time import instant
from storage.database import Database
from storage.models import Chat, Outbox, Reminder, table
from tests.handlers.village import LIBRARY, Village

NEXT = min(guide.review_again_on for guide in LIBRARY.guides("vi"))
MONDAY = NEXT + timedelta(days=(7 - NEXT.weekday()) % 7 or 7)
"""The first Monday on which something is overdue."""


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    made.joins("can-bo", "commune_officer", "Cán bộ Xã")
    made.joins("chi", "leader", "Bác Chi")
    return made


def morning(village: Village, day: date, hour: int = 7, minute: int = 31) -> str:
    """The clock at that hour; what the officer is told. Nobody has written for a while."""
    village.now = instant(day, hour, minute)
    with time_machine.travel(village.now, tick=False), village.database.write() as tx:
        tx.execute(update(table(Chat)).values(heard_at=village.now - timedelta(hours=1)))
        plan_day(tx, village.mind, day)
        send_due(tx, village.mind, village.now)
        tx.execute(update(table(Outbox)).where(table(Outbox).c.state == "new").values(state="sent", finished_at=village.now))
        send_due(tx, village.mind, village.now)
    return village.told("can-bo")


def fates(village: Village) -> list[tuple[str, str]]:
    with village.database.read() as tx:
        rows = tx.execute(select(table(Reminder).c.state, table(Reminder).c.reason)
                          .where(table(Reminder).c.kind == "content_review_due").order_by(table(Reminder).c.id)).all()
    return [(row.state, row.reason) for row in rows]


def looked_at_again(folder: Path, day: date) -> Library:
    """The library after somebody has looked at every guide and written down when it is to be looked at next."""
    shutil.copytree(Path(content.__file__).parent, folder / "content", ignore=shutil.ignore_patterns("__pycache__", "*.model"))
    for file in (folder / "content" / "guides").rglob("*.md"):
        text = re.sub(r"(?m)^review_again_on: .*$", f"review_again_on: {day + timedelta(days=90)}", file.read_text("utf-8"))
        file.write_text(text, "utf-8")
    return Library.read(folder / "content")


def test_officers_hear_on_mondays_which_guides_are_overdue_until_somebody_has_looked(village: Village, tmp_path: Path) -> None:
    overdue = [guide for guide in LIBRARY.guides("vi") if LIBRARY.overdue(guide, MONDAY)]
    assert morning(village, NEXT - timedelta(days=1)) == "" and fates(village) == [], "not before its day"
    assert morning(village, MONDAY, 7, 29) == "", "not before half past seven"
    told = morning(village, MONDAY)
    assert str(len(overdue)) in told and overdue[0].title in told and village.told("chi") == "", "the leader has other work"
    assert fates(village) == [("sent", "")]
    for days in range(1, 7):
        assert morning(village, MONDAY + timedelta(days=days)) == "", "once a week"
    again = MONDAY + timedelta(days=7)
    village.now = instant(again, 0, 30)
    with time_machine.travel(village.now, tick=False), village.database.write() as tx:
        plan_day(tx, village.mind, again)
    village.mind = replace(village.mind, library=looked_at_again(tmp_path, again))
    assert morning(village, again) == "", "looked at in the night before: there is nothing to say"
    assert fates(village) == [("sent", ""), ("cleared", "nothing_left")]
    assert "không cần nữa" in village.say("can-bo", "vì sao không nhắc")
