"""No dead end and no step that cannot be reached: every guide and dialogue walked in every way."""

from collections.abc import Iterator

import pytest

from bot.review.ground import Ground, ground
from content.guide import Guide
from content.library import Library
from content.words import LANGUAGES
from handlers.access import Action
from handlers.atlas import Atlas, explore
from handlers.catalogue import DIALOGUES
from handlers.dialogue import Ask, Dialogue, Done
from handlers.look import Look
from handlers.questions import Question, pick
from handlers.talk import Refused

GUIDES = Library.load().guides("vi")
CODES = {"link": {"code~::"}, "confirm": {"code~::"}}
"""Screens that only a code made for somebody opens: their own tests walk on from there."""


@pytest.fixture(scope="module")
def walked() -> Iterator[Ground]:
    with ground() as found:
        yield found


@pytest.fixture(scope="module")
def atlases(walked: Ground) -> dict[str, Atlas]:
    return {atlas.dialogue.name: atlas for atlas, _ in walked.atlases()}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
def test_every_step_trouble_and_case_of_a_guide_is_reached_and_leads_on(walked: Ground, guide: Guide) -> None:
    atlas = walked.guide(guide.id)
    assert atlas.complete and atlas.dead_ends() == []
    keys = {screen.key for screen in atlas.screens.values()}
    assert {step.id for step in guide.steps} <= keys
    pressed = {way.answer for screen in atlas.screens.values() for way in screen.ways}
    assert {case.id for case in guide.cases} | {trouble.id for step in guide.steps for trouble in step.troubles} <= pressed
    told = {screen.message.text for screen in atlas.screens.values()}
    assert {trouble.text for step in guide.steps for trouble in step.troubles} <= told
    assert any(text.startswith(guide.where) for text in told), "the help of last resort is never shown"
    assert [screen for screen in atlas.screens.values() if screen.ends]


@pytest.mark.parametrize("name", [name for name in DIALOGUES if name not in ("guide", "assist")])
def test_no_dialogue_has_a_dead_end(atlases: dict[str, Atlas], name: str) -> None:
    atlas = atlases[name]
    assert atlas.complete, "too many screens: is a number told apart that should not be?"
    assert set(atlas.dead_ends()) == CODES.get(name, set())
    for screen in atlas.screens.values():
        assert screen.message.title or screen.message.text
        assert screen.ends or screen.message.choices, f"{screen.id} shows no way out"


def test_enough_is_walked(atlases: dict[str, Atlas]) -> None:
    """Most dialogues can be walked on the demonstration's ground; a few need something that is not there."""
    assert sum(len(atlas.screens) > 1 for atlas in atlases.values()) >= 14
    assert {"outcome", "services", "check"} <= {screen.key for screen in atlases["visit"].screens.values()}


# --- the oracle sees what there is to see -----------------------------------------------------------------------------------


def playing(play: object) -> Dialogue:
    return Dialogue("trial", play, Action.READ_GUIDES)  # type: ignore[arg-type]


def test_a_dead_end_is_found(walked: Ground) -> None:
    def never(raw: str) -> str:
        raise Refused("refused.choice")

    def play(ask: Ask, look: Look) -> Done:
        if ask(pick("first", "fine", "stuck")) == "stuck":
            ask(Question("wall", never, free=True))
        return Done(say="menu.citizen", blanks={"name": ""})

    atlas = explore(playing(play), walked.look("vi"), "", ("a", "1"))
    assert [id_.split("~")[0] for id_ in atlas.dead_ends()] == ["wall"]


def test_a_circle_without_a_way_out_is_found(walked: Ground) -> None:
    def play(ask: Ask, look: Look) -> Done:
        turn = 0
        while ask(pick("again", "yes", "no").at(turn)) in ("yes", "no"):
            turn += 1
        return Done()

    atlas = explore(playing(play), walked.look("vi"), "")
    assert len(atlas.screens) == 1 and atlas.dead_ends() == list(atlas.screens)


def test_what_is_too_large_is_cut_off_and_says_so(walked: Ground) -> None:
    def play(ask: Ask, look: Look) -> Done:
        for letter in "abcdefghij":
            ask(pick(letter, "yes", "no"))
        return Done()

    assert not explore(playing(play), walked.look("vi"), "", most=5).complete


def test_a_step_that_is_never_shown_is_missed(walked: Ground) -> None:
    def play(ask: Ask, look: Look) -> Done:
        if ask(pick("first", "on")) == "never":
            ask(pick("hidden", "on"))
        return Done()

    assert {screen.key for screen in explore(playing(play), walked.look("vi"), "").screens.values()} == {"first", "end"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_screen_is_the_same_place_in_every_language(walked: Ground, language: str) -> None:
    atlas = explore(DIALOGUES["guide"], walked.look(language), "proc-birth")
    there = explore(DIALOGUES["guide"], walked.look("vi"), "proc-birth")
    assert [screen.key for screen in atlas.screens.values()] == [screen.key for screen in there.screens.values()]
