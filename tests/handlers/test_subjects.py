"""The guides by subject: every one in two taps from the menu's list, typed by number where nothing can be pressed."""

from collections.abc import Iterator

import pytest

from bot.channels.fitting import units
from bot.channels.zalo_words import MOST, pieces
from content.guide import CITIZEN, GUIDES_A_SUBJECT, MEMBER, SUBJECTS
from content.words import LANGUAGES, words
from handlers.talk import Message
from storage.database import Database
from tests.handlers.village import LIBRARY, Village

LIST = {"vi": "📖 Tất cả hướng dẫn", "en": "📖 All guides"}
SPEAK = {"vi": "tiếng việt", "en": "english"}
READERS = {"ba": CITIZEN, "lan": MEMBER}


@pytest.fixture
def village(database: Database) -> Village:
    village = Village(database)
    village.comes("ba")
    village.joins("lan", "volunteer")
    return village


def types(village: Village, name: str, text: str) -> Message:
    """The last thing they are told after typing this."""
    village.take(name)
    village.say(name, text)
    return village._messages(name, 0)[-1]


def loud(message: Message) -> list[str]:
    return [choice.label for choice in message.choices if choice.numbered]


def walked(village: Village, name: str, language: str) -> Iterator[tuple[Message, Message]]:
    """The list of subjects and the screen of each, asked for by number alone."""
    types(village, name, SPEAK[language])
    listed = types(village, name, LIST[language])
    for number in range(1, len(loud(listed)) + 1):
        types(village, name, LIST[language])
        yield listed, types(village, name, str(number))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "reader"), READERS.items())
def test_every_guide_is_two_typed_numbers_from_the_list(village: Village, name: str, reader: str, language: str) -> None:
    """Where nothing can be pressed (Zalo) choices are numbers: one figure for each, and one message a screen."""
    found: list[str] = []
    for listed, subject in walked(village, name, language):
        for screen in (listed, subject):
            assert 0 < len(loud(screen)) <= GUIDES_A_SUBJECT, screen.title
            said = pieces(screen)
            assert len(said) == 1 and units(said[0]) <= MOST
            assert {"/menu"} <= {choice.data for choice in screen.choices if choice.quiet}
        assert subject.title in loud(listed)
        found += loud(subject)
    due = [guide.title for guide in LIBRARY.guides(language) if reader in guide.audience]
    assert sorted(found) == sorted(due), "each once, and none that is for others"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_number_opens_the_guide(village: Village, language: str) -> None:
    types(village, "lan", SPEAK[language])
    for number, subject in enumerate(SUBJECTS, start=1):
        for place, guide in enumerate(g for g in LIBRARY.guides(language) if g.subject == subject):
            types(village, "lan", LIST[language])
            assert types(village, "lan", str(number)).title == words(language).say(f"subject.{subject}")
            assert types(village, "lan", str(place + 1)).title == guide.title


def test_the_teams_work_is_listed_for_members_alone(village: Village) -> None:
    team = str(SUBJECTS.index("team") + 1)
    types(village, "ba", LIST["vi"])
    assert "Ghi lượt đến hộ" not in loud(types(village, "ba", team))
    types(village, "lan", LIST["vi"])
    assert "Ghi lượt đến hộ" in loud(types(village, "lan", team))


def test_from_a_subject_back_to_the_subjects_and_to_the_menu(village: Village) -> None:
    listed = types(village, "ba", LIST["vi"])
    types(village, "ba", "Chữ ký số")
    assert loud(types(village, "ba", "quay lại")) == loud(listed)
    types(village, "ba", "Chữ ký số")
    assert LIST["vi"] in loud(types(village, "ba", "0"))


@pytest.mark.parametrize("data", ["/guides:1", "/guides:7", "/guides:999", "/guides:nothing", "/guides:", "/guides"])
def test_the_button_of_a_page_that_is_no_more_shows_the_subjects(village: Village, data: str) -> None:
    told = village.tell_press("ba", data)
    assert all(words("vi").say(f"subject.{subject}") in told for subject in SUBJECTS)


def test_a_household_gets_its_guide_by_subject_too(village: Village) -> None:
    """What was begun and what is done most stand first, the rest by subject; the team's own work is no part of it."""
    first = types(village, "lan", "hướng dẫn hộ 12")
    assert LIBRARY.guide("vneid-level2", "vi").title in loud(first) and len(loud(first)) <= GUIDES_A_SUBJECT  # type: ignore[union-attr]
    found: list[str] = []
    listed = types(village, "lan", str(len(loud(first))))
    for number in range(1, len(loud(listed)) + 1):
        types(village, "lan", "hướng dẫn hộ 12")
        types(village, "lan", str(len(loud(first))))
        shown = types(village, "lan", str(number))
        assert "Hộ 12" in shown.title and len(loud(shown)) <= GUIDES_A_SUBJECT
        found += loud(shown)
    assert sorted(found) == sorted(guide.title for guide in LIBRARY.guides("vi") if CITIZEN in guide.audience)
    assert loud(types(village, "lan", "quay lại")) == loud(listed)
    types(village, "lan", "1")
    begun = types(village, "lan", "1")
    assert begun.title.startswith("Hộ 12 · Bước 1/")
    types(village, "lan", "1")
    assert loud(types(village, "lan", "hướng dẫn hộ 12"))[0].startswith("▶️ Cài VNeID")
