"""Listening at the desk: which steps are read, for whom, and where people stand afterwards."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from content import speech as voice
from content.library import Library
from content.vietnam_time import local_day
from content.words import LANGUAGES
from handlers.guides.listen import WALKS
from handlers.guides.speech import LISTEN, button, document, named, paper, steps_named
from handlers.talk import DATA_BYTES
from storage.database import Database
from storage.models import Household, Outbox, table
from storage.record import Context, record
from storage.reminding.preferences import Prefer
from tests.handlers.test_pictures import look
from tests.handlers.village import Village

LIBRARY = Library.load()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_and_every_two_together_have_a_name_that_leads_back(language: str) -> None:
    seen = replace(look(language, ""), sounds=True)
    for guide in LIBRARY.guides(language):
        for pair in zip(guide.steps, guide.steps[1:], strict=False):
            for steps in (pair[:1], pair[1:], pair):
                (choice,) = button(seen, guide, steps)
                assert len(choice.data.encode()) <= DATA_BYTES
                assert steps_named(seen, choice.data.removeprefix(LISTEN)) == (guide, list(steps))
                assert document(seen, guide, steps) == f"speech:{language}:{named(guide, steps)}.ogg"


def test_where_nothing_can_be_heard_there_is_no_button() -> None:
    guide = LIBRARY.guides("vi")[0]
    assert button(look("vi", ""), guide, guide.steps[:1]) == ()


def test_names_too_long_for_a_button_read_the_step_itself() -> None:
    guide = LIBRARY.guides("vi")[0]
    long = [replace(step, id=f"{step.id}-{'x' * 20}") for step in guide.steps[:2]]
    (choice,) = button(replace(look("vi", ""), sounds=True), guide, long)
    assert choice.data == f"{LISTEN}{guide.id}.{long[1].id}"


@pytest.mark.parametrize("name", ["", ".", "none.a", "vneid-level2", "vneid-level2.", "vneid-level2.no-such-step", "a.b.c+d"])
def test_what_is_gone_has_no_sound(name: str) -> None:
    assert paper(look("vi", ""), f"{name}.ogg") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sound_is_of_the_words_in_their_own_language(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def ogg(text: str, spoken: str) -> bytes:
        asked.append((text, spoken))
        return b"OggS"

    monkeypatch.setattr(voice, "ogg", ogg)
    guide = LIBRARY.guides(language)[0]
    first, second = guide.steps[:2]
    made = paper(look(language, ""), f"{guide.id}.{first.id}+{second.id}.ogg")
    assert made and made.lasts and made.is_sound and made.name.endswith(".ogg")
    assert asked == [(f"{first.title}\n{first.text}\n{second.title}\n{second.text}", language)]


# --- in conversation --------------------------------------------------------------------------------------------------------

PLAIN = next(each for each in LIBRARY.guides("vi") if not each.cases and len(each.steps) > 3)
LISTEN_TO, ON = "🔊 Nghe đọc bước này", "✅ Xong bước này"


@pytest.fixture
def village(database: Database) -> Village:
    made = Village(database)
    limits = {account: replace(limits, sounds=True) for account, limits in made.mind.limits.items()}
    made.mind = replace(made.mind, limits=limits, speaks=True)
    return made


def documents(village: Village) -> list[str]:
    with village.database.read() as tx:
        parcels = tx.scalars(select(table(Outbox).c.parcel).order_by(table(Outbox).c.id)).all()
    return [parcel["document"] for parcel in parcels if parcel and "document" in parcel]


def test_the_open_step_is_heard_with_its_own_choices_below_it(village: Village) -> None:
    village.comes("ba")
    village.tell_press("ba", f"/guide:{PLAIN.id}")
    village.press("ba", "Bắt đầu")
    told = village.press("ba", LISTEN_TO)
    assert PLAIN.steps[0].title in told and documents(village) == [f"speech:vi:{PLAIN.id}.{PLAIN.steps[0].id}.ogg"]
    with village.database.read() as tx:
        last = tx.scalars(select(table(Outbox).c.parcel).order_by(table(Outbox).c.id.desc()).limit(1)).one()
    assert "edits" not in last, "the step is to be read while it is heard"
    assert "Bước 2/" in village.press("ba", ON)


def test_an_earlier_step_is_heard_and_the_open_one_gone_back_to(village: Village) -> None:
    village.comes("ba")
    village.tell_press("ba", f"/guide:{PLAIN.id}")
    village.press("ba", "Bắt đầu")
    old = village.button("ba", LISTEN_TO)
    village.press("ba", ON)
    assert PLAIN.steps[0].title in village.tell_press("ba", old)
    assert "Bước 2/" in village.press("ba", "▶️ Làm tiếp")


def test_two_steps_on_one_screen_are_heard_together(village: Village) -> None:
    chat = village.comes("ba")
    with village.database.write() as tx:
        record(Prefer(larger_steps=True), tx, Context(village.now, local_day(village.now), chat, None, "test"))
    village.tell_press("ba", f"/guide:{PLAIN.id}")
    village.press("ba", "Bắt đầu")
    village.press("ba", LISTEN_TO)
    first, second = PLAIN.steps[:2]
    assert documents(village) == [f"speech:vi:{PLAIN.id}.{first.id}+{second.id}.ogg"]
    assert PLAIN.steps[2].title in village.press("ba", ON)


def test_a_household_that_is_helped_hears_it_too(village: Village) -> None:
    village.joins("lan", "volunteer", "Chị Lan")
    with village.database.read() as tx:
        household = tx.scalar(select(table(Household).c.id).where(table(Household).c.number == 12))
    village.tell_press("lan", f"/together:{household}~{PLAIN.id}")
    village.press("lan", LISTEN_TO)
    assert documents(village) == [f"speech:vi:{PLAIN.id}.{PLAIN.steps[0].id}.ogg"] and set(WALKS) == {"guide", "assist"}
    assert "Bước 2/" in village.press("lan", ON)


def test_outside_a_guide_it_is_heard_and_the_menu_offered(village: Village) -> None:
    village.comes("ba")
    assert PLAIN.steps[1].title in village.tell_press("ba", f"{LISTEN}{PLAIN.id}.{PLAIN.steps[1].id}")
    assert village.button("ba", "🏠") == "/menu"
    assert "chưa đọc thành tiếng" in village.tell_press("ba", f"{LISTEN}{PLAIN.id}.gone")
