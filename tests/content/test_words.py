"""Every phrase in both languages: the same keys, the same blanks, and every key that the program says."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from content.words import LANGUAGES, keys, words
from handlers.access import Role
from handlers.catalogue import DIALOGUES
from handlers.talk import DATA_BYTES, Kind
from handlers.visit import SERVICES
from storage.outcomes import Barrier, Contradiction, FirstChoice, Outcome, Status

ROOT = Path(__file__).parents[2]
BLANK = re.compile(r"\{([a-z_]+)\}")
LITERAL = re.compile(
    r"""(?:say|has|Refused|choice|Unusable)\(\s*"([a-z]+\.[a-zA-Z_.-]+)"|say="([a-z]+\.[a-z_.]+)"|key = "([a-z]+\.[a-z_.]+)" """
    r"""|else "([a-z]+\.[a-z_.]+)\"""")
LONGEST_SENTENCE = 20


def built() -> set[str]:
    """The keys that are put together from a name and a value."""
    made = {f"{name}.called" for name in DIALOGUES}
    families: dict[str, type[StrEnum]] = {"visit.first": FirstChoice, "visit.outcome": Outcome, "visit.barrier": Barrier,
                                          "status": Status, "role": Role}
    made |= {f"{family}.{value}" for family, values in families.items() for value in values}
    made |= {f"visit.services.{service}" for service in SERVICES} | {reason.value for reason in Contradiction}
    made |= {f"sent.{kind}" for kind in Kind if kind not in (Kind.TEXT, Kind.PRESS, Kind.START, Kind.BLOCKED)}
    made |= {f"day.in_{days}" for days in (1, 2, 3, 7)} | {f"language.{language}" for language in LANGUAGES}
    for question in ("hamlet", "household", "first", "outcome", "barrier", "services", "next", "until", "note"):
        made |= {f"visit.{question}", f"visit.{question}.short"}
    return made | {"visit.check", "visit.check.save", "visit.note.-", "join.name", "join.code", "join.agree", "join.agree.yes",
                   "join.agree.no", "invite.role", "invite.where", "guide.begin.go", "guide.at_step.done", "guide.at_step.stuck",
                   "guide.remedy.solved", "guide.remedy.still", "guide.helped.go"}


def said() -> set[str]:
    """The keys that stand in the program's source."""
    found = set()
    for room in ("handlers", "bot", "storage"):
        for file in (ROOT / room).rglob("*.py"):
            for groups in LITERAL.findall(file.read_text("utf-8")):
                found |= {key for key in groups if key}
    return found


def test_every_phrase_that_is_said_exists() -> None:
    missing = (said() | built()) - keys("vi")
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_complete(language: str) -> None:
    assert keys(language) == keys("vi")


def test_the_same_blanks_in_every_language() -> None:
    vietnamese = words("vi").phrases
    for language in LANGUAGES:
        for key, phrase in words(language).phrases.items():
            assert set(BLANK.findall(phrase)) == set(BLANK.findall(vietnamese[key])), f"{language}: {key}"


def test_vietnamese_sentences_are_short() -> None:
    for key, phrase in words("vi").phrases.items():
        if key.split(".")[0] in ("database", "doctor", "web", "demo", "check"):
            continue  # for operators, and for the page's own small print
        for sentence in re.split(r"[.!?\n:;]+\s*", phrase):
            assert len(sentence.split()) <= LONGEST_SENTENCE, f"{key}: {sentence}"


def test_values_are_put_in_as_they_are() -> None:
    assert words("vi").say("visit.household.number", number="{0.__class__} {hamlet}") == "Hộ {0.__class__} {hamlet}"


def test_no_phrase_asks_for_a_secret() -> None:
    asking = re.compile(r"(?:nhập|gõ|gửi|đọc|cho (?:mình|bot))[^.\n]*(?:số căn cước|mã otp|mật khẩu)", re.IGNORECASE)
    for key, phrase in words("vi").phrases.items():
        for found in asking.finditer(phrase):
            assert re.search(r"(?:đừng|không)[^.\n]*$", phrase[:found.end()], re.IGNORECASE), f"{key}: {found[0]}"


def test_a_button_carries_at_most_what_telegram_takes() -> None:
    assert DATA_BYTES == 64
