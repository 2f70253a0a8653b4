"""The page for reviewers: whole, alone, searchable, and every button leads somewhere."""

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.async_api import Page, async_playwright, expect
from typer.testing import CliRunner

from bot.cli import app
from content.graph import graph
from content.library import Library
from content.words import LANGUAGES, keys, words
from tests.browser import SHOWN, find, flags

GUIDES = [guide for language in LANGUAGES for guide in Library.load().guides(language)]
LARGEST = 8_000_000
expect.set_options(timeout=SHOWN)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review") / "page"
    ran = CliRunner().invoke(app, ["screens", str(folder), "--language", "vi"])
    assert ran.exit_code == 0, ran.output
    assert re.search(r"\d{3,} màn hình", ran.output)
    assert [path.name for path in folder.iterdir()] == ["index.html"]
    return folder / "index.html"


class Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if id_ := values.get("id"):
            self.ids.append(id_)
        if tag == "a":
            self.links.append(values.get("href") or "")
        self.loads += [value for name in ("src", "data") if (value := values.get(name))]
        self.loads += [values["href"] or ""] if tag == "link" and values.get("href") else []


def test_every_button_leads_to_a_screen_and_nothing_is_loaded(written: Path) -> None:
    text = written.read_text("utf-8")
    assert len(text.encode()) < LARGEST
    read = Read()
    read.feed(text)
    assert len(read.ids) == len(set(read.ids)) and read.loads == []
    inside = {link[1:] for link in read.links if link.startswith("#")}
    assert inside <= set(read.ids) and len(inside) > 800
    assert not re.search(r"url\((?!data:)", text)


def test_every_guide_is_there_in_full(written: Path) -> None:
    text = written.read_text("utf-8")
    for guide in GUIDES:
        assert f'<section id="{guide.id}"' in text
        assert guide.review_again_on.isoformat() in text
        for source in guide.sources:
            assert source.url.replace("&", "&amp;") in text
    assert text.count('class="sketch"') >= 4 * len(GUIDES) / 2, "two pictures and two graphs for each guide"


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: f"{guide.locale}-{guide.id}")
def test_a_graph_shows_every_step_trouble_and_case_inside_its_picture(guide: object) -> None:
    drawn = ElementTree.fromstring(graph(guide, words(guide.locale)))  # type: ignore[attr-defined, arg-type]
    texts = [text for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    told = " ".join(text.text or "" for text in texts)
    for step in guide.steps:  # type: ignore[attr-defined]
        assert " ".join(step.title.split()) in told
        assert all(" ".join(trouble.title.split()) in told for trouble in step.troubles)
    assert all(case.label in told for case in guide.cases)  # type: ignore[attr-defined]
    height = float(drawn.get("height", 0))
    assert all(float(text.get("y", 0)) < height - 10 for text in texts)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(find()), args=flags())
        yield await browser.new_page(viewport={"width": 1280, "height": 900})
        await browser.close()


async def test_somebody_searches_and_clicks_through(written: Path, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    await page.goto(written.as_uri())
    everything = await page.locator(".chapter:visible").count()
    await page.fill("#search", "quen passcode")
    await expect(page.locator("#count")).to_contain_text("/")
    assert 0 < await page.locator(".chapter:visible").count() < everything / 2
    await expect(page.locator("#vneid-forgot-passcode")).to_be_visible()
    await page.fill("#search", "")
    await expect(page.locator("#count")).to_be_empty()
    await page.goto(f"{written.as_uri()}#vneid-forgot-passcode")
    first = page.locator("#vneid-forgot-passcode .both").first
    await first.get_by_role("link", name=words("vi").say("guide.begin.go")).click()
    await expect(page.locator(".both:target")).to_contain_text("1/")
    await page.set_viewport_size({"width": 360, "height": 800})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360, "it reads on a phone"
    assert said == []


def test_every_phrase_of_the_page_is_there_and_used() -> None:
    rooms = Path(__file__).parents[2]
    files = (rooms / "bot/review/templates/screens.html", rooms / "content/graph.py", rooms / "bot/commands/showing.py")
    used = {key for file in files for key in re.findall(r'"(screens\.[a-z_.]+[a-z])"', file.read_text("utf-8"))}
    assert used | {"screens.state.draft", "screens.state.reviewed"} == {key for key in keys("vi") if key.startswith("screens.")}
