"""Listening at the desk: which steps are read, for whom, and where people stand afterwards."""

from dataclasses import replace

import pytest

from content import speech as voice
from content.library import Library
from content.words import LANGUAGES
from handlers.listen import WALKS
from handlers.speech import LISTEN, button, document, named, paper, steps_named
from handlers.talk import DATA_BYTES
from tests.handlers.test_pictures import look

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


def test_both_walks_can_be_listened_to() -> None:
    assert set(WALKS) == {"guide", "assist"}
