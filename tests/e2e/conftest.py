"""A real browser, shared by the tests of this folder; a fresh profile and a fresh server for each of them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser import SHOWN, find, flags
from tests.e2e.echo import Echo, serving

expect.set_options(timeout=SHOWN)

PHONE = {"width": 360, "height": 640}


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = find()
    assert path, "no browser: run `python -m tests.browser`"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(path), args=flags())
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def house() -> AsyncIterator[Echo]:
    async with serving(demo=True) as echo:
        yield echo


class Watch:
    """Everything that must never happen on a page."""

    def __init__(self) -> None:
        self.dialogs: list[str] = []
        self.console: list[str] = []
        self.requests: list[str] = []

    def over(self, page: Page) -> None:
        page.on("dialog", self._dialog)
        page.on("console", lambda message: self.console.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    async def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        await dialog.dismiss()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, watch: Watch) -> AsyncIterator[BrowserContext]:
    """A profile of its own on a small phone."""
    context = await browser.new_context(viewport=PHONE, locale="vi-VN", has_touch=True, device_scale_factor=2)
    context.set_default_timeout(SHOWN)
    context.on("page", watch.over)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(phone: BrowserContext) -> Page:
    return await phone.new_page()
