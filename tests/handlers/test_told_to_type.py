"""What a guide tells people to type to the bot, the bot understands: a guide grows old faster than a command."""

import re
from collections.abc import Iterator

import pytest

from content.guide import Guide
from content.words import LANGUAGES, words
from storage.database import Database
from tests.handlers.village import LIBRARY, Village

TOLD = re.compile(r"\b(?:gõ|type)(?:[^.:\"\n]{0,30}:)? (?:\"([^\"]+)\"|(?<=: )([^.,;\"\n]+))", re.IGNORECASE)
BLANK = re.compile(r"\s*\([^)]*\)")
FOUR, NUMBERED = {"điểm danh", "attend"}, {"hộ", "household"}
"""Said with the four digits that are on the board; with the number of a household."""
OURS = [guide for language in LANGUAGES for guide in LIBRARY.guides(language) if guide.id.startswith("team-")]


def typed(guide: Guide) -> Iterator[str]:
    for step in guide.steps:
        for text in (step.text, step.helper or "", *(trouble.text for trouble in step.troubles)):
            told = BLANK.sub("", text)
            yield from ((one or other).strip() for one, other in TOLD.findall(told))
        if step.id == "quick":
            yield from (BLANK.sub("", line[2:]).strip() for line in step.text.splitlines() if line.startswith("- "))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_guide_says_to_type_is_understood(database: Database, language: str) -> None:
    """Typed by a leader to whom nothing else is open, where a search finds nothing."""
    village = Village(database)
    village.joins("hoa", "leader")
    village.say("hoa", "english" if language == "en" else "tiếng việt")
    lost = words(language).say("search.nothing_member").splitlines()[0].strip("# *")
    assert lost in village.say("hoa", "blah blah blah"), "this is how it sounds when nothing is understood"
    for guide in OURS:
        for text in typed(guide) if guide.locale == language else ():
            village.say("hoa", "thoát")
            said = f"{text} 4821" if text in FOUR else f"{text} 12" if text in NUMBERED else text
            told = village.say("hoa", said)
            assert told and lost not in told, f"{language}/{guide.id} says to type {said!r}: {told}"


def test_there_is_much_to_type() -> None:
    counted = {guide.id: len(list(typed(guide))) for guide in OURS if guide.locale == "vi"}
    assert sum(counted.values()) > 35 and counted["team-work"] > 8, counted


CODE = re.compile(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["leader", ""])
def test_the_words_of_a_menus_button_lead_there_where_no_menu_is_shown(sqlite_url: str, language: str, role: str) -> None:
    village = Village(Database(sqlite_url))
    village.joins("hoa", role) if role else village.comes("hoa")
    village.say("hoa", "english" if language == "en" else "tiếng việt")
    listed: dict[str, str] = {}
    for page in ("/menu", "/more", "/more:1", "/more:2", "/more:3"):
        village.tell_press("hoa", page)
        listed |= {each.data: each.label for each in village._messages("hoa", 0)[-1].choices
                   if not each.quiet and ":" not in each.data and each.data not in ("/join", "/invite")}
    assert len(listed) > (20 if role else 8)
    for data, label in listed.items():
        pressed = village.tell_press("hoa", data).splitlines()[0]
        village.say("hoa", "thoát", "giới thiệu")  # nothing is open, and no menu is shown
        assert CODE.sub("", village.say("hoa", label).splitlines()[0]) == CODE.sub("", pressed), label
    village.database.close()


def test_a_button_of_others_is_not_reached_by_its_words(database: Database) -> None:
    village = Village(database)
    village.comes("dan")
    village.joins("hoa", "leader")
    assert "Người trong tổ" not in village.say("dan", "Người trong tổ") != village.say("hoa", "Người trong tổ")
