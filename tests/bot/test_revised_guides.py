"""A guide revised while somebody is in the middle of it: they keep their place, and whatever cannot be kept is said."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from content.library import Library
from tests.houses import furnish, living, quiet
from tests.journeys.drivers import DRIVERS, OnTelegram, OnTerminal, Seen

CONTENT = Path(__file__).parents[2] / "content"
PLAIN, CASED = "vneid-install", "proc-birth"


class Shelf:
    """A library that is revised, and the house that reads it anew at every start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("guides", "pictures"):
            shutil.copytree(CONTENT / name, folder / name)
        shutil.copy(CONTENT / "facts.yaml", folder)

    @property
    def library(self) -> Library:
        return Library.read(self.folder)

    def steps(self, guide: str) -> list[str]:
        return [step.id for step in self.guide(guide).steps]

    def guide(self, guide: str):  # type: ignore[no-untyped-def]
        return next(each for each in self.library.every("vi") if each.id == guide)

    def revise(self, guide: str, change: Callable[[str], str]) -> None:
        for language in ("vi", "en"):
            file = self.folder / "guides" / language / f"{guide}.md"
            text = file.read_text("utf-8")
            changed = change(text)
            assert changed != text, "nothing was revised"
            file.write_text(re.sub(r"(?m)^revision: (\d+)$", lambda found: f"revision: {int(found[1]) + 1}", changed), "utf-8")

    def without(self, step: str) -> Callable[[str], str]:
        return lambda text: re.sub(rf"^## [^\n]*<!-- {step}(?: [^\n]*)? -->.*?(?=^## )", "", text, flags=re.MULTILINE | re.DOTALL)

    def with_new(self, before: str) -> Callable[[str], str]:
        new = "## Bước mới thêm <!-- brand-new -->\n\nBác xem màn hình một lần nữa.\n\n> helper: Nhìn màn hình.\n\n"
        return lambda text: re.sub(rf"^(?=## [^\n]*<!-- {before}(?: [^\n]*)? -->)", new, text, flags=re.MULTILINE)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "library")
    monkeypatch.setattr(Library, "load", classmethod(lambda cls: made.library))
    yield made


class Reader:
    """Somebody who reads a guide; the house is started anew for every line."""

    def __init__(self, url: str, channel: str) -> None:
        self.url, self.driver = url, DRIVERS[channel]()

    async def say(self, *lines: str) -> Seen:
        for line in lines:
            async with living(self.url, self.driver.channels(), listen=True) as house:
                await self.driver.say(house, "citizen", line)
                await quiet(house.store)
                seen = await self.driver.seen("citizen")
        return seen


@pytest.fixture(params=["terminal", "telegram"])
async def reader(request: pytest.FixtureRequest, url: str) -> "Iterator[Reader]":  # type: ignore[misc]
    furnish(url)
    made = Reader(url, request.param)
    assert isinstance(made.driver, OnTerminal | OnTelegram)
    await made.driver.open(["citizen"])
    yield made
    await made.driver.close()


ON = "[Xong bước này]"


async def test_a_reworded_step_is_the_same_place_with_new_words(shelf: Shelf, reader: Reader) -> None:
    third = shelf.guide(PLAIN).steps[2]
    seen = await reader.say(f"/start g-{PLAIN}", "[Bắt đầu]", ON, ON)
    assert third.title in seen.words
    shelf.revise(PLAIN, lambda text: re.sub(rf"^## [^\n]*<!-- {third.id} -->$", f"## Tên khác hẳn <!-- {third.id} -->", text,
                                           flags=re.MULTILINE))
    seen = await reader.say("tiếp tục")
    assert "Bước 3/" in seen.words and "Tên khác hẳn" in seen.words and third.title not in seen.words
    assert "vừa được sửa" not in seen.words
    assert "Bước 4/" in (await reader.say(ON)).words


async def test_a_step_added_before_holds_up_nobody_and_is_there_on_the_way_back(shelf: Shelf, reader: Reader) -> None:
    steps = shelf.guide(PLAIN).steps
    await reader.say(f"/start g-{PLAIN}", "[Bắt đầu]", ON, ON)
    shelf.revise(PLAIN, shelf.with_new(before=steps[1].id))
    seen = await reader.say("tiếp tục")
    assert "Bước 4/" in seen.words and steps[2].title in seen.words, "the place is lost"
    seen = await reader.say(ON)
    assert "Bước 5/" in seen.words and steps[3].title in seen.words
    seen = await reader.say("[Quay lại]", "[Quay lại]")
    assert "Bước mới thêm" in seen.words, "whoever goes back sees it"
    assert steps[1].title in (await reader.say(ON)).words


async def test_a_step_added_after_comes_in_its_turn(shelf: Shelf, reader: Reader) -> None:
    steps = shelf.guide(PLAIN).steps
    await reader.say(f"/start g-{PLAIN}", "[Bắt đầu]", ON)
    shelf.revise(PLAIN, shelf.with_new(before=steps[2].id))
    assert "Bước mới thêm" in (await reader.say(ON)).words
    assert steps[2].title in (await reader.say(ON)).words


async def test_a_step_that_is_gone_is_said_and_the_next_one_comes(shelf: Shelf, reader: Reader) -> None:
    steps = shelf.guide(PLAIN).steps
    seen = await reader.say(f"/start g-{PLAIN}", "[Bắt đầu]", ON)
    assert steps[1].title in seen.words
    shelf.revise(PLAIN, shelf.without(steps[1].id))
    seen = await reader.say("[Tôi bị vướng]")  # a button of the step that is no longer there
    assert "vừa được sửa" in seen.words and "Bước 2/" in seen.words and steps[2].title in seen.words
    seen = await reader.say(ON)
    assert "vừa được sửa" not in seen.words and "Bước 3/" in seen.words and steps[3].title in seen.words


async def test_a_passed_step_that_is_gone_is_not_missed(shelf: Shelf, reader: Reader) -> None:
    steps = shelf.guide(PLAIN).steps
    await reader.say(f"/start g-{PLAIN}", "[Bắt đầu]", ON, ON)
    shelf.revise(PLAIN, shelf.without(steps[0].id))
    seen = await reader.say("tiếp tục")
    assert "Bước 2/" in seen.words and steps[2].title in seen.words


async def test_a_guide_withdrawn_is_said_and_others_are_offered(shelf: Shelf, reader: Reader) -> None:
    await reader.say(f"/start g-{PLAIN}", "[Bắt đầu]", ON)
    shelf.revise(PLAIN, lambda text: text.replace("published: true", "published: false"))
    seen = await reader.say(ON)
    assert "không còn" in seen.words and any("hướng dẫn" in label for label in seen.labels), seen
    seen = await reader.say("hướng dẫn")
    assert len(seen.labels) > 5
    shelf.revise(PLAIN, lambda text: text.replace("published: false", "published: true"))
    assert shelf.guide(PLAIN).title in (await reader.say(f"/start g-{PLAIN}")).words


async def test_a_case_renamed_is_asked_again_and_the_place_kept(shelf: Shelf, reader: Reader) -> None:
    guide = shelf.guide(CASED)
    case = guide.cases[0]
    steps = guide.steps_for(case.id)
    seen = await reader.say(f"/start g-{CASED}", "[Bắt đầu]", f"[{case.label}]", ON)
    assert steps[1].title in seen.words
    shelf.revise(CASED, lambda text: re.sub(rf"\b(id: |case=){re.escape(case.id)}\b", r"\1renamed", text))
    seen = await reader.say(ON)
    assert "chọn lại" in seen.words and any(case.label in label for label in seen.labels)
    seen = await reader.say(f"[{case.label}]")
    assert steps[1].title in seen.words, "the place is lost"
