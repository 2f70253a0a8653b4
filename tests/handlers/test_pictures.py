"""The picture of a guide: on its first screen, once, and left standing while the first step is taken."""

from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest

from content.library import Library
from content.words import LANGUAGES, words
from handlers.dialogue import stand
from handlers.guides.guide import GUIDE
from handlers.guides.pictures import KIND, guide_picture
from handlers.look import Look
from handlers.talk import Kept, Message
from storage.reading import Reading

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


def look(language: str, subject: str, library: Library | None = None) -> Look:
    rows = Mock(spec=Reading)  # a guide looks nothing up: any use of it fails
    rows.all.side_effect = rows.first.side_effect = rows.scalar.side_effect = AssertionError
    return Look(rows, words(language), library or Library.load(), NOON, date(2026, 11, 23), NOON, 1, subject=subject)


def screens(language: str, subject: str, library: Library | None = None) -> list[Message]:
    """The first three screens of a guide."""
    kept, seen = Kept(1, "guide", subject), []
    for _ in range(3):
        here = stand(GUIDE, kept, look(language, subject, library))
        assert here.question and here.question.screen
        seen.append(here.question.screen)
        kept.answers[here.question.key] = here.question.offer()[0].value
    return seen


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", ["vneid-level2", "proc-birth"])
def test_the_first_screen_has_the_picture_and_the_second_stands_below(language: str, subject: str) -> None:
    cover, second, third = screens(language, subject)
    assert cover.picture == f"{KIND}:{language}:{subject}" and len(cover.alt) > 30
    assert (second.picture, second.below, third.picture, third.below) == ("", True, "", False)
    made = guide_picture(look(language, ""), subject)
    assert made and made.lasts and made.is_picture and made.content.startswith(b"\x89PNG")


def test_without_a_drawing_the_text_stands_alone(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "content"
    for name in ("guides", "facts.yaml"):
        (tmp_path / name).symlink_to(source / name)
    for broken in (False, True):
        if broken:
            (tmp_path / "pictures").mkdir()
            (tmp_path / "pictures" / "vneid-level2.yaml").write_text("title: a\n", "utf-8")
        cover, second, _ = screens("vi", "vneid-level2", Library.read(tmp_path))
        assert cover.text and (cover.picture, cover.alt, second.below) == ("", "", False)
    assert guide_picture(look("vi", ""), "no-such-guide") is None
