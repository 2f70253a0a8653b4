"""Every button of every screen, pressed again whenever one likes: never silence, never a wrong write, never twice."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from bot.channels import Received
from bot.channels.terminal import Terminal
from bot.house import House
from handlers.catalogue import ACTIONS, DIALOGUES
from handlers.talk import Incoming, Kind, Message
from storage import transcript
from storage.database import Database
from storage.models import Inbox, Visit, table
from tests.handlers.village import Village
from tests.houses import furnish, living, quiet

GARBAGE = [
    "",
    ":",
    "::",
    "zzz:::",
    "/nonsense:x",
    "/undo:zz",
    "/resume:",
    "/guide:nothing",
    "/visit:9999.=1",
    "1:check:save",
    "é" * 30,
    "0:household:1",
    "zzzzzzzzzzzz:outcome:completed",
    "/language:xx",
    "/quiet:~",
    "/guides:999",
]


async def press(house: House, chat: str, data: str) -> list[Message]:
    """What the bot says to a press."""
    before = await house.store.read(lambda rows: len(transcript.lines(rows, "terminal", chat, 1000, 1)))
    thing = Incoming(Kind.PRESS, datetime.now(UTC), data=data, message="1", ack="a")
    await house.reception.receive("terminal", [Received(uuid.uuid4().hex, chat, thing)])
    await quiet(house.store)
    lines = await house.store.read(lambda rows: transcript.lines(rows, "terminal", chat, 1000, 1))
    return [Message.unpack(line.body) for line in lines[before:]]


def rows_of(url: str) -> tuple[int, int]:
    """How many visits there are, and dead letters."""
    database = Database(url)
    with database.read() as tx:
        visits = tx.scalar(select(func.count()).select_from(table(Visit)))
        dead = tx.scalar(select(func.count()).select_from(table(Inbox)).where(table(Inbox).c.state == "dead"))
    database.close()
    return int(visits or 0), int(dead or 0)


@pytest.mark.timeout(180)
async def test_every_button_of_a_visit_pressed_again_after_it_was_saved(sqlite_url: str) -> None:
    furnish(sqlite_url)
    terminal = Terminal("volunteer", out=lambda text: None, colours=False)
    async with living(sqlite_url, [terminal]) as house:
        await terminal.ready.wait()
        seen: list[str] = []
        for line in ("ghi lượt", "18", "✅ Xong", "✅ Làm xong", "xong, đi tiếp", "không ghi chú", "sửa", "thôi, không sửa"):
            await terminal.hear(line)
            await quiet(house.store)
        lines = await house.store.read(lambda rows: transcript.lines(rows, "terminal", "volunteer", 1000, 1))
        seen = list(dict.fromkeys(choice.data for line in lines for choice in Message.unpack(line.body).choices))
        assert len(seen) > 20
        save = next(data for data in seen if data.endswith(":check:save"))
        assert await press(house, "volunteer", save)
        visits, _ = rows_of(sqlite_url)
        for data in [save, save, *(each for each in seen if not each.startswith("/undo")), *GARBAGE]:
            assert await press(house, "volunteer", data), f"silence after {data!r}"
        for data in seen:
            assert await press(house, "somebody-else", data), f"silence to somebody else after {data!r}"
    assert rows_of(sqlite_url) == (visits, 0)


async def test_a_double_press_is_one_effect(url: str) -> None:
    furnish(url)
    terminal = Terminal("volunteer", out=lambda text: None, colours=False)
    async with living(url, [terminal]) as house:
        await terminal.ready.wait()
        for line in ("ghi lượt", "18"):
            await terminal.hear(line)
            await quiet(house.store)
        before, _ = rows_of(url)
        lines = await house.store.read(lambda rows: transcript.lines(rows, "terminal", "volunteer", 5, 1))
        absent = next(c.data for line in lines for c in Message.unpack(line.body).choices if c.data.endswith(":first:absent"))
        things = [
            Received(uuid.uuid4().hex, "volunteer", Incoming(Kind.PRESS, datetime.now(UTC), data=absent, message="1", ack="a"))
            for _ in range(50)
        ]
        await house.reception.receive("terminal", things)
        await quiet(house.store)
    assert rows_of(url) == (before + 1, 0)


BAD = [
    "",
    " ",
    "👨‍👩‍👧‍👦" * 20,
    "\u202engược\u202c",
    "Ho\u0300a",
    "a" * 4096,
    '%_"NEAR(',
    "'; DROP TABLE visit; --",
    "z̷̢̛͎a̸̡l̶g̴o̷" * 30,
    "\u200b",
    "0",
    "-1",
    "99999999999",
    "31/02/2026",
    "{0.__class__}",
    "<b>x</b>",
    "/start x y z",
    "/unknown",
    "٣",
    "①",
    "\n\n\n",
]


@pytest.mark.timeout(180)
async def test_nonsense_at_every_question_is_answered_and_loses_nothing(sqlite_url: str) -> None:
    furnish(sqlite_url)
    shown: list[str] = []
    terminal = Terminal("volunteer", out=shown.append, colours=False)
    async with living(sqlite_url, [terminal]) as house:
        await terminal.ready.wait()
        before, _ = rows_of(sqlite_url)
        for line in ("menu", "ghi lượt", "18", "khác", "đi làm xa"):
            await terminal.hear(line)
            await quiet(house.store)
            for bad in BAD:
                now, _ = rows_of(sqlite_url)
                shown.clear()
                await terminal.hear(bad)
                await quiet(house.store)
                assert shown, f"silence after {bad!r} at {line!r}"
                assert bad in ("٣", "①") or rows_of(sqlite_url)[0] == now, f"{bad!r} at {line!r} is no answer"
                if bad.startswith("/start") or bad == "0":
                    await terminal.hear("menu")
                    await terminal.hear("1")
                    await quiet(house.store)
    assert rows_of(sqlite_url)[1] == 0
    assert before <= rows_of(sqlite_url)[0] <= before + 5, "① and ٣ are numbers of a list: whoever types them chooses"


NO_NUMBER = ("z" * 40, "9" * 40, f"{'9' * 20}.{'9' * 20}", f"household:{'9' * 30}", f"={'z' * 40}", f"{'9' * 20}~{'9' * 9}",
             "-1", "²", ".", "~")
"""What a forged button may carry where ours have a number: more digits than any number has, or what only looks like one."""


@pytest.mark.parametrize("role", ["citizen", "leader"])
def test_a_forged_button_that_carries_no_number_is_answered(database: Database, role: str) -> None:
    village = Village(database)
    if role == "citizen":
        village.comes("hoa")
    else:
        village.joins("hoa", role)
    forged = [f"/{name}:{each}" for name in (*ACTIONS, *DIALOGUES) for each in NO_NUMBER]
    for data in (*forged, f"{'z' * 40}:home:1"):
        assert village.tell_press("hoa", data), data
