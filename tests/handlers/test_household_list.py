"""A leader's list in the chat: shown before it is written, through a restart; everybody else's files are never fetched."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, func, insert, select, update

from bot import demo
from bot.channels import Attached, Received
from bot.channels.terminal import Terminal
from content.lists.households import Line
from content.vietnam_time import local_day
from handlers.households.household_list import compare
from handlers.screens import short
from handlers.talk import Incoming, Kind
from storage.database import Database
from storage.models import Household, Proposal, RegisterEntry, table
from storage.record import Context, record
from storage.teams.people import AlreadyUsed
from storage.work import proposals
from tests.bot.test_canaries import everything
from tests.content.test_lists import book
from tests.handlers.test_invitations import hold
from tests.houses import furnish, living, quiet

household, proposal, entry = table(Household), table(Proposal), table(RegisterEntry)
PASTED = "Danh sách hộ\nSố hộ;Chủ hộ;Ngõ;Số CCCD\n{}\n25;bà Bống;ngõ Đền;012345678901\n;ông Tấm;xóm Giữa;"


@pytest.fixture
def commune(url: str) -> str:
    furnish(url)
    return url


def look(url: str, see: Callable[[Connection], object]) -> object:
    database = Database(url)
    try:
        with database.write() as tx:
            return see(tx)
    finally:
        database.close()


def homes(url: str) -> dict[int, tuple[str, str]]:
    """The households of the leader's hamlet."""
    def see(tx: Connection) -> dict[int, tuple[str, str]]:
        first = tx.scalar(select(func.min(household.c.hamlet_id)))
        return {row.number: (row.label, row.lane) for row in tx.execute(select(household).where(household.c.hamlet_id == first))}

    return look(url, see)  # type: ignore[return-value]


def pasted(url: str, changed: str = "") -> str:
    """A list of what is there, with one line changed and two added."""
    lines = [f"{number};{label};{lane};" for number, (label, lane) in homes(url).items() if number != 1]
    return PASTED.format("\n".join([changed or f"1;{homes(url)[1][0]};;", *lines]))


async def test_a_list_is_shown_first_and_written_after_a_yes_through_a_restart(commune: str) -> None:
    before = homes(commune)
    told = await hold(commune, "leader", pasted(commune, "1;nhà mới sơn;ngõ Đền;"))
    assert "Thêm 2 hộ, sửa 1, giữ nguyên 23. Không có trong danh sách: 0" in told
    assert "Hộ 25 · bà Bống" in told and "→ nhà mới sơn, ngõ Đền" in told and "Cột không lưu: Số CCCD" in told
    assert homes(commune) == before and "012345678901" not in everything(commune)
    assert "Thêm 2 hộ, sửa 1 hộ" in await hold(commune, "leader", "Ghi")
    after = homes(commune)
    assert after == before | {1: ("nhà mới sơn", "ngõ Đền"), 25: ("bà Bống", "ngõ Đền"), 26: ("ông Tấm", "xóm Giữa")}
    added = look(commune, lambda tx: tx.scalar(select(func.count()).select_from(entry).where(entry.c.added_reason == "imported")))
    assert added == 2
    assert "đã ghi rồi" in await press(commune, "leader", f"/keep-list:{short(newest(commune))}") and homes(commune) == after
    assert look(commune, lambda tx: tx.scalars(select(proposal.c.lines)).all()) == [None]


async def test_the_same_list_again_changes_nothing(commune: str) -> None:
    text = pasted(commune)
    await hold(commune, "leader", text, "Ghi")
    after = homes(commune)
    told = await hold(commune, "leader", text)
    assert "Không có gì mới" in told and "26 hộ" in told
    assert homes(commune) == after


async def test_saying_no_writes_nothing(commune: str) -> None:
    before = homes(commune)
    assert "không ghi gì" in await hold(commune, "leader", pasted(commune), "Thôi")
    assert homes(commune) == before


async def test_a_list_with_a_mistake_is_not_half_written(commune: str) -> None:
    before = homes(commune)
    told = await hold(commune, "leader", "Danh sách hộ\nSố hộ;Chủ hộ\n30;bà Bống\nx;ông Tấm\n30;bà Cám")
    assert "Dòng 4: số hộ “x” không rõ" in told and "Dòng 5: số hộ trùng dòng trước: 30 (3)" in told
    assert "Xem trước" not in told and homes(commune) == before
    assert look(commune, lambda tx: tx.scalar(select(func.count()).select_from(proposal))) == 0


async def test_an_old_list_is_not_written(commune: str) -> None:
    before = homes(commune)
    await hold(commune, "leader", pasted(commune))
    look(commune, lambda tx: tx.execute(update(proposal).values(expires_at=datetime.now(UTC) - timedelta(seconds=1))))
    assert "quá một ngày" in await hold(commune, "leader", "Ghi")
    assert homes(commune) == before
    assert look(commune, lambda tx: proposals.forget_late(tx, datetime.now(UTC))) == 1
    assert "bà Bống" not in str(look(commune, lambda tx: tx.execute(select(proposal)).all()))
    assert "quá một ngày" in await press(commune, "leader", f"/keep-list:{short(newest(commune))}")


async def test_a_newer_list_takes_the_place_of_the_one_before(commune: str) -> None:
    await hold(commune, "leader", "Danh sách hộ\n30 bà Bống")
    first = newest(commune)
    await hold(commune, "leader", "Danh sách hộ\n31 ông Tấm")
    assert "không còn nữa" in await press(commune, "leader", f"/keep-list:{short(first)}") and 30 not in homes(commune)
    await press(commune, "leader", f"/keep-list:{short(newest(commune))}")
    assert 31 in homes(commune) and 30 not in homes(commune)


async def test_a_yes_is_to_what_was_shown(commune: str) -> None:
    """Somebody else added a household with a number of the list in between: it is not renamed unseen."""
    await hold(commune, "leader", "Danh sách hộ\n30 bà Bống\n31 ông Tấm")
    first = look(commune, lambda tx: tx.scalar(select(func.min(household.c.hamlet_id))))
    row = {"hamlet_id": first, "number": 30, "label": "nhà mới", "lane": "", "added_on": local_day(datetime.now(UTC))}
    look(commune, lambda tx: tx.execute(insert(household), row))
    told = await hold(commune, "leader", "Ghi")
    assert "Thêm 1 hộ, sửa 1" in told and homes(commune)[30] == ("nhà mới", "") and 31 not in homes(commune)
    assert "Thêm 1 hộ, sửa 1 hộ" in await hold(commune, "leader", "Ghi")
    assert homes(commune)[30] == ("bà Bống", "") and homes(commune)[31] == ("ông Tấm", "")


@pytest.mark.parametrize("lines", [
    "Mã hộ;Chủ hộ\n012345678901;bà Bống", "Số hộ;Chủ hộ;Số người lớn\n30;bà Bống;012 345 678 901",
    "Số hộ;Chủ hộ;012345678901\n30;bà Bống;x", "Số hộ;Chủ hộ;Ngõ\n30;bà Bống 012345678901;CMND 012345678901",
    "Số hộ;Chủ hộ;Mã\n30;bà Bống;012345678901"])
async def test_a_number_of_a_paper_in_any_column_is_written_down_nowhere(commune: str, lines: str) -> None:
    for data, name in ((lines.encode(), "a.csv"), (book(*(line.split(";") for line in lines.splitlines())), "a.xlsx")):
        told = await send(commune, "leader", Incoming(Kind.FILE, datetime.now(UTC)), file(data, name)[0])
        assert "bà Bống" in told or "Dòng 2" in told
    told += await hold(commune, "leader", f"Danh sách hộ\n{lines}")
    for number in ("012345678901", "012 345 678 901", "0123456"):
        assert number not in told and number not in everything(commune)


def test_killed_in_the_middle_of_writing_nothing_stays_and_the_next_time_all_of_it(commune: str) -> None:
    before, context = homes(commune), Context(datetime.now(UTC), local_day(datetime.now(UTC)), 1, 1, "terminal")
    first = int(str(look(commune, lambda tx: tx.scalar(select(func.min(household.c.hamlet_id))))))
    diff = compare([], [Line(n, n, f"nhà {n}") for n in range(100, 400)], first)
    child = os.fork()
    if child == 0:  # another process, which dies with everything written and nothing settled
        with Database(commune).write() as tx:
            record(diff.keep, tx, context)
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert homes(commune) == before
    look(commune, lambda tx: record(diff.keep, tx, context))
    assert len(homes(commune)) == len(before) + 300


def newest(url: str) -> int:
    """The number of the list that came last."""
    return int(str(look(url, lambda tx: tx.scalar(select(func.max(proposal.c.id))))))


async def press(url: str, chat: str, data: str, text: str = "") -> str:
    return await send(url, chat, Incoming(Kind.PRESS, datetime.now(UTC), data=data, text=text))


async def send(url: str, chat: str, incoming: Incoming, attached: Attached | None = None) -> str:
    shown: list[str] = []
    terminal = Terminal(chat, out=shown.append, colours=False)
    async with living(url, [terminal]) as house:
        await terminal.ready.wait()
        await house.reception.receive("terminal", [Received(str(datetime.now(UTC)), chat, incoming, attached)])
        await quiet(house.store)
    return "\n".join(shown)


def file(data: bytes | None, name: str = "danh sách.csv", size: int = 0) -> tuple[Attached, list[int]]:
    """A file, and how often it was fetched."""
    fetched: list[int] = []

    async def fetch(most: int) -> bytes | None:
        fetched.append(most)
        return data

    return Attached(name, size, fetch), fetched


async def test_a_leaders_file_is_the_letter_a_paste_would_be(commune: str) -> None:
    lines = "UBND;;\nSTT;Chủ hộ;SĐT\n" + "\n".join(f"{n};nhà {n};09123456{n:02}" for n in range(1, 61))
    attached, fetched = file(lines.encode("utf-16"))
    told = await send(commune, "leader", Incoming(Kind.FILE, datetime.now(UTC)), attached)
    assert fetched and "Thêm 36 hộ, sửa 24" in told and "Cột không lưu: SĐT" in told
    assert "09123456" not in everything(commune)
    assert "Thêm 36 hộ, sửa 24 hộ" in await hold(commune, "leader", "Ghi")
    assert homes(commune)[60] == ("nhà 60", "")


@pytest.mark.parametrize("who", ["citizen", "volunteer", "stranger"])
async def test_nobody_elses_file_is_fetched(commune: str, who: str) -> None:
    attached, fetched = file(b"STT;Ten\n1;a")
    told = await send(commune, who, Incoming(Kind.FILE, datetime.now(UTC)), attached)
    assert fetched == [] and "không nhận tệp" in told


@pytest.mark.parametrize("attached, words", [
    (file(b"", "anh.jpg"), ".xlsx, .csv"), (file(b"", "a.xls"), "đời cũ"), (file(None), "chưa tải được"),
    (file(b"x", size=9_000_000), "lớn quá 2 MB"), (file(b"PK\x03\x04", "a.xlsx"), "không mở được"),
    (file(bytes(range(128, 256))), "không đọc được chữ Việt"), (file(b"x;y\n1;2"), "không thấy tên cột"),
    (file(b"STT;Ten\n" + b"1;a\n" * 4_000), "quá 3000 dòng"), (file("STT;Tên\n1;bà Lan\nx;ông Tư".encode()), "Dòng 3"),
])
async def test_a_file_that_is_no_list_is_refused_with_its_reason(
    commune: str, attached: tuple[Attached, list[int]], words: str
) -> None:
    before = homes(commune)
    assert words in await send(commune, "leader", Incoming(Kind.FILE, datetime.now(UTC)), attached[0])
    assert homes(commune) == before


async def test_a_file_that_never_comes_is_let_go(commune: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.attachments.PATIENCE", 0.05)

    async def never(most: int) -> bytes | None:
        await asyncio.sleep(30)
        return None

    told = await send(commune, "leader", Incoming(Kind.FILE, datetime.now(UTC)), Attached("a.csv", 1, never))
    assert "chưa tải được" in told


@pytest.mark.parametrize("who", ["citizen", "volunteer"])
async def test_others_cannot_bring_or_keep_a_list(commune: str, who: str) -> None:
    before = homes(commune)
    await hold(commune, "leader", "Danh sách hộ\n30 bà Bống")
    id_ = short(newest(commune))
    for data in (f"/keep-list:{id_}", "/list", f"/drop-list:{id_}", "/list-refused:empty"):
        told = await press(commune, who, data, "Danh sách hộ\n31 x")
        assert "dành cho thành viên được giao" in told
    assert "Xem trước" not in await hold(commune, who, "Danh sách hộ\n31 bà Bống")
    assert homes(commune) == before and demo.HOUSES == 24
    assert look(commune, lambda tx: tx.scalar(select(proposal.c.state))) == "open"


def test_a_list_is_written_once_even_from_two_chats_in_one_moment(commune: str) -> None:
    context = Context(datetime.now(UTC), local_day(datetime.now(UTC)), 1, 1, "terminal")

    def twice(tx: Connection) -> None:
        hamlet = int(tx.scalar(select(func.min(household.c.hamlet_id))) or 0)
        record(proposals.Propose(7, proposals.HOUSEHOLDS, hamlet, ([2, None, "bà Bống", "", None],)), tx, context)
        record(proposals.CloseProposal(7, proposals.KEPT), tx, context)
        with pytest.raises(AlreadyUsed):
            record(proposals.CloseProposal(7, proposals.KEPT), tx, context)

    look(commune, twice)


async def test_a_new_one_that_may_be_there_already_is_pointed_out(commune: str) -> None:
    await hold(commune, "leader", "Danh sách hộ\n30 bà Bống, ngõ Đền", "Ghi")
    told = await hold(commune, "leader", "Danh sách hộ\n40 ba Bong\n41 ông Tấm")
    assert "Hộ 40 · ba Bong: có thể là hộ 30 · bà Bống" in told and "Hộ 41 · ông Tấm: có thể" not in told
    await hold(commune, "leader", "Ghi")
    assert {30, 40, 41} <= homes(commune).keys()  # pointed out, never merged by itself


async def test_how_to_bring_a_list_is_told(commune: str) -> None:
    assert "Danh sách hộ\n12 bà Lan" in await hold(commune, "leader", "nhập danh sách")
