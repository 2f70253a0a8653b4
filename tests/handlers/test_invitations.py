"""Joining a team: a link or a code, once, in time, kept only as hashes."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.channels.terminal import Terminal
from storage.database import Database
from storage.models import Consent, Invitation, Membership, Place, Team, table
from storage.teams import people
from tests.bot.test_canaries import everything
from tests.houses import furnish, living, quiet

ROOT = Path(__file__).parents[2]


def invite(url: str) -> tuple[str, str]:
    """A fresh invitation into the first hamlet's team: its link and its code."""
    link, code = people.new_link(), people.new_code()
    database = Database(url)
    with database.write() as tx:
        hamlet = tx.scalar(select(table(Place).c.id).where(table(Place).c.level == "hamlet").order_by(table(Place).c.id).limit(1))
        team = tx.scalar(select(table(Team).c.id).where(table(Team).c.hamlet_id == hamlet))
        people.invite(tx, people.Invite(link, code, "volunteer", team, hamlet), None, datetime.now(UTC))
    database.close()
    return link, code


def members(url: str) -> int:
    database = Database(url)
    with database.read() as tx:
        found = tx.scalar(select(func.count()).select_from(table(Membership)))
    database.close()
    return int(found or 0)


async def hold(url: str, chat: str, *lines: str) -> str:
    """What somebody is told while they say these lines."""
    shown: list[str] = []
    terminal = Terminal(chat, out=shown.append, colours=False)
    async with living(url, [terminal]) as house:
        await terminal.ready.wait()
        for line in lines:
            await terminal.hear(line)
            await quiet(house.store)
    return "\n".join(shown)


@pytest.fixture
def commune(url: str) -> str:
    furnish(url)
    return url


async def test_where_no_link_leads_here_only_the_code_is_given(commune: str) -> None:
    told = await hold(commune, "leader", "mời")
    assert "đọc mã này cho người được mời" in told and "đường dẫn" not in told


def test_an_invitation_made_in_a_terminal_brings_its_link(tmp_path: Path) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GOCUA_")}
    told = subprocess.run([sys.executable, "-m", "bot", "chat", "--as", "leader"], input="mời\n\n", capture_output=True,
                          text=True, timeout=60, cwd=tmp_path, env={**plain, "PYTHONPATH": str(ROOT)}, check=True).stdout
    assert "http://127.0.0.1:8080/?start=j-" in told


async def test_a_link_lets_one_person_in_once(commune: str) -> None:
    link, _ = invite(commune)
    before = members(commune)
    told = await hold(commune, "new", f"/start j-{link}", "đồng ý, tham gia", "Chị Lan")
    assert "thành viên tổ" in told and "Chào mừng Chị Lan" in told
    assert members(commune) == before + 1
    assert "không còn dùng được" in await hold(commune, "second", f"/start j-{link}")
    assert members(commune) == before + 1
    assert link not in everything(commune)
    database = Database(commune)
    with database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(table(Consent))) == 1
    database.close()


async def test_a_typed_code_works_in_any_spelling_and_dies_sooner(commune: str) -> None:
    _, code = invite(commune)
    assert "Tham gia làm" in await hold(commune, "new", "tôi có mã mời", code.lower().replace("-", " "))
    _, late = invite(commune)
    database = Database(commune)
    with database.write() as tx:
        tx.execute(update(table(Invitation)).values(code_expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    database.close()
    assert "hết hạn" in await hold(commune, "late", "tôi có mã mời", late)


async def test_saying_no_keeps_nothing(commune: str) -> None:
    link, _ = invite(commune)
    before = members(commune)
    assert "chưa lưu gì" in await hold(commune, "shy", f"/start j-{link}", "không tham gia")
    assert members(commune) == before


async def test_two_people_with_the_same_link_at_once(commune: str) -> None:
    link, _ = invite(commune)
    before = members(commune)
    for chat in ("one", "two"):
        await hold(commune, chat, f"/start j-{link}", "đồng ý, tham gia")
    told: dict[str, list[str]] = {"one": [], "two": []}
    terminals = {chat: Terminal(chat, out=told[chat].append, colours=False, account=f"terminal{chat}") for chat in told}
    for terminal in terminals.values():
        terminal.account = "terminal"
    async with living(commune, [terminals["one"]]) as house:
        await terminals["one"].ready.wait()
        await terminals["two"].start(house.reception.receive)
        await asyncio.gather(*(terminal.hear("Bạn Mới") for terminal in terminals.values()))
        await quiet(house.store)
    assert members(commune) == before + 1


def test_codes_have_no_letters_that_look_alike() -> None:
    assert not set("01ILOU") & set(people.CODE_LETTERS) - {"U"}
    assert people.tidy_code("km4t 7xq2") == "KM4T-7XQ2"
    assert people.tidy_code("km4t-7xq") == "" and people.tidy_code("KM4T-7XQ0") == ""
    assert len(people.new_link()) >= 22
