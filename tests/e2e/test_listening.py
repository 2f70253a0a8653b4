"""A step that is read aloud, in a real browser: it plays where it can be played, and is a file where it cannot."""

import pytest
from playwright.async_api import Page, expect

from content.speech import ogg
from handlers.papers import SOUND, Paper
from handlers.talk import Choice, Message
from tests.e2e.conftest import Watch
from tests.e2e.echo import Echo
from tests.voice import heard, needs_voice

pytestmark = pytest.mark.asyncio(loop_scope="session")
STEP = Message(title="🔊 Mở ứng dụng", text="Giọng máy đọc.", document="speech:vi:a.b.ogg", choices=(Choice("Xong", "1:a:done"),))


async def listening(page: Page, house: Echo, content: bytes) -> None:
    async def papers(name: str) -> Paper | None:
        return Paper("a.ogg", SOUND, content, lasts=True)

    house.papers = papers
    await house.close()
    await house.open()
    await house.say("demo-citizen", STEP)
    await page.goto(f"{house.address}/chat/citizen")


@needs_voice
async def test_it_plays_on_the_page(page: Page, house: Echo, watch: Watch) -> None:
    content = ogg("Bác mở ứng dụng VNeID rồi bấm Đăng ký.", "vi")
    await listening(page, house, content)
    sound = page.locator("audio[controls]")
    await expect(sound).to_be_visible()
    assert await sound.get_attribute("aria-label") == STEP.title
    lasts = await sound.evaluate("""audio => audio.readyState > 0 ? audio.duration
        : new Promise(known => audio.addEventListener('loadedmetadata', () => known(audio.duration)))""")
    assert abs(lasts - heard(content).seconds) < 0.2
    played = await sound.evaluate("""audio => new Promise((heard, not) => {
        audio.addEventListener('timeupdate', () => audio.currentTime > 0.2 && heard(audio.currentTime));
        audio.play().catch(not);
    })""")
    assert played > 0.2
    over = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0 and watch.console == []


async def test_what_cannot_be_played_is_a_file(page: Page, house: Echo) -> None:
    await listening(page, house, b"this is no sound")
    await expect(page.locator("a.document[download]")).to_be_visible()
    assert await page.locator("audio").count() == 0
