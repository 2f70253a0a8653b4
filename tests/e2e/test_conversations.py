"""A real browser holds the web chat's three parts over the real program, with a reload and a restart in the middle."""

import socket

import pytest
from playwright.async_api import BrowserContext, Page, expect

from bot.build import build
from bot.house import House
from tests.e2e.conftest import Watch
from tests.houses import furnish, settings

pytestmark = pytest.mark.asyncio(loop_scope="session")


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


class Program:
    """The demonstration on one address, stopped and started at will."""

    def __init__(self, url: str) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self._url = url
        self._house: House | None = None

    async def start(self) -> None:
        self._house = build(settings(self._url, listen=self.address), demo=True)
        await self._house.start()

    async def stop(self) -> None:
        if self._house is not None:
            await self._house.stop()
            self._house = None

    def page(self, part: str) -> str:
        return f"http://{self.address}/chat/{part}"


async def press(page: Page, begins: str) -> None:
    await page.get_by_role("button", name=begins).last.click()


async def says(page: Page, words: str) -> None:
    await expect(page.get_by_role("log")).to_contain_text(words)


async def type_in(page: Page, words: str) -> None:
    box = page.get_by_role("textbox")
    await box.fill(words)
    await box.press("Enter")


async def test_three_people_hold_their_conversations(sqlite_url: str, phone: BrowserContext, watch: Watch) -> None:
    furnish(sqlite_url)
    program = Program(sqlite_url)
    await program.start()
    try:
        citizen, volunteer, leader = [await phone.new_page() for _ in range(3)]
        await citizen.goto(program.page("citizen"))
        await says(citizen, "Chào bác, mình là Gõ Cửa")
        await press(citizen, "Làm định danh điện tử mức 2")
        await press(citizen, "Bắt đầu")
        await says(citizen, "Bước 1/")
        await press(citizen, "✅ Xong bước này")
        await says(citizen, "Bước 2/")

        await citizen.reload()
        await says(citizen, "Bước 2/")

        await volunteer.goto(program.page("volunteer"))
        await type_in(volunteer, "ghi luot")
        await says(volunteer, "Hộ số mấy?")
        await type_in(volunteer, "18")
        await press(volunteer, "✅ Xong")
        await press(volunteer, "✅ Làm xong")
        await says(volunteer, "Hộ đã làm được việc gì?")

        await program.stop()
        await program.start()

        await press(citizen, "✅ Xong bước này")
        await says(citizen, "Bước 3/")
        await press(volunteer, "Xong, đi tiếp")
        await press(volunteer, "Không ghi chú")
        await says(volunteer, "CHƯA LƯU")
        await press(volunteer, "💾 Lưu")
        await says(volunteer, "Đã lưu: hộ 18")
        await expect(volunteer.get_by_text("Đã lưu: hộ 18")).to_be_in_viewport()
        await expect(volunteer.get_by_text("Hộ số mấy?").last).to_be_in_viewport()

        await leader.goto(program.page("leader"))
        await type_in(leader, "số liệu")
        await says(leader, "Tỷ lệ hộ đạt: 41,6% (10/24 hộ)")
        await says(leader, "Tính đến")
        assert watch.dialogs == []
        assert [line for line in watch.console if "Content Security Policy" in line] == []
    finally:
        await program.stop()
